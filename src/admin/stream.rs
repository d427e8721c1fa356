//! What happens, told while it happens: one reader of the feed for everybody who listens on this replica.
//!
//! What is promised:
//! - whoever listens is told each event once and in order, from where they joined or go on; where that is too long ago, they
//!   are told so and begin now;
//! - an event is told once memory holds it: whoever asks because of it is answered with it;
//! - while nobody listens, nothing is read;
//! - there are so many listeners and no more ([`PER_PERSON`], [`IN_ALL`]), and whoever does not keep up is left behind.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use metrics::gauge;
use tokio::sync::broadcast;

use super::happened;
use crate::{
    platform::{
        ledger::{self, Ledger, ReadModel},
        store::{Conn, StoreError},
        terms::{PersonRow, Role, SessionId, metrics::STREAMS_OPEN},
    },
    tokens::Tokens,
};

/// How many streams a person may have open on a replica, and all of them together.
pub const PER_PERSON: usize = 20;
/// See [`PER_PERSON`].
pub const IN_ALL: usize = 256;

/// How many events ago a stream may have broken off and still go on where it was.
pub const BACK: i64 = 10_000;

/// How many events are read at once.
const BATCH: i64 = 500;

/// How many events a listener may be behind.
const BEHIND: usize = 2048;

/// How long an event waits for memory before it is told all the same.
const PATIENCE: Duration = Duration::from_secs(1);

/// An event as it is told.
#[derive(Debug)]
pub struct Told {
    /// Its place in the order of everything.
    pub number: i64,
    /// Its type.
    pub kind: String,
    /// All of it, as JSON.
    pub json: String,
}

/// Tells what happens.
pub struct Stream {
    ledger: Ledger,
    read_model: ReadModel,
    tokens: Tokens,
    told: broadcast::Sender<Arc<Told>>,
    open: Mutex<HashMap<PersonRow, usize>>,
    probes: AtomicU32,
    stopping: AtomicBool,
}

/// Where a listener goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// After this position.
    After(i64),
    /// After this position, since the one that was asked for is too long ago, or none of this ledger's.
    Gap(i64),
}

/// There are as many streams as there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Stream {
    /// Nobody listens yet; [`Self::run`] tells.
    pub fn new(ledger: Ledger, read_model: ReadModel, tokens: Tokens) -> Self {
        Self {
            ledger,
            read_model,
            tokens,
            told: broadcast::Sender::new(BEHIND),
            open: Mutex::default(),
            probes: AtomicU32::new(0),
            stopping: AtomicBool::new(false),
        }
    }

    /// Follows the feed until the task is dropped.
    pub async fn run(self: Arc<Self>) {
        let mut head = self.ledger.head();
        let mut pos = head.borrow().pos;
        loop {
            let target = *head.borrow_and_update();
            // Whoever comes after this look begins at a head that is no older.
            if self.told.receiver_count() == 0 {
                pos = target.pos;
            }
            if pos < target.pos {
                self.read_model.reach(target, PATIENCE).await;
                match self.read(pos).await {
                    Ok(events) => {
                        for event in events {
                            pos = event.number;
                            // Whoever has gone needs no telling.
                            let _ = self.told.send(Arc::new(event));
                        }
                        continue;
                    }
                    Err(error) => {
                        tracing::warn!(%error, "those who listen wait: the feed cannot be read");
                        tokio::time::sleep(Duration::from_millis(250)).await;
                        continue;
                    }
                }
            }
            if head.changed().await.is_err() {
                return;
            }
        }
    }

    /// The next events after a position.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn read(&self, after: i64) -> Result<Vec<Told>, StoreError> {
        let read = move |conn: &mut Conn| {
            let entries = ledger::legible(conn, after, BATCH)?;
            let told = happened(conn, &entries)?.into_iter().map(|event| {
                let json = serde_json::to_string(&event).map_err(|error| StoreError::Internal(error.to_string()))?;
                Ok(Told {
                    number: event.number,
                    kind: event.kind,
                    json,
                })
            });
            told.collect::<Result<_, StoreError>>()
        };
        self.ledger.store().read(read).await
    }

    /// Begins to listen.
    ///
    /// # Errors
    /// [`Full`]
    pub fn listen(self: &Arc<Self>, person: PersonRow) -> Result<Listener, Full> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.get(&person).copied().unwrap_or_default();
        let all: usize = open.values().sum();
        if own >= PER_PERSON || all >= IN_ALL {
            // A first write to somebody who has gone succeeds, and the second one fails.
            self.probes.fetch_add(2, Ordering::Relaxed);
            return Err(Full);
        }
        open.insert(person, own + 1);
        gauge!(STREAMS_OPEN).set((all + 1) as f64);
        drop(open);
        Ok(Listener {
            told: self.told.subscribe(),
            // After that: what is told from now on came later than this, or is known to have been told before.
            head: self.ledger.head().borrow().pos,
            _seat: Seat {
                stream: Arc::clone(self),
                person,
            },
        })
    }

    /// How often every listener was to be sent something, to find out who has gone: whenever somebody found no place.
    pub fn probes(&self) -> u32 {
        self.probes.load(Ordering::Relaxed)
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// Whether the holder of this session may still act in this role, and the process is not about to stop.
    pub async fn goes_on(&self, session: SessionId, role: Role) -> bool {
        !self.stopping.load(Ordering::Relaxed) && self.tokens.role_behind(session).await.is_ok_and(|now| now == role)
    }

    /// Ends every stream, and those that are opened later.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}

/// A place among those who listen.
struct Seat {
    stream: Arc<Stream>,
    person: PersonRow,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.stream.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.person) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.person);
            }
        }
        gauge!(STREAMS_OPEN).set(open.values().sum::<usize>() as f64);
    }
}

/// Somebody who listens.
pub struct Listener {
    /// What is told from when they joined.
    pub told: broadcast::Receiver<Arc<Told>>,
    /// Where the feed ended when they joined: what is up to here has to be read.
    pub head: i64,
    _seat: Seat,
}

impl Listener {
    /// Where somebody goes on who was told everything up to `after`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn start(&self, after: Option<i64>) -> Result<Start, StoreError> {
        let head = self.head;
        Ok(match after {
            None => Start::After(head),
            Some(after) if after > head => {
                // Another replica may have told what this one does not know of yet.
                let read = |conn: &mut Conn| Ok::<_, StoreError>(ledger::last_position(conn)?);
                match self._seat.stream.ledger.store().read(read).await? {
                    last if after <= last => Start::After(after),
                    _ => Start::Gap(head),
                }
            }
            Some(after) if head - after > BACK => Start::Gap(head),
            Some(after) => Start::After(after),
        })
    }
}
