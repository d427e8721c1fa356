//! Signing in: by password, or by the one-time code that the command line makes.
//!
//! Whoever does not know the password learns nothing: an unknown account, a wrong password and a
//! sanctioned account cost the same work and get the same answer.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{Session, Tokens, start_session};
use crate::{
    config::ThrottleConfig,
    ledger::{Actor, Written},
    mail::EmailAddress,
    people::{
        self,
        passwords::{
            Hasher, HasherError,
            hash::{Phc, dummy, needs_rehash},
        },
    },
    store::{
        CommandError, Disposition, StoreError,
        throttle::{self, Rate, Throttled},
    },
    terms::PersonRow,
    vault::{Blind, sha256},
};

/// Lets members in; clones share the permits.
#[derive(Clone)]
pub struct SignIn {
    tokens: Tokens,
    hasher: Hasher,
    failures: Rate,
}

/// Why nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no such account, or this is not its password or a code that is good now.
    #[error("the sign-in data are not right")]
    Wrong,
    /// The password or code is right, and the member is not in good standing.
    #[error("the member is not in good standing")]
    Suspended,
    /// Too many failures of this account; another try is open after so many seconds.
    #[error("too many failed sign-ins; the next one is open in {0} s")]
    Locked(u32),
    /// Too many passwords are being checked at this moment.
    #[error("too many passwords are being checked at this moment")]
    Busy,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommandError for SignInError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Wrong | Self::Suspended | Self::Locked(_) | Self::Busy => Disposition::RollBack,
        }
    }
}

impl From<Throttled> for SignInError {
    fn from(error: Throttled) -> Self {
        match error {
            Throttled::Wait(seconds) => Self::Locked(seconds),
            Throttled::Store(error) => Self::Store(error),
        }
    }
}

impl From<HasherError> for SignInError {
    fn from(error: HasherError) -> Self {
        match error {
            HasherError::Busy => Self::Busy,
            HasherError::Hash(error) => Self::Store(StoreError::Internal(error.to_string())),
        }
    }
}

impl SignIn {
    /// Signs in with these permits, and with as many failures a day as configured.
    pub fn new(tokens: Tokens, hasher: Hasher, config: &ThrottleConfig) -> Self {
        let day = Duration::from_secs(86_400);
        Self {
            tokens,
            hasher,
            failures: Rate::at_most(config.per_account_failures_per_day, day),
        }
    }

    /// The tokens that a session buys.
    pub const fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Starts a session for whoever knows an account's password.
    ///
    /// Every attempt is counted as a failure before the password is looked at, and taken back when it
    /// was none, so that attempts at the same moment cannot outrun the count. It is counted by the
    /// address that was entered, whether or not there is an account.
    ///
    /// # Errors
    /// [`SignInError`]
    pub async fn by_password(
        &self,
        contact: &EmailAddress,
        password: SecretString,
    ) -> Result<Written<Session>, SignInError> {
        let vault = &self.tokens.inner.vault;
        let ledger = &self.tokens.inner.ledger;
        let blind = vault.blind(Blind::Contact, contact.normalised().as_bytes());
        let bucket = vault.blind(Blind::Throttle, &[b"sign-in/".as_slice(), &blind].concat());
        let failures = self.failures;

        let counted = bucket.clone();
        ledger
            .write(Actor::System, move |tx| {
                throttle::admit(tx.conn, &counted, failures, tx.now)
            })
            .await?;

        let found = ledger
            .store()
            .read(move |conn| {
                let person = people::by_contact(conn, &blind)?;
                // Asked in any case, so that the number of queries says nothing.
                let phc = people::password(conn, person.unwrap_or(PersonRow(0)))?;
                Ok::<_, StoreError>(person.zip(phc))
            })
            .await?;
        let known = found.and_then(|(person, text)| Some((person, Phc::parse(&text).ok()?)));
        let phc = known.as_ref().map_or_else(|| dummy().clone(), |(_, phc)| phc.clone());
        let fits = match self.hasher.verify(password.clone(), phc).await {
            Err(HasherError::Busy) => {
                // Nothing was tried.
                let given_back = move |tx: &mut crate::ledger::Tx<'_>| {
                    Ok::<_, StoreError>(throttle::give_back(tx.conn, &bucket, failures)?)
                };
                ledger.write(Actor::System, given_back).await?;
                return Err(SignInError::Busy);
            }
            fits => fits?,
        };
        let Some((person, phc)) = known.filter(|_| fits) else {
            return Err(SignInError::Wrong);
        };
        let anew = match needs_rehash(&phc) {
            // Of no account to the caller; the next sign-in tries again.
            true => self.hasher.hash(password).await.ok(),
            false => None,
        };

        let lifetime = self.tokens.session_lifetime();
        ledger
            .write(Actor::Person(person), move |tx| {
                // It may have been changed while this one was being checked.
                if people::password(tx.conn, person)?.as_deref() != Some(phc.expose()) {
                    return Err(SignInError::Wrong);
                }
                let session = start_session(tx, person, lifetime)?.ok_or(SignInError::Suspended)?;
                if let Some(anew) = anew {
                    people::set_password(tx.conn, person, anew.expose(), tx.now)?;
                }
                throttle::give_back(tx.conn, &bucket, failures)?;
                Ok(session)
            })
            .await
    }

    /// Starts a session for whoever holds a one-time code, and spends the code. The store knows its
    /// SHA-256: 256 random bits cannot be guessed.
    ///
    /// # Errors
    /// [`SignInError`]
    pub async fn by_code(&self, code: &SecretString) -> Result<Written<Session>, SignInError> {
        let hash = sha256(code.expose_secret().trim().as_bytes());
        let lifetime = self.tokens.session_lifetime();
        let ledger = &self.tokens.inner.ledger;
        let now = ledger.now();
        let person = ledger
            .store()
            .read(move |conn| Ok::<_, StoreError>(people::by_sign_in_code(conn, &hash, now)?))
            .await?
            .ok_or(SignInError::Wrong)?;
        ledger
            .write(Actor::Person(person), move |tx| {
                if !people::spend_sign_in_code(tx.conn, &hash, tx.now)? {
                    return Err(SignInError::Wrong);
                }
                start_session(tx, person, lifetime)?.ok_or(SignInError::Suspended)
            })
            .await
    }
}
