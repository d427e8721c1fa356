//! The graph held against a plain model: lists of people, edges and vouches with their times, and loops over them.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    graph::{
        as_of::{PastFigures, PastList},
        kept,
        load::{Given, Loading},
    },
    platform::ledger::{In, Out},
};

struct Person {
    row: PersonRow,
    joined: Timestamp,
    standings: Vec<(Timestamp, Standing)>,
    ratings: Vec<(Timestamp, bool)>,
}

/// An edge or a vouch, and until when.
#[derive(Clone, Copy)]
struct Span {
    from: Option<PersonRow>,
    to: PersonRow,
    since: Timestamp,
    until: Option<Timestamp>,
}

#[derive(Default)]
struct Model {
    people: Vec<Person>,
    edges: Vec<Span>,
    vouches: Vec<Span>,
}

/// A second that is asked about; the last one for now.
#[derive(Clone, Copy)]
struct When(i64);

const NOW: When = When(i64::MAX);

impl When {
    fn has_seen(self, time: Timestamp) -> bool {
        time.seconds() <= self.0
    }
    fn holds(self, span: &Span) -> bool {
        self.has_seen(span.since) && !span.until.is_some_and(|until| self.has_seen(until))
    }
}

fn last<T: Copy>(list: &[(Timestamp, T)], at: When) -> Option<T> {
    list.iter()
        .rfind(|(since, _)| at.has_seen(*since))
        .map(|(_, what)| *what)
}

impl Model {
    fn find(&self, row: PersonRow, at: When) -> Option<&Person> {
        self.people
            .iter()
            .find(|person| person.row == row && at.has_seen(person.joined))
    }
    fn inviter(&self, row: PersonRow, at: When) -> Option<PersonRow> {
        self.find(row, at)?;
        self.edges.iter().find(|edge| edge.to == row && at.holds(edge))?.from
    }
    fn chain(&self, row: PersonRow, at: When) -> Vec<PersonRow> {
        let mut chain: Vec<_> = self.find(row, at).map(|person| person.row).into_iter().collect();
        while let Some(above) = chain.last().and_then(|&last| self.inviter(last, at)) {
            chain.push(above);
        }
        chain
    }
    fn children(&self, row: PersonRow, at: When) -> Vec<PersonRow> {
        let edges = self
            .edges
            .iter()
            .filter(|edge| edge.from == Some(row) && at.holds(edge));
        let all: BTreeSet<_> = edges.map(|edge| edge.to).collect();
        all.into_iter().collect()
    }
    fn branch(&self, row: PersonRow, at: When) -> Vec<PersonRow> {
        let children = self.children(row, at).into_iter();
        children
            .flat_map(|child| [vec![child], self.branch(child, at)].concat())
            .collect()
    }
    fn place(&self, row: PersonRow, at: When) -> Option<Place> {
        let person = self.find(row, at)?;
        Some(Place {
            person: row,
            standing: last(&person.standings, at).unwrap_or(Standing::Active),
            depth: self.chain(row, at).len() as u32 - 1,
            joined_at: Timestamp::from_seconds(person.joined.seconds()),
        })
    }
    fn places(&self, people: Vec<PersonRow>, at: When) -> Vec<Place> {
        people.into_iter().map(|row| self.place(row, at).unwrap()).collect()
    }
    fn figures(&self, row: PersonRow, at: When, now: Timestamp) -> Option<BranchFigures> {
        self.find(row, at)?;
        let top = self.chain(row, at).len() as u32 - 1;
        let week = 7 * 24 * 3600;
        let mut figures = BranchFigures::default();
        for below in self.branch(row, at) {
            let place = self.place(below, at).unwrap();
            let person = self.find(below, at).unwrap();
            figures.people += 1;
            figures.depth = figures.depth.max(place.depth - top);
            match place.standing {
                Standing::Active => figures.active += 1,
                Standing::Left => figures.left += 1,
                _ => figures.sanctioned += 1,
            }
            figures.verified += u32::from(last(&person.ratings, at).unwrap());
            let until = now.seconds().min(at.0);
            figures.joined_last_week += u32::from(person.joined.seconds() + week > until);
        }
        Some(figures)
    }
    fn vouches(&self, row: PersonRow, at: When) -> Vouches {
        let seconds = |time: Timestamp| Timestamp::from_seconds(time.seconds());
        let ends = |mine: fn(&Span) -> PersonRow, other: fn(&Span) -> PersonRow| {
            let mut ends: Vec<_> = self
                .vouches
                .iter()
                .filter(|span| mine(span) == row && at.holds(span))
                .map(|span| Vouch {
                    person: other(span),
                    at: seconds(span.since),
                    until: span.until.map(seconds),
                })
                .collect();
            ends.sort_by_key(|vouch| (vouch.person, vouch.at));
            ends
        };
        type End = fn(&Span) -> PersonRow;
        let (from, to): (End, End) = (|span| span.from.unwrap(), |span| span.to);
        Vouches {
            received: ends(to, from),
            given: ends(from, to),
        }
    }
    fn common(&self, one: PersonRow, other: PersonRow, at: When) -> Option<PersonRow> {
        let others = self.chain(other, at);
        self.chain(one, at).into_iter().find(|above| others.contains(above))
    }
    fn path(&self, from: PersonRow, to: PersonRow, at: When) -> Option<Vec<Place>> {
        let common = self.common(from, to, at)?;
        let below = |row| self.chain(row, at).into_iter().take_while(|&above| above != common);
        let mut path: Vec<_> = below(from).collect();
        path.push(common);
        let down: Vec<_> = below(to).collect();
        path.extend(down.into_iter().rev());
        Some(self.places(path, at))
    }
}

/// What happens, on whom. People are picked among those who are there.
#[derive(Debug, Clone, Copy)]
enum Change {
    Join(PersonRow, Option<u8>, bool),
    Vouch(u8, u8),
    TakeBack(u8, u8),
    Stand(u8, Standing),
    Rate(u8, bool),
    Reparent(u8, Option<u8>),
}

/// What the graph was told.
#[derive(Debug, Clone, Copy)]
enum Told {
    Join(Newcomer),
    Vouch(PersonRow, PersonRow, Timestamp),
    TakeBack(PersonRow, PersonRow, Timestamp),
    Stand(PersonRow, Standing, Timestamp),
    Rate(PersonRow, bool, bool, Timestamp),
    Reparent(Move),
}

fn tell(graph: &mut InviteGraph, told: Told) -> Result<(), GraphError> {
    match told {
        Told::Join(new) => graph.add(new),
        Told::Vouch(from, to, at) => graph.add_vouch(from, to, at),
        Told::TakeBack(from, to, at) => graph.take_vouch_back(from, to, at),
        Told::Stand(person, standing, at) => graph.set_standing(person, standing, at),
        Told::Rate(person, was, is, at) => graph.set_verified(person, was, is, at),
        Told::Reparent(moved) => graph.reparent(moved),
    }
}

impl Model {
    /// Does it, where it can be done; what the graph is to be told of it.
    fn change(&mut self, change: Change, now: Timestamp) -> Option<Told> {
        let pick = |n: u8| {
            self.people
                .get(usize::from(n) % self.people.len().max(1))
                .map(|person| person.row)
        };
        match change {
            Change::Join(row, inviter, verified) => {
                if self.find(row, NOW).is_some() {
                    return None;
                }
                let inviter = inviter.and_then(pick);
                self.people.push(Person {
                    row,
                    joined: now,
                    standings: Vec::new(),
                    ratings: vec![(now, verified)],
                });
                self.edges.push(Span {
                    from: inviter,
                    to: row,
                    since: now,
                    until: None,
                });
                Some(Told::Join(Newcomer {
                    person: row,
                    inviter,
                    at: now,
                    verified,
                }))
            }
            Change::Vouch(from, to) => {
                let (from, to) = (pick(from)?, pick(to)?);
                let known = |span: &Span| {
                    (span.from, span.to) == (Some(from), to)
                        && span.until.is_none_or(|until| until.seconds() == now.seconds())
                };
                if from == to || self.vouches.iter().any(known) {
                    return None;
                }
                self.vouches.push(Span {
                    from: Some(from),
                    to,
                    since: now,
                    until: None,
                });
                Some(Told::Vouch(from, to, now))
            }
            Change::TakeBack(from, to) => {
                let (from, to) = (pick(from)?, pick(to)?);
                let open = |span: &&mut Span| (span.from, span.to) == (Some(from), to) && span.until.is_none();
                self.vouches.iter_mut().find(open)?.until = Some(now);
                Some(Told::TakeBack(from, to, now))
            }
            Change::Stand(person, standing) => {
                let row = pick(person)?;
                let found = self.people.iter_mut().find(|person| person.row == row)?;
                found.standings.push((now, standing));
                Some(Told::Stand(row, standing, now))
            }
            Change::Rate(person, is) => {
                let row = pick(person)?;
                let found = self.people.iter_mut().find(|person| person.row == row)?;
                let was = found.ratings.last()?.1;
                found.ratings.push((now, is));
                Some(Told::Rate(row, was, is, now))
            }
            Change::Reparent(person, after) => {
                let (person, after) = (pick(person)?, after.and_then(pick));
                let before = self.inviter(person, NOW);
                if before == after || after.is_some_and(|after| self.chain(after, NOW).contains(&person)) {
                    return None;
                }
                let edge = self.edges.iter_mut().rfind(|edge| edge.to == person)?;
                edge.until = Some(now);
                self.edges.push(Span {
                    from: after,
                    to: person,
                    since: now,
                    until: None,
                });
                Some(Told::Reparent(Move {
                    person,
                    before,
                    after,
                    at: now,
                }))
            }
        }
    }

    /// The graph after a restart: what the store would say.
    fn loaded(&self, now: Timestamp) -> InviteGraph {
        let mut loading = Loading::new(now);
        let mut people: Vec<_> = self.people.iter().collect();
        people.sort_by_key(|person| person.row);
        for person in &people {
            let standing = person
                .standings
                .last()
                .map_or(Standing::Active, |(_, standing)| *standing);
            loading.person(person.row, person.joined, standing, person.ratings.last().unwrap().1);
        }
        for edge in self.edges.iter().filter(|edge| edge.until.is_none()) {
            if let Some(inviter) = edge.from {
                loading.invited(edge.to, inviter);
            }
        }
        loading.join();
        for edge in &self.edges {
            if let Some(until) = edge.until {
                loading.moved(edge.to, edge.from, until);
            }
        }
        for span in &self.vouches {
            loading.vouched(Given {
                from: span.from.unwrap(),
                to: span.to,
                since: span.since,
                until: span.until,
            });
        }
        for person in people {
            for &(at, standing) in &person.standings {
                loading.stood(person.row, standing, at);
            }
            for pair in person.ratings.windows(2) {
                loading.rated(person.row, pair[0].1, pair[1].1, pair[1].0);
            }
        }
        let (graph, refused) = loading.done();
        assert_eq!(refused, []);
        graph
    }
}

/// The graph as a checkpoint would have it.
fn written(graph: &InviteGraph) -> Vec<u8> {
    let mut bytes = Vec::new();
    let copy = graph.snapshot();
    copy.write(&mut Out::new(&mut bytes)).unwrap();
    bytes
}

fn read(bytes: &[u8]) -> InviteGraph {
    kept::read(&mut In::new(&mut &bytes[..], bytes.len() as u64)).unwrap()
}

const GREATEST: i64 = 20;

fn change() -> impl Strategy<Value = Change> {
    let verified = any::<bool>;
    prop_oneof![
        8 => (1..=GREATEST, prop::option::weighted(0.9, any::<u8>()), verified())
            .prop_map(|(row, inviter, verified)| Change::Join(PersonRow(row), inviter, verified)),
        3 => (any::<u8>(), any::<u8>()).prop_map(|(from, to)| Change::Vouch(from, to)),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(from, to)| Change::TakeBack(from, to)),
        3 => (any::<u8>(), prop::sample::select(Standing::ALL)).prop_map(|(who, how)| Change::Stand(who, how)),
        1 => (any::<u8>(), verified()).prop_map(|(who, is)| Change::Rate(who, is)),
        4 => (any::<u8>(), prop::option::weighted(0.8, any::<u8>()))
            .prop_map(|(who, after)| Change::Reparent(who, after)),
    ]
}

/// All that was so at a past time, asked by steps of `most`.
fn past_is_the_same(graph: &InviteGraph, model: &Model, second: i64, most: usize, limit: usize) {
    let (at, when) = (Timestamp::from_seconds(second), When(second));
    let rows = || (0..=GREATEST + 1).map(PersonRow);
    let past = graph.as_of(at);
    let list = |person, after, deep| {
        let mut list = PastList::new(graph, person, after, limit, at, deep)?;
        while list.go_on(graph, most) {}
        Some(list.into_places())
    };
    for one in rows() {
        let there = model.find(one, when).is_some();
        assert_eq!(past.contains(one), there);
        assert_eq!(past.inviter(one), model.inviter(one, when));
        assert_eq!(past.place(one), model.place(one, when));
        assert_eq!(past.chain(one), model.places(model.chain(one, when), when));
        let children = by_pages(limit, |after| list(one, after, false).unwrap());
        assert_eq!(children, model.places(model.children(one, when), when));
        let branch = by_pages(limit, |after| list(one, after, true).unwrap());
        assert_eq!(branch, model.places(model.branch(one, when), when));
        let figures = PastFigures::new(graph, one, at).map(|mut figures| {
            while figures.go_on(graph, most) {}
            figures.counted()
        });
        assert_eq!(figures, model.figures(one, when, at), "{one:?} at {second}");
        assert_eq!(
            past.vouches_of(one),
            if there {
                model.vouches(one, when)
            } else {
                Vouches::default()
            }
        );
        for other in rows() {
            assert_eq!(past.nearest_common_inviter(one, other), model.common(one, other, when));
            assert_eq!(past.path(one, other), model.path(one, other, when));
            let child = there && model.inviter(other, when) == Some(one);
            assert_eq!(list(one, Some(other), false).is_some(), child);
            let within = one != other && model.chain(other, when).contains(&one);
            assert_eq!(list(one, Some(other), true).is_some(), within);
        }
    }
}

/// All that is so now.
fn now_is_the_same(graph: &InviteGraph, model: &Model, now: Timestamp, limit: usize) {
    let rows = || (0..=GREATEST + 1).map(PersonRow);
    assert_eq!(graph.len(), model.people.len());
    let ended = model
        .edges
        .iter()
        .filter_map(|edge| Some((edge.to, edge.from, edge.until?)));
    let mut moves: Vec<_> = ended.collect();
    moves.sort_by_key(|&(person, _, until)| (person, until));
    assert_eq!(graph.moves(), moves);
    for one in rows() {
        let there = model.find(one, NOW).is_some();
        assert_eq!(graph.contains(one), there);
        assert_eq!(graph.inviter(one), model.inviter(one, NOW));
        assert_eq!(graph.place(one), model.place(one, NOW));
        assert_eq!(graph.chain(one), model.places(model.chain(one, NOW), NOW));
        let children = model.places(model.children(one, NOW), NOW);
        assert_eq!(graph.count_invitees(one), there.then_some(children.len() as u32));
        assert_eq!(children_by(graph, one, limit), children);
        assert_eq!(branch_by(graph, one, limit), model.places(model.branch(one, NOW), NOW));
        assert_eq!(graph.branch_figures(one), model.figures(one, NOW, now), "{one:?}");
        assert_eq!(graph.vouches_of(one), model.vouches(one, NOW));
        for other in rows() {
            assert_eq!(graph.nearest_common_inviter(one, other), model.common(one, other, NOW));
            assert_eq!(graph.path(one, other), model.path(one, other, NOW));
            let within = model.chain(other, NOW).contains(&one);
            assert_eq!(graph.is_within(one, other), within);
            let child = there && model.inviter(other, NOW) == Some(one);
            assert_eq!(graph.children(one, Some(other), 1).is_some(), child);
            assert_eq!(graph.branch(one, Some(other), 1).is_some(), within && one != other);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_like_lists_now_and_as_of_any_time(
        changes in prop::collection::vec((change(), 0..200_000_000_000_i64), 0..70),
        limit in 1usize..6,
        most in 1usize..5,
    ) {
        let (mut graph, mut model) = (InviteGraph::new(), Model::default());
        let mut now = Timestamp::from_seconds(1_000_000);
        let (mut told, mut seconds) = (Vec::new(), BTreeSet::new());
        // The last checkpoint, and how much had been told by then.
        let mut kept = (written(&graph), 0);
        for (change, pause) in changes {
            // Some happen in one second, some days apart; no two at once.
            let pause = if pause % 3 == 0 { 1 + pause % 700_000 } else { 1 + pause };
            now = Timestamp::from_micros(now.micros() + pause);
            graph.pass_time(now, usize::MAX);
            if let Some(change) = model.change(change, now) {
                prop_assert_eq!(tell(&mut graph, change), Ok(()), "{:?}", change);
                told.push(change);
                seconds.extend([now.seconds() - 1, now.seconds()]);
            }
            if pause % 7 == 0 {
                kept = (written(&graph), told.len());
                graph = read(&kept.0);
            }
        }
        now_is_the_same(&graph, &model, now, limit);
        // After a restart by the last checkpoint, which may be older than it says.
        let mut restarted = read(&kept.0);
        for &change in told.iter().skip(kept.1.saturating_sub(3)) {
            prop_assert_eq!(tell(&mut restarted, change), Ok(()), "after a checkpoint {:?}", change);
        }
        restarted.pass_time(now, usize::MAX);
        now_is_the_same(&restarted, &model, now, limit);
        // After a restart, and after the feed has been told again to either.
        let mut loaded = model.loaded(now);
        now_is_the_same(&loaded, &model, now, limit);
        for &change in &told {
            prop_assert_eq!(tell(&mut graph, change), Ok(()), "again {:?}", change);
            prop_assert_eq!(tell(&mut loaded, change), Ok(()), "again {:?}", change);
        }
        now_is_the_same(&graph, &model, now, limit);
        now_is_the_same(&loaded, &model, now, limit);
        for second in seconds.into_iter().step_by(3) {
            past_is_the_same(&graph, &model, second, most, limit);
            past_is_the_same(&loaded, &model, second, most, limit);
            past_is_the_same(&restarted, &model, second, most, limit);
        }
    }
}
