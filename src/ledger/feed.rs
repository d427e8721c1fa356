//! Followers: what must happen because something happened.
//!
//! A follower sees every sequenced event once and in order. What it writes and its cursor's move
//! are one transaction, under the fence of its lease: a crash between two lines repeats nothing and
//! loses nothing. What it must do *outside* the database it leaves as rows (the outbox) for workers
//! that may repeat.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Actor, Entry, Event, Lease, Ledger, Tx, records};
use crate::store::{Conn, StoreError};

/// How many events one transaction of a follower takes: on SQLite it holds up every other writer.
const BATCH: i64 = 50;
/// How many times as long as a step took its follower rests after it: in a burst it takes an eighth of
/// what it works with, on SQLite of the one writer.
const REST: u32 = 7;
/// How long it rests at least, so that one look sees several events, and at most.
const SHORTEST_REST: Duration = Duration::from_millis(100);
/// The same where a look found all that it may take: there is more to catch up with.
const BEHIND_REST: Duration = Duration::from_millis(25);
const LONGEST_REST: Duration = Duration::from_millis(500);

/// How far a cursor may stay behind events that its follower does not want: they are read again at the
/// next start, and a move costs a commit.
const UNWANTED: i64 = 1000;

/// Does what follows from events.
pub trait Follower: Send + Sync + 'static {
    /// The name of its cursor and its lease; never changed once released.
    fn name(&self) -> &'static str;
    /// Whether anything follows from such an event. The same answer each time.
    fn wants(&self, _: &Event) -> bool {
        true
    }
    /// Does what follows from one event, in the transaction that moves the cursor past it.
    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError>;
    /// The same for several, all of them wanted: for whoever can do them together.
    fn follow_all(&self, tx: &mut Tx<'_>, entries: &[Entry]) -> Result<(), StoreError> {
        entries.iter().try_for_each(|entry| self.follow(tx, entry))
    }
}

/// What one step of a follower came to.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// It is at the feed's end.
    Idle,
    /// It has gone on to this position; there may be more.
    Gone(i64),
    /// The lease has passed to another replica.
    Lost,
}

/// One step from `seen`, before which nothing is wanted that the cursor has not passed.
async fn step(ledger: &Ledger, follower: &Arc<dyn Follower>, lease: &Lease, seen: i64) -> Result<Step, StoreError> {
    if seen >= ledger.horizon().borrow().pos {
        return Ok(Step::Idle);
    }
    let name = follower.name();
    let look = move |conn: &mut Conn| {
        let cursor = records::cursor(conn, name)?;
        Ok::<_, StoreError>((cursor, records::entries(conn, cursor.max(seen), BATCH)?))
    };
    let (cursor, entries) = ledger.store().read(look).await?;
    let Some(last) = entries.last().map(|entry| entry.pos) else {
        return Ok(Step::Idle);
    };
    let wanted = entries.iter().any(|entry| follower.wants(&entry.envelope.event));
    if !wanted && last - cursor < UNWANTED {
        return Ok(Step::Gone(last));
    }
    let (follower, lease) = (Arc::clone(follower), lease.clone());
    let written = ledger
        .write(Actor::System, move |tx| {
            if !lease.holds(tx)? {
                return Ok(Step::Lost);
            }
            let from = records::cursor(tx.conn, name)?;
            let mut entries = records::entries(tx.conn, from.max(seen), BATCH)?;
            let Some(last) = entries.last().map(|entry| entry.pos) else {
                return Ok(Step::Idle);
            };
            entries.retain(|entry| follower.wants(&entry.envelope.event));
            follower.follow_all(tx, &entries)?;
            if !records::move_cursor(tx.conn, name, from, last)? {
                // Rolls back what this step did: somebody else has done it.
                return Err(StoreError::Internal(format!(
                    "the cursor of {name} moved under its lease"
                )));
            }
            Ok(Step::Gone(last))
        })
        .await?;
    Ok(written.value)
}

/// Runs one follower until the task is dropped: takes its lease (waiting where another replica has
/// it), then follows the feed. After each step it rests, the longer the longer the step took: where the
/// database is busy, those who wait for an answer go first, and what follows may lag.
pub async fn follow(ledger: Ledger, follower: Arc<dyn Follower>, owner: String) {
    let mut horizon = ledger.horizon();
    let mut held: Option<Lease> = None;
    let (mut seen, mut renewed) = (0, Instant::now());
    loop {
        let begun = Instant::now();
        let outcome = match &held {
            None => match Lease::take(&ledger, follower.name(), &owner).await {
                Ok(lease) => {
                    let waits = lease.is_none();
                    (held, renewed) = (lease, begun);
                    Ok(if waits { Step::Lost } else { Step::Gone(seen) })
                }
                Err(error) => Err(error),
            },
            // Well before its term, whether or not anything was wanted meanwhile.
            Some(lease) if renewed.elapsed() >= super::lease::TERM / 3 => {
                renewed = begun;
                renew(&ledger, lease.clone()).await.map(|ours| match ours {
                    true => Step::Gone(seen),
                    false => Step::Lost,
                })
            }
            Some(lease) => step(&ledger, &follower, lease, seen).await,
        };
        match outcome {
            Ok(Step::Gone(last)) => {
                let least = if last - seen >= BATCH {
                    BEHIND_REST
                } else {
                    SHORTEST_REST
                };
                seen = last;
                tokio::time::sleep((begun.elapsed() * REST).clamp(least, LONGEST_REST)).await;
            }
            Ok(Step::Idle) => {
                let quiet = super::lease::TERM / 3;
                if let Ok(Err(_)) = tokio::time::timeout(quiet, horizon.changed()).await {
                    return;
                }
            }
            Ok(Step::Lost) => {
                held = None;
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            Err(error) => {
                tracing::warn!(follower = follower.name(), %error, "a follower stands still");
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        }
    }
}

/// False where it has passed to another replica.
async fn renew(ledger: &Ledger, lease: Lease) -> Result<bool, StoreError> {
    let renewed = ledger.write(Actor::System, move |tx| lease.holds(tx)).await?;
    Ok(renewed.value)
}
