//! Says that the inviter is a stranger.

use actix_web::{post, web::Data};

use super::Invites;
use crate::{
    http::{ClientAddress, Problem, Segments, WriteResponse, problems},
    platform::ledger::events::Answer,
};

problems!(DisownInviterProblems: InviteUnknown);

/// Say that you do not know whoever invites you. Admins are shown how often that was said of an invite, never who said
/// it. An invite to your address ends, and its inviter sees no more than that it was declined. Saying it again changes
/// nothing.
#[utoipa::path(operation_id = "disown_inviter", tag = "invites",
    params(("code" = String, Path, description = "The invite's code, or the link that holds it; case, dashes and spaces are forgiven.")),
    responses((status = 204, description = "It is noted."), DisownInviterProblems))]
#[post("/v1/invites/{code}/unknown-inviter")]
pub(super) async fn unknown_inviter(
    code: Segments<String>,
    from: ClientAddress,
    invites: Data<Invites>,
) -> Result<WriteResponse<()>, Problem> {
    invites.answer(&code.0, from, Answer::UnknownInviter).await
}
