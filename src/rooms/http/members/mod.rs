//! Rooms, for the members who are in them, for their moderators and for filters.

pub(super) mod act;
pub(super) mod hand;
pub(super) mod list;
pub(super) mod participants;
pub(super) mod show;
