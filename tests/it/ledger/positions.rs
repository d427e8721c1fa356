//! "At least as new as this write", on every replica.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::task::JoinSet;
use vouchsafe::platform::{
    ledger::{Actor, Entry, Ledger, Position, Projection, ReadModel, entries},
    store::{Backend, Conn, StoreError},
};

use super::{eventually, number, numbered, write};
use crate::support::db::{Database, Setup, on_both};

const PATIENCE: Duration = Duration::from_secs(5);
const BRIEFLY: Duration = Duration::from_millis(150);

/// The numbers that were written.
#[derive(Default)]
struct Known(Mutex<BTreeSet<i64>>);

impl Known {
    fn has(&self, n: i64) -> bool {
        self.0.lock().unwrap().contains(&n)
    }
}

impl Projection for Known {
    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        *self.0.lock().unwrap() = entries(conn, 0, 1_000_000)?.iter().map(number).collect();
        Ok(())
    }
    fn apply(&self, _: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        self.0.lock().unwrap().insert(number(entry));
        Ok(())
    }
}

/// One process: a ledger, what it keeps in memory, and what keeps that fresh.
struct Replica {
    ledger: Ledger,
    read_model: ReadModel,
    known: Arc<Known>,
    tasks: JoinSet<()>,
}

impl Replica {
    /// Loads; nothing runs yet.
    async fn load(db: &Database) -> Self {
        let ledger = db.ledger(Setup::default());
        let known = Arc::new(Known::default());
        let read_model = ReadModel::load(ledger.clone(), vec![known.clone()], None)
            .await
            .unwrap();
        Self {
            ledger,
            read_model,
            known,
            tasks: JoinSet::new(),
        }
    }

    fn run(&mut self) {
        self.tasks.spawn(self.ledger.clone().keep_sequencing());
        self.tasks.spawn(self.read_model.clone().keep_up());
    }

    async fn start(db: &Database) -> Self {
        let mut replica = Self::load(db).await;
        replica.run();
        replica
    }

    async fn write(&self, n: i64) -> Position {
        write(&self.ledger, n).await.unwrap().position.unwrap()
    }
}

on_both! {
    async fn a_write_is_seen_by_whoever_waits_for_it(db: &Database) {
        let (one, two) = (Replica::start(db).await, Replica::start(db).await);
        for n in 1..=100 {
            let (here, there) = if n % 2 == 0 { (&one, &two) } else { (&two, &one) };
            let position = here.write(n).await;
            // As a client would hand it on.
            let position: Position = position.to_string().parse().unwrap();
            let (seen_here, seen_there) =
                tokio::join!(here.read_model.wait(position, PATIENCE), there.read_model.wait(position, PATIENCE));
            assert!(seen_here && seen_there, "{n} is not reached");
            assert!(here.known.has(n) && there.known.has(n), "{n} is reached and not known");
        }
    }

    async fn nobody_is_caught_up_who_is_not(db: &Database) {
        let mut first = Replica::start(db).await;
        let position = first.write(1).await;
        assert!(first.read_model.wait(position, PATIENCE).await);
        assert!(first.read_model.caught_up());
        // Its subscribers of the feed stop: what is written now is not in its memory.
        first.tasks.shutdown().await;
        let position = first.write(2).await;
        assert!(!first.read_model.wait(position, BRIEFLY).await, "nothing has been applied");
        assert!(!first.known.has(2));

        // A restart: loaded, and still it does not say so before it has followed.
        let mut second = Replica::load(db).await;
        assert!(!second.read_model.caught_up());
        assert!(!second.read_model.wait(position, BRIEFLY).await);
        second.run();
        assert!(second.read_model.wait(position, PATIENCE).await, "a token outlives its process");
        eventually("it is caught up", async || second.read_model.caught_up()).await;
        assert!(second.known.has(1) && second.known.has(2));
    }

    async fn a_command_without_an_event_has_no_position(db: &Database) {
        let replica = Replica::start(db).await;
        let nothing = replica.ledger.write(Actor::System, |_| Ok::<_, StoreError>(()));
        assert_eq!(nothing.await.unwrap().position, None);
    }

    /// A pass of the sequencer takes 2000 events: here it ends just where a command does.
    async fn a_full_pass_reaches_its_last_write(db: &Database) {
        let writer = db.ledger(Setup::default());
        write_many(&writer, 0, 1000).await;
        let position = write_many(&writer, 1000, 1000).await;
        let replica = Replica::start(db).await;
        assert!(replica.read_model.wait(position, PATIENCE).await, "the last of 2000 is not reached");
        assert!(replica.known.has(1999));
    }

    /// Here it cuts a command in two.
    async fn a_command_that_is_cut_is_not_reached_before_its_end(db: &Database) {
        let replica = Replica::start(db).await;
        let position = write_many(&replica.ledger, 0, 4500).await;
        assert!(replica.read_model.wait(position, PATIENCE).await, "it is not reached");
        assert!(replica.known.has(4499), "it is reached and not known");
    }
}

/// One command with many events.
async fn write_many(ledger: &Ledger, first: i64, events: i64) -> Position {
    let written = ledger.write(Actor::System, move |tx| {
        (first..first + events).for_each(|n| tx.record(numbered(n)));
        Ok::<_, StoreError>(())
    });
    written.await.unwrap().position.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_waits_for_a_transaction_that_holds_the_feed() {
    let db = Database::fresh(Backend::Postgres);
    let replica = Replica::start(&db).await;
    let mut long = super::order::open_writer(&db, 1);
    let position = replica.write(2).await;
    assert!(!replica.read_model.wait(position, BRIEFLY).await);
    assert!(!replica.known.has(2), "what is not sequenced is not followed");
    crate::support::db::run(&mut long, "COMMIT");
    assert!(replica.read_model.wait(position, PATIENCE).await);
    assert!(replica.known.has(1) && replica.known.has(2));
}

#[test]
fn what_is_not_a_position_is_refused() {
    for text in [
        "",
        "1",
        "AAAAAAAAAAA=",
        "AAAAAAAAAA",
        "__________8",
        "AAAAAAAAAAAA",
        "💥",
    ] {
        assert!(text.parse::<Position>().is_err(), "{text}");
    }
}
