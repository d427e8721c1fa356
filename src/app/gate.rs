//! What `web` asks of the capabilities: who somebody is, how far memory has come, whether all is well.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;

use super::watch::Watch;
use crate::{
    http::{Caller, CallerSource, CatchUp, Check, Problem, ProblemKind, Readiness, ServiceCaller, ThrottleBucket},
    platform::{
        ledger::{Actor, Ledger, Position, ReadModel},
        store::{
            StoreError,
            throttle::{self, Rate, Throttled},
        },
        vault::{Blind, Vault},
    },
    tokens::{Checked, TokenRefused, Tokens, services::Service},
};

/// How long a read waits for the position that it demands.
const PATIENCE: Duration = Duration::from_secs(2);

/// A feed that stands still for longer than this makes a replica unready, and so does memory that lags by
/// more. Where others write all the time it always lags by an event or two.
const LAG: Duration = Duration::from_secs(5);

/// Answers the gate.
pub(super) struct AppGate {
    pub(super) ledger: Ledger,
    pub(super) read_model: ReadModel,
    pub(super) vault: Vault,
    pub(super) tokens: Tokens,
    pub(super) per_address: Rate,
}

/// Who was found behind a token or a cookie.
fn caller(checked: Result<Checked, TokenRefused>) -> Result<Caller, Problem> {
    match checked {
        Ok(checked) => Ok(Caller {
            person: checked.person,
            id: checked.id,
            role: checked.role,
            session: checked.session,
            signed_in_for: checked.signed_in_for,
        }),
        Err(TokenRefused::Invalid(_)) => Err(Problem::token_invalid()),
        Err(TokenRefused::SessionEnded) => Err(ProblemKind::SessionEnded.into()),
        Err(TokenRefused::Store(error)) => Err(error.into()),
    }
}

impl CallerSource for AppGate {
    fn bearer<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Caller, Problem>> {
        Box::pin(async move { caller(self.tokens.check(token).await) })
    }

    fn browser<'a>(&'a self, cookie: &'a str) -> BoxFuture<'a, Result<Caller, Problem>> {
        Box::pin(async move {
            let caller = caller(self.tokens.check_browser(cookie).await)?;
            if self.tokens.is_touch_due(caller.session) {
                let tokens = self.tokens.clone();
                // Nobody waits for it: a database that does not answer does not hold up what memory can answer.
                tokio::spawn(async move {
                    if let Err(error) = tokens.touch(caller.session).await {
                        tracing::warn!(%error, "the use of a session was not noted");
                    }
                });
            }
            Ok(caller)
        })
    }

    fn fits(&self, cookie: &str, form_token: &str) -> bool {
        self.tokens.fits(cookie, form_token)
    }

    fn basic<'a>(&'a self, client_id: &'a str, secret: &'a str) -> BoxFuture<'a, Result<ServiceCaller, Problem>> {
        Box::pin(async move {
            match self.tokens.authenticate_service(client_id, secret).await? {
                Some(Service { id, resource }) => Ok(ServiceCaller { id, resource }),
                None => Err(Problem::service_unknown()),
            }
        })
    }

    fn throttle(&self, bucket: ThrottleBucket) -> BoxFuture<'_, Result<(), Problem>> {
        let (mut blinds, mut rates) = (Vec::new(), Vec::new());
        for (network, prefix, times) in bucket.networks() {
            let key = format!("address/{}/{network}/{prefix}", bucket.operation);
            blinds.push(self.vault.blind(Blind::Throttle, key.as_bytes()));
            rates.push(self.per_address.times(times));
        }
        Box::pin(async move {
            if let Some(seconds) = self.ledger.store().throttles().refuses(&blinds, self.ledger.now()) {
                return Err(Problem::from(ProblemKind::TooManyRequests).retry_after(seconds));
            }
            // Of those that are refused none counts for any of its networks.
            let counted = self
                .ledger
                .write(Actor::System, move |tx| {
                    let mut counted = blinds.iter().zip(rates);
                    counted.try_for_each(|(blind, rate)| tx.throttles.admit(tx.conn, blind, rate, tx.now))
                })
                .await;
            match counted {
                Ok(_) => Ok(()),
                Err(Throttled::Wait(seconds)) => Err(Problem::from(ProblemKind::TooManyRequests).retry_after(seconds)),
                Err(Throttled::Store(error)) => Err(error.into()),
            }
        })
    }
}

impl CatchUp for AppGate {
    fn wait<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            let position: Position = token.parse().map_err(|_| Problem::new(ProblemKind::PositionUnknown))?;
            if self.read_model.wait(position, PATIENCE).await {
                Ok(())
            } else {
                Err(ProblemKind::NotCaughtUp.into())
            }
        })
    }
}

/// Events that are held back for longer than this, by a transaction that somebody left open, make a
/// replica unready: what was decided meanwhile takes no effect.
const HELD_BACK: Duration = Duration::from_secs(30);

/// How long a write that succeeded is taken for a sign that the next one will, and one that failed that it will not.
const TAKES_WRITES: Duration = Duration::from_secs(2);
const TAKES_NONE: Duration = Duration::from_millis(250);

/// Within this each check answers.
const AT_ONCE: Duration = Duration::from_millis(900);

/// Whether the database takes writes: a standby, a full disk and a file that became read-only all answer reads. Many
/// ask, and one write in a while answers them all.
#[derive(Default)]
pub(super) struct Writes(tokio::sync::Mutex<Option<(Instant, bool)>>);

impl Writes {
    async fn are_taken(&self, ledger: &Ledger) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, taken)) = *last
            && at.elapsed() < if taken { TAKES_WRITES } else { TAKES_NONE }
        {
            return taken;
        }
        let tried = ledger.write(Actor::System, |tx| {
            Ok::<_, StoreError>(throttle::touch(tx.conn, tx.now)?)
        });
        let taken = matches!(tokio::time::timeout(AT_ONCE, tried).await, Ok(Ok(_)));
        *last = Some((Instant::now(), taken));
        taken
    }
}

/// Says whether this replica can take requests.
pub(super) struct Ready {
    pub(super) ledger: Ledger,
    pub(super) read_model: ReadModel,
    pub(super) draining: Arc<std::sync::atomic::AtomicBool>,
    pub(super) writes: Writes,
    pub(super) watch: Arc<Watch>,
    /// How long an event may wait for what follows from it.
    pub(super) lag: Duration,
}

impl Ready {
    /// Whether what follows from events follows in time. Where the database does not answer, that is told already.
    async fn subscribers(&self) -> Check {
        let seen = tokio::time::timeout(Duration::from_millis(900), self.watch.look()).await;
        let seen = seen.ok().and_then(Result::ok).unwrap_or_default();
        let late: Vec<String> = seen
            .iter()
            .filter(|(.., waited)| *waited > self.lag)
            .map(|(name, lag, waited)| {
                format!(
                    "{name} is {} events behind, the oldest waits for {} s",
                    lag.behind,
                    waited.as_secs()
                )
            })
            .collect();
        Check {
            name: "subscribers",
            ready: late.is_empty(),
            detail: if late.is_empty() {
                "no event waits for long".to_owned()
            } else {
                late.join("; ")
            },
        }
    }
}

impl Readiness for Ready {
    fn checks(&self) -> BoxFuture<'_, Vec<Check>> {
        Box::pin(async move {
            let asked = self.ledger.store().read(|conn| {
                Ok::<_, StoreError>((
                    crate::platform::ledger::last_position(conn)?,
                    crate::platform::ledger::oldest_waiting(conn)?,
                ))
            });
            let (stored, written) = tokio::join!(
                tokio::time::timeout(AT_ONCE, asked),
                self.writes.are_taken(&self.ledger)
            );
            let answers = matches!(stored, Ok(Ok(_)));
            let database = Check {
                name: "database",
                ready: answers && written,
                detail: match (answers, written) {
                    (true, true) => "it answers and takes writes",
                    (true, false) => "it answers and takes no writes",
                    (false, _) => "it does not answer",
                }
                .into(),
            };
            let seen = self.read_model.applied().pos;
            let (last, waiting) = stored.ok().and_then(Result::ok).unwrap_or((seen, None));
            let behind = (last - seen).max(0);
            let held = self.watch.waited("feed", waiting, self.ledger.now());
            let quiet = self.ledger.quiet();
            let feed = Check {
                name: "feed",
                ready: (self.read_model.caught_up() || self.ledger.memory_age() < LAG)
                    && quiet < LAG
                    && held < HELD_BACK,
                detail: format!(
                    "{behind} events behind; the oldest without a position waits for {} ms; last asked {} ms ago",
                    held.as_millis(),
                    quiet.as_millis()
                ),
            };
            let draining = self.draining.load(std::sync::atomic::Ordering::SeqCst);
            let serving = Check {
                name: "serving",
                ready: !draining,
                detail: if draining {
                    "it is stopping"
                } else {
                    "it takes requests"
                }
                .into(),
            };
            vec![database, feed, self.subscribers().await, serving]
        })
    }
}
