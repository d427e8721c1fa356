//! Questions that memory answers: who let whom in, and what everybody is called.

use super::{AskError, Node, Path};
use crate::{
    graph::{LiveGraph, Place},
    people::{Name, Roster},
    platform::terms::{PersonId, PersonRow},
};

/// What is asked: who let whom in, and what everybody is called.
#[derive(Clone, Copy)]
pub struct Memory<'a> {
    /// Who let whom in.
    pub graph: &'a LiveGraph,
    /// What they are called.
    pub roster: &'a Roster,
}

impl Memory<'_> {
    /// The person, whoever let them in, and so on up to the root.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn chain(&self, id: PersonId) -> Result<Vec<Node>, AskError> {
        let row = self.placed(id)?;
        Ok(self.nodes(&self.graph.read(|graph| graph.chain(row))))
    }

    /// Up to `limit` of those whom the person let in, in the order of joining, from the start or
    /// `after` one of them.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn children(&self, id: PersonId, after: Option<PersonId>, limit: usize) -> Result<Vec<Node>, AskError> {
        let row = self.placed(id)?;
        let after = after.map(|after| self.listed(after)).transpose()?;
        let page = self.graph.read(|graph| graph.children(row, after, limit));
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
        let page = self.graph.read(|graph| graph.branch(row, after, limit));
        Ok(self.nodes(&page.ok_or(AskError::NotInList)?))
    }

    /// How two people are connected; none where they came in by different roots.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn path(&self, from: PersonId, to: PersonId) -> Result<Option<Path>, AskError> {
        let (from, to) = (self.placed(from)?, self.placed(to)?);
        let Some(places) = self.graph.read(|graph| graph.path(from, to)) else {
            return Ok(None);
        };
        let people = self.nodes(&places);
        // On the way up and down nobody is as near to the root as the turn.
        let turn = (0..people.len()).min_by_key(|&place| people[place].depth).unwrap_or(0);
        Ok(Some(Path { people, turn }))
    }

    /// The row of a person who is in the graph.
    fn placed(&self, id: PersonId) -> Result<PersonRow, AskError> {
        let row = self.roster.row(id).ok_or(AskError::PersonUnknown)?;
        if self.graph.read(|graph| graph.contains(row)) {
            Ok(row)
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
