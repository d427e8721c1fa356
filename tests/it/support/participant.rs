//! A real participant of a LiveKit (`tests/tools/participant.py`) in a process of its own.

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

use super::{service::text, tools::python};

/// What has not happened by then will not; alone on the machine all of it takes a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// A participant; its process ends when this is dropped.
pub struct Participant {
    name: String,
    process: Child,
    input: Mutex<ChildStdin>,
    state: Arc<Mutex<State>>,
}

/// What the participant has said so far.
#[derive(Default)]
struct State {
    log: String,
    answers: Vec<Value>,
    /// What happened, in order.
    happened: Vec<Value>,
    ready: bool,
    closed: bool,
}

impl Participant {
    /// Starts one that is nowhere yet.
    pub async fn start(name: &str, url: &str) -> Self {
        Self::run(name, "participant.py", json!({ "url": url })).await
    }

    /// A client of a Prosody (`tests/tools/occupant.py`) that is nowhere yet.
    pub async fn of_prosody(name: &str, port: u16, domain: &str) -> Self {
        Self::run(name, "occupant.py", json!({ "port": port, "domain": domain })).await
    }

    /// Comes into a room of a Prosody by this token; the error is the condition that it names.
    pub async fn come(&self, room: &str, jwt: &str) -> Result<(), String> {
        let join = json!({ "do": "join", "jwt": jwt, "room": room, "nick": self.name });
        match self.command(join).await.get("failed") {
            None => Ok(()),
            Some(why) => Err(text(why)),
        }
    }

    async fn run(name: &str, script: &str, place: Value) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools").join(script);
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
        spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                heard.lock().unwrap().take(&line);
            }
            heard.lock().unwrap().closed = true;
        });
        spawn(move || {
            let mut said = String::new();
            let _ = errors.read_to_string(&mut said);
            failed.lock().unwrap().log.push_str(&said);
        });
        let participant = Self {
            name: name.to_owned(),
            process,
            input,
            state,
        };
        participant.say(&place);
        participant.until("its start", |state| state.ready).await;
        participant
    }

    /// One that has come in by this token.
    pub async fn enter(name: &str, url: &str, token: &str) -> Self {
        let participant = Self::start(name, url).await;
        participant
            .join(token)
            .await
            .unwrap_or_else(|why| panic!("{why}: {participant}"));
        participant
    }

    /// Comes in by this token; the error is what LiveKit said.
    pub async fn join(&self, token: &str) -> Result<(), String> {
        let answer = self.command(json!({ "do": "join", "token": token })).await;
        match answer.get("failed") {
            None => Ok(()),
            Some(why) => Err(text(why)),
        }
    }

    /// Sends a tone; false where that is not allowed.
    pub async fn publish(&self) -> bool {
        self.command(json!({ "do": "publish" }))
            .await
            .get("published")
            .is_some()
    }

    /// Leaves the room.
    pub async fn leave(&self) {
        self.command(json!({ "do": "leave" })).await;
    }

    /// The token that the server gave last, and the id of the stay.
    pub async fn kept(&self) -> (String, String) {
        let kept = self.command(json!({ "do": "kept" })).await;
        (text(&kept["kept"]), text(&kept["sid"]))
    }

    /// Tries to go on with a stay: LiveKit's first word.
    pub async fn resume(&self, token: &str, sid: &str) -> String {
        let answer = self
            .command(json!({ "do": "resume", "token": token, "sid": sid }))
            .await;
        answer["resumed"].as_str().unwrap_or("refused").to_owned()
    }

    /// Lets so many others in by these tokens, whose connections only stand there: how many came in.
    pub async fn hold(&self, tokens: &[String]) -> usize {
        let held = self.command(json!({ "do": "hold", "tokens": tokens })).await;
        usize::try_from(held["held"].as_u64().unwrap_or_default()).expect("a number")
    }

    /// The longest silence of somebody since this was asked last.
    pub async fn gap(&self, of: &str) -> Duration {
        let answer = self.command(json!({ "do": "gap", "of": of })).await;
        Duration::from_secs_f64(answer["gap"].as_f64().expect("seconds"))
    }

    /// Waits until it has heard somebody.
    pub async fn hears(&self, of: &str) {
        self.until(&format!("the voice of {of}"), |state| {
            state.happened.iter().any(|one| one["heard"] == of)
        })
        .await;
    }

    /// Waits until it is put out.
    pub async fn is_put_out(&self) {
        self.until("its end", |state| state.is_out()).await;
    }

    /// Whether it was put out since it came in last.
    pub fn is_out(&self) -> bool {
        self.state.lock().unwrap().is_out()
    }

    /// Sends a command and gives its answer, whichever.
    async fn command(&self, command: Value) -> Value {
        let before = self.state.lock().unwrap().answers.len();
        self.say(&command);
        let what = text(&command["do"]);
        self.until(&what, |state| state.answers.len() > before).await;
        self.state.lock().unwrap().answers[before].clone()
    }

    fn say(&self, line: &Value) {
        // Where it has ended, the wait for its answer tells.
        let _ = writeln!(self.input.lock().unwrap(), "{line}");
    }

    async fn until(&self, what: &str, done: impl Fn(&State) -> bool) {
        let begun = Instant::now();
        loop {
            let closed = {
                let state = self.state.lock().unwrap();
                if done(&state) {
                    return;
                }
                state.closed
            };
            assert!(!closed && begun.elapsed() < PATIENCE, "waiting for {what}: {self}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl State {
    fn take(&mut self, line: &str) {
        let said: Value = serde_json::from_str(line).unwrap_or_default();
        let _ = writeln!(self.log, "  {line}");
        let events = ["heard", "ended"];
        if said["ready"] == true {
            self.ready = true;
        } else if events.iter().any(|name| said.get(name).is_some()) {
            self.happened.push(said);
        } else {
            if said.get("joined").is_some() {
                self.happened.push(said.clone());
            }
            self.answers.push(said);
        }
    }

    fn is_out(&self) -> bool {
        let last = self
            .happened
            .iter()
            .rfind(|one| one.get("ended").is_some() || one.get("joined").is_some());
        last.is_some_and(|last| last.get("ended").is_some() || last["over"] == true)
    }
}

impl std::fmt::Display for Participant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the participant {} said:\n{}",
            self.name,
            self.state.lock().unwrap().log
        )
    }
}

impl Drop for Participant {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
