//! The real binary as a process: started, told to stop, frozen, killed.

use std::{
    fs,
    net::SocketAddr,
    ops::Deref,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use secrecy::ExposeSecret;
use tokio::time::sleep;
use vouchsafe::platform::config::MailTransport;

use super::{
    postgres::free_port,
    service::{Client, Home},
};

/// How long a start may take until requests are taken, on a machine that runs everything at once.
const READY: Duration = Duration::from_secs(20);

/// How one process is started, each time.
#[derive(Clone)]
pub struct Plan {
    name: String,
    listen: SocketAddr,
    environment: Vec<(String, String)>,
    log: PathBuf,
}

/// One life of a process; it ends when this is dropped.
pub struct Replica {
    plan: Plan,
    child: Child,
    client: Client,
}

impl Deref for Replica {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Plan {
    /// A replica called `name` at home in `home`, whose database is at `url`. It calls itself so there.
    pub fn new(home: &Home, name: &str, url: &str) -> Self {
        let (config, port) = (&home.config, free_port());
        let listen = SocketAddr::from(([127, 0, 0, 1], port));
        let mut plan = Self {
            name: name.to_owned(),
            listen,
            environment: Vec::new(),
            log: home.mailbox().with_file_name(format!("{name}-{port}.log")),
        };
        // SQLite's URL takes nothing after the path.
        let named = match (url.starts_with("sqlite://"), url.contains('?')) {
            (true, _) => url.to_owned(),
            (false, true) => format!("{url}&application_name={name}"),
            (false, false) => format!("{url}?application_name={name}"),
        };
        plan = plan
            .with("http.listen", listen)
            .with("http.public_url", &config.http.public_url)
            .with("http.workers", 2)
            .with("http.unready_seconds", 0)
            .with("store.url", named)
            .with("vault.keyring_file", config.vault.keyring_file.display())
            .with("mail.mailbox_dir", config.mail.mailbox_dir.display())
            .with("texts.folder", config.texts.folder.display())
            .with("password.hash_wait_ms", 8000)
            .with("throttle.per_address_per_minute", 1_000_000)
            .with("throttle.codes_per_address_per_hour", 1_000_000)
            .with("throttle.sessions_per_member_per_hour", 1_000_000)
            .with("token.refreshes_per_hour", 1_000_000)
            .with("throttle.flows_per_use_per_hour", 1_000_000)
            .with("throttle.invites_per_member_per_hour", 1_000_000)
            .with("throttle.tickets_per_member_per_minute", 1_000_000)
            .with("log.filter", "info");
        let mail = &config.mail;
        if mail.transport == MailTransport::Smtp {
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            let secret = mail
                .smtp
                .password
                .as_ref()
                .map(|secret| secret.expose_secret().to_owned());
            let ca_file = mail.smtp.ca_file.clone().unwrap_or_default();
            plan = plan
                .with("mail.transport", "smtp")
                .with("mail.smtp.host", text(&mail.smtp.host))
                .with("mail.smtp.port", mail.smtp.port)
                .with("mail.smtp.username", text(&mail.smtp.username))
                .with("mail.smtp.password", text(&secret))
                .with("mail.smtp.ca_file", ca_file.display());
        }
        plan
    }

    /// The same with another setting.
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        let name = format!("VOUCHSAFE_{}", key.to_ascii_uppercase().replace('.', "__"));
        self.environment.retain(|(known, _)| *known != name);
        self.environment.push((name, value.to_string()));
        self
    }

    /// Where it listens, in each of its lives.
    pub fn address(&self) -> SocketAddr {
        self.listen
    }

    /// Starts it, and waits until it takes requests.
    pub async fn start(&self) -> Replica {
        let begun = Instant::now();
        let log = fs::File::options().create(true).append(true).open(&self.log).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_vouchsafe"))
            .arg("serve")
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut replica = Replica {
            plan: self.clone(),
            child,
            client: Client::new(format!("http://{}", self.listen), Duration::from_secs(60)),
        };
        loop {
            let asked = replica.request(reqwest::Method::GET, "/readyz");
            if matches!(replica.try_send(asked).await, Ok(answer) if answer.status == 200) {
                return replica;
            }
            let ended = replica.child.try_wait().unwrap();
            assert!(ended.is_none(), "{} ended with {ended:?}: {}", self.name, self.said());
            assert!(begun.elapsed() < READY, "{} is not ready: {}", self.name, self.said());
            sleep(Duration::from_millis(10)).await;
        }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Replica {
    /// What it is called, also by the database.
    pub fn name(&self) -> &str {
        &self.plan.name
    }

    /// How it is started again.
    pub fn plan(&self) -> Plan {
        self.plan.clone()
    }

    /// What it has logged, in all its lives.
    pub fn log(&self) -> String {
        self.plan.said()
    }

    /// Ends it as a crash of the machine does: nothing is tidied up.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Freezes it, and waits until each of its threads stands still.
    pub async fn freeze(&self) {
        self.signal("STOP");
        let tasks = format!("/proc/{}/task", self.child.id());
        let stands = || {
            let threads = fs::read_dir(&tasks).unwrap().flatten();
            let mut states = threads.filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok());
            // The third field, after the name in brackets.
            states.all(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" T")))
        };
        while !stands() {
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Sends it a signal, named without SIG.
    pub fn signal(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.child.id());
        let sent = Command::new("/bin/sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success(), "{} is gone: {}", self.name(), self.log());
    }

    /// Waits until it has ended.
    pub async fn ended(mut self) -> ExitStatus {
        loop {
            if let Some(ended) = self.child.try_wait().unwrap() {
                return ended;
            }
            sleep(Duration::from_millis(10)).await;
        }
    }
}
