//! The real history of Bitcoin-OTC (`soc-sign-bitcoinotc.csv` of SNAP, S. Kumar et al., 2016), which
//! is not ours to give: `make test-real-history VOUCHSAFE_REAL_HISTORY=FILE.csv`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fall over")]

use std::{env, future::pending, path::PathBuf, sync::Arc, time::Instant};

use vouchsafe::{
    commands::import::{self, Ended},
    platform::{
        ledger::verify,
        store::Backend,
        terms::SystemRng,
        vault::{Keyring, Vault},
    },
};

use support::db::{Database, Setup};

#[path = "it/support"]
#[allow(dead_code, unused_macros, unused_imports, reason = "it serves many tests")]
mod support {
    pub mod db;
    pub mod postgres;
}

async fn comes_to_what_it_was(backend: Backend) {
    let file = env::var_os("VOUCHSAFE_REAL_HISTORY").expect("VOUCHSAFE_REAL_HISTORY names the file");
    let (db, file) = (Database::fresh(backend), PathBuf::from(file));
    let (ledger, vault) = (db.ledger(Setup::default()), Vault::new(Keyring::generate(&SystemRng)));
    let sequencing = tokio::spawn(ledger.clone().keep_sequencing());

    let begun = Instant::now();
    let mut told = Vec::new();
    assert_eq!(
        import::run(&ledger, &vault, &file, pending(), &mut told).await.unwrap(),
        Ended::Done
    );
    let took = begun.elapsed();
    let told = String::from_utf8(told).unwrap();
    println!("{backend:?}, {:.1} s: {told}", took.as_secs_f64());

    let one = |sql: &str| db.figures(sql)[0];
    let (people, edges) = (
        "SELECT COUNT(*) AS n FROM people",
        "SELECT COUNT(*) AS n FROM edges WHERE kind = ",
    );
    assert_eq!(one(people), 4_884 + 714);
    assert_eq!(one(&format!("{edges} 'invite'")), 4_884);
    assert_eq!(one(&format!("{edges} 'vouch'")), 27_145);
    let count = |kind: &str| one(&format!("SELECT COUNT(*) AS n FROM events WHERE kind = '{kind}'"));
    assert_eq!(count("person_founded"), 714);
    assert_eq!(count("reported"), 3_068);
    let depth = "WITH RECURSIVE reached (person, depth) AS (SELECT id, CAST(0 AS BIGINT) FROM people WHERE id NOT IN \
        (SELECT to_person FROM edges WHERE kind = 'invite') UNION ALL SELECT to_person, depth + 1 FROM edges \
        JOIN reached ON from_person = person WHERE kind = 'invite') SELECT MAX(depth) AS n FROM reached";
    assert_eq!(one(depth), 13);
    for line in [
        "rows                  35592",
        "  invites              4884",
        "  vouches             27145",
        "  vouched before          0",
        "  reports              3068",
        "  set aside             495",
        "people                 5881",
        "  roots                 714",
        "  never admitted        283",
        "greatest depth           13",
    ] {
        assert!(told.lines().any(|told| told.starts_with(line)), "{line}");
    }

    let events = one("SELECT COUNT(*) AS n FROM events");
    let again = import::run(&ledger, &vault, &file, pending(), &mut Vec::new())
        .await
        .unwrap();
    assert_eq!(
        (again, one("SELECT COUNT(*) AS n FROM events")),
        (Ended::DoneBefore, events)
    );
    let ledger = Arc::new(ledger);
    let verified = loop {
        let verified = ledger.store().snapshot(|conn| verify(conn, |_| ())).await.unwrap();
        if verified.waiting == 0 {
            break verified;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    sequencing.abort();
    assert_eq!((verified.sound, verified.findings), (events, Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    comes_to_what_it_was(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    comes_to_what_it_was(Backend::Postgres).await;
}
