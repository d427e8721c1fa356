//! `POST /v1/onboarding/{flow}/contact`

use std::sync::Arc;

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{FlowView, Onboarding, problems::contact_problem};
use crate::{
    http::{Bearer, Json, Problem, Segments, WriteResponse, problems},
    notify::{EmailAddress, PhoneNumber},
    onboarding::commands,
    platform::{
        ledger::Actor,
        terms::{ContactPoint, FlowId},
    },
};

/// The contact to be proved: an e-mail address or a phone number, as `contact` in the flow names them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContactBody {
    /// An e-mail address. With an addressed invite it must be the invited address, and may be left out.
    #[serde(default)]
    #[schema(format = Email)]
    email: Option<String>,
    /// A phone number with its country's code, such as `+86 138 1234 5678`. With an invite to a phone it must be the
    /// invited number, and may be left out.
    #[serde(default)]
    phone: Option<String>,
}

problems!(GiveContactProblems:
    FlowUnknown, InvalidValue, StepOutOfOrder, FlowEnded, HoldExpired, ContactMismatch, CountryNotAccepted, TextLimitReached, InviteClosed,
    InviteExpired, InviteUsed, InviteExhausted
);

/// Give the contact to be proved. A one-time code is sent to it, by mail or by text message. Giving it again sends a new code; the two codes
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
    let address = match (body.0.email, body.0.phone) {
        (Some(_), Some(_)) => {
            return Err(Problem::value(
                "/phone",
                "Give an e-mail address or a phone number, not both.",
            ));
        }
        (Some(email), None) => {
            let email = EmailAddress::parse(&email).map_err(|error| Problem::value("/email", error.to_string()))?;
            Some(ContactPoint::Email(email))
        }
        (None, Some(phone)) => {
            let phone = PhoneNumber::parse(&phone).map_err(|error| Problem::value("/phone", error.to_string()))?;
            Some(ContactPoint::Phone(phone))
        }
        (None, None) => None,
    };
    let field = match &address {
        Some(ContactPoint::Phone(_)) => "/phone",
        _ => "/email",
    };
    let (vault, rules, id) = (onboarding.vault.clone(), Arc::clone(&policy), flow.id);
    let limits = onboarding.limits;
    let written = onboarding
        .ledger
        .write(Actor::Newcomer, move |tx| {
            commands::give_contact(tx, &vault, &rules.policy, &limits, id, address)
        })
        .await
        .map_err(|error| contact_problem(error, field))?;
    let view = onboarding.view(id, &policy).await?;
    Ok(WriteResponse::ok(view, onboarding.read_model.token(written.position)))
}
