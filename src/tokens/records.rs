//! The rows of signing keys, sessions and services.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, connection::SimpleConnection, insert_into, update,
};

use crate::platform::{
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
    match conn.to_lock("making a signing key") {
        // Raw: a lock of PostgreSQL.
        Some(conn) => conn.batch_execute("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE"),
        None => Ok(()),
    }
}

/// A signing key that is written.
#[derive(Insertable)]
#[diesel(table_name = signing_keys)]
struct NewKey<'a> {
    kid: &'a str,
    subject_id: Subject,
    private_sealed: &'a [u8],
    made_at: Timestamp,
}

pub(super) fn insert_key(
    conn: &mut Conn,
    kid: &str,
    subject: Subject,
    sealed: &[u8],
    now: Timestamp,
) -> QueryResult<()> {
    insert_into(signing_keys::table)
        .values(NewKey {
            kid,
            subject_id: subject,
            private_sealed: sealed,
            made_at: now,
        })
        .execute(conn)
        .map(|_| ())
}

/// Every key as (kid, subject, sealed private key), oldest first.
pub(super) fn keys(conn: &mut Conn) -> QueryResult<Vec<(String, Subject, Vec<u8>)>> {
    signing_keys::table
        .order((signing_keys::made_at.asc(), signing_keys::kid.asc()))
        .select((
            signing_keys::kid,
            signing_keys::subject_id,
            signing_keys::private_sealed,
        ))
        .load(conn)
}

/// Every key's name, and when it was made, oldest first.
pub(super) fn keys_made(conn: &mut Conn) -> QueryResult<Vec<(String, Timestamp)>> {
    signing_keys::table
        .order((signing_keys::made_at.asc(), signing_keys::kid.asc()))
        .select((signing_keys::kid, signing_keys::made_at))
        .load(conn)
}

// Sessions ------------------------------------------------------------------------------------

/// A session as it stands in the store.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub(super) struct SessionRow {
    #[diesel(column_name = id)]
    pub(super) row: i64,
    pub(super) person: PersonRow,
    pub(super) generation: i64,
    pub(super) started_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
    /// When its generation began; none of the first.
    turned_at: Option<Timestamp>,
    /// For which request its generation began; none of the first.
    turned_by: Option<Vec<u8>>,
}

impl SessionRow {
    pub(super) fn lives(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.expires_at > now
    }

    /// When its generation began, and for which request; none of the first.
    pub(super) fn turned(&self) -> Option<(Timestamp, &[u8])> {
        self.turned_at.zip(self.turned_by.as_deref())
    }
}

pub(super) fn insert_session(
    conn: &mut Conn,
    id: Id<kinds::Session>,
    person: PersonRow,
    now: Timestamp,
    expires_at: Timestamp,
    seen: Option<&[u8]>,
) -> QueryResult<i64> {
    // Raw for the row redeem.
    fixed(|| {
        "INSERT INTO sessions (uid, person, generation, started_at, expires_at, seen_sealed) VALUES (?, ?, 0, ?, ?, ?)"
    })
    .bind(id.as_bytes().as_slice())
    .bind(person.0)
    .bind(now.micros())
    .bind(expires_at.micros())
    .bind(seen)
    .insert(conn)
}

pub(super) fn session(conn: &mut Conn, id: Id<kinds::Session>) -> QueryResult<Option<SessionRow>> {
    sessions::table
        .filter(sessions::uid.eq(id))
        .select(SessionRow::as_select())
        .first(conn)
        .optional()
}

/// The sessions that live at `now`.
pub(super) fn living(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<(Id<kinds::Session>, PersonRow, Timestamp)>> {
    sessions::table
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .select((sessions::uid, sessions::person, sessions::expires_at))
        .load(conn)
}

/// Turns a living session over from the generation that was presented, for `request`; false where it is no longer
/// that generation, or no longer lives.
pub(super) fn turn_over(
    conn: &mut Conn,
    id: Id<kinds::Session>,
    generation: i64,
    now: Timestamp,
    request: &[u8],
) -> QueryResult<bool> {
    // Raw: one text that the table of guards names.
    fixed(|| {
        "UPDATE sessions SET generation = generation + 1, turned_at = ?, turned_by = ? \
         WHERE uid = ? AND generation = ? AND ended_at IS NULL AND expires_at > ?"
    })
    .bind(now.micros())
    .bind(request)
    .bind(id.as_bytes().as_slice())
    .bind(generation)
    .bind(now.micros())
    .execute(conn)
    .map(|rows| rows == 1)
}

/// A living session as its owner sees it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub(super) struct OwnRow {
    #[diesel(column_name = id)]
    pub(super) row: i64,
    pub(super) uid: Id<kinds::Session>,
    pub(super) started_at: Timestamp,
    pub(super) expires_at: Timestamp,
    turned_at: Option<Timestamp>,
    pub(super) seen_sealed: Option<Vec<u8>>,
    used_at: Option<Timestamp>,
}

impl OwnRow {
    /// When it was used last, as far as that is kept.
    pub(super) fn used_at(&self) -> Timestamp {
        let later = self.turned_at.max(self.used_at);
        later.map_or(self.started_at, |later| later.max(self.started_at))
    }
}

/// The sessions of a member that live at `now`, newest first, below the row `before`.
pub(super) fn of_member(
    conn: &mut Conn,
    person: PersonRow,
    before: Option<i64>,
    limit: i64,
    now: Timestamp,
) -> QueryResult<Vec<OwnRow>> {
    let mut query = sessions::table
        .filter(sessions::person.eq(person))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .order(sessions::id.desc())
        .limit(limit)
        .select(OwnRow::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(sessions::id.lt(before));
    }
    query.load(conn)
}

/// When a member signed in last.
pub(super) fn last_sign_in(conn: &mut Conn, person: PersonRow) -> QueryResult<Option<Timestamp>> {
    sessions::table
        .filter(sessions::person.eq(person))
        .select(diesel::dsl::max(sessions::started_at))
        .first(conn)
}

/// How many sessions of a member live at `now`.
pub(super) fn count_living(conn: &mut Conn, person: PersonRow, now: Timestamp) -> QueryResult<i64> {
    sessions::table
        .filter(sessions::person.eq(person))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .count()
        .get_result(conn)
}

/// Notes that a living session is used, unless it was noted after `since`; whether it was noted now.
pub(super) fn touch(conn: &mut Conn, id: Id<kinds::Session>, since: Timestamp, now: Timestamp) -> QueryResult<bool> {
    // Raw: one text that is prepared once.
    fixed(|| {
        "UPDATE sessions SET used_at = ? WHERE uid = ? AND ended_at IS NULL AND expires_at > ? \
         AND COALESCE(used_at, turned_at, started_at) <= ?"
    })
    .bind(now.micros())
    .bind(id.as_bytes().as_slice())
    .bind(now.micros())
    .bind(since.micros())
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Ends one session, of this member where one is named; whose it was, or none where it has ended before.
pub(super) fn end(
    conn: &mut Conn,
    id: Id<kinds::Session>,
    whose: Option<PersonRow>,
    now: Timestamp,
) -> QueryResult<Option<PersonRow>> {
    let living = sessions::table
        .filter(sessions::uid.eq(id))
        .filter(sessions::ended_at.is_null());
    match whose {
        None => update(living)
            .set(sessions::ended_at.eq(now))
            .returning(sessions::person)
            .get_result(conn),
        Some(person) => update(
            living
                .filter(sessions::person.eq(person))
                .filter(sessions::expires_at.gt(now)),
        )
        .set(sessions::ended_at.eq(now))
        .returning(sessions::person)
        .get_result(conn),
    }
    .optional()
}

/// Ends every session of a member, expired ones too: a clock that jumps must not bring one back. One may be `spared`.
pub(super) fn end_all(
    conn: &mut Conn,
    person: PersonRow,
    spared: Option<Id<kinds::Session>>,
    now: Timestamp,
) -> QueryResult<Vec<Id<kinds::Session>>> {
    let living = sessions::table
        .filter(sessions::person.eq(person))
        .filter(sessions::ended_at.is_null());
    match spared {
        None => update(living)
            .set(sessions::ended_at.eq(now))
            .returning(sessions::uid)
            .get_results(conn),
        Some(spared) => update(living.filter(sessions::uid.ne(spared)))
            .set(sessions::ended_at.eq(now))
            .returning(sessions::uid)
            .get_results(conn),
    }
}

/// The same of many members; which, and whose.
pub(super) fn end_all_of(
    conn: &mut Conn,
    people: &[PersonRow],
    now: Timestamp,
) -> QueryResult<Vec<(Id<kinds::Session>, PersonRow)>> {
    update(
        sessions::table
            .filter(sessions::person.eq_any(people))
            .filter(sessions::ended_at.is_null()),
    )
    .set(sessions::ended_at.eq(now))
    .returning((sessions::uid, sessions::person))
    .get_results(conn)
}

// Services ------------------------------------------------------------------------------------

/// What is kept of a service: the blind index of its secret, and its resource where that was given.
pub(super) type ServiceRow = (Vec<u8>, Option<String>);

/// A service that is written.
#[derive(Insertable)]
#[diesel(table_name = services)]
struct NewService<'a> {
    uid: Id<kinds::Service>,
    name: &'a str,
    secret_hash: &'a [u8],
    created_at: Timestamp,
    resource: Option<&'a str>,
}

pub(super) fn insert_service(
    conn: &mut Conn,
    id: Id<kinds::Service>,
    name: &str,
    secret: &[u8],
    resource: Option<&str>,
    now: Timestamp,
) -> QueryResult<()> {
    insert_into(services::table)
        .values(NewService {
            uid: id,
            name,
            secret_hash: secret,
            created_at: now,
            resource,
        })
        .execute(conn)
        .map(|_| ())
}

/// Gives a service that was not removed another secret; false where there is none.
pub(super) fn set_service_secret(conn: &mut Conn, id: Id<kinds::Service>, secret: &[u8]) -> QueryResult<bool> {
    update(
        services::table
            .filter(services::uid.eq(id))
            .filter(services::ended_at.is_null()),
    )
    .set(services::secret_hash.eq(secret))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// A service as it is listed: row, id, name, resource, since and until when, since when it may act in rooms.
type SeenRow = (
    i64,
    Id<kinds::Service>,
    String,
    Option<String>,
    Timestamp,
    Option<Timestamp>,
    Option<Timestamp>,
);

/// Services, the newest first, below the row `before`.
pub(super) fn services_seen(conn: &mut Conn, before: Option<i64>, limit: i64) -> QueryResult<Vec<SeenRow>> {
    services::table
        .filter(services::id.lt(before.unwrap_or(i64::MAX)))
        .order(services::id.desc())
        .limit(limit)
        .select((
            services::id,
            services::uid,
            services::name,
            services::resource,
            services::created_at,
            services::ended_at,
            services::filter_since,
        ))
        .load(conn)
}

/// Lets a service act in rooms.
pub(super) fn allow_filter(conn: &mut Conn, id: Id<kinds::Service>, now: Timestamp) -> QueryResult<()> {
    update(services::table.filter(services::uid.eq(id)))
        .set(services::filter_since.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// The row of a service that may act in rooms; none where it may not, and where it was removed.
pub(super) fn filter(conn: &mut Conn, id: Id<kinds::Service>) -> QueryResult<Option<i64>> {
    services::table
        .filter(services::uid.eq(id))
        .filter(services::ended_at.is_null())
        .filter(services::filter_since.is_not_null())
        .select(services::id)
        .first(conn)
        .optional()
}

/// The names of those that may act in rooms, up to `limit`.
pub(super) fn filters(conn: &mut Conn, limit: i64) -> QueryResult<Vec<String>> {
    services::table
        .filter(services::ended_at.is_null())
        .filter(services::filter_since.is_not_null())
        .order(services::id.asc())
        .limit(limit)
        .select(services::name)
        .load(conn)
}

/// The ids and names of services, those that were removed too.
pub(super) fn service_names(conn: &mut Conn, rows: &[i64]) -> QueryResult<Vec<(i64, Id<kinds::Service>, String)>> {
    services::table
        .filter(services::id.eq_any(rows))
        .select((services::id, services::uid, services::name))
        .load(conn)
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

/// A service; none where it was removed.
pub(super) fn service(conn: &mut Conn, id: Id<kinds::Service>) -> QueryResult<Option<ServiceRow>> {
    services::table
        .filter(services::uid.eq(id))
        .filter(services::ended_at.is_null())
        .select((services::secret_hash, services::resource))
        .first(conn)
        .optional()
}

/// The service to which this resource was given.
pub(super) fn service_of(conn: &mut Conn, resource: &str) -> QueryResult<Option<Id<kinds::Service>>> {
    services::table
        .filter(services::resource.eq(resource))
        .filter(services::ended_at.is_null())
        .select(services::uid)
        .first(conn)
        .optional()
}

/// Every service.
pub(super) fn services(conn: &mut Conn) -> QueryResult<Vec<(Id<kinds::Service>, ServiceRow)>> {
    services::table
        .filter(services::ended_at.is_null())
        .select((services::uid, (services::secret_hash, services::resource)))
        .load(conn)
}
