//! What follows from an application: the letter with its code, and its end when its owner has come in.

use std::sync::Arc;

use super::{Application, State, commands::joined, records::by_id};
use crate::{
    notify::{self, LetterSubject, Locale, Matter, Said, Stands, StopIndex, Stops, TextMessage},
    onboarding::{self, code_may_leave, proof_letter},
    platform::{
        ledger::{Entry, Event, Subscriber, Tx, events},
        store::{Conn, StoreError},
        terms::{ContactPoint, Id, Timestamp},
        vault::{DataKey, Field, Vault, VaultError},
    },
    policy,
};

/// The word that its letters are posted under.
const PROOF: &str = "waitlist-proof";

/// Mails the codes that prove addresses, and ends the applications of whoever has come in.
pub struct WaitlistSubscriber {
    /// Opens addresses and one-time codes.
    pub vault: Vault,
    /// The community's name.
    pub policy: Arc<policy::Current>,
    /// Who wants no letters, and where one says so.
    pub stops: Stops,
}

/// The events that it wants.
const EVENTS: [&str; 3] = ["application_made", "applicant_waits", "member_admitted"];

impl Subscriber for WaitlistSubscriber {
    fn name(&self) -> &'static str {
        "waitlist"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &EVENTS
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(
            event,
            Event::ApplicationMade(_)
                | Event::ApplicantWaits(_)
                | Event::MemberAdmitted(events::MemberAdmitted { flow: Some(_), .. })
        )
    }

    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        match entry.envelope.event {
            Event::ApplicationMade(events::ApplicationMade { application }) => match by_id(tx.conn, application)? {
                Some(application) => self.send_code(tx, &application),
                None => Ok(()),
            },
            // They read the letters of this address, and have asked for one.
            Event::ApplicantWaits(events::ApplicantWaits { application }) => match by_id(tx.conn, application)? {
                Some(application) => match self.reader(tx, &application)? {
                    Some((_, ContactPoint::Email(to))) => notify::resume(tx, &StopIndex::of(&self.vault, &to)),
                    Some((_, ContactPoint::Phone(_))) | None => Ok(()),
                },
                None => Ok(()),
            },
            Event::MemberAdmitted(events::MemberAdmitted { flow: Some(flow), .. }) => {
                match onboarding::queries::flow(tx.conn, flow)?.and_then(|flow| flow.address) {
                    Some((blind, _)) => joined(tx, &self.vault, &blind),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

impl WaitlistSubscriber {
    fn send_code(&self, tx: &mut Tx<'_>, application: &Application) -> Result<(), StoreError> {
        if application.state != State::Unproved {
            return Ok(());
        }
        let Some((key, to)) = self.reader(tx, application)? else {
            return Ok(());
        };
        let proofs = super::commands::proofs(application, &key)?;
        let Some((code, until)) = proofs.newest().filter(|(_, until)| tx.now < *until) else {
            return Ok(());
        };
        let (locale, community) = (
            Locale::from_tag(&application.locale),
            self.policy.get()?.policy.community.name.clone(),
        );
        let to = match to {
            ContactPoint::Email(to) => to,
            // It was counted where it was asked for.
            ContactPoint::Phone(to) => {
                let said = Said::proof(&community, code, onboarding::PROOF_LASTS.as_secs() / 60);
                let text = TextMessage { to, locale, said };
                return notify::post_text(tx, &key, PROOF, application.id.uuid(), &text);
            }
        };
        if !code_may_leave(tx, &self.vault, &StopIndex::of(&self.vault, &to))? {
            return Ok(());
        }
        let stop = self.stops.link(&to);
        let letter = proof_letter(to, locale, &community, code.into(), until, stop);
        notify::post(tx, &key, PROOF, application.id.uuid(), &letter)
    }

    /// The contact and the key that seals what is sent to it; none where they are forgotten.
    fn reader(
        &self,
        tx: &mut Tx<'_>,
        application: &Application,
    ) -> Result<Option<(DataKey, ContactPoint)>, StoreError> {
        let Some(sealed) = &application.address_sealed else {
            return Ok(None);
        };
        let key = match self.vault.key(tx.conn, application.subject) {
            Ok(key) => key,
            Err(VaultError::Erased) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let kept = key.open_text(Field::Contact, sealed)?;
        let to = ContactPoint::parse(&kept)
            .map_err(|error| StoreError::Internal(format!("an applicant's contact: {error}")))?;
        Ok(Some((key, to)))
    }
}

impl Matter for WaitlistSubscriber {
    fn kinds(&self) -> &'static [&'static str] {
        &[PROOF]
    }

    fn stands(&self, conn: &mut Conn, letter: &LetterSubject<'_>, now: Timestamp) -> Result<Stands, StoreError> {
        let application = by_id(conn, Id::from_uuid(letter.about))?;
        let good = now < letter.posted_at.after(onboarding::PROOF_LASTS);
        Ok(match application {
            Some(application) if application.state == State::Unproved && good => Stands::Yes,
            _ => Stands::No,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::EVENTS;
    use crate::platform::ledger::Event;

    #[test]
    fn every_event_that_is_wanted_is_one() {
        assert!(EVENTS.iter().all(|kind| Event::KINDS.contains(kind)));
    }
}
