//! Rooms, room servers and tickets; with a real Janus and real peers.

mod admin;
mod janus;
mod seats;
