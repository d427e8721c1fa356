//! What was written at one is read at the other, at the demanded position.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use vouchsafe::http::{AT_LEAST, POSITION};

use super::{World, friend};
use crate::support::service::Client;

/// What only memory answers: who was let in by whom is asked of the graph, the policy of its mirror.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_at_one_is_read_at_the_other() {
    let (world, []) = World::new([]).await;
    let (a, b) = tokio::join!(async { world.plan("a").start().await }, async {
        world.plan("b").start().await
    });
    let over = AtomicBool::new(false);
    let written = AtomicUsize::new(0);
    // Others write at both meanwhile, so that the feed is never at rest.
    let stream = async |client: &Client, first: usize| {
        let mut n = first;
        while !over.load(Ordering::SeqCst) {
            client.post(&world.owner, "/v1/me/invites", friend(n)).await.expect(201);
            written.fetch_add(1, Ordering::SeqCst);
            n += 2;
        }
    };
    let reads = async {
        let mut seen_at_once = 0;
        for round in 0..60 {
            let (here, there) = if round % 2 == 0 { (&a, &b) } else { (&b, &a) };
            // The policy of this moment, under a name of its own.
            let policy = here.get(&world.owner, "/v1/admin/policy").await;
            let etag = policy.header("etag").expect("a version").to_owned();
            let name = format!("Round {round}");
            let document = policy.expect(200)["document"].as_str().unwrap().to_owned();
            let line = document
                .lines()
                .find(|line| line.starts_with("name = "))
                .unwrap()
                .to_owned();
            let document = document.replace(&line, &format!("name = \"{name}\""));
            let change = here
                .request(Method::PUT, "/v1/admin/policy")
                .bearer_auth(&world.owner)
                .header("If-Match", etag)
                .json(&json!({ "document": document }));
            let changed = here.send(change).await;
            let position = changed.header(POSITION.as_str()).map(str::to_owned);
            changed.expect(200);
            let demanded = there
                .request(Method::GET, "/v1/admin/policy")
                .bearer_auth(&world.owner)
                .header(AT_LEAST.as_str(), position.expect("a position"));
            // Asked without the position it may be the one before; with it, never.
            let before = there.get(&world.owner, "/v1/admin/policy").await.expect(200);
            let told = there.send(demanded).await.expect(200);
            let holds = |answer: &serde_json::Value| answer["document"].as_str().unwrap().contains(&name);
            assert!(
                holds(&told),
                "round {round}: the other replica tells {}",
                told["document"]
            );
            seen_at_once += usize::from(holds(&before));
            // The next round is written at this other one: its version must be the newest there.
        }
        over.store(true, Ordering::SeqCst);
        seen_at_once
    };
    let streams = join_all([stream(&a, 0), stream(&b, 1)]);
    let (seen_at_once, _) = tokio::join!(reads, streams);
    let written = written.load(Ordering::SeqCst);
    println!("of 60 writes, {seen_at_once} were seen at the other at once; {written} others came meanwhile");
    assert!(written > 60, "too little was going on: {written}");
}
