//! LiveKit: whoever shows a token that is signed by the server's key is let in.
//!
//! LiveKit keeps no list, and puts nobody out for good. It hands everybody whom it lets in another token, at once and
//! every five minutes, which is good for ten minutes or as long as the first one; a self-hosted LiveKit cannot be
//! told to refuse any of them. So whoever was put out is watched for: in every room of ours those who are there are
//! looked through twice a second, and LiveKit's webhooks say at once who comes ([`read_report`](RoomServer::read_report)).

mod client;
mod token;

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::{
    Call, Capability, Form, Grant, Join, JoinData, Mention, NewServer, Participant, Report, RoomServer, Secrets,
    ServedRoom, ServerError, ServerKind, Setting, SettingFault, Settings, Unsigned, Why, need,
};
use crate::{
    platform::{egress::Egress, store::StoreError},
    rooms::RoomName,
};
use client::Client;

/// How many calls a server has from us at once.
const AT_ONCE: usize = 16;
/// Up to how many are put out one by one without asking first who is there.
const FEW: usize = 32;
/// How long a token is good that LiveKit gives to whoever is in a room, with the minute by which clocks may differ and
/// another one in which the token may be on its way.
const REFRESHED: Duration = Duration::from_secs(12 * 60);
/// The events that say that somebody is in a room.
const ARRIVALS: [&str; 2] = ["participant_joined", "track_published"];

/// This kind.
pub static KIND: LiveKit = LiveKit;

/// The kind of server that is a LiveKit.
pub struct LiveKit;

const CLIENT_URL: &str = "client_url";
const API_URL: &str = "api_url";
const API_KEY: &str = "api_key";
const API_SECRET: &str = "api_secret";

impl ServerKind for LiveKit {
    fn name(&self) -> &'static str {
        "livekit"
    }

    fn title(&self) -> &'static str {
        "LiveKit"
    }

    fn capabilities(&self) -> &'static [Capability] {
        &[
            Capability::Signed,
            Capability::Removal,
            Capability::Observation,
            Capability::Bulk,
            Capability::Muting,
            Capability::Hiding,
            Capability::Naming,
        ]
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
                name: API_URL,
                form: Form::ServiceUrl,
                required: true,
                says: "Where a LiveKit is managed: the `https` URL of its API, without `/twirp`; `http` where its host \
                       is the machine that this service runs on. The operator configures which addresses this service \
                       may ask.",
            },
            Setting {
                name: API_KEY,
                form: Form::Text,
                required: true,
                says: "The name of a key under `keys` in a LiveKit's configuration: one that nobody else has.",
            },
            Setting {
                name: API_SECRET,
                form: Form::Secret,
                required: true,
                says: "The secret of `api_key`. It signs tickets, our calls and the webhooks that come back.",
            },
        ]
    }

    fn check(&self, server: &NewServer) -> Result<(), SettingFault> {
        // Anybody who has a ticket may try secrets on it, without asking anybody.
        let secret = server.secrets.get(API_SECRET);
        if secret.is_some_and(|secret| secret.expose_secret().len() < 32) {
            return Err(SettingFault {
                name: API_SECRET.to_owned(),
                why: Why::Value("Give a secret of at least 32 characters: LiveKit warns of shorter ones.".to_owned()),
            });
        }
        Ok(())
    }

    fn place<'s>(&self, settings: &'s Settings) -> &'s str {
        settings.get(API_URL).map_or("", String::as_str)
    }

    fn lingers(&self) -> Duration {
        REFRESHED
    }

    fn connect(
        &self,
        settings: &Settings,
        secrets: Secrets,
        egress: Egress,
    ) -> Result<Arc<dyn RoomServer>, StoreError> {
        let secret = secrets.need(API_SECRET)?.clone();
        Ok(Arc::new(Served {
            client: Client::new(egress, need(settings, API_URL)?, need(settings, API_KEY)?, secret),
            client_url: need(settings, CLIENT_URL)?.to_owned(),
        }))
    }
}

/// One LiveKit, as it was registered.
struct Served {
    client: Client,
    client_url: String,
}

impl Served {
    /// Puts each out, [`AT_ONCE`] at a time. A failure keeps nobody else from being put out; the first one is told.
    async fn put_out(&self, room: &RoomName, ids: &[String]) -> Result<(), ServerError> {
        let calls: Vec<_> = ids.iter().map(|id| self.client.remove(room, id)).collect();
        let done: Vec<_> = stream::iter(calls).buffer_unordered(AT_ONCE).collect().await;
        done.into_iter().collect()
    }
}

impl RoomServer for Served {
    fn join(&self, room: &RoomName, grant: &Grant) -> Result<JoinData, StoreError> {
        let token = self.client.key.ticket(room, grant)?;
        Ok(JoinData::Common(Join {
            url: self.client_url.clone(),
            room: room.to_string(),
            id: grant.ticket,
            token,
        }))
    }

    fn check(&self) -> Call<'_, ()> {
        Box::pin(async move { self.client.has_room("vouchsafe").await.map(drop) })
    }

    fn prepare<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, bool> {
        Box::pin(async move {
            if self.client.has_room(&room.name).await? {
                return Ok(false);
            }
            self.client.create(&room.name).await?;
            Ok(true)
        })
    }

    fn close<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, ()> {
        Box::pin(async move { self.client.delete(&room.name).await })
    }

    fn evict<'a>(&'a self, room: &'a ServedRoom, grants: &'a [Grant]) -> Call<'a, ()> {
        Box::pin(async move {
            let mut ids: Vec<String> = grants.iter().map(|grant| grant.ticket.to_string()).collect();
            if ids.len() > FEW {
                let present = self.client.participants(&room.name).await?;
                let present: HashSet<&str> = present.iter().map(|one| one.identity.as_str()).collect();
                ids.retain(|id| present.contains(id.as_str()));
            }
            self.put_out(&room.name, &ids).await
        })
    }

    fn remove<'a>(&'a self, room: &'a ServedRoom, ids: &'a [String]) -> Call<'a, ()> {
        Box::pin(async move { self.put_out(&room.name, ids).await })
    }

    fn observe<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, Vec<Participant>> {
        Box::pin(async move {
            let found = self.client.participants(&room.name).await?;
            let as_seen = |one: client::Participant| Participant {
                muted: !one.is_heard(),
                may_speak: one.may_publish(),
                id: one.identity,
                display: one.name,
                stay: Some(one.sid),
            };
            Ok(found.into_iter().map(as_seen).collect())
        })
    }

    fn mute<'a>(&'a self, room: &'a ServedRoom, id: &'a str) -> Call<'a, ()> {
        Box::pin(async move { self.client.silence(&room.name, id).await })
    }

    fn let_speak<'a>(&'a self, room: &'a ServedRoom, id: &'a str) -> Call<'a, ()> {
        Box::pin(async move { self.client.let_speak(&room.name, id).await })
    }

    fn read_report(&self, report: &Report<'_>) -> Result<Vec<Mention>, Unsigned> {
        #[derive(Deserialize)]
        struct Event {
            event: String,
            room: Option<Room>,
            participant: Option<Identity>,
        }
        #[derive(Deserialize)]
        struct Room {
            #[serde(default)]
            name: String,
        }
        #[derive(Deserialize)]
        struct Identity {
            #[serde(default)]
            identity: String,
        }
        let key = &self.client.key;
        key.check_body(report.authorization, report.body, self.client.now())?;
        // What is signed and is no event of a form that is known is nothing to look at.
        let event: Option<Event> = serde_json::from_slice(report.body).ok();
        let event = event.filter(|event| ARRIVALS.contains(&event.event.as_str()));
        let mention = event.and_then(|event| {
            Some(Mention {
                room: event.room?.name,
                id: event.participant?.identity,
                is_in: true,
            })
        });
        Ok(mention.into_iter().collect())
    }
}
