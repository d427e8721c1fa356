//! A history replayed: all of it, once, whatever comes between, and as an independent model of the
//! rule has it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::oneshot;
use vouchsafe::{
    commands::import::{self, Ended, History, ImportError, plan},
    platform::{
        ledger::{Ledger, verify},
        store::{Backend, Guard, Guards},
        terms::{Clock, SeededRng, SystemClock, SystemRng},
        vault::{Keyring, Vault},
    },
};

use crate::support::db::{Database, Setup, needs, on_both};

const ROWS: u64 = 1400;

/// A history like a real one, only smaller: few who rate much, bursts within one second, and now
/// and then a negative word, a word about oneself, or none. Names are numbers.
fn look_alike(seed: u64) -> String {
    let rng = SeededRng::new(seed);
    let mut text = String::from("from,to,rating,time\n");
    let (mut time, mut people) = (1_289_241_911_u64, 2);
    for _ in 0..ROWS {
        time += rng.below(3) * rng.below(40_000);
        people += u64::from(rng.below(4) == 0);
        let known = |spread: u64| people - 1 - rng.below(people.min(spread));
        let from = if rng.below(3) == 0 {
            known(10)
        } else {
            rng.below(people)
        };
        let to = if rng.below(3) == 0 { people } else { known(400) };
        let rating = match rng.below(20) {
            0 => 0,
            1 | 2 => -1 - rng.below(10) as i64,
            _ => 1 + rng.below(10) as i64,
        };
        let _ = writeln!(text, "{from},{to},{rating},{time}.{}", rng.below(2));
    }
    // A file is not always in order.
    let mut lines: Vec<&str> = text.lines().collect();
    let half = lines.len() / 2;
    lines[1..].rotate_left(half);
    lines.join("\n")
}

/// The rule once more, as simply as it can be said.
#[derive(Debug, Default, PartialEq)]
struct Model {
    /// Who let whom in, as inviter · 10⁶ + invited, sorted.
    invites: Vec<i64>,
    vouches: Vec<i64>,
    reports: i64,
    roots: i64,
    depth: i64,
    never: i64,
    idle: i64,
}

impl Model {
    fn of(text: &str) -> Self {
        let mut rows: Vec<(f64, usize, i64, i64, i64)> = Vec::new();
        for (place, line) in text.lines().skip(1).enumerate() {
            let field: Vec<&str> = line.split(',').collect();
            let figure = |at: usize| field[at].parse::<i64>().unwrap();
            rows.push((field[3].parse().unwrap(), place, figure(0), figure(1), figure(2)));
        }
        rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let mut model = Self::default();
        let (mut depth, mut named) = (BTreeMap::new(), BTreeSet::new());
        for (_, _, from, to, rating) in rows {
            named.extend([from, to]);
            let pair = from * 1_000_000 + to;
            if from == to || rating == 0 {
                model.idle += 1;
                continue;
            }
            depth.entry(from).or_insert_with(|| {
                model.roots += 1;
                0
            });
            match (depth.contains_key(&to), rating > 0) {
                (false, true) => {
                    depth.insert(to, depth[&from] + 1);
                    model.invites.push(pair);
                }
                (true, true) if !model.vouches.contains(&pair) => model.vouches.push(pair),
                (true, false) => model.reports += 1,
                _ => model.idle += 1,
            }
        }
        model.depth = depth.values().copied().max().unwrap_or(0);
        model.never = (named.len() - depth.len()) as i64;
        model.invites.sort_unstable();
        model.vouches.sort_unstable();
        model
    }

    /// The same figures from the rows in the database.
    fn stored(db: &Database, of: &Self) -> Self {
        let pairs = |kind: &str| {
            db.figures(&format!(
                "SELECT CAST(a.item AS BIGINT) * 1000000 + CAST(b.item AS BIGINT) AS n FROM edges \
                 JOIN job_outcomes a ON a.person = from_person JOIN job_outcomes b ON b.person = to_person \
                 WHERE kind = '{kind}' ORDER BY n"
            ))
        };
        let one = |sql: &str| db.figures(sql)[0];
        Self {
            invites: pairs("invite"),
            vouches: pairs("vouch"),
            reports: one("SELECT COUNT(*) AS n FROM events WHERE kind = 'reported'"),
            roots: one("SELECT COUNT(*) AS n FROM events WHERE kind = 'person_founded'"),
            depth: one(
                "WITH RECURSIVE reached (person, depth) AS (SELECT id, CAST(0 AS BIGINT) FROM people WHERE id NOT IN \
                 (SELECT to_person FROM edges WHERE kind = 'invite') UNION ALL SELECT to_person, depth + 1 FROM edges \
                 JOIN reached ON from_person = person WHERE kind = 'invite') SELECT MAX(depth) AS n FROM reached",
            ),
            // Those of whom there is no row.
            never: of.never,
            idle: of.idle,
        }
    }
}

fn vault() -> Vault {
    Vault::new(Keyring::generate(&SystemRng))
}

async fn replay(ledger: &Ledger, vault: &Vault, text: &str, progress: impl FnMut(u64)) -> Result<Ended, ImportError> {
    let history = History::read(text.as_bytes(), SystemClock.now()).unwrap();
    let plan = plan(&history);
    import::replay(ledger, vault, history, plan, pending(), progress).await
}

/// Whatever happened on the way, this is what must be there.
async fn is_whole(db: &Database, ledger: &Ledger, text: &str) {
    let model = Model::of(text);
    assert_eq!(Model::stored(db, &model), model);
    let one = |sql: &str| db.figures(sql)[0];
    let invites = model.invites.len() as i64;
    assert_eq!(one("SELECT COUNT(*) AS n FROM people"), model.roots + invites);
    assert_eq!(one("SELECT COUNT(*) AS n FROM job_outcomes"), model.roots + invites);
    assert_eq!(
        one("SELECT COUNT(*) AS n FROM invites WHERE uses = 1 AND held = 0 AND max_uses = 1"),
        invites
    );
    assert_eq!(one("SELECT COUNT(*) AS n FROM invites"), invites);
    assert_eq!(one("SELECT COUNT(*) AS n FROM holds"), 0);
    assert_eq!(one("SELECT done AS n FROM jobs"), ROWS as i64);
    for kind in ["invite_issued", "invite_held", "member_admitted"] {
        assert_eq!(
            one(&format!("SELECT COUNT(*) AS n FROM events WHERE kind = '{kind}'")),
            invites,
            "{kind}"
        );
    }
    for kind in ["import_started", "import_finished"] {
        assert_eq!(
            one(&format!("SELECT COUNT(*) AS n FROM events WHERE kind = '{kind}'")),
            1,
            "{kind}"
        );
    }
    // Everything bears its own time, and nobody joined before whoever let them in.
    assert_eq!(
        one("SELECT COUNT(*) AS n FROM people WHERE joined_at > 1600000000000000"),
        0
    );
    let early = "SELECT COUNT(*) AS n FROM edges JOIN people ON people.id = from_person WHERE at < joined_at";
    assert_eq!(one(early), 0);
    let sequencing = tokio::spawn(ledger.clone().keep_sequencing());
    let verified = loop {
        let verified = ledger.store().snapshot(|conn| verify(conn, |_| ())).await.unwrap();
        if verified.waiting == 0 {
            break verified;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    sequencing.abort();
    assert_eq!(verified.findings, []);
    assert_eq!(verified.sound, one("SELECT COUNT(*) AS n FROM events"));
}

on_both! {
    async fn a_history_comes_to_what_it_was_and_only_once(db: &Database) {
        let (ledger, vault, text) = (db.ledger(Setup::default()), vault(), look_alike(1));
        let model = Model::of(&text);
        // The look-alike has something of everything.
        assert!(model.invites.len() > 200 && model.vouches.len() > 200 && model.reports > 50);
        assert!(model.roots > 50 && model.never > 0 && model.idle > 100 && model.depth > 5);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.csv");
        std::fs::write(&path, &text).unwrap();
        let mut told = Vec::new();
        assert_eq!(import::run(&ledger, &vault, &path, pending(), &mut told).await.unwrap(), Ended::Done);
        is_whole(db, &ledger, &text).await;
        let told = String::from_utf8(told).unwrap();
        let figure = |what: &str| {
            let line = told.lines().find(|line| line.trim_start().starts_with(what)).unwrap();
            line.split_whitespace().find_map(|word| word.parse::<i64>().ok()).unwrap()
        };
        assert_eq!(figure("rows"), ROWS as i64);
        assert_eq!(figure("invites"), model.invites.len() as i64);
        assert_eq!(figure("vouches"), model.vouches.len() as i64);
        assert_eq!(figure("reports"), model.reports);
        assert_eq!(figure("roots"), model.roots);
        assert_eq!(figure("never admitted"), model.never);
        assert_eq!(figure("greatest depth"), model.depth);

        let events = db.figures("SELECT COUNT(*) AS n FROM events");
        let mut again = Vec::new();
        assert_eq!(import::run(&ledger, &vault, &path, pending(), &mut again).await.unwrap(), Ended::DoneBefore);
        assert!(String::from_utf8(again).unwrap().contains("nothing new"));
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM events"), events);
        is_whole(db, &ledger, &text).await;
    }

    async fn an_import_goes_on_where_it_was_cut_off(db: &Database) {
        let (vault, text) = (vault(), look_alike(2));
        let rng = SeededRng::new(2);
        // Told to stop, it ends between two transactions.
        let ledger = db.ledger(Setup::default());
        let history = History::read(text.as_bytes(), SystemClock.now()).unwrap();
        let planned = plan(&history);
        let (stop, stopped) = oneshot::channel::<()>();
        let mut stop = Some(stop);
        let ended = import::replay(&ledger, &vault, history, planned, async { stopped.await.unwrap() }, |_| {
            stop.take().unwrap().send(()).unwrap();
        });
        let Ended::Stopped(first) = ended.await.unwrap() else { panic!("it did not stop") };
        assert_eq!(db.figures("SELECT done AS n FROM jobs"), [first as i64]);
        assert!(0 < first && first < ROWS);
        // Dropped anywhere, nothing of a transaction is left that did not go through.
        let mut cuts = 0;
        loop {
            let ledger = db.ledger(Setup::default());
            let so_far = AtomicU64::new(0);
            let run = replay(&ledger, &vault, &text, |done| so_far.store(done, Ordering::SeqCst));
            let patience = Duration::from_millis(5 + 40 * cuts + rng.below(40));
            match tokio::time::timeout(patience, run).await {
                // Of a run that was dropped, the last transaction may have gone through.
                Ok(ended) => break assert!(matches!(ended.unwrap(), Ended::Done | Ended::DoneBefore)),
                Err(_) => cuts += 1,
            }
            ledger.close().await;
            let stored = db.figures("SELECT done AS n FROM jobs")[0] as u64;
            assert!(stored >= so_far.load(Ordering::SeqCst), "what was told is there");
        }
        assert!(cuts > 0);
        is_whole(db, &ledger, &text).await;
    }

    async fn two_at_once_share_the_work(db: &Database) {
        needs(Guard::JobShared, db.target().backend(), shared).await;
    }

    async fn a_file_with_a_mistake_writes_nothing(db: &Database) {
        let (ledger, vault) = (db.ledger(Setup::default()), vault());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.csv");
        let import = async |text: &str| {
            std::fs::write(&path, text).unwrap();
            let mut told = Vec::new();
            let refused = import::run(&ledger, &vault, &path, pending(), &mut told).await.unwrap_err();
            assert!(told.is_empty());
            refused.to_string()
        };
        let said = import("from,to,rating,time\n1,2,3,4\n1,2,11,5\n1,3,1,then\n1,,1,6\n1,4,1,7\n").await;
        for words in ["3 bad rows", "line 3: the rating \"11\"", "line 4: the time \"then\"", "line 5: to is empty"] {
            assert!(said.contains(words), "{said}");
        }
        assert!(import("").await.contains("line 1: the header names no column from"));
        let missing = import::run(&ledger, &vault, &folder.path().join("none"), pending(), &mut Vec::new()).await;
        assert!(matches!(missing, Err(ImportError::File(..))));
        for table in ["people", "events", "jobs", "invites"] {
            assert_eq!(db.figures(&format!("SELECT COUNT(*) AS n FROM {table}")), [0], "{table}");
        }
    }

    /// A sanction that falls between two transactions is not overruled.
    async fn who_was_put_out_meanwhile_lets_in_nobody(db: &Database) {
        let (ledger, vault, text) = (db.ledger(Setup::default()), vault(), look_alike(4));
        let history = History::read(text.as_bytes(), SystemClock.now()).unwrap();
        let planned = plan(&history);
        let (stop, stopped) = oneshot::channel::<()>();
        let mut stop = Some(stop);
        import::replay(&ledger, &vault, history, planned, async { stopped.await.unwrap() }, |_| {
            stop.take().unwrap().send(()).unwrap();
        })
        .await
        .unwrap();
        db.run("UPDATE people SET standing = 'banned'");
        let refused = replay(&ledger, &vault, &text, |_| ()).await.unwrap_err();
        assert!(matches!(refused, ImportError::NotStanding(_)), "{refused}");
        db.run("UPDATE people SET standing = 'active'");
        assert_eq!(replay(&ledger, &vault, &text, |_| ()).await.unwrap(), Ended::Done);
        is_whole(db, &ledger, &text).await;
    }
}

/// Two replay the same history at once.
async fn shared(db: &Database, guards: Guards) -> Result<(), String> {
    let (vault, text) = (vault(), look_alike(3));
    let open = || {
        db.ledger(Setup {
            guards: guards.clone(),
            ..Setup::default()
        })
    };
    let (one, other) = (open(), open());
    let (a, b) = tokio::join!(
        replay(&one, &vault, &text, |_| ()),
        replay(&other, &vault, &text, |_| ())
    );
    for ended in [a, b] {
        ended.map_err(|error| error.to_string())?;
    }
    is_whole(db, &one, &text).await;
    Ok(())
}

/// An import while a service writes to the same database, as a second process would: between two of its
/// transactions others have their turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn others_write_meanwhile() {
    let db = Database::fresh(Backend::Sqlite);
    let (vault, text) = (vault(), look_alike(5));
    let (ledger, service) = (db.ledger(Setup::default()), db.ledger(Setup::default()));
    let (done, mut is_done) = oneshot::channel::<()>();
    let writes = Arc::new(AtomicU32::new(0));
    let written = Arc::clone(&writes);
    let busy = tokio::spawn(async move {
        while is_done.try_recv().is_err() {
            let event = vouchsafe::platform::ledger::Event::SigningKeyMade(
                vouchsafe::platform::ledger::events::SigningKeyMade { kid: "k".into() },
            );
            let write = service.write(vouchsafe::platform::ledger::Actor::System, move |tx| {
                tx.record(event);
                Ok::<_, vouchsafe::platform::store::StoreError>(())
            });
            write.await.unwrap();
            written.fetch_add(1, Ordering::SeqCst);
        }
    });
    let turns = AtomicU32::new(0);
    let waits_its_turn = |_| {
        if turns.fetch_add(1, Ordering::SeqCst) < 3 {
            let (before, begun) = (writes.load(Ordering::SeqCst), Instant::now());
            while writes.load(Ordering::SeqCst) == before {
                assert!(begun.elapsed() < Duration::from_secs(20), "nobody else can write");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    };
    assert_eq!(
        replay(&ledger, &vault, &text, waits_its_turn).await.unwrap(),
        Ended::Done
    );
    assert!(turns.load(Ordering::SeqCst) >= 3);
    done.send(()).unwrap();
    busy.await.unwrap();
    is_whole(&db, &ledger, &text).await;
}
