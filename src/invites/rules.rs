//! Whether an invite stands, decided from its row and the time. The conditional UPDATEs in
//! `records.rs` say the same in SQL; a boundary test holds the two together.

use super::Invite;
use crate::{
    people::Member,
    platform::terms::{Standing, Timestamp, words},
    policy::{Inviter, Tally},
};

/// A member as somebody who invites.
pub(super) fn inviting(member: &Member, tally: Tally) -> Inviter {
    Inviter {
        role: member.role,
        standing: member.standing,
        assurance: member.assurance,
        joined_at: member.joined_at,
        tally,
    }
}

words! {
    /// Who ended an invite before its time, and how.
    Ending {
        /// Its inviter took it back.
        Inviter = "inviter",
        /// An admin took it back.
        Admin = "admin",
        /// Whoever it was sent to came in by another.
        Void = "void",
        /// Whoever it was sent to does not want it.
        Declined = "declined",
        /// It was passed on to another address by another invite.
        PassedOn = "passed_on",
    }
}

/// Why an invite cannot be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// Taken back, or void: whoever it was sent to came in by another.
    #[error("the invite was revoked")]
    Revoked,
    /// Its inviter is under a sanction or has left.
    #[error("the inviter is not in good standing")]
    Suspended,
    /// The room that it is for is closed, or was made private since.
    #[error("the room that the invite is for is closed, or private")]
    RoomClosed,
    /// Its time has not come.
    #[error("the invite opens at {opens_at}")]
    NotYet {
        /// When it comes.
        opens_at: Timestamp,
    },
    /// Whoever came by it was refused for good, and no other use is left.
    #[error("the invite is bound by a final refusal")]
    Bound,
    /// Its time is over.
    #[error("the invite has expired")]
    Expired,
    /// Every use was made.
    #[error("the invite was used")]
    Used,
    /// Every use that is left is held by somebody.
    #[error("every use of the invite is held")]
    Held,
}

words! {
    /// Where an invite stands.
    InviteState {
        /// It can be used.
        Open = "open",
        /// It can be used from `opens_at` on.
        NotYet = "not_yet",
        /// Somebody holds its last use.
        Held = "held",
        /// Every use was made.
        Used = "used",
        /// Its time is over.
        Expired = "expired",
        /// It was taken back, or is void: whoever it was sent to came in by another.
        Revoked = "revoked",
        /// Whoever it was sent to does not want it.
        Declined = "declined",
        /// It was passed on to another address.
        PassedOn = "passed_on",
        /// Its inviter is not in good standing. Whoever reads a list of their own invites is, so that only the lists of
        /// admins have it.
        Suspended = "suspended",
        /// The room that it is for is closed, or was made private since.
        RoomClosed = "room_closed",
        /// It could be used, but its letter reached nobody.
        Undeliverable = "undeliverable",
        /// A reviewer has refused whoever came by it, for good.
        Refused = "refused",
    }
}

words! {
    /// What became of an invite's letter.
    Delivery {
        /// It waits, or is on its way.
        Pending = "pending",
        /// It has left.
        Sent = "sent",
        /// It reached nobody.
        Undeliverable = "undeliverable",
    }
}

/// What became of an invite's letter; none for a link, which has none.
pub fn delivery(invite: &Invite) -> Option<Delivery> {
    invite.address_blind.as_ref()?;
    Some(if invite.undeliverable.is_some() {
        Delivery::Undeliverable
    } else if invite.sent_at.is_some() {
        Delivery::Sent
    } else {
        Delivery::Pending
    })
}

/// Whether it can be used now; `expired_holds` are held uses whose time is over and which the next
/// who asks will get.
///
/// What anybody may know of an invite comes first: that it was used, and that its time is over, which it stays
/// whatever becomes of its inviter. So nobody who has a code learns of a sanction by asking again.
pub fn open(invite: &Invite, inviter: Standing, expired_holds: i64, now: Timestamp) -> Result<(), Closed> {
    if invite.uses >= invite.max_uses {
        Err(Closed::Used)
    } else if now >= invite.expires_at || invite.closed_at.is_some() {
        Err(Closed::Expired)
    } else {
        stands(invite, inviter)?;
        if let Some(opens_at) = invite.opens_at.filter(|&opens_at| now < opens_at) {
            return Err(Closed::NotYet { opens_at });
        }
        if invite.uses + invite.bound >= invite.max_uses {
            Err(Closed::Bound)
        } else if invite.uses + invite.held + invite.bound - expired_holds >= invite.max_uses {
            Err(Closed::Held)
        } else {
            Ok(())
        }
    }
}

/// Whether it was not taken back, its inviter is not under a sanction, and its room is open.
fn stands(invite: &Invite, inviter: Standing) -> Result<(), Closed> {
    if invite.revoked_at.is_some() {
        Err(Closed::Revoked)
    } else if !inviter.may_invite() {
        Err(Closed::Suspended)
    } else if invite.room.as_ref().is_some_and(|room| !room.open) {
        Err(Closed::RoomClosed)
    } else {
        Ok(())
    }
}

/// Whether it leads anywhere now: it can be used, or somebody holds a use of it and may come back for it,
/// also after its time. Whether that is who asks shows when they have proved their address.
pub fn leads_on(invite: &Invite, inviter: Standing, expired_holds: i64, now: Timestamp) -> Result<(), Closed> {
    match open(invite, inviter, expired_holds, now) {
        Err(Closed::Expired | Closed::Held) if invite.held > expired_holds => stands(invite, inviter),
        open => open,
    }
}

/// Where it stands for its inviter, who reads it signed in and so is in good standing.
pub fn state(invite: &Invite, expired_holds: i64, now: Timestamp) -> InviteState {
    state_of(invite, Standing::Active, expired_holds, now)
}

/// Where it stands.
pub fn state_of(invite: &Invite, inviter: Standing, expired_holds: i64, now: Timestamp) -> InviteState {
    if invite.revoked_at.is_some() {
        return match invite.revoked_for {
            Some(Ending::Declined) => InviteState::Declined,
            Some(Ending::PassedOn) => InviteState::PassedOn,
            _ => InviteState::Revoked,
        };
    }
    match open(invite, inviter, expired_holds, now) {
        Ok(()) if invite.undeliverable.is_some() => InviteState::Undeliverable,
        Ok(()) => InviteState::Open,
        Err(Closed::Revoked) => InviteState::Revoked,
        Err(Closed::Suspended) => InviteState::Suspended,
        Err(Closed::RoomClosed) => InviteState::RoomClosed,
        Err(Closed::NotYet { .. }) => InviteState::NotYet,
        Err(Closed::Used) => InviteState::Used,
        Err(Closed::Expired) => InviteState::Expired,
        Err(Closed::Held) => InviteState::Held,
        Err(Closed::Bound) => InviteState::Refused,
    }
}
