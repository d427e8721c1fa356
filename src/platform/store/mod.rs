//! The database: SQLite or PostgreSQL behind one connection type, and two ways in.
//!
//! [`Store::read`] runs queries on a pooled connection. [`Store::transact`] runs one command in one
//! transaction and answers only after the commit. On SQLite one writer commits many commands
//! together, each in a savepoint, so that they share a disk sync; on PostgreSQL each command has a
//! transaction of its own and nothing of ours orders their commits.
//!
//! Whoever wants to *change* something goes through `ledger::Ledger::write`, which stands on this.

mod connection;
mod error;
mod fixed;
pub mod guards;
pub mod load;
mod lock;
mod migrate;
mod pool;
mod refused;
mod requirements;
#[expect(missing_docs, reason = "the migrations say what each column holds")]
pub mod schema;
mod sqlite;
pub mod throttle;

use std::{sync::Arc, time::Duration};

pub use connection::{Backend, Conn, ConnBackend, Target, columns_of};
pub(crate) use error::from_query;
pub use error::{CommandError, Disposition, StoreError};
pub use fixed::{Bind, Column, Fixed, PgFixed, fixed, pg_fixed};
pub use guards::{Guard, Guards};
pub use lock::{Locked, locked, one_changed};
pub use migrate::{migrate, pending};
pub use refused::Throttles;

use pool::Pool;
use sqlite::Writer;

/// What runs inside the SQLite writer's transaction, just before its commit: the sequencer. Its
/// answer is the ledger position that the batch reached.
pub type BeforeCommit = Arc<dyn Fn(&mut Conn) -> Result<i64, StoreError> + Send + Sync>;

/// How a store is opened.
#[derive(Clone)]
pub struct StoreOptions {
    /// Where the database is.
    pub target: Target,
    /// Connections: readers on SQLite, all on PostgreSQL.
    pub pool_size: usize,
    /// How long a caller waits for the database before it is told 503.
    pub wait: Duration,
    /// Commands that share one commit on SQLite.
    pub batch: usize,
    /// Runs before each commit on SQLite.
    pub before_commit: BeforeCommit,
    /// Switches for tests; a release has none.
    pub guards: Guards,
}

/// A handle on the database; clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool,
    /// SQLite's one writer; PostgreSQL writes through the pool.
    writer: Option<Writer>,
    wait: Duration,
    throttles: Throttles,
    target: Target,
}

/// What a command needs, should it not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// What it has written is undone, and nothing else.
    Itself,
    /// Nothing of its own: it refuses before it writes, or takes back what it wrote, so that only the database
    /// fails it. On SQLite it shares the fate of those that share its commit, which saves a savepoint.
    WithItsBatch,
}

/// What a committed command answered.
#[derive(Debug, Clone, Copy)]
pub struct Batched<T> {
    /// The command's own answer.
    pub value: T,
    /// On SQLite, the ledger position that the commit reached; on PostgreSQL events get their
    /// position later, and this is `None`.
    pub position: Option<i64>,
}

impl Store {
    /// Opens the pool (and SQLite's writer). Connects to nothing on PostgreSQL until it is asked.
    pub fn open(options: StoreOptions) -> Result<Self, StoreError> {
        let writer = match options.target.backend() {
            Backend::Sqlite => Some(Writer::start(&options)?),
            Backend::Postgres => None,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                pool: Pool::new(
                    options.target.clone(),
                    options.pool_size,
                    options.wait,
                    options.guards.clone(),
                ),
                writer,
                wait: options.wait,
                throttles: Throttles::new(),
                target: options.target,
            }),
        })
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        self.inner.target.backend()
    }

    /// How long a caller waits for the database before it is told 503.
    pub fn patience(&self) -> Duration {
        self.inner.wait
    }

    /// How fast somebody may try.
    pub fn throttles(&self) -> &Throttles {
        &self.inner.throttles
    }

    /// Runs queries that change nothing. [`StoreError::Unavailable`] after `wait`.
    pub async fn read<T, E, F>(&self, queries: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: CommandError,
    {
        self.inner.pool.run(self.inner.wait, queries).await
    }

    /// Runs queries that see one state of the database, however many they are.
    pub async fn snapshot<T, E, F>(&self, queries: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: CommandError,
    {
        // A snapshot may load a whole community: it has its own patience.
        self.inner
            .pool
            .run(Duration::from_secs(300), move |conn| conn.in_snapshot(queries))
            .await
    }

    /// Runs one command in one transaction. What it says by [`CommandError::disposition`] decides
    /// between commit and roll-back; the answer is given after the commit has succeeded, or not at
    /// all ([`StoreError::Unavailable`]: the outcome is unknown, repeating with the same
    /// idempotency key is safe).
    pub async fn transact<T, E, F>(&self, undo: Undo, command: F) -> Result<Batched<T>, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: CommandError,
    {
        match &self.inner.writer {
            Some(writer) => writer.submit(self.inner.wait, undo, command).await,
            None => {
                let value = self
                    .inner
                    .pool
                    .run(self.inner.wait, move |conn| pool::in_transaction(conn, command))
                    .await?;
                Ok(Batched { value, position: None })
            }
        }
    }

    /// Stops taking commands and waits until those already taken are committed.
    pub async fn close(&self) {
        if let Some(writer) = &self.inner.writer {
            writer.close().await;
        }
    }
}
