//! The policy that holds now, in memory, and how it is changed.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Policy, PolicyMistake, digest, records};
use crate::platform::{
    ledger::{Entry, Event, Projection, Tx, events},
    store::{CommandError, Conn, Disposition, StoreError, from_query},
};

/// A policy and its version, counted from 1.
#[derive(Debug, Clone)]
pub struct Versioned {
    /// Which one.
    pub version: i64,
    /// The document as it was written, comments and all.
    pub document: String,
    /// What it says.
    pub policy: Policy,
}

/// The policy that holds now. Every replica follows the ledger, so a change needs no restart.
pub struct Current {
    documents: &'static [&'static str],
    newest: RwLock<Option<Arc<Versioned>>>,
}

impl Current {
    /// Empty until it is loaded. `documents` are the kinds that a policy may ask for.
    pub const fn new(documents: &'static [&'static str]) -> Self {
        Self {
            documents,
            newest: RwLock::new(None),
        }
    }

    /// The policy that holds now; [`StoreError::Unavailable`] before the first load.
    pub fn get(&self) -> Result<Arc<Versioned>, StoreError> {
        self.newest
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(|| StoreError::Unavailable("the policy is not loaded yet".into()))
    }

    /// Reads a document, or says all that is wrong with it.
    pub fn read(&self, document: &str) -> Result<Policy, Vec<PolicyMistake>> {
        Policy::from_toml(document, self.documents)
    }

    /// The policy that holds in the store, for a decision that no policy of a moment ago may make. Ask
    /// after whatever the decision stands on is locked.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn in_force(&self, conn: &mut Conn) -> Result<Arc<Versioned>, StoreError> {
        self.load(conn)?;
        self.get()
    }

    fn take(&self, version: i64, document: String) -> Result<(), StoreError> {
        if self.get().is_ok_and(|known| known.version >= version) {
            return Ok(());
        }
        let policy = self.read(&document).map_err(|mistakes| {
            let all: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
            StoreError::Internal(format!("policy version {version} cannot be read: {}", all.join("; ")))
        })?;
        let mut newest = self.newest.write().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref().is_none_or(|known| known.version < version) {
            *newest = Some(Arc::new(Versioned {
                version,
                document,
                policy,
            }));
        }
        Ok(())
    }
}

impl Projection for Current {
    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        match records::newest(conn)? {
            Some((version, document)) => self.take(version, document),
            None => Ok(()),
        }
    }

    fn apply(&self, conn: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        match entry.envelope.event {
            // Always the newest: an older one that the feed tells again changes nothing.
            Event::PolicyChanged(_) => self.load(conn),
            _ => Ok(()),
        }
    }
}

/// Why a policy was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It is no longer the version that the change was made from.
    #[error("the policy has changed since: it is version {0} now")]
    Stale(i64),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(ChangeError);

impl CommandError for ChangeError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Stale(_) => Disposition::RollBack,
            Self::Store(error) => error.disposition(),
        }
    }
}

/// Puts `document` (which [`Current::read`] has accepted) in the place of version `from`; the new
/// version.
pub fn change(tx: &mut Tx<'_>, document: &str, from: i64) -> Result<i64, ChangeError> {
    let version = from + 1;
    let holds = records::newest(tx.conn)?.map_or(0, |(version, _)| version);
    // The primary key refuses the second of two that start from the same version.
    if holds != from || !records::insert(tx.conn, version, document, tx.now)? {
        return Err(ChangeError::Stale(holds));
    }
    tx.record(Event::PolicyChanged(events::PolicyChanged {
        version,
        digest: digest(document),
    }));
    Ok(version)
}
