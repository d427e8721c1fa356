//! What differs between the plugins of Janus that hold rooms.

use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{super::Grant, client::JanusError};
use crate::rooms::RoomName;

/// A plugin that holds rooms.
pub trait Plugin: Sync {
    /// Its name, as Janus writes it.
    fn name(&self) -> &'static str;

    /// Its error codes.
    fn codes(&self) -> &'static Codes;

    /// What is said besides when a room is made; `signed` where the server checks signatures.
    fn shape(&self, request: &mut Value, signed: bool);

    /// What stands on a room's list for a ticket, and what its member shows. `signs` is what the server checks
    /// signatures with.
    fn token(&self, signs: Option<&SecretString>, room: &RoomName, grant: &Grant) -> SecretString;

    /// Reads who is in a room.
    ///
    /// # Errors
    /// [`JanusError::Malformed`]
    fn participants(&self, listed: &Value) -> Result<Vec<Participant>, JanusError>;

    /// The request that takes the voice of somebody.
    fn mutes_by(&self) -> &'static str;
}

/// The error codes of a plugin that mean something to us.
pub struct Codes {
    /// For us, who send everything else: a room's secret or an admin key that we do not have.
    pub missing_element: i64,
    /// No such room.
    pub no_such_room: i64,
    /// A room with this id exists.
    pub room_exists: i64,
    /// A wrong secret of a room, or a wrong admin key.
    pub wrong_secret: i64,
    /// No such participant.
    pub no_such_user: i64,
}

/// Somebody who has joined a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// The id that they gave at their join: it is their word, and Janus checks only that nobody
    /// in the room has the same.
    pub id: String,
    /// The name that they gave, of any length.
    pub display: String,
    /// Whether they are not heard. Each may change it for themself at any time.
    pub muted: bool,
    /// Whether they have a PeerConnection for what they send. A kick may not move one of AudioBridge who has none: see
    /// [`Janus::detach`](super::Janus::detach).
    pub setup: bool,
}

/// Reads a part of an answer.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, JanusError> {
    T::deserialize(value).map_err(|_| JanusError::Malformed)
}
