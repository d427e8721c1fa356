//! A real Prosody on loopback with our module, as Debian has it, and a module of the tests' own in place of the one of
//! Jitsi's that checks tokens. It ends with the test, however that ends: a shell waits for the end of a pipe that this
//! process holds.

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

use super::{participant::Participant, postgres::free_port};

/// `app_id` of every Prosody here.
pub const APP_ID: &str = "vouchsafe";
/// Its `app_secret`.
pub const APP_SECRET: &str = "canary secret of the tests' own Prosody";
/// Its virtual host.
pub const DOMAIN: &str = "meet.example.org";
/// A Prosody that is not ready by then never will be; it takes some hundred milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running Prosody; it ends when this is dropped.
pub struct ProsodyServer {
    directory: TempDir,
    port: u16,
    http: u16,
    secret: String,
    ask: String,
    running: Option<Child>,
}

impl ProsodyServer {
    /// One that is not started yet; where it will be is known.
    pub fn planned() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            port: free_port(),
            http: free_port(),
            secret: APP_SECRET.to_owned(),
            ask: "http://127.0.0.1:9/events".to_owned(),
            running: None,
        }
    }

    /// Lets its module ask at this URL, from its next start on.
    pub fn ask_at(&mut self, url: String) {
        self.ask = url;
    }

    /// Gives its app another secret, from its next start on.
    pub fn set_secret(&mut self, secret: &str) {
        secret.clone_into(&mut self.secret);
    }

    /// The port of its module.
    pub const fn http(&self) -> u16 {
        self.http
    }

    /// Kills it.
    pub fn stop(&mut self) {
        if let Some(mut shell) = self.running.take() {
            // The end of its input tells the shell to kill it.
            drop(shell.stdin.take());
            let _ = shell.wait();
        }
    }

    /// Starts it.
    pub fn start(&mut self) {
        assert!(self.running.is_none(), "Prosody runs already");
        let folder = self.directory.path();
        let source = env!("CARGO_MANIFEST_DIR");
        let (port, http, secret, ask) = (self.port, self.http, &self.secret, &self.ask);
        let folder_name = folder.display();
        let config = format!(
            "daemonize = false\nrun_as_root = true\npidfile = \"{folder_name}/pid\"\n\
             data_path = \"{folder_name}/data\"\ncertificates = \"{folder_name}/certs\"\n\
             log = {{ {{ levels = {{ min = \"info\" }}, to = \"console\" }} }}\n\
             plugin_paths = {{ \"{source}/deploy/prosody\", \"{source}/tests/tools/prosody\" }}\n\
             modules_enabled = {{ \"saslauth\" }}\nmodules_disabled = {{ \"s2s\", \"tls\", \"posix\" }}\n\
             interfaces = {{ \"127.0.0.1\" }}\nhttp_interfaces = {{ \"127.0.0.1\" }}\n\
             c2s_ports = {{ {port} }}\ns2s_ports = {{}}\nhttp_ports = {{ {http} }}\nhttps_ports = {{}}\n\
             http_default_host = \"conference.{DOMAIN}\"\nc2s_require_encryption = false\n\
             allow_unencrypted_plain_auth = true\n\
             VirtualHost \"{DOMAIN}\"\n authentication = \"ticket\"\n app_id = \"{APP_ID}\"\n app_secret = \"{secret}\"\n\
             Component \"conference.{DOMAIN}\" \"muc\"\n modules_enabled = {{ \"vouchsafe\" }}\n\
             muc_room_locking = false\n vouchsafe_url = \"{ask}\"\n vouchsafe_app_id = \"{APP_ID}\"\n\
             vouchsafe_app_secret = \"{secret}\"\n"
        );
        for name in ["data", "certs"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        fs::write(folder.join("prosody.cfg.lua"), config).unwrap();
        let script = "\"$1\" --config \"$2/prosody.cfg.lua\" >>\"$2/log\" 2>&1 & read -r _; kill -9 $!; wait";
        let shell = Command::new("/bin/sh")
            .args(["-c", script, "prosody"])
            .args([program(), folder.to_owned()])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.running = Some(shell);
        let begun = Instant::now();
        while [port, http]
            .iter()
            .any(|port| TcpStream::connect(("127.0.0.1", *port)).is_err())
        {
            assert!(
                begun.elapsed() < PATIENCE,
                "Prosody does not start; it says:\n{}",
                self.log()
            );
            sleep(Duration::from_millis(5));
        }
    }

    /// What makes it a room server of ours.
    pub fn registration(&self) -> Value {
        json!({
            "kind": "jitsi",
            "client_url": format!("https://{DOMAIN}"),
            "module_url": format!("http://127.0.0.1:{}/vouchsafe", self.http),
            "domain": DOMAIN,
            "app_id": APP_ID,
            "app_secret": self.secret,
        })
    }

    /// A client that is nowhere yet.
    pub async fn client(&self, name: &str) -> Participant {
        Participant::of_prosody(name, self.port, DOMAIN).await
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for ProsodyServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Debian has it in `/usr/bin`.
fn program() -> PathBuf {
    env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|directory| directory.join("prosody"))
        .find(|path| path.is_file())
        .expect("prosody is missing: run `make test-tools`")
}
