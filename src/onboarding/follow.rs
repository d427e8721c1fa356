//! What follows from a newcomer's steps and from a reviewer's decision: mails, the end of a flow that was
//! refused, and the end of every other way in of somebody who has come in.

use std::sync::Arc;

use super::{Flow, abandon, by_id, letters};
use crate::{
    invites,
    ledger::{
        Entry, Event, Follower, Tx,
        events::{Release, Verdict},
    },
    mail::{self, EmailAddress, Letter, Locale},
    policy,
    store::StoreError,
    vault::{DataKey, Field, Vault, VaultError},
};

/// Composes the mails to newcomers, gives back what a refused one held, and voids what else was sent to
/// the address of a new member.
///
/// The last of these is no part of the last step: of two who take it at once, by two invites to one address,
/// each would wait for a row of the other's. The address is its member's from then on, so nobody comes in
/// by the other invites meanwhile.
pub struct OnboardingFollower {
    /// Opens addresses and one-time codes.
    pub vault: Vault,
    /// The community's name.
    pub policy: Arc<policy::Current>,
}

impl Follower for OnboardingFollower {
    fn name(&self) -> &'static str {
        "onboarding-mails"
    }

    fn wants(&self, event: &Event) -> bool {
        matches!(
            event,
            Event::ProofRequested { .. }
                | Event::CaseDecided { .. }
                | Event::MemberAdmitted { flow: Some(_), .. }
                | Event::InviteReleased {
                    why: Release::Expired,
                    ..
                }
        )
    }

    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        match entry.envelope.event {
            Event::ProofRequested { flow } => {
                let Some(flow) = by_id(tx.conn, flow)? else {
                    return Ok(());
                };
                // Proved, over, or replaced meanwhile: there is no code to send any more.
                let Some((sealed, until)) = &flow.proof else {
                    return Ok(());
                };
                if tx.now >= *until {
                    return Ok(());
                }
                self.write(tx, &flow, "proof", |key, to, community| {
                    let code = key.open_text(Field::Proof, sealed).map_err(StoreError::from)?;
                    letters::proof(to, Locale::from_tag(&flow.locale), community, code.as_str().into())
                })
            }
            // Its hold went to somebody else: nobody goes on by it.
            Event::InviteReleased {
                flow,
                why: Release::Expired,
                ..
            } => match by_id(tx.conn, flow)? {
                Some(flow) => abandon(tx, &flow, Release::Expired),
                None => Ok(()),
            },
            Event::MemberAdmitted {
                flow: Some(flow),
                invite,
                ..
            } => {
                let Some((blind, _)) = by_id(tx.conn, flow)?.and_then(|flow| flow.address) else {
                    return Ok(());
                };
                // As in every step: first the flow, then its hold, then the invite.
                for other in invites::held_to(tx.conn, &blind)? {
                    if let Some(other) = by_id(tx.conn, other)? {
                        abandon(tx, &other, Release::Elsewhere)?;
                    }
                }
                invites::void_others(tx, &blind, invite)
            }
            Event::CaseDecided { flow, verdict, .. } => {
                let Some(flow) = by_id(tx.conn, flow)? else {
                    return Ok(());
                };
                if verdict == Verdict::Refused {
                    abandon(tx, &flow, Release::Refused)?;
                }
                self.write(tx, &flow, "decision", |_, to, community| {
                    letters::decision(to, Locale::from_tag(&flow.locale), community, verdict)
                })
            }
            _ => Ok(()),
        }
    }
}

impl OnboardingFollower {
    /// Posts a letter to a newcomer, if they can still be written to.
    fn write(
        &self,
        tx: &mut Tx<'_>,
        flow: &Flow,
        kind: &'static str,
        compose: impl FnOnce(&DataKey, EmailAddress, &str) -> Result<Letter, StoreError>,
    ) -> Result<(), StoreError> {
        let Some((_, sealed)) = &flow.address else {
            return Ok(());
        };
        let key = match self.vault.key(tx.conn, flow.subject) {
            Ok(key) => key,
            Err(VaultError::Erased) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let kept = key.open_text(Field::Contact, sealed)?;
        let Ok(to) = EmailAddress::parse(&kept) else {
            return Ok(());
        };
        let policy = self.policy.get()?;
        let letter = compose(&key, to, &policy.policy.community.name)?;
        mail::post(tx, &key, kind, &letter)
    }
}
