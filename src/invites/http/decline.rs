//! Declines an invite.

use actix_web::{post, web::Data};

use super::Invites;
use crate::{
    http::{ClientAddress, Problem, Segments, WriteResponse, problems},
    platform::ledger::events::Answer,
};

problems!(DeclineInviteProblems: InviteUnknown, InviteUsed, InviteExpired);

/// Say that you do not want an invite to your address. It ends, and its inviter sees that it was declined. An open
/// link stays: it is nobody's alone. Saying it again changes nothing.
#[utoipa::path(operation_id = "decline_invite", tag = "invites",
    params(("code" = String, Path, description = "The invite's code, or the link that holds it; case, dashes and spaces are forgiven.")),
    responses((status = 204, description = "It is noted."), DeclineInviteProblems))]
#[post("/v1/invites/{code}/decline")]
pub(super) async fn decline(
    code: Segments<String>,
    from: ClientAddress,
    invites: Data<Invites>,
) -> Result<WriteResponse<()>, Problem> {
    invites.answer(&code.0, from, Answer::Declined).await
}
