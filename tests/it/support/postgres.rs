//! PostgreSQL for the tests: throwaway clusters, started when first asked for.
//!
//! [`database`] gives a test a fresh database in the one cluster that this process shares.
//! A test that stops, kills or hangs its server takes a [`PrivateCluster`].
//!
//! A cluster lives in a temporary directory, runs as an ordinary user even when the tests run as
//! root, and syncs to disk as in production: tests of durability mean what they say. A watchdog
//! process waits for the end of a pipe that this process holds, so the cluster is stopped and its
//! files are removed however the tests end: passed, failed, interrupted or killed.

mod processes;

use std::{
    fs,
    net::SocketAddr,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, ExitStatus},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use diesel::{Connection, PgConnection, RunQueryDsl};
pub use processes::free_port;
use processes::*;

/// Where the server's programs are; `make test` sets it.
const BIN: &str = "VOUCHSAFE_TEST_PG_BIN";
/// The oldest PostgreSQL that the service supports.
const OLDEST: u32 = 15;
/// The cluster's superuser, and the only one.
const USER: &str = "vouchsafe";
/// A server that is not ready by then never will be.
const PATIENCE: Duration = Duration::from_secs(30);

/// The URL of a fresh database in the shared cluster, a copy of `template` (`template1` is empty).
///
/// A template is any database that nobody is connected to; [`shared`]`().create(…)` makes one.
pub fn database(template: &str) -> String {
    shared().database(template)
}

/// The cluster that all tests of this process share.
pub fn shared() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(Cluster::start)
}

/// A running PostgreSQL with a directory of its own.
pub struct Cluster {
    home: PathBuf,
    bin: PathBuf,
    owner: Option<Owner>,
    port: u16,
    server: Mutex<Option<Child>>,
    watchdog: Child,
}

/// A cluster of one test's own, which may stop it, hang it and start it again.
pub struct PrivateCluster(Cluster);

/// Who runs the server when the tests run as root, for PostgreSQL refuses to.
#[derive(Clone, Copy)]
struct Owner {
    uid: u32,
    gid: u32,
}

impl Cluster {
    fn start() -> Self {
        let bin = programs();
        let owner = Owner::needed();
        let home = tempfile::Builder::new()
            .prefix("vouchsafe-pg-")
            .tempdir()
            .expect("a temporary directory")
            .keep();
        if let Some(owner) = owner {
            chown(&home, Some(owner.uid), Some(owner.gid)).expect("to give the directory to its owner");
        }
        let watchdog = watchdog(&home, &bin, owner);
        // Another process may take the port between the look and the bind; then the next one is tried.
        let mut cluster = Self {
            home,
            bin,
            owner,
            port: 0,
            server: Mutex::new(None),
            watchdog,
        };
        for _ in 0..5 {
            cluster.port = free_port();
            if cluster.launch().is_ok() {
                return cluster;
            }
        }
        panic!("PostgreSQL does not start; it says:\n{}", cluster.log());
    }

    /// The URL of a fresh copy of the database `template`, over the Unix socket.
    pub fn database(&self, template: &str) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        self.create(&format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed)), template)
    }

    /// Makes the database `name` as a copy of `template`, and gives its URL over the Unix socket.
    pub fn create(&self, name: &str, template: &str) -> String {
        let mut admin = PgConnection::establish(&self.url("postgres")).expect("the cluster to answer");
        diesel::sql_query(format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\""))
            .execute(&mut admin)
            .expect("to create a database");
        self.url(name)
    }

    /// The URL of a database over the Unix socket.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgresql:///{database}?host={}&port={}&user={USER}",
            self.home.display(),
            self.port
        )
    }

    /// The URL of a database over TCP, for what only a network shows.
    pub fn tcp_url(&self, database: &str) -> String {
        format!("postgresql://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// What the server wrote so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    /// Starts the server and waits until it answers; the error is how it ended instead.
    fn launch(&self) -> Result<(), ExitStatus> {
        let mut server = self.server.lock().expect("no test to panic in here");
        assert!(server.is_none(), "the server runs already");
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.home.join("log"))
            .expect("to open the log");
        let mut child = command(&self.bin.join("postgres"), &self.home, self.owner)
            .args(["-D", "data", "-p", &self.port.to_string(), "-k"])
            .arg(&self.home)
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=250"])
            .process_group(self.watchdog.id() as i32)
            .stderr(log)
            .spawn()
            .expect("postgres to start");
        let begun = Instant::now();
        loop {
            if let Some(ended) = child.try_wait().expect("to look at the server") {
                return Err(ended);
            }
            match PgConnection::establish(&self.url("postgres")) {
                Ok(_) => break,
                Err(error) => assert!(
                    begun.elapsed() < PATIENCE,
                    "PostgreSQL is not ready ({error}): {}",
                    self.log()
                ),
            }
            sleep(Duration::from_millis(20));
        }
        *server = Some(child);
        Ok(())
    }

    /// Sends a signal to the server and then to each of its processes.
    fn signal_all(&self, signal: &str) {
        let server = self.server.lock().expect("no test to panic in here");
        let postmaster = server.as_ref().expect("the server to run").id();
        // The parent first: once it stands still, no further child can come.
        signal_to(signal, &[postmaster]);
        if signal == "STOP" {
            // It may be about to fork as the signal is sent.
            while !stands_still(postmaster) {
                sleep(Duration::from_millis(1));
            }
        }
        signal_to(signal, &children(postmaster));
    }
}

/// Whether a process is stopped: the third field of its `stat`, after the name in brackets, is `T`. One that is gone is.
fn stands_still(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .is_none_or(|rest| rest.is_empty() || rest.starts_with(" T"))
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The end of its input tells the watchdog to stop the server and to remove the files.
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
        if let Some(mut server) = self.server.get_mut().ok().and_then(Option::take) {
            let _ = server.wait();
        }
    }
}

impl PrivateCluster {
    /// A new cluster, running.
    pub fn start() -> Self {
        Self(Cluster::start())
    }

    /// The URL of a fresh copy of the database `template`, over TCP.
    pub fn database(&self, template: &str) -> String {
        let socket = self.0.database(template);
        let name = socket
            .trim_start_matches("postgresql:///")
            .split('?')
            .next()
            .unwrap_or_default();
        self.0.tcp_url(name)
    }

    /// Speaks TLS from now on to whoever asks for it, with the certificate `server.pem` of `directory`.
    pub fn secure(&self, directory: &Path) {
        for (ours, theirs) in [("server.pem", "server.crt"), ("server.key", "server.key")] {
            let file = self.0.home.join("data").join(theirs);
            fs::copy(directory.join(ours), &file).expect("to copy");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("to keep the key to its owner");
            if let Some(owner) = self.0.owner {
                chown(&file, Some(owner.uid), Some(owner.gid)).expect("to give the file to its owner");
            }
        }
        let mut admin = PgConnection::establish(&self.0.url("postgres")).expect("the cluster to answer");
        for sql in ["ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()"] {
            diesel::sql_query(sql).execute(&mut admin).expect("to turn TLS on");
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.0.port))
    }

    /// Stops the server as a crash does: no session ends cleanly, nothing is flushed that a commit
    /// has not flushed, and the next start replays the log.
    pub fn stop_immediate(&self) {
        let mut server = self.0.server.lock().expect("no test to panic in here");
        let mut child = server.take().expect("the server to run");
        signal_to("QUIT", &[child.id()]);
        child.wait().expect("the server to end");
    }

    /// Starts the server again, at the same address.
    pub fn restart(&self) {
        if let Err(ended) = self.0.launch() {
            panic!("PostgreSQL ended with {ended}; it says:\n{}", self.0.log());
        }
    }

    /// Freezes every process of the server: connections stay open, and nothing answers.
    pub fn hang(&self) {
        self.0.signal_all("STOP");
    }

    /// Lets a frozen server go on.
    pub fn resume(&self) {
        self.0.signal_all("CONT");
    }

    /// What the server wrote so far.
    pub fn log(&self) -> String {
        self.0.log()
    }
}

impl Owner {
    /// `postgres`, or else `nobody`, when this process is root; otherwise none is needed.
    fn needed() -> Option<Self> {
        if fs::metadata("/proc/self").expect("/proc to be mounted").uid() != 0 {
            return None;
        }
        let users = fs::read_to_string("/etc/passwd").expect("to read /etc/passwd");
        ["postgres", "nobody"].iter().find_map(|name| {
            let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut ids = line.split(':').skip(2).map_while(|id| id.parse().ok());
            Some(Self {
                uid: ids.next()?,
                gid: ids.next()?,
            })
        })
    }
}
