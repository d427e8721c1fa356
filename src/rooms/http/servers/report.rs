//! `POST /v1/room-servers/{id}/events`

use std::collections::BTreeMap;

use actix_web::{HttpRequest, http::header::AUTHORIZATION, post, web::Data};
use serde::Serialize;
use serde_json::Value;

use crate::{
    http::{Json, Problem, Segments, Signed, problems},
    platform::terms::RoomServerId,
    rooms::{follow_up, http::Rooms, servers::Report},
};

/// What a room server reports, in its own form.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only described: each kind reads its own form")]
struct ReportBody {
    /// What happened, and to whom.
    #[serde(flatten)]
    members: BTreeMap<String, Value>,
}

/// What a room server is told.
#[derive(Serialize, utoipa::ToSchema)]
struct ReportAnswer {
    /// Whether everybody of whom the report speaks may be in that room.
    admitted: bool,
}

problems!(ReportOfRoomServerProblems:);

/// A room server says what happens in its rooms, or asks whether somebody may come in: whoever was let in without a good
/// ticket is put out at once. Only what the server has signed is read, and it is only taken as word of where to look: said twice, late or in another order,
/// it is as if said once.
#[utoipa::path(operation_id = "report_of_room_server", tag = "rooms",
    params(("id" = RoomServerId, Path, description = "The server's id.")),
    request_body(content = ReportBody, content_type = "application/webhook+json"),
    responses((status = 200, body = ReportAnswer), ReportOfRoomServerProblems))]
#[post("/v1/room-servers/{id}/events")]
pub(in crate::rooms::http) async fn report(
    request: HttpRequest,
    id: Segments<RoomServerId>,
    body: Signed,
    rooms: Data<Rooms>,
) -> Result<Json<ReportAnswer>, Problem> {
    let authorization = request.headers().get(AUTHORIZATION);
    let report = Report {
        authorization: authorization.and_then(|value| value.to_str().ok()).unwrap_or_default(),
        body: &body.0,
    };
    // Nobody learns whether there is such a server.
    let server = rooms.servers.by_id(id.0).ok_or_else(Problem::not_signed)?;
    let mentions = server.read_report(&report).map_err(|_| Problem::not_signed())?;
    let admitted = follow_up(&rooms.ledger, &rooms.vault, &server, mentions).await?;
    Ok(Json(ReportAnswer { admitted }))
}
