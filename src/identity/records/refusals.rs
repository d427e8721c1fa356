//! The rows of final refusals.

use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, dsl::exists, insert_into, select, update,
};

use super::super::{Case, Refusal};
use crate::platform::{
    store::{
        Conn,
        schema::{cases, refusals as rows},
    },
    terms::{Id, PersonRow, Timestamp, kinds},
    vault::Subject,
};

/// A refusal as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = rows)]
struct StoredRefusal {
    uid: Id<kinds::Refusal>,
    invite_id: i64,
    at: Timestamp,
    refused_by: PersonRow,
    lifted_at: Option<Timestamp>,
    lifted_by: Option<PersonRow>,
    lift_note_sealed: Option<Vec<u8>>,
}

/// What a refusal shows of its case.
#[derive(Queryable, Selectable)]
#[diesel(table_name = cases)]
struct RefusedCase {
    uid: Id<kinds::Case>,
    subject_id: Subject,
    note_sealed: Option<Vec<u8>>,
}

impl From<(StoredRefusal, RefusedCase)> for Refusal {
    fn from((row, case): (StoredRefusal, RefusedCase)) -> Self {
        Self {
            id: row.uid,
            case: case.uid,
            subject: case.subject_id,
            invite_row: row.invite_id,
            at: row.at,
            refused_by: row.refused_by,
            lifted_at: row.lifted_at,
            lifted_by: row.lifted_by,
            note_sealed: case.note_sealed,
            lift_note_sealed: row.lift_note_sealed,
        }
    }
}

/// A refusal that is written.
#[derive(Insertable)]
#[diesel(table_name = rows)]
struct NewRefusalRow<'a> {
    uid: Id<kinds::Refusal>,
    case_id: i64,
    invite_id: i64,
    address_blind: Option<&'a [u8]>,
    document_blind: &'a [u8],
    at: Timestamp,
    refused_by: PersonRow,
}

/// A refusal by its public id.
pub(in crate::identity) fn refusal(conn: &mut Conn, id: Id<kinds::Refusal>) -> QueryResult<Option<Refusal>> {
    let found: Option<(StoredRefusal, RefusedCase)> = rows::table
        .inner_join(cases::table.on(cases::id.eq(rows::case_id)))
        .filter(rows::uid.eq(id))
        .select((StoredRefusal::as_select(), RefusedCase::as_select()))
        .first(conn)
        .optional()?;
    Ok(found.map(Refusal::from))
}

/// Refusals that bind, or such as were lifted, newest first; from behind `after` on.
pub(in crate::identity) fn refusals(
    conn: &mut Conn,
    lifted: bool,
    after: Option<Id<kinds::Refusal>>,
    limit: i64,
) -> QueryResult<Vec<Refusal>> {
    let before: i64 = match after {
        None => i64::MAX,
        Some(id) => rows::table
            .filter(rows::uid.eq(id))
            .select(rows::id)
            .first(conn)
            .optional()?
            .unwrap_or(0),
    };
    let query = rows::table
        .inner_join(cases::table.on(cases::id.eq(rows::case_id)))
        .filter(rows::id.lt(before))
        .order(rows::id.desc())
        .limit(limit)
        .select((StoredRefusal::as_select(), RefusedCase::as_select()))
        .into_boxed();
    let query = match lifted {
        true => query.filter(rows::lifted_at.is_not_null()),
        false => query.filter(rows::lifted_at.is_null()),
    };
    let found: Vec<(StoredRefusal, RefusedCase)> = query.load(conn)?;
    Ok(found.into_iter().map(Refusal::from).collect())
}

pub(in crate::identity) struct NewRefusal<'a> {
    pub id: Id<kinds::Refusal>,
    pub case: &'a Case,
    pub invite_row: i64,
    pub document_blind: &'a [u8],
    pub by: PersonRow,
}

pub(in crate::identity) fn insert_refusal(conn: &mut Conn, new: &NewRefusal<'_>, now: Timestamp) -> QueryResult<()> {
    insert_into(rows::table)
        .values(NewRefusalRow {
            uid: new.id,
            case_id: new.case.row,
            invite_id: new.invite_row,
            address_blind: new.case.address_blind.as_deref(),
            document_blind: new.document_blind,
            at: now,
            refused_by: new.by,
        })
        .execute(conn)
        .map(|_| ())
}

/// Lifts a refusal that binds; false where it is lifted already.
pub(in crate::identity) fn lift(
    conn: &mut Conn,
    id: Id<kinds::Refusal>,
    by: PersonRow,
    note_sealed: &[u8],
    now: Timestamp,
) -> QueryResult<bool> {
    update(rows::table.filter(rows::uid.eq(id)).filter(rows::lifted_at.is_null()))
        .set((
            rows::lifted_at.eq(now),
            rows::lifted_by.eq(by),
            rows::lift_note_sealed.eq(note_sealed),
        ))
        .execute(conn)
        .map(|lifted| lifted == 1)
}

/// Whether a final refusal binds this address.
pub(in crate::identity) fn binds_address(conn: &mut Conn, blind: &[u8]) -> QueryResult<bool> {
    let bound = rows::table
        .filter(rows::address_blind.eq(blind))
        .filter(rows::lifted_at.is_null());
    select(exists(bound)).get_result(conn)
}

/// Whether a final refusal binds this document.
pub(in crate::identity) fn binds_document(conn: &mut Conn, blind: &[u8]) -> QueryResult<bool> {
    let bound = rows::table
        .filter(rows::document_blind.eq(blind))
        .filter(rows::lifted_at.is_null());
    select(exists(bound)).get_result(conn)
}
