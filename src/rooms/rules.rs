//! Who may enter a room and speak there, and who must go. Pure.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt,
    ops::Deref,
    str::FromStr,
    time::Duration,
};

use serde::{Deserialize, Deserializer, Serialize, de};

use super::{ParticipantRole, Room};
use crate::{
    people::MemberSnapshot,
    platform::terms::{Assurance, Timestamp},
    policy::Policy,
};

/// The longest id of a room, in characters.
pub const NAME_MOST: usize = 64;
/// The most seats of a room.
pub const CAPACITY_MOST: u32 = 100_000;
/// The most servers that hold one room.
pub const SERVERS_MOST: usize = 16;
/// The seats of a room whose admin says nothing.
pub const CAPACITY: u32 = 8_000;

/// The longest name that a participant may give themself in a room, in bytes: everybody there is sent it, and a
/// server may take any.
pub const DISPLAY_MOST: usize = 256;
/// For how long a listener who spoke gets no ticket for the room, and is remembered as one who was muted.
pub const QUIET: Duration = Duration::from_secs(600);

/// A room's id: 1 to [`NAME_MOST`] of `A-Z a-z 0-9 _ -`. Signed tokens are taken apart at commas and colons, and no
/// database refuses one of these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RoomName(String);

impl RoomName {
    /// The id as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One that stands in the store: it was checked when the room was made.
    pub(super) const fn stored(name: String) -> Self {
        Self(name)
    }
}

/// Why a text is no room's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 1 to 64 of A-Z, a-z, 0-9, _ and -")]
pub struct NoRoomName;

impl FromStr for RoomName {
    type Err = NoRoomName;

    fn from_str(text: &str) -> Result<Self, NoRoomName> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if (1..=NAME_MOST).contains(&text.len()) && text.bytes().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoRoomName)
        }
    }
}

impl Deref for RoomName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RoomName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

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

/// What a room asks for, with what the policy asks for in every room: to enter, and to speak.
pub fn demands(policy: &Policy, room: &Room) -> (Assurance, Assurance) {
    let enter = policy.rooms.enter.max(room.enter);
    (enter, policy.rooms.speak.max(room.speak).max(enter))
}

/// As what a member may be in a room.
///
/// # Errors
/// [`Denied`]
pub fn may_enter(policy: &Policy, room: &Room, snapshot: &MemberSnapshot) -> Result<ParticipantRole, Denied> {
    if !snapshot.standing.may_sign_in() {
        return Err(Denied::Standing);
    }
    if !room.open {
        return Err(Denied::Closed);
    }
    let (enter, speak) = demands(policy, room);
    if snapshot.assurance < enter {
        return Err(Denied::Assurance {
            asked: enter,
            theirs: snapshot.assurance,
        });
    }
    Ok(if snapshot.assurance < speak || !snapshot.standing.may_speak() {
        ParticipantRole::Listener
    } else {
        ParticipantRole::Speaker
    })
}

/// How many seconds a listener who spoke at `spoke_at` waits for another ticket.
pub fn quiet(spoke_at: Timestamp, now: Timestamp) -> Option<u32> {
    let left = spoke_at.after(QUIET).micros().saturating_sub(now.micros());
    u32::try_from(u64::try_from(left).ok()?.div_ceil(1_000_000))
        .ok()
        .filter(|wait| *wait > 0)
}

/// Somebody whom the room server has in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present<'a> {
    /// The participant id that they gave.
    pub id: &'a str,
    /// The name that they gave themself.
    pub display: &'a str,
    /// Whether they are not heard.
    pub muted: bool,
    /// Whether the server would let them be heard.
    pub may_speak: bool,
}

/// What is to be done about those who are in a room.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Order<'a> {
    /// They go: their id was never issued or its ticket has ended, or it is there more than once, so that
    /// one of them is somebody else; or their name is longer than anybody's.
    pub out: Vec<&'a str>,
    /// They are heard, and may not speak.
    pub mute: Vec<&'a str>,
    /// They are not heard and may not speak, and their server would let them.
    pub hush: Vec<&'a str>,
}

/// Compares those who are in a room with the tickets that are good there. A token on a server's list may be bound to
/// nobody: any holder may join under any id, so ids are what is looked at.
pub fn order<'a>(present: &[Present<'a>], good: &HashMap<String, ParticipantRole>) -> Order<'a> {
    let mut times: HashMap<&str, u32> = HashMap::new();
    for one in present {
        *times.entry(one.id).or_default() += 1;
    }
    let mut order = Order::default();
    let mut seen = HashSet::new();
    for one in present {
        let part = good
            .get(one.id)
            .filter(|_| times[one.id] == 1 && one.display.len() <= DISPLAY_MOST);
        match part {
            Some(ParticipantRole::Listener) if !one.muted => order.mute.push(one.id),
            Some(ParticipantRole::Listener) if one.may_speak => order.hush.push(one.id),
            Some(_) => {}
            None => {
                if seen.insert(one.id) {
                    order.out.push(one.id);
                }
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::terms::{Id, Role, RoomRow, Standing};

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
        }
    }

    fn snapshot(assurance: Assurance) -> MemberSnapshot {
        MemberSnapshot {
            id: Id::from_uuid(uuid::Uuid::nil()),
            role: Role::Member,
            standing: Standing::Active,
            assurance,
        }
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
            assert_eq!(may_enter(policy, &room(enter, speak), &snapshot(theirs)), expected);
        }
    }

    #[test]
    fn nobody_enters_a_closed_room_or_out_of_standing() {
        let policy = policy("");
        let open = room(Assurance::Contact, Assurance::Contact);
        let closed = Room {
            open: false,
            ..open.clone()
        };
        assert_eq!(
            may_enter(&policy, &closed, &snapshot(Assurance::Verified)),
            Err(Denied::Closed)
        );
        for standing in [Standing::Suspended, Standing::Banned, Standing::Left] {
            let out = MemberSnapshot {
                standing,
                ..snapshot(Assurance::Verified)
            };
            assert_eq!(may_enter(&policy, &open, &out), Err(Denied::Standing));
        }
    }

    #[test]
    fn the_quarantined_listen_and_the_frozen_speak() {
        let (policy, open) = (policy(""), room(Assurance::Contact, Assurance::Contact));
        for (standing, part) in [
            (Standing::Active, ParticipantRole::Speaker),
            (Standing::Frozen, ParticipantRole::Speaker),
            (Standing::Quarantined, ParticipantRole::Listener),
        ] {
            let snapshot = MemberSnapshot {
                standing,
                ..snapshot(Assurance::Verified)
            };
            assert_eq!(may_enter(&policy, &open, &snapshot), Ok(part), "{standing}");
        }
    }

    #[test]
    fn a_listener_who_spoke_waits_to_the_second() {
        let at = |seconds: i64| Timestamp::from_seconds(1000 + seconds);
        assert_eq!(quiet(at(0), at(0)), Some(600));
        assert_eq!(quiet(at(0), at(599)), Some(1));
        assert_eq!(quiet(at(0), Timestamp::from_micros(at(600).micros() - 1)), Some(1));
        assert_eq!(quiet(at(0), at(600)), None);
        assert_eq!(quiet(at(0), at(9000)), None);
    }

    #[test]
    fn false_and_doubled_ids_go_and_listeners_are_muted() {
        let good = HashMap::from([
            ("speaks".to_owned(), ParticipantRole::Speaker),
            ("listens".to_owned(), ParticipantRole::Listener),
            ("twice".to_owned(), ParticipantRole::Speaker),
        ]);
        let there = |id, muted| Present {
            id,
            display: "",
            muted,
            may_speak: !muted,
        };
        let present = [
            there("speaks", false),
            there("listens", true),
            there("twice", true),
            there("false", true),
            there("twice", false),
        ];
        let order = super::order(&present, &good);
        assert_eq!((order.out, order.mute), (vec!["twice", "false"], vec![]));
        let (short, long) = ("x".repeat(DISPLAY_MOST), "x".repeat(DISPLAY_MOST + 1));
        let named = |display| Present {
            id: "speaks",
            display,
            muted: false,
            may_speak: true,
        };
        assert_eq!(super::order(&[named(&short)], &good), Order::default());
        assert_eq!(super::order(&[named(&long)], &good).out, ["speaks"]);
        let order = super::order(&[there("listens", false), there("speaks", true)], &good);
        assert_eq!((order.out, order.mute), (vec![], vec!["listens"]));
        // Not heard, and not to be.
        let quiet = |id| Present {
            may_speak: true,
            ..there(id, true)
        };
        let order = super::order(&[quiet("listens"), quiet("speaks")], &good);
        assert_eq!((order.out, order.mute, order.hush), (vec![], vec![], vec!["listens"]));
    }

    #[test]
    fn a_room_id_cannot_bend_a_signed_token() {
        for good in ["r1", "Main-Stage_2", "a", &"x".repeat(64)] {
            assert_eq!(good.parse::<RoomName>().unwrap().as_str(), good);
        }
        for bad in ["", "a:b", "a,b", "a/b", "a b", "räume", ".", "a\n", &"x".repeat(65)] {
            assert!(bad.parse::<RoomName>().is_err(), "{bad}");
        }
    }
}
