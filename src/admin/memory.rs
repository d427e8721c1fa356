//! Questions that memory answers: who let whom in, and what everybody is called; now, or as of a past time.

use std::collections::HashMap;

use super::{AskError, Node, Path, VouchSeen};
use crate::{
    graph::{BranchFigures, Drawn, LiveGraph, Place, Vouch, VouchesOf},
    leads::LeadKind,
    people::{Name, Roster},
    platform::terms::{Assurance, PersonId, PersonRow, Role, Timestamp},
};

/// What is asked: who let whom in, and what everybody is called.
#[derive(Clone, Copy)]
pub struct Memory<'a> {
    /// Who let whom in.
    pub graph: &'a LiveGraph,
    /// What they are called.
    pub roster: &'a Roster,
    /// About which time; now where it is none. What happened in its second has happened.
    pub as_of: Option<Timestamp>,
}

/// Which end of a vouch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Those who vouch for the person.
    Received,
    /// Those for whom the person vouches.
    Given,
}

/// A branch for a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Whoever it is about, and whoever is below them, level by level.
    pub people: Vec<BranchNode>,
    /// Whether everybody is in it down to the depth that was asked for.
    pub whole: bool,
}

/// Somebody in a branch that is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchNode {
    /// Who, and how they stand.
    pub node: Node,
    /// The place of their inviter in the list; none for the first.
    pub parent: Option<u32>,
    /// Their role and assurance; none as of a past time, of which memory does not know them.
    pub seat: Option<(Role, Assurance)>,
    /// How many they let in themself.
    pub invitees: u32,
    /// How many are below them; none as of a past time.
    pub below: Option<u32>,
    /// The kind of the lead about them that stands highest.
    pub lead: Option<LeadKind>,
}

impl Memory<'_> {
    /// Up to `limit` people of a branch, the first included, level by level and at most `depth` steps down. `leads` says
    /// about whom a lead is open.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn tree(
        &self,
        id: PersonId,
        depth: u32,
        limit: usize,
        leads: &HashMap<PersonRow, LeadKind>,
    ) -> Result<Branch, AskError> {
        let row = self.placed(id)?;
        let levels = self.graph.levels(row, depth, limit, self.as_of);
        let levels = levels.ok_or(AskError::NotCaughtUp)?;
        let seats = self.roster.seats(levels.people.iter().map(|drawn| drawn.place.person));
        let people = levels.people.iter().zip(seats).map(|(drawn, seat)| {
            let &Drawn {
                place,
                parent,
                invitees,
                below,
            } = drawn;
            // Whoever is in the graph came into the roster before.
            let (seat, handle) = seat.ok_or(AskError::NotCaughtUp)?;
            Ok(BranchNode {
                node: Node {
                    id: seat.id,
                    handle,
                    standing: place.standing,
                    depth: place.depth,
                    joined_at: place.joined_at,
                },
                parent,
                seat: self.as_of.is_none().then_some((seat.role, seat.assurance)),
                invitees,
                below,
                lead: leads.get(&place.person).copied(),
            })
        });
        Ok(Branch {
            people: people.collect::<Result<_, AskError>>()?,
            whole: levels.whole,
        })
    }

    /// The person, whoever let them in, and so on up to the root.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn chain(&self, id: PersonId) -> Result<Vec<Node>, AskError> {
        let row = self.placed(id)?;
        Ok(self.nodes(&self.graph.chain(row, self.as_of)))
    }

    /// Up to `limit` of those whom the person let in, in the order of joining, from the start or
    /// `after` one of them.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn children(&self, id: PersonId, after: Option<PersonId>, limit: usize) -> Result<Vec<Node>, AskError> {
        let row = self.placed(id)?;
        let after = after.map(|after| self.listed(after)).transpose()?;
        let page = self.graph.children(row, after, limit, self.as_of);
        Ok(self.nodes(&page.ok_or(AskError::NotInList)?))
    }

    /// Up to `limit` of everybody below the person, an inviter before their invitees, from the start
    /// or `after` one of them.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn branch(&self, id: PersonId, after: Option<PersonId>, limit: usize) -> Result<Vec<Node>, AskError> {
        let row = self.placed(id)?;
        let after = after.map(|after| self.listed(after)).transpose()?;
        let page = self.graph.branch(row, after, limit, self.as_of);
        Ok(self.nodes(&page.ok_or(AskError::NotInList)?))
    }

    /// Everybody below the person, in numbers. As of now they are kept; as of a past time they are counted.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn figures(&self, id: PersonId) -> Result<BranchFigures, AskError> {
        let row = self.placed(id)?;
        self.graph.figures(row, self.as_of).ok_or(AskError::NotCaughtUp)
    }

    /// How two people are connected; none where they came in by different roots.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn path(&self, from: PersonId, to: PersonId) -> Result<Option<Path>, AskError> {
        let (from, to) = (self.placed(from)?, self.placed(to)?);
        let Some(places) = self.graph.path(from, to, self.as_of) else {
            return Ok(None);
        };
        let people = self.nodes(&places);
        // On the way up and down nobody is as near to the root as the turn.
        let turn = (0..people.len()).min_by_key(|&place| people[place].depth).unwrap_or(0);
        Ok(Some(Path { people, turn }))
    }

    /// Up to `limit` vouches of one direction by the row at the other end, from the start or after one of them. Those
    /// that stood then, or, where `ever`, also those that were taken back by now.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn vouches(
        &self,
        id: PersonId,
        direction: Direction,
        ever: bool,
        after: Option<(PersonId, Timestamp)>,
        limit: usize,
    ) -> Result<Vec<VouchSeen>, AskError> {
        let row = self.placed(id)?;
        let after = match after {
            Some((id, since)) => Some((self.listed(id)?, since)),
            None => None,
        };
        let of = match (self.as_of, ever) {
            (Some(at), _) => VouchesOf::Then(at),
            (None, true) => VouchesOf::Ever,
            (None, false) => VouchesOf::Now,
        };
        let vouches = self.graph.read(|graph| graph.vouches(row, of));
        let mut list = match direction {
            Direction::Received => vouches.received,
            Direction::Given => vouches.given,
        };
        list.retain(|vouch| after.is_none_or(|after| (vouch.person, vouch.at) > after));
        list.truncate(limit);
        let names = self.roster.names(list.iter().map(|vouch| vouch.person));
        let seen = names.into_iter().zip(list).filter_map(|(name, vouch)| {
            let (Name { id, handle }, Vouch { at, until, .. }) = (name?, vouch);
            Some(VouchSeen {
                id,
                handle,
                since: at,
                until,
            })
        });
        Ok(seen.collect())
    }

    /// The row of a person who is in the graph, or was.
    fn placed(&self, id: PersonId) -> Result<PersonRow, AskError> {
        let row = self.roster.row(id).ok_or(AskError::PersonUnknown)?;
        if self.graph.contains(row, self.as_of) {
            Ok(row)
        } else if self.as_of.is_some() && self.graph.contains(row, None) {
            Err(AskError::NotYet)
        } else {
            Err(AskError::NotCaughtUp)
        }
    }

    /// The row of the one after whom a page starts.
    fn listed(&self, id: PersonId) -> Result<PersonRow, AskError> {
        self.roster.row(id).ok_or(AskError::NotInList)
    }

    /// Whoever is in the graph came into the roster before.
    fn nodes(&self, places: &[Place]) -> Vec<Node> {
        let names = self.roster.names(places.iter().map(|place| place.person));
        let nodes = names.into_iter().zip(places).filter_map(|(name, place)| {
            let Name { id, handle } = name?;
            Some(Node {
                id,
                handle,
                standing: place.standing,
                depth: place.depth,
                joined_at: place.joined_at,
            })
        });
        nodes.collect()
    }
}
