//! `make bench`: what the service does a second, each rate against what the machine can do at all.
//!
//! A rate alone says as much of the machine as of the service. So beside each stands a *peer*, the
//! bare work that nothing can save, measured in the same run just before and just after; what is
//! judged is the ratio. The service runs here in this process as it runs in its own, with its
//! subscribers and its mail; logs are written as `log.format = json` writes them, to `/dev/null`.
//! Where memory or the start is measured, it is the release binary's own process.
//!
//! `cargo bench --bench rates -- invite` runs only the rows whose names begin so.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench may fall over")]

mod bare;
mod client;
mod million;
mod peers;
mod row;
mod rows;
#[allow(dead_code, unused_imports, unused_macros, reason = "the bench needs a part of it")]
#[path = "../../tests/it/support/mod.rs"]
mod support;

use std::fs::File;

use tokio::runtime::Runtime;
use tracing_subscriber::{EnvFilter, util::SubscriberInitExt as _};

use row::Row;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Whether the row of this name was asked for.
type Wanted<'a> = &'a dyn Fn(&str) -> bool;
/// Measures those of its rows that are wanted.
type Measure = fn(&Runtime, Wanted<'_>) -> Vec<Row>;

/// Rows that are measured on one service, by name, and how.
const GROUPS: &[(&[&str], Measure)] = &[
    (&["redeem"], rows::redeem::measure),
    (&["invite-sqlite", "invite-postgres"], rows::invite::measure),
    (&["bulk", "bulk-p99"], rows::bulk::measure),
    (&["preview"], rows::invite::preview),
    (&["page-signin", "page-join"], rows::pages::measure),
    (&["introspect-cold", "introspect-warm"], rows::introspect::measure),
    (&["tickets", "ban-to-out"], rows::rooms::measure),
    (&["branch-out"], rows::rooms::branch),
    (
        &["livekit-tickets", "livekit-out", "livekit-ban"],
        rows::livekit::measure,
    ),
    (
        &["chain", "branch-page", "path", "ready-after-start"],
        rows::graph::measure,
    ),
    (&["console-frames", "console-first-drawing"], rows::console::measure),
    (&["idle-memory", "idle-memory-demo"], rows::process::measure),
];

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|one| !one.starts_with('-')).collect();
    let is_wanted = |name: &str| asked.is_empty() || asked.iter().any(|one| name.starts_with(one.as_str()));
    let nowhere = std::sync::Mutex::new(File::create("/dev/null").expect("/dev/null"));
    vouchsafe::app::log::json(EnvFilter::new("info"), nowhere).init();
    let runtime = Runtime::new().expect("a runtime");
    let mut rows = Vec::new();
    for (names, measure) in GROUPS {
        if names.iter().any(|name| is_wanted(name)) {
            rows.extend(measure(&runtime, &is_wanted));
        }
    }
    row::print(&rows);
}
