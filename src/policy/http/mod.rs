//! The policy over HTTP: read it, replace it.

mod replace;
mod show;

use std::sync::Arc;

use actix_web::{HttpResponse, http::header::ETAG};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Current, Policy, PolicyMistake, Versioned};
use crate::{
    http::{POSITION, Problem, ProblemKind, Routes, problems},
    platform::ledger::{Ledger, ReadModel},
};

/// Registers the routes.
pub fn routes(config: &mut Routes) {
    config.service(show::show).service(replace::replace);
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

/// What is wrong with a document, as it is told.
pub fn mistaken(mistakes: &[PolicyMistake]) -> Problem {
    let told: Vec<_> = mistakes.iter().take(MOST_MISTAKES).map(ToString::to_string).collect();
    let mut detail = told.join(" ");
    if let more @ 1.. = mistakes.len() - told.len() {
        detail.push_str(&format!(" And {more} more."));
    }
    Problem::from(ProblemKind::PolicyInvalid)
        .at("/document")
        .with_detail(detail)
}

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

problems!(ReplacePolicyProblems: PreconditionRequired, PreconditionFailed, PolicyInvalid);
