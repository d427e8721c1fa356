//! Rooms, for those who run the community.

pub(super) mod create;
pub(super) mod participants;
pub(super) mod replace;
pub(super) mod show;

use serde::Serialize;
use utoipa::ToSchema;

use super::super::{CAPACITY_MOST, RoomTerms, queries::RoomOverview};
use crate::{
    http::Problem,
    platform::terms::{Assurance, RoomServerId, Timestamp},
};

/// A room.
#[derive(Serialize, ToSchema)]
struct RoomView {
    /// Its id, here and on its server.
    id: String,
    /// The server that holds it.
    server: RoomServerId,
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
    /// Why the server rejects this room. Until it accepts the room again, no ticket is given out for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// When it was created.
    created_at: Timestamp,
}

impl From<RoomOverview> for RoomView {
    fn from(RoomOverview { room, server, taken }: RoomOverview) -> Self {
        Self {
            server,
            taken,
            id: room.name.to_string(),
            enter: room.enter,
            speak: room.speak,
            capacity: room.capacity,
            open: room.open,
            failure: room.failure,
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
