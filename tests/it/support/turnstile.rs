//! Two who come at the same moment, one after the other: what a race leaves to chance is brought about here.

use std::{sync::OnceLock, time::Duration};

use tokio::{pin, task::block_in_place, time::sleep};
use vouchsafe::{
    ledger::Ledger,
    store::{Backend, Guard, Guards},
};

use super::{
    db::{Database, needs, run},
    postgres::PrivateCluster,
};

/// Lets `first` come to where it writes a row of `table`, and then `second` as far as it can: to its end, or to
/// where it waits for the first, or at the same place. Then both go on. PostgreSQL alone, and within
/// [`needs_apart`].
pub async fn in_turn<A, B>(
    db: &Database,
    table: &str,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let mut gate = db.connect();
    run(
        &mut gate,
        &format!(
            "CREATE FUNCTION turnstile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             PERFORM pg_advisory_xact_lock_shared(4711); \
             IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER turnstile BEFORE INSERT OR UPDATE OR DELETE ON {table} \
             FOR EACH ROW EXECUTE FUNCTION turnstile()"
        ),
    );
    run(&mut gate, "SELECT pg_advisory_lock(4711)");
    let then = async {
        until_waiting(db, 1).await;
        pin!(second);
        let at_once = tokio::select! {
            outcome = &mut second => Some(outcome),
            () = until_waiting(db, 2) => None,
        };
        run(&mut gate, "SELECT pg_advisory_unlock(4711)");
        match at_once {
            Some(outcome) => outcome,
            None => second.await,
        }
    };
    tokio::join!(first, then)
}

/// Waits until so many transactions of this database wait for a lock.
async fn until_waiting(db: &Database, many: i64) {
    let waiting = "SELECT count(*) AS n FROM pg_stat_activity \
                   WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while block_in_place(|| db.figures(waiting))[0] < many {
        sleep(Duration::from_millis(5)).await;
    }
}

/// [`needs`], on a PostgreSQL where transactions are made to wait: that holds back the feeds of all databases of
/// a server, and other tests expect theirs to move.
pub async fn needs_apart(guard: Guard, check: impl AsyncFn(&Database, Guards) -> Result<(), String>) {
    static APART: OnceLock<PrivateCluster> = OnceLock::new();
    let cluster = block_in_place(|| APART.get_or_init(PrivateCluster::start));
    needs(guard, Backend::Postgres, async |_: &Database, guards| {
        let db = Database::at(&cluster.database("template1"));
        block_in_place(|| Ledger::migrate(&db.target())).unwrap();
        check(&db, guards).await
    })
    .await;
}
