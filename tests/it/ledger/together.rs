//! Requests that share a transaction share its commit, and nothing else.

use std::{
    collections::BTreeSet,
    panic::resume_unwind,
    sync::{Arc, Mutex},
    time::Duration,
};

use diesel::{
    RunQueryDsl, sql_query,
    sql_types::{BigInt, Text},
};
use futures_util::future::join_all;
use vouchsafe::platform::{
    ledger::{Actor, GroupCommit},
    store::{Backend, StoreError},
};

use super::{eventually, feed, numbered};
use crate::support::db::{Database, Setup, on_both};

/// A text that PostgreSQL does not take costs its sender the answer, and nobody else anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_that_the_database_refuses_is_its_senders_alone() {
    let db = Database::fresh(Backend::Postgres);
    db.run("CREATE TABLE kept (n TEXT PRIMARY KEY)");
    let ledger = db.ledger(Setup::default());
    let together = GroupCommit::new(ledger.clone(), |tx, asked: &[String]| {
        for text in asked {
            sql_query("INSERT INTO kept VALUES ($1)")
                .bind::<Text, _>(text)
                .execute(tx.conn)?;
        }
        Ok(vec![(); asked.len()])
    });
    let asked: Vec<String> = (0..60)
        .map(|n| format!("{n}{}", if n % 20 == 7 { "\0" } else { "" }))
        .collect();
    let told = join_all(asked.iter().map(|text| together.write(text.clone()))).await;
    for (text, told) in asked.iter().zip(&told) {
        match told {
            Ok(_) => assert!(!text.contains('\0'), "{text:?}"),
            Err(StoreError::Internal(_)) => assert!(text.contains('\0'), "{text:?}"),
            Err(error) => panic!("{text:?}: {error}"),
        }
    }
    assert_eq!(db.figures("SELECT COUNT(*) AS n FROM kept"), [57]);
}

/// What falls over.
const PANIC: i64 = -1;

on_both! {
    /// Of a hundred at once one is not possible and one falls over: the others come through, each once,
    /// with an event of their own, and it takes far fewer transactions than requests.
    async fn one_that_cannot_be_written_takes_nobody_with_it(db: &Database) {
        db.run("CREATE TABLE kept (n BIGINT PRIMARY KEY)");
        db.run("INSERT INTO kept VALUES (13)");
        let ledger = db.ledger(Setup::default());
        let sizes = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&sizes);
        let together = GroupCommit::new(ledger.clone(), move |tx, asked: &[i64]| {
            seen.lock().unwrap().push(asked.len());
            for &n in asked {
                if n == PANIC {
                    resume_unwind(Box::new("on purpose"));
                }
                sql_query("INSERT INTO kept VALUES ($1)").bind::<BigInt, _>(n).execute(tx.conn)?;
                tx.record(numbered(n));
            }
            Ok(asked.iter().map(|n| n * 2).collect())
        });
        let asked: Vec<i64> = (0..100).chain([PANIC]).collect();
        let told = join_all(asked.iter().map(|&n| together.write(n))).await;
        for (n, told) in asked.iter().zip(&told) {
            match told {
                Ok(written) => {
                    assert_eq!(written.value, n * 2, "everybody gets their own answer");
                    assert!(written.position.is_some());
                }
                Err(StoreError::Internal(_)) => assert!([13, PANIC].contains(n), "{n}: {told:?}"),
                Err(error) => panic!("{n}: {error}"),
            }
        }
        assert_eq!(told.iter().filter(|told| told.is_err()).count(), 2);
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM kept"), [100]);
        let sequencing = tokio::spawn(ledger.clone().keep_sequencing());
        eventually("all have their position", async || feed(&ledger).await.len() >= 99).await;
        sequencing.abort();
        let events: BTreeSet<i64> = feed(&ledger).await.into_iter().collect();
        assert_eq!(events, (0..100).filter(|&n| n != 13).collect());
        assert!(sizes.lock().unwrap().iter().any(|&size| size > 10), "{sizes:?}");

        // Where SQLite is to keep them apart, it does.
        sizes.lock().unwrap().clear();
        let apart = together.apart_on_sqlite();
        for (n, told) in (200..240).zip(join_all((200..240).map(|n| apart.write(n))).await) {
            assert_eq!(told.unwrap().value, n * 2);
        }
        let alone = sizes.lock().unwrap().iter().all(|&size| size == 1);
        assert_eq!(alone, db.target().backend() == Backend::Sqlite, "{sizes:?}");
    }

    /// A caller that has gone away before its turn finds nothing done.
    async fn who_hangs_up_in_time_is_not_written(db: &Database) {
        db.run("CREATE TABLE kept (n BIGINT PRIMARY KEY)");
        let ledger = db.ledger(Setup::default());
        let (open, opened) = std::sync::mpsc::channel::<()>();
        let opened = Mutex::new(opened);
        let together = GroupCommit::new(ledger.clone(), move |tx, asked: &[i64]| {
            for &n in asked {
                if n < 2 {
                    // Until the test opens.
                    let _ = opened.lock().unwrap().recv();
                }
                sql_query("INSERT INTO kept VALUES ($1)").bind::<BigInt, _>(n).execute(tx.conn)?;
            }
            Ok(vec![(); asked.len()])
        });
        let mut first = Vec::new();
        for n in 0..2 {
            let together = together.clone();
            first.push(tokio::spawn(async move { together.write(n).await }));
            // Each has a transaction under way of its own.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let gone = tokio::time::timeout(Duration::from_millis(50), together.write(2)).await;
        assert!(gone.is_err(), "it waits its turn");
        let last = together.write(3);
        drop(open);
        last.await.unwrap();
        for first in first {
            first.await.unwrap().unwrap();
        }
        assert_eq!(db.figures("SELECT n FROM kept ORDER BY n"), [0, 1, 3]);
        // Without a request there is no transaction to share.
        let nothing = ledger.write(Actor::System, |_| Ok::<_, StoreError>(())).await.unwrap();
        assert!(nothing.position.is_none());
    }
}
