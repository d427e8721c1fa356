//! The rows of cases, of who saw them and of who gave them up.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, QueryResult, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::{max, min},
    insert_into, update,
};

use super::super::{Case, CaseState, Way};
use crate::platform::{
    store::{
        Conn, one_changed,
        schema::{case_releases, cases as rows, disclosures},
    },
    terms::{Id, PersonRow, Timestamp, kinds},
    vault::Subject,
};

/// A case as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = rows)]
struct StoredCase {
    id: i64,
    uid: Id<kinds::Case>,
    subject_id: Subject,
    flow: Id<kinds::Flow>,
    state: CaseState,
    opened_at: Timestamp,
    claimed_by: Option<PersonRow>,
    claimed_until: Option<Timestamp>,
    decided_at: Option<Timestamp>,
    decided_by: Option<PersonRow>,
    waits_until: Option<Timestamp>,
    address_blind: Option<Vec<u8>>,
}

impl From<StoredCase> for Case {
    fn from(row: StoredCase) -> Self {
        Self {
            row: row.id,
            id: row.uid,
            subject: row.subject_id,
            flow: row.flow,
            state: row.state,
            waits_until: row.waits_until,
            address_blind: row.address_blind,
            opened_at: row.opened_at,
            claim: row.claimed_by.zip(row.claimed_until),
            decided_at: row.decided_at,
            decided_by: row.decided_by,
        }
    }
}

/// A case that is written.
#[derive(Insertable)]
#[diesel(table_name = rows)]
struct NewCaseRow<'a> {
    uid: Id<kinds::Case>,
    subject_id: Subject,
    flow: Id<kinds::Flow>,
    state: CaseState,
    opened_at: Timestamp,
    waits_until: Timestamp,
    invite_id: i64,
    address_blind: Option<&'a [u8]>,
    document_blind: &'a [u8],
}

/// A case by its public id.
pub(in crate::identity) fn case(conn: &mut Conn, id: Id<kinds::Case>) -> QueryResult<Option<Case>> {
    rows::table
        .filter(rows::uid.eq(id))
        .select(StoredCase::as_select())
        .first(conn)
        .optional()
        .map(|row| row.map(Case::from))
}

/// The case by which a subject's name was verified, the newest.
pub(in crate::identity) fn approved(conn: &mut Conn, subject: Subject) -> QueryResult<Option<Case>> {
    rows::table
        .filter(rows::subject_id.eq(subject.0))
        .filter(rows::state.eq(CaseState::Approved))
        .order(rows::id.desc())
        .select(StoredCase::as_select())
        .first(conn)
        .optional()
        .map(|row| row.map(Case::from))
}

/// Cases that are in this state at `now`, those that were opened first in front; from behind `after` on.
pub(in crate::identity) fn cases(
    conn: &mut Conn,
    state: CaseState,
    after: Option<Id<kinds::Case>>,
    limit: i64,
    now: Timestamp,
) -> QueryResult<Vec<Case>> {
    let after: i64 = match after {
        None => 0,
        Some(id) => rows::table
            .filter(rows::uid.eq(id))
            .select(rows::id)
            .first(conn)
            .optional()?
            .unwrap_or(i64::MAX),
    };
    let query = rows::table
        .filter(rows::id.gt(after))
        .order(rows::id.asc())
        .limit(limit)
        .select(StoredCase::as_select())
        .into_boxed();
    // As `Case::state_at` has it.
    let query = match state {
        CaseState::Open => query.filter(rows::state.eq(state)).filter(
            rows::waits_until
                .is_null()
                .or(rows::waits_until.gt(now))
                .assume_not_null(),
        ),
        CaseState::Withdrawn => query.filter(
            rows::state.eq(state).or(rows::state
                .eq(CaseState::Open)
                .and(rows::waits_until.le(now).assume_not_null())),
        ),
        state => query.filter(rows::state.eq(state)),
    };
    let found: Vec<StoredCase> = query.load(conn)?;
    Ok(found.into_iter().map(Case::from).collect())
}

/// How many cases are open at `now`, and since when the oldest.
pub(in crate::identity) fn queue(conn: &mut Conn, now: Timestamp) -> QueryResult<(i64, Option<Timestamp>)> {
    let open = rows::table.filter(rows::state.eq(CaseState::Open)).filter(
        rows::waits_until
            .is_null()
            .or(rows::waits_until.gt(now))
            .assume_not_null(),
    );
    let count = open.count().get_result(conn)?;
    let oldest = open.select(min(rows::opened_at)).first(conn)?;
    Ok((count, oldest))
}

/// Whose cases have waited in vain and are in the rows as open yet: their flows and subjects.
pub(in crate::identity) fn lapsed(
    conn: &mut Conn,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<(Id<kinds::Flow>, Subject)>> {
    let found: Vec<(Id<kinds::Flow>, i64)> = rows::table
        .filter(rows::state.eq(CaseState::Open))
        .filter(rows::waits_until.le(now))
        .order(rows::id.asc())
        .limit(limit)
        .select((rows::flow, rows::subject_id))
        .load(conn)?;
    Ok(found.into_iter().map(|(flow, row)| (flow, Subject(row))).collect())
}

/// How often a reviewer has sent somebody back who came by the same address or the same invite, or, where it
/// is given, with the same document; without those of `but` themself.
pub(in crate::identity) fn sent_back(
    conn: &mut Conn,
    way: &Way,
    document: Option<&[u8]>,
    but: Subject,
) -> QueryResult<i64> {
    let by_address = rows::address_blind.eq(&way.address_blind);
    // Many may come by one link, and none of them answers for the others.
    let by_invite = rows::invite_id.eq(way.sole_use.then_some(way.invite_row));
    let by_document = rows::document_blind.eq(document);
    rows::table
        .filter(rows::state.eq(CaseState::Retry))
        .filter(rows::subject_id.ne(but.0))
        .filter(by_address.or(by_invite).or(by_document))
        .count()
        .get_result(conn)
}

/// Takes a subject's open cases out of the queue; which they were.
pub(in crate::identity) fn withdraw_cases(conn: &mut Conn, subject: Subject) -> QueryResult<Vec<Id<kinds::Case>>> {
    update(
        rows::table
            .filter(rows::subject_id.eq(subject.0))
            .filter(rows::state.eq(CaseState::Open)),
    )
    .set(rows::state.eq(CaseState::Withdrawn))
    .returning(rows::uid)
    .get_results(conn)
}

/// A case to be opened.
pub(in crate::identity) struct NewCase<'a> {
    pub id: Id<kinds::Case>,
    pub subject: Subject,
    pub way: &'a Way,
    pub document_blind: &'a [u8],
    pub waits_until: Timestamp,
}

pub(in crate::identity) fn insert_case(conn: &mut Conn, new: &NewCase<'_>, now: Timestamp) -> QueryResult<()> {
    insert_into(rows::table)
        .values(NewCaseRow {
            uid: new.id,
            subject_id: new.subject,
            flow: new.way.flow,
            state: CaseState::Open,
            opened_at: now,
            waits_until: new.waits_until,
            invite_id: new.way.invite_row,
            address_blind: new.way.address_blind.as_deref(),
            document_blind: new.document_blind,
        })
        .execute(conn)
        .map(|_| ())
}

/// How many cases somebody has claimed at `now`.
pub(in crate::identity) fn claimed(conn: &mut Conn, now: Timestamp) -> QueryResult<i64> {
    rows::table
        .filter(rows::claimed_until.gt(now))
        .filter(rows::state.eq(CaseState::Open))
        .count()
        .get_result(conn)
}

/// Cases that were decided since then, the newest first: how, when they were opened and decided, and by whom.
pub(in crate::identity) fn decided_since(
    conn: &mut Conn,
    since: Timestamp,
    limit: i64,
) -> QueryResult<Vec<(CaseState, Timestamp, Timestamp, PersonRow)>> {
    rows::table
        .filter(rows::state.eq_any([CaseState::Approved, CaseState::Retry, CaseState::Refused]))
        .filter(rows::decided_at.gt(since))
        .filter(rows::decided_by.is_not_null())
        .order(rows::id.desc())
        .limit(limit)
        .select((
            rows::state,
            rows::opened_at,
            rows::decided_at.assume_not_null(),
            rows::decided_by.assume_not_null(),
        ))
        .load(conn)
}

/// How many cases a reviewer has at `now` beside this one.
pub(in crate::identity) fn claims_of(
    conn: &mut Conn,
    reviewer: PersonRow,
    but: &Case,
    now: Timestamp,
) -> QueryResult<i64> {
    rows::table
        .filter(rows::claimed_by.eq(reviewer))
        .filter(rows::claimed_until.gt(now))
        .filter(rows::state.eq(CaseState::Open))
        .filter(rows::id.ne(but.row))
        .count()
        .get_result(conn)
}

/// When each case, but for this one, was shown to a reviewer last, since then.
pub(in crate::identity) fn shown_to(
    conn: &mut Conn,
    reviewer: PersonRow,
    but: &Case,
    since: Timestamp,
) -> QueryResult<Vec<Timestamp>> {
    let shown: Vec<Option<Timestamp>> = disclosures::table
        .filter(disclosures::person.eq(reviewer))
        .filter(disclosures::at.gt(since))
        .filter(disclosures::case_id.ne(but.row))
        .group_by(disclosures::case_id)
        .select(max(disclosures::at))
        .load(conn)?;
    Ok(shown.into_iter().flatten().collect())
}

/// Takes an open case that nobody has, whose claim has ended, or that is one's own; false otherwise.
pub(in crate::identity) fn take_claim(
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
    .map(|taken| one_changed("a case can be claimed", taken))
}

/// A reviewer's decision about a case.
pub(in crate::identity) struct Decision<'a> {
    pub state: CaseState,
    pub note_sealed: &'a [u8],
}

/// Ends this reviewer's claim, with a decision or without one; false where the case is not open, or not claimed by
/// them now.
pub(in crate::identity) fn end_claim(
    conn: &mut Conn,
    case: &Case,
    reviewer: PersonRow,
    decision: Option<&Decision<'_>>,
    now: Timestamp,
) -> QueryResult<bool> {
    let decided = decision.map(|decision| {
        (
            rows::state.eq(decision.state),
            rows::decided_by.eq(reviewer),
            rows::decided_at.eq(now),
            rows::note_sealed.eq(decision.note_sealed),
        )
    });
    update(
        rows::table
            .find(case.row)
            .filter(rows::state.eq(CaseState::Open))
            .filter(rows::claimed_by.eq(reviewer))
            .filter(rows::claimed_until.gt(now)),
    )
    .set((
        rows::claimed_by.eq(None::<PersonRow>),
        rows::claimed_until.eq(None::<Timestamp>),
        decided,
    ))
    .execute(conn)
    .map(|ended| one_changed("a case is claimed by whoever ends the claim", ended))
}

/// How often the cases about a subject were shown.
pub(in crate::identity) fn count_looks(conn: &mut Conn, subject: Subject) -> QueryResult<i64> {
    disclosures::table
        .inner_join(rows::table.on(rows::id.eq(disclosures::case_id)))
        .filter(rows::subject_id.eq(subject.0))
        .count()
        .get_result(conn)
}

/// A look at a case: its row, whose it was, when, and why.
type LookRow = (i64, PersonRow, Timestamp, Vec<u8>);

/// The looks at the cases about a subject, newest first, below the row `before`.
pub(in crate::identity) fn looks(
    conn: &mut Conn,
    subject: Subject,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<LookRow>> {
    disclosures::table
        .inner_join(rows::table.on(rows::id.eq(disclosures::case_id)))
        .filter(rows::subject_id.eq(subject.0))
        .filter(disclosures::id.lt(before.unwrap_or(i64::MAX)))
        .order(disclosures::id.desc())
        .limit(limit)
        .select((
            disclosures::id,
            disclosures::person,
            disclosures::at,
            disclosures::reason_sealed,
        ))
        .load(conn)
}

/// Defines a function that keeps who did something about a case, when, and why. The tables have the same columns.
macro_rules! keep_reason {
    ($(#[$doc:meta])* $name:ident, $table:ident) => {
        $(#[$doc])*
        pub(in crate::identity) fn $name(
            conn: &mut Conn,
            case: &Case,
            person: PersonRow,
            reason_sealed: &[u8],
            now: Timestamp,
        ) -> QueryResult<()> {
            insert_into($table::table)
                .values((
                    $table::case_id.eq(case.row),
                    $table::person.eq(person),
                    $table::at.eq(now),
                    $table::reason_sealed.eq(reason_sealed),
                ))
                .execute(conn)
                .map(|_| ())
        }
    };
}
keep_reason! {
    /// Keeps that a case was shown to this person.
    insert_disclosure, disclosures
}
keep_reason! {
    /// Keeps that this person ended a claim without a decision.
    insert_release, case_releases
}
