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
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub use history::{BadRow, History, Name, Rating};
pub use replay::{Outcome, Plan, Report, Step, plan};

pub use crate::platform::jobs::Ended;
use crate::{
    invites::{self, RedeemError},
    people::{self, Admission, Newcomer},
    platform::{
        jobs::{self, Cast, Job},
        ledger::{Actor, Event, Ledger, Tx, events},
        store::{CommandError, Disposition, StoreError},
        terms::{Assurance, Id, PersonRow, Role, kinds},
        vault::Vault,
    },
};

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

/// So many bad rows are told at a time.
const MOST_TOLD: usize = 100;

fn lines(rows: &[BadRow]) -> String {
    let mut told: Vec<String> = rows.iter().take(MOST_TOLD).map(ToString::to_string).collect();
    if let more @ 1.. = rows.len() - told.len() {
        told.push(format!("and {more} more"));
    }
    told.join("\n")
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
    let history = History::read(&bytes, ledger.now()).map_err(ImportError::BadRows)?;
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
        Ended::Cancelled(done) => writeln!(
            out,
            "cancelled by an admin after {done} of {} rows. Run the import again: it goes on there",
            report.rows
        )?,
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
    progress: impl FnMut(u64),
) -> Result<Ended, ImportError> {
    let work = Arc::new(Work {
        vault: vault.clone(),
        history,
        plan,
    });
    jobs::run(ledger, work, stop, progress).await
}

/// What is to be done.
struct Work {
    vault: Vault,
    history: History,
    plan: Plan,
}

impl CommandError for ImportError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::File(..) | Self::BadRows(_) | Self::NotStanding(_) | Self::Output(_) => Disposition::RollBack,
        }
    }
}

impl Job for Work {
    const KIND: &'static str = "import";
    const CHUNK: usize = 250;
    type Error = ImportError;

    fn digest(&self) -> [u8; 32] {
        self.history.digest
    }

    fn names(&self) -> &[String] {
        &self.history.names
    }

    fn steps(&self) -> usize {
        self.plan.steps.len()
    }

    fn begin(&self, tx: &mut Tx<'_>) -> Result<(), ImportError> {
        let digest = data_encoding::HEXLOWER.encode(&self.history.digest);
        tx.record(Event::ImportStarted(events::ImportStarted {
            import: self.id(),
            digest,
        }));
        Ok(())
    }

    fn step(&self, tx: &mut Tx<'_>, people: &mut Cast<'_>, place: usize) -> Result<(), ImportError> {
        let (row, step) = (self.history.ratings[place], self.plan.steps[place]);
        if step.founds {
            let founded = tx.on_behalf(Actor::Operator, row.at, |tx| people::found(tx, &member()))?;
            people.became(tx, row.from.0, founded.row)?;
        }
        match step.outcome {
            Outcome::Invite => {
                let inviter = people.member(row.from.0)?;
                let admitted = tx.on_behalf(Actor::Person(inviter), row.at, |tx| self.admit(tx, inviter, row.line))?;
                people.became(tx, row.to.0, admitted)?;
            }
            Outcome::Vouch => {
                let (from, to) = (people.member(row.from.0)?, people.member(row.to.0)?);
                tx.on_behalf(Actor::Person(from), row.at, |tx| people::vouch(tx, from, to))?;
            }
            Outcome::Report => {
                let (from, on) = (people.member(row.from.0)?, people.member(row.to.0)?);
                tx.on_behalf(Actor::Person(from), row.at, |tx| people::report(tx, from, on));
            }
            Outcome::VouchedBefore | Outcome::SetAside | Outcome::OfOneself | Outcome::Zero => {}
        }
        Ok(())
    }

    fn end(&self, tx: &mut Tx<'_>) -> Result<String, ImportError> {
        let rows = self.plan.report.rows;
        tx.record(Event::ImportFinished(events::ImportFinished {
            import: self.id(),
            rows,
        }));
        let report = serde_json::to_string(&self.plan.report);
        Ok(report.map_err(|error| StoreError::Internal(error.to_string()))?)
    }
}

impl Work {
    /// The run's id, the same for every run of the same file.
    fn id(&self) -> Id<kinds::Import> {
        Id::from_uuid(jobs::id_of(&self.history.digest).uuid())
    }

    /// An invite that is issued, held and used in one moment, and the member who comes of it.
    fn admit(&self, tx: &mut Tx<'_>, inviter: PersonRow, line: u64) -> Result<PersonRow, ImportError> {
        let invite = invites::replay(tx, &self.vault, inviter, Id::new(tx.now, tx.rng))?;
        let flow = Id::new(tx.now, tx.rng);
        if !invites::reserve(tx, &invite, flow, invite.expires_at)? {
            return Err(ImportError::NotStanding(line));
        }
        invites::redeem(tx, &invite, flow).map_err(|error| match error {
            RedeemError::NotHeld | RedeemError::Closed(_) => ImportError::NotStanding(line),
            RedeemError::Store(error) => error.into(),
        })?;
        let by = Admission {
            inviter,
            invite_row: invite.row,
            invite: invite.id,
            flow: None,
        };
        Ok(people::admit(tx, &member(), &by)?.row)
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
