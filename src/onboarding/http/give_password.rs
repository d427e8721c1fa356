//! `POST /v1/onboarding/{flow}/password`

use actix_web::{post, web::Data};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FlowState, FlowView, Onboarding};
use crate::{
    http::{Bearer, IdempotencyKey, Json, Problem, Segments, WriteResponse, problems},
    onboarding::commands::{Join, NewMember},
    platform::{idempotency::Asker, terms::FlowId},
    policy::{ContactKind, demands},
    tokens::{Device, http::Granted},
};

/// A password and a handle.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    /// At least 15 characters; common ones are refused (NIST SP 800-63B-4).
    #[schema(value_type = String)]
    password: SecretString,
    /// A handle, shown to admins and to those whom the member invites. Never a real name.
    #[serde(default)]
    handle: Option<String>,
}

/// A new member, signed in.
#[derive(Serialize, ToSchema)]
struct AdmittedView {
    #[serde(flatten)]
    view: FlowView,
    /// Their first session.
    session: Granted,
}

problems!(GivePasswordProblems:
    FlowUnknown, InvalidValue, PasswordRefused, StepOutOfOrder, FlowEnded, HoldExpired, PersonLimitReached,
    ReviewNeeded, InviteClosed, AccountLocked, SessionEnded
);

/// Choose a password and become a member: the reserved use of the invite is redeemed. Where a reviewer has to look at
/// the name and the document first, the answer is the problem `review-needed`; take the step again after the decision.
#[utoipa::path(operation_id = "give_password", tag = "onboarding", request_body = PasswordBody,
    params(("flow" = FlowId, Path, description = "The flow."), IdempotencyKey),
    responses((status = 201, body = AdmittedView), GivePasswordProblems))]
#[post("/v1/onboarding/{flow}/password")]
pub(super) async fn give_password(
    flow: Segments<FlowId>,
    bearer: Bearer,
    body: Json<PasswordBody>,
    key: IdempotencyKey,
    device: Device,
    onboarding: Data<Onboarding>,
) -> Result<WriteResponse<AdmittedView>, Problem> {
    let policy = onboarding.policy.get()?;
    let PasswordBody { password, handle } = body.0;
    // Without the password: whether a repeated request has the same one, its hash tells.
    let key = key.bind(Asker::Newcomer(flow.0), "give_password", &handle)?;
    let step = Join {
        ledger: &onboarding.ledger,
        vault: &onboarding.vault,
        policy: &policy,
        hasher: &onboarding.hasher,
        sign_in: &onboarding.sign_in,
    };
    let new = NewMember {
        password,
        handle,
        device,
    };
    let written = step.join(flow.0, &bearer.0, key, new).await?;
    let (joined, position) = (written.value, onboarding.read_model.settle(written.position).await);
    let session = onboarding.sign_in.tokens().grant(&joined.session)?.into();
    // What a look at the flow would say now.
    let view = FlowView {
        flow: joined.flow.id,
        state: FlowState::Member,
        next: None,
        asks: demands(&policy.policy).collect(),
        documents: policy.policy.join.documents.clone(),
        contact: joined
            .address
            .as_ref()
            .map_or(policy.policy.join.contact, ContactKind::of),
        contact_hint: joined.address.map(|address| address.masked()),
        expires_at: joined.flow.expires_at,
        person: Some(joined.session.holder.id),
    };
    Ok(WriteResponse::created(AdmittedView { view, session }, position))
}
