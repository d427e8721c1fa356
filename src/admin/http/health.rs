//! How this replica does, for whoever runs it.

use std::{sync::Arc, time::Instant};

use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Audit;
use crate::{
    admin::{
        Stream,
        health::{self, HealthSample, History},
    },
    http::{Json, Problem, Query, Routes, Within},
    notify::Backlog,
    platform::{
        jobs,
        ledger::{self, Lag},
        store::{Backend, Conn, StoreError},
        terms::{RoomServerId, Timestamp},
    },
    rooms::{self, Health, http::LastOut},
    tokens::{self, KeySeen, Tokens},
};

pub(super) fn routes(config: &mut Routes) {
    config.service(show_health).service(show_history);
}

/// What the routes here work with beside the rest.
pub struct Replica {
    /// When it was started.
    pub started: Instant,
    /// Its samples.
    pub history: Arc<History>,
}

/// How this replica does, and what is the same for all.
#[derive(Serialize, ToSchema)]
struct HealthView {
    /// Its version.
    version: &'static str,
    /// For how many seconds it runs.
    uptime_seconds: u64,
    /// The kind of database: `sqlite` or `postgres`.
    database: &'static str,
    /// The last position of the feed, as far as it knows.
    position: i64,
    /// How many events its memory is behind.
    feed_behind: i64,
    /// Letters that are not delivered.
    letters: BacklogView,
    /// Text messages that are not delivered.
    texts: BacklogView,
    /// Whoever follows the ledger.
    subscribers: Vec<SubscriberHealth>,
    /// Jobs that are neither done nor cancelled.
    jobs_open: u64,
    /// The keys that sign tokens, oldest first.
    signing_keys: Vec<SigningKeyView>,
    /// The room servers, oldest first.
    room_servers: Vec<RoomServerHealth>,
    /// Event streams that are open on it.
    streams: u64,
    /// Bytes of memory that the process has; null where the system does not say.
    resident_bytes: Option<u64>,
}

/// How much is not delivered.
#[derive(Serialize, ToSchema)]
struct BacklogView {
    /// To be tried, now or later.
    waiting: i64,
    /// Given up.
    dead: i64,
    /// Of those that wait: because whoever takes them from us refuses us.
    refused: i64,
}

impl From<Backlog> for BacklogView {
    fn from(Backlog { waiting, dead, refused }: Backlog) -> Self {
        Self { waiting, dead, refused }
    }
}

/// How far a subscriber has come.
#[derive(Serialize, ToSchema)]
struct SubscriberHealth {
    /// Its name.
    name: &'static str,
    /// How many events it is behind; 0 where it wants none of them.
    behind: i64,
    /// When the oldest event that it wants and has not seen was recorded.
    waiting_since: Option<Timestamp>,
    /// How many events it could not carry out.
    failures: i64,
}

/// A key that signs tokens, or did.
#[derive(Serialize, ToSchema)]
struct SigningKeyView {
    /// Its id, as in the key set.
    kid: String,
    /// Whether this replica signs by it; tokens of every key are verified.
    signs: bool,
    /// When it was made.
    made_at: Timestamp,
}

/// How a room server does.
#[derive(Serialize, ToSchema)]
struct RoomServerHealth {
    /// Its id.
    id: RoomServerId,
    /// Its kind.
    kind: String,
    /// Whether it does what it is asked to; null where nobody has asked it yet.
    well: Option<bool>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// Why it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// When it last put somebody out whose ticket had ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_out: Option<LastOut>,
}

/// How this replica does, and what waits. What is in the database is the same for all replicas.
#[utoipa::path(operation_id = "show_health", tag = "health", responses((status = 200, body = HealthView)))]
#[get("/v1/admin/health")]
async fn show_health(
    audit: Data<Audit>,
    replica: Data<Replica>,
    stream: Data<Stream>,
    tokens: Data<Tokens>,
) -> Result<Json<HealthView>, Problem> {
    let subscribers = Arc::clone(&audit.subscribers);
    let read = move |conn: &mut Conn| {
        let mut lags = Vec::with_capacity(subscribers.len());
        for subscriber in subscribers.iter() {
            let Lag { behind, waiting, aside } = ledger::lag(conn, subscriber.name(), subscriber.kinds())?;
            lags.push(SubscriberHealth {
                name: subscriber.name(),
                behind,
                waiting_since: waiting,
                failures: aside,
            });
        }
        Ok::<_, StoreError>((
            lags,
            health::backlogs(conn)?,
            jobs::count_open(conn)?,
            tokens::keys_seen(conn)?,
            rooms::queries::servers(conn)?,
        ))
    };
    let (lags, (letters, texts), jobs_open, keys, servers) = audit.ledger.store().read(read).await?;
    let signs = tokens.signing_kid();
    let key = |KeySeen { kid, made_at }: KeySeen| SigningKeyView {
        signs: signs.as_deref() == Some(kid.as_str()),
        kid,
        made_at,
    };
    let server = |overview: rooms::queries::ServerOverview| {
        let (well, since, failure) = match overview.server.health {
            Health::Unknown => (None, None, None),
            Health::Well { since } => (Some(true), Some(since), None),
            Health::Failing { since, why } => (Some(false), Some(since), Some(why)),
        };
        RoomServerHealth {
            id: overview.server.id,
            kind: overview.server.kind,
            well,
            since,
            failure,
            last_out: overview.server.last_out.map(LastOut::from),
        }
    };
    Ok(Json(HealthView {
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: replica.started.elapsed().as_secs(),
        database: match audit.ledger.store().backend() {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
        },
        position: audit.ledger.head().borrow().pos,
        feed_behind: health::feed_behind(&audit.ledger, &audit.read_model),
        letters: letters.into(),
        texts: texts.into(),
        subscribers: lags,
        jobs_open: u64::try_from(jobs_open).unwrap_or_default(),
        signing_keys: keys.into_iter().map(key).collect(),
        room_servers: servers.into_iter().map(server).collect(),
        streams: stream.listeners() as u64,
        resident_bytes: health::resident_bytes(),
    }))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// How many minutes back.
    #[serde(default)]
    #[param(inline)]
    minutes: Within<1, 1440, 60>,
}

/// The samples of a replica.
#[derive(Serialize, ToSchema)]
struct HealthHistory {
    /// One a minute, the oldest first; since it was started, and for a day.
    items: Vec<HealthSample>,
}

/// How this replica did, a sample each minute: kept in memory for a day, and gone when it stops.
#[utoipa::path(operation_id = "show_health_history", tag = "health", params(Wanted),
    responses((status = 200, body = HealthHistory)))]
#[get("/v1/admin/health/history")]
async fn show_history(wanted: Query<Wanted>, replica: Data<Replica>) -> Json<HealthHistory> {
    let items = replica.history.last(wanted.0.minutes.get() as usize);
    Json(HealthHistory { items })
}
