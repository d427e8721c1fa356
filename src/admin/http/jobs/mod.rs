//! Jobs: how far each has come, what became of its items, and how to end one.

mod cancel;
mod list;
mod outcomes;
mod report;
mod show;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    admin::JobAsked,
    http::{Problem, ProblemKind, Routes},
    platform::{
        jobs::{CancelError, JobState},
        terms::{JobId, PersonId, Timestamp},
    },
};

pub(super) fn routes(config: &mut Routes) {
    config
        .service(list::list_jobs)
        .service(outcomes::list_job_outcomes)
        .service(report::export_job_outcomes)
        .service(show::show_job)
        .service(cancel::cancel_job);
}

/// A job: work that outlives a request.
#[derive(Debug, Serialize, ToSchema)]
struct JobShown {
    /// Its public id.
    id: JobId,
    /// What kind of work it is: `import`, `sample_community`, `sanctions`, `invites`.
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

impl From<JobAsked> for JobShown {
    fn from(JobAsked { job, by }: JobAsked) -> Self {
        Self {
            id: job.id,
            state: job.state(),
            kind: job.kind,
            steps: job.steps,
            done: job.done,
            created_by: by,
            created_at: job.created_at,
            moved_at: job.moved_at,
            cancelled_at: job.cancelled_at,
            report: job.report.and_then(|report| serde_json::from_str(&report).ok()),
        }
    }
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
