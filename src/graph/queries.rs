//! The questions about now, and the shape of all answers. A person who is not in the graph has no inviter, no chain, no
//! invitees and no vouches.

use std::time::Duration;

use petgraph::Direction::{Incoming, Outgoing};

use super::{
    InviteGraph,
    figures::standing_of,
    person_of, row_of,
    tree::{NONE, some},
    vouches::OPEN,
};
use crate::platform::terms::{PersonRow, Standing, Timestamp};

/// How long somebody counts as new.
pub const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// Somebody in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Who.
    pub person: PersonRow,
    /// Where they stand.
    pub standing: Standing,
    /// Steps up to the root: 0 for a root.
    pub depth: u32,
    /// When they joined, in whole seconds.
    pub joined_at: Timestamp,
}

/// A branch in numbers, without the one whose branch it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BranchFigures {
    /// How many people, those who left included.
    pub people: u32,
    /// The most steps below; 0 for an empty branch. As of now it is told up to 65 535.
    pub depth: u32,
    /// How many of them are in good standing.
    pub active: u32,
    /// How many of them have the assurance `verified`, however they stand.
    pub verified: u32,
    /// How many of them are under a sanction.
    pub sanctioned: u32,
    /// How many of them have left.
    pub left: u32,
    /// How many of them joined within the last seven days.
    pub joined_last_week: u32,
}

/// One end of a vouch, seen from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouch {
    /// Who is at the other end.
    pub person: PersonRow,
    /// Since when, in whole seconds.
    pub at: Timestamp,
    /// When it was taken back, in whole seconds; none while it stands.
    pub until: Option<Timestamp>,
}

/// Which vouches are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VouchesOf {
    /// Those that stand.
    Now,
    /// Those that stood then.
    Then(Timestamp),
    /// All that were ever given.
    Ever,
}

/// A person's vouches, each list by row and time.
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
        self.tree.len
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the person is in the graph.
    pub fn contains(&self, person: PersonRow) -> bool {
        self.row(person).is_some()
    }

    /// Who let the person in; `None` for a root.
    pub fn inviter(&self, person: PersonRow) -> Option<PersonRow> {
        some(self.tree.at(self.row(person)?).inviter).map(person_of)
    }

    /// When the person joined, in whole seconds.
    pub fn joined_at(&self, person: PersonRow) -> Option<Timestamp> {
        Some(time_of(self.tree.at(self.row(person)?).joined))
    }

    /// The person as they stand.
    pub fn place(&self, person: PersonRow) -> Option<Place> {
        let row = self.row(person)?;
        Some(self.place_at(row, self.tree.depth(row)))
    }

    /// The person, their inviter, and so on up to the root.
    pub fn chain(&self, person: PersonRow) -> Vec<Place> {
        let Some(row) = self.row(person) else {
            return Vec::new();
        };
        let mut chain = Vec::with_capacity(64);
        chain.extend(self.tree.chain(row).map(|above| self.place_at(above, 0)));
        for (place, depth) in chain.iter_mut().rev().zip(0..) {
            place.depth = depth;
        }
        chain
    }

    /// Up to `limit` of those whom the person let in, by row, which is the order of joining, from
    /// the start or `after` the last one of the former page. `None` where `after` is not one of
    /// them. Every page costs what it holds; whoever joins between pages takes no other's place.
    pub fn children(&self, person: PersonRow, after: Option<PersonRow>, limit: usize) -> Option<Vec<Place>> {
        let Some(row) = self.row(person) else {
            return after.is_none().then(Vec::new);
        };
        let start = match after {
            None => self.tree.at(row).first,
            Some(after) => {
                let after = self.tree.get(row_of(after)?)?;
                (after.inviter == row).then_some(after.next)?
            }
        };
        let depth = self.tree.depth(row) + 1;
        let page = self.tree.invitees_from(start).take(limit);
        Some(page.map(|invitee| self.place_at(invitee, depth)).collect())
    }

    /// Up to `limit` of those below the person, depth first: an inviter before their invitees, the
    /// invitees by row, from the start or `after` the last one of the former page. `None` where
    /// `after` is not below the person. A page costs what it holds and two climbs from `after`,
    /// wherever in the branch it is; whoever joins between pages takes no other's place.
    pub fn branch(&self, person: PersonRow, after: Option<PersonRow>, limit: usize) -> Option<Vec<Place>> {
        let Some(root) = self.row(person) else {
            return after.is_none().then(Vec::new);
        };
        let start = match after {
            None => root,
            Some(after) => self
                .row(after)
                .filter(|&after| after != root && self.tree.is_within(root, after))?,
        };
        let page = self.tree.branch_after(root, start, self.tree.depth(start)).take(limit);
        Some(page.map(|(row, depth)| self.place_at(row, depth)).collect())
    }

    pub(super) fn place_at(&self, row: u32, depth: u32) -> Place {
        let node = self.tree.at(row);
        Place {
            person: person_of(row),
            standing: standing_of(node.standing),
            depth,
            joined_at: time_of(node.joined),
        }
    }

    /// The person's branch in numbers, as they are kept; `None` for one who is not in the graph. Who joined within
    /// the last week is counted as [`Self::pass_time`] has left it.
    pub fn branch_figures(&self, person: PersonRow) -> Option<BranchFigures> {
        let row = self.row(person)?;
        let (node, kept) = (self.tree.at(row), self.figures.get(row));
        Some(BranchFigures {
            people: node.people,
            depth: u32::from(node.height),
            active: kept.active,
            verified: kept.verified,
            sanctioned: kept.sanctioned,
            left: node.people.saturating_sub(kept.active).saturating_sub(kept.sanctioned),
            joined_last_week: kept.recent,
        })
    }

    /// How many the person let in themself; `None` for one who is not in the graph.
    pub fn count_invitees(&self, person: PersonRow) -> Option<u32> {
        Some(self.tree.at(self.row(person)?).invitees)
    }

    /// The nearest person by way of whom both came in, who may be one of the two; `None` where
    /// they are in different trees.
    pub fn nearest_common_inviter(&self, one: PersonRow, other: PersonRow) -> Option<PersonRow> {
        let common = self.tree.nearest_common(self.row(one)?, self.row(other)?)?;
        Some(person_of(common))
    }

    /// The two people's path through invites: from `from` up to the nearest common inviter and
    /// down to `to`, each once, both ends included; `None` where they are in different trees.
    pub fn path(&self, from: PersonRow, to: PersonRow) -> Option<Vec<Place>> {
        joined(self.chain(from), self.chain(to))
    }

    /// Who vouches for the person and whom they vouch for.
    pub fn vouches_of(&self, person: PersonRow) -> Vouches {
        self.vouches(person, VouchesOf::Now)
    }

    /// These vouches of the person. It costs a look at every one that they ever had.
    pub fn vouches(&self, person: PersonRow, which: VouchesOf) -> Vouches {
        let ends = |direction| {
            let row = row_of(person).unwrap_or(NONE);
            let ends = self.vouches.of(row, direction, which);
            let mut ends: Vec<_> = ends
                .map(|(other, span)| Vouch {
                    person: person_of(other),
                    at: time_of(span.since),
                    until: (span.until != OPEN).then(|| time_of(span.until)),
                })
                .collect();
            ends.sort_unstable_by_key(|vouch| (vouch.person, vouch.at));
            ends
        };
        Vouches {
            received: ends(Incoming),
            given: ends(Outgoing),
        }
    }

    /// Whether the person is `branch_root` or somewhere below them.
    pub fn is_within(&self, branch_root: PersonRow, person: PersonRow) -> bool {
        match (self.row(branch_root), self.row(person)) {
            (Some(root), Some(row)) => self.tree.is_within(root, row),
            _ => false,
        }
    }

    /// The row of somebody who is here.
    pub(super) fn row(&self, person: PersonRow) -> Option<u32> {
        row_of(person).filter(|&row| self.tree.get(row).is_some())
    }
}

/// Two chains as one path: up the first to whom both have, and down the second.
pub(super) fn joined(mut up: Vec<Place>, mut down: Vec<Place>) -> Option<Vec<Place>> {
    let mut turn = None;
    while let (Some(one), Some(other)) = (up.last(), down.last())
        && one.person == other.person
    {
        turn = up.pop();
        down.pop();
    }
    up.push(turn?);
    up.extend(down.into_iter().rev());
    Some(up)
}

/// A second as a time.
pub(super) fn time_of(seconds: u32) -> Timestamp {
    Timestamp::from_seconds(i64::from(seconds))
}
