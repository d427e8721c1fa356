//! `POST /v1/admin/people/{id}/sessions/end`

use super::super::Audit;
use crate::{
    admin::commands,
    http::{Caller, Json, Problem, Segments, WriteResponse},
    platform::{
        ledger::{Actor, events::SessionsEndReason},
        terms::PersonId,
    },
    tokens::Tokens,
};
use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};

/// Why somebody's sessions are ended.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct EndSessions {
    /// Why, as a code that the ledger records.
    reason: SessionsEndReason,
}

/// How many sessions were ended.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SessionsEnded {
    /// How many.
    ended: u64,
}

/// Ends every session of a member: their tokens hold no longer, and they sign in anew. Nothing else changes. An owner
/// does it to anybody else, an admin to whoever stands below an admin; one's own are under `/v1/me/sessions`.
#[utoipa::path(
    operation_id = "end_sessions",
    tag = "people",
    params(("id" = PersonId, Path, description = "Whose sessions.")),
    request_body = EndSessions,
    responses((status = 200, body = SessionsEnded,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))))
)]
#[post("/v1/admin/people/{id}/sessions/end")]
pub(super) async fn end_sessions(
    id: Segments<PersonId>,
    body: Json<EndSessions>,
    caller: Caller,
    audit: Data<Audit>,
    tokens: Data<Tokens>,
) -> Result<WriteResponse<SessionsEnded>, Problem> {
    let (id, reason) = (id.0, body.0.reason);
    let written = audit
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::end_sessions(tx, id, reason)
        })
        .await?;
    tokens.have_ended(&written.value);
    let ended = written.value.len() as u64;
    let position = audit.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(SessionsEnded { ended }, position))
}
