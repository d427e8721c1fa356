//! Reports an invite.

use actix_web::{post, web::Data};

use super::Invites;
use crate::{
    http::{ClientAddress, Problem, Segments, WriteResponse, problems},
    platform::ledger::events::Answer,
};

problems!(ReportInviteProblems: InviteUnknown);

/// Report an invite: unwanted, or abusive. Admins are shown how often an invite was reported, never by whom. An invite
/// to your address ends, and its inviter sees no more than that it was declined. Saying it again changes nothing.
#[utoipa::path(operation_id = "report_invite", tag = "invites",
    params(("code" = String, Path, description = "The invite's code, or the link that holds it; case, dashes and spaces are forgiven.")),
    responses((status = 204, description = "It is noted."), ReportInviteProblems))]
#[post("/v1/invites/{code}/report")]
pub(super) async fn report(
    code: Segments<String>,
    from: ClientAddress,
    invites: Data<Invites>,
) -> Result<WriteResponse<()>, Problem> {
    invites.answer(&code.0, from, Answer::Reported).await
}
