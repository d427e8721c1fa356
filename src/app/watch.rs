//! How far the subscribers have come: gauges for those who watch, and a limit for readiness.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use metrics::gauge;

use crate::platform::{
    ledger::{Lag, Ledger, Subscriber, lag},
    store::StoreError,
    terms::{
        Timestamp,
        metrics::{FOLLOWER_BEHIND, FOLLOWER_FAILURES, FOLLOWER_WAITING_SECONDS},
    },
};

/// Looks at the subscribers' cursors in the store: whichever replica follows, all of them see it.
pub(super) struct Watch {
    ledger: Ledger,
    subscribers: Arc<[Arc<dyn Subscriber>]>,
    /// When each was last seen with nothing to wait for, and the start of this process before that: what waits now
    /// waits since then at most. The time of an event alone does not say it, for a history that is imported is as old
    /// as it says.
    idle: Mutex<HashMap<&'static str, Timestamp>>,
    since: Timestamp,
}

impl Watch {
    pub(super) fn new(ledger: Ledger, subscribers: Arc<[Arc<dyn Subscriber>]>) -> Self {
        Self {
            idle: Mutex::default(),
            since: ledger.now(),
            ledger,
            subscribers,
        }
    }

    /// For how long the oldest of what waits for `name` has waited, where it bears the time `oldest`; none where
    /// nothing waits.
    pub(super) fn waited(&self, name: &'static str, oldest: Option<Timestamp>, now: Timestamp) -> Duration {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        match oldest {
            Some(at) => now.since(at.max(idle.get(name).copied().unwrap_or(self.since))),
            None => {
                idle.insert(name, now);
                Duration::ZERO
            }
        }
    }

    pub(super) fn subscribers(&self) -> Arc<[Arc<dyn Subscriber>]> {
        Arc::clone(&self.subscribers)
    }

    /// How far each has come, and for how long the oldest event that it wants has waited.
    pub(super) async fn look(&self) -> Result<Vec<(&'static str, Lag, Duration)>, StoreError> {
        let subscribers = Arc::clone(&self.subscribers);
        let now = self.ledger.now();
        let look = move |conn: &mut crate::platform::store::Conn| {
            let mut seen = Vec::with_capacity(subscribers.len());
            for subscriber in subscribers.iter() {
                let lag = lag(conn, subscriber.name(), subscriber.kinds())?;
                seen.push((subscriber.name(), lag));
            }
            Ok::<_, StoreError>(seen)
        };
        let seen = self.ledger.store().read(look).await?;
        let waited = |(name, lag): (&'static str, Lag)| {
            let waited = self.waited(name, lag.waiting, now);
            (name, lag, waited)
        };
        Ok(seen.into_iter().map(waited).collect())
    }

    /// Brings the gauges up to date. Where the database is away, readiness says so.
    pub(super) async fn measure(&self) {
        for (name, lag, waited) in self.look().await.unwrap_or_default() {
            gauge!(FOLLOWER_BEHIND, "subscriber" => name).set(lag.behind as f64);
            gauge!(FOLLOWER_WAITING_SECONDS, "subscriber" => name).set(waited.as_secs_f64());
            gauge!(FOLLOWER_FAILURES, "subscriber" => name).set(lag.aside as f64);
        }
    }
}
