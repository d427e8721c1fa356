//! What moderation does by itself: sanctions that end, and actions that nobody else brings on.
//!
//! One replica at a time looks for sanctions whose time is over, under a fenced lease, and lifts each in a transaction of its
//! own with an event. Until then a sanction is in force, also where nobody can look: it fails closed.

use std::time::Duration;

use super::{carry_out, commands, records};
use crate::platform::{
    ledger::{Actor, Lease, Ledger},
    store::{Conn, StoreError},
    vault::Vault,
};

/// How often it is looked whether a sanction is over.
const LOOK: Duration = Duration::from_secs(1);
/// How many are lifted before it is looked again.
const BATCH: i64 = 200;
pub(super) const LEASE: &str = "sanctions";

/// Lifts sanctions when their time is over and brings actions on, for ever. `owner` is unique for each process.
pub async fn keep(ledger: Ledger, vault: Vault, owner: String) {
    loop {
        if let Err(error) = carry_out::settle(&ledger, &vault, &owner).await {
            tracing::warn!(%error, "actions on many stand where they stood");
        }
        match round(&ledger, &owner).await {
            // As many again may be waiting.
            Ok(done) if done == BATCH as usize => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "sanctions whose time is over are still in force"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// How many were lifted, by whoever has the lease.
async fn round(ledger: &Ledger, owner: &str) -> Result<usize, StoreError> {
    let now = ledger.now();
    let read = move |conn: &mut Conn| Ok::<_, StoreError>(records::over(conn, now, BATCH)?);
    let over = ledger.store().read(read).await?;
    if over.is_empty() {
        return Ok(0);
    }
    let Some(lease) = Lease::take(ledger, LEASE, owner).await? else {
        return Ok(0);
    };
    let count = over.len();
    for (sanction, person) in over {
        let lease = lease.clone();
        let lifted = ledger.write(Actor::System, move |tx| commands::expire(tx, person, sanction, &lease));
        if !lifted.await?.value {
            return Ok(0);
        }
    }
    Ok(count)
}
