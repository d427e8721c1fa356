//! Letters on their way to a real server.

mod transport;
