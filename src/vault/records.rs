//! The subjects' wrapped data keys.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl, insert_into, update};

use super::Subject;
use crate::store::{Conn, schema::subjects};

pub(super) fn insert(conn: &mut Conn, version: i64, wrapped: &[u8]) -> QueryResult<i64> {
    insert_into(subjects::table)
        .values((subjects::key_version.eq(version), subjects::wrapped_key.eq(wrapped)))
        .returning(subjects::id)
        .get_result(conn)
}

pub(super) fn wrapped(conn: &mut Conn, subject: Subject) -> QueryResult<(i64, Option<Vec<u8>>)> {
    subjects::table
        .find(subject.0)
        .select((subjects::key_version, subjects::wrapped_key))
        .first(conn)
}

pub(super) fn erase(conn: &mut Conn, subject: Subject) -> QueryResult<()> {
    update(subjects::table.find(subject.0))
        .set(subjects::wrapped_key.eq(None::<Vec<u8>>))
        .execute(conn)
        .map(|_| ())
}
