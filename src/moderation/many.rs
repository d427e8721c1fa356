//! One sanction on many people: a job, each of whose items is the command that sanctions one.

use serde::{Deserialize, Serialize};

use super::{ReasonCode, SanctionError, SanctionKind, commands};
use crate::{
    people,
    platform::{
        idempotency::Key,
        jobs::{self, Item, Queued, SubmitError, Work},
        ledger::Tx,
        store::StoreError,
        terms::{Id, JobId, PersonId, Reason, Timestamp},
        vault::Vault,
    },
};

/// How many people one request may name.
pub const MOST: usize = 1000;

/// What is to be done.
#[derive(Serialize, Deserialize)]
pub struct Order {
    /// What the sanctions do.
    pub kind: SanctionKind,
    /// When they end by themselves, where they do.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Why, as a code that the ledger records.
    pub reason: ReasonCode,
    /// Why, in words.
    pub note: String,
    /// On whom.
    pub people: Vec<PersonId>,
}

const KIND: &str = "sanctions";

/// Asks for the job; its id. Whether the asker may sanction each of them is decided when it is that one's turn.
///
/// # Errors
/// [`SubmitError`]
pub fn sanction_many(
    tx: &mut Tx<'_>,
    vault: &Vault,
    key: &Key,
    id: JobId,
    order: &Order,
) -> Result<JobId, SubmitError> {
    jobs::submit(tx, vault, key, id, KIND, |_| {
        Ok(vec![jobs::Order::new(order.people.len(), order)?])
    })
}

/// Does such a job.
pub struct SanctionMany {
    /// Seals the notes.
    pub vault: Vault,
}

impl Work for SanctionMany {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn chunk(&self) -> usize {
        // Each waits for one standing before anything is written.
        1
    }
    fn open(&self, order: &[u8]) -> Result<Box<dyn Queued>, StoreError> {
        let unreadable = |error: &dyn std::fmt::Display| StoreError::Internal(format!("a job cannot be read: {error}"));
        let order: Order = serde_json::from_slice(order).map_err(|error| unreadable(&error))?;
        Ok(Box::new(Opened {
            vault: self.vault.clone(),
            note: Reason::parse(&order.note).map_err(|error| unreadable(&error))?,
            order,
        }))
    }
}

struct Opened {
    vault: Vault,
    note: Reason,
    order: Order,
}

impl Queued for Opened {
    fn name(&self, place: usize) -> String {
        self.order
            .people
            .get(place)
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    fn prepare(&self, tx: &mut Tx<'_>, place: usize) -> Result<(), StoreError> {
        match self.order.people.get(place) {
            Some(&target) => Ok(commands::await_standing(tx, target)?),
            None => Ok(()),
        }
    }

    fn item(&self, tx: &mut Tx<'_>, place: usize) -> Result<Item, StoreError> {
        let Some(&target) = self.order.people.get(place) else {
            return Err(StoreError::Internal("a job has more steps than items".into()));
        };
        let person = people::member_by_id(tx.conn, target)?.map(|member| member.row);
        let new = commands::NewSanction {
            id: Id::new(tx.now, tx.rng),
            kind: self.order.kind,
            until: self.order.until,
            reason: self.order.reason,
            note: &self.note,
        };
        let outcome = match commands::sanction(tx, &self.vault, &Key::none(), target, &new) {
            Ok(_) => "sanctioned",
            Err(SanctionError::Exists) => "already_sanctioned",
            Err(SanctionError::PersonUnknown | SanctionError::Unknown) => "unknown",
            Err(SanctionError::NotAllowed(_)) => "not_allowed",
            Err(SanctionError::LastOwner) => "last_owner",
            // Its end came before its turn.
            Err(SanctionError::End(_)) => "over",
            Err(SanctionError::KeyReused(_)) => "failed",
            Err(SanctionError::Store(error)) => return Err(error),
        };
        Ok(Item { person, outcome })
    }
}
