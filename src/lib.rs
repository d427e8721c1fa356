//! Vouchsafe: invites as a graph, real names kept sealed, tokens that room servers check.
//!
//! The rooms, in the order that data meets them: each imports only rooms below it (`http` stands beside: every
//! capability's `http` uses it, and it knows the platform alone).

pub mod commands;
pub mod app;

pub mod http;

pub mod pages;
pub mod admin;
pub mod leads;
pub mod account;
pub mod leaving;
pub mod waitlist;
pub mod onboarding;
pub mod moderation;
pub mod rooms;
pub mod tokens;
pub mod credentials;
pub mod identity;
pub mod invites;
pub mod people;
pub mod notify;
pub mod graph;
pub mod policy;

pub mod platform;
