//! Vouchsafe: invites as a graph, real names kept sealed, tokens that room servers check.

pub mod mail;
pub mod terms;
