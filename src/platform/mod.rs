//! What every capability stands on, and which knows none of them. From top to bottom: each imports only rooms below it.

pub mod jobs;
pub mod idempotency;
pub mod vault;
pub mod ledger;
pub mod store;
pub mod egress;
pub mod config;
pub mod document;
pub mod terms;
