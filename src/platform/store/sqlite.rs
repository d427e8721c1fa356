//! SQLite's one writer: many commands, one commit.
//!
//! Each command runs in a savepoint of the batch's transaction, so that its own refusal undoes only
//! itself. On a hard error (a full disk, an I/O error) SQLite rolls back the *whole* transaction
//! behind our back; whatever ran after that would commit by itself while what ran before is gone.
//! So: nobody is answered before the COMMIT has succeeded, and after a hard error the batch is
//! abandoned and everybody in it is told that nothing is known.
//!
//! For a savepoint SQLite copies each page that the command touches. A command that says by
//! [`Undo::WithItsBatch`] that it leaves nothing of what it refuses needs none; should it fail all the same,
//! what ran before it is undone and told so ([`StoreError::Hindered`]), and for a while every command has one.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::{Duration, Instant},
};

use diesel::RunQueryDsl;
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::timeout,
};

use super::{
    Batched, BeforeCommit, CommandError, Conn, Disposition, StoreError, StoreOptions, Undo, fixed, guards::passes,
};

pub(super) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    queue: mpsc::WeakSender<Job>,
    stopped: Mutex<Option<oneshot::Receiver<()>>>,
}

/// After a command failed that had no savepoint, how long every command has one: what fails always, because of
/// what somebody asks for, then fails alone.
const WARY: Duration = Duration::from_secs(60);

struct Job {
    undo: Undo,
    run: Box<dyn FnOnce(&mut Conn) -> Ran + Send>,
}

/// A command that has run and waits for the commit.
struct Ran {
    disposition: Disposition,
    /// Tells the caller, with the position that the commit reached or why there was none.
    tell: Box<dyn FnOnce(Result<i64, StoreError>) + Send>,
}

impl Writer {
    pub(super) fn start(options: &StoreOptions) -> Result<Self, StoreError> {
        let conn = options.target.connect(Duration::from_secs(5))?;
        // A queue as long as a second's work: what does not fit is told 503 at once.
        let (jobs, queue) = mpsc::channel(options.batch.max(1) * 64);
        let (stop, stopped) = oneshot::channel();
        let guards = options.guards.clone();
        let worker = Worker {
            conn,
            target: options.target.clone(),
            batch: options.batch.max(1),
            before_commit: options.before_commit.clone(),
            failed_without: None,
        };
        thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || {
                guards.within(|| worker.run(queue));
                // Nobody may be waiting for it any more.
                let _ = stop.send(());
            })
            .map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(Self {
            queue: jobs.downgrade(),
            jobs: Mutex::new(Some(jobs)),
            stopped: Mutex::new(Some(stopped)),
        })
    }

    pub(super) async fn submit<T, E, F>(&self, patience: Duration, undo: Undo, command: F) -> Result<Batched<T>, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: CommandError,
    {
        let (answer, answered) = oneshot::channel::<Result<Batched<T>, E>>();
        let run = move |conn: &mut Conn| {
            // Whoever was already told 503 must not find it done afterwards.
            if answer.is_closed() {
                return Ran {
                    disposition: Disposition::Keep,
                    tell: Box::new(|_| ()),
                };
            }
            let outcome = catch_unwind(AssertUnwindSafe(|| command(conn)))
                .unwrap_or_else(|_| Err(StoreError::Internal("a command panicked".into()).into()));
            let disposition = outcome
                .as_ref()
                .err()
                .map_or(Disposition::Keep, CommandError::disposition);
            Ran {
                disposition,
                tell: Box::new(move |committed| {
                    let told = match committed {
                        Ok(position) => outcome.map(|value| Batched {
                            value,
                            position: Some(position),
                        }),
                        Err(error) => Err(error.into()),
                    };
                    // A caller that has gone away needs no answer.
                    let _ = answer.send(told);
                }),
            }
        };
        let run = Box::new(run);
        let queue = self
            .queue
            .upgrade()
            .ok_or_else(|| StoreError::Unavailable("the store is closed".into()))?;
        queue
            .try_send(Job { undo, run })
            .map_err(|_| StoreError::Unavailable("the writer's queue is full".into()))?;
        drop(queue);
        match timeout(patience, answered).await {
            Ok(Ok(told)) => told,
            Ok(Err(_)) => Err(StoreError::Unavailable("the writer stopped".into()).into()),
            Err(_) => Err(StoreError::Unavailable(format!("no commit within {patience:?}")).into()),
        }
    }

    pub(super) async fn close(&self) {
        drop(self.jobs.lock().await.take());
        if let Some(stopped) = self.stopped.lock().await.take() {
            // An error says that the writer is gone already.
            let _ = stopped.await;
        }
    }
}

struct Worker {
    conn: Conn,
    target: super::Target,
    batch: usize,
    before_commit: BeforeCommit,
    /// When a command failed last that had no savepoint.
    failed_without: Option<Instant>,
}

impl Worker {
    fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(self.batch);
        while let Some(first) = queue.blocking_recv() {
            batch.push(first);
            while batch.len() < self.batch
                && let Ok(job) = queue.try_recv()
            {
                batch.push(job);
            }
            // What a refusal left over comes next.
            while !batch.is_empty() {
                self.commit_together(&mut batch);
            }
        }
    }

    /// Runs a batch, commits it, and only then tells everybody.
    fn commit_together(&mut self, batch: &mut Vec<Job>) {
        let mut ran = Vec::with_capacity(batch.len());
        let outcome = self.attempt(batch, &mut ran);
        if let Err(error) = &outcome {
            let commands = ran.len() + batch.len();
            match error {
                // One of its commands was refused, which whoever asked may have brought about.
                StoreError::Hindered(_) => tracing::warn!(%error, commands, "a batch was abandoned"),
                _ => tracing::error!(%error, commands, "a batch was abandoned"),
            }
            // The transaction may be gone already; then this is the error that says so.
            let _ = self.conn.run("ROLLBACK");
            // A fresh connection forgets whatever state the old one was left in.
            match self.target.connect(Duration::from_secs(5)) {
                Ok(conn) => self.conn = conn,
                Err(error) => tracing::error!(%error, "the writer could not reopen the database"),
            }
        }
        let lost = |error: &StoreError| match error {
            StoreError::Hindered(_) => error.again(),
            _ => StoreError::Unavailable("the transaction could not be committed".into()),
        };
        let progressed = !ran.is_empty();
        for told in ran {
            (told.tell)(outcome.as_ref().map(|&position| position).map_err(lost));
        }
        // After a hard error jobs that did not get to run are dropped, and with them their channel: 503.
        if !(progressed && matches!(outcome, Err(StoreError::Hindered(_)))) {
            batch.clear();
        }
    }

    fn attempt(&mut self, batch: &mut Vec<Job>, ran: &mut Vec<Ran>) -> Result<i64, StoreError> {
        self.conn.run("BEGIN IMMEDIATE")?;
        let wary = self.failed_without.is_some_and(|failed| failed.elapsed() < WARY);
        let mut jobs = std::mem::replace(batch, Vec::with_capacity(self.batch)).into_iter();
        while let Some(job) = jobs.next() {
            let saved = wary || job.undo == Undo::Itself;
            if saved {
                // Raw for the row invite-sqlite.
                fixed(|| "SAVEPOINT command").execute(&mut self.conn)?;
            }
            let end = (job.run)(&mut self.conn);
            let disposition = end.disposition;
            ran.push(end);
            if !saved {
                if disposition != Disposition::Keep {
                    self.failed_without = Some(Instant::now());
                    if disposition == Disposition::Abandon {
                        return Err(abandoned());
                    }
                    // Those who have not run yet go on by themselves.
                    batch.extend(jobs);
                    return Err(StoreError::Hindered(
                        "a command that shares the commit was refused".into(),
                    ));
                }
            } else if let Err(error) = self.end_command(disposition)
                && !passes("a hard error ends the batch")
            {
                return Err(error);
            }
            if passes("nobody is told before the commit")
                && let Some(told) = ran.pop()
            {
                (told.tell)(Ok(0));
            }
        }
        let position = (self.before_commit)(&mut self.conn)?;
        self.conn.run("COMMIT")?;
        Ok(position)
    }

    fn end_command(&mut self, disposition: Disposition) -> Result<(), StoreError> {
        match disposition {
            Disposition::Keep => {
                // Raw for the row invite-sqlite.
                fixed(|| "RELEASE command").execute(&mut self.conn)?;
            }
            Disposition::RollBack => self.conn.run("ROLLBACK TO command; RELEASE command")?,
            Disposition::Abandon => return Err(abandoned()),
        }
        Ok(())
    }
}

fn abandoned() -> StoreError {
    StoreError::Unavailable("the database failed in mid-batch".into())
}
