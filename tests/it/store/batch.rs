//! One commit for many commands, and what becomes of each of them.

use std::{
    collections::BTreeSet,
    sync::mpsc,
    time::{Duration, Instant},
};

use diesel::{RunQueryDsl, result::Error as DieselError, sql_query, sql_types::BigInt};
use futures_util::future::join_all;
use vouchsafe::platform::{
    ledger::{Actor, Committed, Event, GroupCommit, Ledger, Tx, events},
    store::{Backend, CommandError, Conn, Disposition, Guard, Guards, StoreError},
    terms::PersonRow,
};

use crate::support::db::{Database, Setup, ensure, needs, on_both};

/// An error of each disposition.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("refused, and remembered")]
    Remembered,
    #[error("refused")]
    Forgotten,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DieselError> for Refusal {
    fn from(error: DieselError) -> Self {
        Self::Store(error.into())
    }
}

impl CommandError for Refusal {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Remembered => Disposition::Keep,
            Self::Forgotten => Disposition::RollBack,
            Self::Store(error) => error.disposition(),
        }
    }
}

/// How a command ends, after it has written its row and its event.
#[derive(Debug, Clone, Copy)]
enum End {
    Done,
    Remembered,
    Forgotten,
    Panic,
    /// It runs into a constraint and looks away.
    Swallows,
}

fn insert(tx: &mut Tx<'_>, n: i64) -> Result<(), DieselError> {
    sql_query("INSERT INTO kept (n) VALUES ($1)")
        .bind::<BigInt, _>(n)
        .execute(tx.conn)?;
    tx.record(Event::Vouched(events::Vouched {
        from: PersonRow(n),
        to: PersonRow(n),
    }));
    Ok(())
}

async fn keep(ledger: &Ledger, n: i64, end: End) -> Result<Committed<()>, Refusal> {
    ledger
        .write(Actor::System, move |tx| {
            insert(tx, n)?;
            match end {
                End::Done => Ok(()),
                End::Remembered => Err(Refusal::Remembered),
                End::Forgotten => Err(Refusal::Forgotten),
                // As a panic, without its print-out.
                End::Panic => std::panic::resume_unwind(Box::new("on purpose")),
                End::Swallows => {
                    let violated = sql_query("INSERT INTO kept (n) VALUES (0)").execute(tx.conn);
                    assert!(violated.is_err(), "0 is there already");
                    Ok(())
                }
            }
        })
        .await
}

fn table(db: &Database) {
    db.run("CREATE TABLE kept (n BIGINT PRIMARY KEY, ballast TEXT); INSERT INTO kept VALUES (0, NULL)");
}

fn kept(db: &Database) -> Vec<i64> {
    db.figures("SELECT n FROM kept WHERE n > 0 ORDER BY n")
}

fn told_of(db: &Database) -> Vec<i64> {
    db.figures("SELECT subject AS n FROM events ORDER BY subject")
}

/// Keeps SQLite's writer busy with `first` and then until the sender says so: what is submitted
/// meanwhile stands in line, and makes one batch.
async fn hold(ledger: &Ledger, first: &'static str) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel();
    let (tell, begun) = tokio::sync::oneshot::channel();
    let ledger = ledger.clone();
    tokio::spawn(async move {
        let holding = ledger.write(Actor::System, move |tx| {
            sql_query(first).execute(tx.conn)?;
            tell.send(()).expect("the test to wait");
            // An error says that the test has ended.
            let _ = held.recv();
            Ok::<_, StoreError>(())
        });
        holding.await
    });
    begun.await.expect("the writer to begin");
    release
}

/// Submits all, then lets the writer go on, then hears the answers.
async fn together<T>(release: mpsc::Sender<()>, commands: Vec<impl Future<Output = T>>) -> Vec<T> {
    let letting_go = async { release.send(()).expect("the writer to be held") };
    tokio::join!(join_all(commands), letting_go).0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_in_line_share_a_commit() {
    for (batch, commits) in [(64, 1), (8, 4), (1, 32)] {
        let db = Database::fresh(Backend::Sqlite);
        table(&db);
        let ledger = db.ledger(Setup {
            batch,
            ..Setup::default()
        });
        let release = hold(&ledger, "SELECT 1").await;
        let answers = together(release, (1..=32).map(|n| keep(&ledger, n, End::Done)).collect()).await;
        // The commands of one commit stand at one position.
        let positions: BTreeSet<_> = answers
            .into_iter()
            .map(|answer| answer.unwrap().position.unwrap().to_string())
            .collect();
        assert_eq!(positions.len(), commits, "with batches of {batch}");
        assert_eq!(kept(&db).len(), 32);
    }
}

on_both! {
    async fn each_command_ends_for_itself(db: &Database) {
        table(db);
        let ledger = db.ledger(Setup::default());
        let ends = [End::Done, End::Forgotten, End::Remembered, End::Panic, End::Done];
        let commands = (1..=50).map(|n| keep(&ledger, n, ends[n as usize % 5])).collect();
        let answers = match ledger.store().backend() {
            Backend::Sqlite => together(hold(&ledger, "SELECT 1").await, commands).await,
            Backend::Postgres => join_all(commands).await,
        };
        for (n, answer) in (1_usize..).zip(&answers) {
            match (ends[n % 5], answer) {
                (End::Done, Ok(_)) | (End::Remembered, Err(Refusal::Remembered)) => {}
                (End::Forgotten, Err(Refusal::Forgotten)) => {}
                (End::Panic, Err(Refusal::Store(StoreError::Internal(why)))) => {
                    assert!(!why.contains("on purpose"), "what a panic says may be about somebody: {why}");
                }
                (end, other) => panic!("{n} ended with {end:?} and was told {other:?}"),
            }
        }
        let expected: Vec<i64> = (1..=50).filter(|n| !matches!(n % 5, 1 | 3)).collect();
        assert_eq!(kept(db), expected);
        assert_eq!(told_of(db), expected, "events share the fate of their rows");
    }

    /// PostgreSQL gives up the transaction at the first error and answers COMMIT with a silent
    /// roll-back; SQLite undoes the statement alone.
    async fn who_swallows_an_error_is_not_told_of_a_success_that_is_none(db: &Database) {
        table(db);
        let ledger = db.ledger(Setup::default());
        // Without an event, which PostgreSQL would refuse to append.
        let quiet = ledger.write(Actor::System, |tx| {
            sql_query("INSERT INTO kept (n) VALUES (1)").execute(tx.conn)?;
            assert!(sql_query("INSERT INTO kept (n) VALUES (0)").execute(tx.conn).is_err());
            Ok::<_, Refusal>(())
        });
        let quiet = quiet.await;
        assert_eq!(quiet.is_ok(), kept(db).contains(&1), "{quiet:?}");
        let loud = keep(&ledger, 2, End::Swallows).await;
        assert_eq!(loud.is_ok(), kept(db).contains(&2), "{loud:?}");
        assert_eq!(loud.is_ok(), told_of(db).contains(&2), "{loud:?}");
        keep(&ledger, 3, End::Done).await.unwrap();
    }
}

/// Fills the disk in the middle of a batch.
async fn nobody_is_deceived(db: &Database, guards: Guards) -> Result<(), String> {
    table(db);
    let ledger = db.ledger(Setup {
        guards,
        ..Setup::default()
    });
    // A limit of the writer's connection: a full disk, as far as SQLite can tell. Each command
    // needs five pages, so it is reached by the tenth or so.
    let pages = db.figures("SELECT page_count AS n FROM pragma_page_count")[0];
    let limit = format!("PRAGMA max_page_count = {}", pages + 50);
    let release = hold(&ledger, limit.leak()).await;
    let fill = |n: i64| {
        let ledger = ledger.clone();
        async move {
            let filling = ledger.write(Actor::System, move |tx| {
                insert(tx, n)?;
                sql_query(format!(
                    "UPDATE kept SET ballast = '{}' WHERE n = {n}",
                    "x".repeat(20_000)
                ))
                .execute(tx.conn)?;
                Ok::<_, StoreError>(())
            });
            filling.await.map(|_| ())
        }
    };
    let answers = together(release, (1..=30).map(fill).collect()).await;
    ensure(answers.iter().any(Result::is_err), "the disk was not filled")?;
    let (there, events) = (kept(db), told_of(db));
    for (n, answer) in (1..).zip(&answers) {
        match (answer, there.contains(&n)) {
            (Ok(()), false) => return Err(format!("{n} was told Ok and is not there")),
            (Err(error), true) => return Err(format!("{n} was told {error} and is there")),
            _ => ensure(there.contains(&n) == events.contains(&n), format!("{n} is half done"))?,
        }
    }
    // The limit went with the connection: there is room again, and the writer goes on.
    keep(&ledger, 99, End::Done).await.map_err(|error| error.to_string())?;
    ensure(kept(db).contains(&99), "the writer does not go on")?;
    let broken = db.figures("SELECT count(*) AS n FROM pragma_integrity_check WHERE integrity_check <> 'ok'");
    ensure(broken == [0], "the file is damaged")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_deceives_nobody_because_the_batch_is_abandoned() {
    needs(Guard::AbandonBatch, Backend::Sqlite, nobody_is_deceived).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_deceives_nobody_because_nobody_is_told_before_the_commit() {
    needs(Guard::AnswerAfterCommit, Backend::Sqlite, nobody_is_deceived).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_told_that_it_takes_too_long_finds_nothing_done() {
    let db = Database::fresh(Backend::Sqlite);
    table(&db);
    let ledger = db.ledger(Setup {
        wait: Duration::from_millis(200),
        ..Setup::default()
    });
    let release = hold(&ledger, "SELECT 1").await;
    let begun = Instant::now();
    let late = keep(&ledger, 1, End::Done).await;
    assert!(
        matches!(late, Err(Refusal::Store(StoreError::Unavailable(_)))),
        "{late:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(2));
    release.send(()).unwrap();
    keep(&ledger, 2, End::Done).await.unwrap();
    assert_eq!(kept(&db), [2]);
}

/// Requests that need no savepoint, since they refuse before they write; the 13th fails all the same.
fn without_savepoints(ledger: &Ledger) -> GroupCommit<i64, ()> {
    let work = |tx: &mut Tx<'_>, asked: &[i64]| {
        for &n in asked {
            insert(tx, n)?;
            if n % 100 == 13 {
                return Err(StoreError::Internal("on purpose".into()));
            }
        }
        Ok(vec![(); asked.len()])
    };
    GroupCommit::new(ledger.clone(), work).apart_on_sqlite()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_without_a_savepoint_is_found_by_itself() {
    let db = Database::fresh(Backend::Sqlite);
    table(&db);
    let ledger = db.ledger(Setup::default());
    let issuer = without_savepoints(&ledger);
    let release = hold(&ledger, "SELECT 1").await;
    let answers = together(release, (1..=20).map(|n| issuer.write(n)).collect()).await;
    for (n, answer) in (1..).zip(answers) {
        assert_eq!(answer.is_err(), n == 13, "{n}: {answer:?}");
    }
    // None is there twice, for each is tried anew when nothing of the batch was kept.
    let expected: Vec<i64> = (1..=20).filter(|&n| n != 13).collect();
    assert_eq!((kept(&db), told_of(&db)), (expected.clone(), expected));
    db.run("DELETE FROM kept WHERE n > 0; DELETE FROM events");
    // Whoever asks for it again harms nobody else.
    let release = hold(&ledger, "SELECT 1").await;
    let answers = together(release, (101..=120).map(|n| issuer.write(n)).collect()).await;
    for (n, answer) in (101..).zip(answers) {
        assert_eq!(answer.is_err(), n == 113, "{n}: {answer:?}");
    }
    let expected: Vec<i64> = (101..=120).filter(|&n| n != 113).collect();
    assert_eq!((kept(&db), told_of(&db)), (expected.clone(), expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_without_a_savepoint_harms_nobody() {
    let db = Database::fresh(Backend::Sqlite);
    table(&db);
    let ledger = db.ledger(Setup::default());
    let issuer = without_savepoints(&ledger);
    let release = hold(&ledger, "SELECT 1").await;
    let gone = tokio::time::timeout(Duration::from_millis(50), issuer.write(1)).await;
    assert!(gone.is_err(), "{gone:?}");
    let answers = together(release, (2..=5).map(|n| issuer.write(n)).collect()).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(kept(&db), [2, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_commits_what_was_taken_and_takes_no_more() {
    let db = Database::fresh(Backend::Sqlite);
    table(&db);
    let ledger = db.ledger(Setup::default());
    let release = hold(&ledger, "SELECT 1").await;
    let taken = together(release, (1..=20).map(|n| keep(&ledger, n, End::Done)).collect());
    let (taken, ()) = tokio::join!(taken, ledger.close());
    assert!(taken.iter().all(Result::is_ok), "{taken:?}");
    let refused = keep(&ledger, 21, End::Done).await;
    assert!(
        matches!(refused, Err(Refusal::Store(StoreError::Unavailable(_)))),
        "{refused:?}"
    );
    assert_eq!(kept(&db).len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_sees_one_state_and_may_take_its_time() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let db = Database::fresh(backend);
        table(&db);
        let (ledger, other) = (db.ledger(Setup::default()), db.ledger(Setup::default()));
        let handle = tokio::runtime::Handle::current();
        let seen = ledger.store().snapshot(move |conn| {
            let before = crate::support::db::figures(conn, "SELECT count(*) AS n FROM kept");
            handle.block_on(keep(&other, 1, End::Done)).expect("a write meanwhile");
            let after = crate::support::db::figures(conn, "SELECT count(*) AS n FROM kept");
            if let Conn::Postgres(_) = conn {
                let limits = "SELECT sum(setting::bigint)::bigint AS n FROM pg_settings \
                              WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout')";
                assert_eq!(crate::support::db::figures(conn, limits), [0], "nobody cuts it off");
            }
            Ok::<_, StoreError>((before, after))
        });
        let (before, after) = seen.await.unwrap();
        assert_eq!(before, after);
        assert_eq!(kept(&db), [1]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_was_lost_under_a_refusal_is_not_handed_on() {
    let db = Database::fresh(Backend::Postgres);
    table(&db);
    let ledger = db.ledger(Setup::default());
    let refused = ledger.write(Actor::System, |tx| {
        // As if the server had ended the session just then.
        let _ = sql_query("SELECT pg_terminate_backend(pg_backend_pid())").execute(tx.conn);
        Err::<(), _>(Refusal::Forgotten)
    });
    assert!(matches!(refused.await, Err(Refusal::Forgotten)));
    keep(&ledger, 1, End::Done).await.unwrap();
}
