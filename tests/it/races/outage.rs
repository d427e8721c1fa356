//! A database that goes away, and what HTTP says meanwhile.

use std::{
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::{RunQueryDsl, sql_query};
use futures_util::future::join_all;
use serde_json::json;
use tokio::{task::block_in_place, time::sleep};
use vouchsafe::platform::{
    config::Config,
    ledger::{Actor, Ledger},
    store::{Backend, Guards, StoreError},
    terms::Role,
};

use super::{admin, ban, client, home, introspect, is_away, kind};
use crate::support::{
    db::Database,
    invariants::sound_soon,
    postgres::PrivateCluster,
    service::{Answer, Service, Tokens, text},
};

/// How long the service has, from the moment when the database is back. It takes a fraction of a second; the rest is for a
/// machine on which everything else runs at once.
const SOON: Duration = Duration::from_secs(8);

async fn timed(answer: impl Future<Output = Answer>) -> (Answer, Duration) {
    let begun = Instant::now();
    let answer = answer.await;
    (answer, begun.elapsed())
}

/// What clients that never stop have been told.
#[derive(Default)]
struct Stream {
    /// Set when they are to stop.
    over: AtomicBool,
    next: AtomicU32,
    /// The ids of invites that were told to be made.
    acknowledged: Mutex<Vec<String>>,
    wrong: Mutex<Vec<String>>,
}

impl Stream {
    async fn run(&self, service: &Service, token: &str) {
        while !self.over.load(Ordering::SeqCst) {
            let n = self.next.fetch_add(1, Ordering::SeqCst);
            let body = json!({ "email": format!("friend-{n}@vouch.example.org") });
            let (answer, took) = timed(service.post(token, "/v1/me/invites", body)).await;
            if answer.status == 201 {
                self.acknowledged.lock().unwrap().push(text(&answer.body["id"]));
                continue;
            }
            if let Err(what) = is_away(&answer, took) {
                self.wrong.lock().unwrap().push(what);
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }
}

/// Whom the probes ask about.
struct Known {
    door: (String, String),
    /// A member's tokens.
    good: Tokens,
    /// Of somebody who was banned before.
    bad: Tokens,
}

impl Known {
    /// While the database is away.
    async fn meanwhile(&self, service: &Service) {
        service.get("", "/livez").await.expect(200);
        let keys = service.get("", "/.well-known/jwks.json").await.expect(200);
        assert!(keys["keys"].as_array().is_some_and(|keys| !keys.is_empty()));
        let (ready, took) = timed(service.get("", "/readyz")).await;
        assert!(ready.status == 503 && took < SOON, "{} after {took:?}", ready.status);
        for path in ["/v1/me", "/v1/me/invites"] {
            let (answer, took) = timed(service.get(&self.bad.access, path)).await;
            if kind(&answer) != "session-ended" {
                is_away(&answer, took).unwrap();
            }
            let (answer, took) = timed(service.get(&self.good.access, path)).await;
            is_away(&answer, took).unwrap();
        }
        let (answer, took) = timed(introspect(service, &self.door, &self.bad.hall)).await;
        if answer.status != 200 || answer.body["active"] != false {
            is_away(&answer, took).unwrap();
        }
        // Once its lease is over, memory is no longer believed.
        let (answer, took) = timed(introspect(service, &self.door, &self.good.hall)).await;
        is_away(&answer, took).unwrap();
        let new = json!({ "contact": "owner@vouch.example.org", "password": super::PASSWORD });
        let (answer, took) = timed(service.post("", "/v1/sessions", new)).await;
        is_away(&answer, took).unwrap();
    }

    /// Once it is back.
    async fn heals(&self, service: &Service) {
        let begun = Instant::now();
        loop {
            let ready = service.get("", "/readyz").await.status == 200;
            let written = service
                .post(
                    &self.good.access,
                    "/v1/me/invites",
                    json!({ "email": "back@vouch.example.org" }),
                )
                .await;
            let known = introspect(service, &self.door, &self.good.hall).await;
            if ready && written.status == 201 && known.body["active"] == true {
                break;
            }
            assert!(begun.elapsed() < SOON, "it has not healed within {SOON:?}");
            sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(
            introspect(service, &self.door, &self.bad.hall).await.expect(200)["active"],
            false
        );
        service
            .get(&self.bad.access, "/v1/me")
            .await
            .refused(401, "session-ended");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_crashes_and_hangs() {
    let cluster = Arc::new(block_in_place(PrivateCluster::start));
    let db = Database::at(&cluster.database("template1"));
    block_in_place(|| Ledger::migrate(&db.target())).unwrap();
    let mut home = home(&db, Guards::default());
    // As it is by default: within two seconds everybody is told.
    home.config.store.wait_ms = Config::default().store.wait_ms;
    home.config.token.memory_lease_ms = 500;
    home.config.http.request_timeout_ms = 10_000;
    let service = home.start().await;
    let owner = service
        .found("owner@vouch.example.org", Role::Owner, Some(super::PASSWORD))
        .await;
    let (banned, _) = admin(&service, "mallory").await;
    let bad = service.session(banned.row).await;
    let good = service.session(owner.row).await;
    ban(&service, &good.access, &banned).await.expect(201);
    let known = Known {
        door: client(&service).await,
        good,
        bad,
    };

    let stream = Stream::default();
    let trouble = async {
        for round in 0..4 {
            let before = stream.count();
            let begun = Instant::now();
            while stream.count() < before + 50 {
                assert!(begun.elapsed() < Duration::from_secs(20), "too little is going on");
                sleep(Duration::from_millis(20)).await;
            }
            let crash = round % 2 == 0;
            let away = if crash {
                PrivateCluster::stop_immediate
            } else {
                PrivateCluster::hang
            };
            apart(&cluster, away).await;
            let begun = Instant::now();
            // The lease of what is in memory runs out.
            sleep(Duration::from_millis(600)).await;
            while begun.elapsed() < Duration::from_secs(if crash { 1 } else { 5 }) {
                known.meanwhile(&service).await;
            }
            let back = if crash {
                PrivateCluster::restart
            } else {
                PrivateCluster::resume
            };
            apart(&cluster, back).await;
            known.heals(&service).await;
        }
        stream.over.store(true, Ordering::SeqCst);
    };
    let clients = join_all((0..4).map(|_| stream.run(&service, &known.good.access)));
    tokio::join!(clients, trouble);

    let wrong = stream.wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:?}");
    sound_soon(&db).await.unwrap();
    let acknowledged = stream.acknowledged.into_inner().unwrap();
    let lost = lost(&service, acknowledged.clone()).await;
    assert!(lost.is_empty(), "{} of {} were lost", lost.len(), acknowledged.len());
    service.stop().await;
}

/// Does something to the server while the clients of this test go on.
async fn apart(cluster: &Arc<PrivateCluster>, what: fn(&PrivateCluster)) {
    let cluster = Arc::clone(cluster);
    tokio::task::spawn_blocking(move || what(&cluster)).await.unwrap();
}

/// Which of these invites are not there.
async fn lost(service: &Service, ids: Vec<String>) -> Vec<String> {
    let looked_for = service.app.core.ledger.store().read(move |conn| {
        let mut lost = Vec::new();
        for id in ids {
            let invite = vouchsafe::invites::by_id(conn, id.parse().expect("an invite's id"))?;
            if invite.is_none() {
                lost.push(id);
            }
        }
        Ok::<_, StoreError>(lost)
    });
    looked_for.await.unwrap()
}

/// SQLite's file is full in the middle of a batch: whoever shares it is told 503 and nothing of theirs
/// is there; reading goes on, and so does writing once there is room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_is_full() {
    let db = Database::fresh(Backend::Sqlite);
    let service = home(&db, Guards::default()).start().await;
    let (_, token) = admin(&service, "inviter").await;
    let ask = async |name: &str, n: usize| {
        let body = json!({ "email": format!("{name}-{n}@vouch.example.org") });
        timed(service.post(&token, "/v1/me/invites", body)).await
    };
    for n in 0..10 {
        ask("before", n).await.0.expect(201);
    }
    let mut filled = 0;
    for round in 0..10 {
        // A subscriber's write may meet the limit alone, and take it away with its batch.
        if filled == 2 {
            break;
        }
        let before = db.figures("SELECT count(*) AS n FROM invites")[0];
        // The writer stands still, its connection has room for a page or two, and a queue forms.
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (full, is_full) = tokio::sync::oneshot::channel();
        let ledger = service.app.core.ledger.clone();
        let holder = tokio::spawn(async move {
            let held = ledger.write(Actor::System, move |tx| {
                sql_query("PRAGMA max_page_count = 1").execute(tx.conn)?;
                let _ = full.send(());
                let _ = wait.recv();
                Ok::<_, StoreError>(())
            });
            held.await
        });
        is_full.await.unwrap();
        let name = format!("during-{round}");
        let asked = join_all((0..40).map(|n| ask(&name, n)));
        let meanwhile = async {
            sleep(Duration::from_millis(400)).await;
            service.get(&token, "/v1/me/invites").await.expect(200);
            drop(go);
        };
        let (answers, ()) = tokio::join!(asked, meanwhile);
        let _ = holder.await.unwrap();
        let (told, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|(answer, _)| answer.status == 201);
        for (answer, took) in &refused {
            is_away(answer, *took).unwrap();
        }
        filled += usize::from(refused.len() > 20);
        let acknowledged: Vec<String> = told.iter().map(|(answer, _)| text(&answer.body["id"])).collect();
        let there = db.figures("SELECT count(*) AS n FROM invites")[0];
        assert_eq!(
            there,
            before + acknowledged.len() as i64,
            "told to have failed, and there"
        );
        assert!(lost(&service, acknowledged).await.is_empty());
        // A connection that has room again.
        ask("after", round).await.0.expect(201);
        sound_soon(&db).await.unwrap();
    }
    assert_eq!(filled, 2, "the file was not filled");
    service.stop().await;
}
