//! What the release binary's own process takes: memory when nothing happens, time to be ready.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use secrecy::ExposeSecret;
use tokio::runtime::Runtime;

use crate::{Wanted, row::Row, support::service::Home};

/// The memory that an idle service may take, in MiB.
const MEMORY: f64 = 60.0;
/// How long a service with a million people may take to be ready, in seconds.
const READY: f64 = 10.0;
/// For so long an idle service is looked at, and again until two looks agree.
const QUIET: Duration = Duration::from_secs(15);
/// How often it is looked at, at most.
const LOOKS: usize = 12;

/// The service's binary while it runs.
struct Process {
    child: Child,
    /// Where it serves.
    address: String,
    /// When it was started.
    begun: Instant,
}

impl Process {
    /// Starts a command in `folder` that serves, and waits until it says where.
    fn start(folder: &Path, command: &str, settings: &[String]) -> Self {
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_vouchsafe"))
            .current_dir(folder)
            .args(["--set", "http.listen=127.0.0.1:0"])
            .args(settings.iter().flat_map(|setting| ["--set", setting]))
            .arg(command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the service to start");
        let stdout = child.stdout.take().expect("its output");
        let mut lines = BufReader::new(stdout).lines();
        let address = lines.find_map(|line| {
            let line = line.expect("a line");
            let rest = line.strip_prefix("serving on http://")?;
            rest.split(',').next().map(str::to_owned)
        });
        // What it says later is read, so that it never waits for us.
        thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            address: address.expect("the service to serve"),
            begun,
        }
    }

    /// Asks whether it is ready until it is; how long after its start that was.
    fn ready(&self) -> Duration {
        loop {
            let mut stream = TcpStream::connect(&self.address).expect("to connect");
            let request = "GET /readyz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
            stream.write_all(request.as_bytes()).expect("to send");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("an answer");
            if answer.starts_with("HTTP/1.1 200") {
                return self.begun.elapsed();
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The most that its resident set was within [`QUIET`], once that differs by no more than a hundredth from
    /// the time before; in MiB. What an idle service does every few seconds is in it.
    fn quiet_memory(&self) -> f64 {
        let most = || {
            let begun = Instant::now();
            let mut most = self.memory();
            while begun.elapsed() < QUIET {
                thread::sleep(Duration::from_millis(50));
                most = most.max(self.memory());
            }
            most
        };
        let mut before = most();
        for _ in 0..LOOKS {
            let now = most();
            if (now - before).abs() <= before / 100.0 {
                return now;
            }
            before = now;
        }
        panic!("the memory of an idle service does not stand still: {before:.1} MiB");
    }

    /// Its resident set now, in MiB (`proc_pid_status(5)`).
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("/proc");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        kilobytes.expect("a figure").parse::<f64>().expect("a figure") / 1024.0
    }

    /// Stops it as an operator does, and waits.
    fn stop(mut self) {
        let stopped = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(stopped.expect("kill").success());
        assert!(self.child.wait().expect("its end").success());
    }
}

/// The memory of the service with the sample community: as it is served, and by the process that
/// has just made it.
pub fn measure(_: &Runtime, is_wanted: Wanted<'_>) -> Vec<Row> {
    eprintln!("idle-memory …");
    let folder = tempfile::tempdir().expect("a temporary directory");
    let mut rows = Vec::new();
    for (name, command) in [("idle-memory-demo", "demo"), ("idle-memory", "serve")] {
        let process = Process::start(folder.path(), command, &[]);
        process.ready();
        let memory = process.quiet_memory();
        process.stop();
        if is_wanted(name) {
            rows.push(Row::of_cost(name, memory, "MiB", MEMORY));
        }
    }
    rows
}

/// How long a service takes from its start until it is ready: the median of three, the database in
/// the page cache.
pub fn ready_after_start(home: &Home) -> Row {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let settings = [
        format!("store.url={}", home.config.store.url.expose_secret()),
        format!("vault.keyring_file={}", home.config.vault.keyring_file.display()),
    ];
    let mut times: Vec<f64> = (0..3)
        .map(|_| {
            let process = Process::start(folder.path(), "serve", &settings);
            let ready = process.ready().as_secs_f64();
            let memory = process.memory();
            process.stop();
            eprintln!("  ready after {ready:.2} s, with {memory:.0} MiB");
            ready
        })
        .collect();
    times.sort_by(f64::total_cmp);
    Row::of_cost("ready-after-start", times[1], "s", READY)
}
