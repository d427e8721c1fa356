//! The admin's questions: who is here, who let whom in, how two people are connected, what
//! happened.
//!
//! Who let whom in, and what they are called, is asked of memory alone. Nothing sealed is opened here. Inside people are rows; every answer has public ids.

pub mod export;
mod history;
pub mod http;
mod memory;
mod queries;

pub use history::{Happened, HappenedActor, happened};
pub use memory::Memory;
pub use queries::{JobAsked, JobItem, Sought, asked, job, job_items, jobs, ledger, profile};

use crate::{
    graph::BranchFigures,
    moderation::SanctionKind,
    onboarding::queries::CameBy,
    people::{Handle, Member, Name},
    platform::{
        store::{CommandError, Disposition, StoreError, from_query},
        terms::{PersonId, SanctionId, Standing, Timestamp},
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

/// A sanction that is in force.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct OpenSanction {
    /// Its public id.
    pub id: SanctionId,
    /// What it does.
    pub kind: SanctionKind,
    /// Why, as a code.
    #[schema(example = "spam")]
    pub reason: String,
    /// Since when.
    pub imposed_at: Timestamp,
    /// When it ends by itself; missing where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
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
    /// What they came in by; none for a root.
    pub came_by: Option<CameBy>,
    /// The sanctions that are in force, gravest first.
    pub sanctions: Vec<OpenSanction>,
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
