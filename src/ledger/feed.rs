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

use super::{Actor, Entry, Lease, Ledger, Tx, records};
use crate::store::StoreError;

/// How many events one transaction of a follower takes: on SQLite it holds up every other writer.
const BATCH: i64 = 50;
/// How many times as long as a step took its follower rests after it, and how long at most.
const REST: u32 = 3;
const LONGEST_REST: Duration = Duration::from_millis(500);

/// Does what follows from events.
pub trait Follower: Send + Sync + 'static {
    /// The name of its cursor and its lease; never changed once released.
    fn name(&self) -> &'static str;
    /// Does what follows from one event, in the transaction that moves the cursor past it.
    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError>;
}

/// What one step of a follower came to.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// It is at the feed's end.
    Idle,
    /// It has gone on; there may be more.
    Gone,
    /// The lease has passed to another replica.
    Lost,
}

async fn step(ledger: &Ledger, follower: &Arc<dyn Follower>, lease: &Lease) -> Result<Step, StoreError> {
    let name = follower.name();
    let seen = ledger
        .store()
        .read(move |conn| Ok::<_, StoreError>(records::cursor(conn, name)?))
        .await?;
    if seen >= ledger.horizon().borrow().pos {
        return Ok(Step::Idle);
    }
    let (follower, lease) = (Arc::clone(follower), lease.clone());
    let written = ledger
        .write(Actor::System, move |tx| {
            if !lease.holds(tx)? {
                return Ok(Step::Lost);
            }
            let from = records::cursor(tx.conn, name)?;
            let entries = records::entries(tx.conn, from, BATCH)?;
            let Some(last) = entries.last().map(|entry| entry.pos) else {
                return Ok(Step::Idle);
            };
            for entry in &entries {
                follower.follow(tx, entry)?;
            }
            if !records::move_cursor(tx.conn, name, from, last)? {
                // Rolls back what this step did: somebody else has done it.
                return Err(StoreError::Internal(format!(
                    "the cursor of {name} moved under its lease"
                )));
            }
            Ok(Step::Gone)
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
    loop {
        let begun = Instant::now();
        let outcome = match &held {
            None => match Lease::take(&ledger, follower.name(), &owner).await {
                Ok(lease) => {
                    let waits = lease.is_none();
                    held = lease;
                    Ok(if waits { Step::Lost } else { Step::Gone })
                }
                Err(error) => Err(error),
            },
            Some(lease) => step(&ledger, &follower, lease).await,
        };
        match outcome {
            Ok(Step::Gone) => tokio::time::sleep((begun.elapsed() * REST).min(LONGEST_REST)).await,
            Ok(Step::Idle) => {
                match tokio::time::timeout(super::lease::TERM / 3, horizon.changed()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => return,
                    // A quiet time: the lease is renewed well before its term.
                    Err(_) => {
                        if let Some(lease) = &held
                            && let Err(error) = renew(&ledger, lease.clone()).await
                        {
                            tracing::warn!(follower = follower.name(), %error, "a lease could not be renewed");
                        }
                    }
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

async fn renew(ledger: &Ledger, lease: Lease) -> Result<(), StoreError> {
    ledger.write(Actor::System, move |tx| lease.holds(tx)).await.map(|_| ())
}
