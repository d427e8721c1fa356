//! What admins may do to anybody's invites.

use super::super::{ChangeError, Ending, records};
use crate::platform::{
    ledger::{
        Event, Tx,
        events::{self, RevokeReason},
    },
    terms::{Id, kinds},
};

/// Takes anybody's invite back, so that its inviter cannot restore it. Nothing where an admin has done so already, or
/// it can let nobody in for another reason.
///
/// # Errors
/// [`ChangeError`]
pub fn revoke_any(tx: &mut Tx<'_>, id: Id<kinds::Invite>, reason: RevokeReason) -> Result<bool, ChangeError> {
    let invite = records::by_id(tx.conn, id)?.ok_or(ChangeError::Unknown)?;
    let revoked = records::revoke_by_admin(tx.conn, invite.row, tx.now)?;
    if revoked {
        tx.record(Event::InviteRevoked(events::InviteRevoked {
            invite: id,
            reason: Some(reason),
        }));
    }
    Ok(revoked)
}

/// Lets an invite stand again that an admin took back. Its places count again, also where its inviter has none left.
///
/// # Errors
/// [`ChangeError`]
pub fn restore_any(tx: &mut Tx<'_>, id: Id<kinds::Invite>) -> Result<(), ChangeError> {
    let invite = records::by_id(tx.conn, id)?.ok_or(ChangeError::Unknown)?;
    if invite.revoked_at.is_none() {
        return Ok(());
    }
    if invite.revoked_for != Some(Ending::Admin) {
        return Err(ChangeError::NotNow("It was no admin who ended it."));
    }
    if !records::restore(tx.conn, invite.row, Ending::Admin, tx.now)? {
        return Err(ChangeError::NotNow("Its time is over."));
    }
    tx.record(Event::InviteRestored(events::InviteRestored { invite: id }));
    Ok(())
}
