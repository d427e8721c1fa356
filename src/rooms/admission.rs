//! Who may enter a room, speak and moderate there. Pure: what is to be known of somebody comes in [`Asking`].
//!
//! Four things are looked at, in this order. Standing and assurance are asked of everybody, and so is an age. A place
//! that somebody was given in the room answers everything else: who is a guest there need not be in the branch that the
//! room is for. Whoever has none must satisfy what the room asks of those who enter.

use super::{ParticipantRole, Room};
use crate::{
    people::MemberSnapshot,
    platform::{
        ledger::events::{Conditions, Place, RoomAccess, Speakers},
        terms::{Assurance, PersonRow, Role, Timestamp, words},
    },
    policy::Policy,
};

/// Why somebody gets no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No room has this id.
    #[error("there is no such room")]
    Unknown,
    /// It is closed.
    #[error("the room is closed")]
    Closed,
    /// All seats are taken.
    #[error("all {0} seats of the room are taken")]
    Full(u32),
    /// Too little is known of them.
    #[error("the room asks for the assurance {asked}, and theirs is {theirs}")]
    Assurance {
        /// What it asks for.
        asked: Assurance,
        /// What is known.
        theirs: Assurance,
    },
    /// The room is for others.
    #[error("the room is for others")]
    NotAdmitted(Lack),
    /// They were put out of the room.
    #[error("they were put out of the room")]
    Barred {
        /// For how many seconds more they get no ticket.
        wait: u32,
    },
    /// They are to be hidden, or to be shown by a name, and none of the room's servers does that.
    #[error("the room's server hides nobody, or shows no names")]
    CannotHide,
    /// They have no handle, or no verified name.
    #[error("they have nothing to show")]
    NothingToShow,
    /// They spoke in the room where they might only listen.
    #[error("they spoke where they might only listen")]
    Spoke {
        /// For how many seconds more they get no ticket.
        wait: u32,
    },
    /// They have taken and given back too many tickets.
    #[error("they have taken and given back too many tickets")]
    TooMany {
        /// For how many seconds more they get no ticket.
        wait: u32,
    },
    /// They are not in good standing.
    #[error("they are not in good standing")]
    Standing,
    /// The room's server does not answer.
    #[error("the room's server does not answer")]
    ServerDown,
}

words! {
    /// What a room asks for that somebody lacks.
    Lack {
        /// An invitation: the room is for guests.
        Invitation = "invitation",
        /// One of its roles.
        Role = "role",
        /// A place in its branch.
        Branch = "branch",
        /// An age that is known.
        KnownAge = "known_age",
        /// Years, or too many of them.
        Age = "age",
    }
}

/// The place of somebody in one room, as it is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Placed {
    /// What they are there.
    pub place: Option<Place>,
    /// Until when they only listen.
    pub muted_until: Option<Timestamp>,
    /// Until when they stay out.
    pub barred_until: Option<Timestamp>,
}

impl Placed {
    /// What of it still holds.
    pub fn at(self, now: Timestamp) -> Self {
        let holds = |until: &Timestamp| now < *until;
        Self {
            place: self.place,
            muted_until: self.muted_until.filter(holds),
            barred_until: self.barred_until.filter(holds),
        }
    }
}

/// Somebody who asks to be in a room, and what must be known of them for it.
#[derive(Debug, Clone)]
pub struct Asking {
    /// What they are in the community.
    pub member: MemberSnapshot,
    /// Their place in the room.
    pub placed: Placed,
    /// Whether they came into the community by an invite for this room that still counts.
    pub came_for_it: bool,
    /// In which of the branches that the room asks for they are.
    pub branches: Vec<PersonRow>,
    /// How many years old they are, where that is known and the room asks for it.
    pub age: Option<u16>,
}

/// What somebody may be in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// As what they enter.
    pub part: ParticipantRole,
    /// Whether they moderate there.
    pub moderates: bool,
}

/// What a room asks for, with what the policy asks for in every room: to enter, and to speak.
pub fn demands(policy: &Policy, room: &Room) -> (Assurance, Assurance) {
    let enter = policy.rooms.enter.max(room.enter);
    (enter, policy.rooms.speak.max(room.speak).max(enter))
}

/// As what somebody may be in a room.
///
/// # Errors
/// [`Denied`]
pub fn admit(policy: &Policy, room: &Room, asking: &Asking, now: Timestamp) -> Result<Admission, Denied> {
    let member = &asking.member;
    if !member.standing.may_sign_in() {
        return Err(Denied::Standing);
    }
    if !room.open {
        return Err(Denied::Closed);
    }
    if let Some(wait) = asking.placed.barred_until.and_then(|until| seconds_to(until, now)) {
        return Err(Denied::Barred { wait });
    }
    let (enter, speak) = demands(policy, room);
    if member.assurance < enter {
        return Err(Denied::Assurance {
            asked: enter,
            theirs: member.assurance,
        });
    }
    let (in_charge, moderates) = (is_in_charge(room, asking), moderates(room, asking, now));
    let who = &room.who;
    age_fits(&who.enters, asking).map_err(Denied::NotAdmitted)?;
    if asking.placed.place.is_none() && !in_charge {
        if room.access == RoomAccess::Guests && !asking.came_for_it {
            return Err(Denied::NotAdmitted(Lack::Invitation));
        }
        fits(&who.enters, asking).map_err(Denied::NotAdmitted)?;
    }
    if asking.placed.place == Some(Place::Hidden) {
        return Ok(Admission {
            part: ParticipantRole::Hidden,
            moderates,
        });
    }
    let placed_to_speak = matches!(asking.placed.place, Some(Place::Speaker | Place::Moderator)) || in_charge;
    let muted = asking.placed.muted_until.is_some_and(|until| now < until);
    let speaks = member.assurance >= speak
        && member.standing.may_speak()
        && !muted
        && age_fits(&who.speaks, asking).is_ok()
        && (placed_to_speak || room.speakers == Speakers::Everybody && fits(&who.speaks, asking).is_ok());
    Ok(Admission {
        part: match speaks {
            true => ParticipantRole::Speaker,
            false => ParticipantRole::Listener,
        },
        moderates,
    })
}

/// Whether somebody moderates a room now: they are in charge of it, and are neither muted there nor put out of it.
pub fn moderates(room: &Room, asking: &Asking, now: Timestamp) -> bool {
    let held_back = [asking.placed.muted_until, asking.placed.barred_until];
    is_in_charge(room, asking) && !held_back.into_iter().flatten().any(|until| now < until)
}

/// Whether somebody is in charge of a room: it is their place, they satisfy what the room says of its moderators, or they
/// are an owner or an admin of the community. Nobody is on whom a sanction is in force.
fn is_in_charge(room: &Room, asking: &Asking) -> bool {
    let by_rule = !room.who.moderates.is_empty()
        && fits(&room.who.moderates, asking).is_ok()
        && age_fits(&room.who.moderates, asking).is_ok();
    let staff = matches!(asking.member.acting_role(), Role::Owner | Role::Admin);
    asking.member.standing.is_good() && (staff || by_rule || asking.placed.place == Some(Place::Moderator))
}

/// Who may act on whom in a room: whoever moderates it and stands higher. Filters act on whoever does not moderate.
pub fn rank(room: &Room, asking: &Asking) -> u8 {
    match asking.member.acting_role() {
        Role::Owner => 3,
        Role::Admin => 2,
        _ => u8::from(is_in_charge(room, asking)),
    }
}

/// The rank of a filter.
pub const FILTER_RANK: u8 = 1;

fn fits(asked: &Conditions, asking: &Asking) -> Result<(), Lack> {
    if !asked.roles.is_empty() && !asked.roles.contains(&asking.member.role) {
        return Err(Lack::Role);
    }
    match asked.branch {
        Some(root) if !asking.branches.contains(&root) => Err(Lack::Branch),
        _ => Ok(()),
    }
}

fn age_fits(asked: &Conditions, asking: &Asking) -> Result<(), Lack> {
    if !asked.wants_age() {
        return Ok(());
    }
    let age = asking.age.ok_or(Lack::KnownAge)?;
    let old_enough = asked.age_from.is_none_or(|from| age >= from);
    let young_enough = asked.age_below.is_none_or(|below| age < below);
    match old_enough && young_enough {
        true => Ok(()),
        false => Err(Lack::Age),
    }
}

/// How many seconds are left until a time; none where it has come.
pub fn seconds_to(until: Timestamp, now: Timestamp) -> Option<u32> {
    let left = until.micros().saturating_sub(now.micros());
    u32::try_from(u64::try_from(left).ok()?.div_ceil(1_000_000))
        .ok()
        .filter(|wait| *wait > 0)
}

#[cfg(test)]
mod tests;
