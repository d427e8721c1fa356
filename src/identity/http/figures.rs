//! `GET /v1/admin/cases/figures`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::Cases;
use crate::{
    http::{Caller, Json, Problem},
    identity::queries::{self, CaseFigures},
    platform::terms::{PersonId, Role, Timestamp},
    policy::may_review,
};

/// The reviewers' queue in figures.
#[derive(Serialize, ToSchema)]
struct CaseFiguresView {
    /// Cases that wait for a decision.
    open: u64,
    /// Of these, those that a reviewer has claimed now.
    claimed: u64,
    /// When the oldest of them was opened; missing where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_opened_at: Option<Timestamp>,
    /// Cases that were decided in the last 30 days; of more than 20 000 the newest count.
    decided: u64,
    /// How long half of these took at most, from when they were opened, in seconds; missing where there were none.
    #[serde(skip_serializing_if = "Option::is_none")]
    median_seconds: Option<u64>,
    /// How long 95 of 100 took at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    p95_seconds: Option<u64>,
    /// Of these, how many were approved.
    approved: u64,
    /// How many are to be given again.
    retry: u64,
    /// How many were refused.
    refused: u64,
    /// The same by whoever decided. Owners and auditors see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reviewers: Option<Vec<ReviewerFigures>>,
}

/// What a reviewer decided.
#[derive(Serialize, ToSchema)]
struct ReviewerFigures {
    /// Who.
    reviewer: PersonId,
    /// How many cases.
    decided: u64,
    /// How many of them they approved.
    approved: u64,
}

/// The reviewers' queue in figures: what waits, and how the last 30 days went.
#[utoipa::path(operation_id = "show_case_figures", tag = "cases", responses((status = 200, body = CaseFiguresView)))]
#[get("/v1/admin/cases/figures")]
pub(super) async fn show_figures(caller: Caller, cases: Data<Cases>) -> Result<Json<CaseFiguresView>, Problem> {
    // An auditor sees figures, and no case.
    if caller.role != Role::Auditor && !may_review(&cases.policy.get()?.policy, caller.role) {
        return Err(Problem::new(crate::http::ProblemKind::Forbidden));
    }
    let now = cases.ledger.now();
    let read = cases.ledger.store().read(move |conn| queries::figures(conn, now));
    let CaseFigures {
        open,
        claimed,
        oldest,
        took,
        approved,
        retry,
        refused,
        by,
    } = read.await?;
    let share = |share: f64| {
        let place = (took.len() as f64 * share).ceil() as usize;
        took.get(place.max(1) - 1).copied()
    };
    let sees_who = matches!(caller.role, Role::Owner | Role::Auditor);
    let reviewers = sees_who.then(|| {
        by.into_iter()
            .map(|(reviewer, decided, approved)| ReviewerFigures {
                reviewer,
                decided,
                approved,
            })
            .collect()
    });
    Ok(Json(CaseFiguresView {
        open,
        claimed,
        oldest_opened_at: oldest,
        decided: took.len() as u64,
        median_seconds: share(0.5),
        p95_seconds: share(0.95),
        approved,
        retry,
        refused,
        reviewers,
    }))
}
