//! The admin's questions: who is here, who let whom in, how two people are connected, what
//! happened.
//!
//! Who let whom in, and what they are called, is asked of memory alone. Nothing sealed is opened here. Inside people are rows; every answer has public ids.

pub mod commands;
pub mod export;
pub mod health;
mod history;
pub mod http;
mod memory;
mod queries;
mod rules;
pub mod simulate;
pub mod stream;

pub use history::{Happened, HappenedActor, happened};
pub use memory::{Branch, BranchNode, Direction, Memory};
pub use queries::{
    AccountSeen, JobAsked, JobItem, LedgerPart, Sought, account, asked, former_inviters, job, job_items, jobs, ledger,
    ledger_part, profile,
};
pub use rules::{FEW, sees_figures};
pub use stream::Stream;

use crate::{
    graph::BranchFigures,
    invites::Invite,
    moderation::SanctionKind,
    onboarding::queries::CameBy,
    people::{Handle, Member, Name},
    platform::{
        ledger::events::ReparentReason,
        store::{CommandError, Disposition, StoreError, from_query},
        terms::{PersonId, SanctionId, Standing, Timestamp},
        vault::VaultError,
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
    /// Since when they are a member, in whole seconds.
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

/// A vouch, seen from one end.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct VouchSeen {
    /// Who is at the other end.
    pub id: PersonId,
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    pub handle: Option<Handle>,
    /// Since when, in whole seconds.
    pub since: Timestamp,
    /// When it was taken back, in whole seconds; missing where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// An inviter whom somebody had before.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FormerInviterSeen {
    /// Their public id; null where the person was a root.
    pub inviter: Option<PersonId>,
    /// From when on.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Who gave the person another; null where it was the operator, at the command line.
    pub ended_by: Option<PersonId>,
    /// Why, as a code.
    pub reason: Option<ReparentReason>,
    /// Why, in words. Owners and admins see it, until the person is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
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
    /// Their invites by which somebody may come in still, newest first.
    pub pending: Vec<Invite>,
    /// What they came in by; none for a root.
    pub came_by: Option<CameBy>,
    /// The sanctions that are in force, gravest first.
    pub sanctions: Vec<OpenSanction>,
}

/// Why somebody was not given another inviter.
#[derive(Debug, thiserror::Error)]
pub enum ReparentError {
    /// Whoever asks may not do this to this person.
    #[error("this is not allowed")]
    NotAllowed,
    /// Nobody has this id.
    #[error("there is no such person")]
    PersonUnknown,
    /// Nobody has the id of the new inviter.
    #[error("there is no such inviter")]
    InviterUnknown,
    /// The new inviter is the person, or came in by way of them.
    #[error("the inviter is in the person's own branch")]
    Circle,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(ReparentError);

impl From<VaultError> for ReparentError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl CommandError for ReparentError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
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
    /// The person joined later than the time that is asked about.
    #[error("the person joined later")]
    NotYet,
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
            Self::PersonUnknown | Self::NotCaughtUp | Self::NotYet | Self::NotInList => Disposition::RollBack,
        }
    }
}
