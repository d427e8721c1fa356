//! The rows of what all routes share.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl, delete};

use crate::{
    store::{Conn, fixed, schema::idempotency},
    terms::Timestamp,
};

/// The primary key of a remembered idempotency key.
pub(super) struct Key<'a> {
    pub(super) caller: &'a [u8],
    pub(super) route: &'a str,
    pub(super) key: &'a str,
}

/// Claims a key that is free or forgotten (older than `forgotten`). Where another transaction is
/// just claiming it, PostgreSQL waits for that one's end.
pub(super) fn claim_key(
    conn: &mut Conn,
    row: &Key<'_>,
    request: &[u8],
    resource: &[u8],
    now: Timestamp,
    forgotten: Timestamp,
) -> QueryResult<bool> {
    fixed(
        "INSERT INTO idempotency (caller, route, key, request, resource, at) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (caller, route, key) DO UPDATE \
         SET request = excluded.request, resource = excluded.resource, at = excluded.at \
         WHERE idempotency.at < ?",
    )
    .bind(row.caller)
    .bind(row.route)
    .bind(row.key)
    .bind(request)
    .bind(resource)
    .bind(now.micros())
    .bind(forgotten.micros())
    .execute(conn)
    .map(|rows| rows == 1)
}

/// What a key was used for: the request's hash and the resource's id.
pub(super) fn claimed(conn: &mut Conn, row: &Key<'_>) -> QueryResult<(Vec<u8>, Vec<u8>)> {
    idempotency::table
        .find((row.caller, row.route, row.key))
        .select((idempotency::request, idempotency::resource))
        .first(conn)
}

/// Forgets the keys from before `forgotten`. Nothing depends on it but the size of the table.
pub fn forget_keys(conn: &mut Conn, forgotten: Timestamp) -> QueryResult<usize> {
    delete(idempotency::table.filter(idempotency::at.lt(forgotten))).execute(conn)
}
