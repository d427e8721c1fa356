//! The rows of sanctions.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, insert_into, update};

use super::{ReasonCode, Sanction, SanctionKind};
use crate::platform::{
    store::{Conn, schema::sanctions},
    terms::{PersonRow, SanctionId, Timestamp},
};

type Row = (
    SanctionId,
    PersonRow,
    SanctionKind,
    ReasonCode,
    Option<Vec<u8>>,
    Timestamp,
    Option<PersonRow>,
    Option<Timestamp>,
    Option<PersonRow>,
    Option<Vec<u8>>,
);
const COLUMNS: (
    sanctions::uid,
    sanctions::person,
    sanctions::kind,
    sanctions::reason,
    sanctions::note_sealed,
    sanctions::imposed_at,
    sanctions::imposed_by,
    sanctions::lifted_at,
    sanctions::lifted_by,
    sanctions::lift_note_sealed,
) = (
    sanctions::uid,
    sanctions::person,
    sanctions::kind,
    sanctions::reason,
    sanctions::note_sealed,
    sanctions::imposed_at,
    sanctions::imposed_by,
    sanctions::lifted_at,
    sanctions::lifted_by,
    sanctions::lift_note_sealed,
);

fn from_row(
    (id, person, kind, reason, note_sealed, imposed_at, imposed_by, lifted_at, lifted_by, lift_note_sealed): Row,
) -> Sanction {
    Sanction {
        id,
        person,
        kind,
        reason,
        note_sealed,
        imposed_at,
        imposed_by,
        lifted_at,
        lifted_by,
        lift_note_sealed,
    }
}

pub(super) fn insert(conn: &mut Conn, sanction: &Sanction) -> QueryResult<()> {
    insert_into(sanctions::table)
        .values((
            sanctions::uid.eq(sanction.id),
            sanctions::person.eq(sanction.person),
            sanctions::kind.eq(sanction.kind),
            sanctions::reason.eq(sanction.reason),
            sanctions::note_sealed.eq(&sanction.note_sealed),
            sanctions::imposed_at.eq(sanction.imposed_at),
            sanctions::imposed_by.eq(sanction.imposed_by),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Lifts a sanction that is in force; none where this person has no such sanction in force.
pub(super) fn lift(
    conn: &mut Conn,
    id: SanctionId,
    person: PersonRow,
    by: Option<PersonRow>,
    note_sealed: &[u8],
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
    .returning(COLUMNS)
    .get_result::<Row>(conn)
    .optional()
    .map(|row| row.map(from_row))
}

pub(super) fn by_id(conn: &mut Conn, id: SanctionId) -> QueryResult<Option<Sanction>> {
    sanctions::table
        .filter(sanctions::uid.eq(id))
        .select(COLUMNS)
        .first::<Row>(conn)
        .optional()
        .map(|row| row.map(from_row))
}

/// The ban that is in force for a person.
pub fn open_ban(conn: &mut Conn, person: PersonRow) -> QueryResult<Option<Sanction>> {
    sanctions::table
        .filter(sanctions::person.eq(person))
        .filter(sanctions::kind.eq(SanctionKind::Ban))
        .filter(sanctions::lifted_at.is_null())
        .select(COLUMNS)
        .first::<Row>(conn)
        .optional()
        .map(|row| row.map(from_row))
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
        .select(COLUMNS)
        .into_boxed();
    if let Some(before) = before {
        let row: Option<i64> = sanctions::table
            .filter(sanctions::uid.eq(before))
            .select(sanctions::id)
            .first(conn)
            .optional()?;
        query = query.filter(sanctions::id.lt(row.unwrap_or(0)));
    }
    Ok(query.load::<Row>(conn)?.into_iter().map(from_row).collect())
}
