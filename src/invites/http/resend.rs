//! Sends an invite's letter again.

use actix_web::{post, web::Data};

use super::{InviteView, Invites};
use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    platform::terms::InviteId,
};

problems!(ResendInviteProblems: InviteUnknown, InviteState, NotEligibleToInvite, QuotaExhausted, TooManyRequests);

/// Send the letter of an invite again, with the same code: three times at once, and then once a day. Where others send
/// to the same address too, three letters a day go there in all; you are not told whether yours was one of them.
#[utoipa::path(operation_id = "resend_invite", tag = "invites",
    params(("id" = InviteId, Path, description = "The invite.")),
    responses((status = 202, description = "The letter is on its way.", body = InviteView), ResendInviteProblems))]
#[post("/v1/me/invites/{id}/resend")]
pub(super) async fn resend(
    caller: Caller,
    id: Segments<InviteId>,
    invites: Data<Invites>,
) -> Result<WriteResponse<InviteView>, Problem> {
    let changed = invites.issuer.resend(caller.person, id.0).await?;
    Ok(WriteResponse::accepted(
        invites.view(&changed.value),
        invites.read_model.token(changed.position),
    ))
}
