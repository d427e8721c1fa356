//! Vouchsafe: invites as a graph, real names kept sealed, tokens that room servers check.

pub mod terms;
pub mod web;
