//! An admin gives a member places, or takes some.

use super::super::{Grant, GrantError, NewGrant, queries, records};
use crate::{
    people,
    platform::{
        idempotency::{self, Key},
        ledger::{Event, Tx, events},
        terms::{PersonId, Standing},
        vault::Vault,
    },
};

/// Gives a member places, or takes some where `places` is below 0. A request with the same idempotency key gets the grant
/// of the first one. Nobody gives any to themself.
///
/// Taking more than is left is no mistake: nothing is left then, and what comes back later is counted against it.
///
/// # Errors
/// [`GrantError`]; nothing is changed then.
pub fn grant(
    tx: &mut Tx<'_>,
    vault: &Vault,
    key: &Key,
    person: PersonId,
    new: &NewGrant<'_>,
) -> Result<Grant, GrantError> {
    let give = |tx: &mut Tx<'_>| {
        let known = people::member_by_id(tx.conn, person)?.ok_or(GrantError::PersonUnknown)?;
        let by = tx.actor().person();
        if by == Some(known.row) {
            return Err(GrantError::Own);
        }
        // Nobody else gives them a subject meanwhile.
        let mut held = people::members_by_row(tx.conn, &[known.row], true)?;
        let member = held
            .remove(&known.row)
            .filter(|member| member.standing != Standing::Left);
        let member = member.ok_or(GrantError::PersonUnknown)?;
        let note = people::key_of(tx, vault, &member)?.seal_note(new.reason, tx.rng)?;
        let row = records::GrantRow {
            id: new.id,
            person: member.row,
            places: new.places.get().into(),
            reason_sealed: note.sealed,
            granted_by: by,
            at: tx.now,
        };
        records::insert_grant(tx.conn, &row)?;
        tx.record(Event::InviteQuotaChanged(events::InviteQuotaChanged {
            person: member.row,
            grant: row.id,
            places: row.places,
            reason: note.commitment,
        }));
        Ok(row)
    };
    let again = |tx: &mut Tx<'_>, id| records::grant_by_id(tx.conn, id)?.ok_or(GrantError::PersonUnknown);
    let row = idempotency::once(tx, key, new.id, give, again)?;
    let key = queries::note_key(tx.conn, vault, row.person)?;
    Ok(queries::grants(tx.conn, vec![row], key.as_ref())?.remove(0))
}
