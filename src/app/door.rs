//! What `web` asks of the whole: how far memory has come, and whether all is well.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;

use crate::{
    ledger::{Ledger, Mirror, Position},
    store::StoreError,
    web::{Check, Horizon, Kind, Problem, Readiness},
};

/// How long a read waits for the position that it demands.
const PATIENCE: Duration = Duration::from_secs(2);

/// A feed that stands still for longer than this makes a replica unready.
const LAG: Duration = Duration::from_secs(5);

/// Answers a read that demands a position.
pub(super) struct Seen(pub(super) Mirror);

impl Horizon for Seen {
    fn wait<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            let position: Position = token.parse().map_err(|_| Problem::new(Kind::PositionUnknown))?;
            if self.0.wait(position, PATIENCE).await {
                Ok(())
            } else {
                Err(Kind::NotCaughtUp.into())
            }
        })
    }
}

/// Says whether this replica can take requests.
pub(super) struct Ready {
    pub(super) ledger: Ledger,
    pub(super) mirror: Mirror,
    pub(super) draining: Arc<std::sync::atomic::AtomicBool>,
}

impl Readiness for Ready {
    fn checks(&self) -> BoxFuture<'_, Vec<Check>> {
        Box::pin(async move {
            let asked = self
                .ledger
                .store()
                .read(|conn| Ok::<_, StoreError>(crate::ledger::last_position(conn)?));
            let stored = tokio::time::timeout(Duration::from_millis(900), asked).await;
            let database = match &stored {
                Ok(Ok(_)) => Check {
                    name: "database",
                    ready: true,
                    detail: "it answers".into(),
                },
                _ => Check {
                    name: "database",
                    ready: false,
                    detail: "it does not answer".into(),
                },
            };
            let seen = self.mirror.applied().pos;
            let behind = stored.ok().and_then(Result::ok).map_or(0, |last| (last - seen).max(0));
            let quiet = self.ledger.quiet();
            let feed = Check {
                name: "feed",
                ready: self.mirror.caught_up() && quiet < LAG,
                detail: format!("{behind} events behind; last asked {} ms ago", quiet.as_millis()),
            };
            let draining = self.draining.load(std::sync::atomic::Ordering::SeqCst);
            let serving = Check {
                name: "serving",
                ready: !draining,
                detail: if draining {
                    "it is stopping"
                } else {
                    "it takes requests"
                }
                .into(),
            };
            vec![database, feed, serving]
        })
    }
}
