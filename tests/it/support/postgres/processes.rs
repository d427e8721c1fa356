//! The programs of PostgreSQL, how they are run, and how nothing of them is left.

use super::*;
use diesel::{Connection, PgConnection, RunQueryDsl};
use std::{
    env, fs,
    io::{ErrorKind, Read},
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// The directory with `initdb` and `postgres`.
pub(super) fn programs() -> PathBuf {
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
pub(super) fn command(program: &Path, home: &Path, owner: Option<Owner>) -> Command {
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
pub(super) fn watchdog(home: &Path, bin: &Path, owner: Option<Owner>) -> Child {
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
pub(super) fn children(parent: u32) -> Vec<u32> {
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
pub(super) fn signal_to(signal: &str, processes: &[u32]) {
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
