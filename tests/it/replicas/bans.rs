//! A ban at one is refused at the other, within one second.

use std::time::{Duration, Instant};

use super::{Somebody, World, link, open_transaction};
use crate::support::service::Client;

/// What the ban of somebody must reach within.
const SOON: Duration = Duration::from_secs(1);

/// How long until the token opens nothing at `there`, is not active, and its holder's invite is suspended.
async fn refused(world: &World, there: &Client, who: &Somebody, code: &str) -> Duration {
    let begun = Instant::now();
    loop {
        let about = world.introspect(there, &who.hall).await.expect(200);
        let own = there.get(&who.token, "/v1/me").await;
        let invite = there.get("", &format!("/v1/invites/{code}")).await;
        if about["active"] == false && own.status == 401 && invite.status == 410 {
            own.refused(401, "session-ended");
            invite.refused(410, "invite-closed");
            return begun.elapsed();
        }
        assert!(
            begun.elapsed() < SOON,
            "after {SOON:?}: introspection {about}, {}, {}",
            own.status,
            invite.body
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ban_reaches_the_other_replica_within_a_second() {
    let names = ["mallory", "malcolm", "malvina", "malte", "malou", "maleficent"];
    let (world, members) = World::new(names).await;
    let (a, b) = tokio::join!(async { world.plan("a").start().await }, async {
        world.plan("b").start().await
    });
    let mut slowest = Duration::ZERO;
    for (n, who) in members.iter().enumerate() {
        let (here, there) = if n % 2 == 0 { (&a, &b) } else { (&b, &a) };
        let invite = there.post(&who.token, "/v1/me/invites", link()).await.expect(201);
        let code = invite["code"].as_str().unwrap().to_owned();
        there.get("", &format!("/v1/invites/{code}")).await.expect(200);
        assert_eq!(world.introspect(there, &who.hall).await.expect(200)["active"], true);
        // Every other one while somebody's open transaction holds the feed back: memory learns of nothing.
        let held_back = (n % 4 >= 2).then(|| open_transaction(&world));
        world.ban(here, &who.member).await;
        let took = refused(&world, there, who, &code).await;
        println!(
            "ban {n}: refused at the other after {took:?}, held back: {}",
            held_back.is_some()
        );
        slowest = slowest.max(took);
        // Whoever is not banned is not refused meanwhile.
        assert_eq!(
            world.introspect(there, &world.owner_hall).await.expect(200)["active"],
            true
        );
    }
    println!("the slowest of {}: {slowest:?}", members.len());
}
