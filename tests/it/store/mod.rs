//! The database below everything: its schema, its commits, and its absence.

mod batch;
mod outage;
mod schema;
mod tls;
