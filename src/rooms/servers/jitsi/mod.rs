//! Jitsi Meet: whoever shows a JWT is let in by its Prosody, if our module there lets them.
//!
//! The module (`deploy/prosody/mod_vouchsafe.lua`) asks us about each one who comes in, before they are in, and tells who
//! is there and puts out whom we name. Both sides sign by the app's secret.

use std::sync::Arc;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    Call, Capability, Form, Grant, JoinData, Mention, NewServer, PATIENCE, Participant, Report, RoomServer, Secrets,
    ServedRoom, ServerError, ServerKind, Setting, SettingFault, Settings, Trouble, Unsigned, Why,
    jwt::{ApiKey, LEEWAY, digest_of},
    need,
};
use crate::{
    platform::{
        egress::{self, Egress, Failure, Limits},
        store::StoreError,
        terms::{Clock, SystemClock},
    },
    rooms::{ParticipantRole, RoomName},
};

/// The longest answer that is read, in bytes: 8 000 occupants take 1 MB.
const LONGEST_ANSWER: usize = 8 << 20;
/// How long a token of ours for a call is good, in seconds.
const CALL: i64 = 60;

/// This kind.
pub static KIND: Jitsi = Jitsi;

/// The kind of server that is a Jitsi Meet, by its Prosody.
pub struct Jitsi;

const CLIENT_URL: &str = "client_url";
const MODULE_URL: &str = "module_url";
const DOMAIN: &str = "domain";
const APP_ID: &str = "app_id";
const APP_SECRET: &str = "app_secret";

impl ServerKind for Jitsi {
    fn name(&self) -> &'static str {
        "jitsi"
    }

    fn title(&self) -> &'static str {
        "Jitsi"
    }

    fn capabilities(&self) -> &'static [Capability] {
        &[Capability::Signed, Capability::Removal, Capability::Observation]
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting {
                name: CLIENT_URL,
                form: Form::ClientUrl,
                required: true,
                says: "Where clients connect: an `https` or `wss` URL, such as `https://rooms.example.org`; \
                       `http` or `ws` where its host is this machine.",
            },
            Setting {
                name: MODULE_URL,
                form: Form::ServiceUrl,
                required: true,
                says: "Where our module in a Prosody answers: an `https` URL that ends in `/vouchsafe`; `http` where its \
                       host is the machine that this service runs on.",
            },
            Setting {
                name: DOMAIN,
                form: Form::Text,
                required: true,
                says: "The domain that the tokens are for: the virtual host of a Prosody.",
            },
            Setting {
                name: APP_ID,
                form: Form::Text,
                required: true,
                says: "`app_id` in a Prosody's configuration.",
            },
            Setting {
                name: APP_SECRET,
                form: Form::Secret,
                required: true,
                says: "`app_secret` there. It signs tickets, our calls and what the module asks.",
            },
        ]
    }

    fn check(&self, server: &NewServer) -> Result<(), SettingFault> {
        // Anybody who has a ticket may try secrets on it, without asking anybody.
        let secret = server.secrets.get(APP_SECRET);
        if secret.is_some_and(|secret| secret.expose_secret().len() < 32) {
            return Err(SettingFault {
                name: APP_SECRET.to_owned(),
                why: Why::Value("Give a secret of at least 32 characters.".to_owned()),
            });
        }
        Ok(())
    }

    fn place<'s>(&self, settings: &'s Settings) -> &'s str {
        settings.get(MODULE_URL).map_or("", String::as_str)
    }

    fn connect(
        &self,
        settings: &Settings,
        secrets: Secrets,
        egress: Egress,
    ) -> Result<Arc<dyn RoomServer>, StoreError> {
        Ok(Arc::new(Served {
            egress,
            client_url: need(settings, CLIENT_URL)?.to_owned(),
            module_url: need(settings, MODULE_URL)?.trim_end_matches('/').to_owned(),
            domain: need(settings, DOMAIN)?.to_owned(),
            key: ApiKey {
                id: need(settings, APP_ID)?.to_owned(),
                secret: secrets.need(APP_SECRET)?.clone(),
            },
            clock: Arc::new(SystemClock),
        }))
    }

    fn join_schema(&self) -> Option<(String, RefOr<Schema>)> {
        Some((JitsiEntry::name().into_owned(), JitsiEntry::schema()))
    }
}

/// How a client joins a room of a Jitsi Meet.
#[derive(Serialize, ToSchema)]
struct JitsiEntry {
    /// Where it is.
    url: String,
    /// The room, in small letters as Jitsi has it: `roomName` of its IFrame API.
    room: String,
    /// The token: `jwt` of its IFrame API.
    jwt: String,
}

/// One Jitsi Meet, as it was registered.
struct Served {
    egress: Egress,
    client_url: String,
    module_url: String,
    domain: String,
    key: ApiKey,
    /// What both sides compare the times in tokens with is the clock of a machine.
    clock: Arc<dyn Clock>,
}

impl Served {
    /// The member's token. `aud` is a text, `exp` and `room` are always there: where one of these is otherwise, Prosody
    /// refuses it, or takes it for good for ever or everywhere.
    fn ticket(&self, room: &RoomName, grant: &Grant) -> Result<String, StoreError> {
        let speaks = grant.role == ParticipantRole::Speaker;
        self.key.sign(&json!({
            "iss": self.key.id,
            "aud": "jitsi",
            "sub": self.domain,
            "room": self.name_of(room),
            "nbf": grant.issued_at.seconds(),
            "exp": grant.expires_at.seconds(),
            "context": {
                "user": { "id": grant.ticket.to_string(), "name": "", "moderator": "false" },
                "features": {
                    "recording": false,
                    "livestreaming": false,
                    "transcription": false,
                    "outbound-call": false,
                    "screen-sharing": speaks,
                },
            },
        }))
    }

    async fn ask<T: DeserializeOwned>(&self, what: &str, body: Value) -> Result<T, ServerError> {
        let (now, body) = (self.clock.now().seconds(), body.to_string().into_bytes());
        let claims = json!({ "iss": self.key.id, "nbf": now - LEEWAY, "exp": now + CALL, "sha256": digest_of(&body) });
        let token = self.key.sign(&claims);
        let token = token.map_err(|error| ServerError::new(Trouble::Refused, error))?;
        let url = format!("{}/{what}", self.module_url);
        let call = egress::Call {
            url: &url,
            headers: vec![("authorization", format!("Bearer {token}"))],
            content_type: "application/json",
            body,
            ..egress::Call::default()
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
            200 => serde_json::from_slice(&answer.body).map_err(|_| silent("this is no answer of our module")),
            401 | 403 => Err(ServerError::new(
                Trouble::Refused,
                "Prosody does not accept the app's id, its secret or the time of this machine's clock",
            )),
            status => Err(silent(&format!("HTTP status {status}"))),
        }
    }

    async fn occupants(&self, room: &str) -> Result<Vec<Occupant>, ServerError> {
        #[derive(Deserialize)]
        struct Told {
            occupants: Vec<Occupant>,
        }
        let told: Told = self.ask("occupants", json!({ "room": room })).await?;
        Ok(told.occupants)
    }

    async fn put_out(&self, room: &RoomName, ids: &[String]) -> Result<(), ServerError> {
        #[derive(Deserialize)]
        struct Done {
            removed: u64,
        }
        if ids.is_empty() {
            return Ok(());
        }
        let done: Done = self
            .ask("remove", json!({ "room": self.name_of(room), "ids": ids }))
            .await?;
        tracing::debug!(removed = done.removed, "put out");
        Ok(())
    }
}

/// Somebody in a room, as the module tells.
#[derive(Deserialize)]
struct Occupant {
    /// The ticket that their token names; where it names none, where they sit.
    id: String,
    /// The name that they gave themself.
    nick: String,
    /// Where they sit, which never comes again.
    session: String,
}

impl RoomServer for Served {
    fn join(&self, room: &RoomName, grant: &Grant) -> Result<JoinData, StoreError> {
        let entry = JitsiEntry {
            url: self.client_url.clone(),
            room: self.name_of(room),
            jwt: self.ticket(room, grant)?,
        };
        serde_json::to_value(entry)
            .map(JoinData::Own)
            .map_err(|error| StoreError::Internal(error.to_string()))
    }

    fn name_of(&self, room: &RoomName) -> String {
        room.as_str().to_ascii_lowercase()
    }

    fn check(&self) -> Call<'_, ()> {
        Box::pin(async move { self.occupants("vouchsafe").await.map(drop) })
    }

    fn close<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, ()> {
        Box::pin(async move {
            let present = self.occupants(&self.name_of(&room.name)).await?;
            let ids: Vec<String> = present.into_iter().map(|one| one.id).collect();
            self.put_out(&room.name, &ids).await
        })
    }

    fn evict<'a>(&'a self, room: &'a ServedRoom, grants: &'a [Grant]) -> Call<'a, ()> {
        Box::pin(async move {
            let ids: Vec<String> = grants.iter().map(|grant| grant.ticket.to_string()).collect();
            self.put_out(&room.name, &ids).await
        })
    }

    fn remove<'a>(&'a self, room: &'a ServedRoom, ids: &'a [String]) -> Call<'a, ()> {
        Box::pin(async move { self.put_out(&room.name, ids).await })
    }

    fn observe<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, Vec<Participant>> {
        Box::pin(async move {
            let as_seen = |one: Occupant| Participant {
                id: one.id,
                display: one.nick,
                // Prosody does not carry the sound.
                muted: true,
                may_speak: false,
                stay: Some(one.session),
            };
            let found = self.occupants(&self.name_of(&room.name)).await?;
            Ok(found.into_iter().map(as_seen).collect())
        })
    }

    fn read_report(&self, report: &Report<'_>) -> Result<Vec<Mention>, Unsigned> {
        #[derive(Deserialize)]
        struct Asked {
            room: String,
            id: String,
        }
        self.key
            .check_body(report.authorization, report.body, self.clock.now().seconds())?;
        let asked: Option<Asked> = serde_json::from_slice(report.body).ok();
        let mention = asked.map(|asked| Mention {
            room: asked.room,
            id: asked.id,
            is_in: false,
        });
        Ok(mention.into_iter().collect())
    }
}

/// Nothing there answers as our module does. Admins learn no more.
fn silent(cause: &str) -> ServerError {
    ServerError {
        trouble: Trouble::Silent,
        cause: format!("Prosody cannot be reached: {cause}"),
        told: "no Prosody with our module answers at module_url".to_owned(),
    }
}
