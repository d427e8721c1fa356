//! What the outbox tells of itself, and what its rows hold.

use super::*;
use crate::support::{
    db::Database,
    smtp::{Kind, SmtpServer},
};
use std::{fs, time::Duration};
use tokio::time::sleep;
use vouchsafe::platform::store::Backend;

/// On one thread, where the test's own recorder sees what is counted.
#[tokio::test]
async fn what_waits_and_what_is_dead_is_counted() {
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let _recorded = metrics::set_default_local_recorder(&metrics);
    let db = Database::fresh(Backend::Sqlite);
    let office = Office::over(&db);
    let server = SmtpServer::start_as(Kind::Plain);
    server.fail_next(1, 550);
    office.post(5).await;
    let running = start(office.postman(&server.settings(), ""));
    office
        .until(|rows| count(rows, "sent") == 4 && count(rows, "dead") == 1)
        .await;
    server.fail_next(1, 451);
    office.post(1).await;
    office.until(|rows| tried(rows, 1) == 1).await;
    let expected = [
        "vouchsafe_mail_waiting 1",
        "vouchsafe_mail_dead 1",
        "vouchsafe_mail_sent_total 4",
        "vouchsafe_mail_failed_total{outcome=\"dead\"} 1",
        "vouchsafe_mail_failed_total{outcome=\"retry\"} 1",
    ];
    let missing = || {
        let shown = metrics.handle().render();
        expected.into_iter().find(|line| !shown.contains(line))
    };
    for _ in 0..200 {
        if missing().is_none() {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(missing(), None, "{}", metrics.handle().render());
    running.end().await;
}

/// What a thief of the disk finds: no address and no code, whether the letter waits, was given up
/// or was delivered.
#[tokio::test]
async fn the_database_holds_no_address_and_no_code() {
    let db = Database::fresh(Backend::Sqlite);
    let office = Office::over(&db);
    let server = SmtpServer::start_as(Kind::Plain);
    let clean = |when: &str| {
        let mut read = 0;
        for entry in fs::read_dir(db.path().parent().unwrap()).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            read += bytes.len();
            for secret in ["reader0", "example.org", "canary-481516"] {
                let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
                assert!(!found, "{secret} stands in the database {when}");
            }
        }
        assert!(read > 4096, "the database's files were read");
    };
    office.post(3).await;
    clean("while letters wait");
    server.fail_next(1, 550);
    let running = start(office.postman(&server.settings(), ""));
    office
        .until(|rows| count(rows, "sent") == 2 && count(rows, "dead") == 1)
        .await;
    running.end().await;
    clean("after delivery and refusal");
}
