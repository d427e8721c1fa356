//! `DELETE /v1/onboarding/{flow}`

use actix_web::{delete, web::Data};

use super::Onboarding;
use crate::{
    http::{Bearer, Problem, Segments, WriteResponse, problems},
    onboarding::commands,
    platform::{
        ledger::{Actor, events::Release},
        terms::FlowId,
    },
};

problems!(AbandonOnboardingProblems: FlowUnknown);

/// End a registration. A reserved use of the invite is free again.
#[utoipa::path(operation_id = "abandon_onboarding", tag = "onboarding",
    params(("flow" = FlowId, Path, description = "The flow.")),
    responses((status = 204, description = "The registration is over, or was over already."),
        AbandonOnboardingProblems))]
#[delete("/v1/onboarding/{flow}")]
pub(super) async fn abandon_onboarding(
    flow: Segments<FlowId>,
    bearer: Bearer,
    onboarding: Data<Onboarding>,
) -> Result<WriteResponse<()>, Problem> {
    let (flow, _) = onboarding.opened(flow.0, bearer).await?;
    let written = onboarding
        .ledger
        .write(Actor::Newcomer, move |tx| {
            commands::abandon(tx, &flow, Release::Abandoned)
        })
        .await?;
    Ok(WriteResponse::nothing(onboarding.read_model.token(written.position)))
}
