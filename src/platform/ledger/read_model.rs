//! What is kept in memory so that it can be answered fast: built from the store, kept by the feed.
//!
//! Nothing in memory is the truth. A [`Projection`] is loaded from tables in one snapshot and then
//! fed every event after it. The tables may already hold what the feed tells again, so applying an
//! event twice, or one that the load has seen, must change nothing.
//!
//! An event that cannot be read (one of a newer version) or taken in neither stops memory nor leaves it wrong:
//! what it changed stands in the tables, so everything is loaded from them anew. Until that is done, and
//! where it cannot be done, memory grows old, and is no longer believed.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use metrics::counter;

use super::{Checkpoint, Entry, FeedHead, Kept, Ledger, Position, Watermark, records};
use crate::platform::{
    store::{Conn, StoreError},
    terms::metrics::MEMORY_RELOADS_TOTAL,
};

/// How many events are read at once.
const BATCH: i64 = 1000;

/// How long a write's answer waits for memory.
const PATIENCE: Duration = Duration::from_secs(1);

/// After a load memory is not loaded anew for so many times as long as it took: a newer version may write many
/// events that this one cannot read.
const RELOAD_REST: u32 = 10;

/// Something in memory that follows the feed.
pub trait Projection: Send + Sync + 'static {
    /// Builds it afresh from the store, also where it was built before: what is no longer there goes.
    fn load(&self, conn: &mut Conn) -> Result<(), StoreError>;
    /// Takes one event in, reading from the store what the event itself does not hold. Idempotent.
    fn apply(&self, conn: &mut Conn, entry: &Entry) -> Result<(), StoreError>;
    /// What of it can stand in a checkpoint; none where it is always loaded.
    fn kept(&self) -> Option<&dyn Kept> {
        None
    }
}

/// All that is kept in memory, and how far it has come. Clones share it.
#[derive(Clone)]
pub struct ReadModel {
    ledger: Ledger,
    projections: Arc<[Arc<dyn Projection>]>,
    applied: Arc<Applied>,
    checkpoint: Option<Checkpoint>,
}

/// How far memory has come.
struct Applied {
    pos: AtomicI64,
    watermark: Watermark,
    /// From when on everything may be loaded anew.
    reload: Mutex<Option<Instant>>,
    /// Held by whoever takes events in, and by whoever copies memory.
    turn: Turn,
    /// The position of the checkpoint that was read or written last; held by whoever writes one.
    kept: tokio::sync::Mutex<i64>,
}

/// One at a time.
type Turn = tokio::sync::Mutex<()>;

/// How a look at the feed ended.
enum Caught {
    /// Everything up to here is taken in.
    Up(i64),
    /// Everything up to here is, and the next event cannot be.
    Stumbled(i64, String),
}

impl ReadModel {
    /// Loads every projection from one snapshot, or from a checkpoint where there is a sound one. Blocks its caller
    /// until that is done; whoever serves before [`ReadModel::caught_up`] serves the past.
    pub async fn load(
        ledger: Ledger,
        projections: Vec<Arc<dyn Projection>>,
        checkpoint: Option<Checkpoint>,
    ) -> Result<Self, StoreError> {
        // Nothing may be taken for caught up before the feed's end is known.
        while ledger.advance().await? {}
        let projections: Arc<[_]> = projections.into();
        let (parts, from) = (Arc::clone(&projections), checkpoint.clone());
        let (pos, is_kept) = ledger
            .store()
            .snapshot(move |conn| Checkpoint::load(from.as_ref(), conn, &parts))
            .await?;
        // The mark is only reached by following: events of the snapshot may have no position yet.
        let applied = Arc::new(Applied {
            pos: AtomicI64::new(pos),
            watermark: Watermark::new(-1),
            reload: Mutex::default(),
            turn: Turn::default(),
            kept: tokio::sync::Mutex::new(if is_kept { pos } else { 0 }),
        });
        ledger.inner.fresh.applied(pos);
        Ok(Self {
            ledger,
            projections,
            applied,
            checkpoint,
        })
    }

    /// How far it has come.
    pub fn applied(&self) -> FeedHead {
        FeedHead {
            pos: self.applied.pos.load(Ordering::Acquire),
            watermark: self.applied.watermark.reached(),
        }
    }

    /// Whether everything that is sequenced, as far as this process knows, has been applied.
    pub fn caught_up(&self) -> bool {
        let applied = self.applied();
        applied.watermark >= 0 && applied.pos >= self.ledger.head().borrow().pos
    }

    /// Whether memory has seen everything that this process has written.
    pub fn has_seen_own(&self) -> bool {
        self.applied.watermark.reached() >= self.ledger.inner.written.load(Ordering::Acquire)
    }

    /// Waits until what was written at `position` is in memory; false after `patience`.
    pub async fn wait(&self, position: Position, patience: Duration) -> bool {
        let reached = self.applied.watermark.wait(position.0);
        tokio::time::timeout(patience, reached).await.is_ok()
    }

    /// Waits until everything up to this head of the feed is in memory; false after `patience`.
    pub async fn reach(&self, head: FeedHead, patience: Duration) -> bool {
        self.wait(Position(head.watermark), patience).await
    }

    /// Waits until this process has seen what it has just written, so that what it answers next is
    /// not older; the position's token for the answer. Where memory lags behind for
    /// [`PATIENCE`], the write stands and the token says from when on it is seen.
    pub async fn settle(&self, position: Option<Position>) -> String {
        if let Some(position) = position
            && !self.wait(position, PATIENCE).await
        {
            tracing::warn!("a write was not seen in memory within {PATIENCE:?}");
        }
        self.token(position)
    }

    /// A write's token for its answer; where nothing was written, one for what is seen already.
    pub fn token(&self, position: Option<Position>) -> String {
        position
            .unwrap_or_else(|| Position(self.applied().watermark.max(0)))
            .to_string()
    }

    /// Applies everything up to `target`.
    async fn catch_up(&self, target: FeedHead) -> Result<(), StoreError> {
        let mut pos = self.applied().pos;
        while pos < target.pos {
            let _turn = self.applied.turn.lock().await;
            let projections = Arc::clone(&self.projections);
            let caught = self.ledger.store().read(move |conn| take_in(conn, &projections, pos));
            pos = match caught.await? {
                Caught::Up(pos) => pos,
                Caught::Stumbled(reached, why) => {
                    self.reached(reached);
                    self.load_anew(reached + 1, &why).await?
                }
            };
            self.reached(pos);
        }
        // Entries beyond the target may have been taken in too; the mark is the target's alone.
        self.applied.watermark.reach(target.watermark);
        Ok(())
    }

    fn reached(&self, pos: i64) {
        self.applied.pos.store(pos, Ordering::Release);
        self.ledger.inner.fresh.applied(pos);
    }

    /// Loads everything from one snapshot, because of the event at `bad`; the position that it has.
    async fn load_anew(&self, bad: i64, why: &str) -> Result<i64, StoreError> {
        let begun = Instant::now();
        {
            let mut reload = self.applied.reload.lock().unwrap_or_else(PoisonError::into_inner);
            if reload.is_some_and(|from| begun < from) {
                return Err(StoreError::Internal(format!("the event at position {bad}: {why}")));
            }
            *reload = Some(begun + Duration::from_secs(1));
        }
        counter!(MEMORY_RELOADS_TOTAL).increment(1);
        tracing::warn!(
            position = bad,
            why,
            "an event cannot be taken in: memory is loaded anew"
        );
        let parts = Arc::clone(&self.projections);
        let loaded = self.ledger.store().snapshot(move |conn| {
            let pos = records::last_position(conn)?;
            for part in parts.iter() {
                part.load(conn)?;
            }
            Ok::<_, StoreError>(pos)
        });
        let pos = loaded.await?;
        let rest = begun.elapsed() * RELOAD_REST;
        *self.applied.reload.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + rest);
        Ok(pos)
    }

    /// The position of the checkpoint that was read or written last; 0 where there was none.
    pub async fn kept(&self) -> i64 {
        *self.applied.kept.lock().await
    }

    /// Keeps a copy of memory beside the store, where that is wanted and anything has happened since the last one. Its
    /// position; none where nothing was written.
    ///
    /// # Errors
    /// [`StoreError`], also where the file cannot be written: the former one stays.
    pub async fn keep(&self) -> Result<Option<i64>, StoreError> {
        let Some(checkpoint) = self.checkpoint.clone() else {
            return Ok(None);
        };
        let mut kept = self.applied.kept.lock().await;
        let internal = |error: &dyn std::fmt::Display| StoreError::Internal(error.to_string());
        let turn = self.applied.turn.lock().await;
        let pos = self.applied.pos.load(Ordering::Acquire);
        if pos == *kept {
            return Ok(None);
        }
        let projections = Arc::clone(&self.projections);
        let copies = tokio::task::spawn_blocking(move || {
            let kept = projections.iter().filter_map(|projection| projection.kept());
            kept.map(|kept| (kept.name(), kept.copy())).collect::<Vec<_>>()
        });
        let copies = copies.await.map_err(|error| internal(&error))?;
        drop(turn);
        let hash = self
            .ledger
            .store()
            .read(move |conn| Ok::<_, StoreError>(records::hash_at(conn, pos)?));
        let Some(hash) = hash.await? else { return Ok(None) };
        let written = tokio::task::spawn_blocking(move || checkpoint.write(pos, &hash, copies));
        let length = written
            .await
            .map_err(|error| internal(&error))?
            .map_err(|error| internal(&format_args!("the checkpoint of memory was not written: {error}")))?;
        tracing::info!(position = pos, bytes = length, "memory was kept beside the store");
        *kept = pos;
        Ok(Some(pos))
    }

    /// Follows the feed until the task is dropped.
    pub async fn keep_up(self) {
        let mut head = self.ledger.head();
        loop {
            let target = *head.borrow_and_update();
            if let Err(error) = self.catch_up(target).await {
                tracing::warn!(%error, "memory falls behind the feed");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
            if head.changed().await.is_err() {
                return;
            }
        }
    }
}

/// Takes in what comes after `pos`.
fn take_in(conn: &mut Conn, projections: &[Arc<dyn Projection>], mut pos: i64) -> Result<Caught, StoreError> {
    let entries = records::legible(conn, pos, BATCH)?;
    if entries.is_empty() {
        return Err(StoreError::Internal("the feed is shorter than its head".into()));
    }
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(bad) => return Ok(Caught::Stumbled(pos, bad.why)),
        };
        for projection in projections {
            match projection.apply(conn, &entry) {
                Ok(()) => {}
                // The database is away: that is no fault of the event.
                Err(error) if error.is_of_the_database() => return Err(error),
                Err(error) => return Ok(Caught::Stumbled(pos, error.to_string())),
            }
        }
        pos = entry.pos;
    }
    Ok(Caught::Up(pos))
}
