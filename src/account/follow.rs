//! What follows from somebody who says that they forgot their password: a letter, if there is such an account.

use std::sync::Arc;

use super::{PASSWORD_LINK_LASTS, Reader, letters};
use crate::{
    credentials,
    notify::{self, LetterSubject, Matter, Stands, StopIndex, Stops},
    onboarding::code_may_leave,
    people,
    platform::{
        ledger::{Entry, Event, Subscriber, Tx, events},
        store::{Conn, StoreError},
        terms::{Id, LinkTemplate, PersonId, Timestamp, kinds},
        vault::Vault,
    },
    policy,
};

/// The word that letters with a link to a new password are posted under.
pub(super) const PASSWORD_LINK: &str = "password-link";

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
        &["password_forgotten"]
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::PasswordForgotten(_))
    }

    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        match entry.envelope.event {
            Event::PasswordForgotten(events::PasswordForgotten { ask }) => self.send_link(tx, ask, entry.envelope.at),
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
            Some(row) => people::lock_many(tx.conn, &[row])?.remove(&row),
            None => None,
        };
        // Whoever is under a sanction needs the password to appeal.
        let Some(member) = member else { return Ok(()) };
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

impl Matter for AccountMails {
    fn kinds(&self) -> &'static [&'static str] {
        &[PASSWORD_LINK]
    }

    fn stands(&self, conn: &mut Conn, letter: &LetterSubject<'_>, now: Timestamp) -> Result<Stands, StoreError> {
        let id: PersonId = Id::from_uuid(letter.about);
        let good = match people::member_by_id(conn, id)? {
            Some(member) => credentials::has_password_link(conn, member.row, now)?,
            None => false,
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
        assert!(Event::KINDS.contains(&"password_forgotten"));
    }
}
