//! Everything that ever happened, in order, and the feed of it.
//!
//! [`Ledger::write`] is the only way to change anything: it runs one command in one transaction and
//! appends the events that the command recorded in that same transaction. The [`sequencer`] then
//! gives each event its position and its place in the hash chain; readers of the feed see only
//! sequenced events, each once and in order. Subscribers ([`feed`]) do what must follow from an
//! event, behind a durable cursor; mirrors ([`mirror`]) keep in memory what must be answered fast.

mod aside;
mod checkpoint;
mod column;
mod event_kind;
pub mod events;
mod feed;
mod fresh;
pub mod load;
mod lease;
mod watermark;
mod read_model;
mod consumer;
mod records;
mod sequencer;
mod group_commit;
mod verify;

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Notify, watch};

pub use aside::{Failure, Lag, failures, lag, retry_failure};
pub(crate) use checkpoint::plain;
pub use checkpoint::{Checkpoint, Copied, In, Kept, Out, Plain, Refused, Restore};
pub use column::Column;
pub use consumer::{ConsumerError, ExternalConsumer, Next, noted};
pub use event_kind::EventKind;
pub use events::{Actor, Envelope, Event};
pub use feed::{Subscriber, follow};
pub use group_commit::{GroupCommit, in_rounds};
pub use lease::Lease;
pub use read_model::{Projection, ReadModel};
pub use records::{Entry, Filter, Unreadable, UnreadableHead, entries, last_position, oldest_waiting, search};
pub use records::{Linked, legible, linked};
pub use verify::{Finding, Verified, verify};
pub use watermark::Watermark;

use crate::platform::{
    store::{
        Batched, BeforeCommit, CommandError, Conn, Disposition, Guards, Store, StoreError, StoreOptions, Target,
        Throttles, Undo,
    },
    terms::{Clock, Rng, Timestamp},
};

/// How a ledger is opened.
pub struct LedgerOptions {
    /// Where the database is.
    pub target: Target,
    /// See [`StoreOptions::pool_size`].
    pub pool_size: usize,
    /// See [`StoreOptions::wait`].
    pub wait: Duration,
    /// See [`StoreOptions::batch`].
    pub batch: usize,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where random bytes come from.
    pub rng: Arc<dyn Rng>,
    /// Switches for tests.
    pub guards: Guards,
}

/// The writer's side of everything; clones share it.
#[derive(Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    head: watch::Sender<FeedHead>,
    wake: Notify,
    /// How old what is in memory may be.
    fresh: fresh::Freshness,
    /// The greatest [`Position`] that was written here.
    written: AtomicI64,
}

/// How far the feed reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeedHead {
    /// The last sequenced position.
    pub pos: i64,
    /// Every [`Position`] up to this one is sequenced.
    pub watermark: i64,
}

/// "At least as new as this write": opaque outside. On SQLite a ledger position; on PostgreSQL the
/// writer's transaction id, since the position is given only after the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position(i64);

/// Not a position token of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a position that this service gave out")]
pub struct PositionError;

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::BASE64URL_NOPAD.encode(&self.0.to_be_bytes()))
    }
}

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        let bytes = data_encoding::BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map_err(|_| PositionError)?;
        let number = i64::from_be_bytes(bytes.try_into().map_err(|_| PositionError)?);
        if number < 0 {
            Err(PositionError)
        } else {
            Ok(Self(number))
        }
    }
}

/// A committed command's answer, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Committed<T> {
    /// What the command answered.
    pub value: T,
    /// A read that demands this sees the write; none where nothing happened.
    pub position: Option<Position>,
}

/// What a command works with: the transaction, the time, chance, and the events it records.
pub struct Tx<'a> {
    /// The open transaction.
    pub conn: &'a mut Conn,
    /// The one time of this command.
    pub now: Timestamp,
    /// Random bytes.
    pub rng: &'a dyn Rng,
    /// How fast somebody may try.
    pub throttles: &'a Throttles,
    actor: Actor,
    events: Vec<(Timestamp, Actor, Event)>,
}

impl Tx<'_> {
    /// Who does this.
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// Records that this happened. It is appended at the end of the command, in its transaction.
    pub fn record(&mut self, event: Event) {
        self.events.push((self.now, self.actor, event));
    }

    /// Does `part` so that nothing is left of it where it fails, and the rest of the transaction goes on. The inner
    /// error is the part's own (a panic is one too); the outer one is the database's, with which the whole
    /// transaction is lost.
    ///
    /// # Errors
    /// [`StoreError::is_of_the_database`].
    pub fn attempt<T>(
        &mut self,
        part: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<Result<T, StoreError>, StoreError> {
        let (recorded, actor, now) = (self.events.len(), self.actor, self.now);
        // Raw: a savepoint in a transaction that diesel does not know of.
        self.conn.run("SAVEPOINT attempt")?;
        let outcome = catch_unwind(AssertUnwindSafe(|| part(self)));
        // What the panic said may quote a row; the panic hook has it.
        match outcome.unwrap_or_else(|_| Err(StoreError::Internal("it panicked".into()))) {
            Ok(value) => {
                // Raw: the same savepoint.
                self.conn.run("RELEASE SAVEPOINT attempt")?;
                Ok(Ok(value))
            }
            Err(error) if error.is_of_the_database() => Err(error),
            Err(error) => {
                // Raw: the same savepoint.
                self.conn
                    .run("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt")?;
                self.events.truncate(recorded);
                (self.actor, self.now) = (actor, now);
                Ok(Err(error))
            }
        }
    }

    /// Does `part` as somebody else and at another time: for a history that is replayed, where one
    /// transaction holds what many did.
    pub fn on_behalf<T>(&mut self, actor: Actor, now: Timestamp, part: impl FnOnce(&mut Self) -> T) -> T {
        let before = (self.actor, self.now);
        (self.actor, self.now) = (actor, now);
        let outcome = part(self);
        (self.actor, self.now) = before;
        outcome
    }
}

impl Ledger {
    /// Opens the store below. The schema must be there ([`crate::platform::store::migrate`]).
    pub fn open(options: LedgerOptions) -> Result<Self, StoreError> {
        let before_commit: BeforeCommit = Arc::new(sequencer::before_commit);
        let store = Store::open(StoreOptions {
            target: options.target,
            pool_size: options.pool_size,
            wait: options.wait,
            batch: options.batch,
            before_commit,
            guards: options.guards,
        })?;
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                clock: options.clock,
                rng: options.rng,
                head: watch::Sender::new(FeedHead::default()),
                wake: Notify::new(),
                fresh: fresh::Freshness::new(),
                written: AtomicI64::new(-1),
            }),
        })
    }

    /// Brings the schema up to this version and, on PostgreSQL, takes note of a restore from another
    /// cluster; both under one lock. Returns the names of the migrations that were applied.
    pub fn migrate(target: &Target) -> Result<Vec<String>, StoreError> {
        crate::platform::store::migrate(target, &Guards::default(), sequencer::after_restore)
    }

    /// The store, for reads.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The clock itself.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.inner.clock)
    }

    /// Random bytes.
    pub fn rng(&self) -> &dyn Rng {
        &*self.inner.rng
    }

    /// Runs one command: its rows and its events in one transaction, its answer after the commit.
    pub async fn write<T, E, F>(&self, actor: Actor, command: F) -> Result<Committed<T>, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: CommandError,
    {
        self.write_as(Undo::Itself, actor, command).await
    }

    /// The same, where a command may need less than to be undone by itself.
    async fn write_as<T, E, F>(&self, undo: Undo, actor: Actor, command: F) -> Result<Committed<T>, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: CommandError,
    {
        let (now, rng) = (self.inner.clock.now(), Arc::clone(&self.inner.rng));
        let throttles = self.inner.store.throttles().clone();
        let committed = self
            .inner
            .store
            .transact(undo, move |conn| {
                let mut tx = Tx {
                    conn,
                    now,
                    rng: &*rng,
                    throttles: &throttles,
                    actor,
                    events: Vec::new(),
                };
                let outcome = command(&mut tx);
                let keep = outcome
                    .as_ref()
                    .err()
                    .is_none_or(|error| error.disposition() == Disposition::Keep);
                let xid = if keep {
                    records::append(tx.conn, &tx.events)?
                } else {
                    None
                };
                outcome.map(|value| (value, xid))
            })
            .await;
        let Batched {
            value: (value, xid),
            position,
        } = committed.inspect_err(|error| {
            // A refusal that is remembered may have left an event.
            if error.disposition() == Disposition::Keep {
                self.inner.wake.notify_one();
            }
        })?;
        match position {
            Some(pos) => self.publish(FeedHead { pos, watermark: pos }),
            None => self.inner.wake.notify_one(),
        }
        // Without an event there is nothing that a reader could wait for.
        let position = xid.map(|xid| Position(position.unwrap_or(xid)));
        if let Some(Position(written)) = position {
            self.inner.written.fetch_max(written, Ordering::AcqRel);
        }
        Ok(Committed { value, position })
    }

    /// Makes known that the feed reaches at least this far. Two may publish at once: it never seems
    /// to go back.
    fn publish(&self, head: FeedHead) {
        self.inner.head.send_if_modified(|known| {
            let moved = head.pos > known.pos || head.watermark > known.watermark;
            if moved {
                *known = FeedHead {
                    pos: head.pos.max(known.pos),
                    watermark: head.watermark.max(known.watermark),
                };
            }
            moved
        });
    }

    /// For how long the store has not said how far the feed reaches.
    pub fn quiet(&self) -> Duration {
        self.inner.fresh.quiet()
    }

    /// How old what is in memory may be: whatever was committed longer ago than this has been applied.
    /// Grows where the store does not answer, where memory lags, and where events are held back.
    pub fn memory_age(&self) -> Duration {
        self.inner.fresh.age()
    }

    /// Whether the store did not answer when the feed was last asked for, some milliseconds ago.
    pub fn away(&self) -> bool {
        self.inner.fresh.away()
    }

    /// Where the feed stands, as far as this process knows.
    pub fn head(&self) -> watch::Receiver<FeedHead> {
        self.inner.head.subscribe()
    }

    /// Commits what was taken and takes no more.
    pub async fn close(&self) {
        self.inner.store.close().await;
    }
}
