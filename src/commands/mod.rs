//! What the command line can do, one file a command.

pub mod admin;
pub mod audit;
pub mod check;
pub mod demo;
mod errand;
pub mod health;
pub mod import;
pub mod serve;
