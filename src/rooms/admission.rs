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
    let moderates = moderates(room, asking);
    let who = &room.who;
    age_fits(&who.enters, asking).map_err(Denied::NotAdmitted)?;
    if asking.placed.place.is_none() && !moderates {
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
    let placed_to_speak = matches!(asking.placed.place, Some(Place::Speaker | Place::Moderator)) || moderates;
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

/// Whether somebody moderates a room: it is their place, they satisfy what the room says of its moderators, or they are
/// an owner or an admin of the community. Nobody does on whom a sanction is in force.
pub fn moderates(room: &Room, asking: &Asking) -> bool {
    let by_rule = !room.who.moderates.is_empty()
        && fits(&room.who.moderates, asking).is_ok()
        && age_fits(&room.who.moderates, asking).is_ok();
    let staff = matches!(asking.member.acting_role(), Role::Owner | Role::Admin);
    asking.member.standing.is_good() && (staff || by_rule || asking.placed.place == Some(Place::Moderator))
}

/// Who may act on whom in a room: whoever stands higher. Filters act on whoever does not moderate.
pub fn rank(room: &Room, asking: &Asking) -> u8 {
    match asking.member.acting_role() {
        Role::Owner => 3,
        Role::Admin => 2,
        _ => u8::from(moderates(room, asking)),
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
mod tests {
    use super::*;
    use crate::platform::{
        ledger::events::Who,
        terms::{Id, RoomRow, Standing},
    };

    const NOW: Timestamp = Timestamp::from_seconds(1000);
    const ROOT: PersonRow = PersonRow(7);

    fn policy(rooms: &str) -> Policy {
        let least = "[community]\nname = \"Us\"\n[join]\nassurance = \"contact\"\n";
        Policy::from_toml(&format!("{least}{rooms}"), &[]).unwrap()
    }

    fn room(enter: Assurance, speak: Assurance) -> Room {
        Room {
            row: RoomRow(1),
            name: "r1".parse().unwrap(),
            key_version: 1,
            enter,
            speak,
            capacity: 2,
            open: true,
            created_at: Timestamp::from_seconds(0),
            access: RoomAccess::Members,
            speakers: Speakers::Everybody,
            who: Who::default(),
            private_since: None,
        }
    }

    fn hall() -> Room {
        room(Assurance::Contact, Assurance::Contact)
    }

    fn somebody(assurance: Assurance) -> Asking {
        Asking {
            member: MemberSnapshot {
                id: Id::from_uuid(uuid::Uuid::nil()),
                role: Role::Member,
                standing: Standing::Active,
                assurance,
            },
            placed: Placed::default(),
            came_for_it: false,
            branches: Vec::new(),
            age: None,
        }
    }

    fn placed(place: Place) -> Asking {
        Asking {
            placed: Placed {
                place: Some(place),
                ..Placed::default()
            },
            ..somebody(Assurance::Verified)
        }
    }

    fn part(room: &Room, asking: &Asking) -> Result<ParticipantRole, Denied> {
        admit(&policy(""), room, asking, NOW).map(|admission| admission.part)
    }

    #[test]
    fn the_stricter_of_policy_and_room_decides() {
        use Assurance::{Checked, Contact, Verified};
        let lax = policy("[rooms]\nenter = \"contact\"\nspeak = \"contact\"");
        let strict = policy("[rooms]\nenter = \"checked\"\nspeak = \"verified\"");
        for (policy, enter, speak, theirs, expected) in [
            (&lax, Contact, Contact, Contact, Ok(ParticipantRole::Speaker)),
            (&lax, Contact, Checked, Contact, Ok(ParticipantRole::Listener)),
            (&lax, Contact, Checked, Checked, Ok(ParticipantRole::Speaker)),
            (&lax, Verified, Contact, Verified, Ok(ParticipantRole::Speaker)),
            (&strict, Contact, Contact, Checked, Ok(ParticipantRole::Listener)),
            (&strict, Contact, Contact, Verified, Ok(ParticipantRole::Speaker)),
            (&lax, Verified, Contact, Checked, Err((Verified, Checked))),
            (&strict, Contact, Contact, Contact, Err((Checked, Contact))),
        ] {
            let expected = expected.map_err(|(asked, theirs)| Denied::Assurance { asked, theirs });
            let admitted = admit(policy, &room(enter, speak), &somebody(theirs), NOW);
            assert_eq!(admitted.map(|admission| admission.part), expected);
        }
    }

    #[test]
    fn nobody_enters_a_closed_room_or_out_of_standing() {
        let closed = Room { open: false, ..hall() };
        assert_eq!(part(&closed, &somebody(Assurance::Verified)), Err(Denied::Closed));
        for standing in [Standing::Suspended, Standing::Banned, Standing::Left] {
            let mut out = placed(Place::Moderator);
            out.member.standing = standing;
            assert_eq!(part(&hall(), &out), Err(Denied::Standing));
        }
    }

    #[test]
    fn the_quarantined_listen_and_the_frozen_speak() {
        for (standing, expected) in [
            (Standing::Active, ParticipantRole::Speaker),
            (Standing::Frozen, ParticipantRole::Speaker),
            (Standing::Quarantined, ParticipantRole::Listener),
        ] {
            let mut asking = placed(Place::Moderator);
            asking.member.standing = standing;
            assert_eq!(part(&hall(), &asking), Ok(expected), "{standing}");
        }
    }

    #[test]
    fn a_room_for_guests_admits_whoever_has_a_place_or_came_for_it() {
        let private = Room {
            access: RoomAccess::Guests,
            ..hall()
        };
        let lacks = Err(Denied::NotAdmitted(Lack::Invitation));
        assert_eq!(part(&private, &somebody(Assurance::Verified)), lacks);
        for place in [Place::Guest, Place::Speaker, Place::Moderator] {
            assert_eq!(part(&private, &placed(place)), Ok(ParticipantRole::Speaker), "{place}");
        }
        assert_eq!(part(&private, &placed(Place::Hidden)), Ok(ParticipantRole::Hidden));
        let came = Asking {
            came_for_it: true,
            ..somebody(Assurance::Contact)
        };
        assert_eq!(part(&private, &came), Ok(ParticipantRole::Speaker));
        // A place is no assurance.
        let strict = Room {
            enter: Assurance::Verified,
            ..private
        };
        assert!(matches!(part(&strict, &came), Err(Denied::Assurance { .. })));
    }

    #[test]
    fn a_stage_is_for_whoever_was_asked_to_it() {
        let stage = Room {
            speakers: Speakers::Stage,
            ..hall()
        };
        let of = |asking: &Asking| part(&stage, asking).unwrap();
        assert_eq!(of(&somebody(Assurance::Verified)), ParticipantRole::Listener);
        assert_eq!(of(&placed(Place::Guest)), ParticipantRole::Listener);
        assert_eq!(of(&placed(Place::Speaker)), ParticipantRole::Speaker);
        assert_eq!(of(&placed(Place::Moderator)), ParticipantRole::Speaker);
        let mut admin = somebody(Assurance::Verified);
        admin.member.role = Role::Admin;
        assert_eq!(of(&admin), ParticipantRole::Speaker);
        // Known too little to speak, also from the stage.
        let mut unknown = placed(Place::Speaker);
        unknown.member.assurance = Assurance::Contact;
        let asks = Room {
            speak: Assurance::Verified,
            ..stage.clone()
        };
        assert_eq!(part(&asks, &unknown), Ok(ParticipantRole::Listener));
    }

    #[test]
    fn who_was_muted_listens_and_who_was_put_out_waits_to_the_second() {
        let mut asking = placed(Place::Speaker);
        asking.placed.muted_until = Some(Timestamp::from_seconds(1001));
        assert_eq!(part(&hall(), &asking), Ok(ParticipantRole::Listener));
        asking.placed.muted_until = Some(NOW);
        assert_eq!(part(&hall(), &asking), Ok(ParticipantRole::Speaker));
        asking.placed.barred_until = Some(Timestamp::from_micros(NOW.micros() + 1));
        assert_eq!(part(&hall(), &asking), Err(Denied::Barred { wait: 1 }));
        asking.placed.barred_until = Some(NOW);
        assert_eq!(part(&hall(), &asking), Ok(ParticipantRole::Speaker));
    }

    #[test]
    fn roles_branches_and_ages_are_asked_of_whoever_has_no_place() {
        let asks = |enters: Conditions| Room {
            who: Who {
                enters,
                ..Who::default()
            },
            ..hall()
        };
        let lacks = |lack| Err(Denied::NotAdmitted(lack));
        let reviewers = asks(Conditions {
            roles: vec![Role::Reviewer],
            ..Conditions::default()
        });
        let nobody = somebody(Assurance::Verified);
        assert_eq!(part(&reviewers, &nobody), lacks(Lack::Role));
        assert_eq!(part(&reviewers, &placed(Place::Guest)), Ok(ParticipantRole::Speaker));
        let branch = asks(Conditions {
            branch: Some(ROOT),
            ..Conditions::default()
        });
        assert_eq!(part(&branch, &nobody), lacks(Lack::Branch));
        let within = Asking {
            branches: vec![ROOT],
            ..nobody.clone()
        };
        assert_eq!(part(&branch, &within), Ok(ParticipantRole::Speaker));

        let grown = asks(Conditions {
            age_from: Some(18),
            age_below: Some(65),
            ..Conditions::default()
        });
        // An age is asked of everybody.
        for asking in [nobody.clone(), placed(Place::Moderator)] {
            for (age, expected) in [
                (None, lacks(Lack::KnownAge)),
                (Some(17), lacks(Lack::Age)),
                (Some(18), Ok(ParticipantRole::Speaker)),
                (Some(64), Ok(ParticipantRole::Speaker)),
                (Some(65), lacks(Lack::Age)),
            ] {
                let asking = Asking { age, ..asking.clone() };
                assert_eq!(part(&grown, &asking), expected, "{age:?}");
            }
        }
    }

    #[test]
    fn whoever_does_not_satisfy_what_is_asked_of_speakers_listens() {
        let room = Room {
            who: Who {
                speaks: Conditions {
                    branch: Some(ROOT),
                    ..Conditions::default()
                },
                ..Who::default()
            },
            ..hall()
        };
        assert_eq!(
            part(&room, &somebody(Assurance::Verified)),
            Ok(ParticipantRole::Listener)
        );
        assert_eq!(part(&room, &placed(Place::Speaker)), Ok(ParticipantRole::Speaker));
    }

    #[test]
    fn moderators_are_those_in_the_place_staff_and_whom_the_room_names() {
        let mut room = hall();
        let ranks = |room: &Room, asking: &Asking| (moderates(room, asking), rank(room, asking));
        assert_eq!(ranks(&room, &somebody(Assurance::Verified)), (false, 0));
        assert_eq!(ranks(&room, &placed(Place::Moderator)), (true, 1));
        for (role, expected) in [
            (Role::Admin, (true, 2)),
            (Role::Owner, (true, 3)),
            (Role::Auditor, (false, 0)),
        ] {
            let mut asking = somebody(Assurance::Verified);
            asking.member.role = role;
            assert_eq!(ranks(&room, &asking), expected, "{role}");
            asking.member.standing = Standing::Frozen;
            assert_eq!(ranks(&room, &asking), (false, 0), "{role}");
        }
        room.who.moderates.roles = vec![Role::Reviewer];
        let mut reviewer = somebody(Assurance::Verified);
        reviewer.member.role = Role::Reviewer;
        assert_eq!(ranks(&room, &reviewer), (true, 1));
        assert_eq!(ranks(&room, &somebody(Assurance::Verified)), (false, 0));
    }
}
