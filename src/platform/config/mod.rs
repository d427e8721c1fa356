//! Everything that an operator may set, one struct a concern, each value with its default and unit.
//!
//! Read in layers, each over the one before: the defaults; a TOML file (`--config`, else
//! `VOUCHSAFE_CONFIG`, else `vouchsafe.toml` where there is one); environment variables
//! (`VOUCHSAFE_HTTP__LISTEN`, two underscores between levels); flags (`--set http.listen=…`). A secret `x`
//! may stand in a file of its own, named by `x_file`. [`Config::load`] names every mistake at once.
//! Relative paths are seen from the directory in which the service is started.

pub use leads::LeadsConfig;
pub use mail::{MailConfig, MailTransport, SmtpConfig, SmtpSecurity};
pub use texts::{AliyunConfig, GatewayTemplate, TencentConfig, TextGateway, TextHttpConfig, TextsConfig, TwilioConfig};

use std::{net::IpAddr, path::PathBuf};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

mod demands;
mod leads;
mod load;
mod mail;
mod places;
mod text;
mod texts;
mod values;

pub use load::{Disk, Files, Found, Mistake, Origin, Sources, is_open_to_all};
pub use places::{Listen, WebOrigin};
pub use values::{HelloName, Network, PublicUrl, SenderAddress};

use crate::platform::terms::{LinkError, LinkTemplate};

/// What the service is told by its operator.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The HTTP server.
    pub http: HttpConfig,
    /// The database.
    pub store: StoreConfig,
    /// The keys under which names and contacts are sealed.
    pub vault: VaultConfig,
    /// Where the service may go by itself.
    pub egress: EgressConfig,
    /// How mail leaves.
    pub mail: MailConfig,
    /// How text messages leave, and how many at most.
    pub texts: TextsConfig,
    /// The cost of hashing passwords.
    pub password: PasswordConfig,
    /// How fast somebody may try.
    pub throttle: ThrottleConfig,
    /// Access and refresh tokens.
    pub token: TokenConfig,
    /// The community's policy at first start.
    pub policy: PolicyConfig,
    /// What follows from events.
    pub feed: FeedConfig,
    /// Who is worth a look.
    pub leads: LeadsConfig,
    /// What is logged, and how.
    pub log: LogConfig,
}

/// The HTTP server.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Address or host name, and port, to listen on: `127.0.0.1:8080`, `[::]:8080`, `localhost:8080`. A name is looked
    /// up at the start, and every address that it leads to is listened on. Default `127.0.0.1:8080`.
    pub listen: Listen,
    /// Where the service is reached from outside: scheme, host, port and, where a proxy gives it a part of a site, path. Issuer of the tokens and
    /// base of the links in mails. `https`, unless its host is this machine. Default: this machine, at the
    /// port of `listen`: `http://127.0.0.1:8080`.
    pub public_url: PublicUrl,
    /// Where a client app opens invites, an `https` address with `{code}` in the place of the code: the link in
    /// mails. Default: the page that this service itself serves, `/join/{code}` below `public_url`.
    pub join_url: Option<LinkTemplate>,
    /// Worker threads; 0 is one for each core. Default 0.
    #[schemars(range(min = 0, max = 1024))]
    pub workers: usize,
    /// The largest request body, in bytes. Default 65 536.
    #[schemars(range(min = 1024, max = 16_777_216))]
    pub body_limit_bytes: usize,
    /// How long a request may take, in milliseconds. Default 10 000.
    #[schemars(range(min = 100, max = 120_000))]
    pub request_timeout_ms: u64,
    /// How long `/readyz` says 503 after SIGTERM while requests are still taken, in seconds: as long as the load
    /// balancer needs to notice. SIGINT (Ctrl-C) does without. Default 5.
    #[schemars(range(min = 0, max = 300))]
    pub unready_seconds: u64,
    /// How long requests in flight may go on after that, in seconds. Default 10.
    #[schemars(range(min = 0, max = 300))]
    pub drain_seconds: u64,
    /// Addresses and networks (`10.0.0.0/8`) of the reverse proxies in front. `X-Forwarded-For` counts only
    /// when it comes from one of them. Default none.
    pub trusted_proxies: Vec<Network>,
    /// Origins of web pages (`https://app.example.org`) whose scripts may use the API (CORS). Each is exact; no cookies
    /// are used, so that none are ever allowed. Default none.
    pub cors_origins: Vec<WebOrigin>,
}

impl HttpConfig {
    /// Whether `peer` is one of the proxies whose `X-Forwarded-For` counts.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(peer))
    }

    /// The link template that counts: `join_url`, or this service's own page.
    ///
    /// # Errors
    /// [`LinkError`] where `public_url` is none that a letter could carry; [`Config::load`] has refused it.
    pub fn join_link(&self) -> Result<LinkTemplate, LinkError> {
        match &self.join_url {
            Some(link) => Ok(link.clone()),
            None => self.below("/join/{code}"),
        }
    }

    /// Where a reader ends all further letters, with `{code}` in the place of what says whose.
    /// # Errors
    /// As [`HttpConfig::join_link`].
    pub fn stop_link(&self) -> Result<LinkTemplate, LinkError> {
        self.below("/v1/mail/stop/{code}")
    }

    /// Where a gateway says what became of a text message, with `{code}` in the place of the message's id.
    /// # Errors
    /// As [`HttpConfig::join_link`].
    pub fn text_status_link(&self) -> Result<LinkTemplate, LinkError> {
        self.below("/v1/texts/{code}/status")
    }

    /// The page at which a new password is chosen, with `{code}` in the place of what the link in a letter holds.
    /// # Errors
    /// As [`HttpConfig::join_link`].
    pub fn password_link(&self) -> Result<LinkTemplate, LinkError> {
        self.below("/password/reset/{code}")
    }

    /// The page at which a change of address is undone, with `{code}` in the place of what the link in a letter holds.
    /// # Errors
    /// As [`HttpConfig::join_link`].
    pub fn address_undo_link(&self) -> Result<LinkTemplate, LinkError> {
        self.below("/address/undo/{code}")
    }

    fn below(&self, path: &str) -> Result<LinkTemplate, LinkError> {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/')).parse()
    }
}

impl Default for HttpConfig {
    fn default() -> Self {
        let listen = Listen::default();
        Self {
            public_url: listen.nearby(),
            listen,
            join_url: None,
            workers: 0,
            body_limit_bytes: 64 * 1024,
            request_timeout_ms: 10_000,
            unready_seconds: 5,
            drain_seconds: 10,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
        }
    }
}

/// The database.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// `sqlite://` and a path (`sqlite://data/vouchsafe.db`, `sqlite:///var/lib/vouchsafe.db`), or a
    /// PostgreSQL URI (`postgres://user:password@host/database?sslmode=verify-full`). Default
    /// `sqlite://data/vouchsafe.db`.
    #[serde(serialize_with = "text::database_url")]
    #[schemars(with = "String", extend("writeOnly" = true))]
    pub url: SecretString,
    /// A file that holds the URL, instead of `url`. Default none.
    pub url_file: Option<PathBuf>,
    /// PostgreSQL: connections at most. Default 16.
    #[schemars(range(min = 1, max = 1000))]
    pub pool_size: u32,
    /// SQLite: connections that read, beside the one that writes. Default 4.
    #[schemars(range(min = 1, max = 256))]
    pub sqlite_readers: u32,
    /// How long a request waits for the database before it is answered 503, in milliseconds. Default 1 500.
    #[schemars(range(min = 10, max = 60_000))]
    pub wait_ms: u64,
    /// SQLite: commands that share one commit, at most. Default 64.
    #[schemars(range(min = 1, max = 10_000))]
    pub batch: usize,
    /// Where memory is kept beside the database, so that a restart need not read everybody. Each replica has a file of
    /// its own. Default: with SQLite the database's path with `.memory` behind it, with PostgreSQL none.
    pub checkpoint_file: Option<PathBuf>,
    /// How often that file is written besides at each clean stop, in minutes; 0 is never, and none is read. Default 60.
    #[schemars(range(min = 0, max = 10_080))]
    pub checkpoint_minutes: u32,
}

impl StoreConfig {
    /// The file that counts, in which memory is kept.
    pub fn checkpoint(&self) -> Option<PathBuf> {
        if self.checkpoint_minutes == 0 {
            return None;
        }
        let url = secrecy::ExposeSecret::expose_secret(&self.url);
        let beside = url
            .strip_prefix("sqlite://")
            .map(|path| format!("{path}.memory").into());
        self.checkpoint_file.clone().or(beside)
    }

    /// Whether the database is the embedded one.
    pub fn is_sqlite(&self) -> bool {
        secrecy::ExposeSecret::expose_secret(&self.url).starts_with("sqlite://")
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            url: "sqlite://data/vouchsafe.db".into(),
            url_file: None,
            pool_size: 16,
            sqlite_readers: 4,
            wait_ms: 1500,
            batch: 64,
            checkpoint_file: None,
            checkpoint_minutes: 60,
        }
    }
}

/// The keys under which names and contacts are sealed.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VaultConfig {
    /// The file of the keys. Without it nothing sealed can be read again: keep a copy, apart from the
    /// database's. Default `data/keyring.toml`.
    pub keyring_file: PathBuf,
    /// Whether to make the file on first start. Default true with SQLite and false with PostgreSQL, where
    /// each replica would make its own.
    pub create_keyring: bool,
}

impl Default for VaultConfig {
    fn default() -> Self {
        Self {
            keyring_file: "data/keyring.toml".into(),
            create_keyring: true,
        }
    }
}

/// Where the service may go by itself: to room servers, whose addresses admins enter, and to the gateway for text
/// messages. Not meant are the database and the mail server, which are yours.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EgressConfig {
    /// Whether it may go to every address that anybody on the internet can reach. Default true.
    pub internet: bool,
    /// Other addresses and networks (`10.1.0.0/16`) that it may go to: private, link-local, shared and all other
    /// special ones are refused unless they are listed. Default none; where `http.public_url` is this machine alone,
    /// `127.0.0.0/8` and `::1`.
    pub networks: Vec<Network>,
}

impl Default for EgressConfig {
    fn default() -> Self {
        Self {
            internet: true,
            networks: Vec::new(),
        }
    }
}

impl Config {
    /// The name that counts by which we greet a mail server.
    pub fn hello(&self) -> HelloName {
        let given = self.mail.smtp.hello.clone();
        given.unwrap_or_else(|| HelloName::of(&self.http.public_url, &self.mail.from))
    }
}

/// The cost of hashing passwords.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordConfig {
    /// Hashes at one time, about 19 MiB each; 0 is one for each core. Default 0.
    #[schemars(range(min = 0, max = 1024))]
    pub hash_permits: usize,
    /// How long a request waits for its turn before it is answered 503, in milliseconds. Default 500.
    #[schemars(range(min = 0, max = 60_000))]
    pub hash_wait_ms: u64,
}

impl Default for PasswordConfig {
    fn default() -> Self {
        Self {
            hash_permits: 0,
            hash_wait_ms: 500,
        }
    }
}

/// How fast somebody may try; counted in the store, over all replicas.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ThrottleConfig {
    /// Unauthenticated POSTs and look-ups of a code, for each client address and minute. Default 120.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub per_address_per_minute: u32,
    /// Failed sign-ins of one account in 24 hours; NIST SP 800-63B-4 §3.2.2 allows 100 at most. Default 100. Devices
    /// that have signed in to the account before are counted apart, together by the same number.
    #[schemars(range(min = 1, max = 100))]
    pub per_account_failures_per_day: u32,
    /// Failed sign-ins in 24 hours of one device that has signed in to the account before. Default 20.
    #[schemars(range(min = 1, max = 100))]
    pub per_device_failures_per_day: u32,
    /// Sign-ins of one member in an hour. Default 300.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub sessions_per_member_per_hour: u32,
    /// Wrong answers to a one-time code before it is void. Default 5.
    #[schemars(range(min = 1, max = 20))]
    pub proof_attempts: u32,
    /// One-time codes mailed to one address in an hour. Default 6.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub codes_per_address_per_hour: u32,
    /// One-time codes mailed in an hour by one invite, to whatever addresses; and three more for each of its uses.
    /// Default 20.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub codes_per_invite_per_hour: u32,
    /// Invites mailed to one address in 24 hours, whoever sends them and whatever becomes of them. Default 6.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub invites_per_address_per_day: u32,
    /// Invites mailed for one member in 24 hours, whatever becomes of them; the policy's `invite.unlimited_roles` have
    /// no such limit. Default 40.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub invite_mails_per_member_per_day: u32,
    /// Registrations begun by an invite in an hour, for each of its uses. Default 20.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub flows_per_use_per_hour: u32,
    /// Invites that a member issues in an hour, whatever becomes of them; and as many are taken back. Default 2000.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub invites_per_member_per_hour: u32,
    /// Tickets of a member in a minute that take the place of a former one, and tickets given back. Default 60.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub tickets_per_member_per_minute: u32,
}

impl Default for ThrottleConfig {
    fn default() -> Self {
        Self {
            per_address_per_minute: 120,
            per_account_failures_per_day: 100,
            per_device_failures_per_day: 20,
            sessions_per_member_per_hour: 300,
            proof_attempts: 5,
            codes_per_address_per_hour: 6,
            codes_per_invite_per_hour: 20,
            invites_per_address_per_day: 6,
            invite_mails_per_member_per_day: 40,
            flows_per_use_per_hour: 20,
            invites_per_member_per_hour: 2000,
            tickets_per_member_per_minute: 60,
        }
    }
}

/// Access and refresh tokens.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TokenConfig {
    /// How long an access token is valid, in minutes; so long a service that checks it offline may lag
    /// behind a ban. Default 10.
    #[schemars(range(min = 1, max = 60))]
    pub access_minutes: u32,
    /// How long a session lasts from signing in, however often it is refreshed, in days. Default 30.
    #[schemars(range(min = 1, max = 365))]
    pub refresh_days: u32,
    /// How often one session may be refreshed in an hour. Default 600.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub refreshes_per_hour: u32,
    /// With what access tokens are signed. A key of another algorithm goes on being published, and its tokens hold
    /// until they end. Default `ES256`.
    pub algorithm: SigningAlgorithm,
    /// The audience of this service's own API: the `aud` (RFC 9068 §2.2) of the tokens that open it, and of no
    /// others. Default: `http.public_url` and `/v1`.
    pub audience: String,
    /// How old what is in memory about sessions and standing may be to be believed, in milliseconds. Where it is
    /// older, a token check asks the database, and is answered 503 where that is away: never an old yes.
    /// Default 500.
    #[schemars(range(min = 100, max = 60_000))]
    pub memory_lease_ms: u64,
}

impl Default for TokenConfig {
    fn default() -> Self {
        Self {
            access_minutes: 10,
            refresh_days: 30,
            refreshes_per_hour: 600,
            algorithm: SigningAlgorithm::Es256,
            audience: HttpConfig::default().public_url.api(),
            memory_lease_ms: 500,
        }
    }
}

/// An algorithm for signing access tokens, named as in a token's header (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256: short tokens, and known to nearly every library.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, by a key of 2048 bits: known to every library, and the longest tokens.
    #[serde(rename = "RS256")]
    Rs256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlgorithm {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// The community's policy at first start.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyConfig {
    /// The policy with which an empty database begins; afterwards the one in the ledger counts. Default
    /// none: the preset `real-name`.
    pub seed_file: Option<PathBuf>,
}

/// What follows from events: letters, the end of ways in that were refused.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FeedConfig {
    /// How long an event may wait for what follows from it before `/readyz` says 503, in seconds. Default 300.
    #[schemars(range(min = 1, max = 86_400))]
    pub lag_seconds: u64,
}

impl Default for FeedConfig {
    fn default() -> Self {
        Self { lag_seconds: 300 }
    }
}

/// What is logged, and how.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// One JSON object a line (`json`), or lines for the eye (`text`). Default `text`.
    pub format: LogFormat,
    /// Which events, as `tracing_subscriber::EnvFilter` writes it: `info`, `vouchsafe=debug,warn`. Default
    /// `info`.
    pub filter: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info".into(),
        }
    }
}

/// The form of a line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For the eye.
    Text,
}

/// The JSON Schema of the configuration file, as it stands in `schemas/config.json`.
pub fn schema() -> serde_json::Value {
    crate::platform::document::schema::<Config>()
}

#[cfg(test)]
mod tests;
