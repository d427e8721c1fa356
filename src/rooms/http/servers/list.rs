//! `GET /v1/admin/room-servers`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::ServerView;
use crate::{
    http::{Caller, Json, Problem},
    rooms::{http::Rooms, queries},
};

/// The room servers.
#[derive(Serialize, ToSchema)]
struct ServersView {
    /// All of them, the oldest first.
    items: Vec<ServerView>,
}

/// The room servers, and their health.
#[utoipa::path(operation_id = "list_room_servers", tag = "rooms", responses((status = 200, body = ServersView)))]
#[get("/v1/admin/room-servers")]
pub(in crate::rooms::http) async fn list(_caller: Caller, rooms: Data<Rooms>) -> Result<Json<ServersView>, Problem> {
    let servers = rooms.ledger.store().read(queries::servers).await?.into_iter();
    let kinds = rooms.servers.kinds();
    let items = servers.map(|server| ServerView::of(server, kinds)).collect();
    Ok(Json(ServersView { items }))
}
