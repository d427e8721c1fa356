//! `vouchsafe health`: asks the running service whether it is ready, for containers without curl.

use std::{
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

use crate::platform::config::Listen;

/// How long the whole may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the service that listens on `listen` answers `/readyz` with 200.
///
/// # Errors
/// Of the connection: nobody listens, or nobody answers.
pub fn ready(listen: &Listen) -> io::Result<bool> {
    let found = listen.addresses()?.into_iter().next();
    let listen = found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the name has no address"))?;
    let host = match listen.ip() {
        IpAddr::V4(any) if any.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(any) if any.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        host => host,
    };
    let mut stream = TcpStream::connect_timeout(&SocketAddr::new(host, listen.port()), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200 "))
}
