//! The rows of final refusals.

use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, dsl::exists, insert_into,
    select, update,
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

type Row = (
    Id<kinds::Refusal>,
    Id<kinds::Case>,
    i64,
    i64,
    Timestamp,
    PersonRow,
    Option<Timestamp>,
    Option<PersonRow>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
);

macro_rules! select_refusals {
    () => {
        rows::table
            .inner_join(cases::table.on(cases::id.eq(rows::case_id)))
            .select((
                rows::uid,
                cases::uid,
                cases::subject_id,
                rows::invite_id,
                rows::at,
                rows::refused_by,
                rows::lifted_at,
                rows::lifted_by,
                cases::note_sealed,
                rows::lift_note_sealed,
            ))
    };
}

fn from_row((id, case, subject, invite_row, at, refused_by, lifted_at, lifted_by, note, lift_note): Row) -> Refusal {
    Refusal {
        id,
        case,
        subject: Subject(subject),
        invite_row,
        at,
        refused_by,
        lifted_at,
        lifted_by,
        note_sealed: note,
        lift_note_sealed: lift_note,
    }
}

/// A refusal by its public id.
pub(in crate::identity) fn refusal(conn: &mut Conn, id: Id<kinds::Refusal>) -> QueryResult<Option<Refusal>> {
    let found = select_refusals!()
        .filter(rows::uid.eq(id))
        .first::<Row>(conn)
        .optional()?;
    Ok(found.map(from_row))
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
    let query = select_refusals!()
        .filter(rows::id.lt(before))
        .order(rows::id.desc())
        .limit(limit)
        .into_boxed();
    let query = match lifted {
        true => query.filter(rows::lifted_at.is_not_null()),
        false => query.filter(rows::lifted_at.is_null()),
    };
    Ok(query.load::<Row>(conn)?.into_iter().map(from_row).collect())
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
        .values((
            rows::uid.eq(new.id),
            rows::case_id.eq(new.case.row),
            rows::invite_id.eq(new.invite_row),
            rows::address_blind.eq(&new.case.address_blind),
            rows::document_blind.eq(new.document_blind),
            rows::at.eq(now),
            rows::refused_by.eq(new.by),
        ))
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
