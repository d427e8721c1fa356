//! The policy over HTTP: read it, replace it.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{ETAG, IF_MATCH},
    put,
    web::Data,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{ChangeError, Current, Policy, Versioned, change};
use crate::{
    http::{Caller, Json, POSITION, Problem, ProblemKind, problems},
    platform::ledger::{Actor, Ledger, ReadModel},
};

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show).service(replace);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Policies {
    /// Where changes are written.
    pub ledger: Ledger,
    /// Where a change must be seen before it is answered.
    pub read_model: ReadModel,
    /// The policy that holds now.
    pub current: Arc<Current>,
}

/// The policy that holds now.
#[derive(Serialize, ToSchema)]
struct PolicyView {
    /// Counted from 1; also the ETag.
    version: i64,
    /// The TOML document as it was written.
    document: String,
    /// What it says.
    policy: Policy,
}

/// A policy to put in its place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPolicy {
    /// A TOML document.
    document: String,
}

/// So many mistakes are told at a time.
const MOST_MISTAKES: usize = 20;

fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

fn answer(versioned: &Versioned, position: Option<String>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, etag(versioned.version)));
    if let Some(position) = position {
        response.insert_header((POSITION, position));
    }
    response.json(PolicyView {
        version: versioned.version,
        document: versioned.document.clone(),
        policy: versioned.policy.clone(),
    })
}

/// The policy that holds now, with its version as ETag.
#[utoipa::path(operation_id = "show_policy", tag = "policy",
    responses((status = 200, body = PolicyView, headers(("ETag" = String, description = "The version.")))))]
#[get("/v1/admin/policy")]
async fn show(_caller: Caller, policies: Data<Policies>) -> Result<HttpResponse, Problem> {
    Ok(answer(&*policies.current.get()?, None))
}

problems!(ReplacePolicyProblems: PreconditionRequired, PreconditionFailed, PolicyInvalid);

/// Put another policy in its place. It holds from the answer on, on every replica within a second.
#[utoipa::path(operation_id = "replace_policy", tag = "policy", request_body = NewPolicy,
    params(("If-Match" = String, Header, description = "The ETag of the version that the change was made from.")),
    responses((status = 200, body = PolicyView, headers(("ETag" = String, description = "The new version."))),
        ReplacePolicyProblems))]
#[put("/v1/admin/policy")]
async fn replace(
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
    let policy = policies.current.read(&document).map_err(|mistakes| {
        let told: Vec<_> = mistakes.iter().take(MOST_MISTAKES).map(ToString::to_string).collect();
        let mut detail = told.join(" ");
        if let more @ 1.. = mistakes.len() - told.len() {
            detail.push_str(&format!(" And {more} more."));
        }
        Problem::from(ProblemKind::PolicyInvalid)
            .at("/document")
            .with_detail(detail)
    })?;
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
