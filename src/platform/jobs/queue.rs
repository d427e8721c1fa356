//! Jobs that a service takes up by itself: asked for in a request, done after it by any replica.
//!
//! What is to be done is sealed under a key of its own, which is erased with the last step. One replica at a time works,
//! under a fenced lease; it moves every open job by one part in turn, so that a long one does not hold up a short one.
//! Where it stops anywhere, the next one goes on there. An item that fails has that as its outcome, and the others go on.
//! A job that cannot be worked on here is warned of and passed over: an older version may not know its order.

use std::{
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;
use serde_json::json;

use super::records::{self, Piece};
use crate::platform::{
    idempotency::{Key, KeyReused, Outcome},
    ledger::{Actor, Lease, Ledger, Tx},
    store::{CommandError, Conn, Disposition, StoreError, from_query},
    terms::{Id, JobId, PersonRow},
    vault::{Field, Subject, Vault, VaultError},
};

/// How often the queue is looked at where nothing is in it.
const LOOK: Duration = Duration::from_secs(1);

/// A kind of work that a service takes up by itself.
pub trait Work: Send + Sync + 'static {
    /// What kind it is, as admins see it; never changed once released.
    fn kind(&self) -> &'static str;
    /// Items that share a transaction: few enough that a service beside it does not wait.
    fn chunk(&self) -> usize;
    /// Reads a piece of what is to be done.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where it cannot be read.
    fn open(&self, order: &[u8]) -> Result<Box<dyn Queued>, StoreError>;
}

/// A piece of what is to be done, one item after the other. A `place` is counted from the piece's first item.
pub trait Queued: Send {
    /// Waits for whatever the item at `place` needs to wait for before its transaction has written anything.
    ///
    /// # Errors
    /// The database's.
    fn prepare(&self, _tx: &mut Tx<'_>, _place: usize) -> Result<(), StoreError> {
        Ok(())
    }
    /// Does these items at once, where that costs less; none where each is done by itself.
    ///
    /// # Errors
    /// Any: nothing of it is kept, and each item is done by itself.
    fn together(&self, _tx: &mut Tx<'_>, _places: Range<usize>) -> Result<Option<Vec<Item>>, StoreError> {
        Ok(None)
    }
    /// Does the item at `place`; what became of it. A refusal is an outcome.
    ///
    /// # Errors
    /// The database's, which undo this item alone.
    fn item(&self, tx: &mut Tx<'_>, place: usize) -> Result<Item, StoreError>;
    /// What is done with the last item of the job, in its transaction.
    ///
    /// # Errors
    /// The database's, which undo the items too; they are done anew.
    fn end(&self, _tx: &mut Tx<'_>) -> Result<(), StoreError> {
        Ok(())
    }
    /// What the item at `place` is called, whatever becomes of it.
    fn name(&self, place: usize) -> String;
}

/// What became of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The member that it is about.
    pub person: Option<PersonRow>,
    /// What became of it, as a word.
    pub outcome: &'static str,
}

/// A piece of what is to be done, before it is sealed.
#[derive(Debug)]
pub struct Order {
    /// How many items it has: one at least.
    pub items: usize,
    /// What [`Work::open`] reads.
    pub order: Vec<u8>,
}

impl Order {
    /// A piece of so many items, written as [`Work::open`] reads it.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where it cannot be written.
    pub fn new(items: usize, order: &impl Serialize) -> Result<Self, StoreError> {
        let order = serde_json::to_vec(order).map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(Self { items, order })
    }
}

/// Why a job was not asked for.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(SubmitError);

impl CommandError for SubmitError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::KeyReused(_) => Disposition::RollBack,
        }
    }
}

/// Asks for a job; its id, or that of the job which the same request has asked for before. `orders` makes its pieces,
/// in their order. It begins within a second or two of the commit, on any replica.
///
/// # Errors
/// [`SubmitError`], and those of `orders`.
pub fn submit<E: From<SubmitError>>(
    tx: &mut Tx<'_>,
    vault: &Vault,
    key: &Key,
    id: JobId,
    kind: &str,
    orders: impl FnOnce(&mut Tx<'_>) -> Result<Vec<Order>, E>,
) -> Result<JobId, E> {
    match key.claim(tx, id).map_err(SubmitError::from)? {
        Outcome::First => {}
        Outcome::Again(id) => return Ok(Id::from_uuid(uuid::Uuid::from_bytes(id))),
        Outcome::Reused => return Err(SubmitError::from(KeyReused).into()),
    }
    let orders = orders(tx)?;
    queue(tx, vault, id, kind, &orders).map_err(|error| SubmitError::Store(error.into()))?;
    Ok(id)
}

fn queue(tx: &mut Tx<'_>, vault: &Vault, id: JobId, kind: &str, orders: &[Order]) -> Result<(), VaultError> {
    let (subject, key) = vault.new_subject(tx)?;
    let by = tx.actor().person();
    let steps: usize = orders.iter().map(|order| order.items).sum();
    records::begin(tx.conn, id, kind, steps as i64, by, tx.now)?;
    let job_id = records::queue(tx.conn, id, subject)?;
    let mut first = 0;
    for order in orders {
        let order_sealed = key.seal(Field::Job, &order.order, tx.rng)?;
        records::insert_piece(
            tx.conn,
            &Piece {
                job_id,
                first,
                order_sealed,
            },
        )?;
        first += order.items as i64;
    }
    Ok(())
}

/// Takes up what is queued.
pub struct Runner {
    /// Where the work is written.
    pub ledger: Ledger,
    /// Opens what is to be done.
    pub vault: Vault,
    /// Every kind of work that is known.
    pub kinds: Vec<Arc<dyn Work>>,
    /// Unique for each process.
    pub owner: String,
}

impl Runner {
    const LEASE: &'static str = "jobs";

    /// Works for ever.
    pub async fn run(self) {
        let this = Arc::new(self);
        loop {
            match this.work_off().await {
                Ok(()) => {}
                Err(error) => tracing::warn!(%error, "the queue of jobs rests"),
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Works until nothing is queued, or another replica does.
    async fn work_off(self: &Arc<Self>) -> Result<(), StoreError> {
        if self.queued().await?.is_empty() {
            return Ok(());
        }
        let Some(lease) = Lease::take(&self.ledger, Self::LEASE, &self.owner).await? else {
            return Ok(());
        };
        loop {
            let open = self.queued().await?;
            if open.is_empty() {
                return Ok(());
            }
            let mut moved = false;
            for job in open {
                let (id, kind, begun) = (job.id, job.kind.clone(), Instant::now());
                match self.part(&lease, job).await {
                    Ok(Part::Moved) => {
                        moved = true;
                        // SQLite has one writer: the others get as much of its time as the job.
                        tokio::time::sleep(begun.elapsed()).await;
                    }
                    Ok(Part::Stands) => {}
                    Ok(Part::LeaseLost) => return Ok(()),
                    Err(error) if error.is_of_the_database() => return Err(error),
                    Err(error) => tracing::warn!(%id, kind, %error, "a job is passed over"),
                }
            }
            if !moved {
                return Ok(());
            }
        }
    }

    /// The open jobs of a kind that is known here.
    async fn queued(&self) -> Result<Vec<records::QueuedRow>, StoreError> {
        let kinds: Vec<&'static str> = self.kinds.iter().map(|work| work.kind()).collect();
        let read = move |conn: &mut Conn| Ok::<_, StoreError>(records::queued(conn, &kinds)?);
        self.ledger.store().read(read).await
    }

    /// Does the next items of one job.
    async fn part(self: &Arc<Self>, lease: &Lease, job: records::QueuedRow) -> Result<Part, StoreError> {
        let Some(work) = self.kinds.iter().find(|work| work.kind() == job.kind).map(Arc::clone) else {
            return Ok(Part::Stands);
        };
        let (vault, lease) = (self.vault.clone(), lease.clone());
        let actor = job.created_by.map_or(Actor::Operator, Actor::Person);
        let written = self.ledger.write(actor, move |tx| {
            let Some((piece, next)) = records::piece_of(tx.conn, job.row, job.done)? else {
                return Err(StoreError::Internal("a job's order is missing".into()));
            };
            let end = next.unwrap_or(job.steps);
            let to = end.min(job.done + work.chunk().max(1) as i64);
            let place = |step: i64| usize::try_from(step - piece.first).unwrap_or(0);
            let places = place(job.done)..place(to);
            let key = vault.key(tx.conn, Subject(job.subject))?;
            let order = key.open(Field::Job, &piece.order_sealed)?;
            let queued = work.open(&order)?;
            for place in places.clone() {
                queued.prepare(tx, place)?;
            }
            if !lease.holds(tx)? {
                return Ok(Part::LeaseLost);
            }
            if !records::advance(tx.conn, job.row, job.done, to, tx.now)? {
                // It was cancelled.
                return Ok(Part::Stands);
            }
            for (place, item) in places.clone().zip(items(tx, &*work, &*queued, places)?) {
                records::insert_outcome(tx.conn, job.row, &queued.name(place), item.person, item.outcome)?;
            }
            if to == end {
                records::forget_piece(tx.conn, &piece)?;
            }
            if to == job.steps {
                queued.end(tx)?;
                let counts = records::counts(tx.conn, job.row)?;
                let counts: serde_json::Map<_, _> = counts.into_iter().map(|(word, n)| (word, json!(n))).collect();
                records::finish(tx.conn, job.row, &json!({ "outcomes": counts }).to_string())?;
                vault.erase(tx, Subject(job.subject))?;
            }
            Ok::<_, StoreError>(Part::Moved)
        });
        Ok(written.await?.value)
    }
}

/// Does the items at these places, and says what became of each. One that fails undoes nothing but itself.
fn items(tx: &mut Tx<'_>, work: &dyn Work, queued: &dyn Queued, places: Range<usize>) -> Result<Vec<Item>, StoreError> {
    let together = tx.attempt(|tx| queued.together(tx, places.clone()))?;
    if let Ok(Some(items)) = together {
        return Ok(items);
    }
    let mut items = Vec::with_capacity(places.len());
    for place in places {
        let done = tx.attempt(|tx| queued.item(tx, place))?;
        items.push(done.unwrap_or_else(|error| {
            tracing::warn!(kind = work.kind(), place, %error, "an item of a job failed");
            Item {
                person: None,
                outcome: "failed",
            }
        }));
    }
    Ok(items)
}

/// What became of one part of a job.
enum Part {
    /// Its items are done.
    Moved,
    /// Nothing is to be done here.
    Stands,
    /// Another replica works now.
    LeaseLost,
}
