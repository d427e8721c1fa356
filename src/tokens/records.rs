//! The rows of signing keys, sessions and services.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, insert_into, update};

use crate::{
    store::{
        Conn, fixed,
        schema::{services, sessions, signing_keys},
    },
    terms::{Id, PersonRow, Timestamp, kinds},
    vault::Subject,
};

// Signing keys --------------------------------------------------------------------------------

/// Keeps every other maker of keys away until this transaction ends. SQLite has one writer anyway.
pub(super) fn lock_keys(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(_) => conn.run("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE"),
    }
}

pub(super) fn has_key(conn: &mut Conn) -> QueryResult<bool> {
    signing_keys::table
        .select(signing_keys::kid)
        .first::<String>(conn)
        .optional()
        .map(|kid| kid.is_some())
}

pub(super) fn insert_key(
    conn: &mut Conn,
    kid: &str,
    subject: Subject,
    sealed: &[u8],
    now: Timestamp,
) -> QueryResult<()> {
    insert_into(signing_keys::table)
        .values((
            signing_keys::kid.eq(kid),
            signing_keys::subject_id.eq(subject.0),
            signing_keys::private_sealed.eq(sealed),
            signing_keys::made_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Every key as (kid, subject, sealed private key), oldest first.
pub(super) fn keys(conn: &mut Conn) -> QueryResult<Vec<(String, Subject, Vec<u8>)>> {
    let rows: Vec<(String, i64, Vec<u8>)> = signing_keys::table
        .order((signing_keys::made_at.asc(), signing_keys::kid.asc()))
        .select((
            signing_keys::kid,
            signing_keys::subject_id,
            signing_keys::private_sealed,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(kid, subject, sealed)| (kid, Subject(subject), sealed))
        .collect())
}

// Sessions ------------------------------------------------------------------------------------

/// A session as it stands in the store.
#[derive(Debug, Clone, Copy)]
pub(super) struct SessionRow {
    pub(super) row: i64,
    pub(super) person: PersonRow,
    pub(super) generation: i64,
    pub(super) expires_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
}

pub(super) fn insert_session(
    conn: &mut Conn,
    id: Id<kinds::Session>,
    person: PersonRow,
    now: Timestamp,
    expires_at: Timestamp,
) -> QueryResult<i64> {
    fixed(|| "INSERT INTO sessions (uid, person, generation, started_at, expires_at) VALUES (?, ?, 0, ?, ?)")
        .bind(id.as_bytes().as_slice())
        .bind(person.0)
        .bind(now.micros())
        .bind(expires_at.micros())
        .insert(conn)
}

pub(super) fn session(conn: &mut Conn, id: Id<kinds::Session>) -> QueryResult<Option<SessionRow>> {
    let row: Option<(i64, PersonRow, i64, Timestamp, Option<Timestamp>)> = sessions::table
        .filter(sessions::uid.eq(id))
        .select((
            sessions::id,
            sessions::person,
            sessions::generation,
            sessions::expires_at,
            sessions::ended_at,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(row, person, generation, expires_at, ended_at)| SessionRow {
        row,
        person,
        generation,
        expires_at,
        ended_at,
    }))
}

/// The sessions that live at `now`.
pub(super) fn living(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<(Id<kinds::Session>, PersonRow, Timestamp)>> {
    sessions::table
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .select((sessions::uid, sessions::person, sessions::expires_at))
        .load(conn)
}

/// Turns a living session over from the generation that was presented; false where it is no longer
/// that generation, or no longer lives.
pub(super) fn turn_over(conn: &mut Conn, id: Id<kinds::Session>, generation: i64, now: Timestamp) -> QueryResult<bool> {
    update(
        sessions::table
            .filter(sessions::uid.eq(id))
            .filter(sessions::generation.eq(generation))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt(now)),
    )
    .set(sessions::generation.eq(sessions::generation + 1))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// The same without its guard: what a test must see fail.
pub(super) fn turn_over_unguarded(conn: &mut Conn, id: Id<kinds::Session>) -> QueryResult<bool> {
    update(sessions::table.filter(sessions::uid.eq(id)))
        .set(sessions::generation.eq(sessions::generation + 1))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Ends one session; whose it was, or none where it has ended before.
pub(super) fn end(conn: &mut Conn, id: Id<kinds::Session>, now: Timestamp) -> QueryResult<Option<PersonRow>> {
    update(
        sessions::table
            .filter(sessions::uid.eq(id))
            .filter(sessions::ended_at.is_null()),
    )
    .set(sessions::ended_at.eq(now))
    .returning(sessions::person)
    .get_result(conn)
    .optional()
}

/// Ends every session of a member, expired ones too: a clock that jumps must not bring one back.
pub(super) fn end_all(conn: &mut Conn, person: PersonRow, now: Timestamp) -> QueryResult<Vec<Id<kinds::Session>>> {
    update(
        sessions::table
            .filter(sessions::person.eq(person))
            .filter(sessions::ended_at.is_null()),
    )
    .set(sessions::ended_at.eq(now))
    .returning(sessions::uid)
    .get_results(conn)
}

// Services ------------------------------------------------------------------------------------

pub(super) fn insert_service(
    conn: &mut Conn,
    id: Id<kinds::Service>,
    name: &str,
    secret_hash: &[u8],
    now: Timestamp,
) -> QueryResult<()> {
    insert_into(services::table)
        .values((
            services::uid.eq(id),
            services::name.eq(name),
            services::secret_hash.eq(secret_hash),
            services::created_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

pub(super) fn end_service(conn: &mut Conn, id: Id<kinds::Service>, now: Timestamp) -> QueryResult<bool> {
    update(
        services::table
            .filter(services::uid.eq(id))
            .filter(services::ended_at.is_null()),
    )
    .set(services::ended_at.eq(now))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// The hash of a service's secret; none where it was removed.
pub(super) fn service(conn: &mut Conn, id: Id<kinds::Service>) -> QueryResult<Option<Vec<u8>>> {
    services::table
        .filter(services::uid.eq(id))
        .filter(services::ended_at.is_null())
        .select(services::secret_hash)
        .first(conn)
        .optional()
}

/// Every service that may introspect: its id and the hash of its secret.
pub(super) fn services(conn: &mut Conn) -> QueryResult<Vec<(Id<kinds::Service>, Vec<u8>)>> {
    services::table
        .filter(services::ended_at.is_null())
        .select((services::uid, services::secret_hash))
        .load(conn)
}
