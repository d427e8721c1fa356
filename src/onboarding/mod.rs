//! A newcomer's way in: invite → contact → real name → credentials → active member.
//!
//! A flow is started with an invite's code and costs nothing until the contact is proved. Then one use of the invite is
//! reserved for it, for as many days as the policy grants, so that a review may take its time. The last step redeems
//! the reserved use, makes the newcomer a member and writes the edge, in one transaction. The progress of a newcomer
//! is not stored: it follows from what they have shown and what the policy demands now ([`rules::progress`]).

pub mod commands;
mod follow;
pub mod http;
mod letters;
mod proofs;
pub mod queries;
mod records;
mod rules;

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

pub use commands::GUESSES_A_DAY;
pub use follow::{OnboardingSubscriber, code_may_leave};
pub use letters::proof as proof_letter;
pub use proofs::{Judged, Proofs};
pub use rules::Progress;

use crate::{
    credentials::ChoiceError,
    identity::SubmitError,
    invites::{Closed, RedeemError},
    notify::{Limit, Spent, TextLimits},
    people::HandleError,
    platform::{
        idempotency::KeyReused,
        store::{
            CommandError, Disposition, StoreError, from_query,
            throttle::{Rate, Throttled},
        },
        terms::{Id, PersonRow, Timestamp, kinds, words},
        vault::{Blind, KeyPurpose, Subject, Vault, VaultError},
    },
    policy::{ContactDenied, DocumentDenied},
    tokens::SignInError,
};

/// How long a one-time code is valid (NIST SP 800-63B-4 §3.1.3.3: at most ten minutes).
pub const PROOF_LASTS: Duration = Duration::from_secs(10 * 60);

/// How often newcomers may try.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Wrong one-time codes, over all valid ones, before a new code must be asked for.
    pub proof_attempts: i64,
    /// One-time codes that may be sent to one address.
    pub codes_per_address: Rate,
    /// One-time codes that may be sent in an hour with one invite, beside three for each of its uses; none: any number.
    pub codes_per_invite: Option<u32>,
    /// Flows that may be started with an invite, for each of its uses; none: any number.
    pub flows_per_use: Option<Rate>,
    /// What codes that go by text message may cost.
    pub texts: TextLimits,
}

impl Limits {
    /// For data that the service makes itself.
    pub const fn open() -> Self {
        Self {
            proof_attempts: 5,
            codes_per_address: Rate::open(),
            codes_per_invite: None,
            flows_per_use: None,
            texts: TextLimits::open(),
        }
    }
}

words! {
    /// By what a newcomer came to an invite's code.
    Via {
        /// By a link.
        Link = "link",
        /// By a QR code.
        Qr = "qr",
    }
}

/// An onboarding flow, as it is stored.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Its row.
    pub row: i64,
    /// Its public id.
    pub id: Id<kinds::Flow>,
    /// The blind index of the token that opens it.
    pub token_hash: Vec<u8>,
    /// The row of its invite.
    pub invite_row: i64,
    /// The subject whose data key seals what the newcomer gives.
    pub subject: Subject,
    /// The language for mails, a BCP 47 tag.
    pub locale: String,
    /// Until when the contact must be proved.
    pub expires_at: Timestamp,
    /// The contact's blind index, and the contact sealed.
    pub address: Option<(Vec<u8>, Vec<u8>)>,
    /// The newest one-time code, sealed, and until when it is valid.
    pub proof: Option<(Vec<u8>, Timestamp)>,
    /// Every code that was made, the newest included, sealed together: see `proofs`.
    pub proofs: Option<Vec<u8>>,
    /// Wrong codes since the last time that no code was valid.
    pub proof_failures: i64,
    /// When the contact was proved.
    pub proved_at: Option<Timestamp>,
    /// The member that the newcomer became.
    pub person: Option<PersonRow>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// No invite has this code.
    #[error("there is no such invite")]
    UnknownInvite,
    /// The invite cannot be used now.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// Another step is next.
    #[error("another step is next")]
    OutOfOrder,
    /// The flow is over: a member, refused, given up, or too old.
    #[error("the flow has ended")]
    Ended,
    /// The use of the invite is no longer reserved.
    #[error("the use of the invite is no longer reserved")]
    ReservationExpired,
    /// The name and document were not accepted.
    #[error(transparent)]
    Submit(SubmitError),
    /// Documents of the country are not taken.
    #[error(transparent)]
    Document(#[from] DocumentDenied),
    /// Another member has the handle.
    #[error("the handle is taken")]
    HandleTaken,
    /// The contact belongs to a member already.
    #[error("this person is a member already")]
    Member,
    /// A reviewer has refused the owner of this contact, finally.
    #[error("this person was refused for good")]
    Refused,
    /// A reviewer has to look before the last step: see [`commands::ask_reviewer`].
    #[error("a reviewer has to look at the name and the document first")]
    NeedsReview,
    /// Too many flows were started with the invite. The next one may be started after so many seconds.
    #[error("too many registrations were begun by the invite; the next one is open in {0} s")]
    TooMany(u32),
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(StepError);

impl CommandError for StepError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

impl From<Throttled> for StepError {
    fn from(throttled: Throttled) -> Self {
        match throttled {
            Throttled::Wait(seconds) => Self::TooMany(seconds),
            Throttled::Store(error) => Self::Store(error),
        }
    }
}

impl From<VaultError> for StepError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl From<SubmitError> for StepError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Store(error) => Self::Store(error),
            SubmitError::NotReserved => Self::ReservationExpired,
            refusal => Self::Submit(refusal),
        }
    }
}

impl From<RedeemError> for StepError {
    fn from(error: RedeemError) -> Self {
        match error {
            RedeemError::NotHeld => Self::ReservationExpired,
            RedeemError::Closed(closed) => Self::Closed(closed),
            RedeemError::Store(error) => Self::Store(error),
        }
    }
}

/// Why a contact was not proved.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The step itself.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The invite was sent to another address.
    #[error("the invite is for another address")]
    AnotherAddress,
    /// No contact was given, and the invite names none.
    #[error("a contact is needed")]
    NoAddress,
    /// The policy does not take such a contact.
    #[error(transparent)]
    Denied(#[from] ContactDenied),
    /// There were as many text messages as there may be, by this limit: so many seconds must pass.
    #[error("too many text messages")]
    Texts(Limit, u32),
    /// The code is wrong. The attempt was counted.
    #[error("the code is not right")]
    Wrong,
    /// The code was valid once, or no code is valid now.
    #[error("the code is no longer valid")]
    Stale,
    /// Too many wrong codes: a new one must be asked for.
    #[error("too many wrong codes")]
    Locked,
    /// Too many codes were asked for with this invite, for any addresses: so many seconds must pass.
    #[error("too many codes were asked for")]
    TooManyCodes(u32),
    /// Too many codes were sent to this address: so many seconds must pass.
    #[error("too many codes were sent to this address")]
    Mailed(u32),
    /// Too many wrong codes for this address, in any flows: so many seconds must pass.
    #[error("too many wrong codes for this address")]
    Guessed(u32),
}

from_query!(ProofError);

impl CommandError for ProofError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Step(error) => error.disposition(),
            // What was tried must be remembered.
            Self::Wrong => Disposition::Keep,
            Self::AnotherAddress
            | Self::NoAddress
            | Self::Denied(_)
            | Self::Texts(..)
            | Self::Stale
            | Self::Locked
            | Self::TooManyCodes(_)
            | Self::Mailed(_)
            | Self::Guessed(_) => Disposition::RollBack,
        }
    }
}

impl From<Throttled> for ProofError {
    fn from(throttled: Throttled) -> Self {
        match throttled {
            Throttled::Wait(seconds) => Self::Guessed(seconds),
            Throttled::Store(error) => error.into(),
        }
    }
}

impl From<Spent> for ProofError {
    fn from(spent: Spent) -> Self {
        match spent {
            Spent::Reached(limit, seconds) => Self::Texts(limit, seconds),
            Spent::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for ProofError {
    fn from(error: StoreError) -> Self {
        Self::Step(error.into())
    }
}

impl From<VaultError> for ProofError {
    fn from(error: VaultError) -> Self {
        Self::Step(error.into())
    }
}

/// Why a newcomer did not become a member by the last step.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// No flow has this id and token.
    #[error("there is no such flow")]
    UnknownFlow,
    /// The step itself.
    #[error(transparent)]
    Step(#[from] StepError),
    /// This cannot be a handle.
    #[error(transparent)]
    Handle(#[from] HandleError),
    /// The policy reserves the handle.
    #[error("the handle is reserved")]
    HandleReserved,
    /// The password was not accepted, or not hashed.
    #[error(transparent)]
    Password(#[from] ChoiceError),
    /// A repeated request was not signed in.
    #[error(transparent)]
    SignIn(SignInError),
    /// The session of the first request was used since: its answer cannot be given again.
    #[error("the session of the first answer has been used")]
    Used,
}

impl From<StoreError> for JoinError {
    fn from(error: StoreError) -> Self {
        Self::Step(error.into())
    }
}

impl From<KeyReused> for JoinError {
    fn from(error: KeyReused) -> Self {
        Self::Step(error.into())
    }
}

/// The bearer token for the steps of a flow. It is derived, never stored.
pub fn flow_token(vault: &Vault, id: Id<kinds::Flow>) -> SecretString {
    let (_, secret) = vault.derive(KeyPurpose::Flow, id.as_bytes());
    format!("vsf_{}", data_encoding::BASE64URL_NOPAD.encode(&secret)).into()
}

/// What is stored of the token of a flow.
fn token_blind(vault: &Vault, flow: Id<kinds::Flow>, token: &SecretString) -> Vec<u8> {
    vault.blind_all(Blind::FlowToken, &[flow.as_bytes(), token.expose_secret().as_bytes()])
}
