//! The client of one Janus: its admin API, and through it the rooms of one of its plugins.
//!
//! What stands here of Janus's behaviour was seen on 1.1.2 (and read in its source). Every call is
//! one HTTP request, and needs no session: a room's secret, which no participant is ever told, is
//! what lets us govern the room. Ids of rooms are texts, so Janus must run with `string_ids`.
//!
//! What Janus answers is believed as little as it can be: the answer must be to our question, of a
//! bounded size, of the right shape and about the right room, and where it tells the state after
//! the change, that state is compared with what was asked for.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{json, value::RawValue};

use super::{
    super::{PATIENCE, ServerError, Trouble},
    audiobridge::AudioBridge,
    plugin::Plugin,
};
use crate::platform::egress::{Egress, Failure, Limits, Refused};

/// The longest answer that is read, in bytes. 8 000 tokens take 0.4 MB, 8 000 participants 0.8 MB;
/// but a participant may give itself a name of any length.
const LONGEST_ANSWER: usize = 8 << 20;

/// The error codes of the admin API that mean something to us, from `apierror.h`.
pub(super) mod code {
    /// A wrong `admin_secret`.
    pub const UNAUTHORIZED: i64 = 403;
    /// The session ended meanwhile.
    pub const SESSION_NOT_FOUND: i64 = 458;
    /// The handle was detached meanwhile.
    pub const HANDLE_NOT_FOUND: i64 = 459;
}

/// Where a Janus is governed, and with what.
#[derive(Clone)]
pub struct Address {
    /// The admin API, such as `http://127.0.0.1:7088/admin`.
    pub admin_url: String,
    /// `admin_secret` of `janus.jcfg`.
    pub admin_secret: SecretString,
    /// `admin_key` of the plugin, without which anybody may create rooms.
    pub admin_key: Option<SecretString>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may carry a password.
        f.debug_struct("Address").finish_non_exhaustive()
    }
}

/// What a healthy Janus says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Janus's version, such as `1.1.2`.
    pub version: String,
    /// Whether its API asks for a token; without, anybody who reaches it may attach to a room's
    /// plugin, and only the room's own list keeps them out.
    pub token_auth: bool,
}

/// Why Janus did not do it.
///
/// No text in it comes from the other side, which might repeat what it was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JanusError {
    /// It did not answer, or something in front of it did; it may have done it all the same. The
    /// first call after its restart may meet a connection that is gone.
    #[error("Janus cannot be reached: {0}")]
    Unreachable(String),
    /// Its address is none that we go to.
    #[error("{0}")]
    NotAllowed(Refused),
    /// It has no such room: it was restarted, or the room was destroyed.
    #[error("Janus has no such room")]
    NoRoom,
    /// It refuses, with a code of its own.
    #[error("Janus refuses with code {0}")]
    Refused(i64),
    /// The admin secret or the admin key is wrong.
    #[error("Janus does not accept the secret")]
    Forbidden,
    /// The room's secret is wrong: somebody else has made a room of that id.
    #[error("somebody else has made a room of this id on Janus")]
    NotOurs,
    /// The answer is none of Janus's.
    #[error("this is no answer of a Janus")]
    Malformed,
    /// The answer is longer than any that is expected.
    #[error("Janus's answer is too long")]
    TooLong,
    /// It says that it did, and shows that it did not.
    #[error("Janus says that it was done, but {0}")]
    Disagrees(&'static str),
}

impl JanusError {
    /// Whether nothing is there that speaks as Janus does.
    pub const fn is_silence(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Malformed | Self::TooLong)
    }

    /// What admins are told. Whoever enters an address learns whether a Janus is there, and not what is there in
    /// its place: nothing, something that is silent, or another service. The log has it.
    pub fn told(&self) -> String {
        match self.is_silence() {
            true => "no Janus answers at admin_url".to_owned(),
            false => self.to_string(),
        }
    }

    /// Whether one room is in trouble, and nothing is said of the others.
    pub const fn is_of_a_room(&self) -> bool {
        matches!(self, Self::NotOurs | Self::Disagrees(_))
    }
}

impl From<JanusError> for ServerError {
    fn from(error: JanusError) -> Self {
        let trouble = match &error {
            JanusError::Unreachable(_) | JanusError::Malformed => Trouble::Silent,
            JanusError::TooLong => Trouble::TooLong,
            JanusError::NoRoom => Trouble::NoRoom,
            JanusError::NotOurs => Trouble::NotOurs,
            JanusError::Disagrees(_) => Trouble::Disagrees,
            JanusError::NotAllowed(_) | JanusError::Refused(_) | JanusError::Forbidden => Trouble::Refused,
        };
        Self {
            trouble,
            cause: error.to_string(),
            told: error.told(),
        }
    }
}

/// One Janus. A clone speaks to the same.
#[derive(Clone)]
pub struct Janus {
    egress: Egress,
    pub(super) address: Arc<Address>,
    pub(super) plugin: &'static dyn Plugin,
    /// Whether it checks signatures.
    pub(super) signed: bool,
}

impl Janus {
    /// Speaks to the AudioBridge of the Janus at `address`.
    pub fn new(egress: Egress, address: Address) -> Self {
        Self::of(&AudioBridge, false, egress, address)
    }

    /// Speaks to a plugin of the Janus at `address`; `signed` where it checks signatures.
    pub fn of(plugin: &'static dyn Plugin, signed: bool, egress: Egress, address: Address) -> Self {
        Self {
            egress,
            address: Arc::new(address),
            plugin,
            signed,
        }
    }

    /// Whether all is well: it answers, it knows our secrets, and the plugin is there and takes
    /// texts for ids.
    ///
    /// # Errors
    /// [`JanusError`]; `Refused(460)` without the plugin, and one of its own codes without `string_ids`.
    pub async fn info(&self) -> Result<Info, JanusError> {
        #[derive(Deserialize)]
        struct Server {
            janus: String,
            version_string: String,
            auth_token: bool,
        }
        // The server's own answer asks for no secret; what the plugin is asked does.
        self.ask::<Room>(
            "vouchsafe",
            "success",
            json!({ "request": "exists", "room": "vouchsafe" }),
        )
        .await?;
        if let Some(key) = &self.address.admin_key {
            let list = json!({ "request": "list", "admin_key": key.expose_secret() });
            self.ask::<Room>("", "success", list).await?;
        }
        let server: Server = self.post(json!({ "janus": "info" })).await?;
        if server.janus != "server_info" {
            return Err(JanusError::Malformed);
        }
        Ok(Info {
            version: server.version_string.chars().take(20).collect(),
            token_auth: server.auth_token,
        })
    }

    /// Sends a request to the plugin, and takes the answer if it is about `room` and says `word`.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        room: &str,
        word: &str,
        request: serde_json::Value,
    ) -> Result<T, JanusError> {
        // A room is made with the admin key; what else names a secret names the room's.
        let by_room = request.get("secret").is_some() && request["request"] != "create";
        #[derive(Deserialize)]
        struct Message {
            response: Box<RawValue>,
        }
        let message = json!({ "janus": "message_plugin", "plugin": self.plugin.name(), "request": request });
        let Message { response } = self.admin(message).await?;
        let said: Room = parse(response.get().as_bytes())?;
        let codes = self.plugin.codes();
        match said.error_code {
            None => {}
            Some(code) if code == codes.no_such_room => return Err(JanusError::NoRoom),
            Some(code) if code == codes.wrong_secret || code == codes.missing_element => {
                return Err(match by_room {
                    true => JanusError::NotOurs,
                    false => JanusError::Forbidden,
                });
            }
            Some(code) => return Err(JanusError::Refused(code)),
        }
        if said.word != word || said.room.is_some_and(|said| said != room) {
            return Err(JanusError::Malformed);
        }
        parse(response.get().as_bytes())
    }

    /// Sends a request to the admin API, and takes the answer if it is a success.
    pub(super) async fn admin<T: DeserializeOwned>(&self, mut request: serde_json::Value) -> Result<T, JanusError> {
        #[derive(Deserialize)]
        struct Outcome {
            janus: String,
            error: Option<Refusal>,
        }
        #[derive(Deserialize)]
        struct Refusal {
            code: i64,
        }
        request["admin_secret"] = json!(self.address.admin_secret.expose_secret());
        let answer: Box<RawValue> = self.post(request).await?;
        let outcome: Outcome = parse(answer.get().as_bytes())?;
        match (outcome.janus.as_str(), outcome.error) {
            ("success", None) => parse(answer.get().as_bytes()),
            (
                "error",
                Some(Refusal {
                    code: code::UNAUTHORIZED,
                }),
            ) => Err(JanusError::Forbidden),
            ("error", Some(Refusal { code })) => Err(JanusError::Refused(code)),
            _ => Err(JanusError::Malformed),
        }
    }

    /// Sends a request, and takes the answer if it is the answer to this one.
    async fn post<T: DeserializeOwned>(&self, mut request: serde_json::Value) -> Result<T, JanusError> {
        #[derive(Deserialize)]
        struct Answer {
            transaction: String,
        }
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let transaction = COUNT.fetch_add(1, Ordering::Relaxed).to_string();
        request["transaction"] = json!(transaction);
        let body = serde_json::to_vec(&request).map_err(|_| JanusError::Malformed)?;
        let limits = Limits {
            time: PATIENCE,
            bytes: LONGEST_ANSWER,
        };
        let sent = self
            .egress
            .post(&self.address.admin_url, "application/json", body, limits);
        let answer = sent.await.map_err(|failure| match failure {
            Failure::Refused(refused) => JanusError::NotAllowed(refused),
            Failure::Unreachable(what) | Failure::Unanswered(what) => JanusError::Unreachable(what.to_owned()),
            Failure::TooLong => JanusError::TooLong,
        })?;
        // Janus says 200 even when it refuses.
        if answer.status != 200 {
            return Err(JanusError::Unreachable(format!("HTTP status {}", answer.status)));
        }
        let answer = answer.body;
        if parse::<Answer>(&answer)?.transaction != transaction {
            return Err(JanusError::Malformed);
        }
        parse(&answer)
    }
}

impl fmt::Debug for Janus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Janus").finish_non_exhaustive()
    }
}

/// What every answer of a plugin has.
#[derive(Deserialize)]
pub(super) struct Room {
    #[serde(rename = "audiobridge", alias = "videoroom")]
    word: String,
    room: Option<String>,
    error_code: Option<i64>,
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JanusError> {
    serde_json::from_slice(bytes).map_err(|_| JanusError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::config::EgressConfig;

    #[test]
    fn nothing_secret_is_shown() {
        let address = Address {
            admin_url: "http://root:hunter2@127.0.0.1/admin".to_owned(),
            admin_secret: SecretString::from("hunter2"),
            admin_key: Some(SecretString::from("hunter2")),
        };
        let shown = format!(
            "{address:?} {:?}",
            Janus::new(Egress::new(&EgressConfig::default()).unwrap(), address.clone())
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
