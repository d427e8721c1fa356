//! Rooms, for those who run the community.

use std::sync::Arc;

use actix_web::{get, post, put, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    super::{CAPACITY, CAPACITY_MOST, NewRoom, Room, RoomError, RoomName, RoomTerms, change, create as make, records},
    Rooms,
};
use crate::{
    http::{
        Caller, Cursors, IdempotencyKey, Json, Page, Paging, Problem, ProblemKind, Query, Segments, WriteResponse,
        whole,
    },
    platform::{
        idempotency::{self, Asker},
        ledger::Actor,
        store::{Conn, StoreError},
        terms::{Assurance, RoomServerId, Timestamp},
    },
};

/// A room.
#[derive(Serialize, ToSchema)]
struct RoomView {
    /// Its id, here and on its server.
    id: String,
    /// Where it is held.
    server: RoomServerId,
    /// How surely we must know who enters; the policy may ask for more.
    enter: Assurance,
    /// How surely we must know who speaks; the policy may ask for more.
    speak: Assurance,
    /// How many seats there are.
    capacity: u32,
    /// How many of them are taken.
    taken: i64,
    /// Whether it is open.
    open: bool,
    /// In what way its server does not do what it is told in this room alone; none of its tickets is given out
    /// meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// Since when it is there.
    created_at: Timestamp,
}

fn view(conn: &mut Conn, room: Room, now: Timestamp) -> Result<RoomView, StoreError> {
    Ok(RoomView {
        server: records::server_id(conn, room.server)?,
        taken: records::taken(conn, room.row, now)?,
        id: room.name.to_string(),
        enter: room.enter,
        speak: room.speak,
        capacity: room.capacity,
        open: room.open,
        failure: room.failure,
        created_at: room.created_at,
    })
}

/// A room to make.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRoomBody {
    /// Its id: 1 to 64 of A-Z, a-z, 0-9, `_` and `-`.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{1,64}$")]
    id: RoomName,
    /// The room server that holds it.
    server: RoomServerId,
    /// How surely we must know who enters; `contact` where nothing is said.
    #[serde(default = "contact")]
    enter: Assurance,
    /// How surely we must know who speaks; `contact` where nothing is said.
    #[serde(default = "contact")]
    speak: Assurance,
    /// How many seats there are: 8000 where nothing is said.
    #[serde(default = "capacity", deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 100_000)]
    capacity: u32,
}

/// What a room is to ask for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoomBody {
    /// How surely we must know who enters.
    enter: Assurance,
    /// How surely we must know who speaks.
    speak: Assurance,
    /// How many seats there are. Below the number of those taken, nobody goes, and nobody comes.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 100_000)]
    capacity: u32,
    /// Whether it is open. Closing it ends all its seats.
    open: bool,
}

const fn contact() -> Assurance {
    Assurance::Contact
}
const fn capacity() -> u32 {
    CAPACITY
}

fn terms(enter: Assurance, speak: Assurance, capacity: u32) -> Result<RoomTerms, Problem> {
    if !(1..=CAPACITY_MOST).contains(&capacity) {
        return Err(Problem::field("/capacity", format!("Give 1 to {CAPACITY_MOST}.")));
    }
    Ok(RoomTerms { enter, speak, capacity })
}

/// Rooms in the order of their ids, the closed ones too.
#[utoipa::path(operation_id = "list_rooms", tag = "rooms", params(Paging), responses((status = 200, body = Page<RoomView>)))]
#[get("/v1/admin/rooms")]
pub(super) async fn list(
    _caller: Caller,
    paging: Query<Paging>,
    cursors: Cursors,
    rooms: Data<Rooms>,
) -> Result<Json<Page<RoomView>>, Problem> {
    let after = cursors.read::<(RoomName,)>(paging.0.cursor.as_deref())?;
    let after = after.map(|(name,)| name);
    let (limit, now) = (paging.0.limit, rooms.ledger.now());
    let found = rooms
        .ledger
        .store()
        .read(move |conn| {
            let found = records::rooms(conn, after.as_ref(), limit.and_one())?;
            found
                .into_iter()
                .map(|room| view(conn, room, now))
                .collect::<Result<Vec<_>, StoreError>>()
        })
        .await?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |room| (room.id.clone(),),
        |room| room,
    )))
}

/// Make a room; it is open. Its server has it within a second.
#[utoipa::path(operation_id = "create_room", tag = "rooms", request_body = NewRoomBody,
    params(IdempotencyKey),
    responses((status = 201, body = RoomView)))]
#[post("/v1/admin/rooms")]
pub(super) async fn create(
    caller: Caller,
    body: Json<NewRoomBody>,
    key: IdempotencyKey,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<RoomView>, Problem> {
    let once = key.bind(Asker::Member(caller.id), "create_room", &body.0)?;
    let body = body.0;
    let new = NewRoom {
        terms: terms(body.enter, body.speak, body.capacity)?,
        name: body.id,
        server: body.server,
    };
    let vault = rooms.vault.clone();
    let written = rooms
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            // A room is known by its name: the key need not say which it was.
            let room = idempotency::once(
                tx,
                &once,
                RoomServerId::from_uuid(uuid::Uuid::nil()),
                |tx| make(tx, &vault, &new),
                |tx, _| records::room(tx.conn, &new.name)?.ok_or(RoomError::Unknown),
            )?;
            Ok::<_, RoomError>(view(tx.conn, room, tx.now)?)
        })
        .await?;
    Ok(WriteResponse::created(
        written.value,
        rooms.read_model.settle(written.position).await,
    ))
}

/// A room.
#[utoipa::path(operation_id = "show_room", tag = "rooms",
    params(("room" = String, Path, description = "The room's id.")),
    responses((status = 200, body = RoomView)))]
#[get("/v1/admin/rooms/{room}")]
pub(super) async fn show(
    _caller: Caller,
    room: Segments<RoomName>,
    rooms: Data<Rooms>,
) -> Result<Json<RoomView>, Problem> {
    let (name, now) = (room.0, rooms.ledger.now());
    let found = rooms.ledger.store().read(move |conn| {
        let room = records::room(conn, &name)?;
        room.map(|room| view(conn, room, now)).transpose()
    });
    Ok(Json(
        found.await?.ok_or_else(|| Problem::new(ProblemKind::RoomUnknown))?,
    ))
}

/// Change what a room asks for, close it or open it. Whoever is in it and no longer satisfies it is put out;
/// whoever may no longer speak is muted.
#[utoipa::path(operation_id = "replace_room", tag = "rooms", request_body = RoomBody,
    params(("room" = String, Path, description = "The room's id.")),
    responses((status = 200, body = RoomView)))]
#[put("/v1/admin/rooms/{room}")]
pub(super) async fn replace(
    caller: Caller,
    room: Segments<RoomName>,
    body: Json<RoomBody>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<RoomView>, Problem> {
    let (name, body) = (room.0, body.0);
    let terms = terms(body.enter, body.speak, body.capacity)?;
    let policy = Arc::clone(&rooms.policy);
    let written = rooms
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            let room = change(tx, &policy, &name, &terms, body.open)?;
            Ok::<_, RoomError>(view(tx.conn, room, tx.now)?)
        })
        .await?;
    let position = rooms.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(written.value, position))
}
