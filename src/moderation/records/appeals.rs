//! The rows of appeals.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl, QueryResult,
    Queryable, RunQueryDsl, Selectable, SelectableHelper, update,
};

use crate::{
    moderation::AppealVerdict,
    platform::{
        store::{Conn, fixed, schema::appeals},
        terms::{AppealId, PersonRow, SanctionId, Timestamp},
    },
};

/// An appeal as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = appeals)]
pub struct AppealRow {
    /// Its row.
    #[diesel(column_name = id)]
    pub row: i64,
    /// Its public id.
    #[diesel(column_name = uid)]
    pub id: AppealId,
    /// What it is against.
    pub sanction: SanctionId,
    /// Whose it is.
    pub person: PersonRow,
    pub(in crate::moderation) text_sealed: Vec<u8>,
    /// When it was made.
    pub made_at: Timestamp,
    /// Who has claimed it last.
    pub claimed_by: Option<PersonRow>,
    /// Until when nobody else decides it.
    pub claimed_until: Option<Timestamp>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Who decided it; none where the operator did.
    pub decided_by: Option<PersonRow>,
    /// How.
    pub verdict: Option<AppealVerdict>,
    pub(in crate::moderation) reason_sealed: Option<Vec<u8>>,
}

/// Writes an appeal; false where there is one against the sanction.
pub(in crate::moderation) fn insert(
    conn: &mut Conn,
    id: AppealId,
    sanction: SanctionId,
    person: PersonRow,
    text_sealed: &[u8],
    now: Timestamp,
) -> QueryResult<bool> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    fixed(|| {
        "INSERT INTO appeals (uid, sanction, person, text_sealed, made_at) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT (sanction) DO NOTHING"
    })
    .bind(id.as_bytes().as_slice())
    .bind(sanction.as_bytes().as_slice())
    .bind(person.0)
    .bind(text_sealed)
    .bind(now.micros())
    .execute(conn)
    .map(|rows| rows == 1)
}

pub(in crate::moderation) fn appeal(conn: &mut Conn, id: AppealId) -> QueryResult<Option<AppealRow>> {
    appeals::table
        .filter(appeals::uid.eq(id))
        .select(AppealRow::as_select())
        .first(conn)
        .optional()
}

/// The appeals against these sanctions.
pub(in crate::moderation) fn against(conn: &mut Conn, sanctions: &[SanctionId]) -> QueryResult<Vec<AppealRow>> {
    appeals::table
        .filter(appeals::sanction.eq_any(sanctions))
        .select(AppealRow::as_select())
        .load(conn)
}

/// Which of these sanctions were upheld.
pub(in crate::moderation) fn upheld(conn: &mut Conn, sanctions: &[SanctionId]) -> QueryResult<Vec<SanctionId>> {
    appeals::table
        .filter(appeals::sanction.eq_any(sanctions))
        .filter(appeals::verdict.eq(AppealVerdict::Upheld))
        .select(appeals::sanction)
        .load(conn)
}

/// The appeals that wait for a decision, oldest first, from after this row on.
pub(in crate::moderation) fn waiting(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<AppealRow>> {
    appeals::table
        .filter(appeals::id.gt(after))
        .filter(appeals::decided_at.is_null())
        .order(appeals::id)
        .limit(limit)
        .select(AppealRow::as_select())
        .load(conn)
}

/// Claims an appeal; false where it is decided, or somebody else's.
pub(in crate::moderation) fn claim(
    conn: &mut Conn,
    id: AppealId,
    by: PersonRow,
    until: Timestamp,
    now: Timestamp,
) -> QueryResult<bool> {
    let free = appeals::claimed_until
        .is_null()
        .or(appeals::claimed_until.le(now))
        .or(appeals::claimed_by.eq(by));
    update(appeals::table)
        .filter(appeals::uid.eq(id))
        .filter(appeals::decided_at.is_null())
        .filter(free.assume_not_null())
        .set((appeals::claimed_by.eq(by), appeals::claimed_until.eq(until)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Decides an appeal that whoever decides it has claimed; false where they have not, or it is decided.
pub(in crate::moderation) fn decide(
    conn: &mut Conn,
    id: AppealId,
    by: PersonRow,
    verdict: AppealVerdict,
    reason_sealed: &[u8],
    now: Timestamp,
) -> QueryResult<bool> {
    update(appeals::table)
        .filter(appeals::uid.eq(id))
        .filter(appeals::decided_at.is_null())
        .filter(appeals::claimed_by.eq(by))
        .filter(appeals::claimed_until.gt(now))
        .set((
            appeals::decided_at.eq(now),
            appeals::decided_by.eq(by),
            appeals::verdict.eq(verdict),
            appeals::reason_sealed.eq(reason_sealed),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}
