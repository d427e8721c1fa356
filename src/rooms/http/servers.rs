//! Room servers, for those who run the community. No secret is ever answered.

use actix_web::{delete, get, post, put, web::Data};
use secrecy::SecretString;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use super::{
    super::{
        Health, NewServer, RoomError, ServerRecord, ServerSecrets, change_server, records, register as register_server,
        remove_server, servers as all,
    },
    Rooms,
};
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, Query, Segments, WriteResponse},
    platform::{
        egress::{self, Egress},
        idempotency::{self, Asker},
        ledger::Actor,
        store::{Conn, StoreError},
        terms::{Id, RoomServerId, Timestamp, words},
    },
};

words! {
    /// What a room server is.
    ServerKind {
        /// Janus, with its AudioBridge plugin.
        Janus = "janus",
    }
}

words! {
    /// How a room server fares.
    HealthWord {
        /// Nobody has asked it yet.
        Unknown = "unknown",
        /// It does what it is told.
        Well = "well",
        /// It does not; `failure` says in what way.
        Failing = "failing",
    }
}

/// A room server.
#[derive(Serialize, ToSchema)]
struct ServerView {
    /// Its id.
    id: RoomServerId,
    /// What it is.
    kind: ServerKind,
    /// Where clients connect.
    client_url: String,
    /// Where it is managed.
    admin_url: String,
    /// How it fares.
    health: HealthWord,
    /// Since when it fares so.
    #[serde(skip_serializing_if = "Option::is_none")]
    health_since: Option<Timestamp>,
    /// In what way it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// The rooms in which it does not do what it is told, though it is well in the others; each says in what way.
    failing_rooms: Vec<String>,
    /// Since when it is registered.
    created_at: Timestamp,
}

fn view(conn: &mut Conn, server: ServerRecord) -> Result<ServerView, StoreError> {
    let failing = records::failing(conn, server.row)?;
    let (health, health_since, failure) = match server.health {
        Health::Unknown => (HealthWord::Unknown, None, None),
        Health::Well { since } => (HealthWord::Well, Some(since), None),
        Health::Failing { since, why } => (HealthWord::Failing, Some(since), Some(why)),
    };
    Ok(ServerView {
        failing_rooms: failing.into_iter().map(|(_, name)| name).collect(),
        id: server.id,
        kind: ServerKind::Janus,
        client_url: server.client_url,
        admin_url: server.admin_url,
        health,
        health_since,
        failure,
        created_at: server.created_at,
    })
}

/// The room servers.
#[derive(Serialize, ToSchema)]
struct ServersView {
    /// All of them, the oldest first.
    items: Vec<ServerView>,
}

/// A secret as it comes in. Bound to an idempotency key it is written out; nothing else writes it.
#[derive(Deserialize)]
#[serde(transparent)]
struct Given(SecretString);

impl Serialize for Given {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use secrecy::ExposeSecret;
        serializer.serialize_str(self.0.expose_secret())
    }
}

/// A room server to register, or what one is to become.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewServerBody {
    /// What it is.
    kind: ServerKind,
    /// Where clients connect: an `https` or `wss` URL, such as `https://rooms.example.org/janus`; `http` or `ws` where
    /// its host is this machine.
    #[schema(format = "uri", max_length = 2000)]
    client_url: String,
    /// Where it is managed: the `https` URL of the admin API, such as `https://rooms.example.org:7889/admin`; `http`
    /// where its host is the machine that this service runs on. The operator says to which addresses it may go.
    #[schema(format = "uri", max_length = 2000)]
    admin_url: String,
    /// `admin_secret` in `janus.jcfg`.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 1000)]
    admin_secret: Given,
    /// `admin_key` in `janus.plugin.audiobridge.jcfg`, where it is set.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, min_length = 1, max_length = 1000)]
    admin_key: Option<Given>,
    /// `token_auth_secret` in `janus.jcfg`, where it is set: then every ticket has a core token.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, min_length = 1, max_length = 1000)]
    token_secret: Option<Given>,
}

impl NewServerBody {
    /// The server that is meant, where it is one that we go to.
    fn checked(self, egress: &Egress) -> Result<NewServer, Problem> {
        use secrecy::ExposeSecret;
        let body = self;
        egress::check_for_others(&body.client_url)
            .map_err(|refused| Problem::value("/client_url", format!("{refused}; or wss and ws.")))?;
        egress
            .check(&body.admin_url)
            .map_err(|refused| Problem::value("/admin_url", format!("{refused}.")))?;
        let secrets = [
            ("/admin_secret", Some(&body.admin_secret)),
            ("/admin_key", body.admin_key.as_ref()),
            ("/token_secret", body.token_secret.as_ref()),
        ];
        for (field, secret) in secrets {
            if secret.is_some_and(|secret| !(1..=1000).contains(&secret.0.expose_secret().chars().count())) {
                return Err(Problem::field(
                    field,
                    "Give 1 to 1000 characters, or leave it out where nothing is set.",
                ));
            }
        }
        Ok(NewServer {
            client_url: body.client_url,
            admin_url: body.admin_url,
            secrets: ServerSecrets {
                admin_secret: body.admin_secret.0,
                admin_key: body.admin_key.map(|given| given.0),
                token_secret: body.token_secret.map(|given| given.0),
            },
        })
    }
}

/// What is to become of what a room server still has of ours.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Leave {
    /// `true` where the server is gone for good: then nobody waits until its closed rooms are gone from it.
    #[serde(default)]
    abandon: bool,
}

/// The room servers, and how they fare.
#[utoipa::path(operation_id = "list_room_servers", tag = "rooms", responses((status = 200, body = ServersView)))]
#[get("/v1/admin/room-servers")]
pub(super) async fn list(_caller: Caller, rooms: Data<Rooms>) -> Result<Json<ServersView>, Problem> {
    let items = rooms.ledger.store().read(|conn| {
        let servers = all(conn)?.into_iter();
        servers
            .map(|server| view(conn, server))
            .collect::<Result<_, StoreError>>()
    });
    Ok(Json(ServersView { items: items.await? }))
}

/// Register a room server. It is asked from now on whether it answers; `health` says so within seconds.
#[utoipa::path(operation_id = "register_room_server", tag = "rooms", request_body = NewServerBody,
    params(IdempotencyKey),
    responses((status = 201, body = ServerView)))]
#[post("/v1/admin/room-servers")]
pub(super) async fn register(
    caller: Caller,
    body: Json<NewServerBody>,
    key: IdempotencyKey,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<ServerView>, Problem> {
    let once = key.bind(Asker::Member(caller.id), "register_room_server", &body.0)?;
    let new = body.0.checked(&rooms.egress)?;
    let id = Id::new(rooms.ledger.now(), rooms.ledger.rng());
    let vault = rooms.vault.clone();
    let written = rooms
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            let server = idempotency::once(
                tx,
                &once,
                id,
                |tx| register_server(tx, &vault, id, &new),
                |tx, id| {
                    let known = all(tx.conn)?.into_iter().find(|server| server.id == id);
                    known.ok_or(RoomError::ServerUnknown)
                },
            )?;
            Ok::<_, RoomError>(view(tx.conn, server)?)
        })
        .await?;
    Ok(WriteResponse::created(
        written.value,
        rooms.read_model.settle(written.position).await,
    ))
}

/// Give a room server other addresses and secrets, all of them. For another `admin_url` its rooms must be closed,
/// and gone from it: nobody would put out those who are in them at the old place.
#[utoipa::path(operation_id = "replace_room_server", tag = "rooms", request_body = NewServerBody,
    params(("id" = RoomServerId, Path, description = "Which."), Leave),
    responses((status = 200, body = ServerView)))]
#[put("/v1/admin/room-servers/{id}")]
pub(super) async fn replace(
    caller: Caller,
    id: Segments<RoomServerId>,
    leave: Query<Leave>,
    body: Json<NewServerBody>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<ServerView>, Problem> {
    let (id, new, vault) = (id.0, body.0.checked(&rooms.egress)?, rooms.vault.clone());
    let written = rooms
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            let server = change_server(tx, &vault, id, &new, leave.0.abandon)?;
            Ok::<_, RoomError>(view(tx.conn, server)?)
        })
        .await?;
    let position = rooms.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(written.value, position))
}

/// Take a room server away. Its rooms must be closed, and gone from it.
#[utoipa::path(operation_id = "remove_room_server", tag = "rooms",
    params(("id" = RoomServerId, Path, description = "Which."), Leave),
    responses((status = 204, description = "It is none of ours any more.")))]
#[delete("/v1/admin/room-servers/{id}")]
pub(super) async fn remove(
    caller: Caller,
    id: Segments<RoomServerId>,
    leave: Query<Leave>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<()>, Problem> {
    let (id, abandon) = (id.0, leave.0.abandon);
    let written = rooms
        .ledger
        .write(Actor::Person(caller.person), move |tx| remove_server(tx, id, abandon))
        .await
        .map_err(|error: RoomError| Problem::from(error))?;
    Ok(WriteResponse::nothing(rooms.read_model.settle(written.position).await))
}
