//! The rows of what all routes share.

use diesel::{
    ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl, delete, sql_query,
    sql_types::{BigInt, Binary, Text},
};

use crate::{
    store::{Conn, schema::idempotency},
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
    sql_query(
        "INSERT INTO idempotency (caller, route, key, request, resource, at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (caller, route, key) DO UPDATE \
         SET request = excluded.request, resource = excluded.resource, at = excluded.at \
         WHERE idempotency.at < $7",
    )
    .bind::<Binary, _>(row.caller)
    .bind::<Text, _>(row.route)
    .bind::<Text, _>(row.key)
    .bind::<Binary, _>(request)
    .bind::<Binary, _>(resource)
    .bind::<BigInt, _>(now.micros())
    .bind::<BigInt, _>(forgotten.micros())
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
