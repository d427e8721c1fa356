//! A real coturn on loopback, as Debian has it. It ends with the test, however that ends: a shell waits for the end of
//! a pipe that this process holds.

use std::{
    env, fs,
    net::TcpStream,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::postgres::free_port;

/// `static-auth-secret` of every coturn here.
pub const SECRET: &str = "canary secret of the tests' own coturn";
/// A coturn that is not ready by then never will be; it takes some hundred milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running coturn; it ends when this is dropped.
pub struct CoturnServer {
    directory: TempDir,
    port: u16,
    secret: String,
    running: Option<Child>,
}

impl CoturnServer {
    /// Starts one on a free port of 127.0.0.1.
    pub fn start() -> Self {
        let mut server = Self {
            directory: tempfile::tempdir().unwrap(),
            port: free_port(),
            secret: SECRET.to_owned(),
            running: None,
        };
        server.start_again();
        server
    }

    /// Kills it and starts it again, on the same port.
    pub fn restart(&mut self) {
        self.stop();
        self.start_again();
    }

    /// Starts it again with another secret.
    pub fn rekey(&mut self) {
        "another secret of the tests' own coturn".clone_into(&mut self.secret);
        self.restart();
    }

    fn stop(&mut self) {
        if let Some(mut shell) = self.running.take() {
            // The end of its input tells the shell to kill it.
            drop(shell.stdin.take());
            let _ = shell.wait();
        }
    }

    fn start_again(&mut self) {
        let folder = self.directory.path();
        let config = format!(
            "listening-ip=127.0.0.1\nlistening-port={}\nexternal-ip=127.0.0.1\nuse-auth-secret\n\
             static-auth-secret={secret}\nrealm=example.org\nallow-loopback-peers\nno-tls\nno-dtls\nno-cli\n\
             log-file=stdout\nsimple-log\npidfile={folder}/pid\nuserdb={folder}/db\n",
            self.port,
            folder = folder.display(),
            secret = self.secret,
        );
        fs::write(folder.join("turnserver.conf"), config).unwrap();
        let script = "\"$1\" -c \"$2/turnserver.conf\" >>\"$2/log\" 2>&1 & read -r _; kill -9 $!; wait";
        let shell = Command::new("/bin/sh")
            .args(["-c", script, "coturn"])
            .args([program("turnserver"), folder.to_owned()])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.running = Some(shell);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < PATIENCE, "coturn does not start; it says:\n{log}");
            sleep(Duration::from_millis(5));
        }
    }

    /// Where its clients connect.
    pub fn uri(&self) -> String {
        format!("turn:127.0.0.1:{}?transport=udp", self.port)
    }

    /// What makes it a room server of ours.
    pub fn registration(&self) -> Value {
        json!({ "kind": "coturn", "uris": self.uri(), "static_auth_secret": self.secret })
    }

    /// Whether it relays for a client with these credentials: two of its sockets send to each other by it.
    pub async fn relays(&self, name: &str, password: &str) -> bool {
        let mut client = Command::new(program("turnutils_uclient"));
        client
            .args([
                "-p",
                &self.port.to_string(),
                "-e",
                "127.0.0.1",
                "-n",
                "1",
                "-m",
                "1",
                "-y",
                "-c",
            ])
            .args(["-u", name, "-w", password, "127.0.0.1"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let done = tokio::task::spawn_blocking(move || client.status());
        done.await.unwrap().unwrap().success()
    }
}

impl Drop for CoturnServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Debian has it in `/usr/bin`.
fn program(name: &str) -> PathBuf {
    env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|directory| directory.join(name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("{name} is missing: run `make test-tools`"))
}
