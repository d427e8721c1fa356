//! Tickets: a member's place in a room.

pub(super) mod create;
pub(super) mod end;
