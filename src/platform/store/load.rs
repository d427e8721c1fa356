//! Very many rows at once, into a database that holds nobody: for synthetic communities alone. What is given is
//! not asked about again, and nobody else may use the database meanwhile.
//!
//! Indexes that are no constraint, and foreign keys on PostgreSQL, are taken away before and made again after: to sort
//! ten million keys once takes seconds, to find the place of each takes minutes.

use std::{fmt::Write as _, time::Duration};

use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};

use super::{Backend, Conn, StoreError, Target};

/// One field of a row.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A number.
    Int(i64),
    /// Text without U+0000.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// Rows of one table, many to a statement.
pub struct Rows {
    backend: Backend,
    head: String,
    sql: String,
    waiting: usize,
}

/// So many rows make a statement; more of them gain nothing.
const TOGETHER: usize = 400;

impl Rows {
    /// Rows of `table`, each with these columns. Both are words of ours.
    pub fn of(backend: Backend, table: &str, columns: &[&str]) -> Self {
        Self {
            backend,
            head: format!("INSERT INTO {table} ({}) VALUES ", columns.join(", ")),
            sql: String::new(),
            waiting: 0,
        }
    }

    /// Adds a row; a full statement goes to `out`.
    pub fn put(&mut self, values: &[Value<'_>], out: &mut impl FnMut(String)) {
        if self.waiting == 0 {
            self.sql.push_str(&self.head);
        } else {
            self.sql.push(',');
        }
        for (place, value) in values.iter().enumerate() {
            self.sql.push(if place == 0 { '(' } else { ',' });
            self.write(*value);
        }
        self.sql.push(')');
        self.waiting += 1;
        if self.waiting == TOGETHER {
            self.flush(out);
        }
    }

    /// What has not gone yet goes to `out`.
    pub fn flush(&mut self, out: &mut impl FnMut(String)) {
        if self.waiting > 0 {
            let space = self.sql.len() + 1024;
            out(std::mem::replace(&mut self.sql, String::with_capacity(space)));
            self.waiting = 0;
        }
    }

    fn write(&mut self, value: Value<'_>) {
        match value {
            Value::Null => self.sql.push_str("NULL"),
            Value::Int(number) => {
                // Writing into a string does not fail.
                let _ = write!(self.sql, "{number}");
            }
            Value::Text(text) => {
                self.sql.push('\'');
                for (place, part) in text.split('\'').enumerate() {
                    if place > 0 {
                        self.sql.push_str("''");
                    }
                    self.sql.push_str(part);
                }
                self.sql.push('\'');
            }
            Value::Bytes(bytes) => {
                self.sql.push_str(match self.backend {
                    Backend::Sqlite => "X'",
                    Backend::Postgres => "'\\x",
                });
                data_encoding::HEXLOWER.encode_append(bytes, &mut self.sql);
                self.sql.push('\'');
            }
        }
    }
}

/// A database that is being filled, by one connection and in one transaction.
pub struct Loading {
    conn: Conn,
    /// The statements that make again what was taken away.
    again: Vec<String>,
}

#[derive(QueryableByName)]
struct Statement {
    #[diesel(sql_type = Text)]
    make: String,
    #[diesel(sql_type = Text)]
    drop: String,
}

/// The largest table's index takes a while.
const PATIENCE: Duration = Duration::from_secs(3600);

impl Loading {
    /// Begins, and takes the indexes of these tables away. The schema must be there. An SQLite database that is not
    /// finished is of no use afterwards: it is written without a journal.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn begin(target: &Target, tables: &[&str]) -> Result<Self, StoreError> {
        let mut conn = target.connect(PATIENCE)?;
        match &mut conn {
            Conn::Sqlite(_) => conn.run(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
                 PRAGMA cache_size = -1500000; PRAGMA foreign_keys = OFF; BEGIN EXCLUSIVE",
            )?,
            Conn::Postgres(_) => {
                conn.run(
                    "BEGIN; SET LOCAL maintenance_work_mem = '1GB'; SET LOCAL synchronous_commit = off; \
                     SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
                )?;
            }
        }
        let mut again = Vec::new();
        for table in tables {
            for statement in taken_away(&mut conn, table)? {
                conn.run(&statement.drop)?;
                again.push(statement.make);
            }
        }
        Ok(Self { conn, again })
    }

    /// The connection.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Runs what [`Rows`] gave out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.conn.run(sql)?)
    }

    /// How many things are still to be made again.
    pub fn left(&self) -> usize {
        self.again.len()
    }

    /// Makes the indexes again, telling `progress` how many are done, and commits.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn finish(mut self, mut progress: impl FnMut(usize)) -> Result<(), StoreError> {
        // Indexes before foreign keys, which look into them: the reverse of their coming.
        for (done, statement) in self.again.iter().enumerate() {
            progress(done);
            self.conn.run(statement)?;
        }
        self.conn.run("COMMIT")?;
        match &self.conn {
            Conn::Sqlite(_) => self.conn.run(
                "PRAGMA analysis_limit = 1000; ANALYZE; PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE)",
            )?,
            Conn::Postgres(_) => self.conn.run("ANALYZE")?,
        }
        Ok(())
    }
}

/// The indexes of a table that are no constraint, then its foreign keys.
fn taken_away(conn: &mut Conn, table: &str) -> QueryResult<Vec<Statement>> {
    match conn {
        // Raw: SQLite's own table of what there is. Its foreign keys are not looked at while they are off.
        Conn::Sqlite(conn) => sql_query(
            "SELECT sql AS make, 'DROP INDEX ' || name AS \"drop\" FROM sqlite_master \
             WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY name",
        )
        .bind::<Text, _>(table)
        .load(conn),
        // Raw: PostgreSQL's own tables of what there is.
        Conn::Postgres(conn) => sql_query(
            "SELECT pg_get_indexdef(i.indexrelid) AS make, 'DROP INDEX ' || i.indexrelid::regclass AS \"drop\", 1 AS turn \
             FROM pg_index i WHERE i.indrelid = $1::regclass \
               AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid) \
             UNION ALL \
             SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)), \
               format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname), 2 \
             FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = $1::regclass ORDER BY turn, make",
        )
        .bind::<Text, _>(table)
        .load(conn),
    }
}
