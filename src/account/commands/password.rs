//! A password that is forgotten, and one that is changed.

use std::time::Duration;

use secrecy::SecretString;

use super::{Me, held};
use crate::{
    account::{Account, AccountError, is_admitted, letters, records, tell},
    credentials::{self, PasswordLink, passwords::hash::Phc},
    people::{self, Member},
    platform::{
        ledger::{
            Actor, Committed, Event, Tx,
            events::{self, PasswordChange, SessionEnd},
        },
        store::{StoreError, throttle::Rate},
        terms::{ContactPoint, PersonRow, SessionId},
        vault::{Blind, Field, VaultError},
    },
    tokens,
};

/// Letters with a link to a new password, to one address in an hour. Whoever asks more often gets the same answer.
pub const FORGOTTEN_AN_HOUR: u32 = 4;

impl Account {
    /// Has a letter with a link to a new password sent to whoever has this address, if a member does. The answer is the
    /// same in any case, and so is the work: whose address it is, is looked at by whoever follows the ledger.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn forgot_password(&self, contact: &ContactPoint) -> Result<Committed<()>, StoreError> {
        let blind = self.vault.blind_contact(contact);
        let bucket = [b"password-forgotten/".as_slice(), &blind].concat();
        let bucket = self.vault.blind(Blind::Throttle, &bucket);
        let rate = Rate::at_most(FORGOTTEN_AN_HOUR, Duration::from_secs(60 * 60));
        let written = self.ledger.write(Actor::System, move |tx| {
            if is_admitted(tx.throttles.admit(tx.conn, &bucket, rate, tx.now))? {
                credentials::forgot_password(tx, &blind)?;
            }
            Ok::<_, StoreError>(())
        });
        written.await
    }

    /// Whether what a link holds leads to a new password now. Nothing is used up.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn is_password_link(&self, token: &SecretString) -> Result<bool, StoreError> {
        Ok(self.linked(token).await?.is_some())
    }

    async fn linked(&self, token: &SecretString) -> Result<Option<(PasswordLink, Member)>, StoreError> {
        let Some(link) = PasswordLink::parse(token, &self.vault) else {
            return Ok(None);
        };
        let now = self.ledger.now();
        let read = self.ledger.store().read(move |conn| {
            let member = link.look(conn, now)?;
            Ok::<_, StoreError>(member.map(|member| (link, member)))
        });
        read.await
    }

    /// Sets the password of whoever has opened the link in a letter; every session of theirs ends. A password that is
    /// refused leaves the link good.
    ///
    /// # Errors
    /// [`AccountError`]
    pub async fn reset_password(
        &self,
        token: &SecretString,
        password: SecretString,
    ) -> Result<Committed<()>, AccountError> {
        // A link that is none costs no hash.
        let (link, member) = self.linked(token).await?.ok_or(AccountError::LinkOver)?;
        let phc = self.chosen(&member, password).await?;
        let this = self.clone();
        let written = self.ledger.write(Actor::Person(member.row), move |tx| {
            let member = held(tx, member.row)?;
            if !link.spend(tx)? {
                return Err(AccountError::LinkOver);
            }
            this.set_password(tx, &member, &phc, PasswordChange::Reset, None)
        });
        Ok(self.ended(written.await?))
    }

    /// Sets a member's own password: by the current one, or, where they have none yet, by a recent sign-in. Every other
    /// session of theirs ends.
    ///
    /// # Errors
    /// [`AccountError`]
    pub async fn change_password(
        &self,
        me: Me,
        current: Option<SecretString>,
        password: SecretString,
    ) -> Result<Committed<()>, AccountError> {
        let read = self.ledger.store().read(move |conn| {
            let member = people::member(conn, me.person)?;
            Ok::<_, StoreError>((member, credentials::has_password(conn, me.person)?))
        });
        let (member, has_one) = read.await?;
        let member = member.ok_or(AccountError::SessionEnded)?;
        let proof = match (has_one, current) {
            (true, Some(current)) => Some(self.sign_in.prove(me.person, me.session, current).await?),
            (true, None) | (false, Some(_)) => return Err(AccountError::PasswordWrong),
            (false, None) if !me.recent => return Err(AccountError::NotRecent),
            (false, None) => None,
        };
        let phc = self.chosen(&member, password).await?;
        let this = self.clone();
        let written = self.ledger.write(Actor::Person(me.person), move |tx| {
            let member = held(tx, me.person)?;
            let (still, how) = match &proof {
                Some(proof) => (proof.confirm(tx)?, PasswordChange::Changed),
                None => (!credentials::has_password(tx.conn, me.person)?, PasswordChange::Chosen),
            };
            if !still {
                return Err(AccountError::PasswordWrong);
            }
            this.set_password(tx, &member, &phc, how, Some(me.session))
        });
        Ok(self.ended(written.await?))
    }

    /// What is stored of a new password, which is made of nothing that others know of the member.
    async fn chosen(&self, member: &Member, password: SecretString) -> Result<Phc, AccountError> {
        let mut context = vec![self.policy.get()?.policy.community.name.to_string()];
        context.extend(member.handle.clone());
        let (vault, member) = (self.vault.clone(), member.clone());
        let read = self.ledger.store().read(move |conn| {
            let (Some(subject), Some(sealed)) = (member.subject, people::own_contact(conn, member.row)?) else {
                return Ok(None);
            };
            match vault.key(conn, subject) {
                Ok(key) => Ok::<_, VaultError>(Some(key.open_text(Field::Contact, &sealed)?.to_string())),
                Err(VaultError::Erased) => Ok(None),
                Err(error) => Err(error),
            }
        });
        context.extend(read.await?);
        Ok(self.hasher.choose(password, context).await?)
    }

    /// Sets a member's password, who is held: their sessions but one end, and so does a link to a new one. Whoever has
    /// the account's address is told.
    fn set_password(
        &self,
        tx: &mut Tx<'_>,
        member: &Member,
        phc: &Phc,
        how: PasswordChange,
        spared: Option<SessionId>,
    ) -> Result<Vec<SessionId>, AccountError> {
        let person: PersonRow = member.row;
        credentials::set_password(tx, person, phc)?;
        credentials::end_password_link(tx, person)?;
        // Whoever wanted another address meanwhile may not have been the account's owner.
        records::end_pending(tx.conn, person)?;
        tx.record(Event::PasswordChanged(events::PasswordChanged { person, how }));
        let ended = tokens::end_others(tx, person, spared, SessionEnd::CredentialsChanged)?;
        tell(
            tx,
            &self.vault,
            &self.policy,
            member,
            "password-changed",
            letters::password_changed,
        )?;
        Ok(ended)
    }

    /// Takes these sessions for ended at once.
    pub(super) fn ended(&self, written: Committed<Vec<SessionId>>) -> Committed<()> {
        self.sign_in.tokens().have_ended(&written.value);
        Committed {
            value: (),
            position: written.position,
        }
    }
}
