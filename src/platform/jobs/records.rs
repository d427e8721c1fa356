//! The rows of jobs: how far each has come, and what became of its items.

use diesel::{
    ExpressionMethods, Insertable, NullableExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable,
    RunQueryDsl, Selectable, SelectableHelper, delete,
    dsl::min,
    insert_into, sql_query,
    sql_types::{BigInt, Binary, Nullable, Text},
    update,
};

use super::JobState;
use crate::platform::{
    store::{
        Conn, one_changed,
        schema::{job_orders, job_outcomes, jobs},
    },
    terms::{JobId, PersonRow, Timestamp},
    vault::Subject,
};

/// A job as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct JobRow {
    /// Its row.
    #[diesel(column_name = id)]
    pub row: i64,
    /// Its public id.
    #[diesel(column_name = uid)]
    pub id: JobId,
    /// What kind of work it is.
    pub kind: String,
    /// How many steps there are.
    pub steps: i64,
    /// How many of them are done.
    pub done: i64,
    /// What it came to, as JSON; none before its end.
    pub report: Option<String>,
    /// Who asked for it; none where the command line did.
    pub created_by: Option<PersonRow>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last came on.
    pub moved_at: Timestamp,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
}

impl JobRow {
    /// Where it stands.
    pub const fn state(&self) -> JobState {
        match self.cancelled_at {
            _ if self.done >= self.steps => JobState::Done,
            Some(_) => JobState::Cancelled,
            None => JobState::Open,
        }
    }
}

/// What became of one item of a job.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = job_outcomes)]
pub struct Outcome {
    /// What the job calls the item: a name or row of its file.
    pub item: String,
    /// The member that it is about.
    pub person: Option<PersonRow>,
    /// What became of it, as a word.
    pub outcome: String,
}

/// The job with this id.
///
/// # Errors
/// The database's.
pub fn by_id(conn: &mut Conn, id: JobId) -> QueryResult<Option<JobRow>> {
    jobs::table
        .filter(jobs::uid.eq(id))
        .select(JobRow::as_select())
        .first(conn)
        .optional()
}

/// Jobs, newest first, from before this row on.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn, before: Option<i64>, limit: i64) -> QueryResult<Vec<JobRow>> {
    jobs::table
        .filter(jobs::id.lt(before.unwrap_or(i64::MAX)))
        .order(jobs::id.desc())
        .limit(limit)
        .select(JobRow::as_select())
        .load(conn)
}

/// How many jobs are neither done nor cancelled.
///
/// # Errors
/// The database's.
pub fn count_open(conn: &mut Conn) -> QueryResult<i64> {
    jobs::table
        .filter(jobs::done.lt(jobs::steps))
        .filter(jobs::cancelled_at.is_null())
        .count()
        .get_result(conn)
}

/// What became of a job's items, by their names, after this one.
///
/// # Errors
/// The database's.
pub fn outcomes(conn: &mut Conn, job: i64, after: &str, limit: i64) -> QueryResult<Vec<Outcome>> {
    job_outcomes::table
        .filter(job_outcomes::job_id.eq(job))
        .filter(job_outcomes::item.gt(after))
        .order(job_outcomes::item)
        .limit(limit)
        .select(Outcome::as_select())
        .load(conn)
}

/// Begins a job; false where another has begun the same.
pub(super) fn begin(
    conn: &mut Conn,
    id: JobId,
    kind: &str,
    steps: i64,
    by: Option<PersonRow>,
    now: Timestamp,
) -> QueryResult<bool> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    sql_query(
        "INSERT INTO jobs (uid, kind, steps, done, created_by, created_at, moved_at) \
         VALUES ($1, $2, $3, 0, $4, $5, $5) ON CONFLICT DO NOTHING",
    )
    .bind::<Binary, _>(id)
    .bind::<Text, _>(kind)
    .bind::<BigInt, _>(steps)
    .bind::<Nullable<BigInt>, _>(by)
    .bind::<BigInt, _>(now)
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Counts steps as done; false where it no longer stands at `from`, or was cancelled.
pub(super) fn advance(conn: &mut Conn, job: i64, from: i64, to: i64, now: Timestamp) -> QueryResult<bool> {
    update(jobs::table.find(job))
        .filter(jobs::done.eq(from))
        .filter(jobs::cancelled_at.is_null())
        .set((jobs::done.eq(to), jobs::moved_at.eq(now)))
        .execute(conn)
        .map(|rows| one_changed("a job stands where its next steps begin", rows))
}

/// Cancels a job that has steps to be done; false where there is none such.
pub(super) fn cancel(conn: &mut Conn, id: JobId, by: Option<PersonRow>, now: Timestamp) -> QueryResult<bool> {
    update(jobs::table)
        .filter(jobs::uid.eq(id))
        .filter(jobs::cancelled_at.is_null())
        .filter(jobs::done.lt(jobs::steps))
        .set((jobs::cancelled_at.eq(now), jobs::cancelled_by.eq(by)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Takes a cancellation back; false where there is none.
pub(super) fn resume(conn: &mut Conn, id: JobId, now: Timestamp) -> QueryResult<bool> {
    update(jobs::table)
        .filter(jobs::uid.eq(id))
        .filter(jobs::cancelled_at.is_not_null())
        .set((
            jobs::cancelled_at.eq(None::<Timestamp>),
            jobs::cancelled_by.eq(None::<PersonRow>),
            jobs::moved_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// A job that a service takes up by itself.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub(super) struct QueuedRow {
    #[diesel(column_name = id)]
    pub(super) row: i64,
    #[diesel(column_name = uid)]
    pub(super) id: JobId,
    pub(super) kind: String,
    pub(super) steps: i64,
    pub(super) done: i64,
    pub(super) created_by: Option<PersonRow>,
    #[diesel(column_name = subject_id, select_expression = jobs::subject_id.assume_not_null())]
    pub(super) subject: i64,
}

/// Puts a job into the queue, under the key of this subject.
pub(super) fn queue(conn: &mut Conn, id: JobId, subject: Subject) -> QueryResult<i64> {
    update(jobs::table.filter(jobs::uid.eq(id)))
        .set(jobs::subject_id.eq(subject.0))
        .execute(conn)?;
    jobs::table.filter(jobs::uid.eq(id)).select(jobs::id).first(conn)
}

/// A piece of what is to be done, as it is stored.
#[derive(Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = job_orders)]
pub(super) struct Piece {
    pub(super) job_id: i64,
    /// The step that it begins with.
    pub(super) first: i64,
    pub(super) order_sealed: Vec<u8>,
}

/// Writes a piece down.
pub(super) fn insert_piece(conn: &mut Conn, piece: &Piece) -> QueryResult<()> {
    insert_into(job_orders::table).values(piece).execute(conn).map(|_| ())
}

/// The piece that has this step, and the step at which the next piece begins; none where it is forgotten.
pub(super) fn piece_of(conn: &mut Conn, job: i64, step: i64) -> QueryResult<Option<(Piece, Option<i64>)>> {
    let of_job = || job_orders::table.filter(job_orders::job_id.eq(job));
    let piece = of_job()
        .filter(job_orders::first.le(step))
        .order(job_orders::first.desc())
        .select(Piece::as_select())
        .first(conn)
        .optional()?;
    let next = of_job()
        .filter(job_orders::first.gt(step))
        .select(min(job_orders::first))
        .first(conn)?;
    Ok(piece.map(|piece| (piece, next)))
}

/// Forgets a piece.
pub(super) fn forget_piece(conn: &mut Conn, piece: &Piece) -> QueryResult<()> {
    delete(job_orders::table.find((piece.job_id, piece.first)))
        .execute(conn)
        .map(|_| ())
}

/// The jobs of these kinds that are queued and have steps to be done, in the order of asking.
pub(super) fn queued(conn: &mut Conn, kinds: &[&str]) -> QueryResult<Vec<QueuedRow>> {
    jobs::table
        .filter(jobs::subject_id.is_not_null())
        .filter(jobs::cancelled_at.is_null())
        .filter(jobs::done.lt(jobs::steps))
        .filter(jobs::kind.eq_any(kinds.to_vec()))
        .order(jobs::id)
        .select(QueuedRow::as_select())
        .load(conn)
}

/// How many of a job's items came to what.
pub(super) fn counts(conn: &mut Conn, job: i64) -> QueryResult<Vec<(String, i64)>> {
    job_outcomes::table
        .filter(job_outcomes::job_id.eq(job))
        .group_by(job_outcomes::outcome)
        .order(job_outcomes::outcome)
        .select((job_outcomes::outcome, diesel::dsl::count_star()))
        .load(conn)
}

/// Notes what a whole job came to.
pub(super) fn finish(conn: &mut Conn, job: i64, report: &str) -> QueryResult<()> {
    update(jobs::table.find(job))
        .set(jobs::report.eq(report))
        .execute(conn)
        .map(|_| ())
}

/// What became of an item, as it is written.
#[derive(Insertable)]
#[diesel(table_name = job_outcomes)]
struct NewOutcome<'a> {
    job_id: i64,
    item: &'a str,
    person: Option<PersonRow>,
    outcome: &'a str,
}

/// Notes what became of an item.
pub(super) fn insert_outcome(
    conn: &mut Conn,
    job: i64,
    item: &str,
    person: Option<PersonRow>,
    outcome: &str,
) -> QueryResult<()> {
    insert_into(job_outcomes::table)
        .values(NewOutcome {
            job_id: job,
            item,
            person,
            outcome,
        })
        .execute(conn)
        .map(|_| ())
}

/// Whom everybody in it has become so far.
pub(super) fn people(conn: &mut Conn, job: i64) -> QueryResult<Vec<(String, PersonRow)>> {
    let found: Vec<(String, Option<PersonRow>)> = job_outcomes::table
        .filter(job_outcomes::job_id.eq(job))
        .filter(job_outcomes::person.is_not_null())
        .select((job_outcomes::item, job_outcomes::person))
        .load(conn)?;
    Ok(found
        .into_iter()
        .filter_map(|(item, person)| Some((item, person?)))
        .collect())
}
