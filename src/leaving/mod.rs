//! A member's way out.
//!
//! Whoever leaves, or is removed, becomes a tombstone: the row stays, so that the graph tells truly who let whom in, and as
//! of when. What says who they were goes: the handle, the contacts, every way to sign in, their place behind a document,
//! and the key under which their name and whatever was written about them is sealed. Their sessions and seats end and
//! their invites are taken back. The ledger keeps that a row has left, and why as a code.
//!
//! Whoever leaves under a sanction stays findable by what their address and document are compared by (hashes under
//! the community's key), so that nobody leaves to come in anew.

mod commands;
pub mod http;

pub use crate::platform::ledger::events::LeaveReason;
pub use commands::{leave, remove};

use crate::platform::{
    store::{CommandError, Disposition, StoreError, from_query},
    vault::VaultError,
};

/// Why somebody does not leave.
#[derive(Debug, thiserror::Error)]
pub enum LeaveError {
    /// There is no such member.
    #[error("there is no such member")]
    PersonUnknown,
    /// They have left already.
    #[error("they have left already")]
    Gone,
    /// The community would have no owner.
    #[error("the last owner cannot leave: make somebody else an owner first")]
    LastOwner,
    /// The database or the vault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(LeaveError);

impl CommandError for LeaveError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::PersonUnknown | Self::Gone | Self::LastOwner => Disposition::RollBack,
        }
    }
}

impl From<VaultError> for LeaveError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}
