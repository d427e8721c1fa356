//! Ends invites before their time.

use super::super::records;
use crate::platform::{
    ledger::{Event, Tx, events},
    store::StoreError,
    terms::{Id, PersonRow, kinds},
};

/// Takes an invite of one's own back: whoever holds a use of it cannot finish either. False where
/// there was nothing to take back.
pub fn revoke(tx: &mut Tx<'_>, inviter: PersonRow, id: Id<kinds::Invite>) -> Result<bool, StoreError> {
    let revoked = records::revoke(tx.conn, inviter, id, tx.now)?;
    if revoked {
        tx.record(Event::InviteRevoked(events::InviteRevoked {
            invite: id,
            reason: None,
        }));
    }
    Ok(revoked)
}

/// Takes every open invite of a member back who leaves.
///
/// # Errors
/// [`StoreError`]
pub fn revoke_all(tx: &mut Tx<'_>, inviter: PersonRow) -> Result<(), StoreError> {
    for invite in records::revoke_all(tx.conn, inviter, tx.now)? {
        tx.record(Event::InviteRevoked(events::InviteRevoked { invite, reason: None }));
    }
    Ok(())
}

/// Voids every other open invite to the address (its blind index) of somebody who came in by `accepted`:
/// nobody can come in by them any more, and their places go back to whoever gave them.
pub fn void_others(tx: &mut Tx<'_>, blind: &[u8], accepted: Id<kinds::Invite>) -> Result<(), StoreError> {
    for invite in records::revoke_to(tx.conn, blind, tx.now)? {
        tx.record(Event::InviteVoided(events::InviteVoided { invite, accepted }));
    }
    Ok(())
}
