//! The inviter of somebody who is sanctioned is told: that it is so, never by whom or by whose report, nor why.

use std::{sync::Arc, time::Duration};

use super::{letter, records};
use crate::{
    notify::{self, EmailAddress, Locale},
    people,
    platform::{
        ledger::{Entry, Event, Subscriber, Tx, events},
        store::{
            StoreError,
            throttle::{Rate, Throttled},
        },
        terms::PersonRow,
        vault::{Blind, Field, Vault, VaultError},
    },
    policy,
};

/// The most inviters that are written to of one action. All see it when they are signed in.
const MOST: i64 = 1000;
/// An inviter is written to once in so long, however many whom they let in are sanctioned.
const AT_MOST: Duration = Duration::from_secs(60 * 60);

/// Writes to inviters.
pub struct SanctionMails {
    /// Opens their addresses.
    pub vault: Vault,
    /// The community's name.
    pub policy: Arc<policy::Current>,
}

impl Subscriber for SanctionMails {
    fn name(&self) -> &'static str {
        "sanction-mails"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["person_banned", "person_sanctioned", "action_applied"]
    }

    fn wants(&self, event: &Event) -> bool {
        match event {
            Event::PersonBanned(_) | Event::ActionApplied(_) => true,
            // Of an action everybody is told at once, when it is applied.
            Event::PersonSanctioned(event) => event.action.is_none(),
            _ => false,
        }
    }

    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        match &entry.envelope.event {
            Event::PersonBanned(events::PersonBanned { person, .. })
            | Event::PersonSanctioned(events::PersonSanctioned {
                person, action: None, ..
            }) => match people::inviter_of(tx.conn, *person)? {
                Some(inviter) => self.tell(tx, inviter.row),
                None => Ok(()),
            },
            Event::ActionApplied(events::ActionApplied { action }) => {
                for inviter in records::inviters_of(tx.conn, *action, MOST)? {
                    self.tell(tx, inviter)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl SanctionMails {
    fn tell(&self, tx: &mut Tx<'_>, inviter: PersonRow) -> Result<(), StoreError> {
        let Some(member) = people::member(tx.conn, inviter)?.filter(|member| member.standing.may_sign_in()) else {
            return Ok(());
        };
        let (Some(subject), Some(sealed)) = (member.subject, people::own_contact(tx.conn, inviter)?) else {
            return Ok(());
        };
        let key = match self.vault.key(tx.conn, subject) {
            Ok(key) => key,
            // Forgotten meanwhile.
            Err(VaultError::Erased) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        // Whoever has a phone alone sees it when they are signed in.
        let Ok(to) = EmailAddress::parse(&key.open_text(Field::Contact, &sealed)?) else {
            return Ok(());
        };
        let bucket = [b"invitee-sanctioned/".as_slice(), &inviter.0.to_be_bytes()].concat();
        let bucket = self.vault.blind(Blind::Throttle, &bucket);
        match tx.throttles.admit(tx.conn, &bucket, Rate::at_most(1, AT_MOST), tx.now) {
            Ok(()) => {}
            Err(Throttled::Wait(_)) => return Ok(()),
            Err(Throttled::Store(error)) => return Err(error),
        }
        let policy = self.policy.get()?;
        let letter = letter::invitee_sanctioned(to, Locale::from_tag(&member.locale), &policy.policy.community.name);
        notify::post(tx, &key, "invitee-sanctioned", member.id.uuid(), &letter)?;
        Ok(())
    }
}
