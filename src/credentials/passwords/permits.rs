//! A permit for each hash in flight: what bounds the memory and the cores that sign-ins take.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::oneshot, task::spawn_blocking, time::timeout};

use super::{
    PasswordRefusal, acceptable,
    hash::{self, HashError, Memory, Phc},
};
use crate::platform::{config::PasswordConfig, terms::Rng, vault::Vault};

/// Hashes and verifies off the async threads, so many at a time and no more; clones share the permits.
#[derive(Clone)]
pub struct Hasher {
    line: Arc<Line>,
    wait: Duration,
    vault: Vault,
    rng: Arc<dyn Rng>,
}

/// Who waits for a permit. Whoever has one works off the line and gives the permit back only when
/// nobody is left in it: so between two hashes no core waits for a thread to wake, and the memory of one
/// serves the next. Without anybody waiting it is freed.
struct Line {
    permits: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    at_work: usize,
}

struct Job {
    work: Box<dyn FnOnce(&mut Memory) + Send>,
    /// Taken by the one who does it, or by the one who has waited too long for it.
    taken: Arc<AtomicBool>,
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what waits until nothing does.
    fn work_off(&self) {
        let mut memory = Memory::default();
        while let Some(job) = self.next() {
            if job.taken.swap(true, Ordering::SeqCst) {
                continue;
            }
            let work = AssertUnwindSafe(|| (job.work)(&mut memory));
            // Its caller learns it from the channel that the work holds.
            if catch_unwind(work).is_err() {
                memory = Memory::default();
            }
        }
    }

    /// The next job; without one the permit is given back.
    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        let job = state.waiting.pop_front();
        if job.is_none() {
            state.at_work -= 1;
        }
        job
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
    /// As many permits as configured (0 is one for each core), with the peppers of `vault`.
    pub fn new(config: &PasswordConfig, vault: Vault, rng: Arc<dyn Rng>) -> Self {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let permits = match config.hash_permits {
            0 => cores(),
            permits => permits,
        };
        Self {
            line: Arc::new(Line {
                permits,
                state: Mutex::default(),
            }),
            wait: Duration::from_millis(config.hash_wait_ms),
            vault,
            rng,
        }
    }

    /// Hashes a password that [`super::acceptable`] let pass.
    ///
    /// # Errors
    /// [`HasherError`]
    pub async fn hash(&self, password: SecretString) -> Result<Phc, HasherError> {
        let (vault, rng) = (self.vault.clone(), Arc::clone(&self.rng));
        let hash = move |memory: &mut Memory| hash::hash_in(memory, password.expose_secret(), &vault, &*rng);
        Ok(self.queue(hash).await??)
    }

    /// Judges a new password ([`acceptable`], which see for `context`) and hashes it.
    ///
    /// # Errors
    /// [`ChoiceError`]
    pub async fn choose(&self, password: SecretString, context: Vec<String>) -> Result<Phc, ChoiceError> {
        let (vault, rng) = (self.vault.clone(), Arc::clone(&self.rng));
        let work = move |memory: &mut Memory| {
            let context: Vec<&str> = context.iter().map(String::as_str).collect();
            acceptable(password.expose_secret(), &context)?;
            let hashed = hash::hash_in(memory, password.expose_secret(), &vault, &*rng);
            hashed.map_err(|error| HasherError::from(error).into())
        };
        self.queue(work).await?
    }

    /// Whether `phc` is the password's.
    ///
    /// # Errors
    /// [`HasherError::Busy`]
    pub async fn verify(&self, password: SecretString, phc: Phc) -> Result<bool, HasherError> {
        let vault = self.vault.clone();
        self.run(move || hash::verify(password.expose_secret(), &phc, &vault))
            .await
    }

    /// What to verify against where there is no account.
    pub fn dummy(&self) -> Phc {
        hash::dummy(&self.vault)
    }

    /// Whether a hash is to be made anew, now that its password is at hand.
    pub fn needs_rehash(&self, phc: &Phc) -> bool {
        hash::needs_rehash(phc, &self.vault)
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
        self.queue(|_: &mut Memory| work()).await
    }

    async fn queue<T, F>(&self, work: F) -> Result<T, HasherError>
    where
        F: FnOnce(&mut Memory) -> T + Send + 'static,
        T: Send + 'static,
    {
        let (answer, mut answered) = oneshot::channel();
        let taken = Arc::new(AtomicBool::new(false));
        let job = Job {
            work: Box::new(move |memory| {
                // Nobody is asked to work for a caller who has gone away.
                if !answer.is_closed() {
                    let _ = answer.send(work(memory));
                }
            }),
            taken: Arc::clone(&taken),
        };
        let begins = {
            let mut state = self.line.state();
            state.waiting.push_back(job);
            let free = state.at_work < self.line.permits;
            state.at_work += usize::from(free);
            free
        };
        if begins {
            let line = Arc::clone(&self.line);
            spawn_blocking(move || line.work_off());
        }
        if let Ok(outcome) = timeout(self.wait, &mut answered).await {
            return outcome.map_err(|_| HasherError::Busy);
        }
        if taken.swap(true, Ordering::SeqCst) {
            // It has begun.
            answered.await.map_err(|_| HasherError::Busy)
        } else {
            Err(HasherError::Busy)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{atomic::AtomicUsize, mpsc};

    use super::*;
    use crate::platform::{terms::SystemRng, vault::Keyring};

    fn hasher(hash_wait_ms: u64) -> Hasher {
        let config = PasswordConfig {
            hash_permits: 1,
            hash_wait_ms,
        };
        Hasher::new(&config, vault(), Arc::new(SystemRng))
    }

    fn vault() -> Vault {
        Vault::new(Keyring::generate(&SystemRng))
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

    /// Whatever falls over or is given up, the line goes on, in its order and by so many at once.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_line_is_worked_off() {
        let config = PasswordConfig {
            hash_permits: 2,
            hash_wait_ms: 60_000,
        };
        let hasher = Hasher::new(&config, vault(), Arc::new(SystemRng));
        let (at_once, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let work = (0..40).map(|n| {
            let (at_once, most) = (Arc::clone(&at_once), Arc::clone(&most));
            hasher.run(move || {
                most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(2));
                at_once.fetch_sub(1, Ordering::SeqCst);
                assert!(n % 10 != 3, "on purpose");
                n
            })
        });
        let told = futures_util::future::join_all(work).await;
        for (n, told) in told.into_iter().enumerate() {
            let expected = if n % 10 == 3 { Err(HasherError::Busy) } else { Ok(n) };
            assert_eq!(told, expected);
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
        let state = hasher.line.state();
        assert!(state.waiting.is_empty());
    }
}
