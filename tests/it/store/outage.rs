//! A server that crashes, hangs, and comes back.

use std::{
    collections::BTreeSet,
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use tokio::{
    task::{JoinSet, block_in_place},
    time::sleep,
};
use vouchsafe::platform::{
    config::Config,
    ledger::{Ledger, last_position},
    store::StoreError,
};

use crate::{
    ledger::{eventually, feed, verified, write},
    support::{
        db::{Database, Setup},
        postgres::PrivateCluster,
    },
};

/// What a caller is told, and how long it took.
const SOON: Duration = Duration::from_secs(2);

fn cluster() -> (PrivateCluster, Database) {
    let cluster = PrivateCluster::start();
    let db = Database::at(&cluster.database("template1"));
    Ledger::migrate(&db.target()).unwrap();
    (cluster, db)
}

/// As patient as a service is by default.
fn by_default(pool_size: usize) -> Setup {
    Setup {
        wait: Duration::from_millis(Config::default().store.wait_ms),
        pool_size,
        ..Setup::default()
    }
}

async fn read(ledger: &Ledger) -> Result<i64, StoreError> {
    ledger
        .store()
        .read(|conn| Ok::<_, StoreError>(last_position(conn)?))
        .await
}

/// Reads and writes, `times` at once: all are told soon that the database is away.
async fn is_away(ledger: &Ledger, times: i64) {
    let begun = Instant::now();
    let reads = join_all((0..times).map(|_| read(ledger)));
    let writes = join_all((0..times).map(|n| write(ledger, -1 - n)));
    let (reads, writes) = tokio::join!(reads, writes);
    assert!(begun.elapsed() < SOON, "they waited for {:?}", begun.elapsed());
    for told in reads.iter().map(|told| told.as_ref().err()) {
        assert!(matches!(told, Some(StoreError::Unavailable(_))), "a read: {told:?}");
    }
    for told in writes.iter().map(|told| told.as_ref().err()) {
        assert!(matches!(told, Some(StoreError::Unavailable(_))), "a write: {told:?}");
    }
}

/// How long the store needs from now until a read and a write succeed.
async fn heals(ledger: &Ledger) {
    let begun = Instant::now();
    while read(ledger).await.is_err() || write(ledger, 0).await.is_err() {
        assert!(begun.elapsed() < SOON, "it has not healed within {SOON:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_of_the_server_loses_no_acknowledged_write() {
    let (cluster, db) = block_in_place(cluster);
    let ledger = db.ledger(by_default(8));
    let mut tasks = JoinSet::new();
    tasks.spawn(ledger.clone().keep_sequencing());

    let (next, stop) = (Arc::new(AtomicI64::new(1)), Arc::new(AtomicBool::new(false)));
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let mut writers = JoinSet::new();
    for _ in 0..8 {
        let (ledger, next, stop) = (ledger.clone(), Arc::clone(&next), Arc::clone(&stop));
        let acknowledged = Arc::clone(&acknowledged);
        writers.spawn(async move {
            while !stop.load(Ordering::SeqCst) {
                let n = next.fetch_add(1, Ordering::SeqCst);
                match write(&ledger, n).await {
                    Ok(_) => drop(acknowledged.lock().unwrap().insert(n)),
                    Err(_) => sleep(Duration::from_millis(20)).await,
                }
            }
        });
    }
    let mut before = 0;
    for _ in 0..2 {
        sleep(Duration::from_millis(300)).await;
        block_in_place(|| cluster.stop_immediate());
        is_away(&ledger, 3).await;
        let so_far = acknowledged.lock().unwrap().len();
        assert!(so_far > before + 50, "too little was going on: {so_far}");
        before = so_far;
        block_in_place(|| cluster.restart());
        heals(&ledger).await;
    }
    stop.store(true, Ordering::SeqCst);
    writers.join_all().await;

    eventually("everything is sequenced", async || verified(&ledger).await.waiting == 0).await;
    let numbers = feed(&ledger).await;
    let kept: BTreeSet<i64> = numbers.iter().copied().filter(|&n| n > 0).collect();
    let lost: Vec<_> = acknowledged.lock().unwrap().difference(&kept).copied().collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert_eq!(
        kept.len(),
        numbers.iter().filter(|&&n| n > 0).count(),
        "none is there twice"
    );
    assert_eq!(verified(&ledger).await.findings, []);
}

/// The threads of this process that are called `name`.
fn threads(name: &str) -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks
        .filter(|task| fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim() == name))
        .count()
}

#[test]
fn a_hang_of_the_server_holds_up_the_pool_and_nobody_else() {
    const POOL: usize = 4;
    // A runtime of its own, whose threads can be told from those of other tests. Made before the
    // server, it ends after it, and waits for nobody who hangs.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("hung")
        // Whoever has nothing to do is gone when the threads are counted.
        .thread_keep_alive(Duration::from_millis(50))
        .enable_all()
        .build()
        .unwrap();
    let (cluster, db) = cluster();
    runtime.block_on(async {
        let ledger = db.ledger(by_default(POOL));
        for _ in 0..2 {
            heals(&ledger).await;
            cluster.hang();
            is_away(&ledger, 20).await;
            is_away(&ledger, 20).await;
            sleep(Duration::from_millis(300)).await;
            assert!(threads("hung") <= 1 + POOL, "{} threads hang", threads("hung"));
            cluster.resume();
            heals(&ledger).await;
        }
        ledger.close().await;
    });
}
