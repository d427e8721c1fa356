//! The versions of the policy.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text},
};

use crate::platform::{
    store::{Conn, schema::policies},
    terms::Timestamp,
};

/// The newest version and its document.
pub(super) fn newest(conn: &mut Conn) -> QueryResult<Option<(i64, String)>> {
    policies::table
        .order(policies::version.desc())
        .select((policies::version, policies::document))
        .first(conn)
        .optional()
}

/// Adds a version; false where it exists already.
pub(super) fn insert(conn: &mut Conn, version: i64, document: &str, now: Timestamp) -> QueryResult<bool> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    sql_query("INSERT INTO policies (version, document, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind::<BigInt, _>(version)
        .bind::<Text, _>(document)
        .bind::<BigInt, _>(now.micros())
        .execute(conn)
        .map(|rows| rows == 1)
}
