//! Jobs: how far each has come, what became of its items, and how to end one.

use actix_web::{get, post, web::Data};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Audit;
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments, WriteResponse},
    people,
    platform::{
        jobs::{self, CancelError, JobRow, JobState},
        ledger::Actor,
        store::{Conn, StoreError},
        terms::{JobId, PersonId, Timestamp},
    },
};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_jobs)
        .service(list_job_outcomes)
        .service(show_job)
        .service(cancel_job);
}

/// A job: work that outlives a request.
#[derive(Debug, Serialize, ToSchema)]
struct JobShown {
    /// Its public id.
    id: JobId,
    /// What kind of work it is: `import`, `sample_community`.
    #[schema(example = "import")]
    kind: String,
    /// Where it stands.
    state: JobState,
    /// How many steps there are.
    steps: i64,
    /// How many of them are done.
    done: i64,
    /// Who asked for it; missing where the command line did.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<PersonId>,
    /// When it began.
    created_at: Timestamp,
    /// When it last came on. An open job that has not for minutes waits for somebody to run it again.
    moved_at: Timestamp,
    /// When it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<Timestamp>,
    /// What it came to; missing before its end. Its members depend on the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    report: Option<Value>,
}

/// What became of one item of a job.
#[derive(Debug, Serialize, ToSchema)]
struct OutcomeShown {
    /// What the job calls the item: a name or a row of its file.
    item: String,
    /// The member that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    /// What became of it, as a word.
    #[schema(example = "joined")]
    outcome: String,
}

fn shown(conn: &mut Conn, rows: Vec<JobRow>) -> Result<Vec<(i64, JobShown)>, StoreError> {
    let by: Vec<_> = rows.iter().filter_map(|job| job.created_by).collect();
    let names = people::names(conn, &by)?;
    Ok(rows
        .into_iter()
        .map(|job| {
            let state = job.state();
            let shown = JobShown {
                id: job.id,
                kind: job.kind,
                state,
                steps: job.steps,
                done: job.done,
                created_by: job.created_by.and_then(|row| names.get(&row)).map(|name| name.id),
                created_at: job.created_at,
                moved_at: job.moved_at,
                cancelled_at: job.cancelled_at,
                report: job.report.and_then(|report| serde_json::from_str(&report).ok()),
            };
            (job.row, shown)
        })
        .collect())
}

/// Jobs, newest first.
#[utoipa::path(
    operation_id = "list_jobs",
    tag = "jobs",
    params(Paging),
    responses((status = 200, description = "One page of jobs.", body = Page<JobShown>))
)]
#[get("/v1/admin/jobs")]
async fn list_jobs(
    paging: Query<Paging>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Result<Json<Page<JobShown>>, Problem> {
    let before = cursors.read::<(i64,)>(paging.0.cursor.as_deref())?.map(|(row,)| row);
    let limit = paging.0.limit;
    let asked = move |conn: &mut Conn| {
        let rows = jobs::all(conn, before, limit.and_one())?;
        shown(conn, rows)
    };
    let found = audit.ledger.store().read(asked).await?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |(row, _)| (*row,),
        |(_, job)| job,
    )))
}

/// One job.
#[utoipa::path(
    operation_id = "show_job",
    tag = "jobs",
    params(("id" = JobId, Path, description = "Which.")),
    responses((status = 200, description = "The job.", body = JobShown))
)]
#[get("/v1/admin/jobs/{id}")]
async fn show_job(id: Segments<JobId>, audit: Data<Audit>) -> Result<Json<JobShown>, Problem> {
    let asked = move |conn: &mut Conn| {
        let row = jobs::by_id(conn, id.0)?;
        shown(conn, row.into_iter().collect())
    };
    let found = audit.ledger.store().read(asked).await?.pop();
    found
        .map(|(_, job)| Json(job))
        .ok_or_else(|| ProblemKind::NotFound.into())
}

/// What became of a job's items, by their names.
#[utoipa::path(
    operation_id = "list_job_outcomes",
    tag = "jobs",
    params(("id" = JobId, Path, description = "Which."), Paging),
    responses((status = 200, description = "One page of outcomes.", body = Page<OutcomeShown>))
)]
#[get("/v1/admin/jobs/{id}/outcomes")]
async fn list_job_outcomes(
    id: Segments<JobId>,
    paging: Query<Paging>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Result<Json<Page<OutcomeShown>>, Problem> {
    let after = cursors.read::<(String,)>(paging.0.cursor.as_deref())?;
    let after = after.map(|(item,)| item).unwrap_or_default();
    let limit = paging.0.limit;
    let asked = move |conn: &mut Conn| {
        let Some(job) = jobs::by_id(conn, id.0)? else {
            return Ok(None);
        };
        let rows = jobs::outcomes(conn, job.row, &after, limit.and_one())?;
        let members: Vec<_> = rows.iter().filter_map(|row| row.person).collect();
        let names = people::names(conn, &members)?;
        let shown = rows.into_iter().map(|row| OutcomeShown {
            person: row.person.and_then(|person| names.get(&person)).map(|name| name.id),
            item: row.item,
            outcome: row.outcome,
        });
        Ok::<_, StoreError>(Some(shown.collect::<Vec<_>>()))
    };
    let found = audit.ledger.store().read(asked).await?;
    let found = found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |row| (row.item.clone(),),
        |row| row,
    )))
}

/// Cancels a job: no further step of it begins. What it has done stays done. Whoever runs it again lets it go on.
#[utoipa::path(
    operation_id = "cancel_job",
    tag = "jobs",
    params(("id" = JobId, Path, description = "Which.")),
    responses((status = 200, description = "The job, cancelled.", body = JobShown,
        headers(("Vouchsafe-Position" = String, description = "Where the ledger holds it."))))
)]
#[post("/v1/admin/jobs/{id}/cancel")]
async fn cancel_job(
    id: Segments<JobId>,
    caller: Caller,
    audit: Data<Audit>,
) -> Result<WriteResponse<JobShown>, Problem> {
    let written = audit
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            let job = jobs::cancel(tx, id.0)?;
            Ok::<_, CancelError>(shown(tx.conn, vec![job])?.pop())
        })
        .await?;
    let (_, job) = written.value.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(WriteResponse::ok(job, audit.read_model.settle(written.position).await))
}

impl From<CancelError> for Problem {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::Unknown => Self::new(ProblemKind::NotFound),
            CancelError::Done => Self::new(ProblemKind::JobDone),
            CancelError::Store(error) => error.into(),
        }
    }
}
