//! VideoRoom, which sends the audio and the video of each on to the others.
//!
//! Where the server checks signatures, a room asks for a token that is signed for it; and for the same one on its list,
//! since a signature cannot be taken back. Whoever wants to receive shows the private id that Janus gave them when they
//! joined, and receives nothing once they are put out.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::Grant,
    client::JanusError,
    plugin::{Codes, Participant, Plugin, read},
    token::room_token,
};
use crate::rooms::RoomName;

/// How many may send in one room at the same time: so many that the room's own terms decide.
const PUBLISHERS: u32 = 100_000;

/// It takes nobody's voice while they stay: whoever may only listen and sends all the same is put out, and may come back.
pub struct VideoRoom;

impl Plugin for VideoRoom {
    fn name(&self) -> &'static str {
        "janus.plugin.videoroom"
    }

    fn codes(&self) -> &'static Codes {
        // From `janus_videoroom.c`.
        &Codes {
            missing_element: 429,
            no_such_room: 426,
            room_exists: 427,
            wrong_secret: 433,
            no_such_user: 428,
        }
    }

    fn shape(&self, request: &mut Value, signed: bool) {
        request["publishers"] = json!(PUBLISHERS);
        // Nobody has Janus write a file of their naming.
        request["lock_record"] = json!(true);
        request["require_pvtid"] = json!(true);
        request["signed_tokens"] = json!(signed);
    }

    fn token(&self, signs: Option<&SecretString>, room: &RoomName, grant: &Grant) -> SecretString {
        match signs {
            Some(secret) => room_token(secret, grant.expires_at, room, grant.ticket),
            None => SecretString::from(grant.token.expose_secret()),
        }
    }

    fn participants(&self, listed: &Value) -> Result<Vec<Participant>, JanusError> {
        #[derive(Deserialize)]
        struct One {
            id: String,
            #[serde(default)]
            display: String,
            publisher: bool,
        }
        let all: Vec<One> = read(listed)?;
        let of = |one: One| Participant {
            id: one.id,
            display: one.display,
            muted: !one.publisher,
            setup: one.publisher,
        };
        Ok(all.into_iter().map(of).collect())
    }

    fn mutes_by(&self) -> &'static str {
        "kick"
    }
}
