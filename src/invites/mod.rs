//! Invites: issued by a member, opened any number of times, held once a contact is proved, used
//! once the newcomer is a member.
//!
//! A place is taken in two moves. [`hold`] keeps one use for somebody who may need days (a review);
//! [`redeem`] turns it into a use in the transaction that makes the member. Both are one conditional
//! UPDATE each, and a CHECK in the database says the same again. Expiry is a comparison, never a
//! clean-up job; a sanctioned inviter's invites are dead by comparison too, and live again when the
//! sanction is lifted.

pub mod bulk;
mod campaign;
mod code;
mod commands;
mod extras;
mod follow;
pub mod http;
mod issuer;
pub mod load;
mod letter;
mod message;
mod previews;
mod qr;
mod queries;
mod records;
mod rules;

pub use campaign::{RevokeCampaign, revoke_campaign};
pub use code::Code;
pub use commands::{
    bind, grant, issue, prolong, redeem, release, replay, reserve, restore_any, revoke, revoke_all, revoke_any, unbind,
    void_others,
};
pub use extras::{Extras, Label, NoLabel};
pub use follow::{InviteMails, LetterLimits};
pub use issuer::{BatchIssuer, Request};
pub use message::{Message, MessageError};
pub use previews::Previews;
pub use qr::{TooLong, png, svg};
pub use queries::{
    Beyond, By, Counted, LOOKED_AT, MATURES, Overseen, Shown, address, beyond, by_code, code_of, figures, leads_on,
    may_give, of_inviter, open, overseen, own, places, quota_of, role_to_give, stands, takes,
};
pub use records::{
    Figures, ForRoom, Invite, Sought, by_id, by_row, count_issued, held_by, held_to, held_until, kinds_of,
};
pub use rules::{Closed, Ending, InviteState, state};

use std::{num::NonZeroI32, time::Duration};

use zeroize::Zeroizing;

use crate::{
    notify::{EmailAddress, Locale, PhoneNumber},
    platform::{
        idempotency::KeyReused,
        jobs::SubmitError,
        store::{CommandError, Disposition, StoreError, from_query, throttle::Throttled},
        terms::{ContactPoint, Id, PersonId, QuotaGrantId, Reason, Timestamp, kinds},
        vault::VaultError,
    },
    policy::{ContactDenied, InviteDenied, LifetimeDenied},
};

/// To whom an invite goes.
#[derive(Debug, Clone)]
pub enum To {
    /// Whoever proves this address.
    Address(EmailAddress),
    /// Whoever proves this phone number.
    Phone(PhoneNumber),
    /// Whoever has the code, up to so many.
    Holder {
        /// How many may come in by it.
        uses: u32,
    },
}

impl To {
    /// The contact, where it goes to one.
    pub fn contact(&self) -> Option<ContactPoint> {
        match self {
            Self::Address(address) => Some(address.clone().into()),
            Self::Phone(phone) => Some(phone.clone().into()),
            Self::Holder { .. } => None,
        }
    }
}

impl From<ContactPoint> for To {
    fn from(contact: ContactPoint) -> Self {
        match contact {
            ContactPoint::Email(address) => Self::Address(address),
            ContactPoint::Phone(phone) => Self::Phone(phone),
        }
    }
}

/// An invite to be issued.
#[derive(Debug, Clone)]
pub struct NewInvite {
    /// Its id, made beforehand so that an idempotency key can point to it.
    pub id: Id<kinds::Invite>,
    /// To whom.
    pub to: To,
    /// The language of its mail.
    pub locale: Locale,
    /// For how long; the policy's lifetime where nothing is said.
    pub lifetime: Option<Duration>,
    /// What it has besides.
    pub extras: Extras,
}

/// Places to be given to a member, or taken from them.
#[derive(Debug, Clone, Copy)]
pub struct NewGrant<'a> {
    /// Its id, made beforehand so that an idempotency key can point to it.
    pub id: QuotaGrantId,
    /// How many; below 0, taken.
    pub places: NonZeroI32,
    /// Why, in words. They are sealed.
    pub reason: &'a Reason,
}

/// Places that an admin has given a member or taken.
#[derive(Debug)]
pub struct Grant {
    /// Its id.
    pub id: QuotaGrantId,
    /// How many; below 0, taken.
    pub places: i64,
    /// Why, in words; none where reasons were not asked for, or the member is erased.
    pub reason: Option<Zeroizing<String>>,
    /// When.
    pub at: Timestamp,
    /// By whom; none where the operator did.
    pub by: Option<PersonId>,
}

/// Why places were neither given nor taken.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// Nobody has this id.
    #[error("there is no such person")]
    PersonUnknown,
    /// Nobody gives places to themself.
    #[error("nobody gives places to themself")]
    Own,
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for GrantError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

from_query!(GrantError);

impl CommandError for GrantError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

/// Why an invite was not issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The policy.
    #[error(transparent)]
    Denied(#[from] InviteDenied),
    /// The policy, on its lifetime.
    #[error(transparent)]
    Lifetime(#[from] LifetimeDenied),
    /// It would be over before it opens.
    #[error("it would end at {expires_at}, before it opens")]
    OpensTooLate {
        /// When it would end.
        expires_at: Timestamp,
    },
    /// Whoever has the code of a link could take the role.
    #[error("an invite that gives a role goes to one address")]
    RoleByLink,
    /// There is no open room of this id.
    #[error("there is no open room of this id")]
    RoomUnknown,
    /// The policy, on whom it goes to.
    #[error(transparent)]
    Contact(#[from] ContactDenied),
    /// The inviter is gone.
    #[error("the inviter is no member")]
    NoMember,
    /// They have issued too many, or taken back; the next one is open after so many seconds.
    #[error("too many invites; the next one is open in {0} s")]
    TooMany(u32),
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for IssueError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

from_query!(IssueError);

impl From<Throttled> for IssueError {
    fn from(throttled: Throttled) -> Self {
        match throttled {
            Throttled::Wait(seconds) => Self::TooMany(seconds),
            Throttled::Store(error) => Self::Store(error),
        }
    }
}

impl CommandError for IssueError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

/// Why an invite was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such invite of theirs.
    #[error("there is no such invite")]
    Unknown,
    /// It is not in a state for it; why.
    #[error("{0}")]
    NotNow(&'static str),
    /// It ends no earlier than that anyway.
    #[error("it ends at {0}, which is no earlier")]
    NoLater(Timestamp),
    /// It goes to that address.
    #[error("the invite goes to this address already")]
    SameAddress,
    /// What an invite that is given is refused for.
    #[error(transparent)]
    Issue(#[from] IssueError),
}

macro_rules! by_issue {
    ($($error:ty),*) => {$(
        impl From<$error> for ChangeError {
            fn from(error: $error) -> Self {
                Self::Issue(error.into())
            }
        }
    )*};
}
by_issue!(StoreError, VaultError, Throttled, KeyReused, LifetimeDenied);
from_query!(ChangeError);

impl From<SubmitError> for ChangeError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::KeyReused(reused) => reused.into(),
            SubmitError::Store(error) => error.into(),
        }
    }
}

impl CommandError for ChangeError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Issue(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

/// Why an answer of whoever has a code was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// No invite has the code.
    #[error("no invite has this code")]
    Unknown,
    /// It has ended.
    #[error(transparent)]
    Closed(Closed),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(AnswerError);

impl CommandError for AnswerError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

/// Why a held use did not become a use.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// Its time is over, or it was given back.
    #[error("the use is no longer held")]
    NotHeld,
    /// The invite was revoked, or its inviter sanctioned.
    #[error(transparent)]
    Closed(Closed),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(RedeemError);
