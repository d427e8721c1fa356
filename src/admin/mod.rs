//! The admin's questions: who is here, who let whom in, how two people are connected, what
//! happened.
//!
//! Who let whom in, and what they are called, is asked of memory alone. Nothing sealed is opened here. Inside people are rows; every answer has public ids.

pub mod http;
mod history;
mod records;

pub use history::{Happened, HappenedActor, happened};
pub use records::OpenBan;

use crate::{
    graph::{BranchFigures, LiveGraph, Place},
    people::{self, Handle, Member, Name, Roster},
    platform::{
        store::{CommandError, Conn, Disposition, StoreError, from_query},
        terms::{PersonId, PersonRow, Standing, Timestamp},
    },
};

/// Somebody in the graph.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Node {
    /// Their public id.
    pub id: PersonId,
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    pub handle: Option<Handle>,
    /// Where they stand.
    pub standing: Standing,
    /// Steps up to the root: 0 for a root.
    pub depth: u32,
    /// Since when they are a member.
    pub joined_at: Timestamp,
}

/// How two people are connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// From the one up to the nearest common inviter and down to the other, both included.
    pub people: Vec<Node>,
    /// Whose place in `people` is the turn: the nearest by way of whom both came in.
    pub turn: usize,
}

/// A member, and their place in the graph.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The member.
    pub member: Member,
    /// Who let them in; none for a root.
    pub inviter: Option<Name>,
    /// Steps up to the root.
    pub depth: u32,
    /// How many they let in themself.
    pub invitees: u32,
    /// Everybody below them, in numbers.
    pub branch: BranchFigures,
    /// The ban that is in force.
    pub ban: Option<OpenBan>,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody has this id, as far as is known here.
    #[error("there is no such person")]
    PersonUnknown,
    /// The person is in the store and not yet in memory.
    #[error("the graph has not caught up")]
    NotCaughtUp,
    /// The page that was asked for starts after somebody who is not in the list.
    #[error("nobody in this list has that id")]
    NotInList,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(AskError);

impl CommandError for AskError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::PersonUnknown | Self::NotCaughtUp | Self::NotInList => Disposition::RollBack,
        }
    }
}

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

/// A member, and their place in the graph.
///
/// # Errors
/// [`AskError`].
pub fn profile(conn: &mut Conn, live: &LiveGraph, id: PersonId) -> Result<Profile, AskError> {
    let member = people::member_by_id(conn, id)?.ok_or(AskError::PersonUnknown)?;
    let (inviter, depth, invitees, branch) = live
        .read(|graph| {
            Some((
                graph.inviter(member.row),
                graph.place(member.row)?.depth,
                graph.count_invitees(member.row)?,
                graph.branch_figures(member.row)?,
            ))
        })
        .ok_or(AskError::NotCaughtUp)?;
    let inviter = match inviter {
        Some(row) => people::names(conn, &[row])?.remove(&row),
        None => None,
    };
    Ok(Profile {
        ban: records::open_ban(conn, member.row)?,
        member,
        inviter,
        depth,
        invitees,
        branch,
    })
}
