//! `POST /v1/filters/rooms/{room}/reports`

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Moderation;
use crate::{
    http::{Json, Problem, Segments, ServiceCaller, WriteResponse, problems},
    moderation::{ReasonCode, commands},
    platform::{ledger::Actor, terms::TicketId},
    rooms::RoomName,
};

/// A filter's report of somebody in a room.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportInRoom {
    /// The ticket under which they are, or were, in the room: the participant's id.
    participant: TicketId,
    /// Why, as a code.
    reason: ReasonCode,
    /// Why, in words: what was said, for example. They are kept sealed; admins read them.
    #[serde(default)]
    #[schema(min_length = 8, max_length = 2000)]
    note: Option<String>,
}

problems!(ReportInRoomProblems: InvalidValue, NotTheirModerator, ParticipantUnknown);

/// Reports somebody in a room to the admins, as a filter: a service that an owner has let act in rooms. One report of the
/// same filter on the same person is open at a time: again changes nothing.
#[utoipa::path(operation_id = "report_in_room", tag = "reports", request_body = ReportInRoom,
    params(("room" = String, Path, description = "The room's id.")),
    responses((status = 204, description = "It is noted.",
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        ReportInRoomProblems))]
#[post("/v1/filters/rooms/{room}/reports")]
pub(super) async fn report_in_room(
    caller: ServiceCaller,
    room: Segments<RoomName>,
    body: Json<ReportInRoom>,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<()>, Problem> {
    let (room, body, vault) = (room.0, body.0, moderation.vault.clone());
    let written = moderation.ledger.write(Actor::System, move |tx| {
        let note = body.note.as_deref();
        commands::report_by_filter(tx, &vault, caller.id, &room, body.participant, body.reason, note)
    });
    let position = moderation.read_model.token(written.await?.position);
    Ok(WriteResponse::nothing(position))
}
