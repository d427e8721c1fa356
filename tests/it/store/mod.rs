//! The database below everything: its schema, its commits, and its absence.

mod batch;
mod checkpoint;
mod files;
mod outage;
mod requirements;
mod schema;
mod tls;
