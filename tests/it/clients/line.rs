//! The line between a client and the service: it loses an answer when it is told to, or is busy in the service's place.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What a load balancer answers in the service's place.
const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Type: text/html\r\n\
    Content-Length: 13\r\nConnection: close\r\n\r\n<p>Later.</p>";

#[derive(Default)]
struct State {
    lose: Mutex<Option<String>>,
    busy: Mutex<Option<String>>,
    at_least: AtomicU32,
    refreshes: AtomicU32,
}

/// A line, until it is dropped.
pub struct Line {
    /// Where it begins.
    pub base: String,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Line {
    /// One that ends at the service.
    pub async fn to(service: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State::default());
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, service, shared.clone()));
            }
        });
        Self { base, state, task }
    }

    /// Loses the answer to the next request that begins so; the service has done what it asks.
    pub fn lose(&self, request: &str) {
        *self.state.lose.lock().unwrap() = Some(request.to_owned());
    }

    /// Answers the next request that begins so with 503, to be repeated after a second; the service never sees it.
    pub fn busy(&self, request: &str) {
        *self.state.busy.lock().unwrap() = Some(request.to_owned());
    }

    /// Whether all that was to happen has happened.
    pub fn is_quiet(&self) -> bool {
        self.state.lose.lock().unwrap().is_none() && self.state.busy.lock().unwrap().is_none()
    }

    /// How often new tokens were asked for. The service takes the very same request twice for one.
    pub fn refreshes(&self) -> u32 {
        self.state.refreshes.load(Ordering::Relaxed)
    }

    /// How many requests demanded a position.
    pub fn at_least(&self) -> u32 {
        self.state.at_least.load(Ordering::Relaxed)
    }
}

/// What asks for new tokens begins so.
const REFRESH: &[u8] = b"POST /oauth/token ";

/// Whether this is the request; it is awaited no longer then.
fn is_next(awaited: &Mutex<Option<String>>, sent: &[u8]) -> bool {
    let mut awaited = awaited.lock().unwrap();
    let found = awaited
        .as_ref()
        .is_some_and(|begins| sent.starts_with(begins.as_bytes()));
    if found {
        *awaited = None;
    }
    found
}

/// Clients send one request after another, so that each begins what is read.
async fn carry(mut client: TcpStream, service: SocketAddr, state: Arc<State>) -> io::Result<()> {
    let mut service = TcpStream::connect(service).await?;
    let (mut sent, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut lost = false;
    loop {
        tokio::select! {
            read = client.read(&mut sent) => {
                let sent = &sent[..read?];
                if sent.is_empty() {
                    return Ok(());
                }
                if is_next(&state.busy, sent) {
                    return client.write_all(BUSY.as_bytes()).await;
                }
                lost |= is_next(&state.lose, sent);
                let demands = sent.to_ascii_lowercase().windows(20).filter(|part| *part == b"vouchsafe-at-least: ").count();
                state.at_least.fetch_add(demands as u32, Ordering::Relaxed);
                let refreshes = u32::from(sent.starts_with(REFRESH));
                state.refreshes.fetch_add(refreshes, Ordering::Relaxed);
                service.write_all(sent).await?;
            }
            read = service.read(&mut answered) => {
                let read = read?;
                if read == 0 || lost {
                    return Ok(());
                }
                client.write_all(&answered[..read]).await?;
            }
        }
    }
}
