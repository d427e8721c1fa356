//! Whether an invite stands, decided from its row and the time. The conditional UPDATEs in
//! `records.rs` say the same in SQL; a boundary test holds the two together.

use std::fmt;

use super::Invite;
use crate::platform::terms::{Standing, Timestamp, words};

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
    /// The room that it is for is closed.
    #[error("the room that the invite is for is closed")]
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

/// Where an invite stands, in the words of its inviter's own list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InviteState {
    /// It can be used.
    Open,
    /// It can be used from `opens_at` on.
    NotYet,
    /// Somebody holds its last use.
    Held,
    /// Every use was made.
    Used,
    /// Its time is over.
    Expired,
    /// It was taken back, or is void: whoever it was sent to came in by another.
    Revoked,
    /// Whoever it was sent to does not want it.
    Declined,
    /// It was passed on to another address.
    PassedOn,
    /// The room that it is for is closed.
    RoomClosed,
    /// It could be used, but its letter reached nobody.
    Undeliverable,
    /// A reviewer has refused whoever came by it, for good.
    Refused,
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
    } else if inviter != Standing::Active {
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

impl fmt::Display for InviteState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::NotYet => "not_yet",
            Self::Held => "held",
            Self::Used => "used",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Declined => "declined",
            Self::PassedOn => "passed_on",
            Self::RoomClosed => "room_closed",
            Self::Undeliverable => "undeliverable",
            Self::Refused => "refused",
        })
    }
}

/// Where it stands for its inviter, who reads it signed in and so is in good standing.
pub fn state(invite: &Invite, expired_holds: i64, now: Timestamp) -> InviteState {
    if invite.revoked_at.is_some() {
        return match invite.revoked_for {
            Some(Ending::Declined) => InviteState::Declined,
            Some(Ending::PassedOn) => InviteState::PassedOn,
            _ => InviteState::Revoked,
        };
    }
    match open(invite, Standing::Active, expired_holds, now) {
        Ok(()) if invite.undeliverable.is_some() => InviteState::Undeliverable,
        Ok(()) => InviteState::Open,
        Err(Closed::Revoked | Closed::Suspended) => InviteState::Revoked,
        Err(Closed::RoomClosed) => InviteState::RoomClosed,
        Err(Closed::NotYet { .. }) => InviteState::NotYet,
        Err(Closed::Used) => InviteState::Used,
        Err(Closed::Expired) => InviteState::Expired,
        Err(Closed::Held) => InviteState::Held,
        Err(Closed::Bound) => InviteState::Refused,
    }
}
