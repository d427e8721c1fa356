//! The rows, by what they measure.

pub mod bulk;
pub mod console;
pub mod graph;
pub mod introspect;
pub mod invite;
pub mod livekit;
pub mod pages;
pub mod process;
pub mod redeem;
pub mod rooms;

use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use vouchsafe::platform::terms::Role;

use crate::support::{
    db::Database,
    service::{Home, Service, text},
};

/// A home under the policy `real-name` whose letters stay in memory, as long as what comes with it. A letter's new file
/// takes a file system from 20 to 500 µs (ext4 without a journal passes over each inode that was given up in the
/// last minutes), which would swing through the rate; in service, mail leaves by SMTP.
fn home(db: &Database) -> (Home, TempDir) {
    let letters = tempfile::tempdir_in("/dev/shm").expect("a directory in memory");
    let mut home = Home::new(db, "real-name");
    home.config.mail.mailbox_dir = letters.path().join("mail");
    home.config.texts.folder = letters.path().join("texts");
    (home, letters)
}

/// Open links that are looked at in turn.
const LINKS: usize = 1000;

/// A service with open links, and their codes.
fn with_links(runtime: &Runtime, mut home: Home) -> (Service, Vec<String>) {
    // One address asks for all, which no address may do in service.
    home.config.throttle.per_address_per_minute = 100_000_000;
    runtime.block_on(async {
        let service = home.start().await;
        let inviter = service.found("inviter@example.org", Role::Admin, None).await;
        let token = service.token(inviter.row).await;
        let mut codes = Vec::new();
        for _ in 0..LINKS {
            let invite = service.post(&token, "/v1/me/invites", json!({ "max_uses": 1 })).await;
            codes.push(text(&invite.expect(201)["code"]));
        }
        (service, codes)
    })
}
