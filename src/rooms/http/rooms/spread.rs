//! `PUT` and `DELETE /v1/admin/rooms/{room}/servers/{server}`

use actix_web::{delete, put, web::Data};

use super::RoomView;
use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    platform::{
        ledger::{Actor, Tx},
        terms::{PersonRow, RoomServerId},
    },
    rooms::{Room, RoomError, RoomName, commands, http::Rooms, queries},
};

problems!(PutServerOfRoomProblems: RoomUnknown, RoomServerUnknown, RoomServersFull);

/// Put a room on one more server; where it is there already, nothing changes. The next tickets are for the server with the fewest, and
/// whoever is in the room stays where they are.
#[utoipa::path(operation_id = "put_server_of_room", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), ("server" = RoomServerId, Path, description = "The server's id.")),
    responses((status = 200, body = RoomView), PutServerOfRoomProblems))]
#[put("/v1/admin/rooms/{room}/servers/{server}")]
pub(in crate::rooms::http) async fn put(
    caller: Caller,
    path: Segments<(RoomName, RoomServerId)>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<RoomView>, Problem> {
    let (name, server) = path.0;
    let change = move |tx: &mut Tx<'_>| commands::spread_room(tx, &name, server);
    changed(&rooms, caller.person, change).await
}

problems!(DeleteServerOfRoomProblems: RoomUnknown, RoomServerUnknown, RoomLastServer);

/// Take a room off one of its servers. Whoever is in it there is put out, and their tickets end; asked for another one, they get it on a
/// server that is left. A room is closed, and not taken off its last server.
#[utoipa::path(operation_id = "delete_server_of_room", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), ("server" = RoomServerId, Path, description = "The server's id.")),
    responses((status = 200, body = RoomView), DeleteServerOfRoomProblems))]
#[delete("/v1/admin/rooms/{room}/servers/{server}")]
pub(in crate::rooms::http) async fn delete(
    caller: Caller,
    path: Segments<(RoomName, RoomServerId)>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<RoomView>, Problem> {
    let (name, server) = path.0;
    let change = move |tx: &mut Tx<'_>| commands::withdraw_room(tx, &name, server);
    changed(&rooms, caller.person, change).await
}

/// Makes a change of a room's servers, and shows the room as it is then.
async fn changed(
    rooms: &Rooms,
    by: PersonRow,
    change: impl Fn(&mut Tx<'_>) -> Result<Room, RoomError> + Send + Sync + 'static,
) -> Result<WriteResponse<RoomView>, Problem> {
    let written = rooms.ledger.write(Actor::Person(by), move |tx| {
        let room = change(tx)?;
        Ok::<_, RoomError>(queries::room_overview(tx.conn, room, tx.now)?)
    });
    let written = written.await?;
    let position = rooms.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(written.value.into(), position))
}
