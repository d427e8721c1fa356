//! `POST /v1/admin/reports/{id}/close`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moderation;
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    moderation::{ReportOutcome, commands},
    platform::{ledger::Actor, terms::PersonId},
};

/// How reports are closed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Closing {
    /// What they came to.
    outcome: ReportOutcome,
}

/// How many were closed.
#[derive(Debug, Serialize, ToSchema)]
struct Closed {
    /// How many.
    closed: usize,
}

problems!(CloseReportsProblems: NotFound, ReportsUnknown);

/// Closes every report that is open on a person, who may have left. What is reported of them later is open again.
#[utoipa::path(operation_id = "close_reports", tag = "reports",
    params(("id" = PersonId, Path, description = "The person.")),
    request_body = Closing,
    responses((status = 200, body = Closed,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        CloseReportsProblems))]
#[post("/v1/admin/reports/{id}/close")]
pub(super) async fn close_reports(
    id: Segments<PersonId>,
    body: Json<Closing>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<Closed>, Problem> {
    let (id, outcome) = (id.0, body.0.outcome);
    let written = moderation.ledger.write(Actor::Person(caller.person), move |tx| {
        commands::close_reports(tx, id, outcome)
    });
    let written = written.await?;
    let position = moderation.read_model.token(written.position);
    Ok(WriteResponse::ok(Closed { closed: written.value }, position))
}
