//! The invite graph in memory: who let whom in, who vouches for whom, and how everybody stands; now, and as of any past
//! time.
//!
//! People are known by their dense row, so nothing is hashed. What is kept of each person:
//!
//! | bytes | for |
//! |---|---|
//! | 4 | who let them in |
//! | 4 + 4 + 4 | the first and the last of their invitees, and the next of the same inviter's |
//! | 4 | when they joined, in seconds |
//! | 4 + 4 | how many are below them, and how many they let in themself |
//! | 2 | the most steps below |
//! | 1 | where they stand |
//! | 1 | what else is so of them, a bit each: what is to be looked up in a list, verified, counted as new |
//! | 4 + 4 + 4 + 4 | how many below them are in good standing, verified, under a sanction, and joined within the last week |
//!
//! These are 48. Beside them stand lists of the few: whose standing, assurance or inviter ever changed
//! (`history.rs`), who joined within the last week (about 12 bytes each), and who vouches or is vouched for, in a petgraph
//! (`vouches.rs`).
//!
//! What is promised:
//! - every person has at most one inviter, and the invites have no circle;
//! - adding the same again changes nothing, so a feed may be replayed;
//! - an error leaves the graph as it was;
//! - answers do not depend on the order in which people were added;
//! - what was so at a past time is answered alike whenever it is asked.
//!
//! Nothing here decides who may invite, vouch or ask.

mod as_of;
mod figures;
mod history;
mod kept;
mod levels;
mod live;
mod load;
mod queries;
mod records;
#[cfg(test)]
mod tests;
mod tree;
mod vouches;

pub use kept::Snapshot;
pub use levels::{Drawn, Levels};
pub use live::LiveGraph;
pub use queries::{BranchFigures, Place, Vouch, Vouches, VouchesOf, WEEK};

use std::collections::BTreeSet;

use crate::platform::terms::{PersonRow, Standing, Timestamp};
use figures::{Figures, Kept, Lowering, alone};
use history::{History, Second};
use tree::{NONE, Node, Sought, Tree, mark, some};
use vouches::VouchGraph;

/// Why an addition or a change was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The person must be in the graph already and is not.
    #[error("person row {} is not in the graph", .0.0)]
    Unknown(PersonRow),
    /// A row is from 1 to 2³² − 1.
    #[error("person row {} is not from 1 to {}", .0.0, u32::MAX)]
    RowOutOfRange(PersonRow),
    /// The person is in the graph already, let in otherwise.
    #[error("person row {} is in the graph with another inviter or none", person.0)]
    OtherInviter {
        /// The person that was to be added or moved.
        person: PersonRow,
        /// Who let them in; `None` for a root.
        inviter: Option<PersonRow>,
    },
    /// The inviter is the person or was let in by way of them.
    #[error("person row {} cannot be let in from their own branch, by {}", person.0, inviter.0)]
    Circle {
        /// The person that was to be added or moved.
        person: PersonRow,
        /// The inviter that was named.
        inviter: PersonRow,
    },
    /// Nobody vouches for themself.
    #[error("person row {} cannot vouch for themself", .0.0)]
    SelfVouch(PersonRow),
    /// There are 2³² − 1 vouches already.
    #[error("the graph has no room for another vouch")]
    Full,
}

/// Somebody who is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newcomer {
    /// Who.
    pub person: PersonRow,
    /// Who let them in; `None` for a root.
    pub inviter: Option<PersonRow>,
    /// When.
    pub at: Timestamp,
    /// Whether their assurance is `verified`.
    pub verified: bool,
}

/// Somebody who is given another inviter, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Who.
    pub person: PersonRow,
    /// Their inviter so far; `None` for a root.
    pub before: Option<PersonRow>,
    /// Their inviter from now on; `None` for a root.
    pub after: Option<PersonRow>,
    /// When.
    pub at: Timestamp,
}

/// The invite graph. Memory goes by the greatest row: rows are to be nearly gapless.
#[derive(Default)]
pub struct InviteGraph {
    tree: Tree,
    figures: Figures,
    vouches: VouchGraph,
    history: History,
    /// Who is counted as having joined within the last week: when, and who.
    recent: BTreeSet<(u32, u32)>,
    /// Up to when the last week has been looked at.
    now: u32,
}

impl InviteGraph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a person in good standing. Where they are known so already, the former time and assurance stand; where
    /// they came in so and were given another inviter since, they keep that one.
    ///
    /// # Errors
    /// [`GraphError::Unknown`] for the inviter; [`GraphError::OtherInviter`] and [`GraphError::Circle`] for a person
    /// who is in the graph otherwise; [`GraphError::RowOutOfRange`].
    pub fn add(&mut self, new: Newcomer) -> Result<(), GraphError> {
        let before = new.inviter.and_then(row_of).map(|inviter| {
            let person = row_of(new.person).unwrap_or(NONE);
            self.place_in_list(inviter, person)
        });
        self.add_behind(new, before.unwrap_or(NONE))
    }

    /// The same, where it is known behind whom they come in the list of their inviter's invitees.
    fn add_behind(&mut self, new: Newcomer, before: u32) -> Result<(), GraphError> {
        let Newcomer { person, inviter, .. } = new;
        if let Some(inviter) = inviter {
            if inviter == person {
                return Err(GraphError::Circle { person, inviter });
            }
            self.known(inviter)?;
        }
        let row = row_of(person).ok_or(GraphError::RowOutOfRange(person))?;
        let above = inviter.and_then(row_of).unwrap_or(NONE);
        if let Some(known) = self.tree.get(row) {
            return match some(known.inviter).map(person_of) {
                former if former == inviter || self.history.had(row, above) => Ok(()),
                former => Err(match inviter {
                    Some(inviter) if self.tree.is_within(row, above) => GraphError::Circle { person, inviter },
                    _ => GraphError::OtherInviter {
                        person,
                        inviter: former,
                    },
                }),
            };
        }
        let node = self.newcomer(row, new, above);
        self.tree.put(row, node);
        self.figures.put(row);
        if above != NONE {
            self.tree.link(row, before);
            self.figures.add(&mut self.tree, above, 1, alone(&node), 0);
        }
        Ok(())
    }

    /// Somebody in good standing, who is counted as new where they are.
    fn newcomer(&mut self, row: u32, new: Newcomer, inviter: u32) -> Node {
        let joined = Second::of(new.at).0;
        let mut marks = mark::THERE;
        if new.verified {
            marks |= mark::VERIFIED;
        }
        if is_recent(joined, self.now) {
            marks |= mark::RECENT;
            self.recent.insert((joined, row));
        }
        Node {
            inviter,
            joined,
            standing: place_of(Standing::Active),
            marks,
            ..Node::default()
        }
    }

    /// Moves the end of the last week on to `now`, and takes up to `most` people out of those who joined within it.
    /// False once there are no more.
    pub fn pass_time(&mut self, now: Timestamp, most: usize) -> bool {
        self.now = Second::of(now).0;
        for _ in 0..most {
            let Some(&(joined, row)) = self.recent.first().filter(|(joined, _)| !is_recent(*joined, self.now)) else {
                return false;
            };
            self.recent.remove(&(joined, row));
            self.tree.change(row, |node| node.marks &= !mark::RECENT);
            for above in self.tree.chain(row).skip(1) {
                self.figures.change(above, |kept| Kept {
                    recent: kept.recent.saturating_sub(1),
                    ..kept
                });
            }
        }
        true
    }

    /// Whether [`Self::pass_time`] has anything to do then.
    pub fn has_aged(&self, now: Timestamp) -> bool {
        let now = Second::of(now).0;
        self.recent.first().is_some_and(|(joined, _)| !is_recent(*joined, now))
    }

    /// Adds that `from` vouches for `to` from then on. Where that is known already, nothing changes.
    ///
    /// # Errors
    /// [`GraphError::Unknown`] for either, [`GraphError::SelfVouch`], [`GraphError::Full`].
    pub fn add_vouch(&mut self, from: PersonRow, to: PersonRow, at: Timestamp) -> Result<(), GraphError> {
        let (one, other) = (self.known(from)?, self.known(to)?);
        if one == other {
            return Err(GraphError::SelfVouch(from));
        }
        let given = self.vouches.give(one, other, Second::of(at).0);
        given.map_err(|_| GraphError::Full).map(|_| ())
    }

    /// Adds that `from` vouched for `to` and took it back. Where no vouch stands that is older, nothing changes.
    ///
    /// # Errors
    /// [`GraphError::Unknown`] for either.
    pub fn take_vouch_back(&mut self, from: PersonRow, to: PersonRow, at: Timestamp) -> Result<(), GraphError> {
        let (one, other) = (self.known(from)?, self.known(to)?);
        self.vouches.take_back(one, other, Second::of(at).0);
        Ok(())
    }

    /// Says where a person stands from then on.
    ///
    /// # Errors
    /// [`GraphError::Unknown`].
    pub fn set_standing(&mut self, person: PersonRow, standing: Standing, at: Timestamp) -> Result<(), GraphError> {
        let row = self.known(person)?;
        self.history.stood(row, standing, at);
        self.exchange(row, |node| {
            node.standing = place_of(standing);
            node.marks |= mark::CHANGED;
        });
        Ok(())
    }

    /// Says whether a person's assurance is `verified` from then on, and whether it was before.
    ///
    /// # Errors
    /// [`GraphError::Unknown`].
    pub fn set_verified(&mut self, person: PersonRow, was: bool, is: bool, at: Timestamp) -> Result<(), GraphError> {
        let row = self.known(person)?;
        self.history.rated(row, was, is, at);
        self.exchange(row, |node| {
            node.marks |= mark::LOWERED;
            match is {
                true => node.marks |= mark::VERIFIED,
                false => node.marks &= !mark::VERIFIED,
            }
        });
        Ok(())
    }

    /// Changes a person, and what they are counted as above them.
    fn exchange(&mut self, row: u32, change: impl FnOnce(&mut Node)) {
        let before = alone(&self.tree.at(row));
        self.tree.change(row, change);
        let after = alone(&self.tree.at(row));
        self.figures.exchange(&self.tree, row, before, after);
    }

    /// Gives a person another inviter, or none, from then on; their whole branch goes along. What was so before is
    /// kept. Where it is known already, nothing changes.
    ///
    /// # Errors
    /// [`GraphError::Unknown`] for either, [`GraphError::OtherInviter`] where `before` is not who let them in,
    /// [`GraphError::Circle`].
    pub fn reparent(&mut self, moved: Move) -> Result<(), GraphError> {
        let before = |inviter: Option<PersonRow>| {
            let person = row_of(moved.person).unwrap_or(NONE);
            let list = inviter.and_then(row_of);
            list.map_or(NONE, |list| self.place_in_list(list, person))
        };
        let (from, to) = (before(moved.before), before(moved.after));
        let mut lowering = self.reparent_behind(moved, from, to)?;
        while let Some(rest) = lowering {
            lowering = rest.go_on(&mut self.tree, usize::MAX);
        }
        Ok(())
    }

    /// The same, where it is known behind whom they stand in both lists. What is left is to lower the heights above
    /// the former place: until then these say how deep the branches were.
    fn reparent_behind(&mut self, moved: Move, from: u32, to: u32) -> Result<Option<Lowering>, GraphError> {
        let Move {
            person,
            before,
            after,
            at,
        } = moved;
        let row = self.known(person)?;
        let new = after.map(|after| self.known(after)).transpose()?.unwrap_or(NONE);
        let node = self.tree.at(row);
        let former = some(node.inviter).map(person_of);
        if self.history.has_moved(row, before.and_then(row_of).unwrap_or(NONE), at) || former == after {
            return Ok(None);
        }
        if former != before {
            return Err(GraphError::OtherInviter {
                person,
                inviter: former,
            });
        }
        if let Some(inviter) = after.filter(|_| self.tree.is_within(row, new)) {
            return Err(GraphError::Circle { person, inviter });
        }
        let old = node.inviter;
        let (people, sum) = (node.people + 1, self.figures.get(row).plus(alone(&node)));
        if old != NONE {
            self.tree.unlink(row, from);
            self.figures.remove(&mut self.tree, old, people, sum);
        }
        self.tree.change(row, |node| {
            node.inviter = new;
            node.marks |= mark::MOVED;
        });
        self.tree.change(old, |node| node.marks |= mark::LOST);
        self.history.moved(row, old, at);
        if new != NONE {
            self.tree.link(row, to);
            self.figures.add(&mut self.tree, new, people, sum, node.height);
        }
        Ok(some(old).and_then(|old| Lowering::begin(&self.tree, old, node.height)))
    }

    /// Behind whom a person stands, or would, in the list of an inviter's invitees.
    fn place_in_list(&self, inviter: u32, person: u32) -> u32 {
        let mut from = NONE;
        loop {
            match self.tree.seek(inviter, person, from, usize::MAX) {
                Sought::Behind(before) => return before,
                Sought::Further(on) => from = on,
            }
        }
    }

    fn known(&self, person: PersonRow) -> Result<u32, GraphError> {
        let row = row_of(person).filter(|&row| self.tree.get(row).is_some());
        row.ok_or(GraphError::Unknown(person))
    }
}

/// A row as the graph has it: from 1 to 2³² − 1.
fn row_of(person: PersonRow) -> Option<u32> {
    u32::try_from(person.0).ok().and_then(some)
}

fn person_of(row: u32) -> PersonRow {
    PersonRow(i64::from(row))
}

/// A standing's place among all.
fn place_of(standing: Standing) -> u8 {
    let place = Standing::ALL.iter().position(|&known| known == standing);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or_default()
}

/// Whether somebody who joined then counts as new.
const fn is_recent(joined: u32, now: u32) -> bool {
    joined as u64 + WEEK.as_secs() > now as u64
}
