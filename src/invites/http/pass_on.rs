//! Passes an invite on to another address.

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{InviteView, Invites};
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, Segments, WriteResponse, problems},
    notify::EmailAddress,
    platform::{idempotency::Asker, terms::InviteId},
};

/// To whom an invite is passed on.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PassOnBody {
    /// The other address.
    #[schema(format = Email)]
    email: String,
}

problems!(PassOnInviteProblems:
    InviteUnknown, InviteState, InvalidValue, NotEligibleToInvite, QuotaExhausted, TooManyRequests
);

/// Pass an invite to an address on to another one, once. Another invite takes its place, with a code of its own and
/// the same end; the first letter leads nowhere any more. Whoever comes in by it was invited by you.
#[utoipa::path(operation_id = "pass_invite_on", tag = "invites", request_body = PassOnBody,
    params(("id" = InviteId, Path, description = "The invite."), IdempotencyKey),
    responses((status = 201, description = "The invite that takes its place.", body = InviteView), PassOnInviteProblems))]
#[post("/v1/me/invites/{id}/pass-on")]
pub(super) async fn pass_on(
    caller: Caller,
    id: Segments<InviteId>,
    body: Json<PassOnBody>,
    key: IdempotencyKey,
    invites: Data<Invites>,
) -> Result<WriteResponse<InviteView>, Problem> {
    let key = key.bind(Asker::Member(caller.id), "pass_invite_on", &(id.0, &body.0))?;
    let to = EmailAddress::parse(&body.0.email).map_err(|error| Problem::value("/email", error.to_string()))?;
    let passed = invites.issuer.pass_on(caller.person, id.0, to, key).await?;
    Ok(WriteResponse::created(
        invites.view(&passed.value),
        invites.read_model.token(passed.position),
    ))
}
