//! What a subscriber could not carry out, put aside so that the rest goes on.
//!
//! It is tried again after some seconds, then less and less often; after [`MOST_ATTEMPTS`] it waits for an
//! admin. What it wanted is done at most once, whoever tries: the row goes in the transaction that does it.

use std::time::Duration;

use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, delete,
    dsl::count_star, insert_into, update,
};

use super::{Tx, records};
use crate::platform::{
    store::{
        Conn, StoreError,
        schema::{events, ledger, subscriber_failures as aside},
    },
    terms::Timestamp,
};

/// So often it is tried by itself, over about three hours.
pub const MOST_ATTEMPTS: i64 = 12;
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// How many are tried again in one go.
const AT_ONCE: i64 = 20;

/// An event from which nothing has followed yet.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = aside)]
pub struct Failure {
    /// Its position.
    pub pos: i64,
    /// The type of the event.
    #[diesel(select_expression = events::kind)]
    pub kind: String,
    /// Why nothing could follow.
    pub reason: String,
    /// When it was put aside.
    pub at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried again; none where that is left to an admin.
    pub due_at: Option<Timestamp>,
}

/// The rows of a subscriber of which this holds, in order.
macro_rules! rows {
    ($conn:expr, $subscriber:expr, $holds:expr, $limit:expr) => {
        aside::table
            .inner_join(ledger::table.on(ledger::pos.eq(aside::pos)))
            .inner_join(events::table.on(events::id.eq(ledger::event_id)))
            .filter(aside::subscriber.eq($subscriber))
            .filter($holds)
            .order(aside::pos.asc())
            .limit($limit)
            .select(Failure::as_select())
            .load($conn)
    };
}

/// How long after so many attempts, if at all.
fn wait(attempts: i64) -> Option<Duration> {
    let doubled = u32::try_from(attempts - 1).ok().filter(|_| attempts < MOST_ATTEMPTS)?;
    Some(FIRST_WAIT * 2_u32.saturating_pow(doubled))
}

/// An event that is put aside.
#[derive(Insertable)]
#[diesel(table_name = aside)]
struct NewFailure<'a> {
    subscriber: &'a str,
    pos: i64,
    reason: &'a str,
    at: Timestamp,
    attempts: i64,
    due_at: Option<Timestamp>,
}

/// Puts an event aside.
pub(super) fn put(tx: &mut Tx<'_>, subscriber: &str, pos: i64, reason: &str) -> Result<(), StoreError> {
    let due = wait(1).map(|wait| tx.now.after(wait));
    insert_into(aside::table)
        .values(NewFailure {
            subscriber,
            pos,
            reason: short(reason),
            at: tx.now,
            attempts: 1,
            due_at: due,
        })
        .execute(tx.conn)?;
    Ok(())
}

/// It failed again.
pub(super) fn again(tx: &mut Tx<'_>, subscriber: &str, failure: &Failure, reason: &str) -> Result<(), StoreError> {
    let attempts = failure.attempts + 1;
    update(aside::table.find((subscriber, failure.pos)))
        .set((
            aside::reason.eq(short(reason)),
            aside::attempts.eq(attempts),
            aside::due_at.eq(wait(attempts).map(|wait| tx.now.after(wait))),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// It is done.
pub(super) fn done(tx: &mut Tx<'_>, subscriber: &str, pos: i64) -> Result<(), StoreError> {
    delete(aside::table.find((subscriber, pos))).execute(tx.conn)?;
    Ok(())
}

/// What is due again.
pub(super) fn due(conn: &mut Conn, subscriber: &str, now: Timestamp) -> Result<Vec<Failure>, StoreError> {
    let found = rows!(conn, subscriber, aside::due_at.le(now), AT_ONCE);
    Ok(found?)
}

/// What a subscriber has put aside after the position `after`, in order.
///
/// # Errors
/// [`StoreError`]
pub fn failures(conn: &mut Conn, subscriber: &str, after: i64, limit: i64) -> Result<Vec<Failure>, StoreError> {
    let found = rows!(conn, subscriber, aside::pos.gt(after), limit);
    Ok(found?)
}

/// Lets an event that was put aside be tried at once. False where it is not there (any more).
///
/// # Errors
/// [`StoreError`]
pub fn retry_failure(tx: &mut Tx<'_>, subscriber: &str, pos: i64) -> Result<bool, StoreError> {
    let due = update(aside::table.find((subscriber, pos)))
        .set(aside::due_at.eq(tx.now))
        .execute(tx.conn)?;
    Ok(due == 1)
}

/// How far a subscriber has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// How many events lie between it and the feed's end; 0 where it wants none of them.
    pub behind: i64,
    /// When the oldest event that it wants and has not seen was recorded.
    pub waiting: Option<Timestamp>,
    /// How many events it has put aside.
    pub aside: i64,
}

/// Among how many events a subscriber's next one is looked for.
const AMONG: i64 = 100_000;

/// How far the subscriber with this cursor has come, that wants events of these types.
///
/// # Errors
/// [`StoreError`]
pub fn lag(conn: &mut Conn, subscriber: &str, kinds: &[&str]) -> Result<Lag, StoreError> {
    let cursor = records::cursor(conn, subscriber)?;
    let last = records::last_position(conn)?;
    let waiting = records::first_of(conn, cursor, AMONG, kinds)?;
    let aside = aside::table
        .filter(aside::subscriber.eq(subscriber))
        .select(count_star())
        .first(conn)?;
    Ok(Lag {
        behind: waiting.map_or(0, |_| (last - cursor).max(0)),
        waiting,
        aside,
    })
}

/// A reason is for people: the beginning says it.
fn short(reason: &str) -> &str {
    let end = reason.char_indices().nth(300).map_or(reason.len(), |(end, _)| end);
    &reason[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_each_time_and_then_for_an_admin() {
        let seconds: Vec<_> = (1..=12)
            .map(|attempts| wait(attempts).map(|wait| wait.as_secs()))
            .collect();
        let expected = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120].map(Some);
        assert_eq!(seconds[..11], expected);
        assert_eq!(seconds[11], None);
    }
}
