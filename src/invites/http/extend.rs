//! Moves the end of an invite.

use std::time::Duration;

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{InviteView, Invites};
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems, whole_or_null},
    platform::terms::InviteId,
};

/// For how much longer an invite holds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExtendBody {
    /// For how many hours from now on; the policy's lifetime where nothing is said.
    #[serde(default, deserialize_with = "whole_or_null")]
    #[schema(minimum = 1, maximum = 4_294_967_295_u32)]
    lifetime_hours: Option<u32>,
}

problems!(ExtendInviteProblems: InviteUnknown, InviteState, InvalidValue, NotEligibleToInvite, QuotaExhausted, TooManyRequests);

/// Let an invite hold for longer, at most as far from now as the policy lets an invite live. It must not have ended.
#[utoipa::path(operation_id = "extend_invite", tag = "invites", request_body = ExtendBody,
    params(("id" = InviteId, Path, description = "The invite.")),
    responses((status = 200, body = InviteView), ExtendInviteProblems))]
#[post("/v1/me/invites/{id}/extend")]
pub(super) async fn extend(
    caller: Caller,
    id: Segments<InviteId>,
    body: Json<ExtendBody>,
    invites: Data<Invites>,
) -> Result<WriteResponse<InviteView>, Problem> {
    let lifetime = body
        .0
        .lifetime_hours
        .map(|hours| Duration::from_secs(u64::from(hours) * 3600));
    let changed = invites.issuer.extend(caller.person, id.0, lifetime).await?;
    Ok(WriteResponse::ok(
        invites.view(&changed.value),
        invites.read_model.token(changed.position),
    ))
}
