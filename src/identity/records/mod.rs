//! The rows of identities and of the places that a person has; of cases and refusals in files of their own.

mod cases;
mod refusals;

pub(super) use cases::{
    Decision, NewCase, approved, case, cases, claimed, claims_of, count_looks, decided_since, end_claim, insert_case,
    insert_disclosure, insert_release, lapsed, looks, queue, sent_back, shown_to, take_claim, withdraw_cases,
};
pub(super) use refusals::{NewRefusal, binds_address, binds_document, insert_refusal, lift, refusal, refusals};

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    sql_query,
    sql_types::{BigInt, Binary, Nullable},
    update,
};

use super::{CaseState, rules::Slot};
use crate::platform::{
    store::{
        Conn, fixed, one_changed,
        schema::{cases as rows, identities, identity_slots},
    },
    terms::Timestamp,
    vault::Subject,
};

/// How often a subject has given an identity; none: never.
pub(super) fn submissions(conn: &mut Conn, subject: Subject) -> QueryResult<Option<i64>> {
    identities::table
        .find(subject.0)
        .select(identities::submissions)
        .first(conn)
        .optional()
}

/// The states of the cases about a subject, oldest first.
pub(super) fn case_states(conn: &mut Conn, subject: Subject) -> QueryResult<Vec<CaseState>> {
    rows::table
        .filter(rows::subject_id.eq(subject.0))
        .order(rows::id.asc())
        .select(rows::state)
        .load(conn)
}

/// A name and a document under seal.
#[derive(Queryable, Selectable)]
#[diesel(table_name = identities)]
pub(in crate::identity) struct Sealed {
    #[diesel(column_name = name_sealed)]
    pub name: Vec<u8>,
    #[diesel(column_name = document_sealed)]
    pub document: Vec<u8>,
    /// The document's blind index; none where a version before this one wrote the row.
    #[diesel(column_name = document_blind)]
    pub blind: Option<Vec<u8>>,
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
        // Raw: diesel's `on_conflict` does not fit both backends at once.
        None => sql_query(
            "INSERT INTO identities (subject_id, name_sealed, document_sealed, given_at, submissions, document_blind) \
             VALUES ($1, $2, $3, $4, 1, $5) ON CONFLICT DO NOTHING",
        )
        .bind::<BigInt, _>(subject.0)
        .bind::<Binary, _>(&sealed.name)
        .bind::<Binary, _>(&sealed.document)
        .bind::<BigInt, _>(now.micros())
        .bind::<Nullable<Binary>, _>(&sealed.blind)
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
            identities::document_blind.eq(&sealed.blind),
        ))
        .execute(conn)?,
    };
    Ok(one_changed("an identity is the one that was decided upon", kept))
}

/// A name and a document under seal, and when they were given; none where there are none.
pub(super) fn given(conn: &mut Conn, subject: Subject) -> QueryResult<Option<(Sealed, Timestamp)>> {
    identities::table
        .find(subject.0)
        .select((Sealed::as_select(), identities::given_at))
        .first(conn)
        .optional()
}

pub(super) fn identity(conn: &mut Conn, subject: Subject) -> QueryResult<Sealed> {
    identities::table.find(subject).select(Sealed::as_select()).first(conn)
}

/// How many others have given this document since then, whatever became of them.
pub(super) fn given_by_others(conn: &mut Conn, blind: &[u8], subject: Subject, since: Timestamp) -> QueryResult<i64> {
    identities::table
        .filter(identities::document_blind.eq(blind))
        .filter(identities::subject_id.ne(subject.0))
        .filter(identities::given_at.ge(since))
        .count()
        .get_result(conn)
}

/// The places that others have behind a document.
pub(super) fn slots(conn: &mut Conn, blind: &[u8], but: Subject) -> QueryResult<Vec<Slot>> {
    let taken: Vec<(i64, i64, Option<Timestamp>)> = identity_slots::table
        .filter(identity_slots::blind.eq(blind))
        .filter(identity_slots::subject_id.ne(but.0))
        .select((
            identity_slots::slot,
            identity_slots::subject_id,
            identity_slots::claimed_until,
        ))
        .load(conn)?;
    let mut slots = Vec::with_capacity(taken.len());
    for (number, subject, claimed_until) in taken {
        let proved = match claimed_until {
            None => true,
            Some(_) => {
                let approved: i64 = rows::table
                    .filter(rows::subject_id.eq(subject))
                    .filter(rows::state.eq(CaseState::Approved))
                    .count()
                    .get_result(conn)?;
                approved > 0
            }
        };
        slots.push(Slot {
            number,
            claimed_until,
            proved,
        });
    }
    Ok(slots)
}

/// Takes a place that nobody has, whose claim has ended, or whose claim no reviewer stands behind; for good
/// where `until` says nothing. False where somebody has it.
pub(super) fn take_slot(
    conn: &mut Conn,
    blind: &[u8],
    number: i64,
    subject: Subject,
    until: Option<Timestamp>,
    now: Timestamp,
) -> QueryResult<bool> {
    // Raw: ON CONFLICT with a WHERE of its own.
    fixed(|| {
        "INSERT INTO identity_slots (blind, slot, subject_id, claimed_until) VALUES (?, ?, ?, ?) \
         ON CONFLICT (blind, slot) DO UPDATE SET subject_id = excluded.subject_id, \
         claimed_until = excluded.claimed_until WHERE identity_slots.claimed_until <= ? \
         OR (identity_slots.claimed_until IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases \
         WHERE cases.subject_id = identity_slots.subject_id AND cases.state = 'approved'))"
    })
    .bind(blind)
    .bind(number)
    .bind(subject.0)
    .bind(until.map(Timestamp::micros))
    .bind(now.micros())
    .execute(conn)
    .map(|taken| taken == 1)
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
    // Raw for the row redeem.
    fixed(|| "UPDATE identity_slots SET claimed_until = NULL WHERE subject_id = ?")
        .bind(subject.0)
        .execute(conn)
}

/// Forgets by what the document of somebody who has left is found again: their place behind it, and in what was decided
/// about them.
pub(super) fn forget(conn: &mut Conn, subject: Subject) -> QueryResult<()> {
    diesel::delete(identity_slots::table.filter(identity_slots::subject_id.eq(subject.0))).execute(conn)?;
    update(identities::table.find(subject.0))
        .set(identities::document_blind.eq(None::<Vec<u8>>))
        .execute(conn)?;
    update(rows::table.filter(rows::subject_id.eq(subject.0)))
        .set((
            rows::document_blind.eq(None::<Vec<u8>>),
            rows::address_blind.eq(None::<Vec<u8>>),
        ))
        .execute(conn)
        .map(|_| ())
}
