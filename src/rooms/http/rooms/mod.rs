//! Rooms, for those who run the community.

pub(super) mod acts;
pub(super) mod create;
pub(super) mod history;
pub(super) mod participants;
pub(super) mod places;
pub(super) mod replace;
pub(super) mod show;
pub(super) mod spread;
mod who;

use serde::Serialize;
use utoipa::ToSchema;

use who::WhoBody;

use super::super::{
    CAPACITY_MOST,
    queries::{RoomOverview, ServerOfRoom},
};
use crate::{
    http::Problem,
    platform::{
        ledger::events::{RoomAccess, Speakers},
        terms::{Assurance, RoomServerId, Timestamp},
    },
};

/// A room.
#[derive(Serialize, ToSchema)]
struct RoomView {
    /// Its id, here and on its servers.
    id: String,
    /// The servers that hold it, the oldest first. A ticket is for one of them: for the one with the fewest.
    servers: Vec<RoomServerView>,
    /// The assurance that a member needs to enter; the policy may ask for more.
    enter: Assurance,
    /// The assurance that a member needs to speak; the policy may ask for more.
    speak: Assurance,
    /// How many seats there are.
    capacity: u32,
    /// How many of them are taken.
    taken: i64,
    /// Whom it is for.
    access: RoomAccess,
    /// Who speaks, of those who may.
    speakers: Speakers,
    /// Whom it asks for besides.
    who: WhoBody,
    /// When it was made a room for guests last: invites for it from before lead nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    private_since: Option<Timestamp>,
    /// Whether it is open.
    open: bool,
    /// When it was created.
    created_at: Timestamp,
}

/// A server that holds a room.
#[derive(Serialize, ToSchema)]
struct RoomServerView {
    /// Its id.
    server: RoomServerId,
    /// How many of the room's seats are taken on it.
    taken: i64,
    /// Why it rejects this room. Until it accepts the room again, no ticket is given out for the room there.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

impl From<ServerOfRoom> for RoomServerView {
    fn from(ServerOfRoom { server, taken, failure }: ServerOfRoom) -> Self {
        Self { server, taken, failure }
    }
}

impl From<RoomOverview> for RoomView {
    fn from(
        RoomOverview {
            room,
            servers,
            taken,
            roots,
        }: RoomOverview,
    ) -> Self {
        Self {
            access: room.access,
            speakers: room.speakers,
            who: WhoBody::of(&room.who, &roots),
            private_since: room.private_since,
            servers: servers.into_iter().map(RoomServerView::from).collect(),
            taken,
            id: room.name.to_string(),
            enter: room.enter,
            speak: room.speak,
            capacity: room.capacity,
            open: room.open,
            created_at: room.created_at,
        }
    }
}

fn check_capacity(capacity: u32) -> Result<(), Problem> {
    match (1..=CAPACITY_MOST).contains(&capacity) {
        true => Ok(()),
        false => Err(Problem::field("/capacity", format!("Give 1 to {CAPACITY_MOST}."))),
    }
}
