//! Rolling restarts behind a real HAProxy: no request is lost, whichever process is being replaced.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    mem,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    task::{JoinSet, block_in_place},
    time::{Instant, MissedTickBehavior, interval},
};

use super::{World, friend, rooms, until};
use crate::support::{janus::JanusServer, postgres::free_port, replica::Plan, service::Client};

const RESTARTS: usize = 20;
/// One request in so long: a hundred a second.
const EVERY: Duration = Duration::from_millis(10);

/// The configuration that the operator's guide shows, for these two processes.
fn configuration(port: u16, plans: &[Plan; 2], socket: &Path) -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operators-guide.md");
    let guide = fs::read_to_string(guide).unwrap();
    let (_, from) = guide
        .split_once("```haproxy\n")
        .expect("the guide shows a configuration");
    let (shown, _) = from.split_once("```").expect("an end of it");
    let mut text = shown.to_owned();
    let put = [
        ("bind :80\n", format!("bind 127.0.0.1:{port}\n")),
        (
            "server one 10.0.0.1:8080\n",
            format!("server a {}\n", plans[0].address()),
        ),
        (
            "server two 10.0.0.2:8080\n",
            format!("server b {}\n", plans[1].address()),
        ),
        // The same, four times as fast.
        ("inter 1s", "inter 250ms".to_owned()),
    ];
    for (shown, ours) in put {
        assert!(text.contains(shown), "the guide's configuration has no {shown:?}");
        text = text.replace(shown, &ours);
    }
    format!("global\n    stats socket {}\n{text}", socket.display())
}

/// HAProxy, in the foreground; it ends when this is dropped.
struct Haproxy {
    child: Child,
    folder: TempDir,
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Haproxy {
    fn start(port: u16, plans: &[Plan; 2]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let file = folder.path().join("haproxy.cfg");
        fs::write(&file, configuration(port, plans, &socket)).unwrap();
        let installed = ["/usr/sbin/haproxy", "/usr/local/sbin/haproxy"].map(PathBuf::from);
        let program = installed.into_iter().find(|path| path.exists());
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(program.unwrap_or_else(|| "haproxy".into()))
            .arg("-db")
            .arg("-f")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("haproxy is missing: run `make test`, which installs it");
        Self { child, folder }
    }

    /// Whether it sends requests to the server.
    fn sends_to(&self, server: &str) -> bool {
        let told = UnixStream::connect(self.folder.path().join("socket")).and_then(|mut socket| {
            socket.write_all(b"show stat\n")?;
            let mut told = String::new();
            socket.read_to_string(&mut told)?;
            Ok(told)
        });
        let told = told.unwrap_or_default();
        let line = told.lines().find(|line| line.split(',').nth(1) == Some(server));
        line.is_some_and(|line| line.split(',').nth(17) == Some("UP"))
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

/// What the requests came to.
#[derive(Default)]
struct Count {
    answers: Mutex<BTreeMap<u16, usize>>,
    lost: Mutex<Vec<String>>,
    slowest: Mutex<Duration>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_rolling_restarts_lose_no_request() {
    let (world, members) = World::new(["alice", "bob", "carol", "dave", "erin"]).await;
    let world = Arc::new(world);
    let janus = block_in_place(JanusServer::start);
    let plan = |name| {
        world
            .plan(name)
            // Two checks of 250 ms, and the time that they may take on a busy machine.
            .with("http.unready_seconds", 2)
            .with("http.drain_seconds", 30)
            // The tests share the machine's cores: an answer may be late there without being lost.
            .with("store.wait_ms", 8000)
    };
    let plans = [plan("a"), plan("b")];
    let port = free_port();
    let haproxy = Haproxy::start(port, &plans);
    let mut running = vec![plans[0].start().await, plans[1].start().await];
    until("both are up", async || {
        ["a", "b"].iter().all(|name| haproxy.sends_to(name))
    })
    .await;

    let client = Client::new(format!("http://127.0.0.1:{port}"), Duration::from_secs(40));
    rooms::open(&world, &client, &janus, "stage").await;
    let secret = rooms::secret(&world, "stage").await;
    // From here on no ticket has to wait for its room to be made.
    until("the room takes tickets in", async || {
        let asked = client.post(&world.owner, "/v1/rooms/stage/tickets", Value::Null).await;
        asked.status == 201
    })
    .await;
    let given = "SELECT count(*) AS n FROM events WHERE kind = 'ticket_issued'";
    let given_before = world.db.figures(given)[0];
    let (count, over) = (Arc::new(Count::default()), AtomicBool::new(false));
    let asked = AtomicUsize::new(0);
    let begun = Instant::now();
    let stream = async {
        let mut requests = JoinSet::new();
        let mut clock = interval(EVERY);
        clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
        while !over.load(Ordering::SeqCst) {
            clock.tick().await;
            let n = asked.fetch_add(1, Ordering::SeqCst);
            let get = |path| client.request(Method::GET, path).bearer_auth(&world.owner);
            let request = match n % 5 {
                0 => world.introspection(&client, &world.owner_hall),
                1 => get("/v1/me"),
                2 => client
                    .request(Method::POST, "/v1/me/invites")
                    .bearer_auth(&world.owner)
                    .header("Idempotency-Key", format!("rolling-{n:016}"))
                    .json(&friend(n)),
                3 => client
                    .request(Method::POST, "/v1/rooms/stage/tickets")
                    .bearer_auth(&members[n / 5 % members.len()].token)
                    .header("Idempotency-Key", format!("rolling-{n:016}")),
                _ => get("/.well-known/jwks.json"),
            };
            let (client, count) = (client.clone(), Arc::clone(&count));
            requests.spawn(async move {
                let begun = Instant::now();
                match client.try_send(request).await {
                    Ok(answer) => {
                        let status = answer.status.as_u16();
                        *count.answers.lock().unwrap().entry(status).or_default() += 1;
                        if !answer.status.is_success() {
                            count
                                .lost
                                .lock()
                                .unwrap()
                                .push(format!("{n}: {status} {}", answer.body));
                        }
                    }
                    Err(error) => count.lost.lock().unwrap().push(format!("{n}: {error:?}")),
                }
                let mut slowest = count.slowest.lock().unwrap();
                *slowest = begun.elapsed().max(*slowest);
            });
            while requests.try_join_next().is_some() {}
        }
        requests.join_all().await;
    };
    let restarts = async {
        let mut drains = Vec::new();
        for round in 0..RESTARTS {
            let place = round % 2;
            let replica = running.remove(place);
            let told = Instant::now();
            replica.signal("TERM");
            // It says that it is not ready while it still answers.
            until("it has heard", async || replica.get("", "/readyz").await.status == 503).await;
            let own = replica.get(&world.owner, "/v1/me").await;
            assert_eq!((own.status.as_u16(), own.header("connection")), (200, Some("close")));
            let (plan, name) = (replica.plan(), replica.name().to_owned());
            let ended = replica.ended().await;
            assert!(ended.success(), "{ended}");
            drains.push(told.elapsed());
            running.insert(place, plan.start().await);
            until("it gets requests again", async || haproxy.sends_to(&name)).await;
        }
        over.store(true, Ordering::SeqCst);
        drains
    };
    let ((), drains) = tokio::join!(stream, restarts);

    let (asked, took) = (asked.load(Ordering::SeqCst), begun.elapsed());
    println!(
        "{asked} requests in {took:?}, {:.0} a second: {:?}; the slowest {:?}; from SIGTERM to the end at most {:?}",
        asked as f64 / took.as_secs_f64(),
        count.answers.lock().unwrap(),
        count.slowest.lock().unwrap(),
        drains.iter().max(),
    );
    let lost = mem::take(&mut *count.lost.lock().unwrap());
    assert!(
        lost.is_empty(),
        "{} lost: {:#?}\n{}",
        lost.len(),
        &lost[..lost.len().min(20)],
        haproxy.log()
    );
    assert!(drains.iter().all(|took| *took < Duration::from_secs(32)), "{drains:?}");
    assert!(
        asked as f64 >= took.as_secs_f64() * 90.0,
        "fewer than a hundred a second"
    );
    // Whatever was sent again on its way was done once.
    let asked_for = |kind| (0..asked).filter(|n| n % 5 == kind).count() as i64;
    assert_eq!(world.db.figures("SELECT count(*) AS n FROM invites"), [asked_for(2)]);
    assert_eq!(world.db.figures(given), [given_before + asked_for(3)]);
    // The last ticket of each is on the list, and no other.
    let tokens = rooms::tokens(&world).await;
    assert_eq!(tokens.len(), members.len() + 1);
    until("the list is that of the last tickets", async || {
        block_in_place(|| janus.list("stage", &secret)).as_ref() == Some(&tokens)
    })
    .await;
}

/// Ctrl-C at a terminal waits for no load balancer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_stops_at_once() {
    let (world, []) = World::new([]).await;
    for (signals, unready, at_least) in [
        (&["INT"][..], 60, Duration::ZERO),
        (&["TERM"][..], 1, Duration::from_secs(1)),
        // Whoever has no patience says it again.
        (&["TERM", "TERM"][..], 60, Duration::ZERO),
    ] {
        let replica = world.plan("a").with("http.unready_seconds", unready).start().await;
        // A connection that is kept, with nothing under way on it.
        replica.get("", "/livez").await.expect(200);
        let told = Instant::now();
        for (n, signal) in signals.iter().enumerate() {
            if n > 0 {
                until("it has heard the first", async || {
                    replica.get("", "/readyz").await.status == 503
                })
                .await;
            }
            replica.signal(signal);
        }
        assert!(replica.ended().await.success());
        let took = told.elapsed();
        assert!(
            took >= at_least && took < Duration::from_secs(20),
            "{signals:?}: {took:?}"
        );
    }
}
