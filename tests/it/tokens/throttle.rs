//! Replicas add up what they count.

use vouchsafe::store::throttle::{Rate, Throttled, admit, give_back, sweep};

use super::*;
use crate::support::db::on_both;

on_both! {
    /// A hundred attempts at once over two replicas: as many are admitted as may come at once.
    async fn attempts_at_once_are_counted_once_each(db: &Database) {
        let world = World::new();
        let ledgers = [world.ledger(db), world.ledger(db)];
        let rate = Rate::at_most(40, Duration::from_secs(60));
        let mut attempts = JoinSet::new();
        for number in 0..100 {
            let ledger = ledgers[number % 2].clone();
            attempts.spawn(async move {
                ledger.write(Actor::System, move |tx| admit(tx.conn, b"bucket", rate, tx.now)).await
            });
        }
        let outcomes = attempts.join_all().await;
        let admitted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(admitted, 20, "half of the rate at once");
        let waits = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        assert!(waits.into_iter().all(|error| matches!(error, Throttled::Wait(3))));

        world.later(Duration::from_secs(3));
        let back = ledgers[0].write(Actor::System, move |tx| {
            give_back(tx.conn, b"bucket", rate)?;
            admit(tx.conn, b"bucket", rate, tx.now)?;
            admit(tx.conn, b"bucket", rate, tx.now)
        });
        back.await.unwrap();
        let third = ledgers[1].write(Actor::System, move |tx| admit(tx.conn, b"bucket", rate, tx.now)).await;
        assert!(third.is_err());
        world.later(Duration::from_secs(61));
        let swept = ledgers[0].write(Actor::System, |tx| Ok::<_, StoreError>(sweep(tx.conn, tx.now)?));
        assert_eq!(swept.await.unwrap().value, 1);
    }
}
