//! Subscribers that stumble, die, compete and oversleep.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use diesel::{RunQueryDsl, sql_query};
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};
use vouchsafe::{
    app::SUBSCRIBERS,
    platform::{
        ledger::{
            Actor, Entry, Event, Failure, Lease, Ledger, Subscriber, Tx, events, failures, follow, lag, retry_failure,
        },
        store::{Guard, Guards, StoreError},
        terms::{Clock, ManualClock, PersonRow, SeededRng, Timestamp},
    },
};

use super::{Witness, eventually, write};
use crate::{
    http::Scene,
    support::db::{Database, Setup, ensure, needs, on_both},
};

/// Longer than a lease lasts.
const TERM: Duration = Duration::from_secs(6);

fn noon() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)))
}

/// How a subscriber fails at an event.
#[derive(Clone, Copy)]
enum Mishap {
    Refusal,
    Panic,
    /// A row that a constraint refuses: on PostgreSQL the transaction is lost without a savepoint.
    Constraint,
    /// As if the database were away, each time that it comes to this event.
    Away,
}

/// Leaves its row, and then fails where it is meant to: half-way.
struct Clumsy {
    witness: Witness,
    mishaps: Mutex<BTreeMap<i64, Vec<Mishap>>>,
}

impl Subscriber for Clumsy {
    fn name(&self) -> &'static str {
        self.witness.name()
    }
    fn kinds(&self) -> &'static [&'static str] {
        self.witness.kinds()
    }
    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        self.witness.follow(tx, entry)?;
        let mishap = self.mishaps.lock().unwrap().get_mut(&entry.pos).and_then(Vec::pop);
        match mishap {
            None => Ok(()),
            Some(Mishap::Refusal) => Err(StoreError::Internal("on purpose".into())),
            Some(Mishap::Panic) => std::panic::resume_unwind(Box::new("on purpose")),
            Some(Mishap::Constraint) => {
                sql_query("INSERT INTO cursors (name, pos) SELECT name, pos FROM cursors UNION ALL SELECT 'x', 1 UNION ALL SELECT 'x', 1")
                    .execute(tx.conn)?;
                Ok(())
            }
            Some(Mishap::Away) => Err(StoreError::Unavailable("on purpose".into())),
        }
    }
}

/// Wants every seventh event alone, and counts the transactions that it was given.
struct Choosy(Witness, AtomicUsize);

impl Subscriber for Choosy {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn kinds(&self) -> &'static [&'static str] {
        self.0.kinds()
    }
    fn wants(&self, event: &Event) -> bool {
        matches!(event, Event::Vouched(events::Vouched { from, .. }) if from.0 % 7 == 0)
    }
    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        self.0.follow(tx, entry)
    }
    fn follow_all(&self, tx: &mut Tx<'_>, entries: &[Entry]) -> Result<(), StoreError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        entries.iter().try_for_each(|entry| self.follow(tx, entry))
    }
}

on_both! {
    /// What nobody wants costs no transaction, and its lease is kept all the same.
    async fn the_unwanted_is_passed_over_and_the_wanted_is_not(db: &Database) {
        Witness::table(db);
        let choosy = Arc::new(Choosy(Witness("choosy"), AtomicUsize::new(0)));
        let mut wanted = Vec::new();
        for life in 0..3 {
            let ledger = db.ledger(Setup::default());
            let mut tasks = JoinSet::new();
            tasks.spawn(ledger.clone().keep_sequencing());
            let cursor = db.figures("SELECT pos AS n FROM cursors");
            for n in 0..60 {
                // The first life brings nothing of a type that is wanted.
                let number = n;
                if life == 0 {
                    let (from, on) = (PersonRow(n), PersonRow(n));
                    let other = ledger.write(Actor::System, move |tx| {
                        tx.record(Event::Reported(events::Reported { from, on }));
                        Ok::<_, StoreError>(())
                    });
                    other.await.unwrap();
                    continue;
                }
                write(&ledger, number).await.unwrap();
                if number % 7 == 0 {
                    wanted.push(life * 60 + n + 1);
                }
            }
            tasks.spawn(follow(ledger.clone(), choosy.clone(), format!("life {life}")));
            if life == 0 {
                sleep(TERM).await;
                assert_eq!(choosy.1.load(Ordering::SeqCst), 0);
                assert_eq!(db.figures("SELECT pos AS n FROM cursors"), cursor);
                let until = db.figures("SELECT until AS n FROM leases WHERE name = 'choosy'");
                assert!(until[0] > ledger.now().micros(), "the lease was not renewed");
            }
            eventually("it is through", async || Witness("choosy").saw(db).len() >= wanted.len()).await;
            assert_eq!(Witness("choosy").saw(db), wanted);
            tasks.shutdown().await;
            db.run("UPDATE leases SET until = 0");
        }
    }

    async fn mishaps_and_deaths_repeat_nothing_and_lose_nothing(db: &Database) {
        Witness::table(db);
        let clock = noon();
        let subscriber = Arc::new(Clumsy {
            witness: Witness("clumsy"),
            mishaps: Mutex::new(BTreeMap::from([
                (1, vec![Mishap::Refusal]),
                (30, vec![Mishap::Panic, Mishap::Refusal]),
                (77, vec![Mishap::Panic]),
                (90, vec![Mishap::Refusal]),
            ])),
        });
        let rng = SeededRng::new(4);
        let mut written = 0;
        for life in 0..6 {
            // Two processes, which both want to follow; then both die, wherever they are.
            let mut tasks = JoinSet::new();
            let setup = Setup { clock: clock.clone(), ..Setup::default() };
            let replicas = [db.ledger(setup.clone()), db.ledger(setup)];
            for (place, replica) in replicas.iter().enumerate() {
                tasks.spawn(replica.clone().keep_sequencing());
                tasks.spawn(follow(replica.clone(), subscriber.clone(), format!("{life}/{place}")));
            }
            for n in 0..20 {
                write(&replicas[n % 2], written).await.unwrap();
                written += 1;
            }
            if life == 5 {
                // What was put aside is tried again in its time.
                eventually("it is through", async || {
                    clock.advance(Duration::from_secs(1));
                    Witness("clumsy").saw(db).len() as i64 >= written
                })
                .await;
                // Whatever might be done twice has its chance.
                sleep(Duration::from_millis(100)).await;
            } else {
                sleep(Duration::from_millis(rng.below(400))).await;
            }
            tasks.shutdown().await;
            clock.advance(TERM);
        }
        let mut saw = Witness("clumsy").saw(db);
        saw.sort_unstable();
        assert_eq!(saw, (1..=written).collect::<Vec<_>>());
        assert_eq!(db.figures("SELECT count(*) AS n FROM subscriber_failures"), [0]);
        assert!(subscriber.mishaps.lock().unwrap().values().all(Vec::is_empty), "every mishap happened");
    }

    /// What cannot be carried out goes aside with its reason, and all else is done; mended, it is done once.
    async fn no_event_stops_a_subscriber(db: &Database) {
        Witness::table(db);
        let clock = noon();
        let ledger = db.ledger(Setup { clock: clock.clone(), ..Setup::default() });
        let many = 1_000;
        let subscriber = Arc::new(Clumsy {
            witness: Witness("clumsy"),
            mishaps: Mutex::new(BTreeMap::from([
                (3, vec![Mishap::Refusal; many]),
                (5, vec![Mishap::Panic; many]),
                (6, vec![Mishap::Constraint; many]),
                (9, vec![Mishap::Away; many]),
            ])),
        });
        for n in 0..60 {
            write(&ledger, n).await.unwrap();
        }
        let mut tasks = JoinSet::new();
        tasks.spawn(ledger.clone().keep_sequencing());
        eventually("all have a position", async || db.figures("SELECT count(*) AS n FROM ledger") == [60]).await;
        // An event of a version to come.
        db.run("UPDATE events SET body = '{\"v\": 9, \"type\": \"vouched\", \"how\": \"otherwise\"}' \
                WHERE id = (SELECT event_id FROM ledger WHERE pos = 20)");
        tasks.spawn(follow(ledger.clone(), subscriber.clone(), "one".into()));
        let aside = [3, 5, 6, 9, 20];
        let rest: Vec<i64> = (1..=60).filter(|pos| !aside.contains(pos)).collect();
        eventually("the rest is done", async || Witness("clumsy").saw(db) == rest).await;
        let list = async || {
            let failures = ledger.store().read(|conn| failures(conn, "clumsy", 0, 100)).await.unwrap();
            failures.into_iter().map(|Failure { pos, kind, reason, .. }| (pos, kind, reason)).collect::<Vec<_>>()
        };
        let seen = list().await;
        assert_eq!(seen.iter().map(|(pos, ..)| *pos).collect::<Vec<_>>(), aside);
        for ((_, kind, reason), says) in seen.iter().zip(["on purpose", "panicked", "UniqueViolation", "again and again", "cannot be read"]) {
            assert!(kind == "vouched" && reason.contains(says), "{reason} says not {says}");
        }
        let counted = ledger.store().read(|conn| lag(conn, "clumsy", &["vouched"])).await.unwrap();
        assert_eq!((counted.behind, counted.waiting, counted.aside), (0, None, 5));

        // Mended: what an admin lets be tried again is done, and done once.
        subscriber.mishaps.lock().unwrap().clear();
        let retry = async |pos| ledger.write(Actor::System, move |tx| retry_failure(tx, "clumsy", pos)).await.unwrap().value;
        assert!(retry(5).await && !retry(4).await);
        eventually("it is done", async || Witness("clumsy").saw(db).contains(&5)).await;
        // The others are tried by themselves.
        clock.advance(Duration::from_secs(60));
        eventually("they are done", async || Witness("clumsy").saw(db).len() == 59).await;
        assert_eq!(list().await.len(), 1, "what cannot be read waits for a version that can");
        sleep(Duration::from_millis(300)).await;
        let mut saw = Witness("clumsy").saw(db);
        saw.sort_unstable();
        assert_eq!(saw, (1..=60).filter(|pos| *pos != 20).collect::<Vec<_>>());
    }

    /// A history of others' events is passed over in large steps.
    async fn the_unwanted_costs_next_to_nothing(db: &Database) {
        Witness::table(db);
        let ledger = db.ledger(Setup::default());
        history(&ledger, 60_000).await;
        write(&ledger, 7).await.unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(ledger.clone().keep_sequencing());
        eventually("all have a position", async || db.figures("SELECT count(*) AS n FROM ledger") == [60_001]).await;
        let begun = std::time::Instant::now();
        tasks.spawn(follow(ledger.clone(), Arc::new(Witness("late")), "one".into()));
        eventually("it has caught up", async || Witness("late").saw(db) == [60_001]).await;
        assert!(begun.elapsed() < Duration::from_secs(3), "it took {:?}", begun.elapsed());
    }

    /// Leases run out at once, so both replicas believe again and again that it is their turn.
    async fn a_lease_that_passes_to_and_fro_repeats_nothing(db: &Database) {
        Witness::table(db);
        let clock = noon();
        let setup = Setup { clock: clock.clone(), ..Setup::default() };
        let replicas = [db.ledger(setup.clone()), db.ledger(setup)];
        let mut tasks = JoinSet::new();
        for (replica, owner) in replicas.iter().zip(["one", "two"]) {
            tasks.spawn(replica.clone().keep_sequencing());
            tasks.spawn(follow(replica.clone(), Arc::new(Witness("job")), owner.to_owned()));
        }
        for n in 0..200 {
            clock.advance(TERM);
            write(&replicas[n % 2], n as i64).await.unwrap();
            sleep(Duration::from_millis(12)).await;
        }
        eventually("it is through", async || Witness("job").saw(db).len() >= 200).await;
        assert_eq!(Witness("job").saw(db), (1..=200).collect::<Vec<_>>());
        assert!(db.figures("SELECT fence AS n FROM leases")[0] > 1, "it passed over");
    }

    async fn leases_that_were_given_up_need_not_be_outwaited(db: &Database) {
        let ledger = db.ledger(Setup { clock: noon(), ..Setup::default() });
        let take = async |name, owner| Lease::take(&ledger, name, owner).await.unwrap();
        let holds = async |lease: Lease| ledger.write(Actor::System, move |tx| lease.holds(tx)).await.unwrap().value;
        let (first, other) = (take("job", "one").await.unwrap(), take("chore", "one").await.unwrap());
        assert!(take("job", "two").await.is_none());
        Lease::end_all(&ledger, "one").await.unwrap();
        // What it had under way at that moment brings none back.
        assert!(!holds(first).await && !holds(other).await);
        let second = take("job", "two").await.unwrap();
        let third = take("chore", "three").await.unwrap();
        // What the first may still believe ends nothing of the others'.
        Lease::end_all(&ledger, "one").await.unwrap();
        assert!(take("job", "one").await.is_none());
        assert!(holds(second).await && holds(third).await);
    }

    /// A clock that was far ahead when it took a lease keeps nobody else from it once it is right again.
    async fn a_lease_from_the_future_is_not_believed(db: &Database) {
        let clock = noon();
        let ledger = db.ledger(Setup { clock: clock.clone(), ..Setup::default() });
        let take = async |owner| Lease::take(&ledger, "job", owner).await.unwrap();
        let now = clock.now();
        clock.advance(Duration::from_secs(3600));
        let first = take("one").await.unwrap();
        clock.set(now);
        let second = take("two").await.unwrap();
        assert!(take("three").await.is_none());
        let holds = async |lease: Lease| ledger.write(Actor::System, move |tx| lease.holds(tx)).await.unwrap().value;
        assert!(!holds(first).await && holds(second).await);
        // Clocks that differ by no more than clocks do.
        clock.advance(Duration::from_secs(3600));
        assert!(take("four").await.is_some());
        clock.set(clock.now().before(Duration::from_secs(30)));
        assert!(take("five").await.is_none());
    }

    /// The clock stands still: no lease of the one before ever runs out, and yet the next one follows.
    async fn a_service_that_stops_gives_up_its_leases(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        scene.room(&scene.owner_token, "stage").await;
        let held = format!("SELECT count(*) AS n FROM leases WHERE until > {}", scene.clock.now().micros());
        // The room server has an enforcer.
        let all = async || db.figures(&held) == [SUBSCRIBERS as i64 + 1];
        eventually("every subscriber has its lease", all).await;
        scene.service.stop().await;
        assert_eq!(db.figures(&held), [0]);
        let service = scene.home.start().await;
        eventually("every subscriber has its lease again", all).await;
        let friend = json!({ "email": "friend@vouch.example.org" });
        service.post(&scene.owner_token, "/v1/me/invites", friend).await.expect(201);
        let letters = "SELECT count(*) AS n FROM outbox WHERE kind = 'invite'";
        eventually("the letter is written", async || db.figures(letters) == [1]).await;
        service.stop().await;
    }

    async fn who_overslept_its_lease_follows_nothing(db: &Database) {
        needs(Guard::LeaseFence, db.target().backend(), nothing_is_followed).await;
    }
}

/// So many events of a type that these subscribers do not want.
async fn history(ledger: &Ledger, events: i64) {
    for begin in (0..events).step_by(1000) {
        let written = ledger.write(Actor::System, move |tx| {
            for n in begin..begin + 1000 {
                let (from, on) = (PersonRow(n), PersonRow(n));
                tx.record(Event::Reported(events::Reported { from, on }));
            }
            Ok::<_, StoreError>(())
        });
        written.await.unwrap();
    }
}

/// A subscriber whose clock stands still, as if its process had been stopped, while another takes its
/// lease over and has not moved the cursor yet: so the cursor alone would let the first go on.
async fn nothing_is_followed(db: &Database, guards: Guards) -> Result<(), String> {
    Witness::table(db);
    let (stopped, running) = (noon(), noon());
    let sleeper = db.ledger(Setup {
        clock: stopped,
        guards: guards.clone(),
        ..Setup::default()
    });
    let other = db.ledger(Setup {
        clock: running.clone(),
        guards,
        ..Setup::default()
    });
    let mut tasks = JoinSet::new();
    tasks.spawn(sleeper.clone().keep_sequencing());
    tasks.spawn(follow(sleeper.clone(), Arc::new(Witness("job")), "sleeper".into()));
    write(&sleeper, 1).await.map_err(|error| error.to_string())?;
    eventually("the first event is followed", async || Witness("job").saw(db) == [1]).await;

    running.advance(TERM);
    let taken = Lease::take(&other, "job", "other")
        .await
        .map_err(|error| error.to_string())?;
    ensure(taken.is_some(), "a lease that is over can be taken")?;
    write(&sleeper, 2).await.map_err(|error| error.to_string())?;
    sleep(Duration::from_millis(700)).await;
    ensure(
        Witness("job").saw(db) == [1],
        "it wrote under a lease that was not its own",
    )
}
