//! Leaving, and being removed: one transaction each.

use super::{LeaveError, LeaveReason};
use crate::{
    credentials, identity, invites, onboarding,
    people::{self, Member},
    platform::{
        ledger::{Tx, events::SessionEnd},
        terms::{PersonId, PersonRow, Role, Standing},
        vault::Vault,
    },
    rooms, tokens,
};

/// Lets whoever acts leave by themself.
///
/// # Errors
/// [`LeaveError`]; nothing is changed then.
pub fn leave(tx: &mut Tx<'_>, vault: &Vault, person: PersonRow) -> Result<(), LeaveError> {
    go(tx, vault, person, LeaveReason::Own)
}

/// Removes a member, on the word of whoever has a shell on the server.
///
/// # Errors
/// [`LeaveError`]; nothing is changed then.
pub fn remove(tx: &mut Tx<'_>, vault: &Vault, person: PersonId, reason: LeaveReason) -> Result<(), LeaveError> {
    let member = people::member_by_id(tx.conn, person)?.ok_or(LeaveError::PersonUnknown)?;
    go(tx, vault, member.row, reason)
}

fn go(tx: &mut Tx<'_>, vault: &Vault, person: PersonRow, reason: LeaveReason) -> Result<(), LeaveError> {
    // Whoever is being let in by an invite of theirs stands before their leaving in the ledger, or is not let in. Before
    // anything is written: see `await_standing`.
    people::await_standing(tx.conn, person)?;
    let locked = people::lock(tx.conn, person, person)?;
    let is_owner = |member: &&Member| member.role == Role::Owner && member.standing == Standing::Active;
    let owners = locked.iter().filter(is_owner).count();
    let member = locked.iter().find(|member| member.row == person);
    let member = member.ok_or(LeaveError::PersonUnknown)?;
    if member.standing == Standing::Left {
        return Err(LeaveError::Gone);
    }
    if is_owner(&member) && owners == 1 {
        return Err(LeaveError::LastOwner);
    }
    // An action on many may have put them under a sanction that has no row of theirs yet.
    let marked = people::member(tx.conn, person)?.is_some_and(|member| member.standing.is_sanction());
    let sanctioned = member.standing.is_sanction() || marked;
    tokens::end_all(tx, person, SessionEnd::Left)?;
    rooms::leave_all(tx, person)?;
    invites::revoke_all(tx, person)?;
    credentials::forget(tx, person)?;
    if !sanctioned {
        onboarding::commands::forget(tx, person)?;
        if let Some(subject) = member.subject {
            identity::commands::forget(tx, subject)?;
        }
    }
    people::depart(tx, vault, member, sanctioned, reason)?;
    Ok(())
}
