//! What was otherwise before: a list of the few for whom something ever changed. With it, and with when everybody joined,
//! the graph answers as of any past time, and there is no second one.
//!
//! Whoever is in none of these lists stands as they always did. Times are in microseconds, as the store has them;
//! questions go by whole seconds.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use super::tree::{NONE, Node, Tree, mark};
use crate::platform::terms::{Standing, Timestamp};

/// A past time that is asked about, in seconds since 1970: all that happened in that second has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Second(pub(super) u32);

impl Second {
    /// The second of a time; the ends of what four bytes hold stand for what is beyond them.
    pub(super) fn of(time: Timestamp) -> Self {
        let seconds = time.seconds().clamp(0, i64::from(u32::MAX));
        Self(u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    /// Whether something of that time had happened.
    fn has_seen(self, time: Timestamp) -> bool {
        Self::of(time) <= self
    }
}

/// An inviter whom somebody had before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Former {
    /// None for a root.
    inviter: u32,
    until: Timestamp,
}

/// An assurance that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rated {
    at: Timestamp,
    was_verified: bool,
    verified: bool,
}

/// Everything that changed, line by line; each person's in the order of time.
#[derive(Default)]
pub(super) struct Lines {
    /// Who, since when, and how they stand.
    pub(super) standings: Vec<(u32, i64, u8)>,
    /// Who, when, whether they were verified, and whether they are.
    pub(super) ratings: Vec<(u32, i64, u8, u8)>,
    /// Who, their former inviter, and until when.
    pub(super) formers: Vec<(u32, u32, i64)>,
}

impl Lines {
    /// More of them, of people who come later.
    pub(super) fn extend(&mut self, more: Self) {
        self.standings.extend(more.standings);
        self.ratings.extend(more.ratings);
        self.formers.extend(more.formers);
    }
}

/// Everything that changed.
#[derive(Default)]
pub(super) struct History {
    standings: BTreeMap<u32, Vec<(Timestamp, Standing)>>,
    ratings: BTreeMap<u32, Vec<Rated>>,
    formers: BTreeMap<u32, Vec<Former>>,
    /// Whom an inviter let in and has no longer, or had no longer once.
    lost: BTreeSet<(u32, u32)>,
}

impl History {
    /// Notes that somebody stands so since then; false where that is known.
    pub(super) fn stood(&mut self, person: u32, standing: Standing, at: Timestamp) -> bool {
        let list = self.standings.entry(person).or_default();
        let known = list.contains(&(at, standing));
        if !known {
            insert(list, (at, standing), |(at, _)| *at);
        }
        !known
    }

    /// Notes that somebody's assurance changed.
    pub(super) fn rated(&mut self, person: u32, was_verified: bool, verified: bool, at: Timestamp) {
        let list = self.ratings.entry(person).or_default();
        if !list.iter().any(|rated| rated.at == at) {
            let rated = Rated {
                at,
                was_verified,
                verified,
            };
            insert(list, rated, |rated| rated.at);
        }
    }

    /// Whether it is known that somebody had this inviter, or none, until then.
    pub(super) fn has_moved(&self, person: u32, inviter: u32, until: Timestamp) -> bool {
        let list = self.formers.get(&person);
        list.is_some_and(|list| list.contains(&Former { inviter, until }))
    }

    /// Whether somebody had this inviter once, or none.
    pub(super) fn had(&self, person: u32, inviter: u32) -> bool {
        let list = self.formers.get(&person);
        list.is_some_and(|list| list.iter().any(|former| former.inviter == inviter))
    }

    /// Notes that somebody had this inviter until then, or none.
    pub(super) fn moved(&mut self, person: u32, inviter: u32, until: Timestamp) {
        let list = self.formers.entry(person).or_default();
        insert(list, Former { inviter, until }, |former| former.until);
        if inviter != NONE {
            self.lost.insert((inviter, person));
        }
    }

    /// Who had which inviter, or none, until when; by person, the oldest first.
    pub(super) fn moves(&self) -> impl Iterator<Item = (u32, u32, Timestamp)> {
        let of = |(&person, list): (&u32, &Vec<Former>)| {
            let list: Vec<_> = list
                .iter()
                .map(|former| (person, former.inviter, former.until))
                .collect();
            list
        };
        self.formers.iter().flat_map(of)
    }

    /// What is kept of up to `most` people after this one, and whom it came to last; none at the end. No event is
    /// taken in between two of these.
    pub(super) fn lines(&self, after: u32, most: usize) -> Option<(u32, Lines)> {
        let from = || (Bound::Excluded(after), Bound::Unbounded);
        let people = |keys: &mut dyn Iterator<Item = u32>| keys.take(most).last();
        let last = [
            people(&mut self.standings.range(from()).map(|(&person, _)| person)),
            people(&mut self.ratings.range(from()).map(|(&person, _)| person)),
            people(&mut self.formers.range(from()).map(|(&person, _)| person)),
        ];
        // Of lists that go on, the one that comes least far says how far all are taken.
        let last = last.into_iter().flatten().min()?;
        let to = || (Bound::Excluded(after), Bound::Included(last));
        let mut lines = Lines::default();
        for (&person, list) in self.standings.range(to()) {
            let of = |&(at, standing): &(Timestamp, Standing)| (person, at.micros(), super::place_of(standing));
            lines.standings.extend(list.iter().map(of));
        }
        for (&person, list) in self.ratings.range(to()) {
            let of = |rated: &Rated| {
                let (was, is) = (u8::from(rated.was_verified), u8::from(rated.verified));
                (person, rated.at.micros(), was, is)
            };
            lines.ratings.extend(list.iter().map(of));
        }
        for (&person, list) in self.formers.range(to()) {
            let of = |former: &Former| (person, former.inviter, former.until.micros());
            lines.formers.extend(list.iter().map(of));
        }
        Some((last, lines))
    }

    /// The same history again.
    pub(super) fn of(lines: Lines) -> Self {
        let mut history = Self::default();
        for (person, at, standing) in lines.standings {
            let standing = super::figures::standing_of(standing);
            let list = history.standings.entry(person).or_default();
            list.push((Timestamp::from_micros(at), standing));
        }
        for (person, at, was, is) in lines.ratings {
            history.ratings.entry(person).or_default().push(Rated {
                at: Timestamp::from_micros(at),
                was_verified: was == 1,
                verified: is == 1,
            });
        }
        for (person, inviter, until) in lines.formers {
            history.moved(person, inviter, Timestamp::from_micros(until));
        }
        history
    }

    /// Who a person's inviter was.
    #[inline]
    pub(super) fn inviter(&self, row: u32, node: &Node, at: Second) -> u32 {
        if !node.is(mark::MOVED) {
            return node.inviter;
        }
        let list = self.formers.get(&row).map_or(&[][..], Vec::as_slice);
        let former = list.iter().find(|former| !at.has_seen(former.until));
        former.map_or(node.inviter, |former| former.inviter)
    }

    /// Where a person stood.
    pub(super) fn standing(&self, row: u32, node: &Node, at: Second) -> Standing {
        let now = super::figures::standing_of(node.standing);
        if !node.is(mark::CHANGED) {
            return now;
        }
        let list = self.standings.get(&row).map_or(&[][..], Vec::as_slice);
        let last = list.iter().rev().find(|(since, _)| at.has_seen(*since));
        last.map_or(Standing::Active, |(_, standing)| *standing)
    }

    /// Whether a person's assurance was `verified`.
    pub(super) fn verified(&self, row: u32, node: &Node, at: Second) -> bool {
        let now = node.is(mark::VERIFIED);
        if !node.is(mark::LOWERED) {
            return now;
        }
        let list = self.ratings.get(&row).map_or(&[][..], Vec::as_slice);
        match list.iter().rev().find(|rated| at.has_seen(rated.at)) {
            Some(rated) => rated.verified,
            None => list.first().map_or(now, |rated| rated.was_verified),
        }
    }

    /// The next after `row` of those whom `inviter` had once and is not the inviter of now.
    fn lost_after(&self, tree: &Tree, inviter: u32, row: u32) -> u32 {
        let Some(from) = row.checked_add(1) else { return NONE };
        let mut lost = self.lost.range((inviter, from)..=(inviter, u32::MAX));
        let lost = lost.find(|&&(_, person)| tree.at(person).inviter != inviter);
        lost.map_or(NONE, |&(_, person)| person)
    }

    /// The next after `row` of all whom `inviter` ever had, by row; the first where `row` is nobody. Where `row` is no
    /// longer in the list of now, its place is looked for.
    fn ever_after(&self, tree: &Tree, inviter: u32, row: u32) -> u32 {
        let list = tree.at(inviter);
        let listed = if row == NONE {
            list.first
        } else if tree.at(row).inviter == inviter {
            tree.at(row).next
        } else if list.last < row {
            NONE
        } else {
            let mut invitees = tree.invitees_from(list.first);
            invitees.find(|&invitee| invitee > row).unwrap_or(NONE)
        };
        if !list.is(mark::LOST) {
            return listed;
        }
        match (listed, self.lost_after(tree, inviter, row)) {
            (NONE, other) | (other, NONE) => other,
            (one, other) => one.min(other),
        }
    }
}

/// Puts something behind everything that is no later.
fn insert<T>(list: &mut Vec<T>, new: T, at: impl Fn(&T) -> Timestamp) {
    let place = list.partition_point(|known| at(known) <= at(&new));
    list.insert(place, new);
}

/// A walk over somebody's invitees or their whole branch as of a past time, by steps of bounded work. The graph may
/// change between two steps: what was so at that time does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk {
    at: Second,
    root: u32,
    /// Whether the walk goes below the invitees.
    deep: bool,
    /// Under whom the walk is, and how many steps below the root they stand.
    parent: u32,
    level: u32,
    /// Whom it came to last.
    here: u32,
    /// Whether that one is in the list, so that the walk goes on below them.
    enters: bool,
}

impl Walk {
    /// From the start.
    pub(super) const fn new(root: u32, at: Second, deep: bool) -> Self {
        Self {
            at,
            root,
            deep,
            parent: root,
            level: 0,
            here: NONE,
            enters: false,
        }
    }

    /// After somebody who is in the list; none where they are not.
    pub(super) fn after(mut self, tree: &Tree, history: &History, after: u32) -> Option<Self> {
        let inviter = |row| history.inviter(row, &tree.at(row), self.at);
        if after == self.root || !is_there(tree, after, self.at) {
            return None;
        }
        let parent = inviter(after);
        let mut above = parent;
        while above != self.root {
            if above == NONE || !self.deep {
                return None;
            }
            self.level += 1;
            above = inviter(above);
        }
        (self.parent, self.here, self.enters) = (parent, after, self.deep);
        Some(self)
    }

    /// Looks at one more person. Ends the walk by `Err`; answers who it is and how many steps below the root where
    /// they are in the list.
    pub(super) fn step(&mut self, tree: &Tree, history: &History) -> Result<Option<(u32, u32)>, Ended> {
        if self.enters {
            (self.parent, self.here, self.level) = (self.here, NONE, self.level + 1);
            self.enters = false;
        }
        let next = history.ever_after(tree, self.parent, self.here);
        if next == NONE {
            if self.parent == self.root {
                return Err(Ended);
            }
            let above = history.inviter(self.parent, &tree.at(self.parent), self.at);
            (self.here, self.parent, self.level) = (self.parent, above, self.level.saturating_sub(1));
            return match above {
                NONE => Err(Ended),
                _ => Ok(None),
            };
        }
        self.here = next;
        let node = tree.at(next);
        if !is_there(tree, next, self.at) || history.inviter(next, &node, self.at) != self.parent {
            return Ok(None);
        }
        self.enters = self.deep;
        Ok(Some((next, self.level + 1)))
    }
}

/// A walk has come to its end.
pub(super) struct Ended;

/// Whether somebody had joined.
pub(super) fn is_there(tree: &Tree, row: u32, at: Second) -> bool {
    tree.get(row).is_some_and(|node| node.joined <= at.0)
}
