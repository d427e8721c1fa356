//! One of a member's own invites.

use actix_web::{get, web::Data};

use super::{super::queries, InviteView, Invites};
use crate::{
    http::{Caller, Json, Problem, ProblemKind, Segments, problems},
    platform::terms::InviteId,
};

problems!(ShowOwnInviteProblems: InviteUnknown);

/// One of one's own invites, as in the list.
#[utoipa::path(operation_id = "show_my_invite", tag = "invites",
    params(("id" = InviteId, Path, description = "The invite.")),
    responses((status = 200, body = InviteView), ShowOwnInviteProblems))]
#[get("/v1/me/invites/{id}")]
pub(super) async fn show(
    caller: Caller,
    id: Segments<InviteId>,
    invites: Data<Invites>,
) -> Result<Json<InviteView>, Problem> {
    let (inviter, id, vault, now) = (caller.person, id.0, invites.vault.clone(), invites.ledger.now());
    let read = invites
        .ledger
        .store()
        .read(move |conn| queries::own_shown(conn, &vault, inviter, id, now));
    let shown = read.await?.ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
    Ok(Json(invites.view(&shown)))
}
