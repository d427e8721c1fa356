//! Vouchsafe: invites as a graph, real names kept sealed, tokens that room servers check.

pub mod graph;
pub mod identity;
pub mod ledger;
pub mod mail;
pub mod people;
pub mod store;
pub mod commands;
pub mod config;
pub mod document;
pub mod policy;
pub mod terms;
pub mod vault;
