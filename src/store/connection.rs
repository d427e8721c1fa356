//! One connection type over both databases.

use std::{
    fmt,
    path::PathBuf,
    str::FromStr,
    thread::sleep,
    time::{Duration, Instant},
};

use diesel::{
    Connection, MultiConnection, PgConnection, QueryResult, SqliteConnection, connection::SimpleConnection,
    result::Error as DieselError,
};
use secrecy::{ExposeSecret, SecretString};

use super::{CommandError, StoreError};

/// A connection to either database. Queries are shared by default; what must differ matches on
/// the variant, the two side by side.
#[derive(MultiConnection)]
pub enum Conn {
    /// The embedded default.
    Sqlite(SqliteConnection),
    /// PostgreSQL 15 or later.
    Postgres(PgConnection),
}

/// The backend of [`Conn`], for queries whose type must be written out.
pub type ConnBackend = <Conn as Connection>::Backend;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// SQLite, bundled.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Where a database is: `sqlite://PATH` or `postgres://…` as libpq reads it.
#[derive(Clone)]
pub enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A connection string, which may hold a password.
    Postgres(SecretString),
}

impl Target {
    /// Which database.
    pub const fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            Self::Postgres(_) => Backend::Postgres,
        }
    }

    /// Connects, and sets what every connection of ours relies on.
    ///
    /// `patience` bounds each statement on PostgreSQL and the wait for a lock on SQLite.
    pub(super) fn connect(&self, patience: Duration) -> Result<Conn, StoreError> {
        let millis = patience.as_millis().max(1);
        match self {
            Self::Sqlite(path) => {
                let text = path
                    .to_str()
                    .ok_or_else(|| StoreError::Schema("the path is not UTF-8".into()))?;
                let mut conn = SqliteConnection::establish(text)?;
                conn.batch_execute(&format!("PRAGMA busy_timeout = {millis}"))?;
                write_ahead(&mut conn, patience)?;
                // FULL syncs each commit (https://sqlite.org/pragma.html#pragma_synchronous). A checkpoint copies
                // pages and syncs twice: one for every 16 000 pages (64 MiB of log) instead of every 1 000 is a
                // tenth of the writer's time.
                conn.batch_execute(
                    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 16000; \
                     PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;",
                )?;
                Ok(Conn::Sqlite(conn))
            }
            Self::Postgres(url) => {
                let mut conn = PgConnection::establish(&with_defaults(url.expose_secret()))?;
                conn.batch_execute(&format!(
                    "SET statement_timeout = {millis}; SET lock_timeout = {millis}; \
                     SET idle_in_transaction_session_timeout = {}; SET client_min_messages = warning;",
                    millis.max(5000)
                ))?;
                Ok(Conn::Postgres(conn))
            }
        }
    }
}

/// Puts the file into WAL mode, in which readers go on beside the writer. A file keeps it; of those who open a new
/// one at once all but one are told that it is locked, since for this change SQLite waits for nobody, whatever its
/// `busy_timeout` (<https://sqlite.org/c3ref/busy_handler.html>: where waiting could end in a deadlock).
fn write_ahead(conn: &mut SqliteConnection, patience: Duration) -> QueryResult<()> {
    let begun = Instant::now();
    loop {
        match conn.batch_execute("PRAGMA journal_mode = WAL") {
            Err(DieselError::DatabaseError(_, info))
                if info.message() == "database is locked" && begun.elapsed() < patience =>
            {
                sleep(Duration::from_millis(2));
            }
            ended => return ended,
        }
    }
}

/// Adds what makes libpq notice a server that is gone, where the operator has not set it.
fn with_defaults(url: &str) -> String {
    let mut text = url.to_owned();
    for (key, value) in [
        ("connect_timeout", "2"),
        ("tcp_user_timeout", "3000"),
        // For whoever waits for an answer: nothing of theirs is unacknowledged.
        ("keepalives_idle", "5"),
        ("keepalives_interval", "2"),
        ("keepalives_count", "3"),
        ("application_name", "vouchsafe"),
    ] {
        if !url.contains(&format!("{key}=")) {
            text.push(if text.contains('?') { '&' } else { '?' });
            text.push_str(key);
            text.push('=');
            text.push_str(value);
        }
    }
    text
}

impl FromStr for Target {
    type Err = StoreError;

    fn from_str(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() || path.contains(['?', ':']) {
                return Err(StoreError::Schema(
                    "expected sqlite://PATH, with a file's path and nothing after it".into(),
                ));
            }
            Ok(Self::Sqlite(path.into()))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgres(url.to_owned().into()))
        } else {
            Err(StoreError::Schema(
                "expected sqlite://PATH or postgres://USER@HOST/DATABASE".into(),
            ))
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://[redacted]"),
        }
    }
}

impl Conn {
    /// Which database this is.
    pub const fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            Self::Postgres(_) => Backend::Postgres,
        }
    }

    /// Runs SQL that has no parameters.
    pub(crate) fn run(&mut self, sql: &str) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Postgres(conn) => conn.batch_execute(sql),
        }
    }

    /// Runs `queries` so that all of them see one state.
    pub(super) fn in_snapshot<T, E, F>(&mut self, queries: F) -> Result<T, E>
    where
        F: FnOnce(&mut Self) -> Result<T, E>,
        E: CommandError,
    {
        match self {
            Self::Sqlite(_) => self.run("BEGIN")?,
            Self::Postgres(_) => {
                self.run(
                    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; \
                          SET LOCAL idle_in_transaction_session_timeout = 0",
                )?;
            }
        }
        let outcome = queries(self);
        let ended = self.run("COMMIT");
        let value = outcome?;
        ended?;
        Ok(value)
    }
}
