//! A small pool: permits, idle connections, and no back-off.
//!
//! r2d2 waits longer and longer between attempts to reconnect (up to half a minute), so that a
//! database that is back stays unused; here a caller connects when it needs to, and a failure is
//! an answer at once. Whoever runs past its time leaves its thread and its permit behind until the
//! database lets go of them: a server that hangs can hold `size` threads and never more.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use diesel::connection::{Connection, TransactionManager};
use tokio::{sync::Semaphore, time::timeout};

use super::{CommandError, Conn, Disposition, Guards, StoreError, Target};

/// How long an idle connection is taken to be sound without asking.
const TRUSTED: Duration = Duration::from_secs(1);

pub(super) struct Pool {
    shared: Arc<Shared>,
    permits: Arc<Semaphore>,
}

struct Shared {
    target: Target,
    patience: Duration,
    guards: Guards,
    idle: Mutex<VecDeque<(Conn, Instant)>>,
}

impl Pool {
    pub(super) fn new(target: Target, size: usize, patience: Duration, guards: Guards) -> Self {
        Self {
            shared: Arc::new(Shared {
                target,
                patience,
                guards,
                idle: Mutex::default(),
            }),
            permits: Arc::new(Semaphore::new(size.max(1))),
        }
    }

    /// Runs `work` on a connection, on a thread that may block, within `patience`.
    pub(super) async fn run<T, E, F>(&self, patience: Duration, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: CommandError,
    {
        let shared = Arc::clone(&self.shared);
        let permits = Arc::clone(&self.permits);
        let whole = async move {
            let permit = permits
                .acquire_owned()
                .await
                .map_err(|_| StoreError::Unavailable("the pool is closed".into()))?;
            let done = tokio::task::spawn_blocking(move || {
                let _permit = permit;
                shared.guards.within(|| shared.with_connection(work))
            });
            // What the panic said may quote a row; the panic hook has it.
            done.await
                .map_err(|_| StoreError::Internal("a query panicked".into()))?
        };
        match timeout(patience, whole).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StoreError::Unavailable(format!("no answer within {patience:?}")).into()),
        }
    }
}

impl Shared {
    fn with_connection<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        E: CommandError,
    {
        let mut conn = self.ready()?;
        let outcome = work(&mut conn);
        let failed = matches!(&outcome, Err(error) if error.disposition() == Disposition::Abandon)
            || <Conn as Connection>::TransactionManager::is_broken_transaction_manager(&mut conn);
        // Whatever the error seemed to be: the connection itself says whether it is the connection.
        let sound = !failed || conn.is_sound();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if sound {
            idle.push_front((conn, Instant::now()));
        } else {
            // What broke one connection has most likely broken all of them, and where one leads to a server that
            // has become a standby, the others do too.
            idle.clear();
        }
        outcome
    }

    /// An idle connection that answers, or a new one.
    fn ready(&self) -> Result<Conn, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match idle {
            // One that was just in use is trusted; one that stood about is asked first, so that a
            // server's restart costs nobody an error.
            Some((conn, since)) if since.elapsed() < TRUSTED => Ok(conn),
            Some((mut conn, _)) => match conn.run("SELECT 1") {
                Ok(()) => Ok(conn),
                Err(_) => self.target.connect(self.patience),
            },
            None => self.target.connect(self.patience),
        }
    }
}

/// One command in a PostgreSQL transaction of its own.
pub(super) fn in_transaction<T, E, F>(conn: &mut Conn, command: F) -> Result<T, E>
where
    F: FnOnce(&mut Conn) -> Result<T, E>,
    E: CommandError,
{
    conn.run("BEGIN")?;
    let outcome = command(conn);
    match &outcome {
        Err(error) if error.disposition() != Disposition::Keep => {
            // Where the connection is gone there is nothing to roll back.
            if conn.run("ROLLBACK").is_err() {
                tracing::debug!("a connection was lost before its roll-back");
            }
        }
        // PostgreSQL answers the COMMIT of a transaction in which a statement has failed with a
        // silent roll-back. Any statement before it, in the same message, makes it an error.
        _ => {
            if let Err(error) = conn.run("SELECT 1; COMMIT") {
                // The connection goes back to the pool, and nobody's transaction may be open on it.
                if conn.run("ROLLBACK").is_err() {
                    tracing::debug!("a connection was lost at its commit");
                }
                return Err(error.into());
            }
        }
    }
    outcome
}
