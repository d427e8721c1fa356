//! A database for one test: fresh, migrated, and gone with it.
//!
//! ```ignore
//! on_both! {
//!     /// What is promised.
//!     async fn a_write_is_kept(db: &Database) {
//!         let ledger = db.ledger(Setup::default());
//!         …
//!     }
//! }
//! ```
//! makes two tests, `a_write_is_kept::sqlite` and `a_write_is_kept::postgres`. [`needs`] shows that
//! a check rests on a guard: with the guard it passes, without it fails.

use std::{
    fs,
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_query,
    sql_types::BigInt,
};
use secrecy::ExposeSecret;
use tempfile::TempDir;
use vouchsafe::platform::{
    ledger::{Ledger, LedgerOptions},
    store::{Backend, Conn, Guard, Guards, Target},
    terms::{Clock, SystemClock, SystemRng},
};

use super::postgres;

/// A database of one test's own.
pub struct Database {
    target: Target,
    /// Where SQLite's file lies.
    _folder: Option<TempDir>,
}

/// How a test opens it. The default is what a small community would run, with less patience.
#[derive(Clone)]
pub struct Setup {
    /// What time it is; the machine's clock unless a test moves its own.
    pub clock: Arc<dyn Clock>,
    /// Which guards stand.
    pub guards: Guards,
    /// Connections.
    pub pool_size: usize,
    /// How long a caller waits for the database.
    pub wait: Duration,
    /// Commands that share one commit on SQLite.
    pub batch: usize,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            guards: Guards::default(),
            pool_size: 8,
            // The tests share the machine's cores: an answer may be late there without being wrong.
            wait: Duration::from_secs(10),
            batch: 64,
        }
    }
}

impl Database {
    /// A migrated database, a copy of a template that is migrated once for all tests.
    pub fn fresh(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
                let template = TEMPLATE.get_or_init(|| {
                    let folder = tempfile::tempdir().expect("a temporary directory");
                    let path = folder.path().join("template.db");
                    Ledger::migrate(&Target::Sqlite(path.clone())).expect("to migrate");
                    fs::read(path).expect("the template")
                });
                let empty = Self::empty(backend);
                fs::write(empty.path(), template).expect("to write the database");
                empty
            }
            Backend::Postgres => {
                static TEMPLATE: OnceLock<()> = OnceLock::new();
                TEMPLATE.get_or_init(|| {
                    let url = postgres::shared().create("migrated", "template1");
                    Ledger::migrate(&Target::Postgres(url.into())).expect("to migrate");
                });
                Self::at(&postgres::database("migrated"))
            }
        }
    }

    /// A database without any schema.
    pub fn empty(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary directory");
                Self {
                    target: Target::Sqlite(folder.path().join("vouchsafe.db")),
                    _folder: Some(folder),
                }
            }
            Backend::Postgres => Self::at(&postgres::database("template1")),
        }
    }

    /// The database at a URL: one of a server of the test's own.
    pub fn at(url: &str) -> Self {
        Self {
            target: url.parse().expect("a database's URL"),
            _folder: None,
        }
    }

    /// Where it is.
    pub fn target(&self) -> Target {
        self.target.clone()
    }

    /// The same as it is now, in a database of its own: a backup. Nobody is connected to this one.
    pub fn copy(&self) -> Self {
        match &self.target {
            Target::Sqlite(path) => {
                let copy = Self::empty(Backend::Sqlite);
                // What stands in the log alone goes into the file.
                self.run("PRAGMA wal_checkpoint(TRUNCATE)");
                fs::copy(path, copy.path()).expect("to copy the database");
                copy
            }
            Target::Postgres(url) => {
                let name = url.expose_secret().trim_start_matches("postgresql:///");
                let name = name.split('?').next().expect("a name");
                Self::at(&postgres::database(name))
            }
        }
    }

    /// SQLite's file.
    pub fn path(&self) -> &Path {
        match &self.target {
            Target::Sqlite(path) => path,
            Target::Postgres(_) => panic!("PostgreSQL has no file"),
        }
    }

    /// Opens a ledger over it: what one replica is to the database. Nothing runs in the background.
    pub fn ledger(&self, setup: Setup) -> Ledger {
        Ledger::open(LedgerOptions {
            target: self.target(),
            pool_size: setup.pool_size,
            wait: setup.wait,
            batch: setup.batch,
            clock: setup.clock,
            rng: Arc::new(SystemRng),
            guards: setup.guards,
        })
        .expect("to open the ledger")
    }

    /// A connection past the store, for what only somebody else at the database would do.
    pub fn connect(&self) -> Conn {
        match &self.target {
            Target::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(path.to_str().expect("UTF-8")).expect("a connection");
                conn.batch_execute("PRAGMA busy_timeout = 10000").expect("a pragma");
                Conn::Sqlite(conn)
            }
            Target::Postgres(url) => {
                Conn::Postgres(PgConnection::establish(url.expose_secret()).expect("a connection"))
            }
        }
    }

    /// Runs SQL past the store.
    pub fn run(&self, sql: &str) {
        run(&mut self.connect(), sql);
    }

    /// The figures of one column, asked past the store.
    pub fn figures(&self, sql: &str) -> Vec<i64> {
        figures(&mut self.connect(), sql)
    }
}

/// Runs SQL without parameters.
pub fn run(conn: &mut Conn, sql: &str) {
    match conn {
        Conn::Sqlite(conn) => conn.batch_execute(sql),
        Conn::Postgres(conn) => conn.batch_execute(sql),
    }
    .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The figures of a query whose one column is called `n`.
pub fn figures(conn: &mut Conn, sql: &str) -> Vec<i64> {
    #[derive(QueryableByName)]
    struct Figure {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let rows: Vec<Figure> = match conn {
        Conn::Sqlite(conn) => sql_query(sql).load(conn),
        Conn::Postgres(conn) => sql_query(sql).load(conn),
    }
    .unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter().map(|row| row.n).collect()
}

/// Shows that `check` rests on `guard`: it passes with every guard standing, and without this one it
/// fails within twenty rounds. (Without the feature `switches` only the first half is run.)
pub async fn needs(guard: Guard, backend: Backend, check: impl AsyncFn(&Database, Guards) -> Result<(), String>) {
    if let Err(failure) = check(&Database::fresh(backend), Guards::default()).await {
        panic!("with {guard:?}: {failure}");
    }
    #[cfg(feature = "switches")]
    {
        for round in 1..=20 {
            let guards = Guards::default();
            guards.switch_off(guard);
            if let Err(failure) = check(&Database::fresh(backend), guards).await {
                println!("without {guard:?}, in round {round}: {failure}");
                return;
            }
        }
        panic!("the check passes without {guard:?} too: it shows nothing");
    }
}

/// Turns a condition into a check's outcome.
pub fn ensure(truth: bool, what: impl Into<String>) -> Result<(), String> {
    if truth { Ok(()) } else { Err(what.into()) }
}

/// Makes each test twice: on SQLite and on PostgreSQL, each on a fresh database.
macro_rules! on_both {
    ($($(#[$note:meta])* async fn $name:ident($db:ident: &Database) $body:block)+) => {$(
        $(#[$note])*
        mod $name {
            use super::*;

            async fn check($db: &Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                check(&Database::fresh(vouchsafe::platform::store::Backend::Sqlite)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                check(&Database::fresh(vouchsafe::platform::store::Backend::Postgres)).await;
            }
        }
    )+};
}
pub(crate) use on_both;
