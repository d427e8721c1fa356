//! Seats in a room of a real Janus: eight thousand at once, and out again; one by one, and a whole branch.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use secrecy::ExposeSecret;
use serde_json::json;
use tokio::runtime::Runtime;
use vouchsafe::{
    platform::{
        ledger::Actor,
        store::{Backend, StoreError},
        terms::Role,
    },
    rooms::{queries, servers::janus::Janus},
    tokens,
};

use super::introspect::sessions;
use crate::{
    Wanted, bare, client,
    row::Row,
    support::{
        branch as branches,
        db::Database,
        janus::{JanusServer, TOKEN_SECRET},
        service::{Home, Service, text},
    },
};

/// Members who want to be in one room.
const MEMBERS: usize = 8000;
/// How many of them are banned, one after the other.
const BANS: usize = 1000;
const ROOM: &str = "main-stage";
/// From the answer to a ban to Janus's refusal: what is allowed, in milliseconds, for the median and for
/// 99 of a hundred.
const OUT: (f64, f64) = (30.0, 100.0);
/// How many are in the branch that is banned as one.
const BRANCH: usize = 10_000;
/// From the approval's answer until the last of them is off Janus's list: what is allowed, in milliseconds.
const BRANCH_OUT: f64 = 2000.0;
/// Within what 99 of a hundred have their tickets who ask at once, in milliseconds.
pub const PATIENCE: f64 = 1000.0;

pub fn measure(runtime: &Runtime, is_wanted: Wanted<'_>) -> Vec<Row> {
    let db = Database::fresh(Backend::Sqlite);
    let home = Home::new(&db, "real-name");
    let service = runtime.block_on(home.start());
    let janus = runtime.block_on(async { JanusServer::start() });
    let owner = runtime.block_on(async {
        let owner = service.found("owner@example.org", Role::Owner, None).await;
        service.token(owner.row).await
    });
    runtime.block_on(open(&service, &janus, &owner));
    let mut rows = Vec::new();
    eprintln!("tickets …");
    let sessions = runtime.block_on(sessions(&service, MEMBERS));
    let token = |session| service.app.core.tokens.grant(session).expect("a token").access_token;
    let path = format!("/v1/rooms/{ROOM}/tickets");
    let requests: Vec<Vec<u8>> = sessions
        .iter()
        .map(|session| client::post(&path, &token(session), "", ""))
        .collect();
    let run = client::at_once(service.app.address, requests.clone(), 201);
    eprintln!(
        "  ours: {:.1} µs of processor time an answer",
        run.cpu.as_secs_f64() * 1e6
    );
    runtime.block_on(counted(&service, &janus, MEMBERS));
    if is_wanted("tickets") {
        let peer = bare::at_once(runtime, &service, &requests, run.bytes);
        rows.push(Row::of_rate("tickets", "tickets/s", (run, peer), bare::NAME, 0.4));
        let p99 = run.p99.as_secs_f64() * 1000.0;
        rows.push(Row::of_cost("tickets-p99", p99, "ms, p99", PATIENCE));
    }
    if is_wanted("ban-to-out") {
        eprintln!("ban-to-out …");
        let people: Vec<String> = sessions.iter().map(|session| session.holder.id.to_string()).collect();
        let mut times = runtime.block_on(bans(&service, &janus, &owner, &people[..BANS]));
        times.sort();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
        rows.push(Row::of_cost("ban-to-out", at(0.5), "ms, p50", OUT.0));
        rows.push(Row::of_cost("ban-to-out-p99", at(0.99), "ms, p99", OUT.1));
    }
    runtime.block_on(service.stop());
    rows
}

/// A branch of many sits in the room, and is banned as one.
pub fn branch(runtime: &Runtime, _: Wanted<'_>) -> Vec<Row> {
    eprintln!("branch-out …");
    let db = Database::fresh(Backend::Sqlite);
    let home = Home::new(&db, "open-circle");
    let service = runtime.block_on(home.start());
    let janus = runtime.block_on(async { JanusServer::start() });
    let (owner, admin, root, requests) = runtime.block_on(async {
        let owner = service.found("owner@example.org", Role::Owner, None).await;
        let admin = service.found("admin@example.org", Role::Admin, None).await;
        let owner = service.token(owner.row).await;
        open(&service, &janus, &owner).await;
        let root = service.found("root@example.org", Role::Member, None).await;
        let people = branches::branch(&service, root.row, BRANCH).await;
        let (tokens, lifetime) = (&service.app.core.tokens, service.app.core.tokens.session_lifetime());
        let rows: Vec<_> = people.iter().map(|(row, _)| *row).collect();
        let started = service.app.core.ledger.write(Actor::Operator, move |tx| {
            let mut sessions = Vec::with_capacity(rows.len());
            for row in rows {
                sessions.push(tokens::start_session(tx, row, lifetime)?.expect("an active member"));
            }
            Ok::<_, StoreError>(sessions)
        });
        let started = started.await.expect("sessions");
        service.app.core.read_model.settle(started.position).await;
        let path = format!("/v1/rooms/{ROOM}/tickets");
        let ask = |session| client::post(&path, &tokens.grant(session).expect("a token").access_token, "", "");
        let requests: Vec<Vec<u8>> = started.value.iter().map(ask).collect();
        (owner, service.token(admin.row).await, root, requests)
    });
    let plan = client::Plan {
        warm_up: Duration::ZERO,
        counted: Duration::from_secs(120),
        ..client::Plan::usual(201)
    };
    client::drive(service.app.address, plan, Arc::new(move |n| requests.get(n).cloned()));
    let took = runtime.block_on(async {
        let listed = list(&service, &janus).await.expect("the list").len();
        assert_eq!(listed, BRANCH, "on the list");
        let drafted =
            json!({ "selection": { "branch": root.id }, "kind": "ban", "reason": "spam", "note": "advertisements" });
        let action = service.post(&admin, "/v1/admin/actions", drafted).await.expect(201);
        let approve = format!("/v1/admin/actions/{}/approve", text(&action["id"]));
        let asked = Instant::now();
        service.post(&owner, &approve, json!({})).await.expect(200);
        let answered = Instant::now();
        let (client, secret) = keys(&service, &janus).await;
        let mut half = None;
        loop {
            let left = client.allowed(ROOM, &secret).await.expect("the list").len();
            if left <= BRANCH / 2 {
                half.get_or_insert_with(Instant::now);
            }
            if left == 0 {
                break;
            }
            assert!(answered.elapsed() < Duration::from_secs(60), "{left} are still in");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let half = half.map_or_else(Duration::default, |at| at - answered);
        eprintln!(
            "  answered after {:?}; half of them out after {half:?} more",
            answered - asked
        );
        answered.elapsed()
    });
    runtime.block_on(service.stop());
    let took = took.as_secs_f64() * 1000.0;
    vec![Row::of_cost("branch-out", took, "ms, last", BRANCH_OUT)]
}

/// Registers the Janus, makes the room, and waits until it is there.
async fn open(service: &Service, janus: &JanusServer, owner: &str) {
    let address = janus.address();
    let server = json!({
        "kind": "janus",
        "client_url": janus.url(),
        "admin_url": janus.admin_url(),
        "admin_secret": address.admin_secret.expose_secret(),
        "admin_key": address.admin_key.as_ref().map(|key| key.expose_secret().to_owned()),
        "token_secret": TOKEN_SECRET,
    });
    let server = service.post(owner, "/v1/admin/room-servers", server).await.expect(201);
    let room = json!({ "id": ROOM, "capacity": 2 * BRANCH, "servers": [text(&server["id"])] });
    service.post(owner, "/v1/admin/rooms", room).await.expect(201);
    loop {
        let servers = service.get(owner, "/v1/admin/room-servers").await.expect(200);
        if servers["items"][0]["health"] == "well" && list(service, janus).await.is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The room's secret, and who may ask for its list.
async fn keys(service: &Service, janus: &JanusServer) -> (Janus, String) {
    let vault = service.app.core.vault.clone();
    let secret = service.app.core.ledger.store().read(move |conn| {
        let held = queries::held(conn, &ROOM.parse().expect("an id"))?;
        held.first().expect("the room").secret(&vault)
    });
    let secret = secret.await.expect("the room's secret").expose_secret().to_owned();
    (Janus::new(service.app.core.egress.clone(), janus.address()), secret)
}

async fn list(service: &Service, janus: &JanusServer) -> Option<HashSet<String>> {
    let (client, secret) = keys(service, janus).await;
    client.allowed(ROOM, &secret).await.ok()
}

/// Each of so many is on Janus's list, and in the ledger.
async fn counted(service: &Service, janus: &JanusServer, count: usize) {
    let listed = list(service, janus).await.expect("the list").len();
    assert_eq!(listed, count, "on the list");
    let ledger = service.app.core.ledger.store().read(|conn| {
        let mut issued = 0;
        let mut pos = 0;
        loop {
            let entries = vouchsafe::platform::ledger::entries(conn, pos, 10_000)?;
            let Some(last) = entries.last() else {
                return Ok::<_, StoreError>(issued);
            };
            pos = last.pos;
            issued += entries
                .iter()
                .filter(|entry| entry.envelope.event.kind() == "ticket_issued")
                .count();
        }
    });
    assert_eq!(ledger.await.expect("the ledger"), count, "in the ledger");
}

/// Bans these members in a stream; how long after each answer Janus's list was without them. A join is
/// refused with 489 from then on, as the tests show.
async fn bans(service: &Service, janus: &JanusServer, owner: &str, people: &[String]) -> Vec<Duration> {
    let tokens = tokens(service).await;
    let (client, secret) = keys(service, janus).await;
    let over = Arc::new(AtomicBool::new(false));
    let watch = {
        let (over, mut left) = (Arc::clone(&over), tokens.values().cloned().collect::<HashSet<String>>());
        tokio::spawn(async move {
            let mut gone: HashMap<String, Instant> = HashMap::new();
            while !over.load(Ordering::Relaxed) {
                let list = client.allowed(ROOM, &secret).await.expect("the list");
                let now = Instant::now();
                gone.extend(left.difference(&list).map(|token| (token.clone(), now)));
                left.retain(|token| list.contains(token));
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            gone
        })
    };
    let mut answered = Vec::new();
    for person in people {
        let path = format!("/v1/admin/people/{person}/sanctions");
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
        service.post(owner, &path, ban).await.expect(201);
        answered.push((person, Instant::now()));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    over.store(true, Ordering::Relaxed);
    let gone = watch.await.expect("the watch");
    answered
        .into_iter()
        .map(|(person, at)| {
            let gone = gone.get(&tokens[person]).expect("somebody banned is still on the list");
            gone.saturating_duration_since(at)
        })
        .collect()
}

/// The token of each member on Janus's list, by their public id.
async fn tokens(service: &Service) -> HashMap<String, String> {
    let (vault, roster) = (service.app.core.vault.clone(), Arc::clone(&service.app.core.roster));
    let read = service.app.core.ledger.store().read(move |conn| {
        let mut tokens = HashMap::new();
        let mut pos = 0;
        loop {
            let entries = vouchsafe::platform::ledger::entries(conn, pos, 10_000)?;
            let Some(last) = entries.last() else {
                return Ok::<_, StoreError>(tokens);
            };
            pos = last.pos;
            for entry in &entries {
                if let vouchsafe::platform::ledger::Event::TicketIssued(
                    vouchsafe::platform::ledger::events::TicketIssued { ticket, person, .. },
                ) = entry.envelope.event
                {
                    let issued = queries::issued(conn, ticket)?.expect("a ticket");
                    let id = roster.snapshot(person).expect("a member").id.to_string();
                    tokens.insert(id, issued.ticket.token(&vault)?.expose_secret().to_owned());
                }
            }
        }
    });
    read.await.expect("the tickets")
}
