//! What wants a process of its own, and the machine to itself: how soon the first page can be used, every page, whose
//! reports of breaches are counted, and how long a banned member is in a room of a LiveKit. `cargo test --test alone -- NAME` runs a part; `pictures` runs only where it is named.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fall over")]

use std::{
    env,
    time::{Duration, Instant},
};

use support::{
    db::Database,
    livekit::attempts::{attempts, opened},
    screen::Screen,
    service::Home,
};
use vouchsafe::{
    http::rights::{PAGES, Verb},
    platform::{store::Backend, terms::Role},
};

#[path = "it/support"]
#[allow(dead_code, unused_macros, unused_imports, reason = "it serves many tests")]
mod support {
    pub mod db;
    pub mod described;
    pub mod janus;
    pub mod livekit;
    pub mod participant;
    pub mod postgres;
    pub mod screen;
    pub mod service;
    pub mod smtp;
    pub mod tools;
}

/// Plays a script on SQLite.
async fn plays(script: &str, preset: &str, name: &str, settings: &[(&str, &str)]) -> String {
    let db = Database::fresh(Backend::Sqlite);
    Screen::before(&db, preset, name).await.plays(script, settings).await
}

/// The time that is promised is measured first.
async fn first_page() {
    println!(
        "{}",
        plays("pages/speed.mjs", "real-name", "Night Owls", &[]).await.trim()
    );
}

async fn every_page() {
    let name = "</title><script>ran=1</script>\"'><img src=x onerror=ran=1>{{7*7}}";
    let printed = plays("pages/every_page.mjs", "reviewed", name, &[]).await;
    for page in PAGES.iter().filter(|page| page.verb == Verb::Get) {
        // A file, a picture, and links that only lead on.
        let leads = ["{name}", "{code}", "{token}", "picture"];
        // The console's views are looked at by a script of their own.
        let is_page = !leads.iter().any(|end| page.path.ends_with(end)) && !page.path.starts_with("/console");
        let seen = printed.lines().any(|line| line == page.path);
        assert_eq!(seen, is_page, "{}", page.path);
    }
}

/// One is banned in mid-sentence, and tries for a minute to be in the room again: they are never in for a second, and
/// the others hear no gap.
async fn livekit_ban() {
    let db = Database::fresh(Backend::Sqlite);
    let service = Home::new(&db, "open-circle").start().await;
    let owner = service.found("owner@example.org", Role::Owner, None).await;
    let owner = service.token(owner.row).await;
    let livekit = opened(&service, &owner, "stage").await;
    let found = attempts(&service, &livekit, (&owner, "stage"), Duration::from_secs(60)).await;
    println!("{found:?}");
    let second = Duration::from_secs(1);
    assert!(found.number >= 20 && found.let_in >= 5, "{found:?}");
    assert!(
        found.out < second && found.longest < second && found.gap < second / 2,
        "{found:?}"
    );
    service.stop().await;
}

/// The console over the sample community.
async fn console(script: &str, settings: &[(&str, &str)]) -> String {
    let db = Database::fresh(Backend::Sqlite);
    Screen::sample(&db).await.plays(script, settings).await
}

async fn pictures() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let all = format!("{folder}/target/console/all");
    std::fs::create_dir_all(&all).unwrap();
    console("console/views.mjs", &[("ALL", &all)]).await;
    let sheet = format!("{folder}/docs/pictures");
    console("console/pictures.mjs", &[("SHEET", &sheet)]).await;
    let (shots, sheet) = (format!("{folder}/target/pages/all"), format!("{folder}/docs/pictures"));
    let settings = [("SHOTS", shots.as_str()), ("SHEET", &sheet)];
    plays("pages/pictures.mjs", "reviewed", "Night Owls 夜航", &settings).await;
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let named: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for name in [
        "first_page",
        "console_first",
        "livekit_ban",
        "every_page",
        "console_views",
        "pictures",
    ] {
        let is_named = named.iter().any(|part| name.contains(part.as_str()));
        if !(is_named || named.is_empty() && name != "pictures") {
            continue;
        }
        let begun = Instant::now();
        match name {
            "first_page" => first_page().await,
            "livekit_ban" => livekit_ban().await,
            "console_first" => println!("{}", console("console/speed.mjs", &[]).await.trim()),
            "every_page" => every_page().await,
            "console_views" => println!("{}", console("console/views.mjs", &[]).await.trim()),
            _ => pictures().await,
        }
        println!("test {name} ... ok ({:.1} s)", begun.elapsed().as_secs_f32());
    }
}
