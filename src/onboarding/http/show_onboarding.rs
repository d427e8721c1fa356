//! `GET /v1/onboarding/{flow}`

use actix_web::{get, web::Data};

use super::{FlowView, Onboarding};
use crate::{
    http::{Bearer, Json, Problem, Segments, problems},
    platform::terms::FlowId,
};

problems!(ShowOnboardingProblems: FlowUnknown);

/// The progress of a registration: its state, and the next step.
#[utoipa::path(operation_id = "show_onboarding", tag = "onboarding",
    params(("flow" = FlowId, Path, description = "The flow.")), responses((status = 200, body = FlowView),
        ShowOnboardingProblems))]
#[get("/v1/onboarding/{flow}")]
pub(super) async fn show_onboarding(
    flow: Segments<FlowId>,
    bearer: Bearer,
    onboarding: Data<Onboarding>,
) -> Result<Json<FlowView>, Problem> {
    let (flow, policy) = onboarding.opened(flow.0, bearer).await?;
    Ok(Json(onboarding.view(flow.id, &policy).await?))
}
