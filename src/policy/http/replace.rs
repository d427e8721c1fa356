//! Put another policy in its place.

use super::super::{ChangeError, Versioned, change};
use super::*;
use crate::{
    http::{Caller, Json, Problem, ProblemKind},
    platform::ledger::Actor,
};
use actix_web::{HttpRequest, HttpResponse, http::header::IF_MATCH, put, web::Data};
use std::sync::Arc;

/// Put another policy in its place. It holds from the answer on, on every replica within a second.
#[utoipa::path(operation_id = "replace_policy", tag = "policy", request_body = NewPolicy,
    params(("If-Match" = String, Header, description = "The ETag of the version that the change was made from.")),
    responses((status = 200, body = PolicyView, headers(("ETag" = String, description = "The new version."))),
        ReplacePolicyProblems))]
#[put("/v1/admin/policy")]
pub(super) async fn replace(
    request: HttpRequest,
    caller: Caller,
    body: Json<NewPolicy>,
    policies: Data<Policies>,
) -> Result<HttpResponse, Problem> {
    let from: i64 = request
        .headers()
        .get(IF_MATCH)
        .ok_or_else(|| Problem::new(ProblemKind::PreconditionRequired))?
        .to_str()
        .ok()
        .and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok())
        .ok_or_else(|| Problem::new(ProblemKind::PreconditionFailed))?;
    let document = body.0.document;
    let policy = policies
        .current
        .read(&document)
        .map_err(|mistakes| mistaken(&mistakes))?;
    let text = document.clone();
    let written = policies
        .ledger
        .write(Actor::Person(caller.person), move |tx| change(tx, &text, from))
        .await
        .map_err(|error| match error {
            ChangeError::Stale(_) => Problem::from(ProblemKind::PreconditionFailed),
            ChangeError::Store(cause) => cause.into(),
        })?;
    let position = policies.read_model.settle(written.position).await;
    let versioned = Arc::new(Versioned {
        version: written.value,
        document,
        policy,
    });
    Ok(answer(&versioned, Some(position)))
}
