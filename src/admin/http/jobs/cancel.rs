//! Cancels a job.

use super::super::Audit;
use super::*;
use crate::{
    admin,
    http::{Caller, Problem, ProblemKind, Segments, WriteResponse, problems},
    platform::{
        jobs::{self, CancelError},
        ledger::Actor,
        terms::JobId,
    },
};
use actix_web::{post, web::Data};

problems!(CancelJobProblems: JobDone);

/// Cancels a job: no further step of it begins. What it has done stays done. Whoever runs it again lets it go on.
#[utoipa::path(
    operation_id = "cancel_job",
    tag = "jobs",
    params(("id" = JobId, Path, description = "Which.")),
    responses((status = 200, description = "The job, cancelled.", body = JobShown,
        headers(("Vouchsafe-Position" = String, description = "Where the ledger holds it."))),
        CancelJobProblems)
)]
#[post("/v1/admin/jobs/{id}/cancel")]
pub(super) async fn cancel_job(
    id: Segments<JobId>,
    caller: Caller,
    audit: Data<Audit>,
) -> Result<WriteResponse<JobShown>, Problem> {
    let written = audit
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            let job = jobs::cancel(tx, id.0)?;
            Ok::<_, CancelError>(admin::asked(tx.conn, vec![job])?.pop())
        })
        .await?;
    let job = written.value.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(WriteResponse::ok(
        job.into(),
        audit.read_model.settle(written.position).await,
    ))
}
