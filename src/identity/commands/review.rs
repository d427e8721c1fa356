//! Reviewers look at a case, one at a time, and decide.

use super::submission;
use crate::{
    identity::{
        Case, CaseError, CaseState, Claimed, DAY, LEASE,
        queries::{self, document_blind, known, waiting, why_not_waiting},
        records::{self, NewRefusal},
        rules,
    },
    invites, people,
    platform::{
        idempotency::{self, Key},
        ledger::{
            Event, Tx,
            events::{self, Verdict},
        },
        store::{
            Conn, StoreError,
            throttle::{self, Rate, Throttled},
        },
        terms::{Id, PersonRow, Reason, Role, kinds},
        vault::{Blind, Vault},
    },
    policy::{Policy, Review},
};

/// Whether a reviewer may decide about a newcomer whom `inviter` invited.
pub(super) fn apart(
    conn: &mut Conn,
    review: &Review,
    reviewer: PersonRow,
    inviter: PersonRow,
) -> Result<bool, StoreError> {
    let own = people::inviter_of(conn, reviewer)?.map(|member| member.row);
    let above = people::inviter_of(conn, inviter)?.map(|member| member.row);
    if !rules::too_close(reviewer, own, inviter, above) {
        return Ok(true);
    }
    if !review.sole_owner {
        return Ok(false);
    }
    let owner =
        people::member(conn, reviewer)?.is_some_and(|member| member.role == Role::Owner && member.standing.is_good());
    Ok(owner && people::count_active(conn, &review.reviewers)? == 1)
}

/// Shows a case to one reviewer, who alone may decide it for [`LEASE`]. That they looked, and the commitment to
/// why, is in the ledger before they see anything. A request with the same idempotency key is shown the same, and
/// records nothing, while the claim lasts.
///
/// # Errors
/// [`CaseError`]; nothing is shown then.
pub fn claim(
    tx: &mut Tx<'_>,
    vault: &Vault,
    review: &Review,
    key: &Key,
    id: Id<kinds::Case>,
    reviewer: PersonRow,
    reason: &Reason,
) -> Result<Claimed, CaseError> {
    idempotency::once(
        tx,
        key,
        id,
        |tx| claim_first(tx, vault, review, id, reviewer, reason),
        // It is in the ledger once that they looked: after the claim they see nothing.
        |tx, _| queries::claimed(tx.conn, vault, id, reviewer, tx.now),
    )
}

fn claim_first(
    tx: &mut Tx<'_>,
    vault: &Vault,
    review: &Review,
    id: Id<kinds::Case>,
    reviewer: PersonRow,
    reason: &Reason,
) -> Result<Claimed, CaseError> {
    let (mut case, invite) = waiting(tx.conn, id, tx.now)?;
    if case.state_at(tx.now) != CaseState::Open {
        return Err(case.refusal(tx.now));
    }
    if !apart(tx.conn, review, reviewer, invite.inviter)? {
        return Err(CaseError::TooClose);
    }
    // What is counted from here on still holds when it is written.
    people::lock_reviewer(tx.conn, reviewer)?;
    within_limits(tx, vault, review, &case, reviewer)?;
    let until = tx.now.after(LEASE);
    if !records::take_claim(tx.conn, &case, reviewer, until, tx.now)? {
        return Err(known(tx.conn, id)?.refusal(tx.now));
    }
    case.claim = Some((reviewer, until));
    let key = vault.key(tx.conn, case.subject)?;
    let note = key.seal_note(reason, tx.rng)?;
    records::insert_disclosure(tx.conn, &case, reviewer, &note.sealed, tx.now)?;
    tx.record(Event::CaseClaimed(events::CaseClaimed {
        case: id,
        reason: note.commitment,
    }));
    queries::shown(tx.conn, vault, &key, case, &invite)
}

/// Whether a reviewer may claim one more case, and see one more name. A case that they have claimed or seen already
/// does not count again.
fn within_limits(
    tx: &mut Tx<'_>,
    vault: &Vault,
    review: &Review,
    case: &Case,
    reviewer: PersonRow,
) -> Result<(), CaseError> {
    if records::claims_of(tx.conn, reviewer, case, tx.now)? >= i64::from(review.claims) {
        return Err(CaseError::TooManyClaims(review.claims));
    }
    names_left(tx, vault, review, case, reviewer)
}

/// Whether somebody may see one more name. One that they have seen already does not count again.
pub(super) fn names_left(
    tx: &mut Tx<'_>,
    vault: &Vault,
    review: &Review,
    case: &Case,
    reviewer: PersonRow,
) -> Result<(), CaseError> {
    let shown = records::shown_to(tx.conn, reviewer, case, tx.now.before(DAY))?;
    let names = u32::try_from(shown.len()).unwrap_or(u32::MAX);
    if names < review.names_per_day {
        return Ok(());
    }
    let oldest = shown.into_iter().min().unwrap_or(tx.now);
    let wait = DAY.saturating_sub(tx.now.since(oldest)).as_secs().saturating_add(1);
    let bucket = [b"names-withheld/".as_slice(), &reviewer.0.to_be_bytes()].concat();
    let bucket = vault.blind(Blind::Throttle, &bucket);
    let told = match throttle::admit(tx.conn, &bucket, Rate::at_most(1, DAY), tx.now) {
        Ok(()) => true,
        Err(Throttled::Wait(_)) => false,
        Err(Throttled::Store(error)) => return Err(error.into()),
    };
    if told {
        tx.record(Event::NamesWithheld(events::NamesWithheld {
            person: reviewer,
            shown: names,
        }));
    }
    Err(CaseError::EnoughNames {
        wait: u32::try_from(wait).unwrap_or(u32::MAX),
        told,
    })
}

/// Decides a case, once, by the reviewer who has claimed it. The name and the document cannot change while the case
/// is open, so the reviewer decides about what they were shown. The answer is the verdict that was recorded: a newcomer
/// who was asked to give them again as often as the policy allows, in whichever flows, is refused instead.
///
/// A newcomer who may go on has `join.hold_days` from now on. A final refusal binds the use of the invite, the
/// address and the document.
///
/// # Errors
/// [`CaseError`]; nothing is changed then.
pub fn decide(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    id: Id<kinds::Case>,
    reviewer: PersonRow,
    verdict: Verdict,
    reason: &Reason,
) -> Result<Verdict, CaseError> {
    let (case, invite) = waiting(tx.conn, id, tx.now)?;
    if !apart(tx.conn, &policy.review, reviewer, invite.inviter)? {
        return Err(CaseError::TooClose);
    }
    let blind = document_blind(tx.conn, vault, case.subject)?;
    let (_, mut history) = queries::history(tx.conn, case.subject)?;
    let elsewhere = records::sent_back(tx.conn, &queries::way_of(&case, &invite), Some(&blind), case.subject)?;
    history.elsewhere = usize::try_from(elsewhere).unwrap_or(usize::MAX);
    let verdict = rules::settled(verdict, &history, policy.review.resubmissions);
    // As in every step: first the reservation, then the case.
    let until = tx.now.after(DAY.saturating_mul(policy.join.hold_days));
    if verdict == Verdict::Refused {
        invites::bind(tx, &invite, case.flow)?;
    } else if !invites::prolong(tx, case.flow, until)? {
        return Err(why_not_waiting(tx.conn, id, tx.now)?);
    }
    let note = vault.key(tx.conn, case.subject)?.seal_note(reason, tx.rng)?;
    let decision = records::Decision {
        state: verdict.into(),
        note_sealed: &note.sealed,
    };
    let settled = records::end_claim(tx.conn, &case, reviewer, Some(&decision), tx.now)?;
    if !settled {
        return Err(known(tx.conn, id)?.refusal(tx.now));
    }
    match verdict {
        Verdict::Approved => {
            if records::binds_document(tx.conn, &blind)? {
                return Err(CaseError::Bound);
            }
            let accounts = policy.join.accounts_per_person;
            if !submission::take_place(tx, &blind, case.subject, accounts, Some(until))? {
                return Err(CaseError::NoPlace);
            }
        }
        Verdict::Retry => {}
        Verdict::Refused => {
            records::give_up_slots(tx.conn, case.subject)?;
            let refusal = Id::new(tx.now, tx.rng);
            let new = NewRefusal {
                id: refusal,
                case: &case,
                invite_row: invite.row,
                document_blind: &blind,
                by: reviewer,
            };
            records::insert_refusal(tx.conn, &new, tx.now)?;
            tx.record(Event::RefusalBound(events::RefusalBound { refusal, case: id }));
        }
    }
    tx.record(Event::CaseDecided(events::CaseDecided {
        case: id,
        flow: case.flow,
        verdict,
        reason: note.commitment,
    }));
    Ok(verdict)
}

/// Ends a claim without a decision: the reviewer's own, or with `any` another reviewer's.
///
/// # Errors
/// [`CaseError`]; nothing is changed then.
pub fn give_back(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: Id<kinds::Case>,
    by: PersonRow,
    any: bool,
    reason: &Reason,
) -> Result<(), CaseError> {
    let case = known(tx.conn, id)?;
    let Some((reviewer, _)) = case.claim_at(tx.now).filter(|(reviewer, _)| any || *reviewer == by) else {
        return Err(case.refusal(tx.now));
    };
    if !records::end_claim(tx.conn, &case, reviewer, None, tx.now)? {
        return Err(known(tx.conn, id)?.refusal(tx.now));
    }
    let note = vault.key(tx.conn, case.subject)?.seal_note(reason, tx.rng)?;
    records::insert_release(tx.conn, &case, by, &note.sealed, tx.now)?;
    tx.record(Event::ClaimReleased(events::ClaimReleased {
        case: id,
        person: reviewer,
        reason: note.commitment,
    }));
    Ok(())
}
