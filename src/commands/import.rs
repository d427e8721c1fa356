//! `vouchsafe import`: replays a history of ratings as the invites, vouches and reports that it was.
//!
//! A history is what happened, so no policy is asked about it; but whatever it comes to is done by
//! the same commands as anything else, at the time of its row and on behalf of its rater, and stands
//! in the same chain. Many rows share a transaction, and how far the import has come is moved in it:
//! an import that was cut off anywhere goes on where it was, two at once share the work, and one that
//! is done does nothing.
//!
//! People of a history have no account: no contact, no password, nothing proved. The names by which
//! the file calls them are kept as they are.

mod history;
mod records;
mod replay;

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub use history::{BadRow, History, Name, Rating};
pub use replay::{Outcome, Plan, Report, Step, plan};

use crate::{
    invites::{self, RedeemError},
    ledger::{Actor, Event, Ledger, Tx},
    people::{self, Admission, Newcomer},
    store::{CommandError, Disposition, StoreError},
    terms::{Assurance, Id, PersonRow, Role, kinds},
    vault::Vault,
};

/// Rows that share a transaction: enough that commits cost little, few enough that the service
/// beside it does not wait.
const CHUNK: usize = 250;

/// How often in a row the database may fail to answer before the import stops.
const PATIENCE: u32 = 5;

/// Why a history was not imported, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// Rows that cannot be taken; nothing was written.
    #[error("nothing was imported, because of {} bad rows:\n{}", .0.len(), lines(.0))]
    BadRows(Vec<BadRow>),
    /// Somebody whom the history lets invite has been sanctioned since they were imported.
    #[error(
        "line {0}: the inviter was put out since they were imported, and lets in nobody. Lift the sanction and run \
         the import again: it goes on there"
    )]
    NotStanding(u64),
    /// The database.
    #[error("{0}. Run the import again: it goes on where it was")]
    Store(#[from] StoreError),
    /// What is told cannot be written.
    #[error("writing the report: {0}")]
    Output(#[from] io::Error),
}

fn lines(rows: &[BadRow]) -> String {
    let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    rows.join("\n")
}

/// How an import ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every row was replayed.
    Done,
    /// It had been done before: nothing new was written.
    DoneBefore,
    /// It was stopped after so many rows, and goes on there when it is run again.
    Stopped(u64),
}

/// Imports the file, shows a progress bar where there is a terminal, and writes the report. Ends
/// early, between two transactions, once `stop` is ready.
///
/// # Errors
/// [`ImportError`].
pub async fn run(
    ledger: &Ledger,
    vault: &Vault,
    file: &Path,
    stop: impl Future<Output = ()>,
    out: &mut impl io::Write,
) -> Result<Ended, ImportError> {
    let bytes = fs::read(file).map_err(|error| ImportError::File(file.to_owned(), error))?;
    let history = History::read(&bytes).map_err(ImportError::BadRows)?;
    let plan = plan(&history);
    let report = plan.report;
    let bar = ProgressBar::with_draw_target(Some(report.rows), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows, {eta} left") {
        bar.set_style(style);
    }
    let ended = replay(ledger, vault, history, plan, stop, |done| bar.set_position(done)).await;
    bar.finish_and_clear();
    let ended = ended?;
    match ended {
        Ended::Done => writeln!(out, "imported {}\n\n{report}", file.display())?,
        Ended::DoneBefore => writeln!(out, "{} was imported before: nothing new\n\n{report}", file.display())?,
        Ended::Stopped(done) => writeln!(
            out,
            "stopped after {done} of {} rows. Run the import again: it goes on there",
            report.rows
        )?,
    }
    Ok(ended)
}

/// Replays a history that was planned, from where an earlier run of it ended; `progress` is told how
/// many rows are done after each transaction.
///
/// # Errors
/// [`ImportError`].
pub async fn replay(
    ledger: &Ledger,
    vault: &Vault,
    history: History,
    plan: Plan,
    stop: impl Future<Output = ()>,
    mut progress: impl FnMut(u64),
) -> Result<Ended, ImportError> {
    let work = Arc::new(Work { vault: vault.clone(), history, plan });
    let rows = work.plan.steps.len();
    let mut stop = pin!(stop.fuse());
    let (mut failures, mut new) = (0, false);
    'anew: loop {
        // What is written decides where to go on: another may have moved it, and a commit whose
        // answer was lost may have happened.
        let mut at = match work.load(ledger).await {
            Ok(at) => at,
            Err(error) => {
                failures = patient(failures, error).await?;
                continue;
            }
        };
        while at.done < rows {
            if stop.as_mut().now_or_never().is_some() {
                return Ok(Ended::Stopped(at.done as u64));
            }
            // After a failure it may be that so many rows take too long.
            let to = rows.min(at.done + (CHUNK >> (2 * failures)).max(1));
            let part = Arc::clone(&work);
            match ledger.write(Actor::Operator, move |tx| part.chunk(tx, at, to)).await {
                Ok(written) => at = written.value,
                Err(ChunkError::Moved) => continue 'anew,
                Err(ChunkError::NotStanding(line)) => return Err(ImportError::NotStanding(line)),
                Err(ChunkError::Store(error)) => {
                    failures = patient(failures, error).await?;
                    continue 'anew;
                }
            }
            (failures, new) = (0, true);
            progress(at.done as u64);
        }
        return Ok(if new { Ended::Done } else { Ended::DoneBefore });
    }
}

/// One failure more, if that may still pass; waits longer each time.
async fn patient(failures: u32, error: StoreError) -> Result<u32, StoreError> {
    match error {
        StoreError::Unavailable(_) if failures < PATIENCE => {
            tokio::time::sleep(Duration::from_millis(100 << failures)).await;
            Ok(failures + 1)
        }
        error => Err(error),
    }
}

/// What is to be done, the same for all its transactions.
struct Work {
    vault: Vault,
    history: History,
    plan: Plan,
}

/// How far it has come.
struct At {
    import: i64,
    /// Rows that are done.
    done: usize,
    /// Whom everybody has become so far, by their [`Name`].
    people: Vec<Option<PersonRow>>,
}

/// Why a transaction of an import did not go through.
#[derive(Debug, thiserror::Error)]
enum ChunkError {
    #[error("the import was moved by another")]
    Moved,
    #[error("line {0}: the inviter is not in good standing")]
    NotStanding(u64),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommandError for ChunkError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Moved | Self::NotStanding(_) => Disposition::RollBack,
            Self::Store(error) => error.disposition(),
        }
    }
}

impl Work {
    /// The run's id: the digest's first bytes as a UUIDv8 (RFC 9562 §5.8), so that every run of the
    /// same file bears the same.
    fn id(&self) -> Id<kinds::Import> {
        let mut first = [0; 16];
        first.copy_from_slice(&self.history.digest[..16]);
        Id::from_uuid(uuid::Builder::from_custom_bytes(first).into_uuid())
    }

    /// Where the import stands; where there is none, it is begun.
    async fn load(self: &Arc<Self>, ledger: &Ledger) -> Result<At, StoreError> {
        loop {
            let work = Arc::clone(self);
            if let Some(at) = ledger.store().snapshot(move |conn| work.read(conn)).await? {
                return Ok(at);
            }
            let work = Arc::clone(self);
            let begun = ledger.write(Actor::Operator, move |tx| {
                if records::begin(tx.conn, &work.history.digest, "{}")? {
                    let digest = data_encoding::HEXLOWER.encode(&work.history.digest);
                    tx.record(Event::ImportStarted { import: work.id(), digest });
                }
                Ok::<_, StoreError>(())
            });
            begun.await?;
        }
    }

    fn read(&self, conn: &mut crate::store::Conn) -> Result<Option<At>, StoreError> {
        let Some((import, done)) = records::find(conn, &self.history.digest)? else { return Ok(None) };
        let known: HashMap<String, PersonRow> = records::people(conn, import)?.into_iter().collect();
        Ok(Some(At {
            import,
            done: usize::try_from(done).unwrap_or(0),
            people: self.history.names.iter().map(|name| known.get(name).copied()).collect(),
        }))
    }

    /// Replays the rows from where `at` stands up to `to`, in one transaction.
    fn chunk(&self, tx: &mut Tx<'_>, mut at: At, to: usize) -> Result<At, ChunkError> {
        // First of all: of two who stand at the same row, one goes on.
        if !records::advance(tx.conn, at.import, at.done as i64, to as i64)? {
            return Err(ChunkError::Moved);
        }
        for place in at.done..to {
            self.row(tx, &mut at, place)?;
        }
        at.done = to;
        if to == self.plan.steps.len() {
            let report = serde_json::to_string(&self.plan.report);
            let report = report.map_err(|error| StoreError::Internal(error.to_string()))?;
            records::finish(tx.conn, at.import, &report)?;
            tx.record(Event::ImportFinished { import: self.id(), rows: self.plan.report.rows });
        }
        Ok(at)
    }

    fn row(&self, tx: &mut Tx<'_>, at: &mut At, place: usize) -> Result<(), ChunkError> {
        let (row, step) = (self.history.ratings[place], self.plan.steps[place]);
        if step.founds {
            let founded = tx.on_behalf(Actor::Operator, row.at, |tx| people::found(tx, &member()))?;
            self.became(tx, at, row.from, founded.row)?;
        }
        let known = |name: Name| at.people[name.0].ok_or_else(|| StoreError::Internal("a member is missing".into()));
        match step.outcome {
            Outcome::Invite => {
                let inviter = known(row.from)?;
                let admitted = tx.on_behalf(Actor::Person(inviter), row.at, |tx| self.admit(tx, inviter, row.line))?;
                self.became(tx, at, row.to, admitted)
            }
            Outcome::Vouch => {
                let (from, to) = (known(row.from)?, known(row.to)?);
                tx.on_behalf(Actor::Person(from), row.at, |tx| people::vouch(tx, from, to))?;
                Ok(())
            }
            Outcome::Report => {
                let (from, on) = (known(row.from)?, known(row.to)?);
                tx.on_behalf(Actor::Person(from), row.at, |tx| people::report(tx, from, on));
                Ok(())
            }
            Outcome::VouchedBefore | Outcome::SetAside | Outcome::OfOneself | Outcome::Zero => Ok(()),
        }
    }

    /// An invite that is issued, held and used in one moment, and the member who comes of it.
    fn admit(&self, tx: &mut Tx<'_>, inviter: PersonRow, line: u64) -> Result<PersonRow, ChunkError> {
        let invite = invites::replay(tx, &self.vault, inviter, Id::new(tx.now, tx.chance))?;
        let flow = Id::new(tx.now, tx.chance);
        if !invites::hold(tx, &invite, flow, invite.expires_at)? {
            return Err(ChunkError::NotStanding(line));
        }
        invites::redeem(tx, &invite, flow).map_err(|error| match error {
            RedeemError::NotHeld | RedeemError::Withdrawn => ChunkError::NotStanding(line),
            RedeemError::Store(error) => error.into(),
        })?;
        let by = Admission { inviter, invite_row: invite.row, invite: invite.id, flow: None };
        Ok(people::admit(tx, &member(), &by)?.row)
    }

    fn became(&self, tx: &mut Tx<'_>, at: &mut At, name: Name, person: PersonRow) -> Result<(), ChunkError> {
        at.people[name.0] = Some(person);
        Ok(records::insert_person(tx.conn, at.import, &self.history.names[name.0], person)?)
    }
}

/// Somebody of whom a history says no more than that they were there.
fn member() -> Newcomer {
    Newcomer {
        subject: None,
        handle: None,
        role: Role::Member,
        assurance: Assurance::None,
        locale: "en".into(),
    }
}
