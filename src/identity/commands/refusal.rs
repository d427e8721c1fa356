//! A final refusal binds the use of the invite, the address and the document until an admin lifts it.

use super::review::apart;
use crate::{
    identity::{LiftError, Refusal, records},
    invites,
    platform::{
        ledger::{Event, Tx, events},
        terms::{Id, PersonRow, Reason, kinds},
        vault::Vault,
    },
    policy::Review,
};

/// Lifts a final refusal: the use of the invite is free again, and the address and the document may be used again.
/// The flow that was refused stays over. Whoever may not decide about the newcomer may not lift it either.
///
/// # Errors
/// [`LiftError`]; nothing is changed then.
pub fn lift(
    tx: &mut Tx<'_>,
    vault: &Vault,
    review: &Review,
    id: Id<kinds::Refusal>,
    by: PersonRow,
    reason: &Reason,
) -> Result<Refusal, LiftError> {
    let mut refusal = records::refusal(tx.conn, id)?.ok_or(LiftError::Unknown)?;
    let invite = invites::by_row(tx.conn, refusal.invite_row)?;
    if !apart(tx.conn, review, by, invite.inviter)? {
        return Err(LiftError::TooClose);
    }
    let note = vault.key(tx.conn, refusal.subject)?.seal_note(reason, tx.rng)?;
    if !records::lift(tx.conn, id, by, &note.sealed, tx.now)? {
        return Err(LiftError::Unknown);
    }
    invites::unbind(tx, refusal.invite_row)?;
    tx.record(Event::RefusalLifted(events::RefusalLifted {
        refusal: id,
        reason: note.commitment,
    }));
    (refusal.lifted_at, refusal.lifted_by) = (Some(tx.now), Some(by));
    refusal.lift_note_sealed = Some(note.sealed);
    Ok(refusal)
}
