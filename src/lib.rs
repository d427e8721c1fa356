//! Vouchsafe: invites as a graph, real names kept sealed, tokens that room servers check.

pub mod commands;
pub mod config;
pub mod document;
pub mod policy;
pub mod terms;
