//! How far the followers have come: gauges for those who watch, and a limit for readiness.

use std::{sync::Arc, time::Duration};

use metrics::gauge;

use crate::{
    ledger::{Follower, Lag, Ledger, lag},
    store::StoreError,
    terms::{
        Timestamp,
        metrics::{FOLLOWER_BEHIND, FOLLOWER_FAILURES, FOLLOWER_WAITING_SECONDS},
    },
};

/// Looks at the followers' cursors in the store: whichever replica follows, all of them see it.
pub(super) struct Watch {
    ledger: Ledger,
    followers: Arc<[Arc<dyn Follower>]>,
    /// An event of before has waited since then: a history that was imported is as old as it says.
    since: Timestamp,
}

impl Watch {
    pub(super) fn new(ledger: Ledger, followers: Arc<[Arc<dyn Follower>]>) -> Self {
        Self {
            since: ledger.now(),
            ledger,
            followers,
        }
    }

    pub(super) fn followers(&self) -> Arc<[Arc<dyn Follower>]> {
        Arc::clone(&self.followers)
    }

    /// How far each has come, and for how long the oldest event that it wants has waited.
    pub(super) async fn look(&self) -> Result<Vec<(&'static str, Lag, Duration)>, StoreError> {
        let followers = Arc::clone(&self.followers);
        let (now, since) = (self.ledger.now(), self.since);
        let look = move |conn: &mut crate::store::Conn| {
            let mut seen = Vec::with_capacity(followers.len());
            for follower in followers.iter() {
                let lag = lag(conn, follower.name(), follower.kinds())?;
                let waited = lag.waiting.map_or(Duration::ZERO, |at| now.since(at.max(since)));
                seen.push((follower.name(), lag, waited));
            }
            Ok(seen)
        };
        self.ledger.store().read(look).await
    }

    /// Brings the gauges up to date. Where the database is away, readiness says so.
    pub(super) async fn measure(&self) {
        for (name, lag, waited) in self.look().await.unwrap_or_default() {
            gauge!(FOLLOWER_BEHIND, "follower" => name).set(lag.behind as f64);
            gauge!(FOLLOWER_WAITING_SECONDS, "follower" => name).set(waited.as_secs_f64());
            gauge!(FOLLOWER_FAILURES, "follower" => name).set(lag.aside as f64);
        }
    }
}
