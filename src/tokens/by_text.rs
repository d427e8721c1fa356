//! Signing in by a code that is sent by text message.
//!
//! Whoever asks for a code learns nothing: a number that is nobody's gets the same answer, and is counted alike.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::{
    Device, Session, SignIn, SignInError,
    sign_in::{begin, give_back},
};
use crate::{
    credentials,
    notify::{self, LetterSubject, Locale, Matter, PhoneNumber, Said, Spent, Stands, TextLimits, TextMessage},
    people,
    platform::{
        config::Config,
        ledger::{Actor, Committed},
        store::{CommandError, Conn, Disposition, StoreError, from_query, throttle::Throttled},
        terms::{ContactPoint, Id, Timestamp},
        vault::Blind,
    },
    policy,
};

/// The word that messages with a code are posted under.
const KIND: &str = "sign-in-code";

/// Sends codes, and lets in whoever has one.
#[derive(Clone)]
pub struct TextSignIn {
    door: SignIn,
    policy: Arc<policy::Current>,
    limits: TextLimits,
    attempts: i64,
}

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum SendCodeError {
    /// As many messages went to this number as may; another may go after so many seconds.
    #[error("too many text messages to this number")]
    TooMany(u32),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(SendCodeError);

impl CommandError for SendCodeError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::TooMany(_) => Disposition::RollBack,
            Self::Store(error) => error.disposition(),
        }
    }
}

impl TextSignIn {
    /// With as many attempts at a code and as many messages as configured.
    pub fn new(door: SignIn, policy: Arc<policy::Current>, config: &Config) -> Self {
        Self {
            door,
            policy,
            limits: TextLimits::of(&config.texts),
            attempts: i64::from(config.throttle.proof_attempts),
        }
    }

    /// Sends a code to the member who has this number, if one in good standing does.
    ///
    /// # Errors
    /// [`SendCodeError`]
    pub async fn send_code(&self, to: PhoneNumber) -> Result<(), SendCodeError> {
        let (this, inner) = (self.clone(), Arc::clone(&self.door.tokens().inner));
        let community = self.policy.get()?.policy.community.name.clone();
        let ledger = inner.ledger.clone();
        let written = ledger.write(Actor::System, move |tx| -> Result<(), SendCodeError> {
            let vault = &inner.vault;
            let contact = ContactPoint::Phone(to.clone());
            let member = match people::by_contact(tx.conn, &vault.blind_contact(&contact))? {
                Some(row) => people::member(tx.conn, row)?.filter(|member| member.standing.may_sign_in()),
                None => None,
            };
            let goes = this.limits.spend_unseen(tx, vault, &to, member.is_some());
            let goes = goes.map_err(|spent| match spent {
                Spent::Reached(_, seconds) => SendCodeError::TooMany(seconds),
                Spent::Store(error) => SendCodeError::Store(error),
            })?;
            let Some(member) = member.filter(|_| goes) else {
                return Ok(());
            };
            let Some(made) = credentials::text_code(tx, vault, &member, this.attempts)? else {
                return Ok(());
            };
            let text = TextMessage {
                to,
                locale: Locale::from_tag(&member.locale),
                said: Said::sign_in(&community, &made.code, made.minutes),
            };
            notify::post_text(tx, &made.key, KIND, member.id.uuid(), &text)?;
            Ok(())
        });
        written.await?;
        Ok(())
    }

    /// Starts a session for whoever has the code that was sent to this number, and spends the code. Failures are
    /// counted as those of passwords are, and with them.
    ///
    /// # Errors
    /// [`SignInError`]
    pub async fn by_code(
        &self,
        phone: PhoneNumber,
        code: SecretString,
        device: Option<SecretString>,
        on: Device,
    ) -> Result<Committed<Session>, SignInError> {
        let inner = Arc::clone(&self.door.tokens().inner);
        let blind = inner.vault.blind_contact(&ContactPoint::Phone(phone));
        let allowance = self.door.counted(&blind, device).await?;
        let often = self.door.pace(&blind);
        let (attempts, tokens) = (self.attempts, self.door.tokens().clone());
        let ledger = inner.ledger.clone();
        let written = ledger.write(Actor::Newcomer, move |tx| -> Result<_, SignInError> {
            let member = match people::by_contact(tx.conn, &blind)? {
                Some(row) => people::member(tx.conn, row)?,
                None => None,
            };
            let Some(member) = member else { return Ok(None) };
            if !credentials::spend_text_code(tx, &inner.vault, &member, code.expose_secret(), attempts)? {
                return Ok(None);
            }
            give_back(tx, &allowance)?;
            let (bucket, rate) = &often;
            match tx.throttles.admit(tx.conn, bucket, *rate, tx.now) {
                Ok(()) => Ok(Some(begin(tx, &tokens, member.row, &on)?)),
                Err(Throttled::Wait(seconds)) => Err(SignInError::TooMany(seconds)),
                Err(Throttled::Store(error)) => Err(error.into()),
            }
        });
        let Committed { value, position } = written.await?;
        let value = value.ok_or(SignInError::Wrong)?;
        Ok(Committed { value, position })
    }
}

/// Knows of the messages with codes: one that is spent or over is not sent.
pub struct SignInTexts;

impl Matter for SignInTexts {
    fn kinds(&self) -> &'static [&'static str] {
        &[KIND]
    }

    fn stands(&self, conn: &mut Conn, text: &LetterSubject<'_>, now: Timestamp) -> Result<Stands, StoreError> {
        let member = people::member_by_id(conn, Id::from_uuid(text.about))?;
        let good = match member.filter(|member| member.standing.may_sign_in()) {
            Some(member) => credentials::has_text_code(conn, member.row, now)?,
            None => false,
        };
        let fresh = now < text.posted_at.after(credentials::TEXT_CODE_LASTS);
        Ok(if good && fresh { Stands::Yes } else { Stands::No })
    }
}

impl SignIn {
    /// The bucket in which sign-ins of whoever has a contact are counted, and how many there may be.
    fn pace(&self, blind: &[u8]) -> (Vec<u8>, crate::platform::store::throttle::Rate) {
        let often = [b"sessions-by-text/".as_slice(), blind].concat();
        let bucket = self.tokens().inner.vault.blind(Blind::Throttle, &often);
        (bucket, self.sessions)
    }
}
