//! PostgreSQL for the tests: throwaway clusters, started when first asked for.
//!
//! [`database`] gives a test a fresh database in the one cluster that this process shares.
//! A test that stops, kills or hangs its server takes a [`PrivateCluster`].
//!
//! A cluster lives in a temporary directory, runs as an ordinary user even when the tests run as
//! root, and syncs to disk as in production: tests of durability mean what they say. A watchdog
//! process waits for the end of a pipe that this process holds, so the cluster is stopped and its
//! files are removed however the tests end: passed, failed, interrupted or killed.

use std::{
    env, fs,
    io::{ErrorKind, Read},
    net::{SocketAddr, TcpListener},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use diesel::{Connection, PgConnection, RunQueryDsl};

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
        signal_to(signal, &children(postmaster));
    }
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

/// The directory with `initdb` and `postgres`.
fn programs() -> PathBuf {
    let bin = env::var_os(BIN).map(PathBuf::from).unwrap_or_else(|| {
        let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let newest = installed
            .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            .max();
        PathBuf::from(format!("/usr/lib/postgresql/{}/bin", newest.unwrap_or(OLDEST)))
    });
    let version = match Command::new(bin.join("postgres")).arg("--version").output() {
        Ok(out) => String::from_utf8_lossy(&out.stdout).into_owned(),
        Err(error) => panic!(
            "these tests need PostgreSQL {OLDEST} or newer, and {} is not there ({error}): run `make test`, \
             which installs it, or set {BIN} to the directory that has initdb and postgres",
            bin.join("postgres").display()
        ),
    };
    let major = version
        .split(|c: char| !c.is_ascii_digit())
        .find_map(|digits| digits.parse::<u32>().ok());
    assert!(
        major >= Some(OLDEST),
        "{} is {version:?}; the tests need {OLDEST} or newer",
        bin.display()
    );
    bin
}

/// A program of the cluster: in its directory, as its owner, with nothing of our environment. Its
/// process group is the watchdog's, out of reach of a Ctrl-C at the terminal.
fn command(program: &Path, home: &Path, owner: Option<Owner>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LC_ALL", "C")
        .env("TZ", "UTC");
    if let Some(Owner { uid, gid }) = owner {
        command.uid(uid).gid(gid);
    }
    command
}

/// Starts the process that outlives this one by just so much as it takes to tidy up. It makes the
/// cluster's files first, then waits for the end of its input, ends its process group, in which the
/// server is, and removes the files.
fn watchdog(home: &Path, bin: &Path, owner: Option<Owner>) -> Child {
    // SIGQUIT is PostgreSQL's immediate stop. The server's children have groups of their own; one
    // that is frozen is woken, so that it sees the server go. (SIGHUP comes from the kernel when a
    // group with frozen members loses its parent.)
    const SCRIPT: &str = r#"
        trap '' HUP PIPE QUIT
        "$1/initdb" --pgdata=data --username="$2" --auth=trust --encoding=UTF8 --locale=C --no-sync >log 2>&1 &&
            echo made
        exec >/dev/null
        read -r _
        kill -CONT 0
        kill -QUIT 0
        group=' ' round=0
        while [ -n "$group" ] && [ $round -lt 200 ]; do
            before=$group group= round=$((round + 1))
            for stat in /proc/[0-9]*/stat; do
                read -r pid _ state parent of _ 2>/dev/null <"$stat" || continue
                [ "$state" = Z ] || [ "$pid" = $$ ] && continue
                [ "$of" = $$ ] && group="$group $pid "
                case "$before" in *" $parent "*) kill -CONT "$pid" ;; esac
            done
            sleep 0.05
        done
        cd / && rm -rf "$3"
        [ -z "$group" ] || kill -KILL 0
    "#;
    let mut shell = command(Path::new("/bin/sh"), home, owner);
    shell
        .args(["-c", SCRIPT, "watchdog"])
        .arg(bin)
        .arg(USER)
        .arg(home)
        .process_group(0);
    let mut watchdog = shell
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the watchdog to start");
    let mut word = String::new();
    watchdog.stdout.take().map(|mut pipe| pipe.read_to_string(&mut word));
    let said = fs::read_to_string(home.join("log")).unwrap_or_default();
    assert!(word == "made\n", "initdb failed; it says:\n{said}");
    watchdog
}

/// A port that nobody listens on, below those that the kernel lends to outgoing connections: so it
/// is still free when a stopped server comes back to it.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id().wrapping_mul(37);
    (0..10_000)
        .map(|_| 20_000 + (start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000) as u16)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port")
}

/// The processes whose parent is `parent`.
fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("/proc to be mounted").flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        // The fourth field; the second, the program's name, stands in brackets and may hold spaces.
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        after_name.split_whitespace().nth(1) == Some(&parent.to_string())
    })
    .collect()
}

/// Sends a signal, named without SIG, to processes that may have ended meanwhile.
fn signal_to(signal: &str, processes: &[u32]) {
    for process in processes {
        let kill = format!("kill -{signal} {process}");
        Command::new("/bin/sh")
            .args(["-c", &kill])
            .stderr(Stdio::null())
            .status()
            .expect("a shell");
    }
}

mod tests {
    use std::{
        io::Write,
        os::unix::net::UnixStream,
        sync::mpsc::{RecvTimeoutError, channel},
        thread,
    };

    use super::*;

    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }

    fn run(url: &str, sql: &str) {
        let mut connection = PgConnection::establish(url).expect("a connection");
        diesel::sql_query(sql)
            .execute(&mut connection)
            .expect("the statement to succeed");
    }

    fn count(url: &str, sql: &str) -> i64 {
        let mut connection = PgConnection::establish(url).expect("a connection");
        diesel::sql_query(sql)
            .get_result::<Count>(&mut connection)
            .expect("a count")
            .n
    }

    #[test]
    fn each_database_is_a_copy_of_its_template() {
        let template = shared().create("postgres_template", "template1");
        run(&template, "CREATE TABLE seed AS SELECT 1 AS x");
        let (one, other) = (database("postgres_template"), database("postgres_template"));
        run(&one, "INSERT INTO seed VALUES (2)");
        assert_eq!(count(&one, "SELECT count(*) AS n FROM seed"), 2);
        assert_eq!(
            count(&other, "SELECT count(*) AS n FROM seed"),
            1,
            "the databases are apart"
        );
        assert_eq!(
            count(
                &one,
                "SELECT count(*) AS n FROM pg_settings WHERE name = 'fsync' AND setting = 'on'"
            ),
            1
        );
    }

    #[test]
    fn what_was_committed_outlives_an_immediate_stop() {
        let cluster = PrivateCluster::start();
        let url = cluster.database("template1");
        run(&url, "CREATE TABLE kept AS SELECT 1 AS x");
        cluster.stop_immediate();
        assert!(PgConnection::establish(&url).is_err(), "a stopped server answers");
        cluster.restart();
        assert_eq!(count(&url, "SELECT count(*) AS n FROM kept"), 1);
        assert!(
            cluster.log().contains("not properly shut down"),
            "the stop was a crash: {}",
            cluster.log()
        );
    }

    #[test]
    fn a_hung_server_answers_only_when_it_goes_on() {
        let cluster = PrivateCluster::start();
        let url = cluster.database("template1");
        let mut connection = PgConnection::establish(&url).expect("a connection");
        cluster.hang();
        let (tell, told) = channel();
        let asked = thread::spawn(move || {
            let answer = diesel::sql_query("SELECT 1").execute(&mut connection);
            tell.send(answer.is_ok()).expect("somebody to listen");
        });
        assert_eq!(
            told.recv_timeout(Duration::from_millis(300)),
            Err(RecvTimeoutError::Timeout)
        );
        cluster.resume();
        assert_eq!(told.recv_timeout(PATIENCE), Ok(true));
        asked.join().expect("the question to end");
    }

    #[test]
    fn nothing_is_left_behind() {
        let cluster = PrivateCluster::start();
        let (home, port) = (cluster.0.home.clone(), cluster.0.port);
        let mut session = UnixStream::connect(home.join(format!(".s.PGSQL.{port}"))).expect("the socket");
        // Frozen, as a test that panics in the middle of a hang leaves it.
        cluster.hang();
        drop(cluster);
        assert!(!home.exists(), "{} is still there", home.display());
        // A process that had begun with the session may still have said on it why it ends.
        session.set_read_timeout(Some(PATIENCE)).expect("a patience");
        let gone = session
            .write_all(b"?")
            .and_then(|()| session.read_to_end(&mut Vec::new()));
        assert!(
            gone.is_ok()
                || matches!(&gone, Err(e) if matches!(e.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)),
            "the server still holds the connection: {gone:?}"
        );
        assert!(
            TcpListener::bind(("127.0.0.1", port)).is_ok(),
            "port {port} is still taken"
        );
    }
}
