//! What happens at one is told at the other, and whoever read at one goes on at the other.

use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use tokio::time::timeout;

use super::{World, link};
use crate::support::service::Client;

async fn open(client: &Client, token: &str, last: Option<i64>) -> Response {
    let mut request = client.request(Method::GET, "/v1/admin/stream").bearer_auth(token);
    if let Some(last) = last {
        request = request.header("Last-Event-ID", last.to_string());
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    response
}

/// Reads until `events` invites are told; the numbers of these.
async fn told(response: &mut Response, events: usize) -> Vec<i64> {
    let mut text = String::new();
    loop {
        let blocks = text
            .split_inclusive("\n\n")
            .filter(|block| block.contains("\"invite_issued\""));
        let numbers = blocks.filter_map(|block| block.strip_prefix("id: ")?.lines().next()?.parse().ok());
        let numbers: Vec<i64> = numbers.collect();
        if numbers.len() >= events && text.ends_with("\n\n") {
            return numbers;
        }
        let chunk = timeout(Duration::from_secs(10), response.chunk())
            .await
            .expect("in time");
        text += std::str::from_utf8(&chunk.unwrap().expect("the stream goes on")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_goes_on_at_the_other_replica() {
    let (world, [reader]) = World::new(["reader"]).await;
    let (a, b) = tokio::join!(async { world.plan("a").start().await }, async {
        world.plan("b").start().await
    });
    let mut at_b = open(&b, &reader.token, None).await;
    let begun = Instant::now();
    a.post(&reader.token, "/v1/me/invites", link()).await.expect(201);
    let first = told(&mut at_b, 1).await;
    println!("told at the other after {:?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    drop(at_b);
    for _ in 0..3 {
        b.post(&reader.token, "/v1/me/invites", link()).await.expect(201);
    }
    // At once, whether or not this one knows of them already.
    let mut at_a = open(&a, &reader.token, Some(first[0])).await;
    let rest = told(&mut at_a, 3).await;
    assert_eq!(rest.len(), 3, "each once: {rest:?}");
    assert!(rest[0] > first[0] && rest.is_sorted(), "{first:?} {rest:?}");
}
