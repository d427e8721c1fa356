//! The admin's questions: who is here, who let whom in, how two people are connected, what
//! happened.
//!
//! Who let whom in is asked of the graph in memory; what people are called is read beside it from
//! the store. Nothing sealed is opened here. Inside people are rows; every answer has public ids.

pub mod api;
mod history;
mod records;

pub use history::{Happened, HappenedActor, happened};
pub use records::OpenBan;

use crate::{
    graph::{BranchFigures, InviteGraph, LiveGraph},
    people::{self, Member, Name},
    store::{CommandError, Conn, Disposition, StoreError, from_query},
    terms::{PersonId, PersonRow, Standing, Timestamp},
};

/// Somebody in the graph.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Node {
    /// Their public id.
    pub id: PersonId,
    /// The handle of their own choice.
    pub handle: Option<String>,
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
    pub invitees: usize,
    /// Everybody below them, in numbers.
    pub branch: BranchFigures,
    /// The ban that is in force.
    pub ban: Option<OpenBan>,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody has this id.
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

/// The person, whoever let them in, and so on up to the root.
///
/// # Errors
/// [`AskError`].
pub fn chain(conn: &mut Conn, live: &LiveGraph, id: PersonId) -> Result<Vec<Node>, AskError> {
    let row = placed(conn, live, id)?;
    nodes(conn, live.read(|graph| places(graph, graph.chain(row))))
}

/// Up to `limit` of those whom the person let in, in the order of joining, from the start or
/// `after` one of them.
///
/// # Errors
/// [`AskError`].
pub fn children(
    conn: &mut Conn,
    live: &LiveGraph,
    id: PersonId,
    after: Option<PersonId>,
    limit: usize,
) -> Result<Vec<Node>, AskError> {
    let row = placed(conn, live, id)?;
    let after = after.map(|after| listed(conn, after)).transpose()?;
    let page = live.read(|graph| Some(places(graph, graph.children(row, after, limit)?)));
    nodes(conn, page.ok_or(AskError::NotInList)?)
}

/// Up to `limit` of everybody below the person, an inviter before their invitees, from the start
/// or `after` one of them.
///
/// # Errors
/// [`AskError`].
pub fn branch(
    conn: &mut Conn,
    live: &LiveGraph,
    id: PersonId,
    after: Option<PersonId>,
    limit: usize,
) -> Result<Vec<Node>, AskError> {
    let row = placed(conn, live, id)?;
    let after = after.map(|after| listed(conn, after)).transpose()?;
    let page = live.read(|graph| {
        let people = graph.branch(row, after, limit)?;
        Some(places(graph, people.into_iter().map(|below| below.person)))
    });
    nodes(conn, page.ok_or(AskError::NotInList)?)
}

/// How two people are connected; none where they came in by different roots.
///
/// # Errors
/// [`AskError`].
pub fn path(conn: &mut Conn, live: &LiveGraph, from: PersonId, to: PersonId) -> Result<Option<Path>, AskError> {
    let (from, to) = (placed(conn, live, from)?, placed(conn, live, to)?);
    let Some(places) = live.read(|graph| Some(places(graph, graph.path(from, to)?))) else {
        return Ok(None);
    };
    let people = nodes(conn, places)?;
    // On the way up and down nobody is as near to the root as the turn.
    let turn = (0..people.len()).min_by_key(|&place| people[place].depth).unwrap_or(0);
    Ok(Some(Path { people, turn }))
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
                graph.depth(member.row)?,
                graph.children(member.row, None, usize::MAX)?.len(),
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

/// The row of a person who is in the graph.
fn placed(conn: &mut Conn, live: &LiveGraph, id: PersonId) -> Result<PersonRow, AskError> {
    let row = people::member_by_id(conn, id)?.ok_or(AskError::PersonUnknown)?.row;
    if live.read(|graph| graph.contains(row)) {
        Ok(row)
    } else {
        Err(AskError::NotCaughtUp)
    }
}

/// The row of the one after whom a page starts.
fn listed(conn: &mut Conn, id: PersonId) -> Result<PersonRow, AskError> {
    Ok(people::member_by_id(conn, id)?.ok_or(AskError::NotInList)?.row)
}

/// What the graph knows of somebody.
type Place = (PersonRow, Standing, u32, Timestamp);

fn places(graph: &InviteGraph, rows: impl IntoIterator<Item = PersonRow>) -> Vec<Place> {
    rows.into_iter()
        .filter_map(|row| Some((row, graph.standing(row)?, graph.depth(row)?, graph.joined_at(row)?)))
        .collect()
}

/// Whoever is in the graph is in the store, where their names are.
fn nodes(conn: &mut Conn, places: Vec<Place>) -> Result<Vec<Node>, AskError> {
    let rows: Vec<PersonRow> = places.iter().map(|&(row, ..)| row).collect();
    let mut names = people::names(conn, &rows)?;
    let nodes = places.into_iter().filter_map(|(row, standing, depth, joined_at)| {
        let Name { id, handle } = names.remove(&row)?;
        Some(Node {
            id,
            handle,
            standing,
            depth,
            joined_at,
        })
    });
    Ok(nodes.collect())
}
