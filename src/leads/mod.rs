//! Leads: who is worth a look by an abuse team, and why, in words and figures.
//!
//! What is promised:
//! - a lead is a pure function of a snapshot of who let whom in, when, and who is banned ([`kinds`]); it says by which
//!   figures it was found, and how sure they are;
//! - nothing is ever done because of a lead. Who acts, acts by `moderation`;
//! - one replica at a time computes them, beside the requests, with so many bytes a person as [`snapshot`] says;
//! - whoever was dismissed with a reason stays dismissed, until clearly more speaks for the lead: half as much again as
//!   then, and two people or invites more at least;
//! - what is no longer found stays, as past.

pub mod commands;
pub mod http;
pub mod kinds;
pub mod queries;
mod records;
mod rules;
pub mod snapshot;
pub mod stats;
#[cfg(test)]
mod tests;
mod work;

pub use crate::platform::ledger::events::LeadKind;
pub use records::Place;
pub use work::{Computed, MOST, Work};

use std::collections::BTreeMap;

use crate::{
    people::Name,
    platform::{
        store::{CommandError, Disposition, StoreError, from_query},
        terms::{LeadId, PersonId, Standing, Timestamp, words},
        vault::VaultError,
    },
};

words! {
    /// Where a lead stands.
    LeadState {
        /// To be looked at.
        Open = "open",
        /// An admin has said why nothing follows.
        Dismissed = "dismissed",
        /// It was found once, and is no longer.
        Past = "past",
    }
}

/// A lead as it is shown.
#[derive(Debug, Clone)]
pub struct Lead {
    /// Its public id.
    pub id: LeadId,
    /// What it goes by.
    pub kind: LeadKind,
    /// Where it stands.
    pub state: LeadState,
    /// About whom.
    pub person: Name,
    /// Where they stand.
    pub standing: Standing,
    /// By what leads of a kind are ordered.
    pub strength: f64,
    /// From when on, where the kind has such a time.
    pub since: Option<Timestamp>,
    /// The figures, by name.
    pub figures: BTreeMap<String, f64>,
    /// What was found, in words.
    pub explanation: String,
    /// When it was found first.
    pub first_seen_at: Timestamp,
    /// When it was found last.
    pub last_seen_at: Timestamp,
    /// When it was dismissed last; it may be open again since.
    pub dismissed_at: Option<Timestamp>,
    /// Who dismissed it; none where the operator did.
    pub dismissed_by: Option<PersonId>,
    /// Why, in words; none where it was never dismissed, or the person is erased.
    pub reason: Option<String>,
}

/// Why a lead was not dismissed.
#[derive(Debug, thiserror::Error)]
pub enum LeadError {
    /// There is no such lead.
    #[error("there is no such lead")]
    Unknown,
    /// It is not open.
    #[error("the lead is not open")]
    NotOpen,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(LeadError);

impl From<VaultError> for LeadError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl CommandError for LeadError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Unknown | Self::NotOpen => Disposition::RollBack,
        }
    }
}
