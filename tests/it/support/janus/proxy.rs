//! A proxy before a Janus's admin interface, which answers as it is told.

use super::*;
use serde_json::{Value, json};
use std::{
    io::{self, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{sleep, spawn},
    time::Duration,
};
use vouchsafe::rooms::servers::janus::Address;

/// A proxy of an admin API, gone with the test's process.
pub struct AdminProxy {
    port: u16,
    state: Arc<State>,
}

struct State {
    behind: u16,
    mode: Mutex<Mode>,
    calls: AtomicUsize,
}

impl AdminProxy {
    /// One in front of `server`, handing all through.
    pub fn before(server: &JanusServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            behind: server.admin_port,
            mode: Mutex::new(Mode::Through),
            calls: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        spawn(move || {
            for connection in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                spawn(move || state.serve(&connection));
            }
        });
        Self { port, state }
    }

    /// How Janus is governed through it.
    pub fn address(&self) -> Address {
        address(self.admin_url())
    }

    /// Where it stands in for the admin API.
    pub fn admin_url(&self) -> String {
        admin_url(self.port)
    }

    /// Treats the requests that follow so.
    pub fn set(&self, mode: Mode) {
        *self.state.mode.lock().unwrap() = mode;
    }

    /// How many requests came so far.
    pub fn calls(&self) -> usize {
        self.state.calls.load(Ordering::SeqCst)
    }
}

impl State {
    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap()
    }

    /// Answers the requests of one connection.
    fn serve(&self, mut connection: &TcpStream) {
        let mut reader = BufReader::new(connection);
        while let Ok(Some(body)) = read_request(&mut reader) {
            self.calls.fetch_add(1, Ordering::SeqCst);
            let mode = self.mode();
            let sent = match mode {
                Mode::Answer500 => respond(connection, "500 Internal Server Error", "", b"{}"),
                Mode::Page => respond(connection, "200 OK", "", b"<html><body>It works!</body></html>"),
                Mode::Redirect => respond(connection, "307 Temporary Redirect", "Location: /admin\r\n", b""),
                Mode::Endless => endless(connection),
                Mode::Hang => {
                    while self.mode() == Mode::Hang {
                        sleep(Duration::from_millis(10));
                    }
                    return;
                }
                Mode::Through => self.pass(connection, &body),
                Mode::Spare | Mode::SpareAll if !is_end(&body, mode == Mode::SpareAll) => self.pass(connection, &body),
                Mode::Lie | Mode::Spare | Mode::SpareAll => match lie(&serde_json::from_slice(&body).unwrap()) {
                    Said::Answer(answer) => respond(connection, "200 OK", "", answer.to_string().as_bytes()),
                    Said::Ask(request) => self.pass(connection, request.to_string().as_bytes()),
                },
            };
            if sent.and_then(|()| connection.flush()).is_err() {
                return;
            }
        }
    }

    fn pass(&self, connection: &TcpStream, body: &[u8]) -> io::Result<()> {
        match exchange(self.behind, "/admin", Some(body)) {
            Ok(answer) => respond(connection, "200 OK", "", &answer),
            Err(_) => respond(connection, "502 Bad Gateway", "", b"{}"),
        }
    }
}

/// Whether somebody is to be put out by this request.
fn is_end(body: &[u8], detached: bool) -> bool {
    let message: Value = serde_json::from_slice(body).unwrap();
    let asked = message["request"]["request"].as_str();
    matches!(asked, Some("kick" | "destroy")) || detached && message["janus"] == "detach_handle"
}

enum Said {
    /// An answer made up.
    Answer(Value),
    /// The answer to this request instead.
    Ask(Value),
}

/// What a Janus would say that only says so.
fn lie(message: &Value) -> Said {
    let request = &message["request"];
    let room = &request["room"];
    let plugin = message["plugin"].as_str().unwrap_or_default();
    let word = plugin.rsplit('.').next().unwrap_or_default();
    let response = match request["request"].as_str() {
        Some("create") => json!({ word: "created", "room": room, "permanent": false }),
        Some("destroy") => json!({ word: "destroyed", "room": room, "permanent": false }),
        Some("kick" | "mute") => json!({ word: "success" }),
        Some("allowed") => {
            // The list as it is, as though it were the list after the change.
            let mut harmless = message.clone();
            harmless["request"]["action"] = json!("add");
            harmless["request"]["allowed"] = json!([]);
            return Said::Ask(harmless);
        }
        None if message["janus"] == "detach_handle" => Value::Null,
        _ => return Said::Ask(message.clone()),
    };
    Said::Answer(json!({ "janus": "success", "transaction": message["transaction"], "response": response }))
}
