//! Subscribers: what must happen because something happened.
//!
//! A subscriber sees every sequenced event that it wants, once and in order. What it writes and its
//! cursor's move are one transaction, under the fence of its lease: a crash between two lines repeats
//! nothing and loses nothing. What it must do *outside* the database it leaves as rows (the outbox) for
//! workers that may repeat.
//!
//! No event stops a subscriber. What it cannot carry out goes [`aside`](super::aside), with the reason, and
//! the rest goes on; it is tried again by and by, and whenever an admin says so. That the database is away
//! is no event's fault: then the subscriber waits.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Actor, Entry, Event, Lease, Ledger, Tx, Unreadable, aside, records};
use crate::platform::store::{Conn, StoreError};

/// How many positions one look passes over at most: it reads the wanted among them alone, so it takes some
/// tens of milliseconds.
const WINDOW: i64 = 20_000;
/// How many wanted events one transaction takes: on SQLite it holds up every other writer.
const BATCH: usize = 50;
/// How many times as long as a transaction took its subscriber rests after it: in a burst it takes an eighth of
/// what it works with, on SQLite of the one writer.
const REST: u32 = 7;
/// How long it rests at least where it has caught up, so that one look sees several events, and at most.
const SHORTEST_REST: Duration = Duration::from_millis(100);
/// The same where there is more to catch up with.
const BEHIND_REST: Duration = Duration::from_millis(25);
const LONGEST_REST: Duration = Duration::from_millis(500);

/// How far a cursor may stay behind events that its subscriber does not want: they are passed over again at the
/// next start, and a move costs a commit.
const UNWANTED: i64 = 1000;

/// How often the database may fail at one place, though it takes other writes, before the event there is put
/// aside: by then it is not the database.
const STRIKES: u32 = 8;

/// Does what follows from events.
pub trait Subscriber: Send + Sync + 'static {
    /// The name of its cursor and its lease; never changed once released.
    fn name(&self) -> &'static str;
    /// The types of event that it wants ([`Event::kind`]): others are not even read.
    fn kinds(&self) -> &'static [&'static str];
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

/// What one step of a subscriber came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It is at the feed's end.
    Idle,
    /// Everything up to this position is done, without a transaction.
    Passed(i64),
    /// Everything up to this position is done; `more` says whether there is more already.
    Done { pos: i64, more: bool },
    /// The lease has passed to another replica.
    Lost,
}

/// What a look found.
struct Look {
    cursor: i64,
    /// The wanted, in order.
    entries: Vec<Entry>,
    /// What cannot be read.
    unreadable: Vec<Unreadable>,
    /// Whether anything of the types that it wants was among what was passed over.
    of_its_kind: bool,
    /// Up to here nothing is left out.
    last: i64,
}

/// Looks for what is wanted from `seen` on, before which nothing is wanted that the cursor has not passed.
fn look(conn: &mut Conn, subscriber: &dyn Subscriber, seen: i64, head: i64, most: usize) -> Result<Look, StoreError> {
    let cursor = records::cursor(conn, subscriber.name())?;
    let from = cursor.max(seen);
    let end = head.min(from.saturating_add(WINDOW));
    // One more than is taken: then it is known whether any are left.
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let read = records::wanted(conn, from, end, subscriber.kinds(), limit)?;
    let full = read.len() == most;
    let last = match read.last() {
        Some(last) if full => last.as_ref().map_or_else(|bad| bad.pos, |entry| entry.pos),
        _ => end,
    };
    let of_its_kind = !read.is_empty();
    let (mut entries, mut unreadable) = (Vec::new(), Vec::new());
    for one in read {
        match one {
            Ok(entry) if subscriber.wants(&entry.envelope.event) => entries.push(entry),
            Ok(_) => {}
            Err(bad) => unreadable.push(bad),
        }
    }
    Ok(Look {
        cursor,
        entries,
        unreadable,
        of_its_kind,
        last,
    })
}

/// One step from `seen`, of `most` events that are wanted at most.
async fn step(
    ledger: &Ledger,
    subscriber: &Arc<dyn Subscriber>,
    lease: &Lease,
    seen: i64,
    most: usize,
) -> Result<Step, StoreError> {
    let head = ledger.head().borrow().pos;
    if seen >= head {
        return Ok(Step::Idle);
    }
    let looking = Arc::clone(subscriber);
    let found = ledger
        .store()
        .read(move |conn| look(conn, &*looking, seen, head, most))
        .await?;
    let Look {
        cursor,
        entries,
        unreadable,
        of_its_kind,
        last,
    } = found;
    if last <= seen.max(cursor) {
        return Ok(Step::Idle);
    }
    if !of_its_kind && last - cursor < UNWANTED {
        return Ok(Step::Passed(last));
    }
    let (subscriber, lease) = (Arc::clone(subscriber), lease.clone());
    let written = ledger
        .write(Actor::System, move |tx| {
            if !lease.holds(tx)? {
                return Ok(Step::Lost);
            }
            // An event never changes: what was read before the transaction holds in it.
            carry_out(tx, &*subscriber, &entries)?;
            for bad in &unreadable {
                aside::put(tx, subscriber.name(), bad.pos, &bad.why)?;
            }
            let name = subscriber.name();
            if !records::move_cursor(tx.conn, name, cursor, last)? {
                // Rolls back what this step did: somebody else has done it.
                return Err(StoreError::Internal(format!(
                    "the cursor of {name} moved under its lease"
                )));
            }
            Ok(Step::Done {
                pos: last,
                more: last < head,
            })
        })
        .await?;
    Ok(written.value)
}

/// Does what follows from the events: from all together, or, where that fails, from each by itself, and what
/// fails then goes aside.
fn carry_out(tx: &mut Tx<'_>, subscriber: &dyn Subscriber, entries: &[Entry]) -> Result<(), StoreError> {
    if entries.is_empty() || tx.attempt(|tx| subscriber.follow_all(tx, entries))?.is_ok() {
        return Ok(());
    }
    for entry in entries {
        if let Err(error) = tx.attempt(|tx| subscriber.follow(tx, entry))? {
            tracing::warn!(
                subscriber = subscriber.name(), position = entry.pos, kind = entry.envelope.event.kind(), %error,
                "an event was put aside: what follows from it could not be done"
            );
            aside::put(tx, subscriber.name(), entry.pos, &error.to_string())?;
        }
    }
    Ok(())
}

/// Tries what was put aside and is due again.
async fn retry(ledger: &Ledger, subscriber: &Arc<dyn Subscriber>, lease: &Lease) -> Result<(), StoreError> {
    let (name, now) = (subscriber.name(), ledger.now());
    let due = ledger.store().read(move |conn| aside::due(conn, name, now)).await?;
    for failure in due {
        let (following, lease) = (Arc::clone(subscriber), lease.clone());
        let tried = ledger.write(Actor::System, move |tx| {
            if !lease.holds(tx)? {
                return Ok(());
            }
            let entry = match records::at(tx.conn, failure.pos)? {
                Ok(entry) => entry,
                Err(bad) => return aside::again(tx, name, &failure, &bad.why),
            };
            match tx.attempt(|tx| following.follow(tx, &entry))? {
                Ok(()) => aside::done(tx, name, failure.pos),
                Err(error) => aside::again(tx, name, &failure, &error.to_string()),
            }
        });
        tried.await?;
    }
    Ok(())
}

/// Puts the first wanted event after `seen` aside, at which the database fails again and again.
async fn put_aside(
    ledger: &Ledger,
    subscriber: &Arc<dyn Subscriber>,
    lease: &Lease,
    seen: i64,
    why: String,
) -> Result<Step, StoreError> {
    let head = ledger.head().borrow().pos;
    let looking = Arc::clone(subscriber);
    let found = ledger
        .store()
        .read(move |conn| look(conn, &*looking, seen, head, 1))
        .await?;
    let (name, lease) = (subscriber.name(), lease.clone());
    tracing::warn!(
        subscriber = name,
        position = found.last,
        why,
        "an event was put aside: the database fails at it"
    );
    let written = ledger.write(Actor::System, move |tx| {
        if !lease.holds(tx)? {
            return Ok(Step::Lost);
        }
        if let Some(entry) = found.entries.first() {
            aside::put(tx, name, entry.pos, &why)?;
        }
        if !records::move_cursor(tx.conn, name, found.cursor, found.last)? {
            return Err(StoreError::Internal(format!(
                "the cursor of {name} moved under its lease"
            )));
        }
        Ok(Step::Done {
            pos: found.last,
            more: true,
        })
    });
    Ok(written.await?.value)
}

/// Runs one subscriber until the task is dropped: takes its lease (waiting where another replica has
/// it), then follows the feed. After each transaction it rests, the longer the longer that took: where the
/// database is busy, those who wait for an answer go first, and what follows may lag. What it does not want it
/// passes over without a rest.
pub async fn follow(ledger: Ledger, subscriber: Arc<dyn Subscriber>, owner: String) {
    let mut head = ledger.head();
    let mut held: Option<Lease> = None;
    let (mut seen, mut renewed, mut strikes) = (0, Instant::now(), 0);
    loop {
        let begun = Instant::now();
        let outcome = match &held {
            None => match Lease::take(&ledger, subscriber.name(), &owner).await {
                Ok(lease) => {
                    let waits = lease.is_none();
                    (held, renewed) = (lease, begun);
                    Ok(if waits { Step::Lost } else { Step::Passed(seen) })
                }
                Err(error) => Err(error),
            },
            // Well before its term, whether or not anything was wanted meanwhile.
            Some(lease) if renewed.elapsed() >= super::lease::TERM / 3 => {
                renewed = begun;
                match renew(&ledger, lease.clone()).await {
                    Ok(true) => retry(&ledger, &subscriber, lease).await.map(|()| Step::Passed(seen)),
                    Ok(false) => Ok(Step::Lost),
                    Err(error) => Err(error),
                }
            }
            Some(lease) => match strikes {
                0 => step(&ledger, &subscriber, lease, seen, BATCH).await,
                // One at a time, to find out at which the database fails.
                1..STRIKES => step(&ledger, &subscriber, lease, seen, 1).await,
                _ => {
                    put_aside(
                        &ledger,
                        &subscriber,
                        lease,
                        seen,
                        "the database failed at it again and again".to_owned(),
                    )
                    .await
                }
            },
        };
        match outcome {
            Ok(Step::Passed(last)) => {
                let passed = last - seen;
                seen = last;
                // At the feed's end: the next look is to see several events.
                if (1..WINDOW).contains(&passed) {
                    tokio::time::sleep(SHORTEST_REST).await;
                }
            }
            Ok(Step::Done { pos, more }) => {
                (seen, strikes) = (pos, 0);
                let least = if more { BEHIND_REST } else { SHORTEST_REST };
                tokio::time::sleep((begun.elapsed() * REST).clamp(least, LONGEST_REST)).await;
            }
            Ok(Step::Idle) => {
                let quiet = super::lease::TERM / 3;
                if let Ok(Err(_)) = tokio::time::timeout(quiet, head.changed()).await {
                    return;
                }
            }
            Ok(Step::Lost) => {
                held = None;
                strikes = 0;
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            Err(error) => {
                tracing::warn!(subscriber = subscriber.name(), %error, "a subscriber stands still");
                // Only where it was at an event, and the database takes other writes.
                if let Some(lease) = &held
                    && matches!(renew(&ledger, lease.clone()).await, Ok(true))
                {
                    strikes += 1;
                }
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
