//! The rows of identities, the places that a person has, cases and disclosures.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    QueryResult, RunQueryDsl,
    dsl::min,
    insert_into, sql_query,
    sql_types::{BigInt, Binary},
    update,
};

use super::{
    CaseState,
    rules::{History, Slot},
};
use crate::{
    store::{
        Conn, fixed,
        schema::{cases as rows, disclosures, identities, identity_slots, people},
    },
    terms::{Id, PersonRow, Timestamp, kinds},
    vault::Subject,
};

/// A case as it stands in the store: everything but what it is about.
#[derive(Debug, Clone)]
pub struct Case {
    pub(super) row: i64,
    /// Its public id.
    pub id: Id<kinds::Case>,
    pub(super) subject: Subject,
    /// Whose way in it stands on.
    pub flow: Id<kinds::Flow>,
    /// Where it stands.
    pub state: CaseState,
    /// Since when it waits, or waited.
    pub opened_at: Timestamp,
    /// Who claimed it last, and until when.
    pub claim: Option<(PersonRow, Timestamp)>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// By whom.
    pub decided_by: Option<Id<kinds::Person>>,
}

type CaseRow = (
    i64,
    Id<kinds::Case>,
    i64,
    Id<kinds::Flow>,
    CaseState,
    Timestamp,
    Option<PersonRow>,
    Option<Timestamp>,
    Option<Timestamp>,
    Option<Id<kinds::Person>>,
);

macro_rules! select_cases {
    () => {
        rows::table
            .left_join(people::table.on(rows::decided_by.eq(people::id.nullable())))
            .select((
                rows::id,
                rows::uid,
                rows::subject_id,
                rows::flow,
                rows::state,
                rows::opened_at,
                rows::claimed_by,
                rows::claimed_until,
                rows::decided_at,
                people::uid.nullable(),
            ))
    };
}

fn from_row(row: CaseRow) -> Case {
    let (row, id, subject, flow, state, opened_at, claimed_by, claimed_until, decided_at, decided_by) = row;
    Case {
        row,
        id,
        subject: Subject(subject),
        flow,
        state,
        opened_at,
        claim: claimed_by.zip(claimed_until),
        decided_at,
        decided_by,
    }
}

/// A case by its public id.
pub fn case(conn: &mut Conn, id: Id<kinds::Case>) -> QueryResult<Option<Case>> {
    select_cases!()
        .filter(rows::uid.eq(id))
        .first::<CaseRow>(conn)
        .optional()
        .map(|row| row.map(from_row))
}

/// Cases in this state, those that were opened first in front; from behind `after` on.
pub fn cases(conn: &mut Conn, state: CaseState, after: Option<Id<kinds::Case>>, limit: i64) -> QueryResult<Vec<Case>> {
    let after: i64 = match after {
        None => 0,
        Some(id) => rows::table
            .filter(rows::uid.eq(id))
            .select(rows::id)
            .first(conn)
            .optional()?
            .unwrap_or(i64::MAX),
    };
    Ok(select_cases!()
        .filter(rows::state.eq(state))
        .filter(rows::id.gt(after))
        .order(rows::id.asc())
        .limit(limit)
        .load::<CaseRow>(conn)?
        .into_iter()
        .map(from_row)
        .collect())
}

/// How many cases are open, and since when the oldest.
pub(super) fn queue(conn: &mut Conn) -> QueryResult<(i64, Option<Timestamp>)> {
    let open = rows::table.filter(rows::state.eq(CaseState::Open));
    let count = open.count().get_result(conn)?;
    let oldest = open.select(min(rows::opened_at)).first(conn)?;
    Ok((count, oldest))
}

/// How often a subject has given an identity (none: never), and the cases about it.
pub(super) fn history(conn: &mut Conn, subject: Subject) -> QueryResult<(Option<i64>, History)> {
    let submissions: Option<i64> = identities::table
        .find(subject.0)
        .select(identities::submissions)
        .first(conn)
        .optional()?;
    let cases = rows::table
        .filter(rows::subject_id.eq(subject.0))
        .order(rows::id.asc())
        .select(rows::state)
        .load(conn)?;
    Ok((
        submissions,
        History {
            given: submissions.is_some(),
            cases,
        },
    ))
}

/// A name and a document under seal.
pub(super) struct Sealed {
    pub name: Vec<u8>,
    pub document: Vec<u8>,
}

/// Puts an identity in the place of the one that was the `before`th; false where that is no longer
/// the newest.
pub(super) fn keep_identity(
    conn: &mut Conn,
    subject: Subject,
    before: Option<i64>,
    sealed: &Sealed,
    now: Timestamp,
) -> QueryResult<bool> {
    let kept = match before {
        // The builder's ON CONFLICT does not fit both backends; the statement does.
        None => sql_query(
            "INSERT INTO identities (subject_id, name_sealed, document_sealed, given_at, submissions) \
             VALUES ($1, $2, $3, $4, 1) ON CONFLICT DO NOTHING",
        )
        .bind::<BigInt, _>(subject.0)
        .bind::<Binary, _>(&sealed.name)
        .bind::<Binary, _>(&sealed.document)
        .bind::<BigInt, _>(now.micros())
        .execute(conn)?,
        Some(before) => update(
            identities::table
                .find(subject.0)
                .filter(identities::submissions.eq(before)),
        )
        .set((
            identities::name_sealed.eq(&sealed.name),
            identities::document_sealed.eq(&sealed.document),
            identities::given_at.eq(now),
            identities::submissions.eq(before + 1),
        ))
        .execute(conn)?,
    };
    Ok(kept == 1)
}

pub(super) fn identity(conn: &mut Conn, subject: Subject) -> QueryResult<Sealed> {
    let (name, document) = identities::table
        .find(subject.0)
        .select((identities::name_sealed, identities::document_sealed))
        .first(conn)?;
    Ok(Sealed { name, document })
}

/// The places that are taken behind a document.
pub(super) fn slots(conn: &mut Conn, blind: &[u8]) -> QueryResult<Vec<Slot>> {
    Ok(identity_slots::table
        .filter(identity_slots::blind.eq(blind))
        .select((identity_slots::slot, identity_slots::claimed_until))
        .load::<(i64, Option<Timestamp>)>(conn)?
        .into_iter()
        .map(|(number, claimed_until)| Slot { number, claimed_until })
        .collect())
}

/// Takes a place that nobody has, or whose claim has ended; false where somebody has it.
pub(super) fn take_slot(
    conn: &mut Conn,
    blind: &[u8],
    number: i64,
    subject: Subject,
    until: Timestamp,
    now: Timestamp,
) -> QueryResult<bool> {
    sql_query(
        "INSERT INTO identity_slots (blind, slot, subject_id, claimed_until) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (blind, slot) DO UPDATE SET subject_id = excluded.subject_id, \
         claimed_until = excluded.claimed_until WHERE identity_slots.claimed_until <= $5",
    )
    .bind::<Binary, _>(blind)
    .bind::<BigInt, _>(number)
    .bind::<BigInt, _>(subject.0)
    .bind::<BigInt, _>(until.micros())
    .bind::<BigInt, _>(now.micros())
    .execute(conn)
    .map(|taken| taken == 1)
}

/// Takes a subject's open cases out of the queue; which they were.
pub(super) fn withdraw_cases(conn: &mut Conn, subject: Subject) -> QueryResult<Vec<Id<kinds::Case>>> {
    update(
        rows::table
            .filter(rows::subject_id.eq(subject.0))
            .filter(rows::state.eq(CaseState::Open)),
    )
    .set(rows::state.eq(CaseState::Withdrawn))
    .returning(rows::uid)
    .get_results(conn)
}

/// Gives back what is kept for a newcomer; a member's place stays.
pub(super) fn give_up_slots(conn: &mut Conn, subject: Subject) -> QueryResult<()> {
    diesel::delete(
        identity_slots::table
            .filter(identity_slots::subject_id.eq(subject.0))
            .filter(identity_slots::claimed_until.is_not_null()),
    )
    .execute(conn)
    .map(|_| ())
}

pub(super) fn confirm_slots(conn: &mut Conn, subject: Subject) -> QueryResult<usize> {
    fixed(|| "UPDATE identity_slots SET claimed_until = NULL WHERE subject_id = ?")
        .bind(subject.0)
        .execute(conn)
}

pub(super) fn insert_case(
    conn: &mut Conn,
    id: Id<kinds::Case>,
    subject: Subject,
    flow: Id<kinds::Flow>,
    now: Timestamp,
) -> QueryResult<()> {
    insert_into(rows::table)
        .values((
            rows::uid.eq(id),
            rows::subject_id.eq(subject.0),
            rows::flow.eq(flow),
            rows::state.eq(CaseState::Open),
            rows::opened_at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Takes an open case that nobody has, whose claim has ended, or that is one's own; false otherwise.
pub(super) fn take_claim(
    conn: &mut Conn,
    case: &Case,
    reviewer: PersonRow,
    until: Timestamp,
    now: Timestamp,
) -> QueryResult<bool> {
    update(
        rows::table
            .find(case.row)
            .filter(rows::state.eq(CaseState::Open))
            .filter(
                rows::claimed_by
                    .is_null()
                    .or(rows::claimed_by.eq(reviewer))
                    .or(rows::claimed_until.le(now))
                    .assume_not_null(),
            ),
    )
    .set((rows::claimed_by.eq(reviewer), rows::claimed_until.eq(until)))
    .execute(conn)
    .map(|taken| taken == 1)
}

pub(super) fn insert_disclosure(
    conn: &mut Conn,
    case: &Case,
    to: PersonRow,
    reason_sealed: &[u8],
    now: Timestamp,
) -> QueryResult<()> {
    insert_into(disclosures::table)
        .values((
            disclosures::case_id.eq(case.row),
            disclosures::person.eq(to),
            disclosures::at.eq(now),
            disclosures::reason_sealed.eq(reason_sealed),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Decides a case that is open and claimed by this reviewer now; false otherwise.
pub(super) fn settle(
    conn: &mut Conn,
    case: &Case,
    reviewer: PersonRow,
    state: CaseState,
    note_sealed: &[u8],
    now: Timestamp,
) -> QueryResult<bool> {
    update(
        rows::table
            .find(case.row)
            .filter(rows::state.eq(CaseState::Open))
            .filter(rows::claimed_by.eq(reviewer))
            .filter(rows::claimed_until.gt(now)),
    )
    .set((
        rows::state.eq(state),
        rows::claimed_by.eq(None::<PersonRow>),
        rows::claimed_until.eq(None::<Timestamp>),
        rows::decided_by.eq(reviewer),
        rows::decided_at.eq(now),
        rows::note_sealed.eq(note_sealed),
    ))
    .execute(conn)
    .map(|decided| decided == 1)
}
