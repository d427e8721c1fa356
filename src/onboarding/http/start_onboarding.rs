//! `POST /v1/onboarding`

use actix_web::{post, web::Data};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FlowView, Onboarding};
use crate::{
    http::{Json, Problem, ProblemKind, WriteResponse, problems},
    invites::Code,
    notify::Locale,
    onboarding::{Via, commands, flow_token},
    platform::{
        ledger::Actor,
        terms::{FlowId, Id},
    },
};

/// The invite with which a newcomer registers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BeginBody {
    /// The invite's code, or the link that holds it; case, dashes and spaces do not matter.
    code: String,
    /// The language for mails, a BCP 47 tag. The default is the invite's.
    #[serde(default)]
    #[schema(pattern = "^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*([.@].*)?$", max_length = 35)]
    locale: Option<String>,
    /// By what the newcomer came to the code, where the app knows: admins are shown it.
    #[serde(default)]
    via: Option<Via>,
}

/// A flow that was just started.
#[derive(Serialize, ToSchema)]
struct BegunView {
    /// The bearer token for each step of the flow: `Authorization: Bearer vsf_…`.
    flow_token: String,
    #[serde(flatten)]
    view: FlowView,
}

problems!(StartOnboardingProblems:
    InvalidField, InviteUnknown, FlowUnknown, InviteClosed, InviteNotOpen, InviteExpired, InviteUsed, InviteExhausted
);

/// Start a registration with an invite. No use of the invite is taken or reserved.
///
/// A client that got no answer starts again. An `Idempotency-Key` is ignored here: at this point nothing tells one
/// newcomer from another, and the answer holds the token of the flow.
#[utoipa::path(operation_id = "start_onboarding", tag = "onboarding", request_body = BeginBody,
    responses((status = 201, body = BegunView), StartOnboardingProblems))]
#[post("/v1/onboarding")]
pub(super) async fn start_onboarding(
    body: Json<BeginBody>,
    onboarding: Data<Onboarding>,
) -> Result<WriteResponse<BegunView>, Problem> {
    let code = Code::parse(&body.0.code).ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
    let locale = body.0.locale.as_deref().map(Locale::parse).transpose();
    let locale = locale.map_err(|error| Problem::field("/locale", error.to_string()))?;
    let (policy, via) = (onboarding.policy.get()?, body.0.via);
    let id: FlowId = Id::new(onboarding.ledger.now(), onboarding.ledger.rng());
    let (vault, limits) = (onboarding.vault.clone(), onboarding.limits);
    let written = onboarding
        .ledger
        .write(Actor::Newcomer, move |tx| {
            commands::start(tx, &vault, &limits, &code, id, locale, via)
        })
        .await?;
    let view = onboarding.view(id, &policy).await?;
    let flow_token = flow_token(&onboarding.vault, id).expose_secret().to_owned();
    Ok(WriteResponse::created(
        BegunView { flow_token, view },
        onboarding.read_model.token(written.position),
    ))
}
