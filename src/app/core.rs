//! Everything but HTTP: what the server and the command line both stand on.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio::task::JoinSet;

use crate::{
    account::Account,
    credentials::Hasher,
    graph::LiveGraph,
    identity::DocumentKind,
    invites::{BatchIssuer, Previews},
    leads,
    notify::{self, Sender, Transport},
    onboarding,
    people::Roster,
    platform::{
        config::{Config, MailTransport, SmtpSecurity, TextGateway},
        egress::Egress,
        ledger::{Actor, Checkpoint, Lease, Ledger, LedgerOptions, ReadModel},
        store::{Guards, StoreError, Target, throttle::Rate},
        terms::{Clock, LinkTemplate, Rng, SystemClock, SystemRng},
        vault::{Blind, KeyringError, Vault},
    },
    policy::{self, ChangeError, Current},
    rooms::{Kinds, Servers},
    tokens::{SignIn, Tokens},
};

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// The keyring.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The policy to begin with.
    #[error("the policy to begin with: {0}")]
    Policy(String),
    /// Mail.
    #[error("mail: {0}")]
    Mail(String),
    /// Text messages.
    #[error("text messages: {0}")]
    Texts(#[from] notify::TextSetupError),
    /// The address to listen on.
    #[error("cannot listen on {0}: {1}")]
    Listen(crate::platform::config::Listen, std::io::Error),
    /// Something that cannot be had twice.
    #[error("{0}")]
    Setup(String),
}

/// What a process takes from the world: time, chance and, in tests, switches.
#[derive(Clone)]
pub struct Parts {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where random bytes come from.
    pub rng: Arc<dyn Rng>,
    /// Test switches; a release has none.
    pub guards: Guards,
    /// The kinds of room servers; a release has those that are built in.
    pub room_servers: Kinds,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            guards: Guards::default(),
            room_servers: Kinds::default(),
        }
    }
}

/// The capabilities, ready to be asked. Its tasks end when it is dropped.
pub struct Core {
    /// The configuration that it was built from.
    pub config: Config,
    /// Where everything is written.
    pub ledger: Ledger,
    /// What is kept in memory, and how far it has come.
    pub read_model: ReadModel,
    /// What is sealed.
    pub vault: Vault,
    /// What the community demands.
    pub policy: Arc<Current>,
    /// Everybody's role and standing.
    pub roster: Arc<Roster>,
    /// Who let whom in.
    pub graph: Arc<LiveGraph>,
    /// What links showed before.
    pub(super) previews: Arc<Previews>,
    /// Sessions and tokens.
    pub tokens: Tokens,
    /// The room servers.
    pub room_servers: Arc<Servers>,
    /// The way out.
    pub egress: Egress,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// Where random bytes come from.
    pub rng: Arc<dyn Rng>,
    /// This process, among all replicas: who its leases belong to.
    pub(super) owner: String,
    pub(super) tasks: JoinSet<()>,
}

/// The kinds of documents that can be checked here.
pub const DOCUMENTS: &[&str] = &[DocumentKind::CnResidentId.as_str(), DocumentKind::Passport.as_str()];

/// How a ledger is opened by this configuration.
fn options(config: &Config, parts: &Parts) -> Result<LedgerOptions, StoreError> {
    let pool_size = if config.store.is_sqlite() {
        config.store.sqlite_readers
    } else {
        config.store.pool_size
    };
    Ok(LedgerOptions {
        target: config.store.url.expose_secret().parse()?,
        pool_size: pool_size as usize,
        wait: Duration::from_millis(config.store.wait_ms),
        batch: config.store.batch,
        clock: Arc::clone(&parts.clock),
        rng: Arc::clone(&parts.rng),
        guards: parts.guards.clone(),
    })
}

impl Core {
    /// Issues invites and takes them back, no faster than a member may.
    pub fn invite_issuer(&self) -> BatchIssuer {
        const HOUR: Duration = Duration::from_secs(3600);
        let pace = Rate::at_most(self.config.throttle.invites_per_member_per_hour, HOUR);
        BatchIssuer::new(self.ledger.clone(), self.vault.clone(), Arc::clone(&self.policy), pace)
    }

    /// Computes leads, where the configuration does not say never.
    pub fn leads(&self) -> Option<leads::Work> {
        let every = self.config.leads.every_minutes;
        (every > 0).then(|| self.leads_every(Duration::from_secs(u64::from(every) * 60)))
    }

    /// Computes leads, so often.
    pub fn leads_every(&self, every: Duration) -> leads::Work {
        leads::Work {
            ledger: self.ledger.clone(),
            graph: Arc::clone(&self.graph),
            every,
            owner: self.owner.clone(),
        }
    }

    /// What members change of their own account, as their sign-ins are counted and their letters limited.
    pub(super) fn account(&self, sign_in: SignIn, limits: &onboarding::Limits) -> Result<Account, StartError> {
        let http = &self.config.http;
        let unlinked = |error| StartError::Setup(format!("the links in letters: {error}"));
        Ok(Account {
            ledger: self.ledger.clone(),
            read_model: self.read_model.clone(),
            vault: self.vault.clone(),
            policy: Arc::clone(&self.policy),
            hasher: self.hasher.clone(),
            sign_in,
            password_link: http.password_link().map_err(unlinked)?,
            undo_link: http.address_undo_link().map_err(unlinked)?,
            proof_attempts: limits.proof_attempts,
            codes_per_address: limits.codes_per_address,
        })
    }

    /// Where an invite's code is opened.
    ///
    /// # Errors
    /// [`StartError::Setup`]
    pub fn join_link(&self) -> Result<LinkTemplate, StartError> {
        let link = self.config.http.join_link();
        link.map_err(|error| StartError::Setup(format!("http.join_url: {error}")))
    }

    /// Migrates, opens the store and the vault, seeds the policy at the first start, loads what is
    /// kept in memory and follows the feed. Returns when memory has caught up.
    pub async fn open(config: Config, parts: Parts) -> Result<Self, StartError> {
        let options = options(&config, &parts)?;
        let target: Target = options.target.clone();
        let applied = tokio::task::spawn_blocking(move || Ledger::migrate(&target))
            .await
            .map_err(|error| StartError::Setup(error.to_string()))??;
        for name in applied {
            tracing::info!(migration = name, "the schema was brought up to date");
        }
        let vault = Vault::open(&config.vault.keyring_file, config.vault.create_keyring, &*parts.rng)?;
        let ledger = Ledger::open(options)?;
        let policy = Arc::new(Current::new(DOCUMENTS));
        seed(&ledger, &policy, &config).await?;

        let (roster, graph) = (
            Arc::new(Roster::default()),
            Arc::new(LiveGraph::new(Arc::clone(&parts.clock))),
        );
        let tokens = Tokens::open(
            ledger.clone(),
            vault.clone(),
            Arc::clone(&roster),
            &config.token,
            &config.http.public_url,
        )
        .await?;
        let mut projections = tokens.projections();
        projections.push(policy.clone());
        projections.push(roster.clone());
        projections.push(graph.clone());
        let previews = Arc::new(Previews::default());
        projections.push(previews.clone());
        let egress = Egress::new(&config.egress).map_err(|error| StartError::Setup(error.to_string()))?;
        let room_servers = Arc::new(Servers::new(vault.clone(), parts.room_servers, egress.clone()));
        projections.push(room_servers.clone());
        let secret = vault.blind(Blind::Memory, b"checkpoint");
        let checkpoint = config.store.checkpoint().map(|path| Checkpoint::new(path, &secret));
        let read_model = ReadModel::load(ledger.clone(), projections, checkpoint).await?;
        let hasher = Hasher::new(&config.password, vault.clone(), Arc::clone(&parts.rng));

        let mut owner = [0_u8; 8];
        ledger.rng().fill(&mut owner);

        let mut tasks = JoinSet::new();
        tasks.spawn(ledger.clone().keep_sequencing());
        tasks.spawn(read_model.clone().keep_up());
        while !read_model.caught_up() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(Self {
            config,
            ledger,
            read_model,
            vault,
            policy,
            roster,
            graph,
            previews,
            tokens,
            room_servers,
            egress,
            hasher,
            rng: parts.rng,
            owner: data_encoding::HEXLOWER.encode(&owner),
            tasks,
        })
    }

    /// The way for letters to leave, and who they come from.
    pub(super) fn mail(&self) -> Result<(Transport, Sender), StartError> {
        let transport = match self.config.mail.transport {
            MailTransport::Mailbox => Transport::mailbox(&self.config.mail.mailbox_dir)
                .map_err(|error| StartError::Mail(error.to_string()))?,
            MailTransport::Smtp => smtp(&self.config)?,
        };
        Ok((transport, sender(&self.config)?))
    }

    /// The names of those who follow the feed behind a cursor.
    ///
    /// # Errors
    /// [`StartError::Setup`] where a link of theirs cannot be made.
    pub fn followers(&self) -> Result<Vec<&'static str>, StartError> {
        let (subscribers, _) = super::background::subscribers(self)?;
        Ok(subscribers.iter().map(|subscriber| subscriber.name()).collect())
    }

    /// Ends the tasks, gives their leases up, commits what was taken, and takes no more.
    pub async fn close(mut self) {
        self.tasks.shutdown().await;
        if let Err(error) = Lease::end_all(&self.ledger, &self.owner).await {
            tracing::warn!(%error, "the leases were not given up: what follows from events waits until they are over");
        }
        self.ledger.close().await;
    }
}

/// Puts the first policy in force, where there is none yet.
async fn seed(ledger: &Ledger, policy: &Arc<Current>, config: &Config) -> Result<(), StartError> {
    let known = Arc::clone(policy);
    let there = ledger
        .store()
        .read(move |conn| {
            crate::platform::ledger::Projection::load(&*known, conn)?;
            Ok::<_, StoreError>(known.get().is_ok())
        })
        .await?;
    if there {
        return Ok(());
    }
    let document = first_policy(policy, config)?;
    let seeded = ledger
        .write(Actor::Operator, move |tx| policy::change(tx, &document, 0))
        .await;
    match seeded {
        // Another replica was first.
        Ok(_) | Err(ChangeError::Stale(_)) => Ok(()),
        Err(ChangeError::Store(error)) => Err(error.into()),
    }
}

/// The mail server that takes our letters. No connection is made yet.
fn smtp(config: &Config) -> Result<Transport, StartError> {
    let wrong = |error: &dyn std::fmt::Display| StartError::Mail(error.to_string());
    let smtp = &config.mail.smtp;
    let credentials = smtp.username.clone().zip(smtp.password.clone());
    let settings = &notify::SmtpSettings {
        host: smtp.host.clone().ok_or_else(|| wrong(&"no SMTP host is configured"))?,
        port: smtp.port,
        security: match smtp.security {
            SmtpSecurity::None => notify::Security::None,
            SmtpSecurity::Starttls => notify::Security::StartTls,
            SmtpSecurity::Tls => notify::Security::Tls,
        },
        credentials: credentials.map(|(username, password)| notify::SmtpCredentials { username, password }),
        ca_file: smtp.ca_file.clone(),
        hello: config.hello(),
        timeout: Duration::from_millis(smtp.timeout_ms),
    };
    Transport::smtp(settings).map_err(|error| wrong(&error))
}

fn sender(config: &Config) -> Result<Sender, StartError> {
    Sender::of(&config.mail.from).map_err(|error| StartError::Mail(error.to_string()))
}

/// Builds what is built of the configuration alone, as the start does, so that `check` refuses what `serve` would.
/// It touches neither the database nor any file but to read it.
///
/// # Errors
/// The first that the start would end with.
pub fn rehearse(config: &Config) -> Result<(), StartError> {
    options(config, &Parts::default())?;
    if config.mail.transport == MailTransport::Smtp {
        smtp(config)?;
    }
    sender(config)?;
    if config.texts.transport != TextGateway::Folder {
        let egress = Egress::new(&config.egress).map_err(|error| StartError::Setup(error.to_string()))?;
        notify::build_texts(config, &egress, &Parts::default().rng)?;
    }
    let unlinked =
        |error: crate::platform::terms::LinkError| StartError::Setup(format!("the links in letters: {error}"));
    config.http.join_link().map_err(unlinked)?;
    config.http.stop_link().map_err(unlinked)?;
    config.http.password_link().map_err(unlinked)?;
    config.http.address_undo_link().map_err(unlinked)?;
    first_policy(&Current::new(DOCUMENTS), config).map(|_| ())
}

/// The document that a community begins with.
fn first_policy(policy: &Current, config: &Config) -> Result<String, StartError> {
    let document = match &config.policy.seed_file {
        Some(path) => {
            std::fs::read_to_string(path).map_err(|error| StartError::Policy(format!("{}: {error}", path.display())))?
        }
        None => policy::preset("real-name").unwrap_or_default().to_owned(),
    };
    policy.read(&document).map_err(|mistakes| {
        let all: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        StartError::Policy(all.join("\n"))
    })?;
    Ok(document)
}
