//! The clients of `clients/`, as an app developer has them: packed, installed, type-checked and run against the service.

mod generated;
mod line;
mod packages;
mod play;

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use tokio::task::block_in_place;
use vouchsafe::platform::terms::{Clock, ManualClock, Role, SystemClock};

use crate::{
    clients::{line::Line, play::Play},
    http::{PASSWORD, address},
    story_invites,
    support::{
        db::{Database, on_both},
        service::Home,
        smtp::SmtpServer,
        tools::run,
    },
};

/// How long a tool may take while others use the machine too.
const PATIENCE: Duration = Duration::from_secs(180);

/// A file of the repository.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The first chapter of `story_invites`, told by a client's script; the answers come over a line that may lose them.
async fn told(db: &Database, script: Command) {
    let smtp = SmtpServer::start();
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let mut home = Home::new(db, "open-circle").with_smtp(&smtp);
    home.clock = clock.clone();
    story_invites::change_policy(&home);
    let service = home.start().await;
    service.found(&address("owner"), Role::Owner, Some(PASSWORD)).await;
    for name in ["ada", "bob"] {
        service.found(&address(name), Role::Member, Some(PASSWORD)).await;
    }
    let line = Line::to(service.app.address).await;
    let play = Play {
        db,
        smtp: &smtp,
        texts: &home.config.texts.folder,
        clock: &clock,
        line: &line,
    };
    block_in_place(|| play.run(script, PATIENCE));
    assert_eq!(
        db.figures("SELECT count(*) AS n FROM invites"),
        [6],
        "two of each for phones, one passed on, one more earned: what was sent twice was done once"
    );
    service.stop().await;
}

/// The example of a client's README, run as it stands there.
async fn shown(db: &Database, mut script: Command) -> String {
    let home = Home::new(db, "open-circle");
    let service = home.start().await;
    service.found(&address("ada"), Role::Owner, Some(PASSWORD)).await;
    script
        .env("VOUCHSAFE_URL", &service.base)
        .env("CONTACT", address("ada"))
        .env("PASSWORD", PASSWORD)
        .env("FRIEND", address("grace"));
    let printed = block_in_place(|| run(&mut script, PATIENCE));
    service.stop().await;
    printed
}

/// What both examples print.
fn as_shown() -> String {
    format!("An invite goes to {0}.\n{0}: open\n", address("grace"))
}

on_both! {
    async fn the_story_is_told_in_typescript(db: &Database) {
        told(db, packages::typescript("story.js")).await;
    }

    async fn the_story_is_told_in_python(db: &Database) {
        told(db, packages::python("story.py")).await;
    }

    async fn the_example_in_typescript_does_what_it_says(db: &Database) {
        assert_eq!(shown(db, packages::typescript("readme.js")).await, as_shown());
    }

    async fn the_example_in_python_does_what_it_says(db: &Database) {
        assert_eq!(shown(db, packages::python("readme.py")).await, as_shown());
    }
}
