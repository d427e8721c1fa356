//! `DELETE /v1/rooms/{room}/tickets/{ticket}`

use actix_web::{delete, web::Data};

use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    platform::terms::TicketId,
    rooms::{RoomName, http::Rooms},
};

problems!(EndTicketProblems: TicketUnknown, TooManyRequests);

/// Give one's own ticket back: the participant is put out, and the seat is free.
#[utoipa::path(operation_id = "end_ticket", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), ("ticket" = TicketId, Path, description = "The ticket's id.")),
    responses((status = 204, description = "The ticket has ended."), EndTicketProblems))]
#[delete("/v1/rooms/{room}/tickets/{ticket}")]
pub(in crate::rooms::http) async fn end(
    caller: Caller,
    path: Segments<(RoomName, TicketId)>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<()>, Problem> {
    let (room, ticket) = path.0;
    let position = rooms.issuer.end(caller.person, room, ticket).await?;
    Ok(WriteResponse::nothing(rooms.read_model.token(position)))
}
