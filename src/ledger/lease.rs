//! A fenced lease: one replica at a time does a job that must not be done twice.
//!
//! The clock only decides when somebody else may *try*; the fence decides who may *write*. A holder
//! that was stopped for an hour and wakes finds its fence outdated and its transaction refused.

use std::{sync::Arc, time::Duration};

use super::{Actor, Ledger, Tx, records};
use crate::store::{Guard, StoreError};

/// How long a lease lasts without being renewed.
pub(super) const TERM: Duration = Duration::from_secs(5);

/// A lease that was ours when it was last renewed.
#[derive(Debug, Clone)]
pub struct Lease {
    name: Arc<str>,
    fence: i64,
}

impl Lease {
    /// Tries to take the lease `name` for `owner` (unique for each process).
    pub async fn take(ledger: &Ledger, name: &str, owner: &str) -> Result<Option<Self>, StoreError> {
        let (name, owner): (Arc<str>, _) = (name.into(), owner.to_owned());
        let wanted = Arc::clone(&name);
        let taken = ledger
            .write(Actor::System, move |tx| {
                let until = tx.now.after(TERM);
                Ok::<_, StoreError>(records::take_lease(tx.conn, &wanted, &owner, tx.now, until)?)
            })
            .await?;
        Ok(taken.value.map(|fence| Self { name, fence }))
    }

    /// Renews it inside the transaction that relies on it; false where it has passed on.
    pub fn holds(&self, tx: &mut Tx<'_>) -> Result<bool, StoreError> {
        if !tx.guards.on(Guard::LeaseFence) {
            return Ok(true);
        }
        Ok(records::renew_lease(
            tx.conn,
            &self.name,
            self.fence,
            tx.now.after(TERM),
        )?)
    }

    /// Gives it up.
    pub async fn end(self, ledger: &Ledger) -> Result<(), StoreError> {
        ledger
            .write(Actor::System, move |tx| {
                Ok::<_, StoreError>(records::end_lease(tx.conn, &self.name, self.fence)?)
            })
            .await
            .map(|_| ())
    }
}
