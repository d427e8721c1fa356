//! One's own account: what members change of how they sign in and are reached, and what they see of what is held about
//! them.
//!
//! - Whoever asks for a new password learns nothing of whether there is such an account: neither by the answer nor by
//!   the time that it takes, for whose address it is, is looked at later, by whoever follows the ledger.
//! - What the owner of an account would want to know at once is told to the address that they had before.
//! - A password that is changed ends every other session, and whatever link there was to a new one.

mod commands;
mod follow;
pub mod http;
mod letters;
mod queries;
mod records;

use std::{sync::Arc, time::Duration};

pub use commands::Me;
pub use follow::AccountMails;
pub use queries::Held;

use crate::{
    credentials::{ChoiceError, Hasher, HasherError},
    notify::{EmailAddress, Letter, Locale},
    people::{self, HandleError, Member},
    platform::{
        ledger::{Ledger, ReadModel, Tx},
        store::{
            CommandError, Disposition, StoreError, from_query,
            throttle::{Rate, Throttled},
        },
        terms::{Line, LinkTemplate, Timestamp},
        vault::{DataKey, Field, Vault, VaultError},
    },
    policy::{self, ContactDenied},
    tokens::{SignIn, SignInError},
};

/// How long a link to a new password is good.
pub const PASSWORD_LINK_LASTS: Duration = Duration::from_secs(15 * 60);

/// How long the code is good that proves another address.
pub const ADDRESS_CODE_LASTS: Duration = Duration::from_secs(15 * 60);
/// How long a former address can be had back, and is nobody else's.
pub const ADDRESS_KEPT: Duration = Duration::from_secs(72 * 60 * 60);

/// What is changed here, and with what. Clones share it.
#[derive(Clone)]
pub struct Account {
    /// Where everything is written.
    pub ledger: Ledger,
    /// What a write waits for.
    pub read_model: ReadModel,
    /// Seals addresses and letters.
    pub vault: Vault,
    /// What the community demands, and what it is called.
    pub policy: Arc<policy::Current>,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// Checks them, and ends sessions.
    pub sign_in: SignIn,
    /// Where a new password is chosen.
    pub password_link: LinkTemplate,
    /// Where a change of address is undone.
    pub undo_link: LinkTemplate,
    /// Wrong codes for an address before a new one must be asked for.
    pub proof_attempts: i64,
    /// Codes that may be sent to one address.
    pub codes_per_address: Rate,
}

/// Why an account was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The link was used, is over, or none of ours.
    #[error("the link is good no longer")]
    LinkOver,
    /// The member has given another password than theirs, or none.
    #[error("the current password is not right")]
    PasswordWrong,
    /// They have no password to give, and have signed in a while ago.
    #[error("a recent sign-in is needed")]
    NotRecent,
    /// The new password was not accepted, or not hashed.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// Too many wrong passwords: so many seconds must pass.
    #[error("too many wrong passwords")]
    Locked(u32),
    /// Too many passwords are being checked at this moment.
    #[error("too many passwords are being checked at this moment")]
    Busy,
    /// The policy does not take such an address.
    #[error(transparent)]
    Denied(#[from] ContactDenied),
    /// They have this address already.
    #[error("this is your address already")]
    OwnAddress,
    /// They sign in with a phone number, which is not changed here.
    #[error("a phone number is not changed here")]
    PhoneKept,
    /// The address that was proved is another's.
    #[error("the address is another account's")]
    AddressTaken,
    /// The code is wrong. The attempt was counted.
    #[error("the code is not right")]
    CodeWrong,
    /// There is no code that is good now.
    #[error("no code is valid now")]
    CodeStale,
    /// Too many wrong codes: a new one must be asked for.
    #[error("too many wrong codes")]
    CodeLocked,
    /// Too many of these: so many seconds must pass.
    #[error("too many of these")]
    TooMany(u32),
    /// This cannot be a handle.
    #[error(transparent)]
    Handle(#[from] HandleError),
    /// The policy reserves the handle.
    #[error("the handle is reserved")]
    HandleReserved,
    /// The handle is another's, or was a while ago.
    #[error("the handle is taken")]
    HandleTaken,
    /// The handle was changed a while ago; it can be from then on.
    #[error("the handle was changed a while ago")]
    HandleTooSoon(Timestamp),
    /// Their session has ended meanwhile.
    #[error("the session has ended")]
    SessionEnded,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(AccountError);

impl CommandError for AccountError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            // What was tried must be remembered.
            Self::CodeWrong => Disposition::Keep,
            _ => Disposition::RollBack,
        }
    }
}

impl From<VaultError> for AccountError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl From<SignInError> for AccountError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Locked(seconds) | SignInError::TooMany(seconds) => Self::Locked(seconds),
            SignInError::Busy => Self::Busy,
            SignInError::Store(error) => Self::Store(error),
            SignInError::Wrong => Self::PasswordWrong,
            SignInError::Suspended(_) | SignInError::SessionEnded | SignInError::Refreshed => Self::SessionEnded,
        }
    }
}

/// Whether something is done no more often than may be.
fn is_admitted(outcome: Result<(), Throttled>) -> Result<bool, StoreError> {
    match outcome {
        Ok(()) => Ok(true),
        Err(Throttled::Wait(_)) => Ok(false),
        Err(Throttled::Store(error)) => Err(error),
    }
}

/// Whom a letter about their account goes to.
struct Reader {
    key: DataKey,
    to: EmailAddress,
    locale: Locale,
    community: Line,
}

impl Reader {
    /// None for a member who has a phone alone, or has been forgotten.
    fn of(
        tx: &mut Tx<'_>,
        vault: &Vault,
        policy: &policy::Current,
        member: &Member,
    ) -> Result<Option<Self>, StoreError> {
        let (Some(subject), Some(sealed)) = (member.subject, people::own_contact(tx.conn, member.row)?) else {
            return Ok(None);
        };
        let key = match vault.key(tx.conn, subject) {
            Ok(key) => key,
            Err(VaultError::Erased) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Ok(to) = EmailAddress::parse(&key.open_text(Field::Contact, &sealed)?) else {
            return Ok(None);
        };
        Ok(Some(Self {
            key,
            to,
            locale: Locale::from_tag(&member.locale),
            community: policy.get()?.policy.community.name.clone(),
        }))
    }
}

/// Posts a letter to a member about their own account, where they can be written to.
fn tell(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &policy::Current,
    member: &Member,
    kind: &'static str,
    write: impl FnOnce(EmailAddress, Locale, &Line) -> Letter,
) -> Result<(), StoreError> {
    let Some(reader) = Reader::of(tx, vault, policy, member)? else {
        return Ok(());
    };
    let letter = write(reader.to, reader.locale, &reader.community);
    crate::notify::post(tx, &reader.key, kind, member.id.uuid(), &letter)
}

impl From<HasherError> for AccountError {
    fn from(error: HasherError) -> Self {
        Self::Choice(error.into())
    }
}
