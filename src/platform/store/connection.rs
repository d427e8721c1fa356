//! One connection type over both databases.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    str::FromStr,
    thread::sleep,
    time::{Duration, Instant},
};

use diesel::{
    Connection, MultiConnection, PgConnection, QueryResult, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection, dsl::sql, result::Error as DieselError, sql_types::Bool,
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

/// The columns of `R`, for `RETURNING`: there diesel's `as_returning` knows one backend at a time, and not both.
pub fn columns_of<R: diesel::Selectable<ConnBackend>>() -> R::SelectExpression {
    R::construct_selection()
}

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
                owners_alone(path)?;
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
                // What we rely on is said, whatever the server, the database or the role has for a default. Whether a
                // session may write is left as it is: who sets `default_transaction_read_only` means it.
                conn.batch_execute(&format!(
                    "SET statement_timeout = {millis}; SET lock_timeout = {millis}; \
                     SET idle_in_transaction_session_timeout = {}; SET idle_session_timeout = 0; \
                     SET client_min_messages = warning; SET default_transaction_isolation = 'read committed'; \
                     SET default_transaction_deferrable = off; SET standard_conforming_strings = on; \
                     SET TimeZone = 'UTC'; \
                     SELECT set_config('synchronous_commit', 'on', false) \
                     WHERE current_setting('synchronous_commit') = 'off'",
                    millis.max(5000)
                ))?;
                // Refusals are told apart by their words: see `StoreError`. Only some roles may ask for English; what
                // the others get, `Requirements` tells at the start.
                let _ = conn.batch_execute("SET lc_messages = 'C'");
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

/// Lets nobody but the owner of a SQLite file read it, from its first byte on: it is made here, for SQLite would make
/// it as the umask says. Its companions (`-wal`, `-shm`) get the rights of the file. One that is there already loses
/// what it grants to everybody.
fn owners_alone(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let io = |error: io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
        match fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
        {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // SQLite says the same, in its own words.
            Err(_) => return Ok(()),
        }
        for companion in ["", "-wal", "-shm"] {
            let mut file = path.as_os_str().to_owned();
            file.push(companion);
            let Ok(found) = fs::metadata(&file) else { continue };
            let mode = found.permissions().mode();
            if mode & 0o007 != 0 {
                fs::set_permissions(&file, fs::Permissions::from_mode(mode & 0o770)).map_err(io)?;
            }
        }
    }
    Ok(())
}

/// Adds what makes libpq notice a server that is gone, where the operator has not set it. Of several hosts it takes
/// the one that can be written to.
fn with_defaults(url: &str) -> String {
    let mut text = url.to_owned();
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let hosts = authority.split(['/', '?']).next().unwrap_or_default();
    let several = hosts.rsplit('@').next().is_some_and(|hosts| hosts.contains(','));
    let first = several.then_some(("target_session_attrs", "read-write"));
    for (key, value) in first.into_iter().chain([
        ("connect_timeout", "2"),
        ("tcp_user_timeout", "3000"),
        // For whoever waits for an answer: nothing of theirs is unacknowledged.
        ("keepalives_idle", "5"),
        ("keepalives_interval", "2"),
        ("keepalives_count", "3"),
        ("application_name", "vouchsafe"),
    ]) {
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

    /// Whether it still answers and leads to where writes are taken, between two transactions.
    pub(super) fn is_sound(&mut self) -> bool {
        match self {
            Self::Sqlite(conn) => conn.batch_execute("SELECT 1").is_ok(),
            Self::Postgres(conn) => {
                // Raw: a setting of PostgreSQL.
                let writable = sql::<Bool>("current_setting('transaction_read_only') = 'off'");
                diesel::select(writable).get_result(conn).unwrap_or(false)
            }
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
