//! What a race leaves to chance is brought about here: somebody is held in the middle of a transaction while
//! something else happens.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use tokio::{pin, task::block_in_place, time::sleep};
use vouchsafe::platform::{
    ledger::Ledger,
    store::{Backend, Conn, Guard, Guards},
};

use super::{
    db::{Database, needs, run},
    postgres::PrivateCluster,
};

/// How long a test waits for somebody to be held.
const PATIENCE: Duration = Duration::from_secs(60);

/// A trigger that holds whoever writes, until it is opened.
pub struct Turnstile {
    conn: Conn,
}

impl Turnstile {
    /// Before what `writes` says: `UPDATE ON outbox FOR EACH ROW WHEN (NEW.state = 'sent')`. It is open. Takes no
    /// transaction id: the feed goes on.
    pub fn before(db: &Database, writes: &str) -> Self {
        db.run(&format!(
            "CREATE FUNCTION turnstile() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN COALESCE(NEW, OLD); END $$; \
             CREATE TRIGGER turnstile BEFORE {writes} EXECUTE FUNCTION turnstile()"
        ));
        Self { conn: db.connect() }
    }

    pub fn close(&mut self) {
        block_in_place(|| run(&mut self.conn, "SELECT pg_advisory_lock(4711)"));
    }

    pub fn open(&mut self) {
        block_in_place(|| run(&mut self.conn, "SELECT pg_advisory_unlock_all()"));
    }

    /// Waits until a process is held, and says which.
    pub async fn holds(&mut self) -> String {
        #[derive(QueryableByName)]
        struct Held {
            #[diesel(sql_type = Text)]
            application_name: String,
        }
        let begun = Instant::now();
        loop {
            let Conn::Postgres(conn) = &mut self.conn else {
                unreachable!("replicas are on PostgreSQL")
            };
            let waiting = "SELECT application_name FROM pg_stat_activity \
                           WHERE wait_event_type = 'Lock' AND wait_event = 'advisory'";
            let held: Vec<Held> = block_in_place(|| sql_query(waiting).load(conn)).unwrap();
            if let Some(held) = held.into_iter().next() {
                return held.application_name;
            }
            assert!(begun.elapsed() < PATIENCE, "nobody comes to the turnstile");
            sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Lets `first` come to where it writes a row of `table`, and then `second` as far as it can: to its end, or to
/// where it waits for the first, or at the same place. Then both go on; who stood at the same place, in any
/// order. PostgreSQL alone, and within [`needs_apart`].
pub async fn in_turn<A, B>(
    db: &Database,
    table: &str,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let writes = format!("INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW");
    in_turn_before(db, &writes, first, second).await
}

/// [`in_turn`], where only those are held who write what `writes` says.
pub async fn in_turn_before<A, B>(
    db: &Database,
    writes: &str,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let mut turnstile = Turnstile::before(db, writes);
    turnstile.close();
    let then = async {
        until_waiting(db, 1).await;
        pin!(second);
        let at_once = tokio::select! {
            outcome = &mut second => Some(outcome),
            () = until_waiting(db, 2) => None,
        };
        turnstile.open();
        match at_once {
            Some(outcome) => outcome,
            None => second.await,
        }
    };
    tokio::join!(first, then)
}

/// Waits until so many transactions of this database wait for a lock.
pub async fn until_waiting(db: &Database, many: i64) {
    let waiting = "SELECT count(*) AS n FROM pg_stat_activity \
                   WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let begun = Instant::now();
    while block_in_place(|| db.figures(waiting))[0] < many {
        assert!(begun.elapsed() < PATIENCE, "nobody waits for a lock");
        sleep(Duration::from_millis(5)).await;
    }
}

/// A fresh database on a PostgreSQL where transactions are made to wait: that holds back the feeds of all databases
/// of a server, and other tests expect theirs to move.
pub fn apart() -> Database {
    static APART: OnceLock<PrivateCluster> = OnceLock::new();
    block_in_place(|| {
        let db = Database::at(&APART.get_or_init(PrivateCluster::start).database("template1"));
        Ledger::migrate(&db.target()).unwrap();
        db
    })
}

/// [`needs`], each time [`apart`].
pub async fn needs_apart(guard: Guard, check: impl AsyncFn(&Database, Guards) -> Result<(), String>) {
    needs(guard, Backend::Postgres, async |_: &Database, guards| {
        check(&apart(), guards).await
    })
    .await;
}
