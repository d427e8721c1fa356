//! `POST /v1/admin/appeals/{id}/decision`

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AppealShown, Moderation};
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    moderation::{AppealError, AppealVerdict, commands, queries},
    platform::{
        ledger::Actor,
        terms::{AppealId, Reason},
    },
};

/// How an appeal is decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppealDecision {
    /// How.
    verdict: AppealVerdict,
    /// Why, in words. Whoever appeals reads them; they are kept sealed.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

problems!(DecideAppealProblems: InvalidValue, AppealUnknown, AppealState);

/// Decides an appeal that one has claimed. Overturned, the sanction is lifted.
#[utoipa::path(operation_id = "decide_appeal", tag = "appeals",
    params(("id" = AppealId, Path, description = "The appeal.")),
    request_body = AppealDecision,
    responses((status = 200, body = AppealShown,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        DecideAppealProblems))]
#[post("/v1/admin/appeals/{id}/decision")]
pub(super) async fn decide_appeal(
    id: Segments<AppealId>,
    body: Json<AppealDecision>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<AppealShown>, Problem> {
    let (id, vault, verdict) = (id.0, moderation.vault.clone(), body.0.verdict);
    let reason = Reason::parse(&body.0.reason).map_err(|wrong| Problem::value("/reason", wrong.to_string()))?;
    let written = moderation.ledger.write(Actor::Person(caller.person), move |tx| {
        commands::decide_appeal(tx, &vault, id, verdict, &reason)?;
        let shown = queries::appeal(tx.conn, None, id, tx.now)?;
        shown.ok_or(AppealError::Unknown)
    });
    let written = written.await?;
    let position = moderation.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(written.value.into(), position))
}
