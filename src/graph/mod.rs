//! The invite graph in memory: who let whom in, and who vouches for whom.
//!
//! A petgraph [`Graph`] holds people and vouches; who let whom in is a tree of links beside it, over
//! the same positions, since everybody has one inviter at most. People are known by their dense row,
//! so nothing is hashed.
//!
//! What is promised:
//! - every person has at most one inviter, and the invites have no circle;
//! - adding the same again changes nothing, so a feed may be replayed;
//! - an error leaves the graph as it was;
//! - answers do not depend on the order in which people were added.
//!
//! Nothing here decides who may invite, vouch or ask.

mod figures;
mod live;
mod queries;
mod records;
#[cfg(test)]
mod tests;
mod tree;

pub use live::LiveGraph;
pub use queries::{BranchFigures, Place, Vouch, Vouches};

use petgraph::{
    Direction::{self, Incoming, Outgoing},
    graph::{EdgeReference, Graph, NodeIndex},
    visit::EdgeRef,
};

use crate::platform::terms::{PersonRow, Standing, Timestamp};
use figures::Figures;
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
    /// There are 2³² − 1 vouches already.
    #[error("the graph has no room for another vouch")]
    Full,
}

/// A person in the graph. Aligned to four bytes: with the natural eight, people would take a third more.
#[derive(Clone, Copy)]
#[repr(Rust, packed(4))]
struct Person {
    joined_at: Timestamp,
    standing: Standing,
}

/// Somebody who is loaded: who, how they stand, since when, and who let them in.
type Member = (PersonRow, Standing, Timestamp, Option<PersonRow>);

/// The invite graph. Memory goes by people and, for four bytes, by the greatest row: rows are to be
/// nearly gapless.
#[derive(Default)]
pub struct InviteGraph {
    /// A vouch goes from who vouches to whom they vouch for, and says since when.
    graph: Graph<Person, Timestamp>,
    tree: Tree,
    figures: Figures,
}

impl InviteGraph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty graph with room for this many people and their invites.
    pub fn with_capacity(people: usize) -> Self {
        Self {
            graph: Graph::with_capacity(people, 0),
            tree: Tree::with_capacity(people),
            figures: Figures::with_capacity(people),
        }
    }

    /// A graph of all these people at once, inviters before their invitees; and what was refused.
    fn of(people: impl ExactSizeIterator<Item = Member>) -> (Self, Vec<GraphError>) {
        let mut graph = Self::with_capacity(people.len());
        let (mut standings, mut refused) = (Vec::with_capacity(people.len()), Vec::new());
        for (person, standing, joined_at, inviter) in people {
            let above = inviter.map(|inviter| graph.known(inviter)).transpose();
            match above.and_then(|above| graph.place_new(person, above, joined_at)) {
                Ok(position) => {
                    graph.graph[node(position)].standing = standing;
                    standings.push(standing);
                }
                Err(error) => refused.push(error),
            }
        }
        graph.figures.count(&graph.tree, &standings);
        (graph, refused)
    }

    /// Adds a person whom nobody invited, in good standing.
    ///
    /// # Errors
    /// [`GraphError::OtherInviter`] for a person whom somebody invited, [`GraphError::RowOutOfRange`].
    pub fn add_root(&mut self, person: PersonRow, at: Timestamp) -> Result<(), GraphError> {
        match self.position(person) {
            None => self.add(person, None, at),
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
    /// [`GraphError::RowOutOfRange`].
    pub fn add_invited(&mut self, person: PersonRow, inviter: PersonRow, at: Timestamp) -> Result<(), GraphError> {
        if person == inviter {
            return Err(GraphError::Circle { person, inviter });
        }
        let above = self.known(inviter)?;
        let Some(position) = self.position(person) else {
            return self.add(person, Some(above), at);
        };
        match self.inviter(person) {
            Some(former) if former == inviter => Ok(()),
            _ if self.tree.is_within(position, above) => Err(GraphError::Circle { person, inviter }),
            former => Err(GraphError::OtherInviter {
                person,
                inviter: former,
            }),
        }
    }

    /// Adds a person who is not in the graph.
    fn add(&mut self, person: PersonRow, inviter: Option<u32>, joined_at: Timestamp) -> Result<(), GraphError> {
        let position = self.place_new(person, inviter, joined_at)?;
        self.figures.add(&self.tree, position);
        Ok(())
    }

    /// Adds a person who is not in the graph, and counts them nowhere.
    fn place_new(&mut self, person: PersonRow, inviter: Option<u32>, joined_at: Timestamp) -> Result<u32, GraphError> {
        let added = self.tree.add(person, inviter);
        let position = added.ok_or(GraphError::RowOutOfRange(person))?;
        // The tree's positions end before the graph's, so there is room.
        self.graph.add_node(Person {
            joined_at,
            standing: Standing::Active,
        });
        Ok(position)
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
        match self.graph.try_add_edge(node(one), node(other), at) {
            Ok(_) => Ok(()),
            // Both ends are there: only the number of edges can be at its end.
            Err(_) => Err(GraphError::Full),
        }
    }

    /// Says where a person stands now.
    ///
    /// # Errors
    /// [`GraphError::Unknown`].
    pub fn set_standing(&mut self, person: PersonRow, standing: Standing) -> Result<(), GraphError> {
        let position = self.known(person)?;
        let before = std::mem::replace(&mut self.graph[node(position)].standing, standing);
        self.figures.change(&self.tree, position, before, standing);
        Ok(())
    }

    /// The person's vouches of one direction, in no order that means anything.
    fn vouches(&self, position: u32, direction: Direction) -> impl Iterator<Item = EdgeReference<'_, Timestamp, u32>> {
        self.graph.edges_directed(node(position), direction)
    }

    /// Where a person stands who is in the graph.
    fn position(&self, person: PersonRow) -> Option<u32> {
        self.tree.position(person)
    }

    fn known(&self, person: PersonRow) -> Result<u32, GraphError> {
        self.position(person).ok_or(GraphError::Unknown(person))
    }
}

fn node(position: u32) -> NodeIndex {
    NodeIndex::from(position)
}
