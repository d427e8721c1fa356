//! `PUT` and `DELETE /v1/rooms/{room}/hand`

use actix_web::{delete, put, web::Data};

use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    platform::ledger::Actor,
    rooms::{RoomName, commands, http::Rooms},
};

problems!(RaiseHandProblems: RoomUnknown, NotInRoom, NothingToAsk, TooManyRequests);

/// Ask to speak in a room where one listens. Its moderators see it.
#[utoipa::path(operation_id = "raise_hand", tag = "rooms",
    params(("room" = String, Path, description = "The room's id.")),
    responses((status = 204, description = "It is asked."), RaiseHandProblems))]
#[put("/v1/rooms/{room}/hand")]
pub(in crate::rooms::http) async fn raise(
    caller: Caller,
    room: Segments<RoomName>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<()>, Problem> {
    let (name, vault, pace, person) = (room.0, rooms.vault.clone(), rooms.issuer.pace(), caller.person);
    let written = rooms.ledger.write(Actor::Person(person), move |tx| {
        commands::raise_hand(tx, &vault, pace, person, &name)
    });
    Ok(WriteResponse::nothing(rooms.read_model.token(written.await?.position)))
}

problems!(LowerHandProblems: RoomUnknown, TooManyRequests);

/// Ask no longer.
#[utoipa::path(operation_id = "lower_hand", tag = "rooms",
    params(("room" = String, Path, description = "The room's id.")),
    responses((status = 204, description = "It is not asked."), LowerHandProblems))]
#[delete("/v1/rooms/{room}/hand")]
pub(in crate::rooms::http) async fn lower(
    caller: Caller,
    room: Segments<RoomName>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<()>, Problem> {
    let (name, vault, pace, person) = (room.0, rooms.vault.clone(), rooms.issuer.pace(), caller.person);
    let written = rooms.ledger.write(Actor::Person(person), move |tx| {
        commands::lower_hand(tx, &vault, pace, person, &name)
    });
    Ok(WriteResponse::nothing(rooms.read_model.token(written.await?.position)))
}
