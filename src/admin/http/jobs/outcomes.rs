//! What became of a job's items, by their names.

use super::super::Audit;
use super::*;
use crate::{
    admin::{self, JobItem},
    http::{Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments},
    platform::terms::JobId,
};
use actix_web::{get, web::Data};

/// What became of a job's items, by their names.
#[utoipa::path(
    operation_id = "list_job_outcomes",
    tag = "jobs",
    params(("id" = JobId, Path, description = "Which."), Paging),
    responses((status = 200, description = "One page of outcomes.", body = Page<OutcomeShown>))
)]
#[get("/v1/admin/jobs/{id}/outcomes")]
pub(super) async fn list_job_outcomes(
    id: Segments<JobId>,
    paging: Query<Paging>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Result<Json<Page<OutcomeShown>>, Problem> {
    let after = cursors.read::<(String,)>(paging.0.cursor.as_deref())?;
    let after = after.map(|(item,)| item).unwrap_or_default();
    let limit = paging.0.limit;
    let read = audit
        .ledger
        .store()
        .read(move |conn| admin::job_items(conn, id.0, &after, limit.and_one()));
    let found = read.await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let shown = |JobItem { item, person, outcome }| OutcomeShown { item, person, outcome };
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |item| (item.item.clone(),),
        shown,
    )))
}
