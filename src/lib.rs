//! Vouchsafe: invites as a graph, real names kept sealed, tokens that room servers check.
//!
//! The rooms, in the order that data meets them: each imports only rooms below it (`web` is the
//! exception: every `api` uses it, and it knows no capability).

pub mod commands;
pub mod app;

pub mod web;
pub mod onboarding;
pub mod moderation;
pub mod audit;
pub mod rooms;
pub mod tokens;
pub mod identity;
pub mod invites;
pub mod people;
pub mod mail;
pub mod graph;
pub mod policy;
pub mod jobs;
pub mod vault;
pub mod ledger;
pub mod store;
pub mod egress;

pub mod config;
pub mod document;
pub mod terms;
