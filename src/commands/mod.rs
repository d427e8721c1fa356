//! What the command line can do, one file a command.

pub mod admin;
pub mod all_invites;
pub mod audit;
pub mod check;
pub mod community;
pub mod demo;
pub mod export;
pub mod graph;
pub mod health;
pub mod import;
pub mod invite;
pub mod sanction;
pub mod leads;
pub mod people;
pub mod serve;
pub mod synth;
mod table;
