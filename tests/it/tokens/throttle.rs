//! Replicas add up what they count.

use vouchsafe::platform::store::{
    Backend, Guard,
    throttle::{Rate, Throttled, admit, give_back, sweep},
};

use super::*;
use crate::support::db::{ensure, needs};

/// A hundred attempts at once over two replicas: as many are admitted as may come at once.
async fn counted_once_each(db: &Database, guards: Guards) -> Result<(), String> {
    let world = World::with(guards);
    let ledgers = [world.ledger(db), world.ledger(db)];
    let rate = Rate::at_most(40, Duration::from_secs(60));
    let try_one = move |tx: &mut Tx<'_>| admit(tx.conn, b"bucket", rate, tx.now);
    let mut attempts = JoinSet::new();
    for number in 0..100 {
        let ledger = ledgers[number % 2].clone();
        attempts.spawn(async move { ledger.write(Actor::System, try_one).await });
    }
    let outcomes = attempts.join_all().await;
    let admitted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    ensure(
        admitted == 20,
        format!("{admitted} were admitted, not half of the rate"),
    )?;
    let waits = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    assert!(waits.into_iter().all(|error| matches!(error, Throttled::Wait(3))));

    world.later(Duration::from_secs(3));
    let back = ledgers[0].write(Actor::System, move |tx| {
        give_back(tx.conn, b"bucket", rate)?;
        try_one(tx)?;
        try_one(tx)
    });
    back.await.unwrap();
    assert!(ledgers[1].write(Actor::System, try_one).await.is_err(), "the third");
    world.later(Duration::from_secs(61));
    let swept = ledgers[0].write(Actor::System, |tx| Ok::<_, StoreError>(sweep(tx.conn, tx.now)?));
    assert_eq!(swept.await.unwrap().value, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_at_once_are_counted_once_each_on_sqlite() {
    let outcome = counted_once_each(&Database::fresh(Backend::Sqlite), Guards::default()).await;
    assert_eq!(outcome, Ok(()));
}

/// SQLite has one writer; here one statement looks and counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_at_once_are_counted_once_each_on_postgres() {
    needs(Guard::ThrottleCounted, Backend::Postgres, counted_once_each).await;
}
