//! What follows from a reviewer who wants to see more than they may: the owners are told.

use std::sync::Arc;

use super::letter;
use crate::{
    notify::{self, EmailAddress, Locale},
    people,
    platform::{
        ledger::{Entry, Event, Subscriber, Tx, events},
        store::StoreError,
        terms::{PersonRow, Role, Standing},
        vault::{Field, Vault, VaultError},
    },
    policy,
};

/// The most owners that are told.
const OWNERS: i64 = 100;

/// Writes to every owner in good standing.
pub struct ReviewMails {
    /// Opens the owners' addresses.
    pub vault: Vault,
    /// The community's name.
    pub policy: Arc<policy::Current>,
}

impl Subscriber for ReviewMails {
    fn name(&self) -> &'static str {
        "review-mails"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["names_withheld"]
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::NamesWithheld(_))
    }

    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        let Event::NamesWithheld(events::NamesWithheld { person, shown }) = entry.envelope.event else {
            return Ok(());
        };
        let Some(reviewer) = people::member(tx.conn, person)? else {
            return Ok(());
        };
        let policy = self.policy.get()?;
        let owners = people::members(tx.conn, PersonRow(0), Some(Role::Owner), Some(Standing::Active), OWNERS)?;
        for owner in owners {
            let (Some(subject), Some(sealed)) = (owner.subject, people::own_contact(tx.conn, owner.row)?) else {
                continue;
            };
            let key = match self.vault.key(tx.conn, subject) {
                Ok(key) => key,
                // Forgotten meanwhile.
                Err(VaultError::Erased) => continue,
                Err(error) => return Err(error.into()),
            };
            // An owner who has a phone alone sees it in the ledger.
            let Ok(to) = EmailAddress::parse(&key.open_text(Field::Contact, &sealed)?) else {
                continue;
            };
            let letter = letter::names_withheld(letter::Withheld {
                to,
                locale: Locale::from_tag(&owner.locale),
                community: &policy.policy.community.name,
                reviewer: reviewer.handle.as_deref(),
                id: reviewer.id,
                shown,
            });
            notify::post(tx, &key, "names-withheld", reviewer.id.uuid(), &letter)?;
        }
        Ok(())
    }
}
