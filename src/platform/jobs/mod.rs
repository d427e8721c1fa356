//! Work that outlives a request: many steps in many transactions, which goes on where it was.
//!
//! How far it has come is moved in the transaction that does the work. So work that was cut off
//! anywhere goes on there, two who do the same share it, and what is done is not done again. A job is
//! known by what it does ([`Job::digest`]), so that asking for the same twice is asking once. Admins see
//! each job, how far it is, and what became of each of its items; they can cancel it between two steps.

mod queue;
mod records;

use std::{collections::HashMap, pin::pin, sync::Arc, time::Duration};

use futures_util::FutureExt;

pub use queue::{Item, Order, Queued, Runner, SubmitError, Work, submit};
pub use records::{JobRow, Outcome, all, by_id, count_open, outcomes};

use crate::platform::{
    ledger::{Actor, Event, Ledger, Tx, events},
    store::{CommandError, Conn, Disposition, StoreError},
    terms::{Id, JobId, PersonRow},
};

/// How often in a row the database may fail to answer before the work stops.
const PATIENCE: u32 = 5;

/// What is to be done: the same steps whenever it is asked.
pub trait Job: Send + Sync + 'static {
    /// What kind of work it is, as admins see it.
    const KIND: &'static str;
    /// Steps that share a transaction: enough that commits cost little, few enough that a service
    /// beside it does not wait.
    const CHUNK: usize;
    /// Why it cannot go on.
    type Error: CommandError;

    /// By what it is known again.
    fn digest(&self) -> [u8; 32];
    /// What its people are called in it, each once.
    fn names(&self) -> &[String];
    /// How many steps there are: one at least.
    fn steps(&self) -> usize;
    /// In the transaction that begins it.
    fn begin(&self, tx: &mut Tx<'_>) -> Result<(), Self::Error>;
    /// Does one step.
    fn step(&self, tx: &mut Tx<'_>, people: &mut Cast<'_>, place: usize) -> Result<(), Self::Error>;
    /// In the transaction of the last step; what it came to, to be kept.
    fn end(&self, tx: &mut Tx<'_>) -> Result<String, Self::Error>;
}

/// The id of the job with this digest: its first bytes as a UUIDv8 (RFC 9562 §5.8).
pub fn id_of(digest: &[u8; 32]) -> JobId {
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    Id::from_uuid(uuid::Builder::from_custom_bytes(first).into_uuid())
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// There are steps to be done.
    Open,
    /// An admin ended it before its last step. What was done stays done.
    Cancelled,
    /// Every step is done.
    Done,
}

/// How a run of it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything is done.
    Done,
    /// It had been done before: nothing new was written.
    DoneBefore,
    /// It was stopped after so many steps, and goes on there when it is run again.
    Stopped(u64),
    /// An admin cancelled it after so many steps.
    Cancelled(u64),
}

/// How far it has come.
struct At {
    row: i64,
    /// Steps that are done.
    done: usize,
    cancelled: bool,
    /// Whom everybody has become so far, in the order of their names.
    people: Vec<Option<PersonRow>>,
}

/// The people of a job, by their place among its names.
pub struct Cast<'a> {
    row: i64,
    names: &'a [String],
    people: &'a mut [Option<PersonRow>],
}

impl Cast<'_> {
    /// Whom somebody has become.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where they are nobody yet: the job's steps are in a wrong order.
    pub fn member(&self, name: usize) -> Result<PersonRow, StoreError> {
        let person = self.people.get(name).copied().flatten();
        person.ok_or_else(|| StoreError::Internal("somebody acts before they are a member".into()))
    }

    /// Notes whom somebody has become.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn became(&mut self, tx: &mut Tx<'_>, name: usize, person: PersonRow) -> Result<(), StoreError> {
        self.people[name] = Some(person);
        Ok(records::insert_outcome(
            tx.conn,
            self.row,
            &self.names[name],
            Some(person),
            "joined",
        )?)
    }
}

/// Does what is left of a job. Ends early, between two transactions, once `stop` is ready;
/// `progress` is told how many steps are done after each.
///
/// # Errors
/// The job's, or the database's once it has failed to answer several times in a row.
pub async fn run<J: Job>(
    ledger: &Ledger,
    job: Arc<J>,
    stop: impl Future<Output = ()>,
    mut progress: impl FnMut(u64),
) -> Result<Ended, J::Error> {
    let steps = job.steps();
    let mut stop = pin!(stop.fuse());
    let (mut failures, mut new) = (0, false);
    resume(ledger, id_of(&job.digest())).await?;
    loop {
        // What is written decides where to go on: another may have moved it, and a commit whose
        // answer was lost may have happened.
        let outcome = async {
            let mut at = load(ledger, &job).await?;
            while at.done < steps {
                if at.cancelled {
                    return Ok(Some(Ended::Cancelled(at.done as u64)));
                }
                if stop.as_mut().now_or_never().is_some() {
                    return Ok(Some(Ended::Stopped(at.done as u64)));
                }
                // After a failure it may be that so many steps take too long.
                let to = steps.min(at.done + (J::CHUNK >> (2 * failures)).max(1));
                let part = Arc::clone(&job);
                let written = ledger
                    .write(Actor::Operator, move |tx| chunk(&*part, tx, at, to))
                    .await?;
                let Some(next) = written.value else { return Ok(None) };
                at = next;
                (failures, new) = (0, true);
                progress(at.done as u64);
            }
            Ok(Some(if new { Ended::Done } else { Ended::DoneBefore }))
        };
        match outcome.await {
            Ok(Some(ended)) => return Ok(ended),
            Ok(None) => {}
            Err(error) => {
                let error: J::Error = error;
                if error.disposition() != Disposition::Abandon || failures >= PATIENCE {
                    return Err(error);
                }
                tokio::time::sleep(Duration::from_millis(100 << failures)).await;
                failures += 1;
            }
        }
    }
}

/// Whether the job with this digest has begun.
///
/// # Errors
/// [`StoreError`].
pub fn begun(conn: &mut Conn, digest: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(records::by_id(conn, id_of(digest))?.is_some())
}

/// Cancels a job that is not done: no further step of it begins. Nothing where it was cancelled already.
///
/// # Errors
/// [`CancelError`].
pub fn cancel(tx: &mut Tx<'_>, id: JobId) -> Result<JobRow, CancelError> {
    let by = tx.actor().person();
    if records::cancel(tx.conn, id, by, tx.now)? {
        tx.record(Event::JobCancelled(events::JobCancelled { job: id }));
    }
    let job = records::by_id(tx.conn, id)?.ok_or(CancelError::Unknown)?;
    match job.state() {
        JobState::Done => Err(CancelError::Done),
        JobState::Open | JobState::Cancelled => Ok(job),
    }
}

/// Lets a cancelled job go on: whoever runs it anew wants it done.
async fn resume(ledger: &Ledger, id: JobId) -> Result<(), StoreError> {
    let resumed = ledger.write(Actor::Operator, move |tx| {
        if records::resume(tx.conn, id, tx.now)? {
            tx.record(Event::JobResumed(events::JobResumed { job: id }));
        }
        Ok::<_, StoreError>(())
    });
    resumed.await.map(|_| ())
}

/// Why a job was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// There is no such job.
    #[error("there is no such job")]
    Unknown,
    /// Every step is done already.
    #[error("the job is done")]
    Done,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

crate::platform::store::from_query!(CancelError);

impl CommandError for CancelError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Unknown | Self::Done => Disposition::RollBack,
        }
    }
}

/// Where a job stands; where it has not begun, it begins.
async fn load<J: Job>(ledger: &Ledger, job: &Arc<J>) -> Result<At, J::Error> {
    loop {
        let part = Arc::clone(job);
        if let Some(at) = ledger.store().snapshot(move |conn| read(&*part, conn)).await? {
            return Ok(at);
        }
        let part = Arc::clone(job);
        let begun = ledger.write(Actor::Operator, move |tx| {
            if records::begin(
                tx.conn,
                id_of(&part.digest()),
                J::KIND,
                part.steps() as i64,
                tx.actor().person(),
                tx.now,
            )? {
                part.begin(tx)?;
            }
            Ok::<_, J::Error>(())
        });
        begun.await?;
    }
}

fn read<J: Job>(job: &J, conn: &mut Conn) -> Result<Option<At>, StoreError> {
    let Some(found) = records::by_id(conn, id_of(&job.digest()))? else {
        return Ok(None);
    };
    let known: HashMap<String, PersonRow> = records::people(conn, found.row)?.into_iter().collect();
    Ok(Some(At {
        row: found.row,
        done: usize::try_from(found.done).unwrap_or(0),
        cancelled: found.state() == JobState::Cancelled,
        people: job.names().iter().map(|name| known.get(name).copied()).collect(),
    }))
}

/// Does the steps from where `at` stands up to `to`; none where another has done some of them, or the job was cancelled.
fn chunk<J: Job>(job: &J, tx: &mut Tx<'_>, mut at: At, to: usize) -> Result<Option<At>, J::Error> {
    // First of all: of two who stand at the same step, one goes on.
    if !records::advance(tx.conn, at.row, at.done as i64, to as i64, tx.now)? {
        return Ok(None);
    }
    let mut people = Cast {
        row: at.row,
        names: job.names(),
        people: &mut at.people,
    };
    for place in at.done..to {
        job.step(tx, &mut people, place)?;
    }
    at.done = to;
    if to == job.steps() {
        let report = job.end(tx)?;
        records::finish(tx.conn, at.row, &report)?;
    }
    Ok(Some(at))
}
