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
    let ranks = |room: &Room, asking: &Asking| (moderates(room, asking, NOW), rank(room, asking));
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
    // Muted or put out, they moderate no more, and keep their rank.
    for (muted, barred) in [(1001, 0), (0, 1001)] {
        let mut held_back = placed(Place::Moderator);
        held_back.placed.muted_until = Some(Timestamp::from_seconds(muted));
        held_back.placed.barred_until = Some(Timestamp::from_seconds(barred));
        assert_eq!(ranks(&room, &held_back), (false, 1));
    }
    room.who.moderates.roles = vec![Role::Reviewer];
    let mut reviewer = somebody(Assurance::Verified);
    reviewer.member.role = Role::Reviewer;
    assert_eq!(ranks(&room, &reviewer), (true, 1));
    assert_eq!(ranks(&room, &somebody(Assurance::Verified)), (false, 0));
}
