//! `GET /v1/rooms/{room}/participants`

use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{Caller, Cursors, Json, Limit, Page, Problem, ProblemKind, Query, Segments, problems},
    people::Handle,
    platform::{
        ledger::events::Place,
        store::StoreError,
        terms::{TicketId, Timestamp},
    },
    rooms::{
        ParticipantRole, RoomName,
        http::Rooms,
        seen::{self, InRoom},
    },
};

/// Which of those in a room.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rooms::http) struct Wanted {
    /// Only those who ask to speak, who has asked longest first; one page of them.
    #[serde(default)]
    hands: Option<bool>,
    /// Where the page begins, as the one before said.
    cursor: Option<String>,
    /// How many at most.
    #[serde(default)]
    limit: Limit,
}

/// Somebody in a room, as its moderators see them.
#[derive(Serialize, ToSchema)]
struct ParticipantView {
    /// Their ticket: the participant's id on the room's server, and in what is done about them.
    participant: TicketId,
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    handle: Option<Handle>,
    /// As what they are there.
    part: ParticipantRole,
    /// Their place in the room, where they have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    /// Since when they have a seat.
    since: Timestamp,
    /// Since when they ask to speak.
    #[serde(skip_serializing_if = "Option::is_none")]
    hand_raised_at: Option<Timestamp>,
    /// Until when they were muted.
    #[serde(skip_serializing_if = "Option::is_none")]
    muted_until: Option<Timestamp>,
}

impl From<InRoom> for ParticipantView {
    fn from(one: InRoom) -> Self {
        Self {
            participant: one.ticket,
            handle: one.name.handle,
            part: one.part,
            place: one.placed.place,
            since: one.since,
            hand_raised_at: one.hand,
            muted_until: one.placed.muted_until,
        }
    }
}

problems!(ListInRoomProblems: RoomUnknown, NotTheirModerator);

/// Who is in a room that one moderates: everybody who has a good ticket, hidden listeners too.
#[utoipa::path(operation_id = "list_in_room", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), Wanted),
    responses((status = 200, body = Page<ParticipantView>), ListInRoomProblems))]
#[get("/v1/rooms/{room}/participants")]
pub(in crate::rooms::http) async fn list(
    caller: Caller,
    room: Segments<RoomName>,
    wanted: Query<Wanted>,
    cursors: Cursors,
    rooms: Data<Rooms>,
) -> Result<Json<Page<ParticipantView>>, Problem> {
    let Wanted { hands, cursor, limit } = wanted.0;
    let hands = hands == Some(true);
    let after = cursors.read::<(TicketId,)>(cursor.as_deref())?.map(|(id,)| id);
    let (name, person, now, vault) = (room.0, caller.person, rooms.ledger.now(), rooms.vault.clone());
    // Whoever asks to speak is on one page: the list is worked from its head.
    let most = if hands { limit.and_one() - 1 } else { limit.and_one() };
    let read = rooms.ledger.store().read(move |conn| {
        Ok::<_, StoreError>(match seen::moderated(conn, &vault, person, &name, now)? {
            None => Err(ProblemKind::RoomUnknown),
            Some((_, false)) => Err(ProblemKind::NotTheirModerator),
            Some((room, true)) => Ok(seen::in_room(conn, &room, hands, after, most, now)?),
        })
    });
    let found = read.await?.map_err(Problem::new)?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |one| (one.ticket,),
        ParticipantView::from,
    )))
}
