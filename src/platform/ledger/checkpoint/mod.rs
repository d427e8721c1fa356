//! A checkpoint: memory as it was at a position, in a file beside the store, so that a restart reads it in one piece
//! instead of everybody's rows.
//!
//! It is never the truth. It is taken only where the head is signed by this community's key, every part has its hash, and
//! the ledger has the same chain hash at its position: so neither a bent file nor one of another store, nor one that is
//! from after a backup to which the store was put back. The feed then goes on from its position. Whatever else
//! there is in the place of a checkpoint is told in the log, and everything is loaded from the store.
//!
//! What is copied may be newer than the position, for taking an event in twice changes nothing ([`super::Projection`]).

mod file;
mod plain;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;

use super::{Projection, records};
use crate::platform::store::{Conn, StoreError};
use file::Head;
pub(crate) use plain::plain;
pub use plain::{In, Out, Plain};

/// With more events than this after it, loading everything is sooner done.
const MOST_SINCE: i64 = 250_000;

/// What writes a copy of something in memory.
pub type Copied = Box<dyn FnOnce(&mut Out<'_>) -> io::Result<()> + Send>;
/// What puts in its place what was read, and loads the rest from the store.
pub type Restore<'a> = Box<dyn FnOnce(&mut Conn) -> Result<(), StoreError> + Send + 'a>;

/// Something in memory that can be kept beside the store.
pub trait Kept: Send + Sync {
    /// What its part is called.
    fn name(&self) -> &'static str;
    /// Copies everything, fast. No event is taken in meanwhile.
    fn copy(&self) -> Copied;
    /// Reads what was written. Nothing is changed before the whole file is known to be sound.
    ///
    /// # Errors
    /// [`io::Error`], also where it is nothing that [`Self::copy`] writes.
    fn read(&self, from: &mut In<'_>) -> io::Result<Restore<'_>>;
}

/// Where checkpoints are, and what signs them.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    path: PathBuf,
    key: hmac::Key,
}

/// Why what lies there is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is nothing.
    #[error("there is none")]
    Missing,
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    File(#[from] io::Error),
    /// It was changed, or is not whole.
    #[error("it is not as it was written")]
    Bent,
    /// Another version wrote it.
    #[error("another version wrote it")]
    OtherVersion,
    /// Another community wrote it, or this one under another keyring.
    #[error("it is not signed with this community's key")]
    NotSigned,
    /// The ledger has another history at its position.
    #[error("it is of another history: the store is another one, or was put back to a backup")]
    OtherHistory,
    /// Too much has happened since.
    #[error("{0} events have come since")]
    Old(i64),
    /// It lacks something that this version keeps.
    #[error("it lacks the part {0}")]
    Lacks(&'static str),
}

impl Checkpoint {
    /// In this file, signed with this secret.
    pub fn new(path: PathBuf, secret: &[u8]) -> Self {
        Self {
            path,
            key: hmac::Key::new(hmac::HMAC_SHA256, secret),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what was copied at `position`, where the chain has `hash`. How many bytes.
    pub(super) fn write(&self, position: i64, hash: &[u8], parts: Vec<(&'static str, Copied)>) -> io::Result<u64> {
        file::write(&self.path, &self.key, position, hash, parts)
    }

    /// Brings everything in memory to where the checkpoint says, or loads it. The position that memory has then, and
    /// whether it is the checkpoint's.
    pub(super) fn load(
        this: Option<&Self>,
        conn: &mut Conn,
        all: &[Arc<dyn Projection>],
    ) -> Result<(i64, bool), StoreError> {
        let last = records::last_position(conn)?;
        if let Some(this) = this {
            match this.restore(conn, all, last)? {
                Ok(position) => return Ok((position, true)),
                Err(Refused::Missing) => {}
                Err(refused) => tracing::warn!(
                    file = %this.path.display(),
                    %refused,
                    "the checkpoint of memory is not taken: everything is loaded from the store"
                ),
            }
        }
        for projection in all {
            projection.load(conn)?;
        }
        Ok((last, false))
    }

    fn restore(
        &self,
        conn: &mut Conn,
        all: &[Arc<dyn Projection>],
        last: i64,
    ) -> Result<Result<i64, Refused>, StoreError> {
        let begun = Instant::now();
        let head = match file::head(&self.path, &self.key) {
            Ok(head) => head,
            Err(refused) => return Ok(Err(refused)),
        };
        let there = records::hash_at(conn, head.position)?;
        if there.is_none_or(|hash| HEXLOWER.encode(&hash) != head.hash) {
            return Ok(Err(Refused::OtherHistory));
        }
        if last - head.position > MOST_SINCE {
            return Ok(Err(Refused::Old(last - head.position)));
        }
        let restores = match self.read(&head, all) {
            Ok(restores) => restores,
            Err(refused) => return Ok(Err(refused)),
        };
        let read = begun.elapsed();
        for restore in restores {
            restore(conn)?;
        }
        for projection in all.iter().filter(|projection| projection.kept().is_none()) {
            projection.load(conn)?;
        }
        tracing::info!(
            position = head.position,
            since = last - head.position,
            read_ms = whole(read),
            "memory was brought back from its checkpoint"
        );
        Ok(Ok(head.position))
    }

    /// Reads every part, each on a thread of its own.
    fn read<'a>(&self, head: &Head, all: &'a [Arc<dyn Projection>]) -> Result<Vec<Restore<'a>>, Refused> {
        thread::scope(|scope| {
            let mut readers = Vec::new();
            for kept in all.iter().filter_map(|projection| projection.kept()) {
                let part = head.parts.iter().find(|part| part.name == kept.name());
                let part = part.ok_or(Refused::Lacks(kept.name()))?;
                readers.push(scope.spawn(move || file::read(&self.path, part, |from| kept.read(from))));
            }
            let joined = readers.into_iter().map(|reader| match reader.join() {
                Ok(read) => read,
                Err(_) => Err(Refused::Bent),
            });
            joined.collect()
        })
    }
}

fn whole(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
