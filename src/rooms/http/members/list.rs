//! `GET /v1/rooms`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, Query},
    platform::ledger::events::{RoomAccess, Speakers},
    rooms::{Room, RoomName, http::Rooms, seen},
};

/// An open room that is for the member.
#[derive(Serialize, ToSchema)]
struct RoomCard {
    /// Its id.
    id: String,
    /// Whom it is for.
    access: RoomAccess,
    /// Who speaks, of those who may.
    speakers: Speakers,
    /// How many seats there are.
    capacity: u32,
}

impl From<Room> for RoomCard {
    fn from(room: Room) -> Self {
        Self {
            id: room.name.to_string(),
            access: room.access,
            speakers: room.speakers,
            capacity: room.capacity,
        }
    }
}

/// The open rooms, by their ids: those for members, and those for guests where one has a place. Whether one is admitted,
/// each room tells.
#[utoipa::path(operation_id = "list_my_rooms", tag = "rooms", params(Paging),
    responses((status = 200, body = Page<RoomCard>)))]
#[get("/v1/rooms")]
pub(in crate::rooms::http) async fn list(
    caller: Caller,
    paging: Query<Paging>,
    cursors: Cursors,
    rooms: Data<Rooms>,
) -> Result<Json<Page<RoomCard>>, Problem> {
    let after = cursors
        .read::<(RoomName,)>(paging.0.cursor.as_deref())?
        .map(|(name,)| name);
    let (limit, person, role) = (paging.0.limit, caller.person, caller.role);
    let read = rooms
        .ledger
        .store()
        .read(move |conn| seen::open_to(conn, person, role, after.as_ref(), limit.and_one()));
    Ok(Json(Page::of(
        read.await?,
        limit,
        &cursors,
        |room| (room.name.to_string(),),
        RoomCard::from,
    )))
}
