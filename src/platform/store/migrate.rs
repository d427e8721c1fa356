//! Migrations: one set a database, run at start under a lock and by `vouchsafe migrate`.

use std::time::Duration;

use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, Guards, StoreError, Target, guards::passes, requirements};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The key of the advisory lock that keeps two migrators apart: "vouchsaf" as a number.
const LOCK: i64 = 0x766f_7563_6873_6166;

/// How long the other migrator is waited for.
const PATIENCE: Duration = Duration::from_secs(300);

/// Looks whether the database is one that we can work with, brings the schema up to this version, then runs `after`
/// while the lock is still held. Safe to run from two replicas at once: one applies, the other waits and finds
/// nothing to do. Returns the names of what was applied.
pub fn migrate<E: From<StoreError>>(
    target: &Target,
    guards: &Guards,
    after: impl FnOnce(&mut Conn) -> Result<(), E>,
) -> Result<Vec<String>, E> {
    if let Target::Sqlite(path) = target
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        // The owner's alone: the database and, by default, the keyring and the mailbox lie here.
        let mut made = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut made, 0o700);
        made.recursive(true)
            .create(folder)
            .map_err(|error| StoreError::Schema(format!("cannot make {}: {error}", folder.display())))?;
    }
    let mut conn = target.connect(PATIENCE)?;
    requirements::met(&mut conn)?;
    let apart = !guards.within(|| passes("migrators come one at a time"));
    if apart {
        lock(&mut conn)?;
    }
    let outcome = apply(&mut conn)
        .map_err(E::from)
        .and_then(|names| after(&mut conn).map(|()| names));
    let unlocked = if apart {
        unlock(&mut conn, outcome.is_ok())
    } else {
        Ok(())
    };
    // Why it broke off says more than that the lock went with it.
    let names = outcome?;
    unlocked?;
    Ok(names)
}

/// Whether the schema lacks a migration of this version.
pub fn pending(target: &Target) -> Result<bool, StoreError> {
    let mut conn = target.connect(Duration::from_secs(5))?;
    let schema = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Schema(error.to_string());
    match &mut conn {
        Conn::Sqlite(conn) => conn.has_pending_migration(SQLITE).map_err(schema),
        Conn::Postgres(conn) => conn.has_pending_migration(POSTGRES).map_err(schema),
    }
}

fn lock(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        // A write lock on the file; the migrations nest in it as savepoints.
        Conn::Sqlite(_) => Ok(conn.run("BEGIN EXCLUSIVE")?),
        Conn::Postgres(_) => Ok(conn.run(&format!("SELECT pg_advisory_lock({LOCK})"))?),
    }
}

fn unlock(conn: &mut Conn, keep: bool) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(_) => Ok(conn.run(if keep { "COMMIT" } else { "ROLLBACK" })?),
        Conn::Postgres(_) => Ok(conn.run(&format!("SELECT pg_advisory_unlock({LOCK})"))?),
    }
}

fn apply(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    use diesel::migration::{Migration, MigrationSource};
    let schema = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Schema(error.to_string());
    match conn {
        Conn::Sqlite(conn) => {
            let mut names = Vec::new();
            let all: Vec<Box<dyn Migration<Sqlite>>> = SQLITE.migrations().map_err(schema)?;
            let done = conn.applied_migrations().map_err(schema)?;
            for migration in all.iter().filter(|one| !done.contains(&one.name().version())) {
                migration.run(conn).map_err(schema)?;
                record(conn, &migration.name().version().to_string())?;
                names.push(migration.name().to_string());
            }
            Ok(names)
        }
        Conn::Postgres(conn) => {
            let pending = MigrationHarness::<Pg>::run_pending_migrations(conn, POSTGRES).map_err(schema)?;
            Ok(pending.iter().map(ToString::to_string).collect())
        }
    }
}

/// Diesel's harness would open a transaction of its own, which cannot nest in our exclusive one.
fn record(conn: &mut diesel::SqliteConnection, version: &str) -> Result<(), StoreError> {
    use diesel::RunQueryDsl;
    // Raw: the table is diesel's own, and no part of the schema.
    diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES (?)")
        .bind::<diesel::sql_types::Text, _>(version)
        .execute(conn)?;
    Ok(())
}
