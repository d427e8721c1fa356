//! Postmen: they take due letters out of the outbox and deliver them, several at once.
//!
//! A postman *claims* a letter for a term before it touches it, and gives up delivering well before
//! that term ends; so of any number of replicas one has it at a time, and what a killed one had
//! claimed falls due again by itself. Only the holder of the claim can write how it went.
//!
//! Delivery is at least once. Whoever is killed between the mail server's answer and the row's
//! update leaves a letter that is delivered again, in the same bytes under the same `Message-ID`.

use std::{future::Future, mem, pin::pin, sync::Arc, time::Duration};

use metrics::{counter, gauge};
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout_at},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    Carrier, Cause, Channel, DeliveryError, Failed, LetterSubject, Matter, Next, Reason, Stage, Stands, Undelivered,
    after_failure,
    outbox::{backlog, written},
    records::{self, Claimed},
    retry::{after_fault, spread},
};
use crate::platform::{
    ledger::{Actor, Ledger, Tx},
    store::StoreError,
    terms::Timestamp,
    vault::{Field, Vault, VaultError},
};

/// How many letters one postman has on their way at once, as a rule: also the most connections that
/// a mail server sees from one replica when it comes back after an outage.
pub const AT_ONCE: usize = 8;
/// How long a claim lasts, as a rule: much longer than a mail server may take for one letter.
pub const CLAIM_TERM: Duration = Duration::from_secs(5 * 60);

/// The longest that a due letter waits to be noticed.
const LOOK: Duration = Duration::from_millis(250);
/// The least time between two claims: in a burst each claim takes several letters, and the database
/// is left to those who wait for an answer. With [`AT_ONCE`] letters a claim it is 400 a second.
const PACE: Duration = Duration::from_millis(20);
const MEASURE: Duration = Duration::from_secs(5);

/// What a postman works with. Every replica runs one.
pub struct Postman {
    /// Where the outbox is.
    pub ledger: Ledger,
    /// Opens the letters.
    pub vault: Vault,
    /// The way for them to leave: what it carries is all that this postman takes.
    pub carrier: Arc<dyn Carrier>,
    /// How many letters are on their way at once, at least 1; [`AT_ONCE`] as a rule.
    pub at_once: usize,
    /// How long a claim lasts; [`CLAIM_TERM`] as a rule. Delivery is cut off after two thirds of it.
    pub term: Duration,
    /// What is known of the letters by whoever posts them. One of a kind that nobody knows leaves as it is.
    pub matters: Vec<Arc<dyn Matter>>,
    /// Rung after a commit that posted or retried letters, it spares them the wait for the next
    /// look (a quarter of a second). Nobody has to ring it.
    pub bell: Arc<Notify>,
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Sent,
    /// Due again after so long, and some more by chance.
    Later {
        wait: Duration,
        attempts: u32,
        error: String,
    },
    Dead {
        why: Undelivered,
        error: String,
    },
    /// What it says is no longer so.
    Void,
    /// Its reader wants no more letters.
    Unwanted,
    Erased,
}

impl Postman {
    /// Delivers until `shutdown` resolves; then takes no more letters, ends what it has begun, and
    /// returns. Dropped before that, it loses nothing: its letters fall due after the claim's term.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let postman = Arc::new(self);
        let channel = postman.carrier.channel();
        let mut under_way = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        let (mut look, mut measure) = (interval(LOOK), interval(MEASURE));
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        measure.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut failing, mut refused) = (false, 0);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(ended) = under_way.join_next() => report(ended),
                _ = measure.tick() => if let Some(now) = postman.measure().await {
                    match (refused, now) {
                        (0, 1..) => tracing::error!(
                            channel = channel.as_str(),
                            waiting = now,
                            "whoever takes these from us refuses us: they wait until that is mended (vouchsafe admin letters)"
                        ),
                        (1.., 0) => tracing::info!(channel = channel.as_str(), "what we send is taken again"),
                        _ => {}
                    }
                    refused = now;
                },
                () = postman.bell.notified() => {}
                _ = look.tick() => {}
            }
            while let Some(ended) = under_way.try_join_next() {
                report(ended);
            }
            let free = postman.at_once.max(1).saturating_sub(under_way.len());
            // Not raced against the shutdown: what is claimed is delivered.
            match postman.take(free).await {
                Ok((claimed, taken)) => {
                    failing = false;
                    let busy = !claimed.is_empty();
                    for letter in claimed {
                        under_way.spawn(Arc::clone(&postman).carry(letter, taken));
                    }
                    if busy {
                        sleep(PACE).await;
                    }
                }
                Err(error) if !mem::replace(&mut failing, true) => {
                    tracing::warn!(%error, channel = channel.as_str(), "nothing leaves: the outbox cannot be read");
                }
                Err(_) => {}
            }
        }
        while let Some(ended) = under_way.join_next().await {
            report(ended);
        }
    }

    /// Claims up to `free` due letters, and says when the claim began.
    async fn take(&self, free: usize) -> Result<(Vec<Claimed>, Instant), StoreError> {
        let (taken, now, term) = (Instant::now(), self.ledger.now(), self.term);
        let channel = self.carrier.channel();
        let most = i64::try_from(free).unwrap_or(i64::MAX);
        if most == 0 {
            return Ok((Vec::new(), taken));
        }
        // Most looks find nothing: they do not trouble the writer.
        let due = self
            .ledger
            .store()
            .read(move |conn| Ok::<_, StoreError>(records::any_due(conn, channel, now)?))
            .await?;
        if !due {
            return Ok((Vec::new(), taken));
        }
        let claimed = self
            .ledger
            .write(Actor::System, move |tx| {
                let mut token = [0_u8; 16];
                tx.rng.fill(&mut token);
                let token = data_encoding::HEXLOWER.encode(&token);
                Ok::<_, StoreError>(records::claim(
                    tx.conn,
                    channel,
                    &token,
                    tx.now,
                    tx.now.after(term),
                    most,
                )?)
            })
            .await?;
        Ok((claimed.value, taken))
    }

    /// One letter, from the claim to the books. While the database is away it is tried on for as
    /// long as the claim lasts: a letter that is only claimed waits for the whole term, and a
    /// delivery that is not written down is made twice.
    async fn carry(self: Arc<Self>, letter: Claimed, taken: Instant) {
        let (last_call, end) = (taken + self.term / 3 * 2, taken + self.term);
        let outcome = loop {
            match self.attempt(&letter, last_call).await {
                Ok(outcome) => break outcome,
                Err(error) if Instant::now() >= last_call => {
                    return tracing::warn!(letter = %letter.id, %error, "a letter could not be opened in time");
                }
                Err(_) => sleep(LOOK).await,
            }
        };
        self.settle(&letter, outcome, end).await;
    }

    async fn attempt(&self, letter: &Claimed, until: Instant) -> Result<Outcome, StoreError> {
        let attempts = letter.attempts.saturating_add(1);
        let Some(sealed) = letter.sealed.as_deref() else {
            return Ok(Outcome::Erased);
        };
        let (vault, reader, row) = (self.vault.clone(), letter.subject, letter.row);
        let (asked, now) = (self.asked(letter), self.ledger.now());
        let found = self.ledger.store().read(move |conn| {
            let stands = match &asked {
                Some(asked) => {
                    let also = records::also(conn, row)?;
                    asked.matter.stands(conn, &asked.subject(&also), now)?
                }
                None => Stands::Yes,
            };
            match vault.key(conn, reader) {
                Err(VaultError::Store(error)) => Err(error),
                key => Ok((stands, key)),
            }
        });
        let (stands, key) = found.await?;
        let other = match stands {
            Stands::Yes => None,
            Stands::As(letter) => Some(letter),
            Stands::No => return Ok(Outcome::Void),
            Stands::Unwanted => return Ok(Outcome::Unwanted),
        };
        let fault = |error: &str| match after_fault(attempts) {
            Next::RetryAfter(wait) => Outcome::Later {
                wait,
                attempts,
                error: error.to_owned(),
            },
            Next::DeadLetter => Outcome::given_up(error),
        };
        let opened = match other {
            Some(letter) => written(&letter).map(Zeroizing::new).map_err(VaultError::Store),
            None => key.and_then(|key| key.open(Field::Letter, sealed)),
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(VaultError::Store(error)) => return Err(error),
            Err(VaultError::Erased) => return Ok(Outcome::Erased),
            // A key that this replica's keyring lacks can still be given to it.
            Err(VaultError::Sealed) => return Ok(fault("open: the key is missing")),
        };
        let delivery = self.carrier.deliver(&opened, letter.id, letter.created_at, now);
        let delivered = timeout_at(until, delivery).await;
        let late = DeliveryError::Temporary(Reason {
            stage: Stage::Handover,
            cause: Cause::Timeout,
        });
        let error = match delivered.unwrap_or(Err(late.into())) {
            Ok(()) => return Ok(Outcome::Sent),
            Err(Failed::Unreadable(what)) => return Ok(Outcome::given_up(what)),
            Err(Failed::Delivery(error)) => error,
        };
        Ok(match (after_failure(attempts, &error), &error) {
            (Next::RetryAfter(wait), DeliveryError::Refused(_)) => Outcome::Later {
                wait,
                // They do not bring its end nearer.
                attempts: attempts.min(ATTEMPTS_COUNTED),
                error: error.to_string(),
            },
            (Next::RetryAfter(wait), _) => Outcome::Later {
                wait,
                attempts,
                error: error.reason().to_string(),
            },
            (Next::DeadLetter, DeliveryError::Permanent(reason)) => Outcome::Dead {
                why: Undelivered::Refused,
                error: reason.to_string(),
            },
            (Next::DeadLetter, _) => Outcome::given_up(&error.reason().to_string()),
        })
    }

    /// Whom to ask about a letter, and what.
    fn asked(&self, letter: &Claimed) -> Option<Asked> {
        let matter = self
            .matters
            .iter()
            .find(|matter| matter.kinds().contains(&letter.kind.as_str()))?;
        Some(Asked {
            matter: Arc::clone(matter),
            kind: letter.kind.clone(),
            about: letter.about?,
            posted_at: letter.created_at,
            failed: letter.failed,
        })
    }

    /// Writes down how it went.
    async fn settle(&self, letter: &Claimed, outcome: Outcome, until: Instant) {
        loop {
            let (row, claim, how, asked) = (letter.row, letter.claim.clone(), outcome.clone(), self.asked(letter));
            let written = self
                .ledger
                .write(Actor::System, move |tx| {
                    let held = write_down(tx, row, &claim, &how)?;
                    if let (true, Some(asked)) = (held, &asked) {
                        let also = records::also(tx.conn, row)?;
                        asked.tell(tx, &also, &how)?;
                    }
                    Ok::<_, StoreError>(held)
                })
                .await;
            match written {
                Ok(held) if held.value => break count(self.carrier.channel(), letter, &outcome),
                Ok(_) => break tracing::warn!(letter = %letter.id, ?outcome, "a claim ran out before its outcome"),
                Err(error) if Instant::now() >= until => {
                    break tracing::warn!(letter = %letter.id, ?outcome, %error, "an outcome could not be written");
                }
                Err(_) => sleep(LOOK).await,
            }
        }
    }

    /// Counts the letters that wait; those of them for which the mail server refuses us.
    async fn measure(&self) -> Option<i64> {
        let channel = self.carrier.channel();
        let meters = channel.meters();
        match self.ledger.store().read(move |conn| backlog(conn, channel)).await {
            Ok(backlog) => {
                gauge!(meters.waiting).set(backlog.waiting as f64);
                gauge!(meters.dead).set(backlog.dead as f64);
                gauge!(meters.refused).set(backlog.refused as f64);
                Some(backlog.refused)
            }
            Err(error) => {
                tracing::debug!(%error, "the outbox could not be counted");
                None
            }
        }
    }
}

/// After so many attempts the wait is as long as it gets; refusals of us count no further.
const ATTEMPTS_COUNTED: u32 = 12;

impl Outcome {
    fn given_up(error: &str) -> Self {
        Self::Dead {
            why: Undelivered::GivenUp,
            error: error.to_owned(),
        }
    }
}

/// Whom to ask about a letter, and what it is about.
struct Asked {
    matter: Arc<dyn Matter>,
    kind: String,
    about: Uuid,
    posted_at: Timestamp,
    failed: bool,
}

impl Asked {
    fn subject<'a>(&'a self, also: &'a [Uuid]) -> LetterSubject<'a> {
        LetterSubject {
            kind: &self.kind,
            about: self.about,
            also,
            posted_at: self.posted_at,
        }
    }

    /// Tells what became of the letter. What whoever hears it cannot do with that keeps no letter from its end.
    fn tell(&self, tx: &mut Tx<'_>, also: &[Uuid], outcome: &Outcome) -> Result<(), StoreError> {
        let subject = self.subject(also);
        let told = tx.attempt(|tx| match outcome {
            Outcome::Dead { why, .. } => self.matter.undelivered(tx, &subject, *why),
            Outcome::Unwanted => self.matter.undelivered(tx, &subject, Undelivered::Refused),
            Outcome::Sent => {
                if self.failed {
                    self.matter.delivered(tx, &subject)?;
                }
                self.matter.sent(tx, &subject)
            }
            _ => Ok(()),
        })?;
        if let Err(error) = told {
            tracing::error!(kind = self.kind, %error, "what became of a letter could not be told");
        }
        Ok(())
    }
}

/// False where the claim has passed to somebody else.
fn write_down(tx: &mut Tx<'_>, row: i64, claim: &str, outcome: &Outcome) -> Result<bool, StoreError> {
    Ok(match outcome {
        Outcome::Sent => records::sent(tx.conn, row, claim)?,
        Outcome::Later { wait, attempts, error } => {
            let mut byte = [0_u8; 1];
            tx.rng.fill(&mut byte);
            let due = tx.now.after(spread(*wait, byte[0]));
            records::put_off(tx.conn, row, claim, *attempts, due, error)?
        }
        Outcome::Dead { error, .. } => records::give_up(tx.conn, row, claim, error)?,
        Outcome::Void | Outcome::Unwanted => records::void(tx.conn, row, claim)?,
        Outcome::Erased => records::empty(tx.conn, row, claim, "erased")?,
    })
}

fn count(channel: Channel, letter: &Claimed, outcome: &Outcome) {
    let meters = channel.meters();
    let (id, kind) = (letter.id, letter.kind.as_str());
    match outcome {
        Outcome::Sent => counter!(meters.sent).increment(1),
        Outcome::Later { error, .. } => {
            counter!(meters.failed, "outcome" => "retry").increment(1);
            tracing::info!(letter = %id, kind, error, "a letter is tried again later");
        }
        Outcome::Dead { error, .. } => {
            counter!(meters.failed, "outcome" => "dead").increment(1);
            tracing::warn!(letter = %id, kind, error, "a letter was given up");
        }
        Outcome::Void | Outcome::Unwanted => {
            tracing::info!(letter = %id, kind, "a letter was not sent: what it says is no longer so, or not wanted");
        }
        Outcome::Erased => {
            counter!(meters.failed, "outcome" => "dead").increment(1);
            tracing::info!(letter = %id, kind, "a letter has no reader any more");
        }
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a delivery fell over; its letter falls due again after the claim");
    }
}
