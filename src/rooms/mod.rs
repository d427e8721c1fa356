//! Rooms, room servers and tickets.

mod janus;

pub use janus::{Address, Info, Janus, JanusError, Participant, core_token, http};
