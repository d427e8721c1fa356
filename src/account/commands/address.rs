//! Another address, and the former one had back.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::{Me, held};
use crate::{
    account::{
        ADDRESS_CODE_LASTS, ADDRESS_KEPT, Account, AccountError, PASSWORD_LINK_LASTS, Reader, letters,
        records::{self, Asked},
        tell,
    },
    credentials, identity,
    notify::{self, EmailAddress},
    people::{self, Contact, Member},
    platform::{
        ledger::{
            Actor, Committed, Event, Tx,
            events::{self, SessionEnd},
        },
        store::{
            Conn, StoreError,
            throttle::{Rate, Throttled},
        },
        terms::{ContactPoint, Id, Timestamp},
        vault::{Blind, Field},
    },
    policy::may_contact,
    tokens,
};

/// How many addresses a member may want to prove in an hour: each is a letter to somebody.
pub const ADDRESSES_AN_HOUR: u32 = 6;
/// Wrong codes of one member in a day, over all addresses (NIST SP 800-63B-4 §3.2.2: at most 100).
pub const GUESSES_A_DAY: u32 = 100;

const HOUR: Duration = Duration::from_secs(60 * 60);

impl Account {
    /// Has a code sent to the address that a member wants in the place of theirs; by a recent sign-in, or their
    /// password. Whether the address is somebody's is looked at by whoever follows the ledger, and told to its reader
    /// alone.
    ///
    /// # Errors
    /// [`AccountError`]
    pub async fn change_address(
        &self,
        me: Me,
        address: EmailAddress,
        password: Option<SecretString>,
    ) -> Result<Committed<Timestamp>, AccountError> {
        let proof = match password {
            Some(password) => Some(self.sign_in.prove(me.person, me.session, password).await?),
            None if !me.recent => return Err(AccountError::NotRecent),
            None => None,
        };
        let contact = ContactPoint::Email(address);
        may_contact(&self.policy.get()?.policy, &contact)?;
        let this = self.clone();
        let written = self.ledger.write(Actor::Person(me.person), move |tx| {
            let member = held(tx, me.person)?;
            if let Some(proof) = &proof
                && !proof.confirm(tx)?
            {
                return Err(AccountError::PasswordWrong);
            }
            this.ask(tx, &member, &contact)
        });
        written.await
    }

    fn ask(&self, tx: &mut Tx<'_>, member: &Member, contact: &ContactPoint) -> Result<Timestamp, AccountError> {
        let (vault, blind) = (&self.vault, self.vault.blind_contact(contact));
        let key = people::key_of(tx, vault, member)?;
        if let Some(sealed) = people::own_contact(tx.conn, member.row)?
            && EmailAddress::parse(&key.open_text(Field::Contact, &sealed)?).is_err()
        {
            return Err(AccountError::PhoneKept);
        }
        if people::by_contact(tx.conn, &blind)? == Some(member.row) {
            return Err(AccountError::OwnAddress);
        }
        let own = [b"address-change/".as_slice(), &member.row.0.to_be_bytes()].concat();
        // As many codes go to an address as to one that a newcomer gives, by whatever way.
        let mailed = [b"proof-mail/".as_slice(), &blind].concat();
        for (bucket, rate) in [
            (own, Rate::burst(ADDRESSES_AN_HOUR, HOUR)),
            (mailed, self.codes_per_address),
        ] {
            let bucket = vault.blind(Blind::Throttle, &bucket);
            admit(tx, &bucket, rate)?;
        }
        let code = credentials::six_digits(tx.rng);
        let expires_at = tx.now.after(ADDRESS_CODE_LASTS);
        let id = Id::new(tx.now, tx.rng);
        let asked = Asked {
            id,
            blind: &blind,
            address_sealed: &key.seal(Field::Contact, contact.kept().as_bytes(), tx.rng)?,
            code_sealed: &key.seal(Field::Proof, code.as_bytes(), tx.rng)?,
            expires_at,
        };
        records::ask(tx.conn, member.row, &asked)?;
        tx.record(Event::AddressAsked(events::AddressAsked {
            person: member.row,
            ask: id,
        }));
        Ok(expires_at)
    }

    /// Takes the code that was sent to the new address: from then on it is the member's. The former one stays theirs to
    /// have back for 72 hours, by a link in a letter to it.
    ///
    /// # Errors
    /// [`AccountError`]; a wrong code is counted.
    pub async fn prove_address(&self, me: Me, code: SecretString) -> Result<Committed<()>, AccountError> {
        let this = self.clone();
        self.ledger
            .write(Actor::Person(me.person), move |tx| {
                let member = held(tx, me.person)?;
                this.prove(tx, &member, code.expose_secret())
            })
            .await
    }

    fn prove(&self, tx: &mut Tx<'_>, member: &Member, code: &str) -> Result<(), AccountError> {
        let person = member.row;
        let pending = records::pending(tx.conn, person)?.filter(|pending| tx.now < pending.expires_at);
        let pending = pending.ok_or(AccountError::CodeStale)?;
        // Before the code is looked at.
        if !records::take_attempt(tx.conn, person, self.proof_attempts)? {
            return Err(AccountError::CodeLocked);
        }
        let guesses = [b"address-guess/".as_slice(), &person.0.to_be_bytes()].concat();
        let guesses = self.vault.blind(Blind::Throttle, &guesses);
        let rate = Rate::at_most(GUESSES_A_DAY, 24 * HOUR);
        admit(tx, &guesses, rate)?;
        let key = people::key_of(tx, &self.vault, member)?;
        let sent = key.open_text(Field::Proof, &pending.code_sealed)?;
        if !bool::from(sent.as_bytes().ct_eq(code.as_bytes())) {
            return Err(AccountError::CodeWrong);
        }
        tx.throttles.give_back(tx.conn, &guesses, rate)?;
        // They control the address, so telling them is no leak.
        if identity::queries::binds_address(tx.conn, &pending.blind)? {
            return Err(AccountError::AddressTaken);
        }
        let former = Reader::of(tx, &self.vault, &self.policy, member)?;
        let contact = Contact {
            blind: &pending.blind,
            sealed: &pending.address_sealed,
            proved_at: tx.now,
        };
        let kept_until = tx.now.after(ADDRESS_KEPT);
        let kept = people::change_contact(tx, person, &contact, kept_until)?.ok_or(AccountError::AddressTaken)?;
        records::end_pending(tx.conn, person)?;
        credentials::end_password_link(tx, person)?;
        tx.record(Event::AddressChanged(events::AddressChanged { person }));
        if let (Some(former), Some(kept)) = (former, kept) {
            let (token, hash) = credentials::make_token(member.id, &self.vault, Blind::AddressUndo, tx.rng);
            records::insert_undo(tx.conn, person, &hash, &kept, kept_until)?;
            let undo = self.undo_link.to(token.expose_secret());
            let letter = letters::address_left(former.to, former.locale, &former.community, undo, kept_until);
            notify::post(tx, &former.key, "address-left", member.id.uuid(), &letter)?;
        }
        tell(
            tx,
            &self.vault,
            &self.policy,
            member,
            "address-changed",
            letters::address_changed,
        )?;
        Ok(())
    }

    /// Whether what a link holds gives an address back now. Nothing is used up.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn is_address_undo(&self, token: &SecretString) -> Result<bool, StoreError> {
        Ok(self.undoing(token).await?.is_some())
    }

    async fn undoing(&self, token: &SecretString) -> Result<Option<(i64, Member, Vec<u8>)>, StoreError> {
        let Some((hash, whose)) = credentials::read_token(token, &self.vault, Blind::AddressUndo) else {
            return Ok(None);
        };
        let now = self.ledger.now();
        let read = move |conn: &mut Conn| {
            let Some((row, person, blind)) = records::undo(conn, &hash, now)? else {
                return Ok(None);
            };
            // A row that somebody wrote does not make one member's link another's.
            let member = people::member(conn, person)?.filter(|member| *member.id.as_bytes() == whose);
            Ok::<_, StoreError>(member.map(|member| (row, member, blind)))
        };
        self.ledger.store().read(read).await
    }

    /// Gives a former address back to whoever has opened the link in the letter to it: whatever was changed after it is
    /// undone, every session ends, and the password is good no longer, since whoever changed the address may know it. A
    /// link to a new one goes to the address that is back.
    ///
    /// # Errors
    /// [`AccountError`]
    pub async fn undo_address(&self, token: &SecretString) -> Result<Committed<()>, AccountError> {
        let (row, member, blind) = self.undoing(token).await?.ok_or(AccountError::LinkOver)?;
        let this = self.clone();
        let written = self.ledger.write(Actor::Person(member.row), move |tx| {
            let member = held(tx, member.row)?;
            let person = member.row;
            if !records::spend_undo(tx.conn, row, tx.now)? {
                return Err(AccountError::LinkOver);
            }
            let after = records::end_later(tx.conn, person, row, tx.now)?;
            if !people::restore_contact(tx.conn, person, &blind, &after)? {
                return Err(AccountError::LinkOver);
            }
            records::end_pending(tx.conn, person)?;
            credentials::void_password(tx, person)?;
            tx.record(Event::AddressRestored(events::AddressRestored { person }));
            let ended = tokens::end_others(tx, person, None, SessionEnd::CredentialsChanged)?;
            let token = credentials::make_password_link(tx, &this.vault, &member, PASSWORD_LINK_LASTS)?;
            let link = this.password_link.to(token.expose_secret());
            let minutes = PASSWORD_LINK_LASTS.as_secs() / 60;
            tell(
                tx,
                &this.vault,
                &this.policy,
                &member,
                "address-restored",
                |to, locale, community| letters::address_restored(to, locale, community, link, minutes),
            )?;
            Ok(ended)
        });
        Ok(self.ended(written.await?))
    }
}

fn admit(tx: &mut Tx<'_>, bucket: &[u8], rate: Rate) -> Result<(), AccountError> {
    match tx.throttles.admit(tx.conn, bucket, rate, tx.now) {
        Ok(()) => Ok(()),
        Err(Throttled::Wait(seconds)) => Err(AccountError::TooMany(seconds)),
        Err(Throttled::Store(error)) => Err(error.into()),
    }
}
