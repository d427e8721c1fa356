//! `GET /v1/admin/rooms/{room}/participants`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments, problems},
    people::Handle,
    platform::{
        store::{Conn, StoreError},
        terms::{PersonId, TicketId, Timestamp},
    },
    rooms::{ParticipantRole, RoomName, http::Rooms, queries},
};

/// Somebody who has a seat.
#[derive(Serialize, ToSchema)]
struct SeatView {
    /// Their ticket, which is the participant's id on the room's server.
    ticket: TicketId,
    /// Who.
    person: SeatPerson,
    /// Whether they may speak; whoever may not listens.
    speaks: bool,
    /// As what they are there.
    part: ParticipantRole,
    /// Since when they have the ticket.
    since: Timestamp,
    /// Until when it is good.
    expires_at: Timestamp,
}

/// Who has a seat.
#[derive(Serialize, ToSchema)]
struct SeatPerson {
    /// Their public id.
    id: PersonId,
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    handle: Option<Handle>,
}

problems!(ListParticipantsProblems: RoomUnknown);

/// Who has a seat in a room: a ticket that is good, the oldest first. Whoever has one may be in the room, and nobody else; whether they have
/// entered, the room's server knows.
#[utoipa::path(operation_id = "list_participants", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), Paging),
    responses((status = 200, body = Page<SeatView>), ListParticipantsProblems))]
#[get("/v1/admin/rooms/{room}/participants")]
pub(in crate::rooms::http) async fn list_participants(
    room: Segments<RoomName>,
    paging: Query<Paging>,
    cursors: Cursors,
    rooms: Data<Rooms>,
) -> Result<Json<Page<SeatView>>, Problem> {
    let after = cursors.read::<(TicketId,)>(paging.0.cursor.as_deref())?.map(|(id,)| id);
    let (name, limit, now) = (room.0, paging.0.limit, rooms.ledger.now());
    let read = rooms.ledger.store().read(move |conn: &mut Conn| {
        let Some(room) = queries::room(conn, &name)? else {
            return Ok(None);
        };
        Ok::<_, StoreError>(Some(queries::participants(conn, &room, after, limit.and_one(), now)?))
    });
    let found = read.await?.ok_or_else(|| Problem::new(ProblemKind::RoomUnknown))?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |seat| (seat.ticket,),
        |seat| SeatView {
            ticket: seat.ticket,
            person: SeatPerson {
                id: seat.name.id,
                handle: seat.name.handle,
            },
            speaks: seat.part == ParticipantRole::Speaker,
            part: seat.part,
            since: seat.since,
            expires_at: seat.expires_at,
        },
    )))
}
