//! Takes an invite back.

use actix_web::{delete, web::Data};

use super::Invites;
use crate::{
    http::{Caller, Problem, ProblemKind, Segments, WriteResponse, problems},
    platform::terms::InviteId,
};

problems!(RevokeInviteProblems: InviteUnknown, TooManyRequests);

/// Take one of one's own invites back. Whoever is on their way in by it cannot finish.
#[utoipa::path(operation_id = "revoke_invite", tag = "invites",
    params(("id" = InviteId, Path, description = "The invite.")),
    responses((status = 204, description = "It is taken back, or was already."), RevokeInviteProblems))]
#[delete("/v1/me/invites/{id}")]
pub(super) async fn withdraw(
    caller: Caller,
    id: Segments<InviteId>,
    invites: Data<Invites>,
) -> Result<WriteResponse<()>, Problem> {
    let written = invites.issuer.revoke(caller.person, id.0).await?;
    if !written.value {
        return Err(ProblemKind::InviteUnknown.into());
    }
    Ok(WriteResponse::nothing(invites.read_model.token(written.position)))
}
