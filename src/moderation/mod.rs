//! Moderation: what is done about a member, by whom and why, and how it is undone.
//!
//! What is promised:
//! - a sanction takes effect in the transaction that writes it. The member's standing, and, where it puts them out, the
//!   end of all their sessions and seats in rooms, and the ledger's event are committed together or not at all. Their
//!   invites need no change: an invite is valid only while its inviter may invite;
//! - several sanctions may be in force on a person, at most one of a kind, however many requests arrive at once; the
//!   gravest of them decides where they stand;
//! - lifting a sanction restores what no other takes, and with it the invites; ended sessions stay ended;
//! - a sanction with an end is lifted when that is over, within seconds, by whichever replica has the lease. It is in
//!   force until then: nobody compares its end with a clock, so that all replicas agree;
//! - the community always has an owner in good standing;
//! - the ledger records a reason code and a commitment to the note. The note is sealed under the key of the person
//!   it is about, and is unreadable once that person is erased.
//!
//! [`commands`] acts for the actor of the transaction: a member within their role, or the operator at the command
//! line. HTTP, the command line and jobs call the same functions.

pub mod commands;
mod expiry;
pub mod http;
pub mod load;
pub mod many;
pub mod queries;
mod records;
mod rules;

pub use expiry::lift_expired;
pub use many::SanctionMany;
pub use records::in_force;
pub use rules::{EndRefused, NotAllowed, ReasonCode, RoleReason, RoleRefusal, SanctionKind, standing_of};

use crate::platform::{
    idempotency::KeyReused,
    store::{CommandError, Disposition, StoreError, from_query},
    terms::{PersonRow, SanctionId, Timestamp},
    vault::VaultError,
};

/// A sanction, in force or lifted.
#[derive(Debug, Clone)]
pub struct Sanction {
    /// Its public id.
    pub id: SanctionId,
    /// The sanctioned person.
    pub person: PersonRow,
    /// What it does.
    pub kind: SanctionKind,
    /// Why.
    pub reason: ReasonCode,
    /// Since when.
    pub imposed_at: Timestamp,
    /// Who imposed it; none where the operator did.
    pub imposed_by: Option<PersonRow>,
    /// When it ends by itself; none where it does not.
    pub until: Option<Timestamp>,
    /// When it was lifted, or ended by itself; none while it is in force.
    pub lifted_at: Option<Timestamp>,
    /// Who lifted it; none while it is in force, and where the operator did or its time was over.
    pub lifted_by: Option<PersonRow>,
    note_sealed: Option<Vec<u8>>,
    lift_note_sealed: Option<Vec<u8>>,
}

/// Why a sanction was not imposed or lifted.
#[derive(Debug, thiserror::Error)]
pub enum SanctionError {
    /// The actor may not sanction this person.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// Nobody has this id.
    #[error("there is no such person")]
    PersonUnknown,
    /// Such a sanction is in force on the person already, or they have left.
    #[error("such a sanction is in force already, or the person has left")]
    Exists,
    /// It cannot end then.
    #[error(transparent)]
    End(#[from] EndRefused),
    /// The community would have no owner in good standing.
    #[error("the last owner in good standing cannot be sanctioned")]
    LastOwner,
    /// The person has no such sanction in force.
    #[error("the person has no such sanction in force")]
    Unknown,
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for SanctionError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

from_query!(SanctionError);

impl CommandError for SanctionError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

/// Why a role was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// The rules forbid it.
    #[error(transparent)]
    Refused(#[from] RoleRefusal),
    /// Nobody has this id.
    #[error("there is no such person")]
    PersonUnknown,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(RoleError);

impl CommandError for RoleError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Refused(_) | Self::PersonUnknown => Disposition::RollBack,
        }
    }
}

/// Why an assurance was not lowered.
#[derive(Debug, thiserror::Error)]
pub enum AssuranceError {
    /// The actor may not sanction this person.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// Nobody has this id.
    #[error("there is no such person")]
    PersonUnknown,
    /// It is already that low. Only a review raises it.
    #[error("the assurance is not higher than that")]
    NotHigher,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(AssuranceError);

impl CommandError for AssuranceError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::NotAllowed(_) | Self::PersonUnknown | Self::NotHigher => Disposition::RollBack,
        }
    }
}
