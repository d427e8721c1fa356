//! The waitlist: who has no invite asks, proves an address or a phone number, and waits until somebody lets them in.
//!
//! What is promised:
//! - whoever asks is answered the same, known or not: nothing is told before the address is proved;
//! - one address waits once, and keeps its place when it asks again;
//! - a member lets in whom they know by an invite of their own to that address, which their quota pays; of two members
//!   at once one does. Nobody learns by it whether somebody else waits: whoever does not is sent an invite all the same;
//! - an admin lets in by order, by chance or by the number of members who vouch. What chance decided can be drawn again by
//!   anybody: the ledger has the seed and all who waited ([`rules::by_chance`]);
//! - whoever leaves is forgotten: the row goes, and the key that sealed what they said. Of a refusal the blind index of the
//!   address stays, and the sealed reason: admins see it where the same address asks again.

pub mod commands;
mod follow;
pub mod http;
pub mod queries;
mod records;
pub mod rules;

use data_encoding::BASE64URL_NOPAD;
use secrecy::{ExposeSecret, SecretString};

pub use follow::WaitlistSubscriber;
pub use records::{State, by_id};

use crate::{
    invites::IssueError,
    notify::{Limit, Spent},
    platform::{
        idempotency::KeyReused,
        store::{CommandError, Disposition, StoreError, from_query, throttle::Throttled},
        terms::{ApplicationId, PersonRow, Timestamp, words},
        vault::{Blind, KeyPurpose, Subject, Vault, VaultError},
    },
    policy::ContactDenied,
};

words! {
    /// How an admin chooses whom to let in.
    Way {
        /// Who has waited longest comes first.
        Order = "order",
        /// A seeded draw among all who wait.
        Chance = "chance",
        /// Who has most members vouching comes first, and of these who has waited longest; nobody without one.
        Referral = "referral",
    }
}

/// An application, as it is stored.
#[derive(Debug, Clone)]
pub struct Application {
    /// Its row.
    pub row: i64,
    /// Its public id.
    pub id: ApplicationId,
    /// Whose data key seals what they said.
    pub subject: Subject,
    /// Where it stands.
    pub state: State,
    /// The language for mails, a BCP 47 tag.
    pub locale: String,
    /// The blind index of the address.
    pub address_blind: Vec<u8>,
    /// The address; gone once it is decided.
    pub address_sealed: Option<Vec<u8>>,
    /// What they said of themself; gone once it is decided.
    pub note_sealed: Option<Vec<u8>>,
    /// The one-time codes that were sent.
    pub proofs: Option<Vec<u8>>,
    /// Until when the address must be proved.
    pub expires_at: Timestamp,
    /// The order in which they wait.
    pub turn: Option<i64>,
    /// Since when they wait.
    pub waits_since: Option<Timestamp>,
    /// When they were let in or refused.
    pub decided_at: Option<Timestamp>,
    /// By which invite they were let in.
    pub invite: Option<crate::platform::terms::InviteId>,
    /// Why they were refused.
    pub reason_sealed: Option<Vec<u8>>,
    /// By whom.
    pub decided_by: Option<PersonRow>,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// No application has this id, or the token opens none.
    #[error("there is no such application")]
    Unknown,
    /// The community has no waitlist now.
    #[error("the waitlist is closed")]
    Closed,
    /// As many wait as the policy allows.
    #[error("the waitlist is full")]
    Full,
    /// The address is proved already.
    #[error("the address is proved already")]
    Proved,
    /// They were let in or refused, or the time to prove the address is over.
    #[error("the application is over")]
    Over,
    /// The address is a member's.
    #[error("this person is a member already")]
    Member,
    /// A reviewer has refused the owner of this address, finally.
    #[error("this person was refused for good")]
    Barred,
    /// Somebody else has let them in, and the invite is open.
    #[error("somebody has let this person in already")]
    LetIn,
    /// The code is wrong. The attempt was counted.
    #[error("the code is not right")]
    Wrong,
    /// The code was valid once, or no code is valid now.
    #[error("the code is no longer valid")]
    Stale,
    /// Too many wrong codes.
    #[error("too many wrong codes")]
    Locked,
    /// So many seconds must pass.
    #[error("too many attempts; the next one is open in {0} s")]
    TooMany(u32),
    /// The community does not take this contact.
    #[error(transparent)]
    Denied(#[from] ContactDenied),
    /// As many text messages were sent as may be; another may go after so many seconds.
    #[error("too many text messages")]
    Texts(Limit, u32),
    /// The invite was not issued.
    #[error(transparent)]
    Issue(IssueError),
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(WaitError);

impl From<VaultError> for WaitError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl From<Spent> for WaitError {
    fn from(spent: Spent) -> Self {
        match spent {
            Spent::Reached(limit, seconds) => Self::Texts(limit, seconds),
            Spent::Store(error) => Self::Store(error),
        }
    }
}

impl From<IssueError> for WaitError {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Store(error) => Self::Store(error),
            other => Self::Issue(other),
        }
    }
}

impl From<Throttled> for WaitError {
    fn from(throttled: Throttled) -> Self {
        match throttled {
            Throttled::Wait(seconds) => Self::TooMany(seconds),
            Throttled::Store(error) => Self::Store(error),
        }
    }
}

impl CommandError for WaitError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            // What was tried must be remembered.
            Self::Wrong => Disposition::Keep,
            _ => Disposition::RollBack,
        }
    }
}

/// The bearer token of whoever waits. It is derived, never stored.
pub fn token(vault: &Vault, id: ApplicationId) -> SecretString {
    let (_, secret) = vault.derive(KeyPurpose::Applicant, id.as_bytes());
    format!("vsw_{}", BASE64URL_NOPAD.encode(&secret)).into()
}

/// What is stored of a token.
fn token_blind(vault: &Vault, token: &SecretString) -> Vec<u8> {
    vault.blind(Blind::ApplicantToken, token.expose_secret().as_bytes())
}
