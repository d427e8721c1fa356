//! The graph as it stands: loaded from the store, kept by the feed.
//!
//! Whoever asks holds the graph for as long as a short answer takes; whoever changes it, for one climb. What could take
//! longer goes by steps, and lets go of the graph between them: the search for a place in a long list, the walk over
//! a branch as of a past time, the lowering of heights. A greater room for vouches is made while others ask. There is one
//! who changes (the feed's follower), so that between two steps nothing else does.

use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use super::{
    BranchFigures, GraphError, InviteGraph, Move, Newcomer, Place,
    as_of::{PastFigures, PastList},
    load::Loading,
    records, row_of,
    tree::{NONE, Sought},
};
use crate::platform::{
    ledger::{Entry, Event, Kept, Projection, events},
    store::{Conn, StoreError},
    terms::{Assurance, Clock, PersonRow, Standing, SystemClock, Timestamp},
};

/// How many people are looked at before the graph is let go: less than a millisecond where each is far memory.
pub(super) const STEP: usize = 4096;
/// How many who are no longer new are counted out at once, each by a climb.
const AGING: usize = 256;

/// The community's graph, shared by whoever asks and the one who keeps it.
pub struct LiveGraph {
    graph: RwLock<InviteGraph>,
    clock: Arc<dyn Clock>,
    /// Held by each copy that is about.
    pub(super) copies: Arc<()>,
}

impl Default for LiveGraph {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

impl LiveGraph {
    /// An empty graph. The clock says who joined within the last week.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            graph: RwLock::default(),
            clock,
            copies: Arc::default(),
        }
    }

    /// Asks the graph. Whoever keeps it waits meanwhile, and whoever asks after that: a question costs
    /// no more than its answer is long.
    pub fn read<T>(&self, ask: impl FnOnce(&InviteGraph) -> T) -> T {
        ask(&self.graph.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the person is there, or was.
    pub fn contains(&self, person: PersonRow, as_of: Option<Timestamp>) -> bool {
        self.read(|graph| match as_of {
            None => graph.contains(person),
            Some(at) => graph.as_of(at).contains(person),
        })
    }

    /// See [`InviteGraph::chain`].
    pub fn chain(&self, person: PersonRow, as_of: Option<Timestamp>) -> Vec<Place> {
        self.read(|graph| match as_of {
            None => graph.chain(person),
            Some(at) => graph.as_of(at).chain(person),
        })
    }

    /// See [`InviteGraph::path`].
    pub fn path(&self, from: PersonRow, to: PersonRow, as_of: Option<Timestamp>) -> Option<Vec<Place>> {
        self.read(|graph| match as_of {
            None => graph.path(from, to),
            Some(at) => graph.as_of(at).path(from, to),
        })
    }

    /// See [`InviteGraph::children`].
    pub fn children(
        &self,
        person: PersonRow,
        after: Option<PersonRow>,
        limit: usize,
        as_of: Option<Timestamp>,
    ) -> Option<Vec<Place>> {
        match as_of {
            None => self.read(|graph| graph.children(person, after, limit)),
            Some(at) => self.list(|graph| PastList::new(graph, person, after, limit, at, false)),
        }
    }

    /// See [`InviteGraph::branch`].
    pub fn branch(
        &self,
        person: PersonRow,
        after: Option<PersonRow>,
        limit: usize,
        as_of: Option<Timestamp>,
    ) -> Option<Vec<Place>> {
        match as_of {
            None => self.read(|graph| graph.branch(person, after, limit)),
            Some(at) => self.list(|graph| PastList::new(graph, person, after, limit, at, true)),
        }
    }

    fn list(&self, begin: impl FnOnce(&InviteGraph) -> Option<PastList>) -> Option<Vec<Place>> {
        let mut list = self.read(begin)?;
        while self.read(|graph| list.go_on(graph, STEP)) {}
        Some(list.into_places())
    }

    /// A branch in numbers: as they are kept, or as they were, by a walk over the branch. `None` for one who is not
    /// in the graph, or was not.
    pub fn figures(&self, person: PersonRow, as_of: Option<Timestamp>) -> Option<BranchFigures> {
        if let Some(at) = as_of {
            let mut figures = self.read(|graph| PastFigures::new(graph, person, at))?;
            while self.read(|graph| figures.go_on(graph, STEP)) {}
            return Some(figures.counted());
        }
        self.age();
        self.read(|graph| graph.branch_figures(person))
    }

    /// Takes those out of the figures who are no longer new.
    pub fn age(&self) {
        let now = self.clock.now();
        while self.read(|graph| graph.has_aged(now)) {
            let most = if self.is_copied() { 1 } else { AGING };
            let first = self.read(|graph| graph.recent.first().map(|(_, row)| super::person_of(*row)));
            self.loosen(first);
            self.write().pass_time(now, most);
        }
    }

    fn is_copied(&self) -> bool {
        Arc::strong_count(&self.copies) > 1
    }

    /// While a copy is about: takes what will be changed at a person and at everybody above them apart from it, a person at
    /// a time, so that nobody waits for all of it at once.
    fn loosen(&self, person: Option<PersonRow>) {
        if !self.is_copied() {
            return;
        }
        let Some(row) = person.and_then(row_of) else { return };
        let above: Vec<u32> = self.read(|graph| graph.tree.chain(row).collect());
        for row in above {
            self.write().take_apart(row);
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, InviteGraph> {
        self.graph.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn replace(&self, graph: InviteGraph) {
        let former = std::mem::replace(&mut *self.write(), graph);
        // Great arrays are given back where nobody waits.
        drop(former);
    }

    fn change(&self, change: impl FnOnce(&mut InviteGraph) -> Result<(), GraphError>) {
        sound(change(&mut self.write()));
    }

    /// Behind whom a person stands, or would, in the list of an inviter's invitees.
    fn place_in_list(&self, inviter: Option<PersonRow>, person: PersonRow) -> u32 {
        let Some((inviter, person)) = inviter.and_then(row_of).zip(row_of(person)) else {
            return NONE;
        };
        let mut from = NONE;
        loop {
            match self.read(|graph| graph.tree.seek(inviter, person, from, STEP)) {
                Sought::Behind(before) => return before,
                Sought::Further(on) => from = on,
            }
        }
    }

    fn add(&self, new: Newcomer) {
        self.age();
        self.loosen(new.inviter);
        let before = self.place_in_list(new.inviter, new.person);
        self.change(|graph| {
            graph.now = super::history::Second::of(self.clock.now()).0;
            graph.add_behind(new, before)
        });
    }

    /// Gives somebody another inviter.
    fn reparent(&self, moved: Move) {
        for changed in [Some(moved.person), moved.before, moved.after] {
            self.loosen(changed);
        }
        let (from, to) = (
            self.place_in_list(moved.before, moved.person),
            self.place_in_list(moved.after, moved.person),
        );
        let begun = self.write().reparent_behind(moved, from, to);
        let mut lowering = match begun {
            Ok(lowering) => lowering,
            Err(error) => return sound(Err(error)),
        };
        while let Some(rest) = lowering {
            lowering = rest.go_on(&mut self.write().tree, STEP);
        }
    }

    fn vouch(&self, from: PersonRow, to: PersonRow, at: Timestamp) {
        if self.read(|graph| graph.vouches.is_full()) {
            let room = self.read(|graph| graph.vouches.room());
            let former = self.write().vouches.move_into(room);
            drop(former);
        }
        self.change(|graph| graph.add_vouch(from, to, at));
    }
}

/// What is known already is no error; what contradicts it is one of the store, and is told. The
/// rest of the graph goes on.
fn sound(outcome: Result<(), GraphError>) {
    if let Err(error) = outcome {
        tracing::error!(%error, "the graph and the store contradict each other");
    }
}

/// Who stands otherwise since an event, and how.
fn standing_after(event: &Event) -> Option<(PersonRow, Standing)> {
    match *event {
        Event::PersonBanned(events::PersonBanned { person, .. }) => Some((person, Standing::Banned)),
        Event::BanLifted(events::BanLifted { person, standing, .. }) => {
            Some((person, standing.unwrap_or(Standing::Active)))
        }
        Event::PersonLeft(events::PersonLeft { person, .. }) => Some((person, Standing::Left)),
        Event::PersonSanctioned(events::PersonSanctioned { person, standing, .. })
        | Event::SanctionLifted(events::SanctionLifted { person, standing, .. }) => Some((person, standing)),
        _ => None,
    }
}

impl Projection for LiveGraph {
    fn kept(&self) -> Option<&dyn Kept> {
        Some(self)
    }

    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let mut loading = Loading::new(self.clock.now());
        records::load(conn, &mut loading)?;
        let (graph, refused) = loading.done();
        refused.into_iter().for_each(|error| sound(Err(error)));
        self.replace(graph);
        Ok(())
    }

    fn apply(&self, _: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        let at = entry.envelope.at;
        if let Some((person, standing)) = standing_after(&entry.envelope.event) {
            self.loosen(Some(person));
            self.change(|graph| graph.set_standing(person, standing, at));
        }
        match entry.envelope.event {
            Event::PersonFounded(events::PersonFounded { person, assurance, .. }) => self.add(Newcomer {
                person,
                inviter: None,
                at,
                verified: assurance == Assurance::Verified,
            }),
            Event::MemberAdmitted(events::MemberAdmitted {
                person,
                inviter,
                assurance,
                ..
            }) => self.add(Newcomer {
                person,
                inviter: Some(inviter),
                at,
                verified: assurance == Assurance::Verified,
            }),
            Event::AssuranceLowered(events::AssuranceLowered {
                person, before, after, ..
            }) => {
                let is = |assurance| assurance == Assurance::Verified;
                self.loosen(Some(person));
                self.change(|graph| graph.set_verified(person, is(before), is(after), at));
            }
            Event::Vouched(events::Vouched { from, to }) => self.vouch(from, to, at),
            Event::VouchTakenBack(events::VouchTakenBack { from, to }) => {
                self.change(|graph| graph.take_vouch_back(from, to, at));
            }
            Event::Reparented(events::Reparented {
                person,
                former_inviter,
                inviter,
                ..
            }) => self.reparent(Move {
                person,
                before: former_inviter,
                after: inviter,
                at,
            }),
            _ => {}
        }
        Ok(())
    }
}
