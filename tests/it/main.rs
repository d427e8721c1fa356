//! The service as its users meet it: one binary, a folder for each part.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fall over")]

mod admin;
mod clients;
mod commands;
mod deploy;
mod http;
mod ledger;
mod mail;
mod pages;
mod races;
mod replicas;
mod rooms;
mod store;
mod story_clubhouse;
mod story_invites;
mod structure;
mod support;
mod whole_path;
mod tokens;
