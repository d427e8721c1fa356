//! `PUT /v1/admin/rooms/{room}`

use std::sync::Arc;

use actix_web::{put, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{RoomView, terms};
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems, whole},
    platform::{ledger::Actor, terms::Assurance},
    rooms::{RoomError, RoomName, commands, http::Rooms, queries},
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
}

problems!(ReplaceRoomProblems: InvalidField, RoomUnknown, RoomServerUnknown);

/// Change the terms of a room, close it or open it. Whoever is in it and no longer satisfies the terms is put out;
/// whoever may no longer speak is muted.
#[utoipa::path(operation_id = "replace_room", tag = "rooms", request_body = RoomBody,
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
    let terms = terms(body.enter, body.speak, body.capacity)?;
    let policy = Arc::clone(&rooms.policy);
    let written = rooms.ledger.write(Actor::Person(caller.person), move |tx| {
        let room = commands::change_room(tx, &policy, &name, &terms, body.open)?;
        Ok::<_, RoomError>(queries::room_overview(tx.conn, room, tx.now)?)
    });
    let written = written.await?;
    let position = rooms.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(written.value.into(), position))
}
