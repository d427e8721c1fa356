//! What a room may be called, and who of those in it must go. Pure.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt,
    ops::Deref,
    str::FromStr,
    time::Duration,
};

use serde::{Deserialize, Deserializer, Serialize, de};

use super::{ParticipantRole, admission::seconds_to};
use crate::platform::terms::Timestamp;

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

/// How many seconds a listener who spoke at `spoke_at` waits for another ticket.
pub fn quiet(spoke_at: Timestamp, now: Timestamp) -> Option<u32> {
    seconds_to(spoke_at.after(QUIET), now)
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
    /// They may speak, and their server would not let them.
    pub lift: Vec<&'a str>,
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
            Some(ParticipantRole::Speaker) if !one.may_speak => order.lift.push(one.id),
            Some(ParticipantRole::Speaker) => {}
            Some(_) if !one.muted => order.mute.push(one.id),
            Some(_) if one.may_speak => order.hush.push(one.id),
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
        assert_eq!(
            (order.out, order.mute, order.lift),
            (vec![], vec!["listens"], vec!["speaks"])
        );
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
