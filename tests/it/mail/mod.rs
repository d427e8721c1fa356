//! Letters: in the outbox, and on their way to a real server.

mod outbox;
mod strangers;
pub mod together;
mod transport;
