//! `POST /v1/reports`

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Moderation;
use crate::{
    http::{Caller, Json, Problem, WriteResponse, problems},
    moderation::{ReasonCode, commands},
    platform::{ledger::Actor, terms::PersonId},
};

/// A report of a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReport {
    /// Whom.
    person: PersonId,
    /// Why, as a code.
    reason: ReasonCode,
    /// Why, in words. They are kept sealed; admins read them.
    #[serde(default)]
    #[schema(min_length = 8, max_length = 2000)]
    note: Option<String>,
}

problems!(ReportPersonProblems: InvalidValue, NotFound, TooManyRequests);

/// Reports a member to the admins. They never learn by whom. One report of the same member on the same person is open at
/// a time: again changes nothing. A member makes 20 a day at most.
#[utoipa::path(operation_id = "report_person", tag = "reports", request_body = NewReport,
    responses((status = 204, description = "It is noted.",
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        ReportPersonProblems))]
#[post("/v1/reports")]
pub(super) async fn report_person(
    caller: Caller,
    body: Json<NewReport>,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<()>, Problem> {
    let body = body.0;
    let (vault, by) = (moderation.vault.clone(), caller.person);
    let written = moderation.ledger.write(Actor::Person(by), move |tx| {
        commands::report(tx, &vault, by, body.person, body.reason, body.note.as_deref())
    });
    let position = moderation.read_model.token(written.await?.position);
    Ok(WriteResponse::nothing(position))
}
