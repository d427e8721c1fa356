//! A permit for each hash in flight: what bounds the memory and the cores that sign-ins take.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

use super::{
    PasswordRefusal, acceptable,
    hash::{self, HashError, Memory, Phc},
};
use crate::{config::PasswordConfig, terms::Chance};

/// Hashes and verifies off the async threads, so many at a time and no more; clones share the permits.
#[derive(Clone)]
pub struct Hasher {
    permits: Arc<Semaphore>,
    wait: Duration,
    chance: Arc<dyn Chance>,
    kept: Arc<Kept>,
}

/// The memory of hashes that were made, kept for those who wait; without anybody waiting it is freed.
#[derive(Default)]
struct Kept {
    waiting: AtomicUsize,
    memories: Mutex<Vec<Memory>>,
}

/// Somebody who waits for a permit, until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Kept {
    fn take(&self) -> Memory {
        let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        memories.pop().unwrap_or_default()
    }

    fn give_back(&self, memory: Memory) {
        let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        memories.push(memory);
    }

    fn free_unless_wanted(&self) {
        if self.waiting.load(Ordering::Relaxed) == 0 {
            let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
            memories.clear();
        }
    }
}

/// Why nothing was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HasherError {
    /// All permits were taken for as long as a caller waits: 503, with Retry-After.
    #[error("too many passwords are being checked at this moment")]
    Busy,
    /// The memory was refused.
    #[error(transparent)]
    Hash(#[from] HashError),
}

/// Why a new password was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// It is not acceptable.
    #[error(transparent)]
    Refused(#[from] PasswordRefusal),
    /// It was not hashed.
    #[error(transparent)]
    Hasher(#[from] HasherError),
}

impl Hasher {
    /// As many permits as configured; 0 is one for each core.
    pub fn new(config: &PasswordConfig, chance: Arc<dyn Chance>) -> Self {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let permits = match config.hash_permits {
            0 => cores(),
            permits => permits,
        };
        Self {
            permits: Arc::new(Semaphore::new(permits)),
            wait: Duration::from_millis(config.hash_wait_ms),
            chance,
            kept: Arc::default(),
        }
    }

    /// Hashes a password that [`super::acceptable`] let pass.
    ///
    /// # Errors
    /// [`HasherError`]
    pub async fn hash(&self, password: SecretString) -> Result<Phc, HasherError> {
        let (chance, kept) = (Arc::clone(&self.chance), Arc::clone(&self.kept));
        let hash = move || {
            let mut memory = kept.take();
            let hashed = hash::hash_in(&mut memory, password.expose_secret(), &*chance);
            kept.give_back(memory);
            hashed
        };
        Ok(self.run(hash).await??)
    }

    /// Judges a new password ([`acceptable`], which see for `context`) and hashes it.
    ///
    /// # Errors
    /// [`ChoiceError`]
    pub async fn choose(&self, password: SecretString, context: Vec<String>) -> Result<Phc, ChoiceError> {
        let (chance, kept) = (Arc::clone(&self.chance), Arc::clone(&self.kept));
        let work = move || {
            let context: Vec<&str> = context.iter().map(String::as_str).collect();
            acceptable(password.expose_secret(), &context)?;
            let mut memory = kept.take();
            let hashed = hash::hash_in(&mut memory, password.expose_secret(), &*chance);
            kept.give_back(memory);
            hashed.map_err(|error| HasherError::from(error).into())
        };
        self.run(work).await?
    }

    /// Whether `phc` is the password's.
    ///
    /// # Errors
    /// [`HasherError::Busy`]
    pub async fn verify(&self, password: SecretString, phc: Phc) -> Result<bool, HasherError> {
        self.run(move || hash::verify(password.expose_secret(), &phc)).await
    }

    /// Runs what holds a core and some memory, such as judging a password, under a permit. The permit
    /// is given back when the work is done, not when its caller has gone away.
    ///
    /// # Errors
    /// [`HasherError::Busy`]
    pub async fn run<T, F>(&self, work: F) -> Result<T, HasherError>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let waiting = Waiting::new(&self.kept.waiting);
        let permit = timeout(self.wait, Arc::clone(&self.permits).acquire_owned()).await;
        let Ok(Ok(permit)) = permit else {
            return Err(HasherError::Busy);
        };
        drop(waiting);
        let kept = Arc::clone(&self.kept);
        let done = spawn_blocking(move || {
            let _permit = permit;
            let outcome = work();
            kept.free_unless_wanted();
            outcome
        });
        done.await.map_err(|_| HasherError::Busy)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::terms::SystemChance;

    fn hasher(hash_wait_ms: u64) -> Hasher {
        let config = PasswordConfig {
            hash_permits: 1,
            hash_wait_ms,
        };
        Hasher::new(&config, Arc::new(SystemChance))
    }

    #[tokio::test]
    async fn hashes_and_verifies() {
        let hasher = hasher(10_000);
        let phc = hasher.hash("correct horse battery".into()).await.unwrap();
        assert!(
            hasher
                .verify("correct horse battery".into(), phc.clone())
                .await
                .unwrap()
        );
        assert!(!hasher.verify("correct horse batteri".into(), phc).await.unwrap());
    }

    #[tokio::test]
    async fn a_choice_is_judged_first() {
        let hasher = hasher(10_000);
        let choose = async |password: &str| hasher.choose(password.into(), vec!["Ada Lovelace".into()]).await;
        assert!(choose("pelican-drawer-cinnamon").await.is_ok());
        let refusal = |refusal| Some(ChoiceError::Refused(refusal));
        assert_eq!(choose("short").await.err(), refusal(PasswordRefusal::TooShort));
        assert_eq!(
            choose("ada lovelace ada lovelace").await.err(),
            refusal(PasswordRefusal::Guessable)
        );
    }

    /// One who hangs up keeps the permit until the work is done; whoever waits too long is told.
    #[tokio::test]
    async fn work_in_flight_keeps_its_permit() {
        let hasher = hasher(20);
        let (release, held) = mpsc::channel::<()>();
        let (started, running) = tokio::sync::oneshot::channel();
        let slow = hasher.run(move || {
            started.send(()).unwrap();
            held.recv().unwrap();
        });
        let abandoned = timeout(Duration::from_millis(30), slow).await;
        assert!(abandoned.is_err());
        running.await.unwrap();
        assert_eq!(hasher.run(|| ()).await, Err(HasherError::Busy));
        release.send(()).unwrap();
        let patient = Hasher {
            wait: Duration::from_secs(10),
            ..hasher
        };
        assert_eq!(patient.run(|| ()).await, Ok(()));
    }
}
