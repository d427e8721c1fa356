//! Janus, by one of its plugins that hold rooms ([`plugin`]): a list of tokens for each room, and a signed token for the
//! server itself.
//!
//! A token on such a list is bound to nobody: any holder may join under any id. So the id under which a
//! member joins is their ticket's, and the signed token names the ticket: Janus remembers by which one each
//! connection was opened ([`connections`]).

mod audiobridge;
mod client;
mod connections;
mod plugin;
mod rooms;
mod token;
mod videoroom;

use std::{collections::HashSet, sync::Arc};

use futures_util::{StreamExt, stream};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

pub use audiobridge::AudioBridge;
pub use client::{Address, Info, Janus, JanusError};
pub use plugin::{Participant, Plugin};
pub use token::core_token;
pub use videoroom::VideoRoom;

use super::{
    Call, Capability, Connection, Form, Grant, JoinData, RoomServer, Seated, Secrets, ServedRoom, ServerKind, Setting,
    Settings, need,
};
use crate::{
    platform::{egress::Egress, store::StoreError, terms::TicketId},
    rooms::RoomName,
};

/// How many calls a server has from us at once.
const AT_ONCE: usize = 8;
/// Up to how many are put out one by one without asking first who is there.
const FEW: usize = 32;

/// A Janus with one of its plugins.
pub struct Kind {
    name: &'static str,
    title: &'static str,
    plugin: &'static dyn Plugin,
    settings: &'static [Setting],
}

/// The kind of server that is a Janus with AudioBridge.
pub static AUDIOBRIDGE: Kind = Kind {
    name: "janus",
    title: "Janus",
    plugin: &AudioBridge,
    settings: &settings(
        "`admin_key` in `janus.plugin.audiobridge.jcfg`, where it is set.",
        false,
        "`token_auth_secret` in `janus.jcfg`, where it is set: then every ticket has a core token.",
    ),
};

/// The kind of server that is a Janus with VideoRoom.
pub static VIDEOROOM: Kind = Kind {
    name: "janus_videoroom",
    title: "Janus VideoRoom",
    plugin: &VideoRoom,
    settings: &settings(
        "`admin_key` in `janus.plugin.videoroom.jcfg`, where it is set.",
        // Receiving asks for no list: only by it is known who receives.
        true,
        "`token_auth_secret` in `janus.jcfg`.",
    ),
};

const CLIENT_URL: &str = "client_url";
const ADMIN_URL: &str = "admin_url";
const ADMIN_SECRET: &str = "admin_secret";
const ADMIN_KEY: &str = "admin_key";
const TOKEN_SECRET: &str = "token_secret";

const fn settings(says_of_admin_key: &'static str, signs: bool, says_of_token_secret: &'static str) -> [Setting; 5] {
    [
        Setting {
            name: CLIENT_URL,
            form: Form::ClientUrl,
            required: true,
            says: "Where clients connect: an `https` or `wss` URL, such as `https://rooms.example.org/janus`; \
                   `http` or `ws` where its host is this machine.",
        },
        Setting {
            name: ADMIN_URL,
            form: Form::ServiceUrl,
            required: true,
            says: "Where Janus is managed: the `https` URL of the admin API, such as \
                   `https://rooms.example.org:7889/admin`; `http` where its host is the machine that this service \
                   runs on. The operator configures which addresses this service may ask.",
        },
        Setting {
            name: ADMIN_SECRET,
            form: Form::Secret,
            required: true,
            says: "`admin_secret` in `janus.jcfg`.",
        },
        Setting {
            name: ADMIN_KEY,
            form: Form::Secret,
            required: false,
            says: says_of_admin_key,
        },
        Setting {
            name: TOKEN_SECRET,
            form: Form::Secret,
            required: signs,
            says: says_of_token_secret,
        },
    ]
}

impl ServerKind for Kind {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn capabilities(&self) -> &'static [Capability] {
        &[
            Capability::List,
            Capability::Signed,
            Capability::Removal,
            Capability::Observation,
            Capability::Bulk,
            Capability::Muting,
            Capability::Connections,
        ]
    }

    fn settings(&self) -> &'static [Setting] {
        self.settings
    }

    fn place<'s>(&self, settings: &'s Settings) -> &'s str {
        settings.get(ADMIN_URL).map_or("", String::as_str)
    }

    fn connect(
        &self,
        settings: &Settings,
        secrets: Secrets,
        egress: Egress,
    ) -> Result<Arc<dyn RoomServer>, StoreError> {
        let address = Address {
            admin_url: need(settings, ADMIN_URL)?.to_owned(),
            admin_secret: secrets.need(ADMIN_SECRET)?.clone(),
            admin_key: secrets.get(ADMIN_KEY).cloned(),
        };
        let token_secret = secrets.get(TOKEN_SECRET).cloned();
        Ok(Arc::new(Served {
            janus: Janus::of(self.plugin, token_secret.is_some(), egress, address),
            client_url: need(settings, CLIENT_URL)?.to_owned(),
            token_secret,
        }))
    }

    fn join_schema(&self) -> Option<(String, RefOr<Schema>)> {
        Some((JanusEntry::name().into_owned(), JanusEntry::schema()))
    }
}

/// How a client joins a room of a Janus, with its plugin AudioBridge or VideoRoom.
#[derive(Serialize, ToSchema)]
struct JanusEntry {
    /// Where Janus is.
    url: String,
    /// The root `token` of every request to Janus; null where Janus asks for none. Whoever joins under the id of
    /// one ticket, on a connection that was attached with the core token of another, is put out.
    core_token: Option<String>,
    /// `room` in the body of `join`.
    room: String,
    /// `id` in the body of `join`. Whoever joins under another id is put out.
    id: TicketId,
    /// `token` in the body of `join`; in VideoRoom of every `join`, as a publisher and as a subscriber.
    token: String,
}

/// One Janus, as it was registered.
struct Served {
    janus: Janus,
    client_url: String,
    /// Signs the tokens that Janus asks for, where it asks for any.
    token_secret: Option<SecretString>,
}

impl Served {
    /// What stands on the room's list for a ticket.
    fn token(&self, room: &RoomName, grant: &Grant) -> String {
        let token = self.janus.plugin.token(self.token_secret.as_ref(), room, grant);
        token.expose_secret().to_owned()
    }

    fn tokens(&self, room: &ServedRoom, grants: &[Grant]) -> Vec<String> {
        grants.iter().map(|grant| self.token(&room.name, grant)).collect()
    }

    /// Puts each out, [`AT_ONCE`] at a time. A failure keeps nobody else from being put out; the first one is told.
    async fn kick(&self, room: &ServedRoom, ids: &[String]) -> Result<(), JanusError> {
        let secret = room.secret.expose_secret();
        let calls = ids.iter().map(|id| self.janus.kick(&room.name, secret, id));
        let calls: Vec<_> = calls.collect();
        let done: Vec<_> = stream::iter(calls).buffer_unordered(AT_ONCE).collect().await;
        done.into_iter().collect()
    }
}

impl RoomServer for Served {
    fn join(&self, room: &RoomName, grant: &Grant) -> Result<JoinData, StoreError> {
        let core_token = self.token_secret.as_ref().map(|secret| {
            let token = core_token(self.janus.plugin, secret, grant.expires_at, Some(grant.ticket));
            token.expose_secret().to_owned()
        });
        let entry = JanusEntry {
            url: self.client_url.clone(),
            core_token,
            room: room.to_string(),
            id: grant.ticket,
            token: self.token(room, grant),
        };
        serde_json::to_value(entry)
            .map(JoinData::Own)
            .map_err(|error| StoreError::Internal(error.to_string()))
    }

    fn check(&self) -> Call<'_, ()> {
        Box::pin(async move { Ok(self.janus.info().await.map(|_| ())?) })
    }

    fn prepare<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, bool> {
        Box::pin(async move { Ok(self.janus.ensure_room(&room.name, room.secret.expose_secret()).await?) })
    }

    fn close<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, ()> {
        Box::pin(async move {
            match self.janus.destroy(&room.name, room.secret.expose_secret()).await {
                // The room that is there is another's: of ours nothing is left.
                Ok(()) | Err(JanusError::NotOurs) => Ok(()),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn set_list<'a>(&'a self, room: &'a ServedRoom, grants: &'a [Grant]) -> Call<'a, ()> {
        Box::pin(async move {
            let secret = room.secret.expose_secret();
            let ours: HashSet<String> = self.tokens(room, grants).into_iter().collect();
            let theirs = self.janus.allowed(&room.name, secret).await?;
            let extra: Vec<String> = theirs.difference(&ours).cloned().collect();
            let missing: Vec<String> = ours.difference(&theirs).cloned().collect();
            if !extra.is_empty() {
                self.janus.disallow(&room.name, secret, &extra).await?;
            }
            if !missing.is_empty() {
                self.janus.allow(&room.name, secret, &missing).await?;
            }
            Ok(())
        })
    }

    fn admit<'a>(&'a self, room: &'a ServedRoom, grants: &'a [Grant]) -> Call<'a, ()> {
        Box::pin(async move {
            let secret = room.secret.expose_secret();
            Ok(self.janus.allow(&room.name, secret, &self.tokens(room, grants)).await?)
        })
    }

    fn evict<'a>(&'a self, room: &'a ServedRoom, grants: &'a [Grant]) -> Call<'a, ()> {
        Box::pin(async move {
            let secret = room.secret.expose_secret();
            // In the other order they would be back at once.
            self.janus
                .disallow(&room.name, secret, &self.tokens(room, grants))
                .await?;
            let mut ids: Vec<String> = grants.iter().map(|grant| grant.ticket.to_string()).collect();
            if ids.len() > FEW {
                match self.janus.participants(&room.name, secret).await {
                    Ok(present) => {
                        let present: HashSet<String> = present.into_iter().map(|one| one.id).collect();
                        ids.retain(|id| present.contains(id));
                    }
                    // Then each is put out unasked.
                    Err(JanusError::TooLong) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(self.kick(room, &ids).await?)
        })
    }

    fn remove<'a>(&'a self, room: &'a ServedRoom, ids: &'a [String]) -> Call<'a, ()> {
        Box::pin(async move { Ok(self.kick(room, ids).await?) })
    }

    fn observe<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, Vec<super::Participant>> {
        Box::pin(async move {
            let found = self.janus.participants(&room.name, room.secret.expose_secret()).await?;
            let as_seen = |one: Participant| super::Participant {
                id: one.id,
                display: one.display,
                muted: one.muted,
                // They may unmute at any time.
                may_speak: !one.muted,
                stay: None,
            };
            Ok(found.into_iter().map(as_seen).collect())
        })
    }

    fn mute<'a>(&'a self, room: &'a ServedRoom, id: &'a str) -> Call<'a, ()> {
        Box::pin(async move { Ok(self.janus.mute(&room.name, room.secret.expose_secret(), id).await?) })
    }

    fn connections(&self) -> Call<'_, Vec<Seated>> {
        Box::pin(async move { Ok(self.janus.seated().await?) })
    }

    fn disconnect<'a>(&'a self, connection: &'a Connection) -> Call<'a, ()> {
        Box::pin(async move { Ok(self.janus.detach(connection).await?) })
    }
}
