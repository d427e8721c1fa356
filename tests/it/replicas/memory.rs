//! What is kept in memory has a lease: a replica that is cut from its database says 503 half a second
//! later, and never an old yes.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::{Somebody, World, open_transaction};
use crate::support::{
    proxy::{Line, Proxy},
    service::{Answer, Client},
};

/// What memory may be old, as it is configured where nobody says otherwise.
const LEASE: Duration = Duration::from_millis(500);
/// How long a client waits for a refusal at most.
const SOON: Duration = Duration::from_secs(3);

/// Whether somebody may pass, as the replica tells; none where it cannot tell, and says so properly.
async fn passes(ask: impl Future<Output = Answer>, yes: impl Fn(&Answer) -> Option<bool>) -> Option<bool> {
    let begun = Instant::now();
    let answer = ask.await;
    let told = yes(&answer);
    if told.is_none() {
        assert_eq!(answer.status, 503, "{}", answer.body);
        let after: u32 = answer.header("retry-after").and_then(|text| text.parse().ok()).unwrap();
        assert!(after >= 1);
        assert!(begun.elapsed() < SOON, "503 after {:?}", begun.elapsed());
    }
    told
}

/// Asks both ways once; whether the token still opens something.
async fn lets_in(world: &World, client: &Client, who: &Somebody) -> [Option<bool>; 2] {
    let about = passes(world.introspect(client, &who.hall), |answer| {
        answer.body["active"].as_bool()
    });
    let own = passes(client.get(&who.token, "/v1/me"), |answer| {
        match answer.status.as_u16() {
            200 => Some(true),
            401 => Some(false),
            _ => None,
        }
    });
    let (about, own) = tokio::join!(about, own);
    [about, own]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_cut_off_says_503_and_never_an_old_yes() {
    let (world, members) = World::new(["mallory", "malcolm", "malvina", "malte"]).await;
    let upstream = world.cluster.address();
    let mut proxy = Proxy::start(upstream).await;
    let a = crate::support::replica::Plan::new(&world.home, "a", &proxy.through(&world.url()));
    let (a, b) = (a.start().await, world.plan("b").start().await);
    for (line, who) in [Line::Cut, Line::Hung, Line::Cut, Line::Hung].into_iter().zip(&members) {
        assert_eq!(lets_in(&world, &a, who).await, [Some(true); 2]);
        proxy.set(line).await;
        let away = Instant::now();
        let ban = async {
            world.ban(&b, &who.member).await;
            assert_eq!(lets_in(&world, &b, who).await, [Some(false); 2]);
        };
        let probes = async {
            let (mut refused, mut yes) = (0, 0);
            while refused < 20 || away.elapsed() < LEASE * 4 {
                let asked = Instant::now();
                for told in lets_in(&world, &a, who).await {
                    match told {
                        None => refused += 1,
                        Some(true) if asked < away + LEASE => yes += 1,
                        Some(told) => panic!("{line:?}: {told} {:?} after the cut", asked - away),
                    }
                }
                sleep(Duration::from_millis(10)).await;
            }
            println!("{line:?}: {yes} answers from memory within its lease, then {refused} × 503");
        };
        tokio::join!(ban, probes);
        proxy.set(Line::Through).await;
        let back = Instant::now();
        loop {
            let told = lets_in(&world, &a, who).await;
            assert!(!told.contains(&Some(true)), "{line:?}: yes after the ban");
            if told == [Some(false); 2] {
                break;
            }
            assert!(
                back.elapsed() < Duration::from_secs(2),
                "{line:?}: it does not come back"
            );
            sleep(Duration::from_millis(10)).await;
        }
        println!("{line:?}: back after {:?}", back.elapsed());
    }
}

/// A database that answers, but lets the feed wait, costs nobody an answer: the store is asked instead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_is_held_back_makes_nobody_wait() {
    let (world, [alice, mallory]) = World::new(["alice", "mallory"]).await;
    let (a, b) = (world.plan("a").start().await, world.plan("b").start().await);
    let held = open_transaction(&world);
    let begun = Instant::now();
    let mut asked = 0;
    while begun.elapsed() < LEASE * 3 {
        assert_eq!(lets_in(&world, &a, &alice).await, [Some(true); 2]);
        asked += 1;
    }
    world.ban(&b, &mallory.member).await;
    assert_eq!(lets_in(&world, &a, &mallory).await, [Some(false); 2]);
    assert_eq!(lets_in(&world, &a, &alice).await, [Some(true); 2]);
    println!("asked {asked} times while the feed was held back");
    drop(held);
}

/// Nor does a database that has more to do than it can: those who ask about tokens are told, however many
/// write at both replicas meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_database_is_no_reason_for_503() {
    let (world, [alice]) = World::new(["alice"]).await;
    // So that no 503 comes from a request's own wait for a connection.
    let plan = |name| {
        world
            .plan(name)
            .with("store.wait_ms", 30_000)
            .with("http.request_timeout_ms", 60_000)
    };
    let (a, b) = (plan("a").start().await, plan("b").start().await);
    let begun = Instant::now();
    let busy = || begun.elapsed() < Duration::from_secs(4);
    let write = async |n: usize| {
        let (client, mut written) = ([&a, &b][n % 2], 0);
        while busy() {
            let friend = super::friend(n * 10_000 + written);
            client.post(&world.owner, "/v1/me/invites", friend).await.expect(201);
            written += 1;
        }
        written
    };
    let ask = async |n: usize| {
        let (client, mut asked) = ([&a, &b][n % 2], 0);
        while busy() {
            let about = world.introspect(client, &alice.hall).await.expect(200);
            assert_eq!(about["active"], true);
            asked += 1;
        }
        asked
    };
    let (written, asked) = tokio::join!(join_all((0..64).map(write)), join_all((0..16).map(ask)));
    let (written, asked): (usize, usize) = (written.iter().sum(), asked.iter().sum());
    println!("{written} writes by 64 clients, {asked} introspections by 16, none of them 503");
}
