//! Lets an invite stand again that an admin took back.

use actix_web::{post, web::Data};

use super::super::Invites;
use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    invites::{ChangeError, commands},
    platform::{ledger::Actor, terms::InviteId},
};

problems!(RestoreAnyInviteProblems: InviteUnknown, InviteState);

/// Let an invite stand again that an admin took back, if its time is not over.
#[utoipa::path(operation_id = "restore_any_invite", tag = "invites",
    params(("id" = InviteId, Path, description = "The invite.")),
    responses((status = 204, description = "It stands."), RestoreAnyInviteProblems))]
#[post("/v1/admin/invites/{id}/restore")]
pub(super) async fn restore(
    caller: Caller,
    id: Segments<InviteId>,
    invites: Data<Invites>,
) -> Result<WriteResponse<()>, Problem> {
    let id = id.0;
    let write = invites
        .ledger
        .write(Actor::Person(caller.person), move |tx| commands::restore_any(tx, id));
    let written = write.await.map_err(|error: ChangeError| Problem::from(error))?;
    Ok(WriteResponse::nothing(invites.read_model.token(written.position)))
}
