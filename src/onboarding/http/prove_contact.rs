//! `POST /v1/onboarding/{flow}/contact/proof`

use std::sync::Arc;

use actix_web::{post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{FlowView, Onboarding};
use crate::{
    http::{Bearer, Json, Problem, Segments, WriteResponse, problems},
    onboarding::commands,
    platform::{
        ledger::Actor,
        terms::{FlowId, typed},
    },
};

/// A one-time code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProofBody {
    /// The six digits that were mailed.
    #[schema(value_type = String)]
    code: SecretString,
}

problems!(ProveContactProblems:
    FlowUnknown, StepOutOfOrder, FlowEnded, HoldExpired, ProofWrong, ProofStale, ProofLocked,
    PersonLimitReached, RegistrationRefused, InviteClosed, InviteExpired, InviteUsed, InviteExhausted
);

/// Prove the address. From then on one use of the invite is reserved. A newcomer who proved the same address before goes
/// on with their earlier flow: use the flow's id in the answer.
#[utoipa::path(operation_id = "prove_contact", tag = "onboarding", request_body = ProofBody,
    params(("flow" = FlowId, Path, description = "The flow.")), responses((status = 200, body = FlowView),
        ProveContactProblems))]
#[post("/v1/onboarding/{flow}/contact/proof")]
pub(super) async fn prove_contact(
    flow: Segments<FlowId>,
    bearer: Bearer,
    body: Json<ProofBody>,
    onboarding: Data<Onboarding>,
) -> Result<WriteResponse<FlowView>, Problem> {
    let (flow, policy) = onboarding.opened(flow.0, bearer).await?;
    let (vault, rules, id) = (onboarding.vault.clone(), Arc::clone(&policy), flow.id);
    let limits = onboarding.limits;
    let code = typed::bare(body.0.code.expose_secret());
    let written = onboarding
        .ledger
        .write(Actor::Newcomer, move |tx| {
            commands::prove_contact(tx, &vault, &rules.policy, &limits, id, &code)
        })
        .await?;
    let view = onboarding.view(written.value.id, &policy).await?;
    Ok(WriteResponse::ok(view, onboarding.read_model.token(written.position)))
}
