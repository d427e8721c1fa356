//! `GET /v1/admin/rooms/{room}/acts` and `GET /v1/admin/people/{id}/room-acts`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::places::RoomPerson;
use crate::{
    http::{Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments, problems},
    platform::{
        ledger::events::{Act, ReasonCode},
        store::Conn,
        terms::{PersonId, ServiceId, TicketId, Timestamp},
    },
    rooms::{
        RoomName,
        http::Rooms,
        queries,
        seen::{self, ActSeen},
    },
};

/// What a moderator or a filter did about somebody in a room.
#[derive(Serialize, ToSchema)]
struct ActView {
    /// When.
    at: Timestamp,
    /// In which room: its id.
    room: String,
    /// What.
    act: Act,
    /// About whom.
    person: RoomPerson,
    /// Under which ticket they were there.
    participant: TicketId,
    /// Why.
    reason: ReasonCode,
    /// Until when it holds, where it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// The member who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<RoomPerson>,
    /// The filter that did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<FilterView>,
}

/// A filter.
#[derive(Serialize, ToSchema)]
struct FilterView {
    /// The service's id.
    id: ServiceId,
    /// Its name.
    name: String,
}

impl From<ActSeen> for ActView {
    fn from(seen: ActSeen) -> Self {
        Self {
            at: seen.act.at,
            room: seen.room.to_string(),
            act: seen.act.act,
            person: seen.on.into(),
            participant: seen.act.ticket,
            reason: seen.act.reason,
            until: seen.act.until,
            by: seen.by.map(RoomPerson::from),
            filter: seen.filter.map(|(id, name)| FilterView { id, name }),
        }
    }
}

problems!(ListRoomActsProblems: RoomUnknown);

/// What moderators and filters did in a room, the newest first.
#[utoipa::path(operation_id = "list_room_acts", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), Paging),
    responses((status = 200, body = Page<ActView>), ListRoomActsProblems))]
#[get("/v1/admin/rooms/{room}/acts")]
pub(in crate::rooms::http) async fn list(
    room: Segments<RoomName>,
    paging: Query<Paging>,
    cursors: Cursors,
    rooms: Data<Rooms>,
) -> Result<Json<Page<ActView>>, Problem> {
    let before = cursors.read::<(i64,)>(paging.0.cursor.as_deref())?.map(|(row,)| row);
    let (name, limit) = (room.0, paging.0.limit);
    let read = rooms.ledger.store().read(move |conn: &mut Conn| {
        let room = queries::room(conn, &name)?;
        let acts = room.map(|room| seen::acts(conn, &room, before, limit.and_one()));
        acts.transpose()
    });
    let found = read.await?.ok_or_else(|| Problem::new(ProblemKind::RoomUnknown))?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |one| (one.act.id,),
        ActView::from,
    )))
}

problems!(ListRoomActsAboutProblems:);

/// What moderators and filters did about one member in every room, the newest first.
#[utoipa::path(operation_id = "list_room_acts_about", tag = "rooms",
    params(("id" = PersonId, Path, description = "The person's id."), Paging),
    responses((status = 200, body = Page<ActView>), ListRoomActsAboutProblems))]
#[get("/v1/admin/people/{id}/room-acts")]
pub(in crate::rooms::http) async fn list_about(
    id: Segments<PersonId>,
    paging: Query<Paging>,
    cursors: Cursors,
    rooms: Data<Rooms>,
) -> Result<Json<Page<ActView>>, Problem> {
    let before = cursors.read::<(i64,)>(paging.0.cursor.as_deref())?.map(|(row,)| row);
    let (id, limit) = (id.0, paging.0.limit);
    let read = rooms
        .ledger
        .store()
        .read(move |conn: &mut Conn| seen::acts_about(conn, id, before, limit.and_one()));
    let found = read.await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |one| (one.act.id,),
        ActView::from,
    )))
}
