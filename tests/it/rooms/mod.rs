//! Rooms on a real Janus, with real peers.

mod janus;
