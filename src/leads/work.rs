//! Computes leads now and then, on one replica at a time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use metrics::gauge;

use super::{
    LeadKind, commands,
    kinds::{self, Finding},
    records,
    snapshot::Snapshot,
};
use crate::{
    graph::LiveGraph,
    people,
    platform::{
        ledger::{Actor, Lease, Ledger},
        store::StoreError,
        terms::{Timestamp, metrics::LEADS_SECONDS},
    },
};

/// How many leads of a kind are kept at most: the strongest.
pub const MOST: usize = 500;

/// How long a service runs before it computes any: it has other things to do when it starts.
const FIRST: Duration = Duration::from_secs(60);

/// How often it is asked whether it is time.
const LOOK: Duration = Duration::from_secs(30);

/// How often the lease is renewed while they are computed.
const RENEWED: Duration = Duration::from_secs(1);

/// Leads that share a transaction: few enough that a service beside it does not wait.
const TOGETHER: usize = 25;

/// Bans that are read at once.
const PAGE: i64 = 10_000;

/// Computes leads.
#[derive(Clone)]
pub struct Work {
    /// Where they are written.
    pub ledger: Ledger,
    /// Who let whom in.
    pub graph: Arc<LiveGraph>,
    /// How long after one time it is time again.
    pub every: Duration,
    /// This process, among all replicas.
    pub owner: String,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Computed {
    /// So many leads were found.
    Found(usize),
    /// Another replica is at it.
    Elsewhere,
}

impl Work {
    /// Computes them whenever it is time, until the task is dropped.
    pub async fn run(self) {
        tokio::time::sleep(FIRST).await;
        loop {
            if let Err(error) = self.if_due().await {
                tracing::warn!(%error, "leads were not computed");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn if_due(&self) -> Result<(), StoreError> {
        let last = self
            .ledger
            .store()
            .read(|conn| Ok::<_, StoreError>(records::last_run(conn)?));
        let (last, now) = (last.await?, self.ledger.now());
        // A clock that was put back does not hold it up for longer than that.
        if last <= now && now.since(last) < self.every {
            return Ok(());
        }
        self.compute().await.map(|_| ())
    }

    /// Computes them now.
    ///
    /// # Errors
    /// The database's. What was written until then stands.
    pub async fn compute(&self) -> Result<Computed, StoreError> {
        let owner = format!("{}-leads", self.owner);
        let Some(lease) = Lease::take(&self.ledger, "leads", &owner).await? else {
            return Ok(Computed::Elsewhere);
        };
        let computed = self.under(&lease).await;
        Lease::end_all(&self.ledger, &owner).await?;
        computed
    }

    async fn under(&self, lease: &Lease) -> Result<Computed, StoreError> {
        let (begun, now) = (Instant::now(), self.ledger.now());
        let read = self.ledger.store().snapshot(|conn| {
            let (mut bans, mut after) = (Vec::new(), Some(0));
            while let Some(row) = after {
                let (page, last) = records::bans(conn, row, PAGE)?;
                bans.extend(page);
                after = last;
            }
            Ok::<_, StoreError>((bans, people::last_row(conn)?))
        });
        let (bans, last) = read.await?;
        let graph = Arc::clone(&self.graph);
        let mut finding = tokio::task::spawn_blocking(move || {
            let snapshot = Snapshot::of(&graph, last, now, bans);
            let mut found: Vec<(LeadKind, Finding)> = Vec::new();
            for kind in kinds::all() {
                let strongest = kind.find(&snapshot).into_iter().take(MOST);
                found.extend(strongest.map(|finding| (kind.kind(), finding)));
            }
            found
        });
        let found = loop {
            let waited = tokio::time::timeout(RENEWED, &mut finding).await;
            if let Ok(found) = waited {
                break found.map_err(|error| StoreError::Internal(format!("leads: {error}")))?;
            }
            let lease = lease.clone();
            let held = self.ledger.write(Actor::System, move |tx| lease.holds(tx));
            if !held.await?.value {
                return Ok(Computed::Elsewhere);
            }
        };
        let many = found.len();
        if !self.write(lease, now, found).await? {
            return Ok(Computed::Elsewhere);
        }
        gauge!(LEADS_SECONDS).set(begun.elapsed().as_secs_f64());
        Ok(Computed::Found(many))
    }

    /// Writes what was found, a few at a time; false where another replica is at it.
    async fn write(
        &self,
        lease: &Lease,
        at: Timestamp,
        mut found: Vec<(LeadKind, Finding)>,
    ) -> Result<bool, StoreError> {
        while !found.is_empty() {
            let rest = found.split_off(found.len().min(TOGETHER));
            let (some, held) = (std::mem::replace(&mut found, rest), lease.clone());
            let written = self.ledger.write(Actor::System, move |tx| {
                let holds = held.holds(tx)?;
                if holds {
                    commands::see(tx, at, &some)?;
                }
                Ok::<_, StoreError>(holds)
            });
            if !written.await?.value {
                return Ok(false);
            }
        }
        loop {
            let held = lease.clone();
            let written = self.ledger.write(Actor::System, move |tx| {
                if !held.holds(tx)? {
                    return Ok(None);
                }
                let passed = records::pass(tx.conn, at, TOGETHER as i64)?;
                if passed == 0 {
                    records::note_run(tx.conn, at)?;
                }
                Ok::<_, StoreError>(Some(passed))
            });
            match written.await?.value {
                None => return Ok(false),
                Some(0) => return Ok(true),
                Some(_) => {}
            }
        }
    }
}
