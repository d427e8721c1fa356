//! The client of one LiveKit: its RoomService, by Twirp in JSON.
//!
//! What stands here of LiveKit's behaviour was seen on 1.13.4 (and read in its source). No answer of it is repeated:
//! where it refuses a token it sends the token back.

use std::sync::Arc;

use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::super::{PATIENCE, ServerError, Trouble, jwt::ApiKey};
use crate::{
    platform::{
        egress::{Call, Egress, Failure, Limits},
        terms::{Clock, SystemClock},
    },
    rooms::RoomName,
};

/// The longest answer that is read, in bytes: 8 000 participants who publish take some 5 MB.
const LONGEST_ANSWER: usize = 32 << 20;
/// For how long LiveKit Cloud voids every token of somebody who is put out, in seconds. Their id never comes again.
const VOID: i64 = 24 * 3600;
/// For how long a room is kept where nobody is in it, in seconds.
const KEPT: u32 = 24 * 3600;

/// Somebody in a room, as LiveKit tells.
#[derive(Deserialize)]
pub(super) struct Participant {
    pub(super) identity: String,
    pub(super) sid: String,
    state: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    tracks: Vec<Track>,
    permission: Option<Permission>,
}

#[derive(Deserialize)]
struct Track {
    #[serde(default)]
    muted: bool,
}

#[derive(Deserialize)]
struct Permission {
    #[serde(default)]
    can_publish: bool,
    #[serde(default)]
    can_publish_data: bool,
}

impl Participant {
    /// Whether they have gone, and are only listed still.
    pub(super) fn is_gone(&self) -> bool {
        self.state == "DISCONNECTED"
    }

    /// Whether something of theirs is heard or seen.
    pub(super) fn is_heard(&self) -> bool {
        self.tracks.iter().any(|track| !track.muted)
    }

    /// Whether they may publish.
    pub(super) fn may_publish(&self) -> bool {
        self.permission
            .as_ref()
            .is_none_or(|permission| permission.can_publish || permission.can_publish_data)
    }
}

/// One LiveKit.
pub(super) struct Client {
    egress: Egress,
    url: String,
    pub(super) key: ApiKey,
    /// What LiveKit compares the times in our tokens with is the clock of a machine.
    clock: Arc<dyn Clock>,
}

/// What LiveKit has nothing to be done about.
const NOT_FOUND: &str = "not_found";

impl Client {
    pub(super) fn new(egress: Egress, url: &str, id: &str, secret: SecretString) -> Self {
        Self {
            egress,
            url: url.trim_end_matches('/').to_owned(),
            key: ApiKey {
                id: id.to_owned(),
                secret,
            },
            clock: Arc::new(SystemClock),
        }
    }

    /// The time by which LiveKit's tokens and ours are compared.
    pub(super) fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// The rooms of this name that are there; of any room where it is none of ours.
    pub(super) async fn has_room(&self, room: &str) -> Result<bool, ServerError> {
        #[derive(Deserialize)]
        struct Rooms {
            rooms: Vec<Room>,
        }
        #[derive(Deserialize)]
        struct Room {
            name: String,
        }
        let Rooms { rooms } = self
            .ask("ListRooms", json!({ "names": [room] }), json!({ "roomList": true }))
            .await?
            .ok_or_else(malformed)?;
        Ok(rooms.iter().any(|known| known.name == room))
    }

    /// Makes the room; one that is there stays as it is.
    pub(super) async fn create(&self, room: &RoomName) -> Result<(), ServerError> {
        #[derive(Deserialize)]
        struct Made {
            name: String,
        }
        let body = json!({ "name": room, "empty_timeout": KEPT, "departure_timeout": KEPT });
        let made: Made = self
            .ask("CreateRoom", body, json!({ "roomCreate": true }))
            .await?
            .ok_or_else(malformed)?;
        match made.name == room.as_str() {
            true => Ok(()),
            false => Err(malformed()),
        }
    }

    /// Removes the room, and everybody from it; one that is not there is fine.
    pub(super) async fn delete(&self, room: &RoomName) -> Result<(), ServerError> {
        self.order("DeleteRoom", json!({ "room": room }), json!({ "roomCreate": true }))
            .await
    }

    /// Everybody who is in the room.
    pub(super) async fn participants(&self, room: &RoomName) -> Result<Vec<Participant>, ServerError> {
        #[derive(Deserialize)]
        struct Participants {
            participants: Vec<Participant>,
        }
        let found: Option<Participants> = self
            .ask("ListParticipants", json!({ "room": room }), governs(room))
            .await?;
        let mut found = found.map(|found| found.participants).unwrap_or_default();
        found.retain(|one| !one.is_gone());
        Ok(found)
    }

    /// Puts somebody out; one who is not there is fine. Their tokens are void where LiveKit heeds that.
    pub(super) async fn remove(&self, room: &str, id: &str) -> Result<(), ServerError> {
        let body = json!({ "room": room, "identity": id, "revoke_token_ts": (self.now() + VOID).to_string() });
        self.order("RemoveParticipant", body, governs(room)).await
    }

    /// Takes the right to publish from somebody; what they publish ends with it.
    pub(super) async fn silence(&self, room: &str, id: &str) -> Result<(), ServerError> {
        self.permit(room, id, false).await
    }

    /// Lets a participant publish.
    pub(super) async fn let_speak(&self, room: &str, id: &str) -> Result<(), ServerError> {
        self.permit(room, id, true).await
    }

    async fn permit(&self, room: &str, id: &str, speaks: bool) -> Result<(), ServerError> {
        // The rights that are not named here are taken too.
        let permission = json!({ "can_subscribe": true, "can_publish": speaks, "can_publish_data": speaks });
        let body = json!({ "room": room, "identity": id, "permission": permission });
        self.order("UpdateParticipant", body, governs(room)).await
    }

    async fn order(&self, method: &str, body: Value, rights: Value) -> Result<(), ServerError> {
        self.ask::<serde::de::IgnoredAny>(method, body, rights).await.map(drop)
    }

    /// Calls a method with these rights; none where what it is about is not there.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        body: Value,
        rights: Value,
    ) -> Result<Option<T>, ServerError> {
        #[derive(Deserialize)]
        struct Refusal {
            code: String,
        }
        let internal = |error: crate::platform::store::StoreError| ServerError::new(Trouble::Refused, error);
        let token = self.key.call(rights, self.now()).map_err(internal)?;
        let url = format!("{}/twirp/livekit.RoomService/{method}", self.url);
        let call = Call {
            url: &url,
            headers: vec![("authorization", format!("Bearer {token}"))],
            content_type: "application/json",
            body: body.to_string().into_bytes(),
            ..Call::default()
        };
        let limits = Limits {
            time: PATIENCE,
            bytes: LONGEST_ANSWER,
        };
        let answer = self.egress.call(call, limits).await.map_err(|failure| match failure {
            Failure::Refused(refused) => ServerError::new(Trouble::Refused, refused),
            Failure::Unreachable(what) | Failure::Unanswered(what) => silent(what),
            Failure::TooLong => ServerError {
                trouble: Trouble::TooLong,
                ..silent("the answer is too long")
            },
        })?;
        match answer.status {
            200 => serde_json::from_slice(&answer.body).map(Some).map_err(|_| malformed()),
            401 | 403 => Err(ServerError::new(
                Trouble::Refused,
                "LiveKit does not accept the key, its secret or the time of this machine's clock",
            )),
            404 => match serde_json::from_slice::<Refusal>(&answer.body) {
                Ok(refusal) if refusal.code == NOT_FOUND => Ok(None),
                _ => Err(silent("HTTP status 404")),
            },
            status => Err(silent(&format!("HTTP status {status}"))),
        }
    }
}

/// The right to govern one room.
fn governs(room: &str) -> Value {
    json!({ "roomAdmin": true, "room": room })
}

/// Nothing there answers as a LiveKit does. Admins learn no more: whoever enters an address is not told what is there.
fn silent(cause: &str) -> ServerError {
    ServerError {
        trouble: Trouble::Silent,
        cause: format!("LiveKit cannot be reached: {cause}"),
        told: "no LiveKit answers at api_url".to_owned(),
    }
}

fn malformed() -> ServerError {
    silent("this is no answer of a LiveKit")
}
