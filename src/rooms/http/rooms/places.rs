//! `/v1/admin/rooms/{room}/places`: what members are in one room.

use std::sync::Arc;

use actix_web::{delete, get, put, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments, WriteResponse, problems},
    people::{Handle, Name},
    platform::{
        ledger::{Actor, events::Place},
        store::Conn,
        terms::{PersonId, PersonRow, Timestamp},
    },
    rooms::{
        Placed, RoomName,
        commands::{self, NewPlace},
        http::Rooms,
        queries, seen,
    },
};

/// Somebody of the community.
#[derive(Serialize, ToSchema)]
pub(super) struct RoomPerson {
    /// Their public id.
    id: PersonId,
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    handle: Option<Handle>,
}

impl From<Name> for RoomPerson {
    fn from(name: Name) -> Self {
        Self {
            id: name.id,
            handle: name.handle,
        }
    }
}

/// What somebody is in a room.
#[derive(Serialize, ToSchema)]
struct PlacedView {
    /// Their place; missing where they have none, and were muted or put out.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    /// Until when they only listen; it may be over.
    #[serde(skip_serializing_if = "Option::is_none")]
    muted_until: Option<Timestamp>,
    /// Until when they stay out; it may be over.
    #[serde(skip_serializing_if = "Option::is_none")]
    barred_until: Option<Timestamp>,
}

impl From<Placed> for PlacedView {
    fn from(placed: Placed) -> Self {
        Self {
            place: placed.place,
            muted_until: placed.muted_until,
            barred_until: placed.barred_until,
        }
    }
}

/// Somebody who has a place in a room, or was muted or put out there.
#[derive(Serialize, ToSchema)]
struct RoomPlaceView {
    /// Who.
    person: RoomPerson,
    /// What they are there.
    #[serde(flatten)]
    placed: PlacedView,
}

problems!(ListPlacesProblems: RoomUnknown);

/// Those who have a place in a room, or were muted or put out there, in the order in which they joined the community.
#[utoipa::path(operation_id = "list_places", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), Paging),
    responses((status = 200, body = Page<RoomPlaceView>), ListPlacesProblems))]
#[get("/v1/admin/rooms/{room}/places")]
pub(in crate::rooms::http) async fn list(
    room: Segments<RoomName>,
    paging: Query<Paging>,
    cursors: Cursors,
    rooms: Data<Rooms>,
) -> Result<Json<Page<RoomPlaceView>>, Problem> {
    let after = cursors
        .read::<(PersonRow,)>(paging.0.cursor.as_deref())?
        .map(|(row,)| row);
    let (name, limit) = (room.0, paging.0.limit);
    let read = rooms.ledger.store().read(move |conn: &mut Conn| {
        let room = queries::room(conn, &name)?;
        let places = room.map(|room| seen::places(conn, &room, after, limit.and_one()));
        places.transpose()
    });
    let found = read.await?.ok_or_else(|| Problem::new(ProblemKind::RoomUnknown))?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |one| (one.row,),
        |one| RoomPlaceView {
            person: one.name.into(),
            placed: one.placed.into(),
        },
    )))
}

/// A place to give.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlaceBody {
    /// Which.
    place: Place,
}

problems!(GivePlaceProblems: RoomUnknown, RoomCannotHide);

/// Give a member a place in a room. It takes effect on their seat at once; whether they were muted or put out stays.
#[utoipa::path(operation_id = "give_place", tag = "rooms", request_body = PlaceBody,
    params(("room" = String, Path, description = "The room's id."), ("person" = PersonId, Path, description = "The member.")),
    responses((status = 200, body = PlacedView), GivePlaceProblems))]
#[put("/v1/admin/rooms/{room}/places/{person}")]
pub(in crate::rooms::http) async fn give(
    caller: Caller,
    path: Segments<(RoomName, PersonId)>,
    body: Json<PlaceBody>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<PlacedView>, Problem> {
    let ((room, person), place) = (path.0, body.0.place);
    let (placed, position) = set(&rooms, &caller, room, person, Some(place)).await?;
    Ok(WriteResponse::ok(placed.into(), position))
}

problems!(TakePlaceProblems: RoomUnknown, NotTheirModerator);

/// Take a member's place in a room, with what a moderator or a filter decided about them there: they are muted, or kept
/// out, no longer. What holds them back is lifted by whoever stands higher alone.
#[utoipa::path(operation_id = "take_place", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), ("person" = PersonId, Path, description = "The member.")),
    responses((status = 204, description = "They have none."), TakePlaceProblems))]
#[delete("/v1/admin/rooms/{room}/places/{person}")]
pub(in crate::rooms::http) async fn take(
    caller: Caller,
    path: Segments<(RoomName, PersonId)>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<()>, Problem> {
    let (room, person) = path.0;
    let (_, position) = set(&rooms, &caller, room, person, None).await?;
    Ok(WriteResponse::nothing(position))
}

async fn set(
    rooms: &Rooms,
    caller: &Caller,
    room: RoomName,
    person: PersonId,
    place: Option<Place>,
) -> Result<(Placed, String), Problem> {
    let (policy, vault, kinds) = (
        Arc::clone(&rooms.policy),
        rooms.vault.clone(),
        rooms.servers.kinds().clone(),
    );
    let new = NewPlace {
        room,
        by: caller.person,
        person,
        place,
    };
    let written = rooms.ledger.write(Actor::Person(caller.person), move |tx| {
        commands::set_place(tx, &vault, &policy, &kinds, &new)
    });
    let written = written.await?;
    let position = rooms.read_model.settle(written.position).await;
    Ok((written.value, position))
}
