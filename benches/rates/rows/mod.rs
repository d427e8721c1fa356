//! The rows, by what they measure.

pub mod bulk;
pub mod graph;
pub mod introspect;
pub mod invite;
pub mod pages;
pub mod process;
pub mod redeem;
pub mod rooms;

use tempfile::TempDir;

use crate::support::{db::Database, service::Home};

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
