//! The questions, and the shape of their answers. A person who is not in the graph has no
//! inviter, no chain, no invitees and no vouches.

use petgraph::{
    Direction::{self, Incoming, Outgoing},
    visit::EdgeRef,
};

use super::{InviteGraph, node};
use crate::platform::terms::{PersonRow, Standing, Timestamp};

/// Somebody in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Who.
    pub person: PersonRow,
    /// Where they stand.
    pub standing: Standing,
    /// Steps up to the root: 0 for a root.
    pub depth: u32,
    /// When they joined.
    pub joined_at: Timestamp,
}

/// A branch in numbers, without the one whose branch it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BranchFigures {
    /// How many people.
    pub size: u32,
    /// The most steps below; 0 for an empty branch.
    pub depth: u32,
    /// How many of them are in good standing.
    pub active: u32,
    /// How many of them are under a sanction.
    pub banned: u32,
    /// How many of them have left.
    pub left: u32,
}

/// One end of a vouch, seen from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouch {
    /// Who is at the other end.
    pub person: PersonRow,
    /// Since when.
    pub at: Timestamp,
}

/// A person's vouches, each list by row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vouches {
    /// Who vouched for them.
    pub received: Vec<Vouch>,
    /// Whom they vouch for.
    pub given: Vec<Vouch>,
}

impl InviteGraph {
    /// How many people.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the person is in the graph.
    pub fn contains(&self, person: PersonRow) -> bool {
        self.position(person).is_some()
    }

    /// Who let the person in; `None` for a root.
    pub fn inviter(&self, person: PersonRow) -> Option<PersonRow> {
        let inviter = self.tree.inviter(self.position(person)?)?;
        Some(self.tree.row(inviter))
    }

    /// The person as they stand.
    pub fn place(&self, person: PersonRow) -> Option<Place> {
        Some(self.place_at(self.position(person)?))
    }

    /// The person, their inviter, and so on up to the root.
    pub fn chain(&self, person: PersonRow) -> Vec<Place> {
        let Some(position) = self.position(person) else {
            return Vec::new();
        };
        let mut chain = Vec::with_capacity(self.tree.depth(position) as usize + 1);
        chain.extend(self.tree.chain(position));
        self.places(&chain)
    }

    /// Up to `limit` of those whom the person let in, by row, which is the order of joining, from
    /// the start or `after` the last one of the former page. `None` where `after` is not one of
    /// them. Every page costs what it holds; whoever joins between pages takes no other's place.
    pub fn children(&self, person: PersonRow, after: Option<PersonRow>, limit: usize) -> Option<Vec<Place>> {
        let Some(position) = self.position(person) else {
            return after.is_none().then(Vec::new);
        };
        let start = match after {
            None => self.tree.first_invitee(position),
            Some(after) if self.inviter(after) == Some(person) => self.tree.next_invitee(self.position(after)?),
            Some(_) => return None,
        };
        let page: Vec<_> = self.tree.invitees_from(start).take(limit).collect();
        Some(self.places(&page))
    }

    /// Up to `limit` of those below the person, depth first: an inviter before their invitees, the
    /// invitees by row, from the start or `after` the last one of the former page. `None` where
    /// `after` is not below the person. A page costs what it holds and two climbs from `after`,
    /// wherever in the branch it is; whoever joins between pages takes no other's place.
    pub fn branch(&self, person: PersonRow, after: Option<PersonRow>, limit: usize) -> Option<Vec<Place>> {
        let Some(root) = self.position(person) else {
            return after.is_none().then(Vec::new);
        };
        let start = match after {
            None => root,
            Some(after) => self
                .position(after)
                .filter(|&after| after != root && self.tree.is_within(root, after))?,
        };
        let page: Vec<_> = self.tree.branch_after(root, start).take(limit).collect();
        Some(self.places(&page))
    }

    /// What is known of these people. First the walk, which learns from each place where the next one is,
    /// then this, which does not: so far memory is fetched for many at a time.
    fn places(&self, positions: &[u32]) -> Vec<Place> {
        positions.iter().map(|&position| self.place_at(position)).collect()
    }

    fn place_at(&self, position: u32) -> Place {
        let person = self.graph[node(position)];
        Place {
            person: self.tree.row(position),
            standing: person.standing,
            depth: self.tree.depth(position),
            joined_at: person.joined_at,
        }
    }

    /// The person's branch in numbers, as they are kept; `None` for one who is not in the graph.
    pub fn branch_figures(&self, person: PersonRow) -> Option<BranchFigures> {
        self.figures.branch(self.position(person)?)
    }

    /// How many the person let in themself; `None` for one who is not in the graph.
    pub fn count_invitees(&self, person: PersonRow) -> Option<u32> {
        self.figures.invitees(self.position(person)?)
    }

    /// The nearest person by way of whom both came in, who may be one of the two; `None` where
    /// they are in different trees.
    pub fn nearest_common_inviter(&self, one: PersonRow, other: PersonRow) -> Option<PersonRow> {
        let common = self.tree.nearest_common(self.position(one)?, self.position(other)?)?;
        Some(self.tree.row(common))
    }

    /// The two people's path through invites: from `from` up to the nearest common inviter and
    /// down to `to`, each once, both ends included; `None` where they are in different trees.
    pub fn path(&self, from: PersonRow, to: PersonRow) -> Option<Vec<Place>> {
        let (from, to) = (self.position(from)?, self.position(to)?);
        let common = self.tree.nearest_common(from, to)?;
        let below = |person| self.tree.chain(person).take_while(|&above| above != common);
        let mut path: Vec<_> = below(from).collect();
        path.push(common);
        let turn = path.len();
        path.extend(below(to));
        path[turn..].reverse();
        Some(self.places(&path))
    }

    /// Who vouched for the person and whom they vouch for.
    pub fn vouches_of(&self, person: PersonRow) -> Vouches {
        let Some(position) = self.position(person) else {
            return Vouches::default();
        };
        let ends = |direction: Direction| {
            let mut ends: Vec<_> = self
                .vouches(position, direction)
                .map(|edge| Vouch {
                    person: self.tree.row(match direction {
                        Incoming => edge.source().index() as u32,
                        Outgoing => edge.target().index() as u32,
                    }),
                    at: *edge.weight(),
                })
                .collect();
            ends.sort_unstable_by_key(|vouch| vouch.person);
            ends
        };
        Vouches {
            received: ends(Incoming),
            given: ends(Outgoing),
        }
    }

    /// Whether the person is `branch_root` or somewhere below them.
    pub fn is_within(&self, branch_root: PersonRow, person: PersonRow) -> bool {
        match (self.position(branch_root), self.position(person)) {
            (Some(root), Some(position)) => self.tree.is_within(root, position),
            _ => false,
        }
    }
}
