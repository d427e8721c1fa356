//! What follows from a newcomer's steps and from a reviewer's decision: mails, the end of a flow that was
//! refused, and the end of every other way in of somebody who has come in.

use std::{sync::Arc, time::Duration};

use super::{
    Flow, PROOF_LASTS, Progress,
    commands::abandon,
    letters::{self, Outlook},
    queries::read_progress,
    records::by_id,
};
use crate::{
    invites,
    notify::{
        self, Letter, LetterSubject, Locale, Matter, PhoneNumber, Said, Spent, Stands, StopIndex, Stops, TextLimits,
        TextMessage, TextPayer,
    },
    platform::{
        ledger::{
            Entry, Event, Subscriber, Tx,
            events::{self, Release, Verdict},
        },
        store::{
            Conn, StoreError,
            throttle::{self, Rate, Throttled},
        },
        terms::{ContactPoint, Id, Line, Timestamp},
        vault::{Blind, DataKey, Field, Vault, VaultError},
    },
    policy::{self, Step},
};

/// The words that letters are posted under. A final one promises nothing that could be otherwise when it leaves.
const PROOF: &str = "proof";
const DECISION: &str = "decision";
const FINAL_DECISION: &str = "final-decision";

/// How many one-time codes go to an address in a day whose reader wants no more letters, until they have proved
/// that it is they who ask for them.
const CODES_TO_STOPPED: u32 = 2;

/// Composes the mails to newcomers, frees what was reserved for a refused one, and voids the other invites to the
/// address of a new member.
///
/// Voiding is no part of the last step: of two newcomers who take it at once, with two invites to one address, each
/// would wait for a row of the other's. From then on the address is the member's, so nobody is admitted with the other
/// invites meanwhile.
pub struct OnboardingSubscriber {
    /// Opens addresses and one-time codes.
    pub vault: Vault,
    /// The community's name.
    pub policy: Arc<policy::Current>,
    /// Who wants no letters, and where one says so.
    pub stops: Stops,
    /// What text messages may cost.
    pub texts: TextLimits,
}

/// The events that it wants.
const EVENTS: [&str; 5] = [
    "proof_requested",
    "contact_proved",
    "case_decided",
    "member_admitted",
    "invite_released",
];

impl Subscriber for OnboardingSubscriber {
    fn name(&self) -> &'static str {
        "onboarding-mails"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &EVENTS
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(
            event,
            Event::ProofRequested(_)
                | Event::ContactProved(_)
                | Event::CaseDecided(_)
                | Event::MemberAdmitted(events::MemberAdmitted { flow: Some(_), .. })
                | Event::InviteReleased(events::InviteReleased {
                    why: Release::Expired,
                    ..
                })
        )
    }

    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        match entry.envelope.event {
            Event::ProofRequested(events::ProofRequested { flow }) => match by_id(tx.conn, flow)? {
                Some(flow) => self.send_code(tx, &flow),
                None => Ok(()),
            },
            // They read the letters of this address, and have asked for one.
            Event::ContactProved(events::ContactProved { flow }) => match by_id(tx.conn, flow)? {
                Some(flow) => match self.reader(tx, &flow)? {
                    Some((_, ContactPoint::Email(to))) => notify::resume(tx, &StopIndex::of(&self.vault, &to)),
                    Some((_, ContactPoint::Phone(_))) | None => Ok(()),
                },
                None => Ok(()),
            },
            // Its reservation went to another newcomer: nobody goes on with it.
            Event::InviteReleased(events::InviteReleased {
                flow,
                why: Release::Expired,
                ..
            }) => match by_id(tx.conn, flow)? {
                Some(flow) => abandon(tx, &flow, Release::Expired),
                None => Ok(()),
            },
            Event::MemberAdmitted(events::MemberAdmitted {
                flow: Some(flow),
                invite,
                ..
            }) => {
                let Some((blind, _)) = by_id(tx.conn, flow)?.and_then(|flow| flow.address) else {
                    return Ok(());
                };
                // As in every step: first the flow, then its reservation, then the invite.
                for other in invites::held_to(tx.conn, &blind)? {
                    if let Some(other) = by_id(tx.conn, other)? {
                        abandon(tx, &other, Release::Elsewhere)?;
                    }
                }
                invites::void_others(tx, &blind, invite)
            }
            Event::CaseDecided(events::CaseDecided { flow, verdict, .. }) => match by_id(tx.conn, flow)? {
                Some(flow) => self.tell_decision(tx, &flow, verdict),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// Whether one more one-time code may be mailed to this address: its reader may want no more letters, and then few are.
///
/// # Errors
/// [`StoreError`]
pub fn code_may_leave(tx: &mut Tx<'_>, vault: &Vault, index: &StopIndex) -> Result<bool, StoreError> {
    if notify::stopped(tx.conn, std::slice::from_ref(index))?.is_empty() {
        return Ok(true);
    }
    let bucket = [b"proof-mail/stopped/", index.as_bytes()].concat();
    let bucket = vault.blind(Blind::Throttle, &bucket);
    let rate = Rate::burst(CODES_TO_STOPPED, Duration::from_secs(24 * 60 * 60));
    match throttle::admit(tx.conn, &bucket, rate, tx.now) {
        Ok(()) => Ok(true),
        Err(Throttled::Wait(_)) => Ok(false),
        Err(Throttled::Store(error)) => Err(error),
    }
}

impl OnboardingSubscriber {
    fn send_code(&self, tx: &mut Tx<'_>, flow: &Flow) -> Result<(), StoreError> {
        // Proved, over, or replaced meanwhile: there is no code to send any more.
        let Some((sealed, until)) = &flow.proof else {
            return Ok(());
        };
        if tx.now >= *until {
            return Ok(());
        }
        let (key, to) = match self.reader(tx, flow)? {
            None => return Ok(()),
            Some((key, ContactPoint::Phone(to))) => {
                let code = key.open_text(Field::Proof, sealed).map_err(StoreError::from)?;
                let minutes = PROOF_LASTS.as_secs() / 60;
                let said = Said::proof(&self.community()?, &code, minutes);
                return self.post_text(tx, &key, PROOF, flow, to, said);
            }
            Some((key, ContactPoint::Email(to))) => (key, to),
        };
        if !code_may_leave(tx, &self.vault, &StopIndex::of(&self.vault, &to))? {
            return Ok(());
        }
        let code = key.open_text(Field::Proof, sealed).map_err(StoreError::from)?;
        let stop = self.stops.link(&to);
        let (locale, community) = (Locale::from_tag(&flow.locale), self.community()?);
        let letter = letters::proof(to, locale, &community, code.as_str().into(), *until, stop);
        self.post(tx, &key, PROOF, flow, &letter)
    }

    fn tell_decision(&self, tx: &mut Tx<'_>, flow: &Flow, verdict: Verdict) -> Result<(), StoreError> {
        let policy = self.policy.get()?;
        let progress = read_progress(tx.conn, &policy.policy, flow, tx.now)?;
        // An invite that was taken back, or whose inviter is under a sanction, lets nobody in.
        let invite = invites::by_row(tx.conn, flow.invite_row)?;
        let goes_on = goes_on(verdict, progress) && invites::stands(tx.conn, &invite)?;
        let outlook = match (goes_on, invites::held_until(tx.conn, flow.id)?) {
            (true, Some(until)) => Outlook::GoesOn(until),
            _ => Outlook::Over,
        };
        if verdict == Verdict::Refused {
            abandon(tx, flow, Release::Refused)?;
        }
        // They have come in, or gave up, or handed in anew: a letter on what was before would only confuse.
        if verdict != Verdict::Refused
            && matches!(
                progress,
                Progress::Member | Progress::Ended | Progress::Next(Step::Review)
            )
        {
            return Ok(());
        }
        let Some((key, to)) = self.reader(tx, flow)? else {
            return Ok(());
        };
        let community = &policy.policy.community.name;
        let (locale, kind) = (
            Locale::from_tag(&flow.locale),
            match outlook {
                Outlook::GoesOn(_) => DECISION,
                Outlook::Over => FINAL_DECISION,
            },
        );
        match to {
            ContactPoint::Email(to) => {
                let letter = letters::decision(to, locale, community, verdict, outlook);
                self.post(tx, &key, kind, flow, &letter)
            }
            ContactPoint::Phone(to) => {
                match self
                    .texts
                    .spend(tx, &self.vault, &to, TextPayer::Member(invite.inviter))
                {
                    Ok(()) => {}
                    // The flow says the same to whoever looks.
                    Err(Spent::Reached(..)) => return Ok(()),
                    Err(Spent::Store(error)) => return Err(error),
                }
                let said = match (verdict, outlook) {
                    (Verdict::Approved, Outlook::GoesOn(_)) => Said::accepted(community),
                    (Verdict::Retry, Outlook::GoesOn(_)) => Said::again(community),
                    (Verdict::Refused, _) | (_, Outlook::Over) => Said::ended(community),
                };
                self.post_text(tx, &key, kind, flow, to, said)
            }
        }
    }

    fn community(&self) -> Result<Line, StoreError> {
        Ok(self.policy.get()?.policy.community.name.clone())
    }

    /// The newcomer's contact and the key that seals what they are sent; none where they can no longer be written
    /// to.
    fn reader(&self, tx: &mut Tx<'_>, flow: &Flow) -> Result<Option<(DataKey, ContactPoint)>, StoreError> {
        let Some((_, sealed)) = &flow.address else {
            return Ok(None);
        };
        let key = match self.vault.key(tx.conn, flow.subject) {
            Ok(key) => key,
            Err(VaultError::Erased) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let kept = key.open_text(Field::Contact, sealed)?;
        let to = ContactPoint::parse(&kept)
            .map_err(|error| StoreError::Internal(format!("a newcomer's contact: {error}")))?;
        Ok(Some((key, to)))
    }

    fn post(
        &self,
        tx: &mut Tx<'_>,
        key: &DataKey,
        kind: &'static str,
        flow: &Flow,
        letter: &Letter,
    ) -> Result<(), StoreError> {
        notify::post(tx, key, kind, flow.id.uuid(), letter)
    }

    fn post_text(
        &self,
        tx: &mut Tx<'_>,
        key: &DataKey,
        kind: &'static str,
        flow: &Flow,
        to: PhoneNumber,
        said: Said,
    ) -> Result<(), StoreError> {
        let locale = Locale::from_tag(&flow.locale);
        notify::post_text(tx, key, kind, flow.id.uuid(), &TextMessage { to, locale, said })
    }
}

/// Whether a newcomer can do what the letter on this decision asks for.
const fn goes_on(verdict: Verdict, progress: Progress) -> bool {
    matches!(
        (verdict, progress),
        (Verdict::Approved, Progress::Next(Step::Credentials)) | (Verdict::Retry, Progress::Next(Step::Identity))
    )
}

impl Matter for OnboardingSubscriber {
    fn kinds(&self) -> &'static [&'static str] {
        &[PROOF, DECISION, FINAL_DECISION]
    }

    fn stands(&self, conn: &mut Conn, letter: &LetterSubject<'_>, now: Timestamp) -> Result<Stands, StoreError> {
        let Some(flow) = by_id(conn, Id::from_uuid(letter.about))? else {
            return Ok(Stands::No);
        };
        let stands = match letter.kind {
            // A code that was made before the letter is good no longer than the letter can be.
            PROOF => flow.ended_at.is_none() && flow.proved_at.is_none() && now < letter.posted_at.after(PROOF_LASTS),
            DECISION => {
                let policy = self.policy.get()?;
                let progress = read_progress(conn, &policy.policy, &flow, now)?;
                let invite = invites::by_row(conn, flow.invite_row)?;
                matches!(progress, Progress::Next(Step::Credentials | Step::Identity))
                    && invites::stands(conn, &invite)?
            }
            _ => true,
        };
        Ok(if stands { Stands::Yes } else { Stands::No })
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
