//! `PUT /v1/admin/room-servers/{id}`

use actix_web::{put, web::Data};

use super::{Leave, NewServerBody, ServerView};
use crate::{
    http::{Caller, Json, Problem, Query, Segments, WriteResponse, problems},
    platform::{ledger::Actor, terms::RoomServerId},
    rooms::{RoomError, commands, http::Rooms, queries},
};

problems!(ReplaceRoomServerProblems: InvalidValue, RoomServerUnknown, RoomServerInUse, RoomServerNotCleared);

/// Replace the settings of a room server, all of them. Before it is managed at another place (another `admin_url`),
/// its rooms must be closed and gone from it: nobody would put out those who are in them at the old place.
#[utoipa::path(operation_id = "replace_room_server", tag = "rooms", request_body = NewServerBody,
    params(("id" = RoomServerId, Path, description = "The server's id."), Leave),
    responses((status = 200, body = ServerView), ReplaceRoomServerProblems))]
#[put("/v1/admin/room-servers/{id}")]
pub(in crate::rooms::http) async fn replace(
    caller: Caller,
    id: Segments<RoomServerId>,
    leave: Query<Leave>,
    body: Json<NewServerBody>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<ServerView>, Problem> {
    let (id, new, vault) = (id.0, body.0.checked(&rooms)?, rooms.vault.clone());
    let written = rooms.ledger.write(Actor::Person(caller.person), move |tx| {
        let server = commands::replace_server(tx, &vault, id, &new, leave.0.abandon)?;
        Ok::<_, RoomError>(queries::server_overview(tx.conn, server)?)
    });
    let written = written.await?;
    let view = ServerView::of(written.value, rooms.servers.kinds());
    Ok(WriteResponse::ok(view, rooms.read_model.settle(written.position).await))
}
