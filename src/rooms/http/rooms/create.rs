//! `POST /v1/admin/rooms`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{RoomView, check_capacity, who::WhoBody};
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, WriteResponse, problems, whole},
    platform::{
        idempotency::Asker,
        ledger::{
            Actor,
            events::{RoomAccess, Speakers},
        },
        terms::{Assurance, RoomServerId},
    },
    rooms::{CAPACITY, NewRoom, RoomError, RoomName, RoomTerms, SERVERS_MOST, commands, http::Rooms, queries},
};

/// A room to create.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRoomBody {
    /// Its id: 1 to 64 of A-Z, a-z, 0-9, `_` and `-`.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{1,64}$")]
    id: RoomName,
    /// The room servers that hold it, none twice. Its seats are spread over them.
    #[schema(min_items = 1, max_items = 16)]
    servers: Vec<RoomServerId>,
    /// The assurance that a member needs to enter; `contact` where none is given.
    #[serde(default = "contact")]
    enter: Assurance,
    /// The assurance that a member needs to speak; `contact` where none is given.
    #[serde(default = "contact")]
    speak: Assurance,
    /// How many seats there are; 8000 where no number is given.
    #[serde(default = "capacity", deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 100_000)]
    capacity: u32,
    /// Whom it is for; `members` where nothing is said.
    #[serde(default = "members")]
    access: RoomAccess,
    /// Who speaks, of those who may; `everybody` where nothing is said.
    #[serde(default = "everybody")]
    speakers: Speakers,
    /// Whom it asks for besides; nobody in particular where nothing is said.
    #[serde(default)]
    who: WhoBody,
}

const fn members() -> RoomAccess {
    RoomAccess::Members
}
const fn everybody() -> Speakers {
    Speakers::Everybody
}
const fn contact() -> Assurance {
    Assurance::Contact
}
const fn capacity() -> u32 {
    CAPACITY
}

/// The servers of a room, where they are some and none is named twice.
fn servers(given: Vec<RoomServerId>) -> Result<Vec<RoomServerId>, Problem> {
    let mut each = given.clone();
    each.sort_unstable();
    each.dedup();
    if !(1..=SERVERS_MOST).contains(&given.len()) {
        return Err(Problem::field("/servers", format!("Give 1 to {SERVERS_MOST}.")));
    }
    if each.len() < given.len() {
        return Err(Problem::value("/servers", "Name each server once."));
    }
    Ok(given)
}

problems!(CreateRoomProblems: InvalidField, InvalidValue, RoomServerUnknown, RoomExists, RoomUnknown);

/// Create a room; it is open. Its servers have it within a second.
#[utoipa::path(operation_id = "create_room", tag = "rooms", 
    request_body(content = NewRoomBody, example = json!({
        "id": "main-stage", "servers": ["server_01m82w2kpge9882cqktr4vqnh5"], "enter": "contact", "speak": "checked",
        "capacity": 8000, "access": "members", "speakers": "stage",
        "who": { "enters": { "age_from": 16 }, "speaks": { "roles": ["member"] }, "moderates": { "roles": ["reviewer"] } },
    })),
    params(IdempotencyKey),
    responses((status = 201, body = RoomView), CreateRoomProblems))]
#[post("/v1/admin/rooms")]
pub(in crate::rooms::http) async fn create(
    caller: Caller,
    body: Json<NewRoomBody>,
    key: IdempotencyKey,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<RoomView>, Problem> {
    let key = key.bind(Asker::Member(caller.id), "create_room", &body.0)?;
    let body = body.0;
    check_capacity(body.capacity)?;
    body.who.check()?;
    let servers = servers(body.servers.clone())?;
    let vault = rooms.vault.clone();
    let written = rooms.ledger.write(Actor::Person(caller.person), move |tx| {
        let new = NewRoom {
            name: body.id.clone(),
            servers: servers.clone(),
            terms: RoomTerms {
                enter: body.enter,
                speak: body.speak,
                capacity: body.capacity,
                access: body.access,
                speakers: body.speakers,
                who: body.who.read(tx.conn)?,
            },
        };
        let room = commands::create_room(tx, &vault, &key, &new)?;
        Ok::<_, RoomError>(queries::room_overview(tx.conn, room, tx.now)?)
    });
    let written = written.await?;
    let position = rooms.read_model.settle(written.position).await;
    Ok(WriteResponse::created(written.value.into(), position))
}
