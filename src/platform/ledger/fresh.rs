//! How old what is in memory may be.
//!
//! That the store answers is not enough: an event may wait for its position behind a transaction
//! that stays open, or for a mirror that lags. So each look at the feed notes the moment before it and
//! the first transaction that had not begun by then; when everything below that one is sequenced *and*
//! applied, memory is known to hold whatever was committed before that moment.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// What one look at the feed has seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// The moment before it.
    pub(super) asked: Instant,
    /// The first transaction that had not begun when it looked; on SQLite the position itself.
    pub(super) next: i64,
    /// Every event of the transactions below this one is sequenced ...
    pub(super) covered: i64,
    /// ... at or before this position.
    pub(super) pos: i64,
}

/// What a moment waits for before memory is known to be as new.
#[derive(Debug, Clone, Copy)]
struct Pending {
    asked: Instant,
    next: i64,
    /// Once everything below `next` is sequenced: what is to be applied.
    pos: Option<i64>,
}

/// Kept by looks at the feed and by the mirror; asked on every request. Times are in microseconds
/// since `begun`.
pub(super) struct Freshness {
    begun: Instant,
    /// When the store last answered a look.
    answered: AtomicU64,
    /// Whether the last look failed.
    away: AtomicBool,
    /// Memory holds whatever was committed before this moment.
    as_of: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    applied: i64,
    pending: Option<Pending>,
}

impl Freshness {
    pub(super) fn new() -> Self {
        Self {
            begun: Instant::now(),
            answered: AtomicU64::new(0),
            away: AtomicBool::new(false),
            as_of: AtomicU64::new(0),
            state: Mutex::default(),
        }
    }

    /// A look was answered.
    pub(super) fn looked(&self, look: Look) {
        self.away.store(false, Ordering::Release);
        self.note(&self.answered, look.asked);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = look.covered >= look.next;
        if whole && look.pos <= state.applied {
            state.pending = None;
            return self.note(&self.as_of, look.asked);
        }
        match &mut state.pending {
            // One moment at a time: under load a newer one would wait longer, again and again.
            Some(pending) if pending.pos.is_none() && look.covered >= pending.next => pending.pos = Some(look.pos),
            Some(_) => {}
            none => {
                *none = Some(Pending {
                    asked: look.asked,
                    next: look.next,
                    pos: whole.then_some(look.pos),
                });
            }
        }
        self.settle(&mut state);
    }

    /// A look was not answered.
    pub(super) fn failed(&self) {
        self.away.store(true, Ordering::Release);
    }

    /// Memory holds everything up to `pos`.
    pub(super) fn applied(&self, pos: i64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.applied = state.applied.max(pos);
        self.settle(&mut state);
    }

    fn settle(&self, state: &mut State) {
        if let Some(Pending {
            asked, pos: Some(pos), ..
        }) = state.pending
            && pos <= state.applied
        {
            state.pending = None;
            self.note(&self.as_of, asked);
        }
    }

    fn note(&self, which: &AtomicU64, at: Instant) {
        let micros = at.saturating_duration_since(self.begun).as_micros();
        which.fetch_max(u64::try_from(micros).unwrap_or(u64::MAX), Ordering::AcqRel);
    }

    fn since(&self, which: &AtomicU64) -> Duration {
        self.begun
            .elapsed()
            .saturating_sub(Duration::from_micros(which.load(Ordering::Acquire)))
    }

    /// For how long the store has not answered.
    pub(super) fn quiet(&self) -> Duration {
        self.since(&self.answered)
    }

    /// How old memory may be.
    pub(super) fn age(&self) -> Duration {
        self.since(&self.as_of)
    }

    /// Whether the store has failed to answer the last time it was asked.
    pub(super) fn away(&self) -> bool {
        self.away.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn look(fresh: &Freshness, at: u32, next: i64, covered: i64, pos: i64) {
        fresh.looked(Look {
            asked: fresh.begun + MS * at,
            next,
            covered,
            pos,
        });
    }

    fn as_of(fresh: &Freshness) -> u64 {
        fresh.as_of.load(Ordering::Acquire) / 1000
    }

    #[test]
    fn memory_is_as_new_as_what_is_sequenced_and_applied() {
        let fresh = Freshness::new();
        fresh.applied(7);
        look(&fresh, 10, 100, 100, 7);
        assert_eq!(as_of(&fresh), 10);
        // A transaction below 103 is still open.
        look(&fresh, 20, 103, 101, 7);
        look(&fresh, 30, 105, 102, 7);
        assert_eq!(as_of(&fresh), 10, "something may wait for its position");
        // It has ended, and left an event; others run.
        look(&fresh, 40, 109, 104, 8);
        assert_eq!(as_of(&fresh), 10, "it is not applied");
        fresh.applied(8);
        assert_eq!(as_of(&fresh), 20, "of what came after that look nothing is known");
        look(&fresh, 50, 109, 109, 8);
        assert_eq!(as_of(&fresh), 50);
        assert_eq!(fresh.answered.load(Ordering::Acquire), 50_000);
    }

    #[test]
    fn a_moment_waits_for_its_own_events_alone() {
        let fresh = Freshness::new();
        look(&fresh, 10, 5, 5, 3);
        look(&fresh, 20, 6, 6, 4);
        look(&fresh, 30, 7, 7, 5);
        fresh.applied(3);
        assert_eq!(as_of(&fresh), 10);
    }

    #[test]
    fn a_store_that_does_not_answer_makes_nothing_newer() {
        let fresh = Freshness::new();
        look(&fresh, 10, 5, 5, 0);
        fresh.failed();
        assert!(fresh.away());
        assert_eq!(as_of(&fresh), 10);
        look(&fresh, 20, 5, 5, 0);
        assert!(!fresh.away());
    }
}
