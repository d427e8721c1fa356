//! Kinds of room servers of the tests' own, each registered by one line: a server that only checks a signature, and
//! one that checks it and puts people out, but keeps no list and tells nothing.
//!
//! Both are entirely in this process: what a server is told is kept for the test to look at.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use secrecy::ExposeSecret;
use vouchsafe::{
    platform::{egress::Egress, store::StoreError},
    rooms::{
        Kinds, RoomName, Secrets, Settings,
        servers::{
            Call, Capability, Form, Grant, Join, JoinData, RoomServer, ServedRoom, ServerError, ServerKind, Setting,
            Trouble, need,
        },
    },
};

/// The kinds that are built in, and those of the tests.
pub fn kinds() -> Kinds {
    Kinds::default().with(&SIGNS).with(&REMOVES)
}

/// A server that can only check a signature.
pub static SIGNS: Kind = Kind {
    name: "signs",
    capabilities: &[Capability::Signed],
};
/// A server that checks a signature and puts people out.
pub static REMOVES: Kind = Kind {
    name: "removes",
    capabilities: &[Capability::Signed, Capability::Removal],
};

/// A kind that signs the room, the ticket and the time by a secret.
pub struct Kind {
    name: &'static str,
    capabilities: &'static [Capability],
}

/// How a server treats what it is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    /// It does it.
    #[default]
    Well,
    /// It answers 500.
    Fails,
    /// It answers nothing.
    Hangs,
    /// It says that it did, and did not.
    Lies,
}

/// What is known of the servers of the tests' kinds, by their `client_url`.
#[derive(Debug, Default)]
struct World {
    moods: BTreeMap<String, Mood>,
    /// Who was put out, as often as that was.
    removed: BTreeMap<String, Vec<String>>,
    /// How many calls there were.
    calls: BTreeMap<String, usize>,
}

static WORLD: LazyLock<Mutex<World>> = LazyLock::new(Mutex::default);

fn world<T>(look: impl FnOnce(&mut World) -> T) -> T {
    look(&mut WORLD.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Treats what comes so from now on.
pub fn set_mood(url: &str, mood: Mood) {
    world(|world| world.moods.insert(url.to_owned(), mood));
}

/// How many times this participant was put out.
pub fn removals(url: &str, id: &str) -> usize {
    world(|world| {
        let removed = world.removed.get(url).into_iter().flatten();
        removed.filter(|removed| *removed == id).count()
    })
}

/// How many calls the server had.
pub fn calls(url: &str) -> usize {
    world(|world| world.calls.get(url).copied().unwrap_or_default())
}

/// What a server of these kinds checks: that whoever knows its secret let this participant into this room until then.
pub fn signature(secret: &str, room: &str, id: &str, until: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    HEXLOWER.encode(hmac::sign(&key, format!("{room}/{id}/{until}").as_bytes()).as_ref())
}

impl Kind {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        self.name
    }

    /// Whether its servers are asked for anything.
    pub fn is_asked(&self) -> bool {
        self.capabilities.contains(&Capability::Removal)
    }
}

impl ServerKind for Kind {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        "a test's server"
    }

    fn capabilities(&self) -> &'static [Capability] {
        self.capabilities
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting {
                name: "client_url",
                form: Form::ClientUrl,
                required: true,
                says: "Where clients connect.",
            },
            Setting {
                name: "app",
                form: Form::Text,
                required: false,
                says: "A text of the kind's own.",
            },
            Setting {
                name: "signing_secret",
                form: Form::Secret,
                required: true,
                says: "Signs tickets.",
            },
        ]
    }

    fn place<'s>(&self, settings: &'s Settings) -> &'s str {
        settings.get("client_url").map_or("", String::as_str)
    }

    fn connect(&self, settings: &Settings, secrets: Secrets, _: Egress) -> Result<Arc<dyn RoomServer>, StoreError> {
        Ok(Arc::new(Served {
            url: need(settings, "client_url")?.to_owned(),
            secret: secrets.need("signing_secret")?.expose_secret().to_owned(),
            removes: self.is_asked(),
        }))
    }
}

struct Served {
    url: String,
    secret: String,
    removes: bool,
}

impl Served {
    /// One call, as the server's mood is: whether it does what it is told.
    async fn call(&self) -> Result<bool, ServerError> {
        assert!(
            self.removes,
            "a server that only checks signatures is asked for something"
        );
        let mood = world(|world| {
            *world.calls.entry(self.url.clone()).or_default() += 1;
            world.moods.get(&self.url).copied().unwrap_or_default()
        });
        match mood {
            Mood::Well => Ok(true),
            Mood::Lies => Ok(false),
            Mood::Fails => Err(ServerError::new(Trouble::Silent, "HTTP status 500")),
            Mood::Hangs => {
                tokio::time::sleep(vouchsafe::rooms::servers::PATIENCE).await;
                Err(ServerError::new(Trouble::Silent, "no answer"))
            }
        }
    }
}

impl RoomServer for Served {
    fn join(&self, room: &RoomName, grant: &Grant) -> Result<JoinData, StoreError> {
        let id = grant.ticket.to_string();
        Ok(JoinData::Common(Join {
            url: self.url.clone(),
            room: room.to_string(),
            id: grant.ticket,
            token: signature(&self.secret, room, &id, grant.expires_at.seconds()),
        }))
    }

    fn check(&self) -> Call<'_, ()> {
        Box::pin(async move {
            match self.removes {
                true => self.call().await.map(|_| ()),
                false => Ok(()),
            }
        })
    }

    fn evict<'a>(&'a self, _: &'a ServedRoom, grants: &'a [Grant]) -> Call<'a, ()> {
        Box::pin(async move {
            assert_eq!(grants.len(), 1, "it takes one at a time");
            if self.call().await? {
                let ids = grants.iter().map(|grant| grant.ticket.to_string());
                world(|world| world.removed.entry(self.url.clone()).or_default().extend(ids));
            }
            Ok(())
        })
    }
}
