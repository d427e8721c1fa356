//! Jobs, newest first.

use super::super::Audit;
use super::*;
use crate::{
    admin,
    http::{Cursors, Json, Page, Paging, Problem, Query},
};
use actix_web::{get, web::Data};

/// Jobs, newest first.
#[utoipa::path(
    operation_id = "list_jobs",
    tag = "jobs",
    params(Paging),
    responses((status = 200, description = "One page of jobs.", body = Page<JobShown>))
)]
#[get("/v1/admin/jobs")]
pub(super) async fn list_jobs(
    paging: Query<Paging>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Result<Json<Page<JobShown>>, Problem> {
    let before = cursors.read::<(i64,)>(paging.0.cursor.as_deref())?.map(|(row,)| row);
    let limit = paging.0.limit;
    let read = audit
        .ledger
        .store()
        .read(move |conn| admin::jobs(conn, before, limit.and_one()));
    let found = read.await?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |asked| (asked.job.row,),
        JobShown::from,
    )))
}
