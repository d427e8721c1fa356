//! Lets an invite stand again.

use actix_web::{post, web::Data};

use super::{InviteView, Invites};
use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    platform::terms::InviteId,
};

problems!(RestoreInviteProblems:
    InviteUnknown, InviteState, InvalidValue, QuotaExhausted, NotEligibleToInvite, TooManyRequests
);

/// Let an invite stand again that you took back. Its time must not be over, and it takes its places again. Restoring
/// one that stands changes nothing.
#[utoipa::path(operation_id = "restore_invite", tag = "invites",
    params(("id" = InviteId, Path, description = "The invite.")),
    responses((status = 200, body = InviteView), RestoreInviteProblems))]
#[post("/v1/me/invites/{id}/restore")]
pub(super) async fn restore(
    caller: Caller,
    id: Segments<InviteId>,
    invites: Data<Invites>,
) -> Result<WriteResponse<InviteView>, Problem> {
    let changed = invites.issuer.restore(caller.person, id.0).await?;
    Ok(WriteResponse::ok(
        invites.view(&changed.value),
        invites.read_model.token(changed.position),
    ))
}
