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

mod carry_out;
pub mod commands;
mod expiry;
mod follow;
pub mod http;
mod letter;
pub mod load;
pub mod many;
pub mod queries;
mod records;
mod rules;
pub mod selection;

pub use carry_out::{ApplyAction, UndoAction};
pub use expiry::keep;
pub use follow::SanctionMails;
pub use many::SanctionMany;
pub use records::{actions::ActionRow, in_force};
pub use rules::{
    ActionState, AppealVerdict, ApprovalRefused, EndRefused, LiftCause, NotAllowed, ReasonCode, ReportOutcome,
    RoleReason, RoleRefusal, SanctionKind, standing_of,
};
pub use selection::Selection;

use crate::platform::{
    idempotency::KeyReused,
    store::{CommandError, Disposition, StoreError, from_query},
    terms::{ActionId, PersonRow, ReasonError, SanctionId, Timestamp},
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
    /// The action on many that it is a part of.
    pub action: Option<ActionId>,
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

/// Why nothing was done about an action on many.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// The actor may not act on many.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// There is no such action.
    #[error("there is no such action")]
    Unknown,
    /// It is not in a state for this: approved, withdrawn or over already, or not approved yet.
    #[error("the action is not in a state for this")]
    NotNow,
    /// Nobody is selected whom it does not leave out.
    #[error("nobody is selected whom the action does not leave out")]
    Nobody,
    /// Whoever drafted it may no longer act on many.
    #[error("whoever drafted it may no longer act on many")]
    ProposerGone,
    /// Somebody else must approve it.
    #[error(transparent)]
    Approval(#[from] ApprovalRefused),
    /// The selection is not sound.
    #[error(transparent)]
    Selection(#[from] selection::BadSelection),
    /// The sanctions cannot end then.
    #[error(transparent)]
    End(#[from] EndRefused),
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for ActionError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

from_query!(ActionError);

impl CommandError for ActionError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

/// Why nothing was done about an appeal.
#[derive(Debug, thiserror::Error)]
pub enum AppealError {
    /// The actor may not sanction this person.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// Whoever acts decided the sanction.
    #[error("somebody else than who decided the sanction decides the appeal")]
    OwnDecision,
    /// There is no such appeal.
    #[error("there is no such appeal")]
    Unknown,
    /// They have no such sanction in force.
    #[error("they have no such sanction in force")]
    SanctionUnknown,
    /// They have appealed against it before.
    #[error("they have appealed against it before")]
    Exists,
    /// It is decided, claimed by somebody else, or not claimed yet.
    #[error("the appeal is not in a state for this")]
    NotNow,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for AppealError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

from_query!(AppealError);

impl CommandError for AppealError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

/// Why nothing was done about a report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The actor may not close reports.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// Nobody has this id, or they have left.
    #[error("there is no such member")]
    PersonUnknown,
    /// Nobody reports themself.
    #[error("nobody reports themself")]
    Oneself,
    /// The service may not act in rooms.
    #[error("the service is no filter")]
    NoFilter,
    /// Nobody was in the room under this ticket, or they have left the community.
    #[error("nobody was in the room under this ticket")]
    ParticipantUnknown,
    /// No report is open on them.
    #[error("no report is open on them")]
    NoneOpen,
    /// What is said of it cannot be kept.
    #[error(transparent)]
    Note(#[from] ReasonError),
    /// They have reported too often; another is taken after so many seconds.
    #[error("too many reports; another is taken in {0} s")]
    TooMany(u32),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for ReportError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl From<ActionError> for ReportError {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Store(error) => Self::Store(error),
            _ => Self::NotAllowed(NotAllowed),
        }
    }
}

from_query!(ReportError);

impl CommandError for ReportError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}
