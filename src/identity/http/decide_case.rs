//! `POST /v1/admin/cases/{id}/decision`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Cases, reason};
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    identity::commands,
    platform::{
        ledger::{Actor, events::Verdict},
        terms::CaseId,
    },
};

/// Your decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDecision {
    /// The verdict.
    verdict: Verdict,
    /// Why, in your own words. They are kept sealed, and the ledger records a commitment to them.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

/// The decision that was recorded.
#[derive(Serialize, ToSchema)]
struct DecisionView {
    /// The case.
    id: CaseId,
    /// The recorded verdict. A newcomer who was sent back as often as the policy allows is refused instead.
    verdict: Verdict,
}

problems!(DecideCaseProblems:
    InvalidValue, CaseDecided, CaseLapsed, CaseClaimed, ReviewConflict, DocumentTaken, DocumentBound,
    StepOutOfOrder
);

/// Decide a case that you have claimed. A case is decided once.
///
/// A newcomer who may go on has `join.hold_days` from now on. A final refusal binds the use of the invite, the
/// address and the document until an admin lifts it.
#[utoipa::path(operation_id = "decide_case", tag = "cases", request_body = NewDecision,
    params(("id" = CaseId, Path, description = "The case.")),
    responses((status = 200, body = DecisionView), DecideCaseProblems))]
#[post("/v1/admin/cases/{id}/decision")]
pub(super) async fn decide_case(
    caller: Caller,
    id: Segments<CaseId>,
    body: Json<NewDecision>,
    cases: Data<Cases>,
) -> Result<WriteResponse<DecisionView>, Problem> {
    let rules = cases.reviewing(&caller)?;
    let NewDecision {
        verdict,
        reason: entered,
    } = body.0;
    let reason = reason(&entered)?;
    let vault = cases.vault.clone();
    let id = id.0;
    let written = cases
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::decide(tx, &vault, &rules.policy, id, caller.person, verdict, &reason)
        })
        .await?;
    let position = cases.read_model.token(written.position);
    let verdict = written.value;
    Ok(WriteResponse::ok(DecisionView { id, verdict }, position))
}
