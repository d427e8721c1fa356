//! The pages in a real browser. Each script tells what it does; `tests/alone.rs` plays the others.

use vouchsafe::platform::store::{Backend, Target};

use crate::support::{
    db::{Database, on_both},
    screen::Screen,
};

on_both! {
    /// The owner invites; a newcomer comes in on a phone, goes on elsewhere, and later forgets the password.
    async fn somebody_comes_in_by_a_letter(db: &Database) {
        let language = match db.target() {
            Target::Sqlite(_) => "en",
            Target::Postgres(_) => "zh-Hans",
        };
        let screen = Screen::before(db, "real-name", "Our community").await;
        screen.plays("pages/way_in.mjs", &[("LANGUAGE", language)]).await;
    }
}

/// Plays a script on SQLite; what differs by database is tested elsewhere.
async fn plays(script: &str) {
    let db = Database::fresh(Backend::Sqlite);
    let screen = Screen::before(&db, "real-name", "Our community").await;
    screen.plays(script, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_done_by_the_keyboard_alone() {
    plays("pages/keyboard.mjs").await;
}

/// A stage, and two people at two browsers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_asks_to_speak_by_the_keyboard_and_is_let() {
    plays("pages/rooms.mjs").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_read_with_the_camera() {
    plays("pages/camera.mjs").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_done_without_a_script() {
    plays("pages/plain.mjs").await;
}

/// Over the sample community.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_is_kept_by_the_keyboard_alone() {
    let db = Database::fresh(Backend::Sqlite);
    Screen::sample(&db).await.plays("console/keyboard.mjs", &[]).await;
}

/// The sample community as an admin sees it who has just come: from its leads to a ban, and back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_abusive_branch_is_found_banned_and_let_back_in() {
    let db = Database::fresh(Backend::Sqlite);
    Screen::sample(&db).await.plays("console/abuse.mjs", &[]).await;
}

/// A case, a file of invites, the policy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_work_of_every_day_is_done_in_the_console() {
    let db = Database::fresh(Backend::Sqlite);
    Screen::sample(&db).await.plays("console/work.mjs", &[]).await;
}

/// Every question of `docs/console.md`, by the clicks that its table tells.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_of_an_admin_is_answered_in_the_console() {
    let db = Database::fresh(Backend::Sqlite);
    let table = Screen::sample(&db).await.plays("console/questions.mjs", &[]).await;
    println!("{}", table.trim());
}
