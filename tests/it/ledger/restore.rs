//! A database that was restored into another PostgreSQL server, whose transaction ids are behind.

use std::time::Duration;

use tokio::{
    task::{JoinSet, block_in_place},
    time::sleep,
};
use vouchsafe::platform::{ledger::Ledger, store::Backend};

use super::{eventually, feed, order::open_writer, verified, write};
use crate::support::db::{Database, Setup, run};

/// As if this server had counted far less than the one that wrote what is here.
fn restored(db: &Database) {
    db.run(
        "UPDATE events SET xid = xid + 1000000; \
         UPDATE sequencer SET cursor_xid = cursor_xid + 1000000, horizon_xid = horizon_xid + 1000000",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restore_old_events_stay_once_and_new_ones_follow() {
    let db = Database::fresh(Backend::Postgres);
    let ledger = db.ledger(Setup::default());
    let mut tasks = JoinSet::new();
    tasks.spawn(ledger.clone().keep_sequencing());
    for n in 1..=10 {
        write(&ledger, n).await.unwrap();
    }
    eventually("ten are sequenced", async || feed(&ledger).await.len() == 10).await;
    tasks.shutdown().await;
    // Two that the dump holds and the sequencer had not come to.
    for n in 11..=12 {
        write(&ledger, n).await.unwrap();
    }
    ledger.close().await;

    restored(&db);
    assert_eq!(
        block_in_place(|| Ledger::migrate(&db.target())).unwrap(),
        Vec::<String>::new()
    );
    let ledger = db.ledger(Setup::default());
    assert_eq!(
        feed(&ledger).await,
        (1..=12).collect::<Vec<_>>(),
        "what was left is sequenced first"
    );
    let mut tasks = JoinSet::new();
    tasks.spawn(ledger.clone().keep_sequencing());
    for n in 13..=20 {
        write(&ledger, n).await.unwrap();
    }
    eventually("new ones are sequenced", async || feed(&ledger).await.len() == 20).await;

    // A second replica starts while somebody writes: the restore is over, and is not begun again.
    let mut late = open_writer(&db, 21);
    write(&ledger, 22).await.unwrap();
    block_in_place(|| Ledger::migrate(&db.target())).unwrap();
    run(&mut late, "COMMIT");
    eventually("the late one is not passed over", async || {
        feed(&ledger).await.len() == 22
    })
    .await;
    assert_eq!(feed(&ledger).await, (1..=22).collect::<Vec<_>>());
    let proved = verified(&ledger).await;
    assert_eq!((proved.findings, proved.waiting), (vec![], 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_starts_among_writers_takes_nothing_for_a_restore() {
    let db = Database::fresh(Backend::Postgres);
    let ledger = db.ledger(Setup::default());
    let mut tasks = JoinSet::new();
    for writer in 0..6 {
        let ledger = ledger.clone();
        tasks.spawn(async move {
            for n in 0.. {
                write(&ledger, writer * 1_000_000 + n).await.unwrap();
            }
        });
    }
    tasks.spawn(ledger.clone().keep_sequencing());
    for _ in 0..60 {
        block_in_place(|| Ledger::migrate(&db.target())).unwrap();
    }
    tasks.shutdown().await;
    sleep(Duration::from_millis(50)).await;
    assert_eq!(
        db.figures("SELECT floor_id AS n FROM sequencer"),
        [0],
        "it was taken for a restore"
    );
}
