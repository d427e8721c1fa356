//! `GET /v1/admin/rooms` and `GET /v1/admin/rooms/{room}`

use actix_web::{get, web::Data};

use super::RoomView;
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments, problems},
    rooms::{RoomName, http::Rooms, queries},
};

/// Rooms in the order of their ids, the closed ones too.
#[utoipa::path(operation_id = "list_rooms", tag = "rooms", params(Paging), responses((status = 200, body = Page<RoomView>)))]
#[get("/v1/admin/rooms")]
pub(in crate::rooms::http) async fn list(
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
        .read(move |conn| queries::rooms(conn, after.as_ref(), limit.and_one(), now))
        .await?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |one| (one.room.name.to_string(),),
        RoomView::from,
    )))
}

problems!(ShowRoomProblems: RoomUnknown);

/// A room.
#[utoipa::path(operation_id = "show_room", tag = "rooms",
    params(("room" = String, Path, description = "The room's id.")),
    responses((status = 200, body = RoomView), ShowRoomProblems))]
#[get("/v1/admin/rooms/{room}")]
pub(in crate::rooms::http) async fn show(
    _caller: Caller,
    room: Segments<RoomName>,
    rooms: Data<Rooms>,
) -> Result<Json<RoomView>, Problem> {
    let (name, now) = (room.0, rooms.ledger.now());
    let found = rooms.ledger.store().read(move |conn| {
        let room = queries::room(conn, &name)?;
        room.map(|room| queries::room_overview(conn, room, now)).transpose()
    });
    let found = found.await?.ok_or_else(|| Problem::new(ProblemKind::RoomUnknown))?;
    Ok(Json(found.into()))
}
