//! What follows from somebody who says that they forgot their password, or who wants another address: a letter, which
//! depends on whether there is such an account.

use std::sync::Arc;

use super::{PASSWORD_LINK_LASTS, Reader, letters, records};
use crate::{
    credentials,
    notify::{self, EmailAddress, LetterSubject, Locale, Matter, Stands, StopIndex, Stops},
    onboarding::code_may_leave,
    people,
    platform::{
        ledger::{Entry, Event, Subscriber, Tx, events},
        store::{Conn, StoreError},
        terms::{Id, LinkTemplate, PersonId, PersonRow, Standing, Timestamp, kinds},
        vault::{Field, Vault, VaultError},
    },
    policy,
};

/// The words that letters are posted under which are good for a while.
const PASSWORD_LINK: &str = "password-link";
const ADDRESS_CODE: &str = "address-code";
/// That an address is another account's already.
const ADDRESS_TAKEN: &str = "address-taken";

/// The events that it wants.
const EVENTS: [&str; 3] = ["password_forgotten", "address_asked", "person_left"];

/// Writes to whoever forgot a password, and knows of the letters about accounts.
pub struct AccountMails {
    /// Opens their addresses.
    pub vault: Vault,
    /// The community's name.
    pub policy: Arc<policy::Current>,
    /// Who wants no letters, and where one says so.
    pub stops: Stops,
    /// Where a new password is chosen.
    pub link: LinkTemplate,
}

impl Subscriber for AccountMails {
    fn name(&self) -> &'static str {
        "account-mails"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &EVENTS
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(
            event,
            Event::PasswordForgotten(_) | Event::AddressAsked(_) | Event::PersonLeft(_)
        )
    }

    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        match entry.envelope.event {
            Event::PasswordForgotten(events::PasswordForgotten { ask }) => self.send_link(tx, ask, entry.envelope.at),
            Event::AddressAsked(events::AddressAsked { person, ask }) => self.send_code(tx, person, ask),
            Event::PersonLeft(events::PersonLeft { person, .. }) => Ok(records::forget(tx.conn, person)?),
            _ => Ok(()),
        }
    }
}

impl AccountMails {
    fn send_link(&self, tx: &mut Tx<'_>, ask: Id<kinds::PasswordAsk>, at: Timestamp) -> Result<(), StoreError> {
        let Some(blind) = credentials::take_ask(tx, ask)? else {
            return Ok(());
        };
        // Whoever has waited for so long has given up, or asked again.
        if tx.now >= at.after(PASSWORD_LINK_LASTS) {
            return Ok(());
        }
        let member = match people::by_contact(tx.conn, &blind)? {
            Some(row) => people::lock_own(tx.conn, row)?,
            None => None,
        };
        // Whoever is under a sanction needs the password to appeal.
        let Some(member) = member.filter(|member| member.standing != Standing::Left) else {
            return Ok(());
        };
        let Some(reader) = Reader::of(tx, &self.vault, &self.policy, &member)? else {
            return Ok(());
        };
        if !code_may_leave(tx, &self.vault, &StopIndex::of(&self.vault, &reader.to))? {
            return Ok(());
        }
        let token = credentials::make_password_link(tx, &self.vault, &member, PASSWORD_LINK_LASTS)?;
        let link = self.link.to(secrecy::ExposeSecret::expose_secret(&token));
        let stop = self.stops.link(&reader.to);
        let minutes = PASSWORD_LINK_LASTS.as_secs() / 60;
        let letter = letters::password_link(reader.to, reader.locale, &reader.community, link, minutes, stop);
        notify::post(tx, &reader.key, PASSWORD_LINK, member.id.uuid(), &letter)
    }
}

impl AccountMails {
    /// The code goes to an address that is nobody's; of one that is another account's its reader is told, and nobody
    /// else.
    fn send_code(&self, tx: &mut Tx<'_>, person: PersonRow, ask: Id<kinds::AddressAsk>) -> Result<(), StoreError> {
        let (Some(member), Some(pending)) = (people::lock_own(tx.conn, person)?, records::pending(tx.conn, person)?)
        else {
            return Ok(());
        };
        // Another may have taken its place, of which its own event tells.
        let stands = pending.id == ask && tx.now < pending.expires_at;
        let Some(subject) = member.subject.filter(|_| stands) else {
            return Ok(());
        };
        let key = match self.vault.key(tx.conn, subject) {
            Ok(key) => key,
            Err(VaultError::Erased) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let to = EmailAddress::parse(&key.open_text(Field::Contact, &pending.address_sealed)?)
            .map_err(|error| StoreError::Internal(format!("an address to be proved: {error}")))?;
        if !code_may_leave(tx, &self.vault, &StopIndex::of(&self.vault, &to))? {
            return Ok(());
        }
        let (stop, community) = (self.stops.link(&to), self.policy.get()?.policy.community.name.clone());
        let holder = people::contact_holder(tx.conn, &pending.blind, tx.now)?.filter(|holder| *holder != person);
        let Some(holder) = holder else {
            let code = key.open_text(Field::Proof, &pending.code_sealed)?;
            let locale = Locale::from_tag(&member.locale);
            let letter = letters::address_code(to, locale, &community, code.as_str().into(), pending.expires_at, stop);
            return notify::post(tx, &key, ADDRESS_CODE, member.id.uuid(), &letter);
        };
        let holder = people::member(tx.conn, holder)?;
        let Some(holder) = holder.filter(|holder| holder.standing != Standing::Left) else {
            return Ok(());
        };
        let key = match holder.subject.map(|subject| self.vault.key(tx.conn, subject)) {
            Some(Ok(key)) => key,
            None | Some(Err(VaultError::Erased)) => return Ok(()),
            Some(Err(error)) => return Err(error.into()),
        };
        let letter = letters::address_taken(to, Locale::from_tag(&holder.locale), &community, stop);
        notify::post(tx, &key, ADDRESS_TAKEN, holder.id.uuid(), &letter)
    }
}

impl Matter for AccountMails {
    fn kinds(&self) -> &'static [&'static str] {
        &[PASSWORD_LINK, ADDRESS_CODE, ADDRESS_TAKEN]
    }

    fn stands(&self, conn: &mut Conn, letter: &LetterSubject<'_>, now: Timestamp) -> Result<Stands, StoreError> {
        let id: PersonId = Id::from_uuid(letter.about);
        let good = match (letter.kind, people::member_by_id(conn, id)?) {
            (_, None) => false,
            (PASSWORD_LINK, Some(member)) => credentials::has_password_link(conn, member.row, now)?,
            (ADDRESS_CODE, Some(member)) => records::pending(conn, member.row)?.is_some(),
            (_, Some(_)) => true,
        };
        let fresh = now < letter.posted_at.after(PASSWORD_LINK_LASTS);
        Ok(if good && fresh { Stands::Yes } else { Stands::No })
    }
}

#[cfg(test)]
mod tests {
    use crate::platform::ledger::Event;

    #[test]
    fn every_event_that_is_wanted_is_one() {
        assert!(super::EVENTS.iter().all(|kind| Event::KINDS.contains(kind)));
    }
}
