//! The database cut off for a minute, and hung for ten seconds five times, under requests that never stop:
//! each is answered soon, with the truth or with 503, and two seconds after each return all is well.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use reqwest::Method;
use tokio::time::{Instant, sleep, sleep_until};
use vouchsafe::platform::store::StoreError;

use super::{Somebody, World, friend};
use crate::support::{
    db::Setup,
    invariants::sound_soon,
    proxy::{Line, Proxy},
    replica::{Plan, Replica},
    service::Answer,
};

const CUT: Duration = Duration::from_secs(60);
const HUNG: Duration = Duration::from_secs(10);
/// How long an answer may take at most with the settings as they are by default, and a return.
const SOON: Duration = Duration::from_secs(2);
const BACK: Duration = Duration::from_secs(2);

/// What is asked, again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Probe {
    Introspect,
    Own,
    Invites,
    Invite,
    Keys,
    Alive,
    Ready,
}

const PROBES: [Probe; 7] = [
    Probe::Introspect,
    Probe::Own,
    Probe::Invites,
    Probe::Invite,
    Probe::Keys,
    Probe::Alive,
    Probe::Ready,
];

/// What the probes have seen.
struct Watch<'a> {
    world: &'a World,
    replica: &'a Replica,
    /// Who is in good standing all the time.
    good: &'a Somebody,
    /// Who is banned one after another: how many of them are.
    victims: &'a [Somebody],
    banned: AtomicUsize,
    /// When the line was last well, so that each answer is known to fall in a good or a bad time.
    over: AtomicBool,
    next: AtomicUsize,
    acknowledged: Mutex<Vec<String>>,
    told: Mutex<BTreeMap<(Probe, u16), usize>>,
    slowest: Mutex<Duration>,
    wrong: Mutex<Vec<String>>,
}

impl Watch<'_> {
    async fn ask(&self, probe: Probe) -> reqwest::Result<Answer> {
        let get = |path| self.replica.request(Method::GET, path);
        let request = match probe {
            Probe::Introspect => self.world.introspection(self.replica, &self.good.hall),
            Probe::Own => get("/v1/me").bearer_auth(&self.good.token),
            Probe::Invites => get("/v1/me/invites").bearer_auth(&self.good.token),
            Probe::Invite => {
                let n = self.next.fetch_add(1, Ordering::SeqCst);
                let request = self.replica.request(Method::POST, "/v1/me/invites");
                request.bearer_auth(&self.world.owner).json(&friend(n))
            }
            Probe::Keys => get("/.well-known/jwks.json"),
            Probe::Alive => get("/livez"),
            Probe::Ready => get("/readyz"),
        };
        self.replica.try_send(request.timeout(Duration::from_secs(20))).await
    }

    /// Whether an answer is right; `Err` says what is wrong with it.
    fn judge(&self, probe: Probe, answer: &Answer, took: Duration) -> Result<(), String> {
        let status = answer.status.as_u16();
        let right = match (probe, status) {
            (Probe::Keys, _) => status == 200 && answer.body["keys"].as_array().is_some_and(|keys| !keys.is_empty()),
            (Probe::Alive, _) => status == 200,
            (Probe::Introspect, 200) => answer.body["active"] == true,
            (Probe::Ready, 503) | (_, 200) => true,
            (Probe::Invite, 201) => true,
            (_, 503) => answer
                .header("retry-after")
                .is_some_and(|text| text.parse::<u32>().is_ok_and(|after| after >= 1)),
            _ => false,
        };
        if !right {
            return Err(format!("{probe:?}: {status} {}", answer.body));
        }
        if took > SOON {
            return Err(format!("{probe:?}: {status} after {took:?}"));
        }
        Ok(())
    }

    fn note(&self, took: Duration) {
        let mut slowest = self.slowest.lock().unwrap();
        *slowest = took.max(*slowest);
    }

    async fn probe(&self, probe: Probe) {
        while !self.over.load(Ordering::SeqCst) {
            let begun = Instant::now();
            let answer = self.ask(probe).await;
            let took = begun.elapsed();
            let judged = match &answer {
                Ok(answer) => self.judge(probe, answer, took),
                Err(error) => Err(format!("{probe:?}: {error}")),
            };
            if let Err(what) = judged {
                self.wrong.lock().unwrap().push(what);
            }
            if let Ok(answer) = answer {
                let mut told = self.told.lock().unwrap();
                *told.entry((probe, answer.status.as_u16())).or_default() += 1;
                if probe == Probe::Invite && answer.status == 201 {
                    let id = answer.body["id"].as_str().unwrap().to_owned();
                    self.acknowledged.lock().unwrap().push(id);
                }
            }
            self.note(took);
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asks about those who are banned by now: never a yes.
    async fn probe_the_banned(&self) {
        while !self.over.load(Ordering::SeqCst) {
            let banned = self.banned.load(Ordering::SeqCst);
            for who in &self.victims[..banned] {
                let about = self.world.introspection(self.replica, &who.hall);
                let own = self.replica.request(Method::GET, "/v1/me").bearer_auth(&who.token);
                let (about, own) = tokio::join!(self.replica.try_send(about), self.replica.try_send(own));
                let about = about.map(|answer| (answer.status.as_u16(), answer.body["active"].as_bool()));
                if !matches!(about, Ok((503, _) | (200, Some(false)))) {
                    self.wrong.lock().unwrap().push(format!("somebody banned: {about:?}"));
                }
                let own = own.map(|answer| answer.status.as_u16());
                if !matches!(own, Ok(503 | 401)) {
                    self.wrong
                        .lock()
                        .unwrap()
                        .push(format!("somebody banned, for themselves: {own:?}"));
                }
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Everything works again, each probe in its turn.
    async fn is_back(&self) -> Duration {
        let begun = Instant::now();
        for probe in PROBES {
            loop {
                let answer = self.ask(probe).await.unwrap();
                if probe == Probe::Invite && answer.status == 201 {
                    let id = answer.body["id"].as_str().unwrap().to_owned();
                    self.acknowledged.lock().unwrap().push(id);
                }
                if matches!(answer.status.as_u16(), 200 | 201) {
                    break;
                }
                assert!(
                    begun.elapsed() < BACK,
                    "{probe:?}: {} {:?} after the return",
                    answer.status,
                    begun.elapsed()
                );
                sleep(Duration::from_millis(20)).await;
            }
        }
        begun.elapsed()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_for_a_minute_and_hung_five_times() {
    let names = ["alice", "mallory", "malcolm", "malvina", "malte", "malou", "mali"];
    let (world, members) = World::new(names).await;
    let (good, victims) = members.split_first().unwrap();
    let mut proxy = Proxy::start(world.cluster.address()).await;
    let a = Plan::new(&world.home, "a", &proxy.through(&world.url())).start().await;
    let b = world.plan("b").start().await;
    let watch = Watch {
        world: &world,
        replica: &a,
        good,
        victims,
        banned: AtomicUsize::new(0),
        over: AtomicBool::new(false),
        next: AtomicUsize::new(0),
        acknowledged: Mutex::default(),
        told: Mutex::default(),
        slowest: Mutex::default(),
        wrong: Mutex::default(),
    };
    let trouble = async {
        let hangs = [(Line::Hung, HUNG); 5];
        for (n, (line, lasts)) in [(Line::Cut, CUT)].into_iter().chain(hangs).enumerate() {
            sleep(Duration::from_secs(1)).await;
            proxy.set(line).await;
            let ends = Instant::now() + lasts;
            // Past the lease of what is in memory, so that none of the answers to come may rest on it.
            sleep(Duration::from_millis(600)).await;
            world.ban(&b, &victims[n].member).await;
            watch.banned.store(n + 1, Ordering::SeqCst);
            sleep_until(ends).await;
            if n % 2 == 0 && line == Line::Hung {
                // A hang whose connections are gone when it ends: a proxy or a firewall was restarted.
                proxy.set(Line::Cut).await;
            }
            proxy.set(Line::Through).await;
            println!(
                "{line:?} for {lasts:?}: all is well {:?} after the return",
                watch.is_back().await
            );
        }
        watch.over.store(true, Ordering::SeqCst);
    };
    let probes = join_all(PROBES.map(|probe| watch.probe(probe)));
    tokio::join!(probes, watch.probe_the_banned(), trouble);

    println!("answers: {:?}", watch.told.lock().unwrap());
    println!("the slowest: {:?}", watch.slowest.lock().unwrap());
    let wrong = watch.wrong.into_inner().unwrap();
    assert!(
        wrong.is_empty(),
        "{} wrong answers, such as {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(10)]
    );
    for probe in [Probe::Introspect, Probe::Own, Probe::Invites, Probe::Ready] {
        let told = watch.told.lock().unwrap();
        assert!(
            told[&(probe, 200)] >= 20 && told[&(probe, 503)] >= 20,
            "{probe:?}: {told:?}"
        );
    }
    sound_soon(&world.db).await.unwrap();
    let acknowledged = watch.acknowledged.into_inner().unwrap();
    let (all, ledger) = (acknowledged.len(), world.db.ledger(Setup::default()));
    let looked_for = ledger.store().read(move |conn| {
        let mut lost = Vec::new();
        for id in acknowledged {
            if vouchsafe::invites::by_id(conn, id.parse().expect("an invite's id"))?.is_none() {
                lost.push(id);
            }
        }
        Ok::<_, StoreError>(lost)
    });
    let lost = looked_for.await.unwrap();
    assert!(
        lost.is_empty(),
        "of {all} acknowledged invites these are lost: {lost:?}"
    );
}
