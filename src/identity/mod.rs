//! Real names: what a person says they are called, the document that bears the name, and the reviewers who compare
//! the two.
//!
//! Names and documents are parsed, not validated: a [`FullName`] or a [`Document`] that exists has passed every check
//! that needs no registry and no reviewer. That proves its form, never that it belongs to whoever gave it. Neither
//! appears in `Debug`, and no error repeats what was entered.
//!
//! [`commands::submit`] seals both under the newcomer's own key. [`commands::confirm`], part of the last step of
//! onboarding, takes one of the accounts that a person may have here, found by a blind index over the document. Where
//! the policy demands a review, or no account is left, a case is opened. Only the reviewer who has claimed the case
//! sees whom it is about, for [`LEASE`], after giving a reason that is recorded; and only they decide it. No reviewer
//! decides about a newcomer whom they, their inviter or their invitees invited. An approval reserves an account; a
//! final refusal binds the invite, the address and the document until it is lifted.

pub mod commands;
mod documents;
mod follow;
pub mod http;
mod letter;
mod names;
mod own;
pub mod queries;
mod records;
mod rules;
mod verifiers;

use std::time::Duration;

pub use crate::platform::terms::{Country, CountryError};
pub use documents::{Document, DocumentError, DocumentKind, age_at};
pub use follow::ReviewMails;
pub use names::{FullName, NameError};
pub use own::{Look, OwnName, age, count_looks, looks, own_name};
pub use rules::{CaseState, Reached};
pub use verifiers::{Answer, Finding, Verified};

use crate::{
    platform::{
        idempotency::KeyReused,
        store::{CommandError, Disposition, StoreError, from_query},
        terms::{Assurance, Id, PersonRow, Timestamp, kinds},
        vault::{Subject, VaultError},
    },
    policy::Policy,
};

/// How long a claim lasts; claiming the case again starts it anew.
pub const LEASE: Duration = Duration::from_secs(15 * 60);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How a newcomer comes in. A decision about them counts for, and may bind, the invite and the address.
#[derive(Debug, Clone)]
pub struct Way {
    /// Their onboarding flow.
    pub flow: Id<kinds::Flow>,
    /// The invite's row.
    pub invite_row: i64,
    /// Whether the invite has one use only.
    pub sole_use: bool,
    /// The blind index of the address that they have proved; none before that.
    pub address_blind: Option<Vec<u8>>,
}

/// What the policy demands of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demands {
    /// Whether a verifier has to confirm it.
    pub review: bool,
    /// How often a newcomer may be asked to give it again.
    pub resubmissions: u32,
    /// How long a case waits at most.
    pub wait: Duration,
}

impl Demands {
    /// What `policy` demands.
    pub fn of(policy: &Policy) -> Self {
        Self {
            review: policy.join.assurance >= Assurance::Verified,
            resubmissions: policy.review.resubmissions,
            wait: DAY.saturating_mul(policy.review.wait_days),
        }
    }
}

/// What a submission came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// How often the newcomer has given a name and a document, this time included.
    pub submission: u32,
    /// The case that was opened, where a reviewer has to see it.
    pub case: Option<Id<kinds::Case>>,
}

/// Why a name and a document were not accepted. No variant says anything about another person.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// They were given as often as the policy allows.
    #[error("the name and document have been given as often as they can be: ask an admin of the community")]
    TooManySubmissions,
    /// They have been decided upon, finally.
    #[error("the name and document have been decided upon and cannot be given again")]
    Decided,
    /// They wait for a reviewer, or another request gave them at the same time.
    #[error("the name and document have been given and wait for a reviewer: there is nothing to do until then")]
    Waiting,
    /// The newcomer's use of the invite is no longer reserved.
    #[error("the use of the invite is no longer reserved")]
    NotReserved,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(SubmitError);

impl CommandError for SubmitError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::TooManySubmissions | Self::Decided | Self::Waiting | Self::NotReserved => Disposition::RollBack,
        }
    }
}
impl From<VaultError> for SubmitError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

/// A case: one name and document that wait, or waited, for a reviewer. It holds neither.
#[derive(Debug, Clone)]
pub struct Case {
    row: i64,
    /// Its public id.
    pub id: Id<kinds::Case>,
    subject: Subject,
    /// The onboarding flow of the newcomer.
    pub flow: Id<kinds::Flow>,
    /// The state in its row; see [`Case::state_at`].
    state: CaseState,
    /// Until when it waits for a reviewer.
    pub waits_until: Option<Timestamp>,
    address_blind: Option<Vec<u8>>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Who claimed it last, and until when.
    pub claim: Option<(PersonRow, Timestamp)>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Who decided it.
    pub decided_by: Option<PersonRow>,
}

/// A reviewer's final refusal. It binds the use of the invite, the address and the document until it is lifted.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Its public id.
    pub id: Id<kinds::Refusal>,
    /// The case that was refused.
    pub case: Id<kinds::Case>,
    subject: Subject,
    invite_row: i64,
    /// When it was refused.
    pub at: Timestamp,
    /// Who refused it.
    pub refused_by: PersonRow,
    /// When it was lifted.
    pub lifted_at: Option<Timestamp>,
    /// Who lifted it.
    pub lifted_by: Option<PersonRow>,
    note_sealed: Option<Vec<u8>>,
    lift_note_sealed: Option<Vec<u8>>,
}

/// What a claim shows to the reviewer, and to nobody else.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The case as it stands now.
    pub case: Case,
    /// The name as it was entered.
    pub name: FullName,
    /// The document that should bear it.
    pub document: Document,
    /// What else is known about the document.
    pub known: Known,
}

/// What is known about a document, beside who gave it. Newcomers are told nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// How many members were admitted with it.
    pub members: usize,
    /// How many others have given it, at any time, without being admitted with it.
    pub others: i64,
    /// Whether a final refusal binds it.
    pub refused: bool,
    /// How often newcomers with this document, this address or this invite were asked to give theirs again.
    pub sent_back: i64,
}

/// Why a case was not shown, or not decided.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is no such case.
    #[error("there is no such case")]
    Unknown,
    /// It has been decided.
    #[error("the case has been decided")]
    Decided,
    /// The newcomer's registration has ended.
    #[error("the newcomer's registration has ended, and nobody waits for a decision")]
    Lapsed,
    /// Another reviewer has claimed it.
    #[error("another reviewer has the case")]
    Claimed,
    /// Nobody has claimed it: it must be claimed before it is decided.
    #[error("claim the case before you decide it; a claim ends after 15 minutes")]
    NotClaimed,
    /// The reviewer, their inviter or one of their invitees invited the newcomer.
    #[error("you, your inviter or somebody whom you invited has invited this newcomer: another reviewer decides")]
    TooClose,
    /// The reviewer has claimed as many cases as the policy allows at once.
    #[error("you have {0} cases: decide one or give it back first")]
    TooManyClaims(u32),
    /// The reviewer was shown as many names as the policy allows in 24 hours.
    #[error("you were shown as many names as a reviewer is in a day")]
    EnoughNames {
        /// Seconds until the next name may be shown.
        wait: u32,
        /// Whether this is the first refusal in 24 hours, so that the owners are told.
        told: bool,
    },
    /// With an approval, one person would have more accounts than the policy allows.
    #[error("as many members as the policy allows were admitted with this document")]
    NoPlace,
    /// A final refusal binds the document.
    #[error("a final refusal binds this document until an admin lifts it")]
    Bound,
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(CaseError);

impl CommandError for CaseError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            // That the owners are to be told must be remembered.
            Self::EnoughNames { told: true, .. } => Disposition::Keep,
            _ => Disposition::RollBack,
        }
    }
}
impl From<VaultError> for CaseError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

/// Why a final refusal was not lifted.
#[derive(Debug, thiserror::Error)]
pub enum LiftError {
    /// No refusal with this id is in force.
    #[error("there is no such final refusal in force")]
    Unknown,
    /// Whoever asks, their inviter or one of their invitees invited the newcomer.
    #[error("you, your inviter or somebody whom you invited had invited this newcomer: another admin lifts it")]
    TooClose,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(LiftError);

impl CommandError for LiftError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Unknown | Self::TooClose => Disposition::RollBack,
        }
    }
}
impl From<VaultError> for LiftError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}
