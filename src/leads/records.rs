//! The rows of leads; and the sanctions that they are computed of.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, NullableExpressionMethods, OptionalExtension, QueryDsl,
    QueryResult, Queryable, RunQueryDsl, Selectable, SelectableHelper, insert_into, update,
};
use serde::{Deserialize, Serialize};

use super::{LeadKind, LeadState, snapshot::Sanction};
use crate::{
    moderation::{ReasonCode, SanctionKind},
    platform::{
        store::{
            Conn,
            schema::{lead_runs, leads, sanctions},
        },
        terms::{LeadId, PersonRow, Timestamp},
    },
};

/// A lead as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = leads)]
pub(super) struct LeadRow {
    #[diesel(column_name = id)]
    pub(super) row: i64,
    pub(super) uid: LeadId,
    pub(super) kind: LeadKind,
    pub(super) person: PersonRow,
    pub(super) state: LeadState,
    pub(super) strength: i64,
    pub(super) since: Option<Timestamp>,
    pub(super) figures: String,
    pub(super) explanation: String,
    pub(super) first_seen_at: Timestamp,
    pub(super) last_seen_at: Timestamp,
    pub(super) dismissed_at: Option<Timestamp>,
    pub(super) dismissed_by: Option<PersonRow>,
    pub(super) dismissed_evidence: Option<i64>,
    pub(super) reason_sealed: Option<Vec<u8>>,
}

/// Where a lead stands in the list: by kind, the strongest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Place(pub LeadKind, pub i64, pub i64);

/// A lead that is written.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = leads)]
pub(super) struct NewLead {
    pub(super) uid: LeadId,
    pub(super) kind: LeadKind,
    pub(super) person: PersonRow,
    pub(super) state: LeadState,
    pub(super) strength: i64,
    pub(super) evidence: i64,
    pub(super) since: Option<Timestamp>,
    pub(super) figures: String,
    pub(super) explanation: String,
    pub(super) first_seen_at: Timestamp,
    pub(super) last_seen_at: Timestamp,
}

pub(super) fn insert(conn: &mut Conn, new: &NewLead) -> QueryResult<()> {
    insert_into(leads::table).values(new.clone()).execute(conn).map(|_| ())
}

/// The lead of a kind about a person.
pub(super) fn about(conn: &mut Conn, kind: LeadKind, person: PersonRow) -> QueryResult<Option<LeadRow>> {
    leads::table
        .filter(leads::kind.eq(kind))
        .filter(leads::person.eq(person))
        .select(LeadRow::as_select())
        .first(conn)
        .optional()
}

/// Writes what was found again, where the lead still stands as it was read.
pub(super) fn see_again(conn: &mut Conn, known: &LeadRow, state: LeadState, new: &NewLead) -> QueryResult<bool> {
    update(leads::table.find(known.row).filter(leads::state.eq(known.state)))
        .set((
            leads::state.eq(state),
            leads::strength.eq(new.strength),
            leads::evidence.eq(new.evidence),
            leads::since.eq(new.since),
            leads::figures.eq(new.figures.clone()),
            leads::explanation.eq(new.explanation.clone()),
            leads::last_seen_at.eq(new.last_seen_at),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Up to `limit` leads that were open or dismissed and were not found since `before` are past; how many.
pub(super) fn pass(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let stale: Vec<i64> = leads::table
        .filter(
            leads::state
                .eq(LeadState::Open)
                .or(leads::state.eq(LeadState::Dismissed)),
        )
        .filter(leads::last_seen_at.lt(before))
        .limit(limit)
        .select(leads::id)
        .load(conn)?;
    update(leads::table.filter(leads::id.eq_any(stale)))
        .set(leads::state.eq(LeadState::Past))
        .execute(conn)
}

pub(super) fn by_id(conn: &mut Conn, id: LeadId) -> QueryResult<Option<LeadRow>> {
    leads::table
        .filter(leads::uid.eq(id))
        .select(LeadRow::as_select())
        .first(conn)
        .optional()
}

/// Dismisses a lead that is open; false where it is not.
pub(super) fn dismiss(
    conn: &mut Conn,
    row: i64,
    by: Option<PersonRow>,
    reason_sealed: &[u8],
    now: Timestamp,
) -> QueryResult<bool> {
    update(leads::table.find(row).filter(leads::state.eq(LeadState::Open)))
        .set((
            leads::state.eq(LeadState::Dismissed),
            leads::dismissed_at.eq(now),
            leads::dismissed_by.eq(by),
            leads::dismissed_evidence.eq(leads::evidence.nullable()),
            leads::reason_sealed.eq(reason_sealed),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Up to `limit` leads in this state, by kind and the strongest first, after a place.
pub(super) fn list(
    conn: &mut Conn,
    state: LeadState,
    kind: Option<LeadKind>,
    person: Option<PersonRow>,
    after: Option<&Place>,
    limit: i64,
) -> QueryResult<Vec<LeadRow>> {
    let mut query = leads::table
        .filter(leads::state.eq(state))
        .order((leads::kind.asc(), leads::strength.desc(), leads::id.desc()))
        .limit(limit)
        .select(LeadRow::as_select())
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(leads::kind.eq(kind));
    }
    if let Some(person) = person {
        query = query.filter(leads::person.eq(person));
    }
    if let Some(&Place(kind, strength, row)) = after {
        let weaker = leads::strength
            .lt(strength)
            .or(leads::strength.eq(strength).and(leads::id.lt(row)));
        query = query.filter(leads::kind.gt(kind).or(leads::kind.eq(kind).and(weaker)));
    }
    query.load(conn)
}

/// About whom the open leads are, by kind and the strongest first.
pub(super) fn open(conn: &mut Conn, limit: i64) -> QueryResult<Vec<(LeadKind, PersonRow)>> {
    leads::table
        .filter(leads::state.eq(LeadState::Open))
        .order((leads::kind.asc(), leads::strength.desc(), leads::id.desc()))
        .limit(limit)
        .select((leads::kind, leads::person))
        .load(conn)
}

/// How many leads are open, by kind.
pub(super) fn count_open(conn: &mut Conn) -> QueryResult<Vec<(LeadKind, i64)>> {
    leads::table
        .filter(leads::state.eq(LeadState::Open))
        .group_by(leads::kind)
        .select((leads::kind, diesel::dsl::count_star()))
        .load(conn)
}

/// Bans and suspensions that are in force, after the row `after`, and the last row that was read.
pub(super) fn bans(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<(Vec<Sanction>, Option<i64>)> {
    let found: Vec<(i64, PersonRow, Timestamp, ReasonCode)> = sanctions::table
        .filter(sanctions::id.gt(after))
        .filter(sanctions::kind.eq_any([SanctionKind::Ban, SanctionKind::Suspend]))
        .filter(sanctions::lifted_at.is_null())
        .order(sanctions::id.asc())
        .limit(limit)
        .select((
            sanctions::id,
            sanctions::person,
            sanctions::imposed_at,
            sanctions::reason,
        ))
        .load(conn)?;
    let last = found.last().map(|found| found.0);
    let ban = |(_, person, at, reason): (i64, PersonRow, Timestamp, ReasonCode)| {
        Some(Sanction {
            person: u32::try_from(person.0).ok()?,
            at: super::snapshot::seconds(at),
            reason,
        })
    };
    Ok((found.into_iter().filter_map(ban).collect(), last))
}

/// When leads were computed last.
pub(super) fn last_run(conn: &mut Conn) -> QueryResult<Timestamp> {
    lead_runs::table.find(1_i64).select(lead_runs::at).first(conn)
}

/// Takes note that they were computed.
pub(super) fn note_run(conn: &mut Conn, at: Timestamp) -> QueryResult<()> {
    update(lead_runs::table.find(1_i64))
        .set(lead_runs::at.eq(at))
        .execute(conn)
        .map(|_| ())
}
