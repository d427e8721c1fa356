//! One job.

use super::super::Audit;
use super::*;
use crate::{
    admin,
    http::{Json, Problem, ProblemKind, Segments},
    platform::terms::JobId,
};
use actix_web::{get, web::Data};

/// One job.
#[utoipa::path(
    operation_id = "show_job",
    tag = "jobs",
    params(("id" = JobId, Path, description = "Which.")),
    responses((status = 200, description = "The job.", body = JobShown))
)]
#[get("/v1/admin/jobs/{id}")]
pub(super) async fn show_job(id: Segments<JobId>, audit: Data<Audit>) -> Result<Json<JobShown>, Problem> {
    let found = audit.ledger.store().read(move |conn| admin::job(conn, id.0)).await?;
    found
        .map(|job| Json(job.into()))
        .ok_or_else(|| ProblemKind::NotFound.into())
}
