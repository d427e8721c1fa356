//! A subscriber whose effects lie outside the database: a room server's list, somebody's web hook.
//!
//! It cannot do its work and move its cursor in one transaction. So it does the work first and then
//! notes how far it has come, under the fence of its lease: what was done and not noted is done
//! again by whoever comes next, and must be harmless the second time.

use std::{
    pin::pin,
    time::{Duration, Instant},
};

use super::{Actor, Entry, Lease, Ledger, Unreadable, lease::TERM, records};
use crate::platform::store::{Conn, StoreError};

/// A durable cursor, and the lease to move it.
pub struct ExternalConsumer {
    ledger: Ledger,
    name: String,
    lease: Lease,
    /// Where it has come to.
    pos: i64,
    /// Where the store knows it to be.
    noted: i64,
    noted_at: Instant,
}

/// How many positions are passed over in one look at most.
const WINDOW: i64 = 20_000;

/// What comes next in the feed.
#[derive(Debug, Default)]
pub struct Next {
    /// The events, in order.
    pub entries: Vec<Entry>,
    /// Those that this version cannot read. What followed from them has to be found out in another way.
    pub unreadable: Vec<Unreadable>,
    /// Up to here nothing is left out.
    pub last: i64,
}

/// The lease of a reader has passed to another replica, or the store does not answer.
#[derive(Debug, thiserror::Error)]
pub enum ConsumerError {
    /// Somebody else reads now.
    #[error("the lease has passed to another replica")]
    Lost,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ExternalConsumer {
    /// How often a reader must [`ExternalConsumer::note`] to keep its lease, whether it has come on or not.
    const PULSE: Duration = Duration::from_millis(TERM.as_millis() as u64 / 3);

    /// Takes the lease; none where another replica has it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn take(ledger: &Ledger, name: &str, owner: &str) -> Result<Option<Self>, StoreError> {
        let Some(lease) = Lease::take(ledger, name, owner).await? else {
            return Ok(None);
        };
        let cursor = name.to_owned();
        let pos = ledger.store().read(move |conn| noted(conn, &cursor)).await?;
        Ok(Some(Self {
            ledger: ledger.clone(),
            name: name.to_owned(),
            lease,
            pos,
            noted: pos,
            noted_at: Instant::now(),
        }))
    }

    /// Where it has come to.
    pub const fn pos(&self) -> i64 {
        self.pos
    }

    /// Everything up to `pos` is done, noted or not.
    pub fn pass(&mut self, pos: i64) {
        self.pos = self.pos.max(pos);
    }

    /// What comes next in the feed of these types, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn next(&self, kinds: &'static [&'static str], limit: i64) -> Result<Next, StoreError> {
        let (pos, head) = (self.pos, self.ledger.head().borrow().pos);
        let end = head.min(pos.saturating_add(WINDOW));
        let read = move |conn: &mut Conn| Ok::<_, StoreError>(records::wanted(conn, pos, end, kinds, limit)?);
        let read = self.ledger.store().read(read).await?;
        let full = i64::try_from(read.len()).is_ok_and(|read| read >= limit);
        let mut next = Next {
            entries: Vec::with_capacity(read.len()),
            unreadable: Vec::new(),
            last: end,
        };
        for one in read {
            let pos = match one {
                Ok(entry) => {
                    let pos = entry.pos;
                    next.entries.push(entry);
                    pos
                }
                Err(bad) => {
                    let pos = bad.pos;
                    next.unreadable.push(bad);
                    pos
                }
            };
            if full {
                next.last = pos;
            }
        }
        Ok(next)
    }

    /// Writes down how far it has come, and renews the lease.
    ///
    /// # Errors
    /// [`ConsumerError`]
    pub async fn note(&mut self) -> Result<(), ConsumerError> {
        let (lease, name, from, to) = (self.lease.clone(), self.name.clone(), self.noted, self.pos);
        let written = self.ledger.write(Actor::System, move |tx| {
            if !lease.holds(tx)? {
                return Ok(false);
            }
            Ok::<_, StoreError>(from == to || records::move_cursor(tx.conn, &name, from, to)?)
        });
        if !written.await?.value {
            return Err(ConsumerError::Lost);
        }
        self.noted = to;
        self.noted_at = Instant::now();
        Ok(())
    }

    /// Whether it is time to [`ExternalConsumer::note`], come on or not.
    pub fn is_due(&self) -> bool {
        self.noted_at.elapsed() >= Self::PULSE
    }

    /// Keeps the lease while `work` is done, however long that takes.
    ///
    /// # Errors
    /// [`ConsumerError`]: then the work is left where it was.
    pub async fn keep<T>(&mut self, work: impl Future<Output = T>) -> Result<T, ConsumerError> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                () = tokio::time::sleep(Self::PULSE) => self.note().await?,
            }
        }
    }

    /// The lease, for a transaction that relies on it.
    pub fn lease(&self) -> Lease {
        self.lease.clone()
    }
}

/// How far a reader has come, as the store knows; 0 before its first note.
///
/// # Errors
/// [`StoreError`]
pub fn noted(conn: &mut Conn, name: &str) -> Result<i64, StoreError> {
    Ok(records::cursor(conn, name)?)
}
