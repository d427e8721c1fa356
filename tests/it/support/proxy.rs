//! A TCP proxy that a test puts between a replica and its database, to cut or to hang one line of several.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use super::postgres::free_port;

/// What becomes of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// All is well.
    Through,
    /// Connections are reset, and new ones refused.
    Cut,
    /// Connections stay open and new ones are accepted, and nothing passes.
    Hung,
}

/// A proxy on a port of its own; it ends when this is dropped.
pub struct Proxy {
    port: u16,
    line: watch::Sender<Line>,
    /// Whether anybody is let in at the moment.
    listening: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// A proxy in front of `upstream`.
    pub async fn start(upstream: SocketAddr) -> Self {
        let port = free_port();
        let (line, watched) = watch::channel(Line::Through);
        let (tell, listening) = watch::channel(false);
        let task = tokio::spawn(serve(port, upstream, watched, tell));
        let mut proxy = Self {
            port,
            line,
            listening,
            task,
        };
        proxy.set(Line::Through).await;
        proxy
    }

    /// The URL of a database on 127.0.0.1, through the proxy.
    pub fn through(&self, url: &str) -> String {
        let (before, after) = url.split_once("@127.0.0.1:").expect("a URL over TCP");
        let (_, path) = after.split_once('/').expect("a path");
        format!("{before}@127.0.0.1:{}/{path}", self.port)
    }

    /// Cuts, hangs or mends the line; returns when that is so.
    pub async fn set(&mut self, line: Line) {
        self.line.send_replace(line);
        let open = self.listening.wait_for(|listens| *listens == (line != Line::Cut));
        open.await.expect("the proxy to run");
    }
}

async fn serve(port: u16, upstream: SocketAddr, mut line: watch::Receiver<Line>, listening: watch::Sender<bool>) {
    loop {
        let _ = line.wait_for(|line| *line != Line::Cut).await;
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("to listen");
        listening.send_replace(true);
        let mut cut = line.clone();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    if let Ok((client, _)) = accepted {
                        tokio::spawn(carry(client, upstream, line.clone()));
                    }
                }
                _ = cut.wait_for(|line| *line == Line::Cut) => break,
            }
        }
        drop(listener);
        listening.send_replace(false);
    }
}

/// One connection, until either side ends it or the line is cut.
async fn carry(mut client: TcpStream, upstream: SocketAddr, mut line: watch::Receiver<Line>) {
    let passing = line.clone();
    let cut = async move {
        let _ = line.wait_for(|line| *line == Line::Cut).await;
    };
    let carried = async {
        open(&passing).await;
        let mut server = TcpStream::connect(upstream).await?;
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::select! {
            ended = pump(from_client, to_server, &passing) => ended,
            ended = pump(from_server, to_client, &passing) => ended,
        }
    };
    tokio::select! {
        _ = carried => {}
        () = cut => {}
    }
    // Without this the other side would be told that all is said.
    let _ = client.set_zero_linger();
}

/// Returns when bytes may pass.
async fn open(line: &watch::Receiver<Line>) {
    let _ = line.clone().wait_for(|line| *line == Line::Through).await;
}

async fn pump(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    line: &watch::Receiver<Line>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        // What was read while the line hangs is kept until it does not.
        open(line).await;
        if read == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..read]).await?;
    }
}
