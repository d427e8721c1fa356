//! The rows of actions on many.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable,
    RunQueryDsl, Selectable, SelectableHelper, insert_into, update,
};

use crate::{
    moderation::{ReasonCode, SanctionKind},
    platform::{
        store::{Conn, columns_of, schema::actions},
        terms::{ActionId, JobId, PersonRow, Timestamp},
        vault::Subject,
    },
};

/// An action as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = actions)]
pub struct ActionRow {
    /// Its row.
    #[diesel(column_name = id)]
    pub row: i64,
    /// Its public id.
    #[diesel(column_name = uid)]
    pub id: ActionId,
    /// What it does to each.
    pub kind: SanctionKind,
    /// Why, as a code.
    pub reason: ReasonCode,
    /// When the sanctions end by themselves.
    pub ends_at: Option<Timestamp>,
    /// Whose key seals its notes.
    pub subject_id: Subject,
    pub(in crate::moderation) note_sealed: Vec<u8>,
    pub(in crate::moderation) note: String,
    pub(in crate::moderation) selection: String,
    /// Who drafted it; none where the operator did.
    pub drafted_by: Option<PersonRow>,
    /// When.
    pub drafted_at: Timestamp,
    /// Until when it may be approved.
    pub expires_at: Timestamp,
    /// When it was proposed to the other admins.
    pub proposed_at: Option<Timestamp>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// When it was approved.
    pub approved_at: Option<Timestamp>,
    /// Who approved it; none where the operator did.
    pub approved_by: Option<PersonRow>,
    /// On how many people it is, once it is approved.
    pub people: Option<i64>,
    /// The job that applies it.
    pub job: Option<JobId>,
    /// When it was applied to the last.
    pub applied_at: Option<Timestamp>,
    /// When it was asked to be undone.
    pub undo_at: Option<Timestamp>,
    /// Who asked for that; none where the operator did.
    pub undo_by: Option<PersonRow>,
    pub(in crate::moderation) undo_note_sealed: Option<Vec<u8>>,
    /// The job that undoes it.
    pub undo_job: Option<JobId>,
    /// When it was undone to the last.
    pub undone_at: Option<Timestamp>,
}

/// An action that is written.
#[derive(Insertable)]
#[diesel(table_name = actions)]
pub(in crate::moderation) struct NewActionRow<'a> {
    pub(in crate::moderation) uid: ActionId,
    pub(in crate::moderation) kind: SanctionKind,
    pub(in crate::moderation) reason: ReasonCode,
    pub(in crate::moderation) ends_at: Option<Timestamp>,
    pub(in crate::moderation) subject_id: Subject,
    pub(in crate::moderation) note_sealed: &'a [u8],
    pub(in crate::moderation) note: &'a str,
    pub(in crate::moderation) selection: &'a str,
    pub(in crate::moderation) drafted_by: Option<PersonRow>,
    pub(in crate::moderation) drafted_at: Timestamp,
    pub(in crate::moderation) expires_at: Timestamp,
}

pub(in crate::moderation) fn insert_action(conn: &mut Conn, new: &NewActionRow<'_>) -> QueryResult<()> {
    insert_into(actions::table).values(new).execute(conn).map(|_| ())
}

pub(in crate::moderation) fn action(conn: &mut Conn, id: ActionId) -> QueryResult<Option<ActionRow>> {
    actions::table
        .filter(actions::uid.eq(id))
        .select(ActionRow::as_select())
        .first(conn)
        .optional()
}

/// Actions, newest first, from before this row on.
pub(in crate::moderation) fn list(conn: &mut Conn, before: i64, limit: i64) -> QueryResult<Vec<ActionRow>> {
    actions::table
        .filter(actions::id.lt(before))
        .order(actions::id.desc())
        .limit(limit)
        .select(ActionRow::as_select())
        .load(conn)
}

/// Proposes a draft; none where it is no longer one.
pub(in crate::moderation) fn propose(conn: &mut Conn, id: ActionId, now: Timestamp) -> QueryResult<Option<ActionRow>> {
    update(
        actions::table
            .filter(actions::uid.eq(id))
            .filter(actions::proposed_at.is_null())
            .filter(actions::approved_at.is_null())
            .filter(actions::withdrawn_at.is_null())
            .filter(actions::expires_at.gt(now)),
    )
    .set(actions::proposed_at.eq(now))
    .returning(columns_of::<ActionRow>())
    .get_result(conn)
    .optional()
}

/// Withdraws what is not approved; none where there is none such.
pub(in crate::moderation) fn withdraw(conn: &mut Conn, id: ActionId, now: Timestamp) -> QueryResult<Option<ActionRow>> {
    update(
        actions::table
            .filter(actions::uid.eq(id))
            .filter(actions::approved_at.is_null())
            .filter(actions::withdrawn_at.is_null()),
    )
    .set(actions::withdrawn_at.eq(now))
    .returning(columns_of::<ActionRow>())
    .get_result(conn)
    .optional()
}

/// Approves what may still be approved; false where there is none such.
pub(in crate::moderation) fn approve(
    conn: &mut Conn,
    id: ActionId,
    by: Option<PersonRow>,
    people: i64,
    job: JobId,
    now: Timestamp,
) -> QueryResult<Option<ActionRow>> {
    update(
        actions::table
            .filter(actions::uid.eq(id))
            .filter(actions::approved_at.is_null())
            .filter(actions::withdrawn_at.is_null())
            .filter(actions::expires_at.gt(now)),
    )
    .set((
        actions::approved_at.eq(now),
        actions::approved_by.eq(by),
        actions::people.eq(people),
        actions::job.eq(job),
    ))
    .returning(columns_of::<ActionRow>())
    .get_result(conn)
    .optional()
}

/// Notes that an action was applied to the last; false where that was noted before.
pub(in crate::moderation) fn applied(conn: &mut Conn, id: ActionId, now: Timestamp) -> QueryResult<bool> {
    update(
        actions::table
            .filter(actions::uid.eq(id))
            .filter(actions::approved_at.is_not_null())
            .filter(actions::applied_at.is_null()),
    )
    .set(actions::applied_at.eq(now))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Notes that an approved action is to be undone; none where there is none such.
pub(in crate::moderation) fn undo(
    conn: &mut Conn,
    id: ActionId,
    by: Option<PersonRow>,
    note_sealed: &[u8],
    now: Timestamp,
) -> QueryResult<Option<ActionRow>> {
    update(
        actions::table
            .filter(actions::uid.eq(id))
            .filter(actions::approved_at.is_not_null())
            .filter(actions::undo_at.is_null()),
    )
    .set((
        actions::undo_at.eq(now),
        actions::undo_by.eq(by),
        actions::undo_note_sealed.eq(note_sealed),
    ))
    .returning(columns_of::<ActionRow>())
    .get_result(conn)
    .optional()
}

/// Gives an action that is to be undone the job that does it; false where it has one.
pub(in crate::moderation) fn undo_by_job(conn: &mut Conn, id: ActionId, job: JobId) -> QueryResult<bool> {
    update(
        actions::table
            .filter(actions::uid.eq(id))
            .filter(actions::undo_at.is_not_null())
            .filter(actions::undo_job.is_null())
            .filter(actions::undone_at.is_null()),
    )
    .set(actions::undo_job.eq(job))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Notes that an action was undone to the last; false where that was noted before.
pub(in crate::moderation) fn undone(conn: &mut Conn, id: ActionId, now: Timestamp) -> QueryResult<bool> {
    update(
        actions::table
            .filter(actions::uid.eq(id))
            .filter(actions::undo_at.is_not_null())
            .filter(actions::undone_at.is_null()),
    )
    .set(actions::undone_at.eq(now))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// The actions that are being applied or undone, oldest first.
pub(in crate::moderation) fn under_way(conn: &mut Conn) -> QueryResult<Vec<ActionRow>> {
    let applying = actions::approved_at.is_not_null().and(actions::applied_at.is_null());
    let undoing = actions::undo_at.is_not_null().and(actions::undone_at.is_null());
    actions::table
        .filter(applying.or(undoing))
        .order(actions::id)
        .select(ActionRow::as_select())
        .load(conn)
}
