//! What we need of a database, looked at before anything else is done with it. What can be set for a session is
//! set when it begins (see `connection`); this is the rest, each with how to mend it.

use diesel::{PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text};

use super::{Conn, StoreError};

/// The oldest PostgreSQL that is supported.
const OLDEST: u32 = 15;

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    encoding: String,
    #[diesel(sql_type = Text)]
    read_only: String,
    #[diesel(sql_type = Text)]
    schema: String,
    #[diesel(sql_type = Text)]
    messages: String,
}

/// Whether the database is one that we can work with.
///
/// # Errors
/// [`StoreError::Unfit`] with everything that has to be mended.
pub(super) fn met(conn: &mut Conn) -> Result<(), StoreError> {
    let unmet = match conn {
        Conn::Sqlite(conn) => of_sqlite(conn)?,
        Conn::Postgres(conn) => of_postgres(conn)?,
    };
    if unmet.is_empty() {
        Ok(())
    } else {
        Err(StoreError::Unfit(unmet.join("\n")))
    }
}

fn of_sqlite(conn: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Encoding {
        #[diesel(sql_type = Text)]
        encoding: String,
    }
    // Raw: a PRAGMA of SQLite.
    let Encoding { encoding } = sql_query("SELECT encoding FROM pragma_encoding").get_result(conn)?;
    Ok(match encoding.as_str() {
        "UTF-8" => Vec::new(),
        other => vec![format!(
            "its encoding is {other}, and texts are compared as UTF-8: begin with a new file"
        )],
    })
}

fn of_postgres(conn: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    // Raw: settings of PostgreSQL.
    let said: Said = sql_query(
        "SELECT current_setting('server_version_num') AS version, current_database()::text AS name, \
         current_setting('server_encoding') AS encoding, current_setting('transaction_read_only') AS read_only, \
         coalesce(current_schema()::text, '') AS schema, current_setting('lc_messages') AS messages",
    )
    .get_result(conn)?;
    let mut unmet = Vec::new();
    let major = said.version.parse::<u32>().unwrap_or(0) / 10_000;
    let name = &said.name;
    if major < OLDEST {
        unmet.push(format!("it is PostgreSQL {major}; use {OLDEST} or a later one"));
    }
    if said.encoding != "UTF8" {
        unmet.push(format!(
            "the database \"{name}\" has the encoding {}, which has no place for names in every script. Make one that \
             has: CREATE DATABASE \"{name}_utf8\" ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0, and name it in store.url",
            said.encoding
        ));
    }
    if said.read_only != "off" {
        unmet.push(format!(
            "the database \"{name}\" takes no writes. Where it is a standby, name the primary in store.url (several \
             hosts may stand in it, separated by commas); where default_transaction_read_only is set, take that back: \
             ALTER DATABASE \"{name}\" RESET default_transaction_read_only, and the same for the role and the server"
        ));
    }
    if said.schema.is_empty() {
        unmet.push(
            "no schema of the search_path is there. Make one (CREATE SCHEMA public), or name one that is there: ALTER \
             ROLE … SET search_path = …"
                .into(),
        );
    }
    // Nothing breaks; only some answers would be 500 in place of 503.
    let english = ["C", "POSIX", "en"]
        .iter()
        .any(|known| said.messages.starts_with(known));
    if !english && !said.messages.is_empty() {
        tracing::warn!(
            lc_messages = said.messages,
            "the server's messages are not in English, by which refusals are told apart; a superuser can mend that: \
             ALTER DATABASE … SET lc_messages = 'C'"
        );
    }
    Ok(unmet)
}
