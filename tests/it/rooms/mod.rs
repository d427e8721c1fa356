//! Rooms, room servers and tickets.

mod admin;
