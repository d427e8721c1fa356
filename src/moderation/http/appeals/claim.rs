//! `POST /v1/admin/appeals/{id}/claim`

use actix_web::{post, web::Data};

use super::{AppealShown, Moderation};
use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    moderation::{AppealError, commands, queries},
    platform::{ledger::Actor, terms::AppealId},
};

problems!(ClaimAppealProblems: AppealUnknown, AppealState);

/// Claims an appeal and shows what it says: nobody else decides it for half an hour. Whoever decided the sanction may
/// not claim it.
#[utoipa::path(operation_id = "claim_appeal", tag = "appeals",
    params(("id" = AppealId, Path, description = "The appeal.")),
    responses((status = 200, body = AppealShown,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        ClaimAppealProblems))]
#[post("/v1/admin/appeals/{id}/claim")]
pub(super) async fn claim_appeal(
    id: Segments<AppealId>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<AppealShown>, Problem> {
    let (id, vault) = (id.0, moderation.vault.clone());
    let written = moderation.ledger.write(Actor::Person(caller.person), move |tx| {
        commands::claim_appeal(tx, id)?;
        let shown = queries::appeal(tx.conn, Some(&vault), id, tx.now)?;
        shown.ok_or(AppealError::Unknown)
    });
    let written = written.await?;
    let position = moderation.read_model.token(written.position);
    Ok(WriteResponse::ok(written.value.into(), position))
}
