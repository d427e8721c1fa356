//! A real Janus with its AudioBridge or its VideoRoom, on loopback, and a bad-tempered proxy of its admin API.
//!
//! Janus itself runs from the test's own directory, with the HTTP transport and these two plugins alone,
//! and ends with the test, however that ends: a shell waits for the end of a pipe that this
//! process holds.

mod proxy;

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tempfile::TempDir;
use vouchsafe::{
    platform::terms::{Clock, SystemClock},
    rooms::servers::janus::{self, Address, AudioBridge, Plugin, VideoRoom},
};

use super::postgres::free_port;
pub use proxy::AdminProxy;

/// `admin_secret` of every Janus here.
pub const ADMIN_SECRET: &str = "admin secret of the tests";
/// Its `admin_key`.
pub const ADMIN_KEY: &str = "admin key of the tests";
/// Its `token_auth_secret`.
pub const TOKEN_SECRET: &str = "token secret of the tests";
/// A Janus that is not ready by then never will be; it takes some milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Debian's plugins and transports that no test needs.
const LEFT_OUT: [(&str, &str); 3] = [
    (
        "plugins",
        "duktape echotest lua nosip recordplay sip streaming textroom videocall voicemail",
    ),
    ("transports", "mqtt nanomsg pfunix rabbitmq websockets"),
    ("loggers", "jsonlog"),
];

/// A running Janus; it ends when this is dropped.
pub struct JanusServer {
    directory: TempDir,
    plugin: &'static dyn Plugin,
    kind: &'static str,
    admin_secret: String,
    port: u16,
    admin_port: u16,
    running: Option<Running>,
}

struct Running {
    shell: Child,
    pid: String,
}

impl JanusServer {
    /// Starts one on free ports of 127.0.0.1, with no room.
    pub fn start() -> Self {
        Self::with(&AudioBridge, "janus")
    }

    /// Starts one whose VideoRoom is used.
    pub fn start_videoroom() -> Self {
        Self::with(&VideoRoom, "janus_videoroom")
    }

    fn with(plugin: &'static dyn Plugin, kind: &'static str) -> Self {
        let mut server = Self {
            plugin,
            kind,
            admin_secret: ADMIN_SECRET.to_owned(),
            directory: tempfile::tempdir().unwrap(),
            port: free_port(),
            admin_port: free_port(),
            running: None,
        };
        server.configure();
        server.start_again();
        server
    }

    /// Kills it and starts it again, on the same ports: it remembers nothing.
    pub fn restart(&mut self) {
        self.stop();
        self.start_again();
    }

    /// Starts it again with another `admin_secret`.
    pub fn rekey(&mut self) {
        "another admin secret of the tests".clone_into(&mut self.admin_secret);
        self.stop();
        self.configure();
        self.start_again();
    }

    /// Kills it: nobody listens on its ports any more.
    pub fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            // The end of its input tells the shell to kill Janus.
            drop(running.shell.stdin.take());
            let _ = running.shell.wait();
        }
    }

    /// Starts it after [`Self::stop`].
    pub fn start_again(&mut self) {
        assert!(self.running.is_none(), "Janus runs already");
        let script = "\"$1\" -F \"$2\" -C \"$2/janus.jcfg\" >>\"$2/log\" 2>&1 & echo $!; read -r _; kill -9 $!; wait";
        let mut shell = Command::new("/bin/sh")
            .args(["-c", script, "janus"])
            .args([program(), self.directory.path().to_owned()])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut pid = String::new();
        BufReader::new(shell.stdout.take().unwrap())
            .read_line(&mut pid)
            .unwrap();
        let pid = pid.trim().to_owned();
        self.running = Some(Running { shell, pid });
        let begun = Instant::now();
        let name = self.directory.path().to_string_lossy().into_owned();
        let own = |answer: io::Result<Value>| answer.is_ok_and(|answer| answer["server-name"] == name.as_str());
        while !own(call(
            self.admin_port,
            "/admin",
            Some(&json!({ "janus": "info", "transaction": "" })),
        )) || !own(call(self.port, "/janus/info", None))
        {
            assert!(
                begun.elapsed() < PATIENCE,
                "Janus does not start; it says:\n{}",
                self.log()
            );
            sleep(Duration::from_millis(5));
        }
    }

    /// Lets it hang: it is there, takes connections, and answers nothing.
    pub fn stop_answering(&self) {
        self.signal("STOP");
        let pid = &self.running.as_ref().expect("Janus to run").pid;
        let threads = || fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
        // The third field, after the name in brackets.
        let stands = |stat: String| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" T"));
        while !threads().all(|thread| fs::read_to_string(thread.path().join("stat")).is_ok_and(stands)) {
            sleep(Duration::from_millis(1));
        }
    }

    /// Ends [`Self::stop_answering`]; what it was asked meanwhile it now does.
    pub fn go_on(&self) {
        self.signal("CONT");
    }

    /// Where its clients connect.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/janus", self.port)
    }

    /// The name of its plugin.
    pub fn plugin(&self) -> &'static str {
        self.plugin.name()
    }

    /// Its kind of server, which is also the name of what its tickets hold.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Its admin API.
    pub fn admin_url(&self) -> String {
        admin_url(self.admin_port)
    }

    /// How it is governed.
    pub fn address(&self) -> Address {
        address(self.admin_url())
    }

    /// What makes it a room server of ours.
    pub fn registration(&self) -> Value {
        json!({
            "kind": self.kind,
            "client_url": self.url(),
            "admin_url": self.admin_url(),
            "admin_secret": self.admin_secret,
            "admin_key": ADMIN_KEY,
            "token_secret": TOKEN_SECRET,
        })
    }

    /// A core token for ten minutes from now that names no ticket.
    pub fn core_token(&self) -> String {
        let expires = SystemClock.now().after(Duration::from_secs(600));
        janus::core_token(self.plugin, &SecretString::from(TOKEN_SECRET), expires, None)
            .expose_secret()
            .to_owned()
    }

    /// Asks its admin API, whose secret is added.
    pub fn admin(&self, mut request: Value) -> Value {
        request["admin_secret"] = json!(self.admin_secret);
        request["transaction"] = json!("test");
        call(self.admin_port, "/admin", Some(&request)).unwrap()
    }

    /// Asks AudioBridge.
    pub fn audiobridge(&self, request: Value) -> Value {
        let plugin = "janus.plugin.audiobridge";
        self.admin(json!({ "janus": "message_plugin", "plugin": plugin, "request": request }))["response"].take()
    }

    /// The tokens on a room's list, in order; none where there is no such room.
    pub fn list(&self, room: &str, secret: &str) -> Option<Vec<String>> {
        // Adding nothing changes nothing, not even whether the list is kept to.
        let request = json!({ "request": "allowed", "action": "add", "allowed": [], "room": room, "secret": secret });
        let answer = self.audiobridge(request);
        if answer["error_code"] == 485 {
            return None;
        }
        let list = answer["allowed"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let mut list: Vec<String> = list.iter().map(|token| token.as_str().unwrap().to_owned()).collect();
        list.sort();
        Some(list)
    }

    /// The ids of those in a room, in order; empty where there is no such room.
    pub fn participants(&self, room: &str) -> Vec<String> {
        let answer = self.audiobridge(json!({ "request": "listparticipants", "room": room }));
        if answer["error_code"] == 485 {
            return Vec::new();
        }
        let list = answer["participants"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let mut ids: Vec<String> = list.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    fn signal(&self, signal: &str) {
        let pid = &self.running.as_ref().expect("Janus to run").pid;
        let done = Command::new("/bin/sh")
            .args(["-c", &format!("kill -{signal} {pid}")])
            .status();
        assert!(done.unwrap().success(), "no signal to Janus");
    }

    fn configure(&self) {
        let directory = self.directory.path();
        let left_out: String = LEFT_OUT
            .iter()
            .map(|(kind, names)| {
                let files: Vec<String> = names.split(' ').map(|name| format!("libjanus_{name}.so")).collect();
                format!("{kind}: {{ disable = \"{}\" }}\n", files.join(","))
            })
            .collect();
        let janus = format!(
            "general: {{\n configs_folder = \"{0}\"\n server_name = \"{0}\"\n log_to_stdout = true\n \
             debug_level = 4\n debug_colors = false\n debug_timestamps = true\n admin_secret = \"{1}\"\n \
             token_auth = true\n token_auth_secret = \"{TOKEN_SECRET}\"\n}}\n{left_out}",
            directory.display(),
            self.admin_secret,
        );
        let http = format!(
            "general: {{\n json = \"compact\"\n http = true\n https = false\n ip = \"127.0.0.1\"\n port = {}\n}}\n\
             admin: {{\n admin_http = true\n admin_https = false\n admin_ip = \"127.0.0.1\"\n admin_port = {}\n}}\n",
            self.port, self.admin_port,
        );
        let plugin = format!("general: {{\n admin_key = \"{ADMIN_KEY}\"\n string_ids = true\n}}\n");
        for (name, content) in [
            ("janus", janus),
            ("janus.transport.http", http),
            ("janus.plugin.videoroom", plugin.clone()),
            ("janus.plugin.audiobridge", plugin),
        ] {
            fs::write(directory.join(format!("{name}.jcfg")), content).unwrap();
        }
    }
}

impl Drop for JanusServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What the proxy does with the next requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Hands them on.
    Through,
    /// Answers 500 to all.
    Answer500,
    /// Answers nothing, until the mode changes.
    Hang,
    /// Says that all was done, and does nothing that would change something.
    Lie,
    /// Says that participants were kicked and rooms destroyed, and spares them; does all else.
    Spare,
    /// The same, and spares also those who are to be detached.
    SpareAll,
    /// Answers 200 with a page of HTML.
    Page,
    /// Answers 200 with a list that has no end.
    Endless,
    /// Sends the client elsewhere.
    Redirect,
}

fn admin_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}/admin")
}

fn address(admin_url: String) -> Address {
    Address {
        admin_url,
        admin_secret: SecretString::from(ADMIN_SECRET),
        admin_key: Some(SecretString::from(ADMIN_KEY)),
    }
}

/// Debian has it in `/usr/bin`.
fn program() -> PathBuf {
    env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|directory| directory.join("janus"))
        .find(|path| path.is_file())
        .expect("janus is missing: run `make test-tools`")
}

/// A POST of `body` to a port of this machine, or a GET without one; the answer in JSON.
fn call(port: u16, path: &str, body: Option<&Value>) -> io::Result<Value> {
    let body = body.map(Value::to_string);
    let answer = exchange(port, path, body.as_deref().map(str::as_bytes))?;
    serde_json::from_slice(&answer).map_err(io::Error::other)
}

/// In HTTP/1.0, so that the answer comes in one piece and ends with the connection.
fn exchange(port: u16, path: &str, body: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let mut connection = TcpStream::connect(("127.0.0.1", port))?;
    connection.set_read_timeout(Some(PATIENCE))?;
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.unwrap_or_default();
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
    connection.write_all(&[head.as_bytes(), body].concat())?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(answer.split_off(end + 4))
}

/// The body of the next request; none at the end of the connection.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = 0;
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    while line.trim() != "" {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        line.clear();
        reader.read_line(&mut line)?;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(body))
}

fn respond(mut connection: &TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n");
    connection.write_all(&[head.as_bytes(), body].concat())
}

/// Writes until the client has had enough.
fn endless(mut connection: &TcpStream) -> io::Result<()> {
    connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")?;
    let piece = [b"10000\r\n".as_slice(), &[b'['; 0x10000], b"\r\n"].concat();
    loop {
        connection.write_all(&piece)?;
    }
}
