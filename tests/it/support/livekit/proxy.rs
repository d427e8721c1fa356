//! A proxy before the API of a LiveKit or of the module in a Prosody, which answers as it is told.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{sleep, spawn},
    time::Duration,
};

use super::{super::janus::Mode, LiveKitServer};

/// A proxy of an API, gone with the test's process.
pub struct ApiProxy {
    port: u16,
    state: Arc<State>,
}

struct State {
    behind: u16,
    mode: Mutex<Mode>,
    blind: AtomicBool,
}

/// One request.
struct Request {
    path: String,
    authorization: String,
    body: Vec<u8>,
}

impl ApiProxy {
    /// One in front of `server`, handing all through.
    pub fn before(server: &LiveKitServer) -> Self {
        Self::before_port(server.port)
    }

    /// One in front of what listens at this port.
    pub fn before_port(behind: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            behind,
            mode: Mutex::new(Mode::Through),
            blind: AtomicBool::new(false),
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

    /// Where it stands in for the API.
    pub fn api_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Treats the requests that follow so.
    pub fn set(&self, mode: Mode) {
        *self.state.mode.lock().unwrap() = mode;
    }

    /// Answers 500 to whoever asks who is in a room, or does so no longer.
    pub fn blind(&self, blind: bool) {
        self.state.blind.store(blind, Ordering::SeqCst);
    }
}

impl State {
    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap()
    }

    /// Answers the requests of one connection.
    fn serve(&self, mut connection: &TcpStream) {
        let mut reader = BufReader::new(connection);
        while let Ok(Some(request)) = read(&mut reader) {
            let reads = ["/ListRooms", "/ListParticipants", "/occupants"];
            let changes = !reads.iter().any(|read| request.path.ends_with(read));
            let hidden = self.blind.load(Ordering::SeqCst) && request.path.ends_with("/ListParticipants");
            let sent = match self.mode() {
                _ if hidden => respond(connection, "500 Internal Server Error", b"{}"),
                Mode::Answer500 => respond(connection, "500 Internal Server Error", b"{}"),
                Mode::Page => respond(connection, "200 OK", b"<html><body>It works!</body></html>"),
                Mode::Redirect => respond(connection, "307 Temporary Redirect\r\nLocation: /twirp", b""),
                Mode::Hang => {
                    while self.mode() == Mode::Hang {
                        sleep(Duration::from_millis(10));
                    }
                    return;
                }
                // A room that is made has its name in the answer.
                Mode::Lie | Mode::Spare | Mode::SpareAll if changes && !request.path.ends_with("/CreateRoom") => {
                    respond(connection, "200 OK", b"{}")
                }
                _ => self.pass(connection, &request),
            };
            if sent.and_then(|()| connection.flush()).is_err() {
                return;
            }
        }
    }

    fn pass(&self, connection: &TcpStream, request: &Request) -> io::Result<()> {
        match exchange(self.behind, request) {
            Ok((status, body)) => respond(connection, &status, &body),
            Err(_) => respond(connection, "502 Bad Gateway", b"{}"),
        }
    }
}

/// The next request; none at the end of the connection.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut length, mut authorization) = (0, String::new());
    while line.trim() != "" {
        if let Some((name, value)) = line.split_once(':') {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().map_err(io::Error::other)?,
                "authorization" => value.trim().clone_into(&mut authorization),
                _ => {}
            }
        }
        line.clear();
        reader.read_line(&mut line)?;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request {
        path,
        authorization,
        body,
    }))
}

/// In HTTP/1.0, so that the answer ends with the connection: its status and its body.
fn exchange(port: u16, request: &Request) -> io::Result<(String, Vec<u8>)> {
    let mut connection = TcpStream::connect(("127.0.0.1", port))?;
    let Request {
        path,
        authorization,
        body,
    } = request;
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.0\r\nContent-Type: application/json\r\nAuthorization: {authorization}\r\n\
         Content-Length: {length}\r\n\r\n"
    );
    connection.write_all(&[head.as_bytes(), body].concat())?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = answer.split_off(end.ok_or(io::ErrorKind::UnexpectedEof)? + 4);
    let head = String::from_utf8_lossy(&answer);
    let status = head.lines().next().and_then(|line| line.split_once(' '));
    Ok((status.map_or("502 Bad Gateway", |(_, status)| status).to_owned(), body))
}

fn respond(mut connection: &TcpStream, status: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
    connection.write_all(&[head.as_bytes(), body].concat())
}
