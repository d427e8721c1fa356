//! The rows of errands: how far each has come, and who is who in it.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, insert_into, sql_query,
    sql_types::Binary, update,
};

use crate::{
    store::{
        Conn,
        schema::{import_people, imports},
    },
    terms::PersonRow,
};

/// The errand with this digest, and how many of its steps are done.
pub(super) fn find(conn: &mut Conn, digest: &[u8]) -> QueryResult<Option<(i64, i64)>> {
    imports::table
        .filter(imports::digest.eq(digest))
        .select((imports::id, imports::rows_done))
        .first(conn)
        .optional()
}

/// Begins an errand; false where another has begun the same.
pub(super) fn begin(conn: &mut Conn, digest: &[u8]) -> QueryResult<bool> {
    sql_query("INSERT INTO imports (digest, rows_done, report) VALUES ($1, 0, '{}') ON CONFLICT DO NOTHING")
        .bind::<Binary, _>(digest)
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Counts steps as done; false where it no longer stands at `from`.
pub(super) fn advance(conn: &mut Conn, import: i64, from: i64, to: i64) -> QueryResult<bool> {
    update(imports::table.find(import).filter(imports::rows_done.eq(from)))
        .set(imports::rows_done.eq(to))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Notes what a whole errand came to.
pub(super) fn finish(conn: &mut Conn, import: i64, report: &str) -> QueryResult<()> {
    update(imports::table.find(import))
        .set(imports::report.eq(report))
        .execute(conn)
        .map(|_| ())
}

/// Notes whom somebody in it has become.
pub(super) fn insert_person(conn: &mut Conn, import: i64, name: &str, person: PersonRow) -> QueryResult<()> {
    insert_into(import_people::table)
        .values((
            import_people::import_id.eq(import),
            import_people::name.eq(name),
            import_people::person.eq(person),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whom everybody in it has become so far.
pub(super) fn people(conn: &mut Conn, import: i64) -> QueryResult<Vec<(String, PersonRow)>> {
    import_people::table
        .filter(import_people::import_id.eq(import))
        .select((import_people::name, import_people::person))
        .load(conn)
}
