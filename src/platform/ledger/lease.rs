//! A fenced lease: one replica at a time does a job that must not be done twice.
//!
//! The clock only decides when somebody else may *try*; the fence decides who may *write*. A holder
//! that was stopped for an hour and wakes finds its fence outdated and its transaction refused.

use std::{sync::Arc, time::Duration};

use super::{Actor, Ledger, Tx, records};
use crate::platform::store::StoreError;

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
        Ok(records::renew_lease(
            tx.conn,
            &self.name,
            self.fence,
            tx.now.after(TERM),
        )?)
    }

    /// Gives up every lease of `owner`, so that nobody need wait for their end. A lease that has passed to
    /// somebody else is not touched, and what of the owner's own is still under way finds its fence outdated.
    pub async fn end_all(ledger: &Ledger, owner: &str) -> Result<(), StoreError> {
        let owner = owner.to_owned();
        ledger
            .write(Actor::System, move |tx| {
                Ok::<_, StoreError>(records::end_leases(tx.conn, &owner)?)
            })
            .await
            .map(|_| ())
    }
}
