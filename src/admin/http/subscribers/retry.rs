//! Have an event that was put aside tried again at once, after what was wrong was mended.

use super::super::Audit;
use crate::{
    http::{Caller, Problem, ProblemKind, Segments, WriteResponse},
    platform::ledger::{self, Actor},
};
use actix_web::{post, web::Data};

/// Have an event that was put aside tried again at once, after what was wrong was mended.
#[utoipa::path(operation_id = "retry_subscriber_failure", tag = "ledger",
    params(("subscriber" = String, Path, description = "The subscriber's name."),
        ("number" = i64, Path, description = "The event's number in the ledger.")),
    responses((status = 204, description = "It is tried within seconds.")))]
#[post("/v1/admin/subscribers/{subscriber}/failures/{number}/retry")]
pub(super) async fn retry_failure(
    caller: Caller,
    path: Segments<(String, i64)>,
    audit: Data<Audit>,
) -> Result<WriteResponse<()>, Problem> {
    let (subscriber, number) = path.0;
    let name = audit.subscriber(&subscriber)?;
    let written = audit
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            ledger::retry_failure(tx, name, number)
        })
        .await?;
    if !written.value {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    Ok(WriteResponse::nothing(audit.read_model.token(written.position)))
}
