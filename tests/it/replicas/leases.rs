//! Subscribers run once: whoever holds the lease is killed or frozen between an effect (a letter in the
//! outbox) and its cursor, and the other goes on from there.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use reqwest::Method;
use tokio::time::{Instant, sleep, sleep_until};

use super::{World, friend, until};
use crate::support::{invariants::sound_soon, replica::Replica, service::Client, turnstile::Turnstile};

/// Longer than a lease lasts, and than PostgreSQL keeps a transaction whose client is silent.
const OVERSLEPT: Duration = Duration::from_millis(6500);
/// What moves the cursor of the subscriber.
const MOVES: &str = "UPDATE ON cursors FOR EACH ROW WHEN (NEW.name = 'invite-mails')";

/// The outbox has exactly one letter for each invite by mail, and the ledger is whole.
async fn one_letter_each(world: &World) -> usize {
    let issued = "SELECT count(*) AS n FROM invites WHERE kind = 'email'";
    let written = "SELECT count(DISTINCT subject_id) AS n FROM outbox WHERE kind = 'invite'";
    until("every invite has a letter", async || {
        tokio::task::block_in_place(|| world.db.figures(issued) == world.db.figures(written))
    })
    .await;
    // Whoever might write a second one has had the time to: the subscriber's cursor is past the last invite. (Past
    // what it does not want it is written down now and then alone.)
    until("the subscriber is past the last invite", async || {
        let behind = "SELECT count(*) AS n FROM cursors WHERE name = 'invite-mails' AND pos < \
                      (SELECT max(pos) FROM ledger JOIN events ON id = event_id WHERE kind = 'invite_issued')";
        tokio::task::block_in_place(|| world.db.figures(behind) == [0])
    })
    .await;
    sound_soon(&world.db).await.unwrap();
    let letters = "SELECT count(*) AS n FROM outbox o JOIN invites i ON i.subject_id = o.subject_id \
                   WHERE o.kind = 'invite' GROUP BY i.id";
    let letters = world.db.figures(letters);
    assert!(
        letters.iter().all(|&n| n == 1),
        "invites with several letters: {letters:?}"
    );
    assert_eq!(world.db.figures(issued), [letters.len() as i64]);
    letters.len()
}

/// Which replicas run, by name.
type Running = BTreeMap<String, Replica>;

async fn start(world: &World) -> Running {
    let started = join_all(["a", "b"].map(|name| async move { world.plan(name).start().await })).await;
    started
        .into_iter()
        .map(|replica| (replica.name().to_owned(), replica))
        .collect()
}

/// Invites by mail at both replicas, until told to stop; who is away just now is asked again.
async fn stream(world: &World, clients: &[Client], next: &AtomicUsize, over: &AtomicBool) {
    let asks = clients.iter().map(|client| async {
        while !over.load(Ordering::SeqCst) {
            let n = next.fetch_add(1, Ordering::SeqCst);
            let request = client.request(Method::POST, "/v1/me/invites").bearer_auth(&world.owner);
            let asked = request.json(&friend(n)).timeout(Duration::from_secs(2));
            let _ = client.try_send(asked).await;
            sleep(Duration::from_millis(30)).await;
        }
    });
    join_all(asks).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_subscriber_repeats_nothing_and_loses_nothing() {
    let (world, []) = World::new([]).await;
    let mut running = start(&world).await;
    let clients: Vec<Client> = running.values().map(|replica| (**replica).clone()).collect();
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let mut turnstile = Turnstile::before(&world.db, MOVES);
    let kills = async {
        let mut killed = Vec::new();
        for _ in 0..6 {
            turnstile.close();
            let holder = turnstile.holds().await;
            let replica = running.remove(&holder).expect("a replica of ours");
            let plan = replica.plan();
            replica.kill();
            turnstile.open();
            // The other must take over: the killed one comes back when it has.
            let seen = world.db.figures(CURSOR)[0];
            until("the other follows", async || {
                tokio::task::block_in_place(|| world.db.figures(CURSOR)[0] > seen)
            })
            .await;
            running.insert(holder.clone(), plan.start().await);
            killed.push(holder);
        }
        over.store(true, Ordering::SeqCst);
        killed
    };
    let (killed, ()) = tokio::join!(kills, stream(&world, &clients, &next, &over));
    let letters = one_letter_each(&world).await;
    println!("killed with the lease: {killed:?}; {letters} invites, each with one letter");
    assert!(
        killed.windows(2).all(|two| two[0] != two[1]),
        "the other took over each time"
    );
    assert!(letters > 60, "too little was going on: {letters}");
}

/// How far the invites' letters are written.
const CURSOR: &str = "SELECT pos AS n FROM cursors WHERE name = 'invite-mails'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_subscriber_wakes_fenced_off() {
    let (world, []) = World::new([]).await;
    let running = start(&world).await;
    let clients: Vec<Client> = running.values().map(|replica| (**replica).clone()).collect();
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let mut turnstile = Turnstile::before(&world.db, MOVES);
    let freezes = async {
        let mut frozen = Vec::new();
        for round in 0..3 {
            turnstile.close();
            let holder = turnstile.holds().await;
            let replica = &running[&holder];
            if round == 2 {
                // Once with nothing under way: what it does next, it does under an old lease.
                turnstile.open();
                sleep(Duration::from_millis(100)).await;
            }
            replica.freeze().await;
            let wakes = Instant::now() + OVERSLEPT;
            turnstile.open();
            let seen = world.db.figures(CURSOR)[0];
            sleep_until(wakes).await;
            until("the other follows", async || {
                tokio::task::block_in_place(|| world.db.figures(CURSOR)[0] > seen)
            })
            .await;
            replica.signal("CONT");
            frozen.push(holder);
        }
        over.store(true, Ordering::SeqCst);
        frozen
    };
    let (frozen, ()) = tokio::join!(freezes, stream(&world, &clients, &next, &over));
    let letters = one_letter_each(&world).await;
    println!("frozen with the lease: {frozen:?}; {letters} invites, each with one letter");
    assert!(letters > 60, "too little was going on: {letters}");
    for replica in running.values() {
        assert!(!replica.log().contains("panicked"), "{}", replica.log());
    }
}
