//! `DELETE /v1/admin/room-servers/{id}`

use actix_web::{delete, web::Data};

use super::Leave;
use crate::{
    http::{Caller, Problem, Query, Segments, WriteResponse, problems},
    platform::{ledger::Actor, terms::RoomServerId},
    rooms::{commands, http::Rooms},
};

problems!(RemoveRoomServerProblems: RoomServerUnknown, RoomServerInUse, RoomServerNotCleared);

/// Remove a room server. Its rooms must be closed, and gone from it.
#[utoipa::path(operation_id = "remove_room_server", tag = "rooms",
    params(("id" = RoomServerId, Path, description = "The server's id."), Leave),
    responses((status = 204, description = "It is no longer registered."), RemoveRoomServerProblems))]
#[delete("/v1/admin/room-servers/{id}")]
pub(in crate::rooms::http) async fn remove(
    caller: Caller,
    id: Segments<RoomServerId>,
    leave: Query<Leave>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<()>, Problem> {
    let (id, abandon) = (id.0, leave.0.abandon);
    let removed = rooms.ledger.write(Actor::Person(caller.person), move |tx| {
        commands::remove_server(tx, id, abandon)
    });
    let written = removed.await.map_err(Problem::from)?;
    Ok(WriteResponse::nothing(rooms.read_model.settle(written.position).await))
}
