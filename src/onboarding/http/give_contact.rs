//! `POST /v1/onboarding/{flow}/contact`

use std::sync::Arc;

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{FlowView, Onboarding};
use crate::{
    http::{Bearer, Json, Problem, Segments, WriteResponse, problems},
    notify::EmailAddress,
    onboarding::commands,
    platform::{ledger::Actor, terms::FlowId},
};

/// The address to be proved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContactBody {
    /// An e-mail address. With an addressed invite it must be the invited address, and may be left out.
    #[serde(default)]
    #[schema(format = Email)]
    email: Option<String>,
}

problems!(GiveContactProblems:
    FlowUnknown, InvalidValue, StepOutOfOrder, FlowEnded, HoldExpired, ContactMismatch, InviteClosed,
    InviteExpired, InviteUsed, InviteExhausted
);

/// Give the address to be proved. A one-time code is mailed to it. Giving it again sends a new code; the two codes
/// before it stay valid for their time, if they were sent to the same address.
#[utoipa::path(operation_id = "give_contact", tag = "onboarding", request_body = ContactBody,
    params(("flow" = FlowId, Path, description = "The flow.")), responses((status = 200, body = FlowView),
        GiveContactProblems))]
#[post("/v1/onboarding/{flow}/contact")]
pub(super) async fn give_contact(
    flow: Segments<FlowId>,
    bearer: Bearer,
    body: Json<ContactBody>,
    onboarding: Data<Onboarding>,
) -> Result<WriteResponse<FlowView>, Problem> {
    let (flow, policy) = onboarding.opened(flow.0, bearer).await?;
    let address = body
        .0
        .email
        .map(|email| EmailAddress::parse(&email))
        .transpose()
        .map_err(|error| Problem::value("/email", error.to_string()))?;
    let (vault, rules, id) = (onboarding.vault.clone(), Arc::clone(&policy), flow.id);
    let limits = onboarding.limits;
    let written = onboarding
        .ledger
        .write(Actor::Newcomer, move |tx| {
            commands::give_contact(tx, &vault, &rules.policy, &limits, id, address)
        })
        .await?;
    let view = onboarding.view(id, &policy).await?;
    Ok(WriteResponse::ok(view, onboarding.read_model.token(written.position)))
}
