//! `PUT /v1/admin/rooms/{room}`

use std::sync::Arc;

use actix_web::{put, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{RoomView, check_capacity, who::WhoBody};
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems, whole},
    platform::{
        ledger::{
            Actor,
            events::{RoomAccess, Speakers},
        },
        terms::Assurance,
    },
    rooms::{RoomChange, RoomError, RoomName, commands, http::Rooms, queries},
};

/// What a room is to ask for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoomBody {
    /// The assurance that a member needs to enter.
    enter: Assurance,
    /// The assurance that a member needs to speak.
    speak: Assurance,
    /// How many seats there are. Where more are taken, nobody is put out, and nobody is let in.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 100_000)]
    capacity: u32,
    /// Whether it is open. Closing it ends all its tickets.
    open: bool,
    /// Whom it is for; as it is where nothing is said. In a room that becomes one for guests, those who are in it are
    /// guests, and the invites that were made for it before lead nowhere.
    access: Option<RoomAccess>,
    /// Who speaks, of those who may; as it is where nothing is said.
    speakers: Option<Speakers>,
    /// Whom it asks for besides; as it is where nothing is said.
    who: Option<WhoBody>,
}

problems!(ReplaceRoomProblems: InvalidField, InvalidValue, RoomUnknown, RoomServerUnknown);

/// Change the terms of a room, close it or open it. Whoever is in it and no longer satisfies the terms is put out;
/// whoever may no longer speak is muted.
#[utoipa::path(operation_id = "replace_room", tag = "rooms", 
    request_body(content = RoomBody, example = json!({
        "enter": "contact", "speak": "checked", "capacity": 8000, "open": true, "access": "guests", "speakers": "stage",
        "who": { "enters": { "age_from": 16 }, "speaks": { "roles": ["member"] }, "moderates": { "roles": ["reviewer"] } },
    })),
    params(("room" = String, Path, description = "The room's id.")),
    responses((status = 200, body = RoomView), ReplaceRoomProblems))]
#[put("/v1/admin/rooms/{room}")]
pub(in crate::rooms::http) async fn replace(
    caller: Caller,
    room: Segments<RoomName>,
    body: Json<RoomBody>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<RoomView>, Problem> {
    let (name, body) = (room.0, body.0);
    check_capacity(body.capacity)?;
    body.who.as_ref().map_or(Ok(()), WhoBody::check)?;
    let (policy, vault) = (Arc::clone(&rooms.policy), rooms.vault.clone());
    let written = rooms.ledger.write(Actor::Person(caller.person), move |tx| {
        let change = RoomChange {
            enter: body.enter,
            speak: body.speak,
            capacity: body.capacity,
            open: body.open,
            access: body.access,
            speakers: body.speakers,
            who: body.who.as_ref().map(|who| who.read(tx.conn)).transpose()?,
        };
        let room = commands::change_room(tx, &vault, &policy, &name, &change)?;
        Ok::<_, RoomError>(queries::room_overview(tx.conn, room, tx.now)?)
    });
    let written = written.await?;
    let position = rooms.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(written.value.into(), position))
}
