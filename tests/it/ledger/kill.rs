//! SQLite under `kill -9`: what was acknowledged is there, and nothing is half there.

use std::{
    collections::BTreeSet,
    env,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use diesel::{RunQueryDsl, sql_query, sql_types::BigInt};
use vouchsafe::platform::{
    ledger::{Actor, verify},
    store::{Backend, StoreError},
    terms::SeededRng,
};

use super::numbered;
use crate::support::db::Database;

const KILLS: usize = 25;
/// Tells the process that it is the one to be killed: its database, and the first number it writes.
const VICTIM: &str = "VOUCHSAFE_TEST_VICTIM";

#[test]
fn no_kill_loses_or_halves_a_write() {
    if let Ok(order) = env::var(VICTIM) {
        return victim(&order);
    }
    let db = Database::fresh(Backend::Sqlite);
    db.run("CREATE TABLE kept (n BIGINT PRIMARY KEY)");
    let rng = SeededRng::new(9);
    let mut acknowledged = BTreeSet::new();
    for life in 0..KILLS {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "ledger::kill::no_kill_loses_or_halves_a_write",
                "--nocapture",
            ])
            .env(VICTIM, format!("{}|{}", db.path().display(), life * 1_000_000))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listener = std::thread::spawn(move || -> Vec<i64> {
            let words = lines.map_while(Result::ok);
            words
                .filter_map(|line| line.strip_prefix("kept ")?.parse().ok())
                .collect()
        });
        sleep(Duration::from_millis(60 + rng.below(120)));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(listener.join().unwrap());

        let kept: BTreeSet<i64> = db.figures("SELECT n FROM kept").into_iter().collect();
        let events: BTreeSet<i64> = db.figures("SELECT subject AS n FROM events").into_iter().collect();
        let lost: Vec<_> = acknowledged.difference(&kept).collect();
        assert!(lost.is_empty(), "kill {life}: acknowledged and lost: {lost:?}");
        assert!(
            kept == events,
            "kill {life}: a row without its event, or an event without its row"
        );
        let proved = verify(&mut db.connect(), |_| ()).unwrap();
        assert_eq!((proved.findings, proved.waiting), (vec![], 0), "kill {life}");
    }
    let damage = db.figures("SELECT count(*) AS n FROM pragma_integrity_check WHERE integrity_check <> 'ok'");
    assert_eq!(damage, [0]);
    assert!(
        acknowledged.len() > 10 * KILLS,
        "too little was going on: {}",
        acknowledged.len()
    );
}

/// Writes for as long as it lives, and says what was acknowledged.
fn victim(order: &str) {
    let (path, first) = order.split_once('|').unwrap();
    let ledger = Database::at(&format!("sqlite://{path}")).ledger(Default::default());
    let first: i64 = first.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..8 {
            let ledger = ledger.clone();
            writers.spawn(async move {
                for n in (first + writer..).step_by(8) {
                    let written = ledger.write(Actor::System, move |tx| {
                        sql_query("INSERT INTO kept (n) VALUES ($1)")
                            .bind::<BigInt, _>(n)
                            .execute(tx.conn)?;
                        tx.record(numbered(n));
                        Ok::<_, StoreError>(())
                    });
                    written.await.unwrap();
                    // One write, so that a line is whole or not there. An error says that the
                    // listener is gone; then this process ends soon.
                    let _ = std::io::stdout().write_all(format!("\nkept {n}\n").as_bytes());
                }
            });
        }
        writers.join_all().await;
    });
}
