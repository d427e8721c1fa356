//! AudioBridge, which mixes the audio of a room.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::{
    super::Grant,
    client::JanusError,
    plugin::{Codes, Participant, Plugin, read},
};
use crate::rooms::RoomName;

/// A token on its list is bound to nobody. Whoever was muted may undo that.
pub struct AudioBridge;

impl Plugin for AudioBridge {
    fn name(&self) -> &'static str {
        "janus.plugin.audiobridge"
    }

    fn codes(&self) -> &'static Codes {
        // From `janus_audiobridge.c`.
        &Codes {
            missing_element: 483,
            no_such_room: 485,
            room_exists: 486,
            wrong_secret: 489,
            no_such_user: 492,
        }
    }

    fn shape(&self, _: &mut Value, _: bool) {}

    fn token(&self, _: Option<&SecretString>, _: &RoomName, grant: &Grant) -> SecretString {
        SecretString::from(grant.token.expose_secret())
    }

    fn participants(&self, listed: &Value) -> Result<Vec<Participant>, JanusError> {
        #[derive(Deserialize)]
        struct One {
            id: String,
            #[serde(default)]
            display: String,
            muted: bool,
            setup: bool,
        }
        let all: Vec<One> = read(listed)?;
        let of = |one: One| Participant {
            id: one.id,
            display: one.display,
            muted: one.muted,
            setup: one.setup,
        };
        Ok(all.into_iter().map(of).collect())
    }

    fn mutes_by(&self) -> &'static str {
        "mute"
    }
}
