//! `GET /v1/admin/rooms/{room}/history`

use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::places::RoomPerson;
use crate::{
    http::{Cursors, Json, Limit, Page, Problem, ProblemKind, Query, Segments, problems},
    platform::{
        ledger::events::TicketEnd,
        store::{Conn, StoreError},
        terms::{PersonId, TicketId, Timestamp},
    },
    rooms::{
        ParticipantRole, RoomName,
        http::Rooms,
        queries,
        seen::{self, PastSeen},
    },
};

/// Whose tickets.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rooms::http) struct Whose {
    /// Only those of this member.
    person: Option<PersonId>,
    /// Where the page begins, as the one before said.
    cursor: Option<String>,
    /// How many at most.
    #[serde(default)]
    limit: Limit,
}

/// A ticket to a room, of now or of before.
#[derive(Serialize, ToSchema)]
struct PastView {
    /// Which.
    ticket: TicketId,
    /// Whose.
    person: RoomPerson,
    /// As what they were there last.
    part: ParticipantRole,
    /// Since when it was good.
    since: Timestamp,
    /// Until when it was, or will be.
    until: Timestamp,
    /// Why it ended before its time; missing where it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<TicketEnd>,
}

impl From<PastSeen> for PastView {
    fn from(PastSeen { ticket, name }: PastSeen) -> Self {
        let ended = ticket.ended_at.filter(|at| *at < ticket.expires_at);
        Self {
            ticket: ticket.uid,
            person: name.into(),
            part: ticket.part,
            since: ticket.issued_at,
            until: ended.unwrap_or(ticket.expires_at),
            why: ticket.ended_for,
        }
    }
}

problems!(ListRoomHistoryProblems: RoomUnknown);

/// Who had a seat in a room, the newest ticket first, those that are good too. Whether somebody entered by one, the
/// room's server knows.
#[utoipa::path(operation_id = "list_room_history", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), Whose),
    responses((status = 200, body = Page<PastView>), ListRoomHistoryProblems))]
#[get("/v1/admin/rooms/{room}/history")]
pub(in crate::rooms::http) async fn list(
    room: Segments<RoomName>,
    whose: Query<Whose>,
    cursors: Cursors,
    rooms: Data<Rooms>,
) -> Result<Json<Page<PastView>>, Problem> {
    let Whose { person, cursor, limit } = whose.0;
    let before = cursors.read::<(TicketId,)>(cursor.as_deref())?.map(|(id,)| id);
    let name = room.0;
    let read = rooms.ledger.store().read(move |conn: &mut Conn| {
        let Some(room) = queries::room(conn, &name)? else {
            return Ok(Err(ProblemKind::RoomUnknown));
        };
        let found = seen::history(conn, &room, person, before, limit.and_one())?;
        Ok::<_, StoreError>(found.ok_or(ProblemKind::NotFound))
    });
    let found = read.await?.map_err(Problem::new)?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |one| (one.ticket.uid,),
        PastView::from,
    )))
}
