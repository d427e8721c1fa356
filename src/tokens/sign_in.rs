//! Signing in: by password, or by the one-time code that the command line makes.
//!
//! Whoever does not know the password learns nothing: an unknown account, a wrong password and a
//! sanctioned account cost the same work and get the same answer.

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};

use super::{
    Device, Inner, Session, Tokens, appeal, device,
    sessions::{resume, start_on},
};
use crate::{
    credentials::{self, Hasher, HasherError, PasswordProof, ProofError, SignInCode},
    people,
    platform::{
        config::ThrottleConfig,
        ledger::{Actor, Committed, ReadModel, Tx},
        store::{
            CommandError, Disposition, StoreError, from_query,
            throttle::{Rate, Throttled},
        },
        terms::{ContactPoint, PersonRow, SessionId},
        vault::Blind,
    },
};

/// Lets members in; clones share the permits.
#[derive(Clone)]
pub struct SignIn {
    tokens: Tokens,
    pub(super) hasher: Hasher,
    read_model: ReadModel,
    pub(super) failures: Rate,
    pub(super) device_failures: Rate,
    pub(super) sessions: Rate,
}

/// The buckets in which a failure is counted, each with its rate.
pub(super) type Allowance = Arc<[(Vec<u8>, Rate)]>;

/// What is done for a member who has proved who they are.
type Welcome = Arc<dyn Fn(&mut Tx<'_>, PersonRow) -> Result<Session, SignInError> + Send + Sync>;

/// Why nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no such account, or this is not its password or a code that is good now.
    #[error("the sign-in data are not right")]
    Wrong,
    /// The password or code is right, and the member may not sign in.
    #[error("the member may not sign in")]
    Suspended(PersonRow),
    /// The member has signed in too often; the next time is open after so many seconds.
    #[error("too many sign-ins; the next one is open in {0} s")]
    TooMany(u32),
    /// Too many failures of this account; another try is open after so many seconds.
    #[error("too many failed sign-ins; the next one is open in {0} s")]
    Locked(u32),
    /// The session that was to be resumed is over, or another's.
    #[error("the session has ended")]
    SessionEnded,
    /// The session that was to be resumed has been refreshed since.
    #[error("the session has been refreshed")]
    Refreshed,
    /// Too many passwords are being checked at this moment.
    #[error("too many passwords are being checked at this moment")]
    Busy,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(SignInError);

impl CommandError for SignInError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Wrong
            | Self::Suspended(_)
            | Self::TooMany(_)
            | Self::Locked(_)
            | Self::SessionEnded
            | Self::Refreshed
            | Self::Busy => Disposition::RollBack,
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

impl From<ProofError> for SignInError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Hasher(error) => error.into(),
            ProofError::Store(error) => error.into(),
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
    pub fn new(tokens: Tokens, hasher: Hasher, read_model: ReadModel, config: &ThrottleConfig) -> Self {
        let day = Duration::from_secs(86_400);
        Self {
            tokens,
            hasher,
            read_model,
            failures: Rate::at_most(config.per_account_failures_per_day, day),
            device_failures: Rate::at_most(config.per_device_failures_per_day, day),
            sessions: Rate::at_most(config.sessions_per_member_per_hour, Duration::from_secs(3600)),
        }
    }

    /// The tokens that a session buys.
    pub const fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// What a member appeals with who may not sign in.
    pub fn appeal_token(&self, person: PersonRow) -> SecretString {
        let Inner { ledger, vault, .. } = &*self.tokens.inner;
        appeal::mint(vault, person, ledger.now())
    }

    /// How far memory has come.
    pub const fn read_model(&self) -> &ReadModel {
        &self.read_model
    }

    /// Starts a session for whoever knows an account's password.
    ///
    /// Every attempt is counted as a failure before the password is looked at, and taken back when it
    /// was none, so that attempts at the same moment cannot outrun the count. It is counted by the
    /// address that was entered, whether or not there is an account. Strangers' failures are counted together; a
    /// `device` that has signed in to the account before is counted by itself, so that nobody else locks it out.
    ///
    /// # Errors
    /// [`SignInError`]
    pub async fn by_password(
        &self,
        contact: &ContactPoint,
        password: SecretString,
        device: Option<SecretString>,
        on: Device,
    ) -> Result<Committed<Session>, SignInError> {
        let tokens = self.tokens.clone();
        self.proved(
            contact,
            password,
            device,
            Arc::new(move |tx, person| begin(tx, &tokens, person, &on)),
        )
        .await
    }

    /// A session that was started before, for whoever knows the password of its holder; refused once it has been
    /// refreshed: whoever asks again gets nothing newer than what they were answered first.
    ///
    /// # Errors
    /// [`SignInError`]
    pub async fn resume(
        &self,
        contact: &ContactPoint,
        password: SecretString,
        session: SessionId,
    ) -> Result<Committed<Session>, SignInError> {
        let resumed = move |tx: &mut Tx<'_>, person| {
            let session = resume(tx, session)?.filter(|session| session.holder.person == person);
            let session = session.ok_or(SignInError::SessionEnded)?;
            match session.generation {
                0 => Ok(session),
                _ => Err(SignInError::Refreshed),
            }
        };
        self.proved(contact, password, None, Arc::new(resumed)).await
    }

    /// What is done for whoever knows the password.
    async fn proved(
        &self,
        contact: &ContactPoint,
        password: SecretString,
        device: Option<SecretString>,
        welcome: Welcome,
    ) -> Result<Committed<Session>, SignInError> {
        let vault = &self.tokens.inner.vault;
        let ledger = &self.tokens.inner.ledger;
        let blind = vault.blind_contact(contact);
        let allowance = self.counted(&blind, device).await?;

        // Once more where the stored hash was another one in the end: of two who sign in at once, the first may have
        // renewed it.
        for _ in 0..2 {
            let checked = self.check(&blind, password.clone()).await;
            if let Err(SignInError::Busy) = checked {
                // Nothing was tried.
                let allowance = Arc::clone(&allowance);
                ledger.write(Actor::System, move |tx| give_back(tx, &allowance)).await?;
            }
            let proof = checked?;
            let person = proof.person;
            let (welcome, allowance) = (Arc::clone(&welcome), Arc::clone(&allowance));
            let often = [b"sessions/".as_slice(), &person.0.to_be_bytes()].concat();
            let (often, pace) = (vault.blind(Blind::Throttle, &often), self.sessions);
            let written = ledger.write(Actor::Person(person), move |tx| -> Result<_, SignInError> {
                if !proof.confirm(tx)? {
                    return Ok(None);
                }
                give_back(tx, &allowance)?;
                match tx.throttles.admit(tx.conn, &often, pace, tx.now) {
                    Ok(()) => {
                        let session = welcome(tx, person)?;
                        // Their row is held by now.
                        match proof.holds(tx.conn)? {
                            true => Ok(Some(Ok(session))),
                            false => Err(SignInError::Wrong),
                        }
                    }
                    // It was no failure, and that is kept.
                    Err(Throttled::Wait(seconds)) => Ok(Some(Err(seconds))),
                    Err(Throttled::Store(error)) => Err(error.into()),
                }
            });
            let Committed { value, position } = written.await?;
            if let Some(value) = value {
                let value = value.map_err(SignInError::TooMany)?;
                return Ok(Committed { value, position });
            }
        }
        Err(SignInError::Wrong)
    }

    /// Counts an attempt as a failure before it is looked at, or refuses it; where it was counted.
    pub(super) async fn counted(&self, blind: &[u8], device: Option<SecretString>) -> Result<Allowance, SignInError> {
        let allowance = self.allowance(blind, device).await?;
        self.count(&allowance).await?;
        Ok(allowance)
    }

    /// Counts an attempt in these buckets, or refuses it.
    pub(super) async fn count(&self, allowance: &Allowance) -> Result<(), SignInError> {
        let ledger = &self.tokens.inner.ledger;
        let buckets: Vec<Vec<u8>> = allowance.iter().map(|(bucket, _)| bucket.clone()).collect();
        if let Some(seconds) = ledger.store().throttles().refuses(&buckets, ledger.now()) {
            return Err(SignInError::Locked(seconds));
        }
        let counted = Arc::clone(allowance);
        ledger
            .write(Actor::System, move |tx| {
                let mut counted = counted.iter();
                counted.try_for_each(|(bucket, rate)| tx.throttles.admit(tx.conn, bucket, *rate, tx.now))
            })
            .await?;
        Ok(())
    }

    /// Where a failure counts: for strangers to the account together; or for a device that has signed in to it before,
    /// and for all such devices.
    async fn allowance(&self, blind: &[u8], device: Option<SecretString>) -> Result<Allowance, SignInError> {
        let Inner { ledger, vault, .. } = &*self.tokens.inner;
        let bucket = |what: &[u8], whose: &[u8]| vault.blind(Blind::Throttle, &[what, whose].concat());
        let strangers: Allowance = Arc::from([(bucket(b"sign-in/", blind), self.failures)]);
        let Some(token) = device else { return Ok(strangers) };
        let contact = blind.to_vec();
        let person = ledger.store().read(move |conn| {
            let row = people::by_contact(conn, &contact)?.unwrap_or(PersonRow(0));
            Ok::<_, StoreError>(people::member(conn, row)?.map(|member| member.id))
        });
        let session = device::known(vault, token.expose_secret(), person.await?, ledger.now());
        Ok(session.map_or(strangers, |session| {
            Arc::from([
                (bucket(b"sign-in-device/", session.as_bytes()), self.device_failures),
                (bucket(b"sign-in-devices/", blind), self.failures),
            ])
        }))
    }

    /// Whose password it is, by the blind index of their address.
    async fn check(&self, blind: &[u8], password: SecretString) -> Result<PasswordProof, SignInError> {
        let store = self.tokens.inner.ledger.store();
        let proof = credentials::prove_password(store, &self.hasher, blind, password).await?;
        proof.ok_or(SignInError::Wrong)
    }

    /// Starts a session for whoever holds a one-time code, and spends the code.
    ///
    /// # Errors
    /// [`SignInError`]
    pub async fn by_code(&self, code: &SecretString, on: Device) -> Result<Committed<Session>, SignInError> {
        let code = SignInCode::parse(code, &self.tokens.inner.vault).ok_or(SignInError::Wrong)?;
        let tokens = self.tokens.clone();
        // Who it is, the code alone says.
        self.tokens
            .inner
            .ledger
            .write(Actor::Newcomer, move |tx| {
                let person = code.spend(tx)?.ok_or(SignInError::Wrong)?;
                begin(tx, &tokens, person, &on)
            })
            .await
    }
}

/// Starts a session for somebody who has proved that it is them.
pub(super) fn begin(tx: &mut Tx<'_>, tokens: &Tokens, person: PersonRow, on: &Device) -> Result<Session, SignInError> {
    let (now, lifetime) = (tx.now, tokens.session_lifetime());
    let started = tx.on_behalf(Actor::Person(person), now, |tx| {
        start_on(tx, &tokens.inner.vault, on, person, lifetime)
    })?;
    started.ok_or(SignInError::Suspended(person))
}

/// It was no failure.
pub(super) fn give_back(tx: &mut Tx<'_>, allowance: &Allowance) -> Result<(), StoreError> {
    for (bucket, rate) in allowance.iter() {
        tx.throttles.give_back(tx.conn, bucket, *rate)?;
    }
    Ok(())
}
