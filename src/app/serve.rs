//! The HTTP server, the subscribers and the workers: started together, drained together.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::{App as Service, HttpServer, dev::ServerHandle, middleware::Condition, web::Data};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

use super::{
    Core, Parts, StartError,
    background::{follow_all, keep_house, subscribers},
    cors,
    gate::{AppGate, Ready, Writes},
    sockets::bind_all,
    watch::Watch,
};
use crate::{
    account, admin,
    http::{self, Routes},
    identity, invites, leads, leaving, moderation, notify, onboarding, pages, people,
    platform::{config::Config, idempotency, store::throttle::Rate, vault::Blind},
    policy, rooms, tokens, waitlist,
};

/// Every operation of the API.
pub fn offer(config: &mut Routes) {
    tokens::http::routes(config);
    admin::http::routes(config);
    rooms::http::routes(config);
    http::routes(config);
    invites::http::routes(config);
    onboarding::http::routes(config);
    waitlist::http::routes(config);
    people::http::routes(config);
    account::http::routes(config);
    leaving::http::routes(config);
    identity::http::routes(config);
    moderation::http::routes(config);
    leads::http::routes(config);
    policy::http::routes(config);
    notify::http::routes(config);
}

/// What is offered, as an OpenAPI description.
pub type Offer = http::openapi::Description;

/// The description of every route, as it is served and checked in.
pub fn description() -> Result<Offer, StartError> {
    described("/")
}

/// The same of the service at `server`: where clients send what it describes.
fn described(server: &str) -> Result<Offer, StartError> {
    let mut document = http::openapi::describe(offer);
    http::openapi::place(&mut document, server);
    http::openapi::Description::new(&document).map_err(|error| StartError::Setup(error.to_string()))
}

/// The one recorder of a process.
pub(super) fn metrics() -> Result<PrometheusHandle, StartError> {
    static RECORDER: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
    RECORDER
        .get_or_init(|| http::health::install_metrics().map_err(|error| error.to_string()))
        .clone()
        .map_err(StartError::Setup)
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// How long a connection may be idle. Longer than proxies keep theirs: where the server is the first to close,
/// a request that is just on its way is lost.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// A running service.
pub struct App {
    /// The capabilities, for whoever runs in the same process.
    pub core: Core,
    /// Where it listens.
    pub address: SocketAddr,
    server: ServerHandle,
    ended: JoinHandle<std::io::Result<()>>,
    draining: Arc<AtomicBool>,
    stream: Arc<admin::Stream>,
    stop_mail: watch::Sender<bool>,
    mail: JoinHandle<()>,
}

impl App {
    /// Starts everything. When this returns, requests are taken.
    pub async fn start(config: Config, parts: Parts) -> Result<Self, StartError> {
        Self::around(Core::open(config, parts).await?).await
    }

    /// Serves what is open already.
    pub async fn around(mut core: Core) -> Result<Self, StartError> {
        let wrong = |error| StartError::Listen(core.config.http.listen.clone(), error);
        let (listeners, address) = bind_all(&core.config.http.listen).map_err(wrong)?;

        let bell = Arc::new(Notify::new());
        let (stop_mail, mail_stopped) = watch::channel(false);
        let (transport, sender) = core.mail()?;
        let (texts, status_check) = notify::build_texts(&core.config, &core.egress, &core.rng)?;
        let (subscribers, matters) = subscribers(&core)?;
        let carriers: [Arc<dyn notify::Carrier>; 2] = [
            Arc::new(notify::Mail { transport, sender }),
            Arc::new(notify::Texts(texts)),
        ];
        let postmen = carriers.map(|carrier| {
            let (postman, mut stopped) = (
                notify::Postman {
                    ledger: core.ledger.clone(),
                    vault: core.vault.clone(),
                    carrier,
                    at_once: notify::AT_ONCE,
                    term: notify::CLAIM_TERM,
                    matters: matters.clone(),
                    bell: Arc::clone(&bell),
                },
                mail_stopped.clone(),
            );
            postman.run(async move {
                // Dropped or sent, it is the end.
                let _ = stopped.wait_for(|stop| *stop).await;
            })
        });
        let mail = tokio::spawn(async move {
            futures_util::future::join_all(postmen).await;
        });
        let text_status = notify::http::TextStatus {
            ledger: core.ledger.clone(),
            check: status_check,
            matters: matters.into(),
        };
        let watch = Arc::new(Watch::new(core.ledger.clone(), Arc::clone(&subscribers)));
        let stream = Arc::new(admin::Stream::new(
            core.ledger.clone(),
            core.read_model.clone(),
            core.tokens.clone(),
        ));
        core.tasks.spawn(Arc::clone(&stream).run());
        follow_all(&mut core, &subscribers);
        keep_house(&mut core, Arc::clone(&watch));
        let issuer = rooms::BatchIssuer::open(
            core.ledger.clone(),
            core.read_model.clone(),
            core.vault.clone(),
            Arc::clone(&core.policy),
            Arc::clone(&core.room_servers),
            Rate::at_most(core.config.throttle.tickets_per_member_per_minute, MINUTE),
        );

        let history = Arc::new(admin::health::History::default());
        let admins = Admins {
            stream: Data::from(Arc::clone(&stream)),
            replica: Data::new(admin::http::Replica {
                started: Instant::now(),
                history: Arc::clone(&history),
            }),
        };
        let (server, draining, tally) = listen(&core, listeners, issuer, watch, text_status, admins)?;
        core.tasks.spawn(history.run(
            core.ledger.clone(),
            core.read_model.clone(),
            Arc::clone(&stream),
            served(tally),
        ));
        let handle = server.handle();
        let ended = tokio::spawn(server);
        Ok(Self {
            core,
            address,
            server: handle,
            ended,
            draining,
            stream,
            stop_mail,
            mail,
        })
    }

    /// How many event streams are open here.
    pub fn listeners(&self) -> usize {
        self.stream.listeners()
    }

    /// Says that it is not ready, and goes on taking requests for the configured time, so that the load
    /// balancer sends none by the time of [`App::stop`]. Answers close their connections from now on.
    pub async fn withdraw(&self) {
        self.draining.store(true, Ordering::SeqCst);
        self.stream.stop();
        tokio::time::sleep(Duration::from_secs(self.core.config.http.unready_seconds)).await;
    }

    /// Stops: takes no more requests, ends what is under way within the configured time, lets the mail
    /// workers end what they carry, gives the subscribers' leases up, commits, and returns.
    pub async fn stop(self) {
        self.draining.store(true, Ordering::SeqCst);
        self.stream.stop();
        self.server.stop(true).await;
        // Whoever has gone already needs no telling.
        let _ = self.stop_mail.send(true);
        if let Err(error) = self.ended.await {
            tracing::error!(%error, "the server ended badly");
        }
        if tokio::time::timeout(Duration::from_secs(5), self.mail).await.is_err() {
            tracing::warn!("a letter was still on its way: it will be sent again after its claim's term");
        }
        if let Err(error) = self.core.read_model.keep().await {
            tracing::warn!(%error, "memory was not kept beside the store: the next start takes longer");
        }
        self.core.close().await;
    }
}

/// What is there for admins alone.
#[derive(Clone)]
struct Admins {
    stream: Data<admin::Stream>,
    replica: Data<admin::http::Replica>,
}

/// What requests came to since it was asked last.
fn served(tally: Arc<http::Tally>) -> impl FnMut() -> admin::health::Served + Send {
    let mut before = tally.counted();
    move || {
        let now = tally.counted();
        let served = admin::health::Served {
            requests: now.requests_since(&before),
            failed: now.failed_since(&before),
            p50_ms: now.quantile_since(&before, 0.5),
            p99_ms: now.quantile_since(&before, 0.99),
        };
        before = now;
        served
    }
}

/// The server, what is set when it is about to stop, and what it counts.
fn listen(
    core: &Core,
    listeners: Vec<TcpListener>,
    tickets: rooms::BatchIssuer,
    watch: Arc<Watch>,
    text_status: notify::http::TextStatus,
    admins: Admins,
) -> Result<(actix_web::dev::Server, Arc<AtomicBool>, Arc<http::Tally>), StartError> {
    let config = &core.config;
    let recorder = metrics()?;
    let description = described(config.http.public_url.as_str())?;
    let gate = Arc::new(AppGate {
        ledger: core.ledger.clone(),
        read_model: core.read_model.clone(),
        vault: core.vault.clone(),
        tokens: core.tokens.clone(),
        per_address: Rate::at_most(config.throttle.per_address_per_minute, MINUTE),
    });
    let limits = http::GateLimits {
        trusted_proxies: config.http.trusted_proxies.clone(),
        request_timeout: Duration::from_millis(config.http.request_timeout_ms),
        body_limit: config.http.body_limit_bytes,
        origin: config.http.public_url.origin().to_owned(),
        path: config.http.public_url.path().to_owned(),
    };
    let gate = http::Gate::new(limits, gate.clone(), gate, core.ledger.rng());
    let (draining, tally) = (gate.stopping(), gate.tally());
    let readiness: Arc<dyn http::Readiness> = Arc::new(Ready {
        ledger: core.ledger.clone(),
        read_model: core.read_model.clone(),
        draining: Arc::clone(&draining),
        writes: Writes::default(),
        watch: Arc::clone(&watch),
        lag: Duration::from_secs(config.feed.lag_seconds),
    });

    let (ledger, read_model, vault) = (core.ledger.clone(), core.read_model.clone(), core.vault.clone());
    let (policy, graph) = (Arc::clone(&core.policy), Arc::clone(&core.graph));
    let secret = vault.blind(Blind::Idempotency, b"pepper");
    let keys = Data::new(idempotency::Secret::new(&secret));
    let pepper = Data::new(http::Pepper::new(&secret));
    let invites = invites::http::Invites {
        ledger: ledger.clone(),
        issuer: core.invite_issuer(),
        read_model: read_model.clone(),
        vault: vault.clone(),
        policy: Arc::clone(&policy),
        previews: Arc::clone(&core.previews),
        link: core.join_link()?,
    };
    let stops = notify::Stops::new(vault.clone(), &config.http)
        .map_err(|error| StartError::Setup(format!("the links in letters: {error}")))?;
    let letters = Data::new(notify::http::Letters {
        ledger: ledger.clone(),
        stops,
    });
    let text_status = Data::new(text_status);
    let invites = Data::new(invites);
    let sign_in = tokens::SignIn::new(
        core.tokens.clone(),
        core.hasher.clone(),
        core.read_model.clone(),
        &config.throttle,
    );
    let limits = onboarding::Limits {
        proof_attempts: i64::from(config.throttle.proof_attempts),
        codes_per_address: Rate::at_most(config.throttle.codes_per_address_per_hour, HOUR),
        codes_per_invite: Some(config.throttle.codes_per_invite_per_hour),
        flows_per_use: Some(Rate::at_most(config.throttle.flows_per_use_per_hour, HOUR)),
        texts: notify::TextLimits::of(&config.texts),
    };
    let waitlist = Data::new(waitlist::http::Waitlist {
        ledger: ledger.clone(),
        read_model: read_model.clone(),
        vault: vault.clone(),
        policy: Arc::clone(&policy),
        limits,
        pace: Rate::at_most(config.throttle.invites_per_member_per_hour, HOUR),
    });
    let onboarding = Data::new(onboarding::http::Onboarding {
        ledger: ledger.clone(),
        read_model: read_model.clone(),
        vault: vault.clone(),
        policy: Arc::clone(&policy),
        hasher: core.hasher.clone(),
        sign_in: sign_in.clone(),
        limits,
    });
    let account = Data::new(core.account(sign_in.clone(), &limits)?);
    let by_text = tokens::TextSignIn::new(sign_in.clone(), Arc::clone(&policy), config);
    let (sign_in, by_text) = (Data::new(sign_in), Data::new(by_text));
    let tokens = Data::new(core.tokens.clone());
    let rules = Arc::clone(&policy);
    let people = Data::new(people::http::People {
        ledger: ledger.clone(),
        read_model: read_model.clone(),
        vault: vault.clone(),
        inviting: Arc::new(move |conn, member, now| {
            let current = rules.get()?;
            let places = invites::places(conn, &current.policy, member, now)?;
            Ok((places, invites::may_give(&current.policy, member, now)))
        }),
    });
    let cases = Data::new(identity::http::Cases {
        ledger: ledger.clone(),
        read_model: read_model.clone(),
        vault: vault.clone(),
        policy: Arc::clone(&policy),
    });
    let leaving = Data::new(leaving::http::Leaving {
        ledger: ledger.clone(),
        read_model: read_model.clone(),
        vault: vault.clone(),
    });
    let moderation = Data::new(moderation::http::Moderation {
        ledger: ledger.clone(),
        read_model: read_model.clone(),
        vault: vault.clone(),
        policy: Arc::clone(&policy),
        graph: Arc::clone(&core.graph),
        roster: Arc::clone(&core.roster),
    });
    let leads = Data::new(leads::http::Leads {
        ledger: ledger.clone(),
        read_model: read_model.clone(),
        vault: vault.clone(),
    });
    let audit = Data::new(admin::http::Audit {
        ledger: ledger.clone(),
        read_model: read_model.clone(),
        vault: vault.clone(),
        graph,
        roster: Arc::clone(&core.roster),
        subscribers: watch.subscribers(),
    });
    let rooms = Data::new(rooms::http::Rooms {
        ledger: ledger.clone(),
        read_model: read_model.clone(),
        vault: vault.clone(),
        policy: Arc::clone(&policy),
        servers: Arc::clone(&core.room_servers),
        egress: core.egress.clone(),
        issuer: tickets,
    });
    let current = Data::from(Arc::clone(&policy));
    let policies = Data::new(policy::http::Policies {
        ledger,
        read_model,
        current: policy,
    });

    let workers = match config.http.workers {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        workers => workers,
    };
    let origins = config.http.cors_origins.clone();
    let home = Data::new(http::Home::new(config.http.public_url.as_str()));
    let site = Data::new(pages::Site {
        policy: Arc::clone(&core.policy),
        tokens: core.tokens.clone(),
        rng: Arc::clone(&core.rng),
        clock: core.ledger.clock(),
        public_url: config.http.public_url.clone(),
    });
    let api = move || {
        Service::new()
            .wrap(gate.clone())
            // Around the gate: a preflight has no credentials, and is no operation.
            .wrap(Condition::new(!origins.is_empty(), cors::cors(&origins)))
            .app_data(Data::from(Arc::clone(&readiness)))
            .app_data(Data::new(recorder.clone()))
            .app_data(Data::new(description.clone()))
            .app_data(home.clone())
            .app_data(keys.clone())
            .app_data(pepper.clone())
            .app_data(invites.clone())
            .app_data(onboarding.clone())
            .app_data(waitlist.clone())
            .app_data(sign_in.clone())
            .app_data(by_text.clone())
            .app_data(tokens.clone())
            .app_data(people.clone())
            .app_data(account.clone())
            .app_data(cases.clone())
            .app_data(leaving.clone())
            .app_data(moderation.clone())
            .app_data(audit.clone())
            .app_data(admins.stream.clone())
            .app_data(admins.replica.clone())
            .app_data(leads.clone())
            .app_data(rooms.clone())
            .app_data(policies.clone())
            .app_data(current.clone())
            .app_data(letters.clone())
            .app_data(text_status.clone())
    };
    let mut server = HttpServer::new(move || {
        // The pages ask an API of their own in each worker.
        api()
            .app_data(pages::Api::new(api().configure(Routes::serve(offer))))
            .app_data(site.clone())
            .configure(Routes::serve(|routes| {
                offer(routes);
                pages::routes(routes);
            }))
    })
    .workers(workers)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(config.http.drain_seconds)
    .disable_signals();
    for listener in listeners {
        server = server
            .listen(listener)
            .map_err(|error| StartError::Listen(config.http.listen.clone(), error))?;
    }
    Ok((server.run(), draining, tally))
}
