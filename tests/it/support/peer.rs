//! A real WebRTC peer (`tests/tools/peer.py`) in a process of its own.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Read, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex},
    thread::spawn,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use vouchsafe::rooms::servers::janus::{AudioBridge, Plugin as _};

use super::{janus::JanusServer, tools::python};

/// What has not happened by then will not; alone on the machine all of it takes a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// A peer with a handle of a plugin; its process ends when this is dropped.
///
/// One whose process ends without [`Peer::leave`] stays listed until Janus's session timeout, as
/// anybody does whose client crashed.
pub struct Peer {
    name: String,
    process: Child,
    input: Mutex<ChildStdin>,
    state: Arc<Mutex<State>>,
}

/// What the peer has said so far.
#[derive(Default)]
struct State {
    log: String,
    answers: Vec<Value>,
    packets: u64,
    media: bool,
    loud: bool,
    id: Value,
    kicked: bool,
    ended: bool,
}

impl Peer {
    /// One that has attached to the plugin, and joined nothing yet.
    pub async fn open(name: &str, janus: &JanusServer) -> Self {
        let peer = Self::at(janus.plugin(), name, &janus.url(), &janus.core_token());
        let opened = peer.command(json!({ "do": "open" })).await;
        assert_eq!(opened["opened"], true, "{peer}");
        peer
    }

    /// What Janus's core says to one with this token: the code of its refusal, or none.
    pub async fn refused_by_core(url: &str, core_token: &str) -> Option<i64> {
        let peer = Self::start("stranger", url, core_token);
        peer.command(json!({ "do": "open" })).await["refused"].as_i64()
    }

    /// One that has joined under this id with this token, and receives media.
    pub async fn enter(janus: &JanusServer, room: &str, id: &str, token: &str) -> Self {
        let peer = Self::open(id, janus).await;
        if let Err(code) = peer.join(room, id, token).await {
            panic!("{id} does not come in ({code}): {peer}");
        }
        peer.connect(false).await;
        peer.receives(1).await;
        peer
    }

    /// Starts a peer of AudioBridge anywhere; `open` is its first command.
    pub fn start(name: &str, url: &str, core_token: &str) -> Self {
        Self::at(AudioBridge.name(), name, url, core_token)
    }

    /// Starts a peer of this plugin.
    pub fn at(plugin: &str, name: &str, url: &str, core_token: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/peer.py");
        let mut process = Command::new(python())
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = Mutex::new(process.stdin.take().unwrap());
        let (output, mut errors) = (process.stdout.take().unwrap(), process.stderr.take().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let (heard, failed) = (Arc::clone(&state), Arc::clone(&state));
        let begun = Instant::now();
        spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                heard.lock().unwrap().take(begun.elapsed(), &line);
            }
            heard.lock().unwrap().ended = true;
        });
        spawn(move || {
            let mut said = String::new();
            let _ = errors.read_to_string(&mut said);
            failed.lock().unwrap().log.push_str(&said);
        });
        let peer = Self {
            name: name.to_owned(),
            process,
            input,
            state,
        };
        peer.say(&json!({ "url": url, "token": core_token, "plugin": plugin }));
        peer
    }

    /// Receives what these send in a room of VideoRoom; the error is its code (433: not let in).
    pub async fn watch(&self, body: Value) -> Result<(), i64> {
        self.outcome(json!({ "do": "watch", "body": body })).await.map(drop)
    }

    /// Joins a room; the error is AudioBridge's code (489: not on the list).
    pub async fn join(&self, room: &str, id: &str, token: &str) -> Result<(), i64> {
        self.join_with(json!({ "room": room, "id": id, "token": token })).await
    }

    /// Joins with a body of the test's own.
    pub async fn join_with(&self, body: Value) -> Result<(), i64> {
        self.outcome(json!({ "do": "join", "body": body })).await.map(drop)
    }

    /// Opens a PeerConnection; the media begins soon after.
    pub async fn connect(&self, muted: bool) {
        if let Err(code) = self.try_connect(muted).await {
            panic!("no connection ({code}): {self}");
        }
    }

    /// Tries to open a PeerConnection; the error is AudioBridge's code (487: not in a room).
    pub async fn try_connect(&self, muted: bool) -> Result<(), i64> {
        self.outcome(json!({ "do": "connect", "muted": muted })).await.map(drop)
    }

    /// Sends a request to AudioBridge; the error is its code.
    pub async fn send(&self, body: Value) -> Result<Value, i64> {
        self.outcome(json!({ "do": "send", "body": body })).await
    }

    /// Asks to be heard, or not to be.
    pub async fn mute(&self, muted: bool) {
        let done = self.send(json!({ "request": "configure", "muted": muted })).await;
        assert!(done.is_ok(), "{done:?}: {self}");
    }

    /// Leaves its room.
    pub async fn leave(&self) {
        let done = self.send(json!({ "request": "leave" })).await;
        assert!(done.is_ok(), "{done:?}: {self}");
    }

    /// RTP packets received so far, in all.
    pub fn packets(&self) -> u64 {
        self.state.lock().unwrap().packets
    }

    /// Waits for this many further RTP packets; 50 come in a second.
    pub async fn receives(&self, packets: u64) {
        let from = self.packets();
        self.until(&format!("{packets} packets"), |state| state.packets >= from + packets)
            .await;
    }

    /// Waits until no RTP packet has come for half a second; says how long that took.
    pub async fn stops_receiving(&self) -> Duration {
        let begun = Instant::now();
        self.until("the end of the media", |state| !state.media).await;
        begun.elapsed()
    }

    /// Waits until it hears somebody, or nobody.
    pub async fn hears(&self, somebody: bool) {
        self.until(if somebody { "a voice" } else { "silence" }, |state| {
            state.media && state.loud == somebody
        })
        .await;
    }

    /// Waits until it is told of its kick.
    pub async fn is_told_of_its_kick(&self) {
        self.until("a kick", |state| state.kicked).await;
    }

    /// Sends a command and gives its answer, whichever.
    pub async fn command(&self, command: Value) -> Value {
        let before = self.state.lock().unwrap().answers.len();
        self.say(&command);
        self.until(&command.to_string(), |state| state.answers.len() > before)
            .await;
        self.state.lock().unwrap().answers[before].clone()
    }

    async fn outcome(&self, command: Value) -> Result<Value, i64> {
        let answer = self.command(command).await;
        match (answer["error"].as_i64(), answer.get("refused").or(answer.get("failed"))) {
            (Some(code), _) => Err(code),
            (None, None) => Ok(answer),
            (None, Some(_)) => panic!("{self}"),
        }
    }

    fn say(&self, line: &Value) {
        // Where it has ended, the wait for its answer tells.
        let _ = writeln!(self.input.lock().unwrap(), "{line}");
    }

    async fn until(&self, what: &str, done: impl Fn(&State) -> bool) {
        let begun = Instant::now();
        loop {
            let ended = {
                let state = self.state.lock().unwrap();
                if done(&state) {
                    return;
                }
                state.ended
            };
            assert!(!ended && begun.elapsed() < PATIENCE, "waiting for {what}: {self}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl State {
    fn take(&mut self, at: Duration, line: &str) {
        let said: Value = serde_json::from_str(line).unwrap_or_default();
        if let Some(packets) = said["packets"].as_u64() {
            // They come ten times a second: the log has no use for them.
            self.packets = packets;
            return;
        }
        let _ = writeln!(self.log, "  {:6.2} {line}", at.as_secs_f64());
        let names = ["opened", "joined", "connected", "answer", "error", "refused", "failed"];
        if let Some(media) = said["media"].as_str() {
            self.media = media == "started";
        } else if let Some(loud) = said["loud"].as_bool() {
            self.loud = loud;
        } else if let Some(id) = said.get("kicked") {
            self.kicked |= *id == self.id;
        } else if names.iter().any(|name| said.get(name).is_some()) {
            if let Some(id) = said.get("joined") {
                self.id = id.clone();
                self.kicked = false;
            }
            self.answers.push(said);
        }
    }
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.state.lock().unwrap();
        write!(
            f,
            "the peer {} ({} packets) said:\n{}",
            self.name, state.packets, state.log
        )
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
