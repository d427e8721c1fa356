//! An admin looks at a verified name.

use super::review::names_left;
use crate::{
    identity::{CaseError, OwnName, own_name, records},
    people,
    platform::{
        ledger::{Event, Tx, events},
        terms::{PersonId, PersonRow, Reason},
        vault::Vault,
    },
    policy::Review,
};

/// Shows a member's verified name to an admin. That they looked, and the commitment to why, is in the ledger before they
/// see it, and the member finds it among the looks at their name. It counts towards the names that one reviewer is
/// shown in 24 hours.
///
/// # Errors
/// [`CaseError`]; nothing is shown then. [`CaseError::Unknown`] where nobody has this id, or no name of theirs was verified.
pub fn show_name(
    tx: &mut Tx<'_>,
    vault: &Vault,
    review: &Review,
    id: PersonId,
    by: PersonRow,
    reason: &Reason,
) -> Result<OwnName, CaseError> {
    let member = people::member_by_id(tx.conn, id)?.ok_or(CaseError::Unknown)?;
    let subject = member.subject.ok_or(CaseError::Unknown)?;
    let case = records::approved(tx.conn, subject)?.ok_or(CaseError::Unknown)?;
    // What is counted from here on still holds when it is written.
    people::lock_reviewer(tx.conn, by)?;
    names_left(tx, vault, review, &case, by)?;
    let name = own_name(tx.conn, vault, subject)?.ok_or(CaseError::Unknown)?;
    let note = vault.key(tx.conn, subject)?.seal_note(reason, tx.rng)?;
    records::insert_disclosure(tx.conn, &case, by, &note.sealed, tx.now)?;
    tx.record(Event::NameShown(events::NameShown {
        person: member.row,
        case: case.id,
        reason: note.commitment,
    }));
    Ok(name)
}
