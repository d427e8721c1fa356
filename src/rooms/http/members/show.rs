//! `GET /v1/rooms/{room}`

use std::sync::Arc;

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{Caller, Json, Problem, ProblemKind, Segments, problems},
    people::Handle,
    platform::{
        ledger::events::{ReasonCode, RoomAccess, Speakers},
        terms::{TicketId, Timestamp},
    },
    rooms::{
        Denied, Lack, ParticipantRole, RoomName,
        http::Rooms,
        seen::{self, ForMember},
    },
};

/// A room as a member sees it.
#[derive(Serialize, ToSchema)]
struct MyRoomView {
    /// Its id.
    id: String,
    /// Whom it is for.
    access: RoomAccess,
    /// Who speaks, of those who may.
    speakers: Speakers,
    /// How many seats there are.
    capacity: u32,
    /// How many of them are taken.
    taken: i64,
    /// What the member is there.
    you: YouView,
    /// Those whose place it is to moderate, 50 at most; owners and admins of the community do besides.
    moderators: Vec<ModeratorView>,
    /// The names of the services that may warn, mute and put out here.
    filters: Vec<String>,
}

/// Somebody who moderates.
#[derive(Serialize, ToSchema)]
struct ModeratorView {
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    handle: Option<Handle>,
}

/// What a member is in a room.
#[derive(Serialize, ToSchema)]
struct YouView {
    /// As what they are admitted now; missing where they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<ParticipantRole>,
    /// Whether they moderate there.
    moderates: bool,
    /// Why they get no ticket now: the slug of the problem that asking for one would be answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'static str>,
    /// What the room asks for that they lack, where it is for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    lacks: Option<Lack>,
    /// For how many seconds more.
    #[serde(skip_serializing_if = "Option::is_none")]
    wait: Option<u32>,
    /// Their ticket, where they have a good one.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<TicketId>,
    /// Since when they have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// Until when it is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// Since when they ask to speak.
    #[serde(skip_serializing_if = "Option::is_none")]
    hand_raised_at: Option<Timestamp>,
    /// Until when a moderator or a filter has muted them.
    #[serde(skip_serializing_if = "Option::is_none")]
    muted_until: Option<Timestamp>,
    /// When they were warned in the last 24 hours, and why; the newest first.
    warnings: Vec<WarningView>,
}

/// A warning.
#[derive(Serialize, ToSchema)]
struct WarningView {
    /// When.
    at: Timestamp,
    /// Why.
    reason: ReasonCode,
}

impl From<ForMember> for MyRoomView {
    fn from(seen: ForMember) -> Self {
        let (admission, denied) = match seen.admitted {
            Ok(admission) => (Some(admission), None),
            Err(denied) => (None, Some(denied)),
        };
        let (lacks, wait) = match denied {
            Some(Denied::NotAdmitted(lack)) => (Some(lack), None),
            Some(Denied::Barred { wait }) => (None, Some(wait)),
            _ => (None, None),
        };
        Self {
            id: seen.room.name.to_string(),
            access: seen.room.access,
            speakers: seen.room.speakers,
            capacity: seen.room.capacity,
            taken: seen.taken,
            you: YouView {
                part: admission.map(|admission| admission.part),
                moderates: admission.is_some_and(|admission| admission.moderates),
                refused: denied.map(|denied| Problem::from(denied).kind().slug()),
                lacks,
                wait,
                ticket: seen.seat.as_ref().map(|seat| seat.id),
                since: seen.seat.as_ref().map(|seat| seat.issued_at),
                expires_at: seen.seat.as_ref().map(|seat| seat.expires_at),
                hand_raised_at: seen.hand,
                muted_until: seen.muted_until,
                warnings: seen
                    .warnings
                    .into_iter()
                    .map(|(at, reason)| WarningView { at, reason })
                    .collect(),
            },
            moderators: seen
                .moderators
                .into_iter()
                .map(|name| ModeratorView { handle: name.handle })
                .collect(),
            filters: seen.filters,
        }
    }
}

problems!(ShowMyRoomProblems: RoomUnknown, RoomForOthers);

/// A room, and what one is there. A room for guests is shown to those who are.
#[utoipa::path(operation_id = "show_my_room", tag = "rooms",
    params(("room" = String, Path, description = "The room's id.")),
    responses((status = 200, body = MyRoomView), ShowMyRoomProblems))]
#[get("/v1/rooms/{room}")]
pub(in crate::rooms::http) async fn show(
    caller: Caller,
    room: Segments<RoomName>,
    rooms: Data<Rooms>,
) -> Result<Json<MyRoomView>, Problem> {
    let (name, person, now) = (room.0, caller.person, rooms.ledger.now());
    let (vault, current) = (rooms.vault.clone(), Arc::clone(&rooms.policy));
    let read = rooms.ledger.store().read(move |conn| {
        let policy = current.in_force(conn)?;
        seen::for_member(conn, &vault, &policy.policy, person, &name, now)
    });
    let seen = read.await?.ok_or_else(|| Problem::new(ProblemKind::RoomUnknown))?;
    match seen.admitted {
        Err(denied @ Denied::NotAdmitted(Lack::Invitation)) => Err(denied.into()),
        _ => Ok(Json(seen.into())),
    }
}
