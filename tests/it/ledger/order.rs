//! Every event once, in one order, whoever commits late.

use std::{sync::Arc, time::Duration};

use tokio::{task::JoinSet, time::sleep};
use vouchsafe::platform::{
    ledger::{Actor, Envelope, entries, follow},
    store::{Backend, Conn, Guard, Guards},
    terms::{Clock, ManualClock, SeededRng, Timestamp},
};

use super::{Witness, eventually, feed, numbered, verified, write};
use crate::support::db::{Database, Setup, ensure, needs, on_both, run};

/// A writer past the store, whose transaction the test holds open: it has written its event.
pub(super) fn open_writer(db: &Database, n: i64) -> Conn {
    let event = numbered(n);
    let envelope = Envelope {
        v: event.version(),
        at: Timestamp::from_seconds(n),
        actor: Actor::System,
        subject: event.subject(),
        event,
    };
    let mut conn = db.connect();
    run(
        &mut conn,
        &format!(
            "BEGIN; INSERT INTO events (at, kind, actor, subject, body) VALUES ({}, 'vouched', NULL, {n}, '{}')",
            envelope.at.micros(),
            serde_json::to_string(&envelope).unwrap()
        ),
    );
    conn
}

async fn nobody_is_skipped(db: &Database, guards: Guards) -> Result<(), String> {
    let ledger = db.ledger(Setup {
        guards,
        ..Setup::default()
    });
    let mut tasks = JoinSet::new();
    tasks.spawn(ledger.clone().keep_sequencing());
    let rng = SeededRng::new(7);
    let mut open: Vec<Conn> = (1..=6).map(|n| open_writer(db, n)).collect();
    let mut last = 6;
    while !open.is_empty() {
        // One commits out of turn, somebody else in passing, and the sequencer has its chance.
        let turn = rng.below(open.len() as u64) as usize;
        run(&mut open.swap_remove(turn), "COMMIT");
        last += 1;
        write(&ledger, last).await.map_err(|error| error.to_string())?;
        sleep(Duration::from_millis(50)).await;
    }
    let mut numbers = Vec::new();
    for _ in 0..40 {
        sleep(Duration::from_millis(25)).await;
        numbers = feed(&ledger).await;
        if numbers.len() == 12 {
            break;
        }
    }
    numbers.sort_unstable();
    ensure(
        numbers == (1..=12).collect::<Vec<_>>(),
        format!("the feed holds {numbers:?}"),
    )?;
    let proved = verified(&ledger).await;
    ensure(proved.findings.is_empty() && proved.waiting == 0, format!("{proved:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_commits_late_is_not_skipped() {
    needs(Guard::FeedHorizon, Backend::Postgres, nobody_is_skipped).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_transaction_holds_the_feed_and_its_end_frees_it() {
    let (db, elsewhere) = (Database::fresh(Backend::Postgres), Database::fresh(Backend::Postgres));
    let ledger = db.ledger(Setup::default());
    let mut tasks = JoinSet::new();
    tasks.spawn(ledger.clone().keep_sequencing());
    write(&ledger, 1).await.unwrap();
    eventually("the first is sequenced", async || feed(&ledger).await == [1]).await;
    // In another database too: transaction ids belong to the whole server.
    for holder in [&db, &elsewhere] {
        let mut long = open_writer(holder, 0);
        let before = feed(&ledger).await;
        write(&ledger, 2).await.unwrap();
        sleep(Duration::from_millis(200)).await;
        assert_eq!(feed(&ledger).await, before, "nothing passes the open transaction");
        assert_eq!(verified(&ledger).await.waiting, 1);
        run(&mut long, "ROLLBACK");
        eventually("it is freed", async || feed(&ledger).await.len() == before.len() + 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_feed_costs_the_server_no_transactions() {
    // A server of its own: transaction ids belong to all databases of a server.
    let cluster = tokio::task::block_in_place(crate::support::postgres::PrivateCluster::start);
    let db = Database::at(&cluster.database("template1"));
    vouchsafe::platform::ledger::Ledger::migrate(&db.target()).unwrap();
    let ledger = db.ledger(Setup::default());
    let mut tasks = JoinSet::new();
    tasks.spawn(ledger.clone().keep_sequencing());
    write(&ledger, 1).await.unwrap();
    eventually("it is sequenced", async || feed(&ledger).await == [1]).await;
    sleep(Duration::from_millis(100)).await;
    let next = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS n";
    let before = db.figures(next);
    sleep(Duration::from_millis(500)).await;
    assert_eq!(db.figures(next), before, "each would be a sync to disk");
}

on_both! {
    async fn many_writers_and_every_subscriber_sees_each_event_once(db: &Database) {
        const WRITERS: i64 = 32;
        const EACH: i64 = 50;
        Witness::table(db);
        let replicas = [db.ledger(Setup::default()), db.ledger(Setup::default())];
        let mut tasks = JoinSet::new();
        for (replica, owner) in replicas.iter().zip(["one", "two"]) {
            tasks.spawn(replica.clone().keep_sequencing());
            for name in ["first", "second"] {
                tasks.spawn(follow(replica.clone(), Arc::new(Witness(name)), owner.to_owned()));
            }
        }
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let ledger = replicas[(writer % 2) as usize].clone();
            writers.spawn(async move {
                for n in 0..EACH {
                    write(&ledger, writer * EACH + n).await.unwrap();
                }
            });
        }
        writers.join_all().await;
        let total = WRITERS * EACH;
        let positions: Vec<i64> = (1..=total).collect();
        for name in ["first", "second"] {
            eventually("the subscriber is through", async || Witness(name).saw(db).len() as i64 >= total).await;
            assert!(Witness(name).saw(db) == positions, "{name}: not each once, or not in order");
        }
        let mut numbers = feed(&replicas[0]).await;
        for writer in 0..WRITERS {
            let own: Vec<_> = numbers.iter().filter(|&&n| n / EACH == writer).collect();
            assert!(own.is_sorted(), "what one writer wrote one after another stands in that order");
        }
        numbers.sort_unstable();
        assert!(numbers == (0..total).collect::<Vec<_>>());
        let proved = verified(&replicas[1]).await;
        assert_eq!((proved.findings, proved.waiting, proved.sound), (vec![], 0, total));
    }

    async fn a_clock_that_jumps_back_changes_no_order(db: &Database) {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        let ledger = db.ledger(Setup { clock: clock.clone(), ..Setup::default() });
        let mut tasks = JoinSet::new();
        tasks.spawn(ledger.clone().keep_sequencing());
        for n in 1..=10 {
            write(&ledger, n).await.unwrap();
            clock.set(clock.now().before(Duration::from_secs(3600)));
        }
        eventually("all are sequenced", async || feed(&ledger).await.len() == 10).await;
        assert_eq!(feed(&ledger).await, (1..=10).collect::<Vec<_>>());
        let all = ledger.store().read(|conn| entries(conn, 0, 100)).await.unwrap();
        assert!(all.is_sorted_by(|one, next| one.envelope.at > next.envelope.at), "the clock did jump");
        assert_eq!(verified(&ledger).await.findings, []);
    }

    /// The chain is proved while it grows.
    async fn verifying_beside_writers_finds_nothing(db: &Database) {
        let ledger = db.ledger(Setup::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(ledger.clone().keep_sequencing());
        let writer = ledger.clone();
        tasks.spawn(async move {
            for n in 1.. {
                write(&writer, n).await.unwrap();
            }
        });
        let mut sound = 0;
        while sound < 100 {
            let proved = verified(&ledger).await;
            assert_eq!(proved.findings, []);
            assert!(proved.sound >= sound);
            sound = proved.sound;
        }
    }
}
