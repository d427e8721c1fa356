//! The ledger: its order, its subscribers, its tokens, its proofs.

mod subscribers;
mod kill;
mod order;
mod positions;
mod restore;
mod search;
mod tampering;
mod together;

use std::time::{Duration, Instant};

use diesel::{RunQueryDsl, sql_query, sql_types::BigInt};
use vouchsafe::platform::{
    ledger::{Actor, Committed, Entry, Event, Ledger, Subscriber, Tx, Verified, entries, events, verify},
    store::{Backend, StoreError},
    terms::PersonRow,
};

use crate::support::db::Database;

/// An event that carries a number.
pub fn numbered(n: i64) -> Event {
    Event::Vouched(events::Vouched {
        from: PersonRow(n),
        to: PersonRow(n),
    })
}

/// The number that it carries.
pub fn number(entry: &Entry) -> i64 {
    match entry.envelope.event {
        Event::Vouched(events::Vouched { from, .. }) => from.0,
        ref other => panic!("not an event of these tests: {other:?}"),
    }
}

/// Writes one event.
pub async fn write(ledger: &Ledger, n: i64) -> Result<Committed<()>, StoreError> {
    ledger
        .write(Actor::System, move |tx| {
            tx.record(numbered(n));
            Ok(())
        })
        .await
}

/// The numbers of the whole feed, in order; its positions are dense.
pub async fn feed(ledger: &Ledger) -> Vec<i64> {
    let entries = ledger.store().read(|conn| entries(conn, 0, 1_000_000)).await.unwrap();
    for (pos, entry) in (1..).zip(&entries) {
        assert_eq!(entry.pos, pos, "the feed has a gap");
    }
    entries.iter().map(number).collect()
}

/// Recomputes the chain, beside whatever goes on.
pub async fn verified(ledger: &Ledger) -> Verified {
    ledger.store().snapshot(|conn| verify(conn, |_| ())).await.unwrap()
}

/// Waits until something is so; ten seconds are too long for anything here.
pub async fn eventually(what: &str, so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !so().await {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "it does not come to pass: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A subscriber that leaves a row for each event that it saw.
pub struct Witness(pub &'static str);

impl Witness {
    /// Makes the table of the rows.
    pub fn table(db: &Database) {
        let key = match db.target().backend() {
            Backend::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT",
            Backend::Postgres => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        };
        db.run(&format!(
            "CREATE TABLE seen (id {key}, who TEXT NOT NULL, pos BIGINT NOT NULL)"
        ));
    }

    /// The positions that it saw, in the order in which it did.
    pub fn saw(&self, db: &Database) -> Vec<i64> {
        db.figures(&format!(
            "SELECT pos AS n FROM seen WHERE who = '{}' ORDER BY id",
            self.0
        ))
    }

    fn note(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        sql_query(format!("INSERT INTO seen (who, pos) VALUES ('{}', $1)", self.0))
            .bind::<BigInt, _>(entry.pos)
            .execute(tx.conn)?;
        Ok(())
    }
}

impl Subscriber for Witness {
    fn name(&self) -> &'static str {
        self.0
    }
    fn kinds(&self) -> &'static [&'static str] {
        &["vouched"]
    }
    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        self.note(tx, entry)
    }
}
