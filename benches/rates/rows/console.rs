//! The console in a real browser without a graphics card: ten thousand people on the screen, a million behind.

use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{
    Wanted,
    million::{Million, row_of},
    row::{Goal, Row},
    support::{
        screen::{Screen, home},
        smtp::SmtpServer,
    },
};

/// How long the first drawing may take from the answer that it draws, in milliseconds.
const FIRST: f64 = 300.0;

pub fn measure(runtime: &Runtime, is_wanted: Wanted<'_>) -> Vec<Row> {
    eprintln!("a million people, for the console …");
    let million = Million::make();
    let smtp = SmtpServer::start();
    let home = home(&million.db, &smtp, "real-name", "A million");
    let printed = runtime.block_on(async {
        let service = home.start().await;
        let screen = Screen::of(smtp, service, row_of(0), None).await;
        screen.plays("console/frames.mjs", &[]).await
    });
    let seen: Value = serde_json::from_str(printed.trim()).expect("what the script has seen");
    let figure = |name: &str| seen[name].as_f64().expect("a figure");
    assert!(figure("shown") >= 9_900.0, "{printed}");
    let rows = [
        Row {
            name: "console-frames",
            ours: figure("dragged").min(figure("zoomed")),
            unit: "frames/s",
            peer: figure("empty"),
            peer_name: "an empty page",
            goal: Goal::AtLeast(0.5),
            run: None,
        },
        Row::of_cost("console-first-drawing", figure("first_ms"), "ms", FIRST),
    ];
    rows.into_iter().filter(|row| is_wanted(row.name)).collect()
}
