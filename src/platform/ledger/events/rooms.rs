//! Room servers, rooms and tickets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::terms::{Assurance, Id, PersonRow, RoomRow, Timestamp, kinds};

/// A room server may hold rooms from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomServerRegistered {
    /// Which.
    pub server: Id<kinds::RoomServer>,
}

/// A room server's addresses or secrets changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomServerChanged {
    /// Which.
    pub server: Id<kinds::RoomServer>,
}

/// A room server is none of ours any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomServerRemoved {
    /// Which.
    pub server: Id<kinds::RoomServer>,
}

/// A room was made; it is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomCreated {
    /// Which.
    pub room: RoomRow,
    /// Where it is held; as version 1 says it, when a room was held on one server.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub server: Option<Id<kinds::RoomServer>>,
    /// The servers that hold it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub servers: Vec<Id<kinds::RoomServer>>,
    /// How surely we must know who enters.
    pub enter: Assurance,
    /// How surely we must know who speaks.
    pub speak: Assurance,
    /// How many seats it has.
    pub capacity: u32,
}

/// A room is held on one more server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomSpread {
    /// Which.
    pub room: RoomRow,
    /// The server.
    pub server: Id<kinds::RoomServer>,
}

/// A room is held on one server less. The seats there have ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomWithdrawn {
    /// Which.
    pub room: RoomRow,
    /// The server.
    pub server: Id<kinds::RoomServer>,
}

/// What a room asks for changed, or it was closed or opened. Closed, it has no seats left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomChanged {
    /// Which.
    pub room: RoomRow,
    /// How surely we must know who enters.
    pub enter: Assurance,
    /// How surely we must know who speaks.
    pub speak: Assurance,
    /// How many seats it has.
    pub capacity: u32,
    /// Whether it is open now.
    pub open: bool,
}

/// A member took a seat in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct TicketIssued {
    /// Which.
    pub ticket: Id<kinds::Ticket>,
    /// Where.
    pub room: RoomRow,
    /// Whose.
    pub person: PersonRow,
    /// Whether they may speak.
    pub speaks: bool,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A seat ended before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct TicketEnded {
    /// Which.
    pub ticket: Id<kinds::Ticket>,
    /// Where.
    pub room: RoomRow,
    /// Whose.
    pub person: PersonRow,
    /// Why.
    pub why: TicketEnd,
}

/// Why a seat in a room ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketEnd {
    /// By whose it was.
    Left,
    /// Whose it was has taken another for the same room.
    Replaced,
    /// Whose it was is under a sanction.
    Sanctioned,
    /// The room asks for more than is known of whose it was.
    Assurance,
    /// The room is held no more on the server that the seat was on.
    Moved,
    /// Whose it was spoke where they may only listen, after they had been muted.
    Spoke,
}
