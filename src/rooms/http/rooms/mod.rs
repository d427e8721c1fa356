//! Rooms, for those who run the community.

pub(super) mod create;
pub(super) mod participants;
pub(super) mod replace;
pub(super) mod show;
pub(super) mod spread;

use serde::Serialize;
use utoipa::ToSchema;

use super::super::{
    CAPACITY_MOST, RoomTerms,
    queries::{RoomOverview, ServerOfRoom},
};
use crate::{
    http::Problem,
    platform::terms::{Assurance, RoomServerId, Timestamp},
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
    fn from(RoomOverview { room, servers, taken }: RoomOverview) -> Self {
        Self {
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

fn terms(enter: Assurance, speak: Assurance, capacity: u32) -> Result<RoomTerms, Problem> {
    if !(1..=CAPACITY_MOST).contains(&capacity) {
        return Err(Problem::field("/capacity", format!("Give 1 to {CAPACITY_MOST}.")));
    }
    Ok(RoomTerms { enter, speak, capacity })
}
