//! `POST /v1/admin/room-servers`

use actix_web::{post, web::Data};

use super::{NewServerBody, ServerView};
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, WriteResponse, problems},
    platform::{idempotency::Asker, ledger::Actor, terms::Id},
    rooms::{RoomError, commands, http::Rooms, queries},
};

problems!(RegisterRoomServerProblems: InvalidValue, RoomServerUnknown);

/// Register a room server. It is asked from now on whether it answers; `health` says so within seconds.
#[utoipa::path(operation_id = "register_room_server", tag = "rooms", request_body = NewServerBody,
    params(IdempotencyKey),
    responses((status = 201, body = ServerView), RegisterRoomServerProblems))]
#[post("/v1/admin/room-servers")]
pub(in crate::rooms::http) async fn register(
    caller: Caller,
    body: Json<NewServerBody>,
    key: IdempotencyKey,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<ServerView>, Problem> {
    let key = key.bind(Asker::Member(caller.id), "register_room_server", &body.0)?;
    let new = body.0.checked(&rooms)?;
    let id = Id::new(rooms.ledger.now(), rooms.ledger.rng());
    let vault = rooms.vault.clone();
    let written = rooms.ledger.write(Actor::Person(caller.person), move |tx| {
        let server = commands::register_server(tx, &vault, &key, id, &new)?;
        Ok::<_, RoomError>(queries::server_overview(tx.conn, server)?)
    });
    let written = written.await?;
    let view = ServerView::of(written.value, rooms.servers.kinds());
    Ok(WriteResponse::created(
        view,
        rooms.read_model.settle(written.position).await,
    ))
}
