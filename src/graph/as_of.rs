//! The questions about a past time. Whoever joined later is not there yet; whoever has another inviter now has the
//! one of that time; everybody stands as they stood.
//!
//! Short answers are given at once. A list or the figures of a branch are told by [`PastList`] and [`PastFigures`], which
//! go on by steps of bounded work, so that nobody waits for the whole.

use super::{
    BranchFigures, InviteGraph, Place, Vouches, VouchesOf, WEEK,
    figures::Counted,
    history::{Ended, Second, Walk, is_there},
    person_of,
    queries::{joined, time_of},
    tree::some,
};
use crate::platform::terms::{PersonRow, Timestamp};

/// The graph as it was.
pub struct Past<'a> {
    graph: &'a InviteGraph,
    at: Second,
}

impl InviteGraph {
    /// The graph as it was at that time, to the second: what happened in it has happened. A time to come is asked
    /// as now.
    pub fn as_of(&self, at: Timestamp) -> Past<'_> {
        Past {
            graph: self,
            at: Second::of(at),
        }
    }

    /// Who had which inviter, or none, until when: those few who were ever given another, by person, the oldest first.
    pub fn moves(&self) -> Vec<(PersonRow, Option<PersonRow>, Timestamp)> {
        let moves = self.history.moves();
        moves
            .map(|(person, inviter, until)| (person_of(person), some(inviter).map(person_of), until))
            .collect()
    }

    pub(super) fn place_then(&self, row: u32, depth: u32, at: Second) -> Place {
        let node = self.tree.at(row);
        Place {
            person: person_of(row),
            standing: self.history.standing(row, &node, at),
            depth,
            joined_at: time_of(node.joined),
        }
    }

    fn chain_then(&self, row: u32, at: Second) -> impl Iterator<Item = u32> {
        let above = move |&row: &u32| some(self.history.inviter(row, &self.tree.at(row), at));
        std::iter::successors(Some(row), above)
    }
}

impl Past<'_> {
    /// The row of somebody who had joined.
    fn row(&self, person: PersonRow) -> Option<u32> {
        let row = self.graph.row(person)?;
        is_there(&self.graph.tree, row, self.at).then_some(row)
    }

    /// Whether the person had joined.
    pub fn contains(&self, person: PersonRow) -> bool {
        self.row(person).is_some()
    }

    /// Who had let the person in; `None` for a root.
    pub fn inviter(&self, person: PersonRow) -> Option<PersonRow> {
        let row = self.row(person)?;
        let inviter = self.graph.history.inviter(row, &self.graph.tree.at(row), self.at);
        some(inviter).map(person_of)
    }

    /// The person as they stood.
    pub fn place(&self, person: PersonRow) -> Option<Place> {
        let row = self.row(person)?;
        let depth = self.graph.chain_then(row, self.at).skip(1).zip(1..).last();
        Some(self.graph.place_then(row, depth.map_or(0, |(_, steps)| steps), self.at))
    }

    /// The person, their inviter, and so on up to the root.
    pub fn chain(&self, person: PersonRow) -> Vec<Place> {
        let Some(row) = self.row(person) else {
            return Vec::new();
        };
        let places = self.graph.chain_then(row, self.at);
        let mut chain: Vec<_> = places.map(|above| self.graph.place_then(above, 0, self.at)).collect();
        for (place, depth) in chain.iter_mut().rev().zip(0..) {
            place.depth = depth;
        }
        chain
    }

    /// The nearest person by way of whom both had come in.
    pub fn nearest_common_inviter(&self, one: PersonRow, other: PersonRow) -> Option<PersonRow> {
        let ends = |person| self.row(person).map(|row| self.graph.chain_then(row, self.at));
        let (one, other): (Vec<u32>, Vec<u32>) = (ends(one)?.collect(), ends(other)?.collect());
        let both = one.iter().rev().zip(other.iter().rev());
        both.take_while(|(one, other)| one == other)
            .last()
            .map(|(common, _)| person_of(*common))
    }

    /// The two people's path through invites; `None` where they were in different trees.
    pub fn path(&self, from: PersonRow, to: PersonRow) -> Option<Vec<Place>> {
        joined(self.chain(from), self.chain(to))
    }

    /// Who vouched for the person and whom they vouched for. What was taken back later says when.
    pub fn vouches_of(&self, person: PersonRow) -> Vouches {
        match self.row(person) {
            Some(_) => self.graph.vouches(person, VouchesOf::Then(time_of(self.at.0))),
            None => Vouches::default(),
        }
    }
}

/// A list of people as of a past time, which is filled by steps.
pub struct PastList {
    walk: Option<Walk>,
    at: Second,
    /// How deep the root stood.
    depth: u32,
    limit: usize,
    found: Vec<Place>,
}

impl PastList {
    /// Up to `limit` of those whom a person had let in, or, where `deep`, of everybody who was below them, in the
    /// order of [`InviteGraph::branch`], from the start or `after` somebody. `None` where that one was not among them.
    pub fn new(
        graph: &InviteGraph,
        person: PersonRow,
        after: Option<PersonRow>,
        limit: usize,
        at: Timestamp,
        deep: bool,
    ) -> Option<Self> {
        let past = graph.as_of(at);
        let walk = match (past.row(person), after) {
            (None, None) => None,
            (None, Some(_)) => return None,
            (Some(root), None) => Some(Walk::new(root, past.at, deep)),
            (Some(root), Some(after)) => {
                let walk = Walk::new(root, past.at, deep);
                Some(walk.after(&graph.tree, &graph.history, graph.row(after)?)?)
            }
        };
        Some(Self {
            walk,
            at: past.at,
            depth: past.place(person).map_or(0, |place| place.depth),
            limit,
            found: Vec::new(),
        })
    }

    /// Looks at up to `most` people more. False once the list is whole.
    pub fn go_on(&mut self, graph: &InviteGraph, most: usize) -> bool {
        for _ in 0..most {
            let Some(walk) = self.walk.as_mut().filter(|_| self.found.len() < self.limit) else {
                return false;
            };
            match walk.step(&graph.tree, &graph.history) {
                Ok(None) => {}
                Ok(Some((row, level))) => self.found.push(graph.place_then(row, self.depth + level, self.at)),
                Err(Ended) => return false,
            }
        }
        true
    }

    /// The list.
    pub fn into_places(self) -> Vec<Place> {
        self.found
    }
}

/// The figures of a branch as of a past time, which are counted by steps.
pub struct PastFigures {
    walk: Walk,
    at: Second,
    counted: BranchFigures,
}

impl PastFigures {
    /// Begins to count; `None` where the person had not joined.
    pub fn new(graph: &InviteGraph, person: PersonRow, at: Timestamp) -> Option<Self> {
        let past = graph.as_of(at);
        Some(Self {
            walk: Walk::new(past.row(person)?, past.at, true),
            at: past.at,
            counted: BranchFigures::default(),
        })
    }

    /// Looks at up to `most` people more. False once all are counted.
    pub fn go_on(&mut self, graph: &InviteGraph, most: usize) -> bool {
        for _ in 0..most {
            match self.walk.step(&graph.tree, &graph.history) {
                Ok(None) => {}
                Ok(Some((row, level))) => self.count(graph, row, level),
                Err(Ended) => return false,
            }
        }
        true
    }

    fn count(&mut self, graph: &InviteGraph, row: u32, level: u32) {
        let node = graph.tree.at(row);
        let counted = &mut self.counted;
        counted.people += 1;
        counted.depth = counted.depth.max(level);
        match Counted::of(graph.history.standing(row, &node, self.at)) {
            Counted::Active => counted.active += 1,
            Counted::Sanctioned => counted.sanctioned += 1,
            Counted::Left => counted.left += 1,
        }
        counted.verified += u32::from(graph.history.verified(row, &node, self.at));
        let until = u64::from(node.joined) + WEEK.as_secs();
        counted.joined_last_week += u32::from(until > u64::from(self.at.0));
    }

    /// What was counted.
    pub const fn counted(&self) -> BranchFigures {
        self.counted
    }
}
