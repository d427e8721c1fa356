//! The sequencer runs once: whoever is at it is killed or frozen after it has given positions, before it has
//! said how far it came.

use std::time::{Duration, Instant};

use tokio::{task::block_in_place, time::sleep};

use super::{World, friend, until};
use crate::support::{invariants::sound_soon, replica::Replica, turnstile::Turnstile};

const PLACES: &str = "SELECT count(*) AS n FROM ledger";
const EVENTS: &str = "SELECT count(*) AS n FROM events";
/// What a pass of the sequencer writes last.
const PASS: &str = "UPDATE ON sequencer FOR EACH ROW WHEN (NEW.last_pos > OLD.last_pos)";

/// Every event has its place, and the chain is whole.
async fn in_order(world: &World) {
    until("every event has a place", async || {
        block_in_place(|| world.db.figures(PLACES) == world.db.figures(EVENTS))
    })
    .await;
    sound_soon(&world.db).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_sequencer_is_followed_by_the_other() {
    let (world, []) = World::new([]).await;
    let mut replicas = vec![world.plan("a").start().await, world.plan("b").start().await];
    let mut turnstile = Turnstile::before(&world.db, PASS);
    let mut killed = Vec::new();
    for round in 0..8 {
        turnstile.close();
        let asked = {
            let (client, owner) = ((*replicas[round % 2]).clone(), world.owner.clone());
            tokio::spawn(async move {
                let request = client.request(reqwest::Method::POST, "/v1/me/invites");
                client.try_send(request.bearer_auth(owner).json(&friend(round))).await
            })
        };
        let holder = turnstile.holds().await;
        let place = replicas.iter().position(|replica| replica.name() == holder).unwrap();
        let plan = replicas[place].plan();
        replicas.remove(place).kill();
        turnstile.open();
        // The other gives the places, and what it then writes has one too.
        replicas[0]
            .post(&world.owner, "/v1/me/invites", friend(100 + round))
            .await
            .expect(201);
        in_order(&world).await;
        let _ = asked.await.unwrap();
        replicas.insert(place, plan.start().await);
        killed.push(holder);
    }
    println!("killed while they gave places: {killed:?}");
    in_order(&world).await;
}

/// While one is frozen in the middle nothing gets its place, until PostgreSQL ends the silent session; and yet
/// a ban holds at once, for whoever cannot trust memory asks the store.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_sequencer_stops_the_feed_and_no_ban() {
    let (world, members) = World::new(["mallory", "malcolm"]).await;
    let replicas = [world.plan("a").start().await, world.plan("b").start().await];
    let mut turnstile = Turnstile::before(&world.db, PASS);
    for (round, who) in members.iter().enumerate() {
        turnstile.close();
        let invited = replicas[round].post(&world.owner, "/v1/me/invites", friend(round));
        let holds = async {
            let holder = turnstile.holds().await;
            let (frozen, other): (Vec<&Replica>, Vec<_>) =
                replicas.iter().partition(|replica| replica.name() == holder);
            frozen[0].freeze().await;
            turnstile.open();
            (frozen[0], other[0], Instant::now())
        };
        // The answer may have to wait until the frozen one goes on.
        let ban = async {
            let (frozen, other, since) = holds.await;
            let before = block_in_place(|| world.db.figures(PLACES));
            assert_eq!(world.introspect(other, &who.hall).await.expect(200)["active"], true);
            world.ban(other, &who.member).await;
            let banned = Instant::now();
            assert_eq!(world.introspect(other, &who.hall).await.expect(200)["active"], false);
            other.get(&who.token, "/v1/me").await.refused(401, "session-ended");
            let still = block_in_place(|| world.db.figures(PLACES)) == before;
            println!(
                "refused {:?} after the ban, with the feed at a stand: {still}",
                banned.elapsed()
            );
            assert!(still || since.elapsed() > Duration::from_secs(4), "the feed goes on");
            until("the feed goes on without the frozen one", async || {
                block_in_place(|| world.db.figures(PLACES) > before)
            })
            .await;
            frozen.signal("CONT");
            frozen
        };
        let (invited, frozen) = tokio::join!(invited, ban);
        invited.expect(201);
        in_order(&world).await;
        // And the one that was frozen tells no old truth when it wakes.
        let about = world.introspect(frozen, &who.hall).await;
        assert!(about.status == 503 || about.body["active"] == false, "{}", about.body);
        let begun = Instant::now();
        while world.introspect(frozen, &who.hall).await.status != 200 {
            assert!(begun.elapsed() < Duration::from_secs(5), "it does not come back");
            sleep(Duration::from_millis(20)).await;
        }
    }
}
