//! A file of invites that one replica has begun goes on at the other when the first is killed in the middle of it.

use reqwest::Method;
use serde_json::json;
use tokio::task::block_in_place;

use super::{World, until};
use crate::support::service::text;

/// How many rows the file has.
const ROWS: usize = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_done_once_though_its_worker_is_killed() {
    let (world, []) = World::new([]).await;
    let first = world.plan("a").start().await;
    let rows: String = (0..ROWS).map(|n| format!("guest-{n}@vouch.example.org\n")).collect();
    let request = first
        .request(Method::POST, "/v1/admin/invites/bulk")
        .bearer_auth(&world.owner);
    let request = request
        .header("Content-Type", "text/csv")
        .body(format!("email\n{rows}"));
    let job = text(&first.send(request).await.expect(202)["job"]);
    let done = || block_in_place(|| world.db.figures("SELECT done AS n FROM jobs"))[0];
    until("the first has begun", async || done() >= 400).await;
    first.kill();
    let at_the_kill = done();
    assert!(at_the_kill < ROWS as i64, "it was done before it was killed");
    let second = world.plan("b").start().await;
    until("the second has ended it", async || done() == ROWS as i64).await;
    for (what, figures) in [
        ("invites", "SELECT count(*) AS n FROM invites"),
        ("addresses", "SELECT count(DISTINCT address_blind) AS n FROM invites"),
        (
            "events",
            "SELECT count(*) AS n FROM events WHERE kind = 'invite_issued'",
        ),
        (
            "outcomes",
            "SELECT count(*) AS n FROM job_outcomes WHERE outcome = 'invited'",
        ),
    ] {
        assert_eq!(block_in_place(|| world.db.figures(figures)), [ROWS as i64], "{what}");
    }
    let shown = second
        .get(&world.owner, &format!("/v1/admin/jobs/{job}"))
        .await
        .expect(200);
    assert_eq!(shown["report"], json!({ "outcomes": { "invited": ROWS } }));
}
