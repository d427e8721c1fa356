//! Gives every event its position and its place in the hash chain.
//!
//! On SQLite the one writer sequences just before its commit. On PostgreSQL a locked chain head
//! inside the writers' transactions would cost nine tenths of their rate, and a plain "everything
//! after id N" would skip an event whose transaction commits late. So each event carries its
//! writer's transaction id, and a pass takes, in the order of (transaction, id), what lies below
//! the oldest transaction that is still running: nothing below that line can appear later. Any
//! replica may run a pass; the lock on the sequencer's one row lets one at a time.
//!
//! The chain: `hash(n) = SHA-256("vouchsafe/ledger/1" ‖ hash(n−1) ‖ n as u64 big-endian ‖ body)`,
//! `hash(0)` = 32 zero bytes, body = the stored UTF-8 text.

use std::time::{Duration, Instant};

use aws_lc_rs::digest;
use diesel::{
    ExpressionMethods, JoinOnDsl, PgConnection, QueryDsl, Queryable, QueryableByName, RunQueryDsl, Selectable,
    SelectableHelper,
    dsl::max,
    sql_types::{BigInt, Text},
};

use super::{
    FeedHead, Ledger,
    fresh::Look,
    records::{self, State},
};
use crate::platform::store::{
    Backend, Conn, StoreError, Undo, pg_fixed,
    schema::{events, ledger},
};

/// How many events one pass takes.
const BATCH: usize = 2000;

/// The next hash of the chain.
pub(super) fn link(previous: &[u8], pos: i64, body: &str) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"vouchsafe/ledger/1");
    context.update(previous);
    context.update(&pos.to_be_bytes());
    context.update(body.as_bytes());
    context.finish().as_ref().to_vec()
}

/// SQLite: sequences what the running batch has appended; the position it reached.
pub(super) fn before_commit(conn: &mut Conn) -> Result<i64, StoreError> {
    let mut state = records::state(conn)?;
    let fresh = records::unsequenced(conn, state.cursor_id)?;
    if fresh.is_empty() {
        return Ok(state.last_pos);
    }
    for (id, body) in fresh {
        state.last_pos += 1;
        state.last_hash = link(&state.last_hash, state.last_pos, &body);
        state.cursor_id = id;
        records::place(conn, state.last_pos, id, &state.last_hash)?;
    }
    records::set_state(conn, &state)?;
    Ok(state.last_pos)
}

#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = events)]
struct Fresh {
    #[diesel(sql_type = BigInt)]
    xid: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    body: String,
}

#[derive(QueryableByName)]
struct Oldest {
    #[diesel(sql_type = BigInt)]
    /// The line below which no further event can appear.
    xmin: i64,
    #[diesel(sql_type = BigInt)]
    next: i64,
}

fn oldest(conn: &mut PgConnection) -> Result<Oldest, StoreError> {
    // Raw: diesel has no words for a snapshot of PostgreSQL.
    Ok(pg_fixed(
        "SELECT pg_snapshot_xmin(s)::text::bigint AS xmin, pg_snapshot_xmax(s)::text::bigint AS next \
         FROM pg_current_snapshot() AS s",
    )
    .get_result(conn)?)
}

/// What one pass came to.
struct Pass {
    /// How far the feed reaches now.
    head: FeedHead,
    /// How many events it took; after a full [`BATCH`] a further pass is worth while at once.
    taken: usize,
    /// See [`Look::next`].
    next: i64,
    /// See [`Look::covered`].
    covered: i64,
}

/// The events above the sequencer's cursor and below `line`, in order, at most `limit`.
fn fresh(conn: &mut PgConnection, state: &State, line: i64, limit: i64) -> Result<Vec<Fresh>, StoreError> {
    // Raw: diesel does not compare two columns at once with two values.
    let events = pg_fixed(
        "SELECT xid, id, body FROM events \
         WHERE (xid, id) > (?, ?) AND xid < ? AND id > ? ORDER BY xid, id LIMIT ?",
    )
    .bind(state.cursor_xid)
    .bind(state.cursor_id)
    .bind(line)
    .bind(state.floor_id)
    .bind(limit)
    .load(conn)?;
    Ok(events)
}

/// SQLite: the writer sequences; whoever reads sees all that is committed.
fn look(conn: &mut Conn) -> Result<Pass, StoreError> {
    let state = records::state(conn)?;
    Ok(Pass {
        head: state.head(conn),
        taken: 0,
        next: state.last_pos,
        covered: state.last_pos,
    })
}

/// PostgreSQL: one pass, in a transaction of its own.
fn pass(conn: &mut Conn) -> Result<Pass, StoreError> {
    // A look without the lock: locking takes a transaction id and a sync to disk, and a feed where
    // nothing happens is to cost neither.
    let state = records::state(conn)?;
    let Conn::Postgres(pg) = conn else {
        return Err(StoreError::Internal("a pass is for PostgreSQL".into()));
    };
    let oldest_now = oldest(pg)?;
    let (next, line_now) = (oldest_now.next, oldest_now.xmin);
    let reached = |state: &State, conn: &Conn, taken: usize| Pass {
        head: state.head(conn),
        taken,
        next,
        covered: state.horizon_xid,
    };
    if !state.is_cut() && fresh(pg, &state, line_now, 1)?.is_empty() {
        return Ok(Pass {
            covered: line_now.max(state.horizon_xid),
            ..reached(&state, conn, 0)
        });
    }
    let Some(mut state) = records::state_for_update(pg)? else {
        // Another replica is at it.
        let state = records::state(conn)?;
        return Ok(reached(&state, conn, 0));
    };
    // Asked before the events: whatever is below it has ended, and the next statement sees it.
    let xmin = oldest(pg)?.xmin;
    let fresh = fresh(pg, &state, xmin, BATCH as i64)?;
    let Some(last) = fresh.last() else {
        if state.is_cut() {
            // The transaction where the last batch was cut had no more: its token is reached.
            state.horizon_xid = state.cursor_xid + 1;
            records::set_state(conn, &state)?;
        }
        return Ok(reached(&state, conn, 0));
    };
    let taken = fresh.len();
    // A batch that was cut may have cut a transaction in two: its token is not reached yet.
    let below = if taken == BATCH { last.xid } else { xmin };
    state.horizon_xid = state.horizon_xid.max(below);
    (state.cursor_xid, state.cursor_id) = (last.xid, last.id);

    let (mut places, mut ids, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for event in &fresh {
        state.last_pos += 1;
        state.last_hash = link(&state.last_hash, state.last_pos, &event.body);
        places.push(state.last_pos);
        ids.push(event.id);
        hashes.push(state.last_hash.clone());
    }
    // Raw for the row invite-postgres.
    pg_fixed("INSERT INTO ledger (pos, event_id, hash) SELECT * FROM unnest(?, ?, ?)")
        .bind(places)
        .bind(ids)
        .bind(hashes.iter().map(Vec::as_slice).collect::<Vec<_>>())
        .execute(pg)?;
    records::set_state(conn, &state)?;
    Ok(reached(&state, conn, taken))
}

/// Transaction ids do not survive a dump and restore into another cluster. Run at start, before
/// any writer: where this cluster's ids are behind the ones we have seen, what was left without a
/// position is sequenced now, and counting begins again above it.
pub(super) fn after_restore(conn: &mut Conn) -> Result<(), StoreError> {
    let state = records::state(conn)?;
    let Conn::Postgres(pg) = conn else { return Ok(()) };
    // What lies below the floor was dealt with by an earlier restart, and keeps its old ids.
    let newest: Option<i64> = events::table
        .filter(events::id.gt(state.floor_id))
        .select(max(events::xid))
        .first(pg)?;
    let newest = newest.unwrap_or(0);
    // Asked last: another replica may be writing, and nothing that was seen above can be newer.
    let next = oldest(pg)?.next;
    if newest < next && state.cursor_xid < next && state.horizon_xid <= next {
        return Ok(());
    }
    tracing::warn!("the database was restored from another cluster: its events are sequenced afresh from here");
    // Raw: a transaction that is ended by hand.
    conn.run("BEGIN; SELECT one FROM sequencer FOR UPDATE")?;
    let outcome = restart(conn, next);
    conn.run(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    outcome
}

/// `next` is the first transaction id that this cluster has not given out.
fn restart(conn: &mut Conn, next: i64) -> Result<(), StoreError> {
    let Conn::Postgres(pg) = conn else { return Ok(()) };
    let left: Vec<Fresh> = events::table
        .left_join(ledger::table.on(ledger::event_id.eq(events::id)))
        .filter(ledger::pos.is_null())
        .order((events::xid, events::id))
        .select(Fresh::as_select())
        .load(pg)?;
    let highest: Option<i64> = events::table.select(max(events::id)).first(pg)?;
    let mut state = records::state(conn)?;
    for event in &left {
        state.last_pos += 1;
        state.last_hash = link(&state.last_hash, state.last_pos, &event.body);
        records::place(conn, state.last_pos, event.id, &state.last_hash)?;
    }
    // Everything so far has its position; ids above the floor are new, whatever their transaction.
    state.floor_id = highest.unwrap_or(0);
    (state.cursor_xid, state.cursor_id, state.horizon_xid) = (next - 1, i64::MAX, next);
    records::set_state(conn, &state)?;
    Ok(())
}

/// A pass on PostgreSQL is a transaction with a sync to disk. One that took [`MANY`] events is under
/// load: the next one comes so much later, and takes what has come meanwhile.
const PACE: Duration = Duration::from_millis(10);
/// See [`PACE`].
const MANY: usize = 4;

/// How often the store is asked where nothing wakes us: other processes write too.
const fn interval(backend: Backend) -> Duration {
    match backend {
        Backend::Sqlite => Duration::from_millis(100),
        Backend::Postgres => Duration::from_millis(20),
    }
}

impl Ledger {
    /// Asks the store once how far the feed reaches (and on PostgreSQL sequences what can be), and
    /// publishes it. Says whether to ask again at once.
    pub(crate) async fn advance(&self) -> Result<bool, StoreError> {
        Ok(self.sequence().await? == BATCH)
    }

    /// The same; says how many events were sequenced.
    async fn sequence(&self) -> Result<usize, StoreError> {
        let asked = Instant::now();
        let passed = match self.store().backend() {
            Backend::Sqlite => self.store().read(look).await,
            Backend::Postgres => {
                let passed = self.store().transact(Undo::Itself, pass).await;
                passed.map(|passed| passed.value)
            }
        };
        let passed = passed.inspect_err(|_| self.inner.fresh.failed())?;
        self.publish(passed.head);
        self.inner.fresh.looked(Look {
            asked,
            next: passed.next,
            covered: passed.covered,
            pos: passed.head.pos,
        });
        Ok(passed.taken)
    }

    /// Keeps the feed moving until the task is dropped.
    pub async fn keep_sequencing(self) {
        let pause = interval(self.store().backend());
        let mut still = false;
        loop {
            let outcome = self.sequence().await;
            match (&outcome, still) {
                (Err(error), false) => tracing::warn!(%error, "the feed stands still"),
                (Ok(_), true) => tracing::info!("the feed goes on"),
                _ => {}
            }
            still = outcome.is_err();
            match outcome {
                Ok(BATCH) => continue,
                Ok(MANY..) => tokio::time::sleep(PACE).await,
                _ => {}
            }
            // A wake means that something was committed just now.
            let _ = tokio::time::timeout(pause, self.inner.wake.notified()).await;
        }
    }
}
