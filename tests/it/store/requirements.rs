//! Databases as operators have them: what is not as we need it is set, or said before anything begins.

use std::time::{Duration, Instant};

use diesel::{RunQueryDsl, sql_query, sql_types::Text};
use futures_util::future::join_all;
use serde_json::json;
use tokio::{task::block_in_place, time::sleep};
use vouchsafe::platform::{
    ledger::Ledger,
    store::{Backend, StoreError},
    terms::Role,
};

use crate::support::{
    db::{Database, Setup, on_both, run},
    postgres::{PrivateCluster, shared},
    service::{Answer, Home, Service, text},
};

/// A copy of the migrated database, of which something is set.
fn set(what: &str) -> Database {
    let db = Database::fresh(Backend::Postgres);
    db.run(&format!(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {what}', current_database()); END $$"
    ));
    db
}

/// Everybody of a crowd comes in by one link at once, whatever the database takes for its default.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn defaults_of_the_database_change_nothing() {
    for what in [
        "default_transaction_isolation = ''repeatable read''",
        "default_transaction_isolation = ''serializable''",
        "standard_conforming_strings = off",
        "TimeZone = ''Asia/Shanghai''",
        "synchronous_commit = off",
        "bytea_output = ''escape''",
        "DateStyle = ''SQL, DMY''",
    ] {
        let db = set(what);
        let service = Home::new(&db, "open-circle").start().await;
        let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
        let token = service.token(owner.row).await;
        let link = service
            .post(&token, "/v1/me/invites", json!({ "max_uses": 30 }))
            .await
            .expect(201);
        let code = text(&link["code"]);
        let came = join_all((0..16).map(|n| come_as_far_as_the_address(&service, &code, n))).await;
        for (n, answer) in came.into_iter().enumerate() {
            assert_eq!(answer.status, 200, "{what}, {n}: {answer:?}");
        }
        let lazy = service.app.core.ledger.store().read(|conn| {
            #[derive(diesel::QueryableByName)]
            struct Said {
                #[diesel(sql_type = Text)]
                said: String,
            }
            let said: Said = sql_query("SELECT current_setting('synchronous_commit') AS said").get_result(conn)?;
            Ok::<_, StoreError>(said.said)
        });
        assert_eq!(lazy.await.unwrap(), "on", "what is acknowledged is on the disk");
        service.stop().await;
    }
}

async fn come_as_far_as_the_address(service: &Service, code: &str, n: usize) -> Answer {
    let (flow, token) = service.begin(code).await;
    let step = |step: &str| format!("/v1/onboarding/{flow}/{step}");
    let contact = json!({ "email": format!("newcomer-{n}@vouch.example.org") });
    service.post(&token, &step("contact"), contact).await.expect(200);
    let proof = json!({ "code": service.proof_of(&flow).await });
    service.post(&token, &step("contact/proof"), proof).await
}

/// Says why a database is not taken.
fn refused(db: &Database) -> String {
    match block_in_place(|| Ledger::migrate(&db.target())) {
        Err(StoreError::Unfit(why)) => why,
        other => panic!("it is taken: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_set_is_said_at_the_start() {
    let admin = Database::at(&shared().url("postgres"));
    for (name, encoding) in [("of_latin_1", "LATIN1"), ("of_no_encoding", "SQL_ASCII")] {
        admin.run(&format!(
            "CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"
        ));
        let why = refused(&Database::at(&shared().url(name)));
        for word in [encoding, "CREATE DATABASE", "ENCODING 'UTF8'", "store.url"] {
            assert!(why.contains(word), "{word}: {why}");
        }
    }
    let why = refused(&set("default_transaction_read_only = on"));
    for word in ["takes no writes", "standby", "RESET default_transaction_read_only"] {
        assert!(why.contains(word), "{word}: {why}");
    }
    let why = refused(&set("search_path = nowhere"));
    assert!(why.contains("search_path"), "{why}");

    let utf_16 = Database::empty(Backend::Sqlite);
    utf_16.run("PRAGMA encoding = 'UTF-16le'; CREATE TABLE something (n INTEGER)");
    let why = refused(&utf_16);
    assert!(why.contains("UTF-16le") && why.contains("new file"), "{why}");
}

async fn until_ready_is(service: &Service, status: u16) {
    let begun = Instant::now();
    loop {
        let answer = service.get("", "/readyz").await;
        if answer.status.as_u16() == status {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "not {status}: {answer:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

fn database_check(answer: &Answer) -> String {
    let checks = answer.body["checks"].as_array().expect("checks");
    let check = checks.iter().find(|check| check["name"] == "database");
    text(&check.expect("the database's")["detail"])
}

/// As after a failover to a standby, or as a provider does whose disk is nearly full.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_no_writes_any_more_is_noticed_and_forgiven() {
    let cluster = block_in_place(PrivateCluster::start);
    let db = Database::at(&cluster.database("template1"));
    block_in_place(|| Ledger::migrate(&db.target())).unwrap();
    let service = Home::new(&db, "open-circle").start().await;
    let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
    let token = service.token(owner.row).await;
    until_ready_is(&service, 200).await;
    for _ in 0..2 {
        db.run("ALTER SYSTEM SET default_transaction_read_only = on");
        db.run("SELECT pg_reload_conf()");
        until_ready_is(&service, 503).await;
        let answer = service.get("", "/readyz").await;
        assert!(
            answer.status != 503 || database_check(&answer).contains("takes no writes"),
            "{answer:?}"
        );
        service.get("", "/livez").await.expect(200);
        let answer = service
            .post("", "/v1/onboarding", json!({ "code": "ABCDE-FGHJK-MNPQR-STUVW" }))
            .await;
        answer.refused(503, "unavailable");

        let mut conn = db.connect();
        run(&mut conn, "SET default_transaction_read_only = off");
        run(&mut conn, "ALTER SYSTEM RESET default_transaction_read_only");
        run(&mut conn, "SELECT pg_reload_conf()");
        until_ready_is(&service, 200).await;
        service.post(&token, "/v1/me/invites", json!({})).await.expect(201);
    }
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_takes_no_writes_is_noticed_and_forgiven() {
    let db = Database::fresh(Backend::Sqlite);
    let mut home = Home::new(&db, "open-circle");
    home.config.store.wait_ms = 500;
    let service = home.start().await;
    until_ready_is(&service, 200).await;
    let mut other = db.connect();
    run(&mut other, "BEGIN IMMEDIATE");
    until_ready_is(&service, 503).await;
    let answer = service.get("", "/readyz").await;
    assert_eq!(database_check(&answer), "it answers and takes no writes", "{answer:?}");
    run(&mut other, "ROLLBACK");
    until_ready_is(&service, 200).await;
    service.stop().await;
}

on_both! {
    /// Readiness is asked by many, and one write in a while answers them all.
    async fn readiness_costs_few_writes(db: &Database) {
        let service = Home::new(db, "open-circle").start().await;
        until_ready_is(&service, 200).await;
        let begun = Instant::now();
        let mut arrivals = std::collections::BTreeSet::new();
        for _ in 0..100 {
            service.get("", "/readyz").await.expect(200);
            let kept = "SELECT COALESCE(MAX(arrival), 0) AS n FROM throttles";
            arrivals.insert(db.figures(kept)[0]);
        }
        let most = 2 + begun.elapsed().as_secs() / 2;
        assert!(arrivals.len() as u64 <= most, "{} writes for 100 questions", arrivals.len());
        assert!(!arrivals.contains(&0), "none at all");
        service.stop().await;
    }

    /// A value that the database does not take costs whoever brought it their answer, and nobody a connection.
    async fn a_refused_value_empties_no_pool(db: &Database) {
        let ledger = db.ledger(Setup { pool_size: 1, ..Setup::default() });
        let hello = || async {
            ledger.store().read(|conn| Ok::<_, StoreError>(connection(conn))).await.unwrap()
        };
        let first = hello().await;
        let refused = ledger.store().read(|conn| {
            let sql = match conn.backend() {
                Backend::Sqlite => "SELECT json($1) AS n",
                Backend::Postgres => "SELECT length($1) AS n",
            };
            sql_query(sql).bind::<Text, _>("a\0b").execute(conn)?;
            Ok::<_, StoreError>(())
        });
        let refused = refused.await;
        assert!(matches!(refused, Err(StoreError::Internal(_))), "{refused:?}");
        assert_eq!(hello().await, first, "the same connection");
    }
}

/// What tells one PostgreSQL connection from another; SQLite's have nothing of the kind.
fn connection(conn: &mut vouchsafe::platform::store::Conn) -> i64 {
    match conn.backend() {
        Backend::Sqlite => 0,
        Backend::Postgres => crate::support::db::figures(conn, "SELECT pg_backend_pid()::bigint AS n")[0],
    }
}
