//! The whole service in this process, on a port of its own, over a test's database: what a client
//! app, an admin and a newcomer meet.

use std::{net::SocketAddr, ops::Deref, path::PathBuf, sync::Arc, time::Duration};

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use vouchsafe::{
    app::{App, Parts},
    credentials,
    notify::EmailAddress,
    people::{self, Member, Newcomer},
    platform::{
        config::{Config, MailTransport, SmtpSecurity},
        ledger::Actor,
        store::{Guards, StoreError, Target},
        terms::{Assurance, Clock, PersonRow, Role, SystemClock, SystemRng},
        vault::{Blind, Field, KeyPurpose},
    },
    rooms::Kinds,
    tokens::{Audience, Scope, services},
};

use super::{
    db::Database,
    described,
    smtp::{PASSWORD, SmtpServer, USER},
};

/// A service that runs until it is stopped.
pub struct Service {
    /// The running parts, for what has no route.
    pub app: App,
    client: Client,
}

impl Deref for Service {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Somebody who asks a service, in this process or in another.
#[derive(Clone)]
pub struct Client {
    /// Where it is reached.
    pub base: String,
    client: reqwest::Client,
}

/// What outlives a restart: the keyring and the mailbox. The database is the test's.
pub struct Home {
    folder: TempDir,
    /// The configuration that each start begins from.
    pub config: Config,
    /// The clock that each start is given.
    pub clock: Arc<dyn Clock>,
    /// The guards that each start is given.
    pub guards: Guards,
    /// The kinds of room servers that each start knows.
    pub room_servers: Kinds,
}

impl Home {
    /// A home over `db`, with generous throttles, mail into a mailbox, and the policy preset `policy`.
    pub fn new(db: &Database, policy: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let mut config = Config::default();
        config.http.listen = SocketAddr::from(([127, 0, 0, 1], 0)).into();
        config.http.workers = 2;
        config.http.drain_seconds = 5;
        config.store.url = match db.target() {
            Target::Sqlite(path) => format!("sqlite://{}", path.display()).into(),
            Target::Postgres(url) => url,
        };
        // The tests share the machine's cores: an answer may be late there without being wrong.
        config.store.wait_ms = 8000;
        config.token.memory_lease_ms = 20_000;
        config.password.hash_wait_ms = 60_000;
        config.vault.keyring_file = folder.path().join("keyring.toml");
        config.vault.create_keyring = true;
        config.mail.mailbox_dir = folder.path().join("mail");
        config.texts.folder = folder.path().join("texts");
        config.egress.networks = vec!["127.0.0.0/8".parse().expect("a network")];
        config.throttle.per_address_per_minute = 1_000_000;
        config.throttle.codes_per_address_per_hour = 1_000_000;
        config.throttle.codes_per_invite_per_hour = 1_000_000;
        config.throttle.invites_per_address_per_day = 1_000_000;
        config.throttle.invite_mails_per_member_per_day = 1_000_000;
        config.throttle.sessions_per_member_per_hour = 1_000_000;
        config.token.refreshes_per_hour = 1_000_000;
        config.throttle.flows_per_use_per_hour = 1_000_000;
        config.throttle.invites_per_member_per_hour = 1_000_000;
        config.throttle.tickets_per_member_per_minute = 1_000_000;
        config.http.public_url = "http://127.0.0.1:8080".parse().expect("a URL");
        config.token.audience = config.http.public_url.api();
        let seed = folder.path().join("policy.toml");
        std::fs::write(&seed, vouchsafe::policy::preset(policy).expect("a preset")).expect("to write the policy");
        config.policy.seed_file = Some(seed);
        Self {
            folder,
            config,
            clock: Arc::new(SystemClock),
            guards: Guards::default(),
            room_servers: Kinds::default(),
        }
    }

    /// Lets mail leave by a real SMTP server.
    pub fn with_smtp(mut self, server: &SmtpServer) -> Self {
        let settings = server.settings();
        let mail = &mut self.config.mail;
        mail.transport = MailTransport::Smtp;
        mail.smtp.host = Some(settings.host);
        mail.smtp.port = settings.port;
        mail.smtp.security = SmtpSecurity::Starttls;
        mail.smtp.username = Some(USER.into());
        mail.smtp.password = Some(PASSWORD.into());
        mail.smtp.ca_file = settings.ca_file;
        self
    }

    /// Where the mailbox is.
    pub fn mailbox(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// Starts a service here.
    pub async fn start(&self) -> Service {
        let parts = Parts {
            clock: Arc::clone(&self.clock),
            rng: Arc::new(SystemRng),
            guards: self.guards.clone(),
            room_servers: self.room_servers.clone(),
        };
        let app = App::start(self.config.clone(), parts)
            .await
            .expect("the service to start");
        Service::around(app)
    }
}

/// What a session has bought.
#[derive(Clone)]
pub struct Tokens {
    /// For the service's own API.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
    /// To be shown to the hall.
    pub hall: String,
}

/// The resource of a service that is asked about tokens.
pub const HALL: &str = "https://hall.example.org";

/// A token for the hall, which may learn everything that a service may.
pub fn hall() -> Audience {
    Audience::Service {
        resource: HALL.to_owned(),
        scope: Scope {
            assurance: true,
            roles: true,
        },
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// Its body; null where there is none.
    pub body: Value,
}

impl Answer {
    /// The body of an answer with this status, which is demanded.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// Demands a problem of this kind.
    #[track_caller]
    pub fn refused(&self, status: u16, slug: &str) {
        assert_eq!(
            (self.status.as_u16(), self.body["type"].as_str()),
            (status, Some(format!("urn:vouchsafe:problem:{slug}").as_str())),
            "{}",
            self.body
        );
        assert_eq!(self.headers["content-type"], "application/problem+json");
    }

    /// One header, as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Client {
    /// Somebody who asks what is reached at `base`, and waits for at most `patience`.
    pub fn new(base: String, patience: Duration) -> Self {
        let client = reqwest::Client::builder()
            .timeout(patience)
            // A request on a connection that the server is just closing would be lost, and a POST is
            // not sent again.
            .pool_idle_timeout(Duration::from_secs(2))
            .build()
            .expect("a client");
        Self { base, client }
    }

    /// A request to be completed and [`Client::send`]-ed.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends a request and reads the answer, which must be one that the API description lists.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).await.expect("an answer")
    }

    /// The same, where there may be nobody who answers.
    pub async fn try_send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let (client, request) = request.build_split();
        let request = request?;
        let method = request.method().clone();
        let response = client.execute(request).await?;
        let (status, headers, path) = (
            response.status(),
            response.headers().clone(),
            response.url().path().to_owned(),
        );
        let mut response = response;
        let is_endless = headers
            .get("content-type")
            .is_some_and(|value| value == "text/event-stream");
        let text = match is_endless {
            true => response
                .chunk()
                .await?
                .map_or_else(String::new, |chunk| String::from_utf8_lossy(&chunk).into_owned()),
            false => response.text().await?,
        };
        let body = serde_json::from_str(&text).unwrap_or(if text.is_empty() { Value::Null } else { text.into() });
        let content_type = headers.get("content-type").and_then(|value| value.to_str().ok());
        if let Some(fault) = described::fault(&method, &path, status, content_type, &body) {
            panic!("{fault}");
        }
        Ok(Answer { status, headers, body })
    }

    /// GET, with a bearer token where `token` is not empty.
    pub async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(Method::GET, token, path, None).await
    }

    /// POST of a JSON body.
    pub async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(Method::POST, token, path, Some(body)).await
    }

    /// Any method.
    pub async fn call(&self, method: Method, token: &str, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.request(method, path);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.send(request).await
    }
}

impl Service {
    /// What runs already.
    pub fn around(app: App) -> Self {
        let client = Client::new(format!("http://{}", app.address), Duration::from_secs(60));
        Self { app, client }
    }

    /// Stops it, as Ctrl-C does.
    pub async fn stop(self) {
        self.app.stop().await;
    }

    /// A member by command, as an operator makes the first owner: with an address and a password.
    pub async fn found(&self, email: &str, role: Role, password: Option<&str>) -> Member {
        let address = EmailAddress::parse(email).expect("an address");
        let phc = match password {
            Some(password) => Some(self.app.core.hasher.hash(password.into()).await.expect("a hash")),
            None => None,
        };
        let vault = self.app.core.vault.clone();
        let written = self
            .app
            .core
            .ledger
            .write(Actor::Operator, move |tx| {
                let (subject, key) = vault.new_subject(tx).map_err(StoreError::from)?;
                let member = people::found(
                    tx,
                    &Newcomer {
                        subject: Some(subject),
                        handle: None,
                        role,
                        assurance: Assurance::Verified,
                        locale: "en".into(),
                    },
                )?;
                let sealed = key
                    .seal(Field::Contact, address.kept().as_bytes(), tx.rng)
                    .map_err(StoreError::from)?;
                let blind = vault.blind(Blind::Contact, address.normalised().as_bytes());
                let contact = people::Contact {
                    blind: &blind,
                    sealed: &sealed,
                    proved_at: tx.now,
                };
                assert!(people::add_contact(tx, member.row, &contact)?);
                if let Some(phc) = &phc {
                    credentials::set_password(tx, member.row, phc)?;
                }
                Ok::<_, StoreError>(member)
            })
            .await
            .expect("to found a member");
        self.app.core.read_model.settle(written.position).await;
        written.value
    }

    /// An access token for a member, without the cost of a password.
    pub async fn token(&self, person: PersonRow) -> String {
        self.session(person).await.access
    }

    /// The tokens of a new session of a member.
    pub async fn session(&self, person: PersonRow) -> Tokens {
        let lifetime = self.app.core.tokens.session_lifetime();
        let written = self
            .app
            .core
            .ledger
            .write(Actor::Operator, move |tx| {
                vouchsafe::tokens::start_session(tx, person, lifetime)
            })
            .await
            .expect("a session");
        self.app.core.read_model.settle(written.position).await;
        let session = written.value.expect("an active member");
        let tokens = &self.app.core.tokens;
        let grant = tokens.grant(&session).expect("a grant");
        let hall = tokens.grant_for(&session, &hall()).expect("a grant for the hall");
        Tokens {
            access: grant.access_token,
            refresh: grant.refresh_token,
            hall: hall.access_token,
        }
    }

    /// Registers the hall: its client id and secret.
    pub async fn register_hall(&self) -> (String, String) {
        let core = &self.app.core;
        let vault = core.vault.clone();
        let added = core.ledger.write(Actor::Operator, move |tx| {
            services::add(tx, &vault, "hall", Some(services::Resource::parse(HALL)?))
        });
        let added = added.await.expect("a service");
        core.read_model.settle(added.position).await;
        (
            added.value.id.to_string(),
            added.value.secret.expose_secret().to_owned(),
        )
    }

    /// Opens a flow by an invite's code: its id and its token.
    pub async fn begin(&self, code: &str) -> (String, String) {
        let begun = self
            .post("", "/v1/onboarding", json!({ "code": code }))
            .await
            .expect(201);
        (text(&begun["flow"]), text(&begun["flow_token"]))
    }

    /// The code of an invite, as its mail would say it.
    pub async fn code_of(&self, invite: &str) -> String {
        let vault = &self.app.core.vault;
        let (version, _) = vault.derive(KeyPurpose::Invite, &[]);
        let id = invite.parse().expect("an invite's id");
        let code = vouchsafe::invites::code_of(vault, version, id).expect("a code");
        code.expose().to_string()
    }

    /// The one-time code of a flow, as its mail would say it.
    pub async fn proof_of(&self, flow: &str) -> String {
        let (vault, id) = (self.app.core.vault.clone(), flow.parse().expect("a flow's id"));
        self.app
            .core
            .ledger
            .store()
            .read(move |conn| {
                let flow = vouchsafe::onboarding::queries::flow(conn, id)?.expect("the flow");
                let (sealed, _) = flow.proof.expect("a code");
                let code = vault.key(conn, flow.subject)?.open_text(Field::Proof, &sealed)?;
                Ok::<_, vouchsafe::platform::vault::VaultError>(code.to_string())
            })
            .await
            .expect("the code")
    }
}

/// The text of a JSON string.
#[track_caller]
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("expected text, found {value}"))
        .to_owned()
}
