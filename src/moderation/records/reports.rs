//! The rows of reports of members, by members and by filters.

use diesel::{
    ExpressionMethods, QueryDsl, QueryResult, Queryable, QueryableByName, RunQueryDsl, Selectable, SelectableHelper,
    sql_query, sql_types::BigInt, update,
};

use crate::{
    moderation::{ReasonCode, ReportOutcome},
    platform::{
        store::{Conn, fixed, schema::reports},
        terms::{PersonRow, ReportId, Timestamp},
    },
};

/// A report as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = reports)]
pub struct ReportRow {
    /// Its row.
    #[diesel(column_name = id)]
    pub row: i64,
    /// Its public id.
    #[diesel(column_name = uid)]
    pub id: ReportId,
    /// The member who reports.
    pub by_person: Option<PersonRow>,
    /// The row of the filter that reports.
    pub by_service: Option<i64>,
    /// Whom.
    pub on_person: PersonRow,
    /// Why, as a code.
    pub reason: ReasonCode,
    pub(in crate::moderation) note_sealed: Option<Vec<u8>>,
    /// When.
    pub at: Timestamp,
}

/// What is reported of one person, in numbers.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Bundle {
    /// The first of the reports that are open.
    #[diesel(sql_type = BigInt)]
    pub first: i64,
    /// Whom they are on.
    #[diesel(sql_type = BigInt)]
    pub person: PersonRow,
    /// How many are open.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// When the last was made.
    #[diesel(sql_type = BigInt)]
    pub last_at: Timestamp,
}

/// Who reports.
#[derive(Debug, Clone, Copy)]
pub(in crate::moderation) enum Reporter {
    /// A member.
    Member(PersonRow),
    /// A filter, by its row.
    Filter(i64),
}

/// Writes a report; false where this reporter has one open on this person.
pub(in crate::moderation) fn insert(
    conn: &mut Conn,
    id: ReportId,
    (by, on): (Reporter, PersonRow),
    reason: ReasonCode,
    note_sealed: Option<&[u8]>,
    now: Timestamp,
) -> QueryResult<bool> {
    let (member, filter) = match by {
        Reporter::Member(person) => (Some(person.0), None),
        Reporter::Filter(row) => (None, Some(row)),
    };
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    fixed(|| {
        "INSERT INTO reports (uid, by_person, by_service, on_person, reason, note_sealed, at) \
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    })
    .bind(id.as_bytes().as_slice())
    .bind(member)
    .bind(filter)
    .bind(on.0)
    .bind(reason.as_str())
    .bind(note_sealed)
    .bind(now.micros())
    .execute(conn)
    .map(|rows| rows == 1)
}

/// The people on whom reports are open, by the first of these, from after this one on.
pub(in crate::moderation) fn bundles(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<Bundle>> {
    // Raw: diesel's grouping does not order by what is grouped on both backends.
    sql_query(
        "SELECT MIN(id) AS first, on_person AS person, COUNT(*) AS count, MAX(at) AS last_at FROM reports \
         WHERE closed_at IS NULL GROUP BY on_person HAVING MIN(id) > $1 ORDER BY first LIMIT $2",
    )
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(limit)
    .load(conn)
}

/// The reports that are open on a person, oldest first, from after this one on.
pub(in crate::moderation) fn open_on(
    conn: &mut Conn,
    person: PersonRow,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<ReportRow>> {
    reports::table
        .filter(reports::on_person.eq(person))
        .filter(reports::closed_at.is_null())
        .filter(reports::id.gt(after))
        .order(reports::id)
        .limit(limit)
        .select(ReportRow::as_select())
        .load(conn)
}

/// How many reports a member made.
pub(in crate::moderation) fn count_by(conn: &mut Conn, person: PersonRow) -> QueryResult<i64> {
    reports::table
        .filter(reports::by_person.eq(person))
        .count()
        .get_result(conn)
}

/// Closes every report that is open on a person; how many there were.
pub(in crate::moderation) fn close(
    conn: &mut Conn,
    person: PersonRow,
    by: Option<PersonRow>,
    outcome: ReportOutcome,
    now: Timestamp,
) -> QueryResult<usize> {
    update(reports::table)
        .filter(reports::on_person.eq(person))
        .filter(reports::closed_at.is_null())
        .set((
            reports::closed_at.eq(now),
            reports::closed_by.eq(by),
            reports::outcome.eq(outcome),
        ))
        .execute(conn)
}
