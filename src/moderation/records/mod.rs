//! The rows of sanctions.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, insert_into, update,
};

use super::{ReasonCode, Sanction, SanctionKind};
use crate::platform::{
    store::{Conn, columns_of, schema::sanctions},
    terms::{PersonRow, SanctionId, Timestamp},
};

/// A sanction as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sanctions)]
struct StoredSanction {
    uid: SanctionId,
    person: PersonRow,
    kind: SanctionKind,
    reason: ReasonCode,
    note_sealed: Option<Vec<u8>>,
    imposed_at: Timestamp,
    imposed_by: Option<PersonRow>,
    lifted_at: Option<Timestamp>,
    lifted_by: Option<PersonRow>,
    lift_note_sealed: Option<Vec<u8>>,
    ends_at: Option<Timestamp>,
}

impl From<StoredSanction> for Sanction {
    fn from(row: StoredSanction) -> Self {
        Self {
            id: row.uid,
            person: row.person,
            kind: row.kind,
            reason: row.reason,
            note_sealed: row.note_sealed,
            imposed_at: row.imposed_at,
            imposed_by: row.imposed_by,
            until: row.ends_at,
            lifted_at: row.lifted_at,
            lifted_by: row.lifted_by,
            lift_note_sealed: row.lift_note_sealed,
        }
    }
}

/// A sanction that is written.
#[derive(Insertable)]
#[diesel(table_name = sanctions)]
struct NewSanction<'a> {
    uid: SanctionId,
    person: PersonRow,
    kind: SanctionKind,
    reason: ReasonCode,
    note_sealed: Option<&'a [u8]>,
    imposed_at: Timestamp,
    imposed_by: Option<PersonRow>,
    ends_at: Option<Timestamp>,
}

pub(super) fn insert(conn: &mut Conn, sanction: &Sanction) -> QueryResult<()> {
    insert_into(sanctions::table)
        .values(NewSanction {
            uid: sanction.id,
            person: sanction.person,
            kind: sanction.kind,
            reason: sanction.reason,
            note_sealed: sanction.note_sealed.as_deref(),
            imposed_at: sanction.imposed_at,
            imposed_by: sanction.imposed_by,
            ends_at: sanction.until,
        })
        .execute(conn)
        .map(|_| ())
}

/// Lifts a sanction that is in force; none where this person has no such sanction in force.
pub(super) fn lift(
    conn: &mut Conn,
    id: SanctionId,
    person: PersonRow,
    by: Option<PersonRow>,
    note_sealed: Option<&[u8]>,
    now: Timestamp,
) -> QueryResult<Option<Sanction>> {
    update(
        sanctions::table
            .filter(sanctions::uid.eq(id))
            .filter(sanctions::person.eq(person))
            .filter(sanctions::lifted_at.is_null()),
    )
    .set((
        sanctions::lifted_at.eq(now),
        sanctions::lifted_by.eq(by),
        sanctions::lift_note_sealed.eq(note_sealed),
    ))
    .returning(columns_of::<StoredSanction>())
    .get_result::<StoredSanction>(conn)
    .optional()
    .map(|row| row.map(Sanction::from))
}

pub(super) fn by_id(conn: &mut Conn, id: SanctionId) -> QueryResult<Option<Sanction>> {
    sanctions::table
        .filter(sanctions::uid.eq(id))
        .select(StoredSanction::as_select())
        .first(conn)
        .optional()
        .map(|row| row.map(Sanction::from))
}

/// The sanctions that are in force on a person, gravest first.
pub fn in_force(conn: &mut Conn, person: PersonRow) -> QueryResult<Vec<Sanction>> {
    let rows: Vec<StoredSanction> = sanctions::table
        .filter(sanctions::person.eq(person))
        .filter(sanctions::lifted_at.is_null())
        .select(StoredSanction::as_select())
        .load(conn)?;
    let mut found: Vec<Sanction> = rows.into_iter().map(Sanction::from).collect();
    found.sort_by_key(|sanction| std::cmp::Reverse(sanction.kind));
    Ok(found)
}

/// Of which kinds the sanctions are that are in force on a person.
pub(super) fn kinds_in_force(conn: &mut Conn, person: PersonRow) -> QueryResult<Vec<SanctionKind>> {
    sanctions::table
        .filter(sanctions::person.eq(person))
        .filter(sanctions::lifted_at.is_null())
        .select(sanctions::kind)
        .load(conn)
}

/// The sanctions in force whose time is over, the longest over first: each with whom it is on.
pub(super) fn over(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<(SanctionId, PersonRow)>> {
    sanctions::table
        .filter(sanctions::lifted_at.is_null())
        .filter(sanctions::ends_at.le(now))
        .order((sanctions::ends_at, sanctions::id))
        .limit(limit)
        .select((sanctions::uid, sanctions::person))
        .load(conn)
}

/// A person's sanctions, newest first, from the start or before `before`.
pub(super) fn of_person(
    conn: &mut Conn,
    person: PersonRow,
    before: Option<SanctionId>,
    limit: i64,
) -> QueryResult<Vec<Sanction>> {
    let mut query = sanctions::table
        .filter(sanctions::person.eq(person))
        .order(sanctions::id.desc())
        .limit(limit)
        .select(StoredSanction::as_select())
        .into_boxed();
    if let Some(before) = before {
        let row: Option<i64> = sanctions::table
            .filter(sanctions::uid.eq(before))
            .select(sanctions::id)
            .first(conn)
            .optional()?;
        query = query.filter(sanctions::id.lt(row.unwrap_or(0)));
    }
    let rows: Vec<StoredSanction> = query.load(conn)?;
    Ok(rows.into_iter().map(Sanction::from).collect())
}
