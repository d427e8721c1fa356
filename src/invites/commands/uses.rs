//! The uses of an invite: reserved for somebody on their way in, given back, used.

use super::super::{Closed, Invite, RedeemError, records};
use crate::{
    people,
    platform::{
        ledger::{
            Event, Tx,
            events::{self, Release},
        },
        store::StoreError,
        terms::{Id, Timestamp, kinds},
    },
};

/// Keeps one use for a newcomer until `until`; false where none is free or the invite does not
/// stand. Holds whose time is over are given back first, so no clean-up job is needed.
pub fn reserve(tx: &mut Tx<'_>, invite: &Invite, flow: Id<kinds::Flow>, until: Timestamp) -> Result<bool, StoreError> {
    end_expired(tx, invite)?;
    if !records::take_use(tx.conn, invite.row, tx.now)? {
        return Ok(false);
    }
    records::insert_hold(tx.conn, invite.row, flow, until)?;
    tx.record(Event::InviteHeld(events::InviteHeld {
        invite: invite.id,
        flow,
        until,
    }));
    Ok(true)
}

/// Gives back the held uses of an invite whose time is over.
pub(super) fn end_expired(tx: &mut Tx<'_>, invite: &Invite) -> Result<(), StoreError> {
    for expired in records::end_expired_holds(tx.conn, invite.row, tx.now)? {
        tx.record(Event::InviteReleased(events::InviteReleased {
            invite: invite.id,
            flow: expired,
            why: Release::Expired,
        }));
    }
    Ok(())
}

/// Gives a held use back; nothing where it was given back already.
pub fn release(tx: &mut Tx<'_>, invite: &Invite, flow: Id<kinds::Flow>, why: Release) -> Result<(), StoreError> {
    if records::end_hold(tx.conn, flow)? {
        records::give_back(tx.conn, invite.row, 1)?;
        tx.record(Event::InviteReleased(events::InviteReleased {
            invite: invite.id,
            flow,
            why,
        }));
    }
    Ok(())
}

/// Keeps a held use until another time, later or earlier; false where it is held no longer.
pub fn prolong(tx: &mut Tx<'_>, flow: Id<kinds::Flow>, until: Timestamp) -> Result<bool, StoreError> {
    if !records::prolong(tx.conn, flow, until, tx.now)? {
        return Ok(false);
    }
    if let Some((invite, _)) = records::held_by(tx.conn, flow)? {
        tx.record(Event::HoldProlonged(events::HoldProlonged {
            invite: invite.id,
            flow,
            until,
        }));
    }
    Ok(true)
}

/// Ends the hold of somebody who is refused for good, and keeps the use from everybody else.
pub fn bind(tx: &mut Tx<'_>, invite: &Invite, flow: Id<kinds::Flow>) -> Result<(), StoreError> {
    release(tx, invite, flow, Release::Refused)?;
    Ok(records::bind(tx.conn, invite.row, 1)?)
}

/// Gives back a use that a final refusal has kept from everybody.
pub fn unbind(tx: &mut Tx<'_>, invite_row: i64) -> Result<(), StoreError> {
    Ok(records::bind(tx.conn, invite_row, -1)?)
}

/// Turns a held use into a use, in the transaction that makes the member. It must still be held,
/// and the invite must still stand; it may have expired since.
pub fn redeem(tx: &mut Tx<'_>, invite: &Invite, flow: Id<kinds::Flow>) -> Result<(), RedeemError> {
    if !records::end_standing_hold(tx.conn, flow, tx.now)? {
        return Err(RedeemError::NotHeld);
    }
    // Without it somebody could come in after the answer to a ban of their inviter.
    people::lock_standing(tx.conn, invite.inviter)?;
    if records::use_up(tx.conn, invite.row)? {
        return Ok(());
    }
    // It was held, so it has a use: it was taken back since, or its inviter or its room does not stand.
    let invite = records::by_row(tx.conn, invite.row)?;
    Err(RedeemError::Closed(if invite.revoked_at.is_some() {
        Closed::Revoked
    } else if invite.room.is_some_and(|room| !room.open) {
        Closed::RoomClosed
    } else {
        Closed::Suspended
    }))
}
