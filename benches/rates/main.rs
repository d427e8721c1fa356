//! `make bench`: what the service does a second, each rate against what the machine can do at all.
//!
//! A rate alone says as much of the machine as of the service. So beside each stands a *peer*, the
//! bare work that nothing can save, measured in the same run just before and just after; what is
//! judged is the ratio. The service runs here in this process as it runs in its own, with its
//! followers and its mail; logs are written as `log.format = json` writes them, to `/dev/null`.
//!
//! `cargo bench --bench rates -- invite` runs only the rows whose names begin so.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench may fall over")]

mod client;
mod peers;
#[allow(dead_code, unused_imports, unused_macros, reason = "the bench needs a part of it")]
#[path = "../../tests/it/support/mod.rs"]
mod support;

use std::{fs::File, io::Write, sync::Arc, time::Duration};

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use vouchsafe::{
    identity::{Document, DocumentKind, FullName},
    invites::Code,
    ledger::Actor,
    mail::EmailAddress,
    onboarding,
    store::{Backend, StoreError},
    terms::{FlowId, Id, Role},
    vault::Field,
};

use client::{Plan, Run, drive, post};
use support::{
    db::Database,
    service::{Home, Service},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections that a row's clients hold.
const CLIENTS: usize = 64;
/// Members who invite, each with a token of their own.
const INVITERS: usize = 64;
/// Newcomers who wait at the last step before `redeem` begins.
const NEWCOMERS: usize = 1800;
/// How many of them one transaction brings there.
const TOGETHER: usize = 50;

/// A line of the table.
struct Row {
    name: &'static str,
    run: Run,
    unit: &'static str,
    peer: f64,
    peer_name: &'static str,
    goal: f64,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.run.rate / self.peer
    }

    fn json(&self) -> Value {
        let rounded = |figure: f64| (figure * 1000.0).round() / 1000.0;
        json!({
            "name": self.name,
            "ours": rounded(self.run.rate),
            "unit": self.unit,
            "peer": rounded(self.peer),
            "peer_name": self.peer_name,
            "ratio": rounded(self.ratio()),
            "goal": self.goal,
            "answers": self.run.answers,
            "p50_ms": rounded(self.run.p50.as_secs_f64() * 1000.0),
            "p99_ms": rounded(self.run.p99.as_secs_f64() * 1000.0),
        })
    }
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|one| !one.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|one| name.starts_with(one.as_str()));
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::INFO)
        .with_writer(std::sync::Mutex::new(File::create("/dev/null").expect("/dev/null")))
        .init();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut rows = Vec::new();
    for (name, measure) in [
        ("redeem", redeem as fn(&tokio::runtime::Runtime) -> Row),
        ("invite-sqlite", invite_sqlite),
        ("invite-postgres", invite_postgres),
    ] {
        if is_wanted(name) {
            eprintln!("{name} …");
            rows.push(measure(&runtime));
        }
    }
    print(&rows);
}

fn print(rows: &[Row]) {
    println!(
        "{:<16} {:>9} {:<12} {:>9} {:<38} {:>6} {:>6} {:>8} {:>8}",
        "row", "ours", "unit", "peer", "of", "ratio", "goal", "p50 ms", "p99 ms"
    );
    for row in rows {
        println!(
            "{:<16} {:>9.1} {:<12} {:>9.1} {:<38} {:>6.2} {:>6.2} {:>8.2} {:>8.2}",
            row.name,
            row.run.rate,
            row.unit,
            row.peer,
            row.peer_name,
            row.ratio(),
            row.goal,
            row.run.p50.as_secs_f64() * 1000.0,
            row.run.p99.as_secs_f64() * 1000.0,
        );
    }
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), std::path::PathBuf::from);
    let rows: Vec<Value> = rows.iter().map(Row::json).collect();
    let text = serde_json::to_string_pretty(&rows).expect("JSON");
    File::create(folder.join("bench.json"))
        .and_then(|mut file| writeln!(file, "{text}"))
        .expect("to write bench.json");
}

/// The mean of what `peer` says before `ours` and after it.
fn between(peer: impl Fn() -> f64, ours: impl FnOnce() -> Run) -> (Run, f64) {
    let before = peer();
    let run = ours();
    let after = peer();
    eprintln!(
        "  {} answers; the peer before and after: {before:.0}, {after:.0}",
        run.answers
    );
    (run, (before + after) / 2.0)
}

/// Newcomers who have given all but their password choose one: a hash, the use, the member, the edge
/// and the first session.
fn redeem(runtime: &tokio::runtime::Runtime) -> Row {
    let db = Database::fresh(Backend::Sqlite);
    let home = Home::new(&db, "real-name");
    let service = runtime.block_on(home.start());
    let flows = runtime.block_on(newcomers(&service));
    runtime.block_on(settle(&service));
    let requests: Vec<Vec<u8>> = flows
        .iter()
        .map(|(flow, token)| {
            let body = json!({ "password": format!("pelican {flow} cinnamon") }).to_string();
            post(&format!("/v1/onboarding/{flow}/password"), token, "", &body)
        })
        .collect();
    let plan = Plan {
        clients: CLIENTS,
        warm_up: Duration::from_secs(2),
        counted: Duration::from_secs(10),
        status: 201,
    };
    let address = service.app.address;
    let (run, peer) = between(peers::argon2id, || {
        let run = drive(address, plan, Arc::new(move |n| requests.get(n).cloned()));
        runtime.block_on(service.stop());
        run
    });
    Row {
        name: "redeem",
        run,
        unit: "members/s",
        peer,
        peer_name: "argon2id hashes of all cores",
        goal: 0.85,
    }
}

/// Members invite by e-mail address, on the embedded database.
fn invite_sqlite(runtime: &tokio::runtime::Runtime) -> Row {
    let db = Database::fresh(Backend::Sqlite);
    let folder = db.path().parent().expect("a folder").to_owned();
    let (run, peer) = invite(runtime, &db, || peers::sqlite_commits(&folder));
    Row {
        name: "invite-sqlite",
        run,
        unit: "invites/s",
        peer,
        peer_name: "commits of one row, 1 client",
        goal: 1.0,
    }
}

/// The same on PostgreSQL.
fn invite_postgres(runtime: &tokio::runtime::Runtime) -> Row {
    let db = Database::fresh(Backend::Postgres);
    let bare = support::postgres::database("template1");
    let (run, peer) = invite(runtime, &db, || peers::postgres_commits(&bare, CLIENTS));
    Row {
        name: "invite-postgres",
        run,
        unit: "invites/s",
        peer,
        peer_name: "commits of one row, 64 clients",
        goal: 0.25,
    }
}

fn invite(runtime: &tokio::runtime::Runtime, db: &Database, peer: impl Fn() -> f64) -> (Run, f64) {
    let home = Home::new(db, "real-name");
    let service = runtime.block_on(home.start());
    let tokens: Vec<String> = runtime.block_on(async {
        let mut tokens = Vec::new();
        for n in 0..INVITERS {
            let inviter = service
                .found(&format!("inviter-{n}@example.org"), Role::Admin, None)
                .await;
            tokens.push(service.token(inviter.row).await);
        }
        tokens
    });
    let plan = Plan {
        clients: CLIENTS,
        warm_up: Duration::from_secs(2),
        counted: Duration::from_secs(10),
        status: 201,
    };
    let address = service.app.address;
    between(peer, || {
        let run = drive(
            address,
            plan,
            Arc::new(move |n| {
                let key = format!("Idempotency-Key: {n:08x}-8c1e-4f55-9d0a-5f2f6a1f0b77\r\n");
                let body = format!(r#"{{"email":"newcomer-{n}@example.org"}}"#);
                Some(post("/v1/me/invites", &tokens[n % tokens.len()], &key, &body))
            }),
        );
        runtime.block_on(service.stop());
        run
    })
}

/// Waits until everything that followed is done: the followers and the mail.
async fn settle(service: &Service) {
    loop {
        let backlog = service.app.core.ledger.store().read(vouchsafe::mail::backlog).await;
        let waiting = backlog.expect("the outbox").waiting;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let again = service.app.core.ledger.store().read(vouchsafe::mail::backlog).await;
        if waiting == 0 && again.expect("the outbox").waiting == 0 {
            return;
        }
    }
}

/// Brings newcomers to the last step, by the same commands as HTTP uses; each flow and its token.
async fn newcomers(service: &Service) -> Vec<(FlowId, String)> {
    let owner = service.found("owner@example.org", Role::Owner, None).await;
    let token = service.token(owner.row).await;
    let mut flows = Vec::new();
    while flows.len() < NEWCOMERS {
        let link = service
            .post(&token, "/v1/me/invites", json!({ "max_uses": TOGETHER }))
            .await;
        let code = Code::parse(&support::service::text(&link.expect(201)["code"])).expect("a code");
        flows.extend(some_newcomers(service, code, flows.len()).await);
    }
    flows
}

async fn some_newcomers(service: &Service, code: Code, from: usize) -> Vec<(FlowId, String)> {
    let core = &service.app.core;
    let (vault, policy) = (core.vault.clone(), core.policy.get().expect("a policy"));
    let today = core.ledger.now().date();
    let written = core.ledger.write(Actor::Operator, move |tx| {
        let mut flows = Vec::new();
        for n in from..from + TOGETHER {
            let id = Id::new(tx.now, tx.chance);
            let flow = onboarding::start(tx, &vault, &code, id, None).expect("a flow");
            let address = EmailAddress::parse(&format!("newcomer-{n}@example.org")).expect("an address");
            onboarding::give_contact(tx, &vault, &policy.policy, id, Some(address)).expect("a contact");
            let asked = onboarding::by_id(tx.conn, id)?.expect("the flow");
            let (sealed, _) = asked.proof.expect("a one-time code");
            let key = vault.key(tx.conn, flow.subject)?;
            let proof = key.open_text(Field::Proof, &sealed)?;
            onboarding::prove_contact(tx, &vault, &policy.policy, id, &proof, 5).expect("a proof");
            let name = FullName::parse("Grace Brewster Hopper").expect("a name");
            let country = "GB".parse().expect("a country");
            let number = format!("P{n:07}");
            let document = Document::parse(country, DocumentKind::Passport, &number, today).expect("a document");
            onboarding::give_identity(tx, &vault, &policy.policy, id, &name, &document).expect("an identity");
            let token = onboarding::flow_token(&vault, id);
            flows.push((id, token.expose_secret().to_owned()));
        }
        Ok::<_, StoreError>(flows)
    });
    let written = written.await.expect("newcomers");
    core.mirror.settle(written.position).await;
    written.value
}
