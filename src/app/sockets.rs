//! The sockets on which the server listens.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use tokio::net::TcpSocket;

use crate::platform::config::Listen;

/// Connections that may wait to be accepted: thousands come in the same moment when a room opens, and
/// whoever finds no place waits a second before trying again. The system may allow fewer
/// (`net.core.somaxconn`).
const BACKLOG: u32 = 4096;

/// Listens at `address`.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // As the standard library does: a restart does not wait for the old connections to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

/// Listens on every address that there is to listen on, and says which is the first. A name may lead to addresses of
/// a kind that the machine does not have; one that somebody else has already is a mistake.
pub(super) fn bind_all(listen: &Listen) -> io::Result<(Vec<TcpListener>, SocketAddr)> {
    let mut bound: Option<(Vec<TcpListener>, SocketAddr)> = None;
    let mut missing = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for mut address in listen.addresses()? {
        // A port that is chosen by the system is the same on all.
        if let (0, Some((_, first))) = (address.port(), &bound) {
            address.set_port(first.port());
        }
        match bind(address) {
            Ok(listener) => match &mut bound {
                Some((listeners, _)) => listeners.push(listener),
                None => {
                    let first = listener.local_addr()?;
                    bound = Some((vec![listener], first));
                }
            },
            Err(error) if matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied) => {
                return Err(error);
            }
            Err(error) => missing = error,
        }
    }
    bound.ok_or(missing)
}
