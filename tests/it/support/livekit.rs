//! A real LiveKit on loopback, without Redis, and a bad-tempered proxy of its API.
//!
//! `make test-tools` builds it from its own source. It ends with the test, however that ends: a shell waits for the
//! end of a pipe that this process holds.

pub mod attempts;
mod proxy;

use std::{
    collections::{BTreeMap, HashMap},
    env, fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use vouchsafe::platform::terms::{Clock, SystemClock};

use super::postgres::free_port;
pub use proxy::ApiProxy;

/// The API key of every LiveKit here.
pub const API_KEY: &str = "vouchsafe";
/// Its secret.
pub const API_SECRET: &str = "canary secret of the tests' own LiveKit";
/// A LiveKit that is not ready by then never will be; it takes some hundred milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running LiveKit; it ends when this is dropped.
pub struct LiveKitServer {
    directory: TempDir,
    port: u16,
    udp: u16,
    secret: String,
    webhook: Option<String>,
    running: Option<Child>,
}

impl LiveKitServer {
    /// Starts one on free ports of 127.0.0.1, with no room.
    pub fn start() -> Self {
        let mut server = Self::planned();
        server.start_again();
        server
    }

    /// One that is not started yet; where it will be is known.
    pub fn planned() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            port: free_port(),
            udp: free_port(),
            secret: API_SECRET.to_owned(),
            webhook: None,
            running: None,
        }
    }

    /// Lets it report to this URL, from its next start on.
    pub fn report_to(&mut self, url: String) {
        self.webhook = Some(url);
    }

    /// Gives its key another secret, from its next start on.
    pub fn set_secret(&mut self, secret: &str) {
        secret.clone_into(&mut self.secret);
    }

    /// Kills it and starts it again, on the same ports: it remembers nothing.
    pub fn restart(&mut self) {
        self.stop();
        self.start_again();
    }

    /// Kills it: nobody listens on its ports any more.
    pub fn stop(&mut self) {
        if let Some(mut shell) = self.running.take() {
            // The end of its input tells the shell to kill it.
            drop(shell.stdin.take());
            let _ = shell.wait();
        }
    }

    /// Starts it after [`Self::stop`].
    pub fn start_again(&mut self) {
        assert!(self.running.is_none(), "LiveKit runs already");
        let mut config = json!({
            "port": self.port,
            "bind_addresses": ["127.0.0.1"],
            "rtc": {
                "udp_port": self.udp,
                "tcp_port": free_port(),
                "use_external_ip": false,
                "node_ip": "127.0.0.1",
                "enable_loopback_candidate": true,
            },
            "keys": { API_KEY: self.secret },
            "logging": { "level": "info" },
        });
        if let Some(url) = &self.webhook {
            config["webhook"] = json!({ "api_key": API_KEY, "urls": [url] });
        }
        // JSON is YAML.
        fs::write(self.directory.path().join("livekit.yaml"), config.to_string()).unwrap();
        let script = "\"$1\" --config \"$2/livekit.yaml\" >>\"$2/log\" 2>&1 & echo $!; read -r _; kill -9 $!; wait";
        let mut shell = Command::new("/bin/sh")
            .args(["-c", script, "livekit"])
            .args([program(), self.directory.path().to_owned()])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut started = String::new();
        BufReader::new(shell.stdout.take().unwrap())
            .read_line(&mut started)
            .unwrap();
        self.running = Some(shell);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(
                begun.elapsed() < PATIENCE,
                "LiveKit does not start; it says:\n{}",
                self.log()
            );
            sleep(Duration::from_millis(5));
        }
    }

    /// Where its clients connect.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// Its API.
    pub fn api_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What makes it a room server of ours.
    pub fn registration(&self) -> Value {
        json!({
            "kind": "livekit",
            "client_url": self.url(),
            "api_url": self.api_url(),
            "api_key": API_KEY,
            "api_secret": self.secret,
        })
    }

    /// Whether somebody may publish in a room.
    pub async fn may_publish(&self, room: &str, id: &str) -> bool {
        let found = listed(&reqwest::Client::new(), &self.api_url(), &self.secret, room).await;
        let one = found.iter().find(|one| one["identity"] == id);
        one.is_some_and(|one| one["permission"]["can_publish"] == true)
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

/// What a key signs: a JWT with these claims.
pub fn signed(secret: &str, claims: &Value) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let text = format!("{}.{}", part(&json!({ "alg": "HS256", "typ": "JWT" })), part(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), text.as_bytes());
    format!("{text}.{}", BASE64URL_NOPAD.encode(tag.as_ref()))
}

/// Who is in a room, by LiveKit's own list.
async fn listed(client: &reqwest::Client, url: &str, secret: &str, room: &str) -> Vec<Value> {
    let now = SystemClock.now().seconds();
    let rights = json!({ "roomAdmin": true, "room": room });
    let token = signed(secret, &json!({ "iss": API_KEY, "exp": now + 60, "video": rights }));
    let asked = client
        .post(format!("{url}/twirp/livekit.RoomService/ListParticipants"))
        .bearer_auth(token)
        .json(&json!({ "room": room }));
    let mut answer: Value = asked.send().await.unwrap().json().await.unwrap();
    answer["participants"].as_array_mut().map(std::mem::take).unwrap()
}

/// Looks who is in a room, by LiveKit's own list, until it is asked.
pub struct Watch {
    over: Arc<AtomicBool>,
    seen: JoinHandle<BTreeMap<String, Stay>>,
}

/// A stay in a room, from when to when it was seen.
struct Stay {
    id: String,
    from: Instant,
    until: Instant,
    /// When the list was without it first.
    gone: Option<Instant>,
}

impl Watch {
    /// Begins to look for one participant.
    pub fn on(server: &LiveKitServer, room: &str, id: &str) -> Self {
        Self::begin(server, room, Some(id.to_owned()))
    }

    /// Begins to look for everybody.
    pub fn on_all(server: &LiveKitServer, room: &str) -> Self {
        Self::begin(server, room, None)
    }

    fn begin(server: &LiveKitServer, room: &str, id: Option<String>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (ended, url) = (Arc::clone(&over), server.api_url());
        let (room, secret) = (room.to_owned(), server.secret.clone());
        let seen = tokio::spawn(async move {
            let client = reqwest::Client::new();
            let mut seen: BTreeMap<String, Stay> = BTreeMap::new();
            while !ended.load(Ordering::Relaxed) {
                let asked = Instant::now();
                let answer = listed(&client, &url, &secret, &room).await;
                let at = Instant::now();
                for one in &answer {
                    let identity = one["identity"].as_str().unwrap();
                    if id.as_deref().is_none_or(|id| id == identity) && one["state"] != "DISCONNECTED" {
                        let stay = seen.entry(one["sid"].to_string()).or_insert_with(|| Stay {
                            id: identity.to_owned(),
                            from: at,
                            until: at,
                            gone: None,
                        });
                        stay.until = at;
                    }
                }
                for stay in seen.values_mut() {
                    let gone = (stay.until != at).then_some(at);
                    stay.gone = gone.and(stay.gone).or(gone);
                }
                // A full room takes a while to list: who watches is not to be what is waited for.
                tokio::time::sleep(Duration::from_millis(10).max(asked.elapsed() * 2)).await;
            }
            seen
        });
        Self { over, seen }
    }

    async fn seen(self) -> Vec<Stay> {
        self.over.store(true, Ordering::Relaxed);
        let mut stays: Vec<_> = self.seen.await.unwrap().into_values().collect();
        stays.sort_by_key(|stay| stay.from);
        stays
    }

    /// How long each stay was, in order.
    pub async fn stays(self) -> Vec<Duration> {
        let stays = self.seen().await;
        stays.into_iter().map(|stay| stay.until - stay.from).collect()
    }

    /// When the list was without each of them first, who are there no more.
    pub async fn gone(self) -> HashMap<String, Instant> {
        let stays = self.seen().await;
        let gone = stays.into_iter().filter_map(|stay| Some((stay.id, stay.gone?)));
        gone.collect()
    }
}

impl Drop for LiveKitServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Built beside the Python that runs participants.
fn program() -> PathBuf {
    let named = env::var_os("VOUCHSAFE_TEST_LIVEKIT").map(PathBuf::from);
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/livekit-v1.13.4/livekit-server");
    let path = named.unwrap_or(usual);
    assert!(
        path.is_file(),
        "{} is missing: run `make test-tools`, or name a livekit-server in VOUCHSAFE_TEST_LIVEKIT",
        path.display()
    );
    path
}
