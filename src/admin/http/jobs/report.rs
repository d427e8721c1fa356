//! What became of every item of a job, as a file.

use actix_web::{
    HttpResponse, get,
    web::{Bytes, Data},
};
use futures_util::stream;

use super::super::Audit;
use crate::{
    admin::{self, JobItem},
    http::{Problem, ProblemKind, Segments, table},
    platform::terms::{JobId, csv_line},
};

/// How many items are read at a time.
const AT_ONCE: i64 = 1000;

/// What became of every item of a job, as a CSV file with the columns `item`, `outcome` and `person`. Where a cell would
/// begin a formula in a spreadsheet, it has an apostrophe before it.
#[utoipa::path(
    operation_id = "export_job_outcomes",
    tag = "jobs",
    params(("id" = JobId, Path, description = "Which.")),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"))
)]
#[get("/v1/admin/jobs/{id}/report.csv")]
pub(super) async fn export_job_outcomes(id: Segments<JobId>, audit: Data<Audit>) -> Result<HttpResponse, Problem> {
    let id = id.0;
    let store = audit.ledger.store().clone();
    let known = store.read(move |conn| admin::job(conn, id)).await?;
    known.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let header = csv_line(["item", "outcome", "person"]);
    let begin = Some((String::new(), header));
    let rows = stream::unfold(begin, move |at| {
        let store = store.clone();
        async move {
            let (after, mut text) = at?;
            let read = store.read(move |conn| admin::job_items(conn, id, &after, AT_ONCE));
            let items = match read.await {
                Ok(items) => items.unwrap_or_default(),
                Err(error) => return Some((Err(Problem::from(error)), None)),
            };
            for JobItem { item, person, outcome } in &items {
                let person = person.map(|person| person.to_string()).unwrap_or_default();
                text.extend(csv_line([item.as_str(), outcome.as_str(), &person]));
            }
            let next = items.last().map(|last| (last.item.clone(), Vec::new()));
            let next = next.filter(|_| items.len() == AT_ONCE as usize);
            Some((Ok(Bytes::from(text)), next))
        }
    });
    Ok(table(&format!("{id}.csv"), rows))
}
