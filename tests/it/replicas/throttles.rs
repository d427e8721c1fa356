//! Throttles add up: half of the requests here, half there, and the total is what it would be at one.

use std::time::Instant;

use serde_json::json;

use super::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_here_and_half_there_is_the_whole() {
    let (world, _members) = World::new(["alice"]).await;
    let plan = |name| {
        world
            .plan(name)
            .with("throttle.per_address_per_minute", 40)
            .with("throttle.per_account_failures_per_day", 10)
            .with("http.trusted_proxies", r#"["127.0.0.1"]"#)
    };
    let (a, b) = (plan("a").start().await, plan("b").start().await);

    // Of 40 a minute half may come at once, and one more every three seconds.
    let mut admitted = Vec::new();
    for (address, replicas) in [("198.51.100.1", [&a, &a]), ("198.51.100.2", [&a, &b])] {
        let begun = Instant::now();
        let mut passed = 0;
        let mut refused = [0, 0];
        for n in 0..60 {
            let request = replicas[n % 2].request(reqwest::Method::GET, "/v1/invites/ABCDEFGHJKMNPQRSTVWXYZ");
            let answer = replicas[n % 2].send(request.header("X-Forwarded-For", address)).await;
            match answer.status.as_u16() {
                429 => {
                    assert!(answer.header("retry-after").is_some());
                    refused[n % 2] += 1;
                }
                _ => passed += 1,
            }
        }
        let most = 21 + begun.elapsed().as_secs() / 3;
        assert!(
            (20..=most).contains(&passed),
            "{address}: {passed} passed, at most {most} may"
        );
        assert!(refused.iter().all(|&times| times >= 15), "{refused:?}");
        admitted.push(passed);
    }
    println!("of 60 requests, admitted at one replica and at two: {admitted:?}");

    // Of ten failures a day half may come at once; then the account is locked, wherever one asks.
    let mut failures = 0;
    for n in 0..8 {
        let wrong = json!({ "contact": "alice@vouch.example.org", "password": "a wrong guess of mine" });
        let request = [&a, &b][n % 2]
            .request(reqwest::Method::POST, "/v1/sessions")
            .json(&wrong);
        let answer = [&a, &b][n % 2]
            .send(request.header("X-Forwarded-For", "198.51.100.3"))
            .await;
        if answer.status == 401 {
            failures += 1;
        } else {
            answer.refused(429, "account-locked");
        }
    }
    assert_eq!(failures, 5);
}
