//! Takes anybody's invite back.

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::Invites;
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    invites::{ChangeError, commands},
    platform::{
        ledger::{Actor, events::RevokeReason},
        terms::InviteId,
    },
};

/// Why an invite is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RevokeBody {
    /// Why, as a code that the ledger records.
    reason: RevokeReason,
}

problems!(RevokeAnyInviteProblems: InvalidField, InviteUnknown);

/// Take anybody's invite back. Whoever is on the way in by it cannot finish; whoever came in by it stays. Its inviter
/// cannot restore it.
#[utoipa::path(operation_id = "revoke_any_invite", tag = "invites", request_body = RevokeBody,
    params(("id" = InviteId, Path, description = "The invite.")),
    responses((status = 204, description = "It lets nobody in."), RevokeAnyInviteProblems))]
#[post("/v1/admin/invites/{id}/revoke")]
pub(super) async fn revoke(
    caller: Caller,
    id: Segments<InviteId>,
    body: Json<RevokeBody>,
    invites: Data<Invites>,
) -> Result<WriteResponse<()>, Problem> {
    let (id, reason) = (id.0, body.0.reason);
    let write = invites.ledger.write(Actor::Person(caller.person), move |tx| {
        commands::revoke_any(tx, id, reason).map(|_| ())
    });
    let written = write.await.map_err(|error: ChangeError| Problem::from(error))?;
    Ok(WriteResponse::nothing(invites.read_model.token(written.position)))
}
