//! The invite graph in memory: who let whom in, and who vouches for whom.
//!
//! A petgraph [`Graph`] holds people and edges; a tree of links beside it answers the questions
//! about invites. People are known by their dense row: the row less one is the index, so nothing is
//! hashed. A row that was never added is an empty place.
//!
//! What is promised:
//! - every person has at most one inviter, and the invites have no circle;
//! - adding the same again changes nothing, so a feed may be replayed;
//! - an error leaves the graph as it was;
//! - answers do not depend on the order in which people were added.
//!
//! Nothing here decides who may invite, vouch or ask.

mod live;
mod queries;
mod records;
#[cfg(test)]
mod tests;
mod tree;

pub use live::LiveGraph;
pub use queries::{BranchFigures, Descendant, Vouch, Vouches};

use petgraph::{
    Direction::{self, Incoming, Outgoing},
    graph::{EdgeReference, Graph, NodeIndex},
    visit::EdgeRef,
};

use crate::terms::{PersonRow, Standing, Timestamp};
use tree::Tree;

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
        /// The person that was to be added.
        person: PersonRow,
        /// Who let them in; `None` for a root.
        inviter: Option<PersonRow>,
    },
    /// The inviter is the person or was let in by way of them.
    #[error("person row {} cannot be let in from their own branch, by {}", person.0, inviter.0)]
    Circle {
        /// The person that was to be added.
        person: PersonRow,
        /// The inviter that was named.
        inviter: PersonRow,
    },
    /// Nobody vouches for themself.
    #[error("person row {} cannot vouch for themself", .0.0)]
    SelfVouch(PersonRow),
    /// There are 2³² − 1 edges already.
    #[error("the graph has no room for another edge")]
    Full,
}

/// A place in the graph. Aligned to four bytes: with the natural eight, people and edges would
/// take a quarter more.
#[derive(Clone, Copy)]
#[repr(Rust, packed(4))]
struct Person {
    joined_at: Timestamp,
    /// `None` where nobody of this row was added.
    standing: Option<Standing>,
}

/// An edge, from the inviter to the invitee or from who vouches to whom they vouch for.
#[derive(Clone, Copy)]
#[repr(Rust, packed(4))]
struct Link {
    at: Timestamp,
    kind: LinkKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LinkKind {
    Invite,
    Vouch,
}

/// The invite graph. Memory goes by the greatest row, not by the number of people: rows are to be
/// nearly gapless.
#[derive(Default)]
pub struct InviteGraph {
    graph: Graph<Person, Link>,
    tree: Tree,
    people: usize,
}

impl InviteGraph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty graph with room for this many people and their invites.
    pub fn with_capacity(people: usize) -> Self {
        Self {
            graph: Graph::with_capacity(people, people),
            tree: Tree::with_capacity(people),
            people: 0,
        }
    }

    /// Adds a person whom nobody invited, in good standing.
    ///
    /// # Errors
    /// [`GraphError::OtherInviter`] for a person whom somebody invited, [`GraphError::RowOutOfRange`].
    pub fn add_root(&mut self, person: PersonRow, at: Timestamp) -> Result<(), GraphError> {
        match self.position(person) {
            None => {
                let position = self.place(person)?;
                self.settle(position, at);
                Ok(())
            }
            Some(_) => match self.inviter(person) {
                None => Ok(()),
                inviter => Err(GraphError::OtherInviter { person, inviter }),
            },
        }
    }

    /// Adds a person with the one who invited them, in good standing. Where both are known so
    /// already, the former time stands.
    ///
    /// # Errors
    /// [`GraphError::Unknown`] for the inviter; [`GraphError::OtherInviter`] and
    /// [`GraphError::Circle`] for a person who is in the graph otherwise;
    /// [`GraphError::RowOutOfRange`]; [`GraphError::Full`].
    pub fn add_invited(&mut self, person: PersonRow, inviter: PersonRow, at: Timestamp) -> Result<(), GraphError> {
        if person == inviter {
            return Err(GraphError::Circle { person, inviter });
        }
        let above = self.known(inviter)?;
        if let Some(position) = self.position(person) {
            return match self.inviter(person) {
                Some(former) if former == inviter => Ok(()),
                _ if self.tree.is_within(position, above) => Err(GraphError::Circle { person, inviter }),
                former => Err(GraphError::OtherInviter {
                    person,
                    inviter: former,
                }),
            };
        }
        let position = self.place(person)?;
        self.link(above, position, LinkKind::Invite, at)?;
        self.tree.attach(position, above);
        self.settle(position, at);
        Ok(())
    }

    /// Adds that `from` vouches for `to`. Where that is known already, the former time stands.
    ///
    /// # Errors
    /// [`GraphError::Unknown`] for either, [`GraphError::SelfVouch`], [`GraphError::Full`].
    pub fn add_vouch(&mut self, from: PersonRow, to: PersonRow, at: Timestamp) -> Result<(), GraphError> {
        let (one, other) = (self.known(from)?, self.known(to)?);
        if one == other {
            return Err(GraphError::SelfVouch(from));
        }
        // A vouch stands in the lists of both; side by side, the search ends with the shorter.
        let known = self
            .vouches(one, Outgoing)
            .zip(self.vouches(other, Incoming))
            .any(|(given, received)| given.target() == node(other) || received.source() == node(one));
        if known {
            return Ok(());
        }
        self.link(one, other, LinkKind::Vouch, at)
    }

    /// Says where a person stands now.
    ///
    /// # Errors
    /// [`GraphError::Unknown`].
    pub fn set_standing(&mut self, person: PersonRow, standing: Standing) -> Result<(), GraphError> {
        let position = self.known(person)?;
        self.graph[node(position)].standing = Some(standing);
        Ok(())
    }

    /// The person's vouches of one direction, in no order that means anything.
    fn vouches(&self, position: u32, direction: Direction) -> impl Iterator<Item = EdgeReference<'_, Link, u32>> {
        self.graph
            .edges_directed(node(position), direction)
            .filter(|edge| edge.weight().kind == LinkKind::Vouch)
    }

    /// Where a person stands who is in the graph.
    fn position(&self, person: PersonRow) -> Option<u32> {
        let position = position_of(person)?;
        self.graph.node_weight(node(position))?.standing.map(|_| position)
    }

    fn known(&self, person: PersonRow) -> Result<u32, GraphError> {
        self.position(person).ok_or(GraphError::Unknown(person))
    }

    /// The place for a row that is not in the graph, empty as yet, and those before it.
    fn place(&mut self, person: PersonRow) -> Result<u32, GraphError> {
        let out_of_range = GraphError::RowOutOfRange(person);
        let position = position_of(person).ok_or(out_of_range)?;
        let empty = Person {
            joined_at: Timestamp::default(),
            standing: None,
        };
        while self.graph.node_count() <= position as usize {
            self.graph.try_add_node(empty).map_err(|_| out_of_range)?;
        }
        self.tree.grow_to(self.graph.node_count());
        Ok(position)
    }

    fn link(&mut self, from: u32, to: u32, kind: LinkKind, at: Timestamp) -> Result<(), GraphError> {
        match self.graph.try_add_edge(node(from), node(to), Link { at, kind }) {
            Ok(_) => Ok(()),
            // Both ends are there: only the number of edges can be at its end.
            Err(_) => Err(GraphError::Full),
        }
    }

    fn settle(&mut self, position: u32, joined_at: Timestamp) {
        self.graph[node(position)] = Person {
            joined_at,
            standing: Some(Standing::Active),
        };
        self.people += 1;
    }
}

/// The index of a row, whether or not anybody is there.
fn position_of(person: PersonRow) -> Option<u32> {
    u32::try_from(person.0.checked_sub(1)?)
        .ok()
        .filter(|&position| position < u32::MAX)
}

fn row_of(position: u32) -> PersonRow {
    PersonRow(i64::from(position) + 1)
}

fn node(position: u32) -> NodeIndex {
    NodeIndex::from(position)
}
