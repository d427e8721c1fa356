//! An admin invites everybody in a file, while others invite one by one.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;
use vouchsafe::platform::{store::Backend, terms::Role};

use crate::{
    Wanted,
    client::{Plan, Requests, Run, drive, post},
    row::{Goal, Row},
    support::{db::Database, service::Service},
};

/// Rows of the file.
const ROWS: usize = 100_000;
/// Invites a second that a file is to be done at.
const WANTED: f64 = 2000.0;
/// Members who invite meanwhile, each waiting for an answer before they ask again.
const BESIDE: usize = 8;

pub fn measure(runtime: &Runtime, is_wanted: Wanted<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let db = Database::fresh(Backend::Sqlite);
    let (home, _letters) = super::home(&db);
    let service = runtime.block_on(home.start());
    let tokens: Vec<String> = runtime.block_on(async {
        let mut tokens = Vec::new();
        for n in 0..=BESIDE {
            let address = format!("inviter-{n}@example.org");
            let inviter = service.found(&address, Role::Admin, None).await;
            tokens.push(service.token(inviter.row).await);
        }
        tokens
    });
    let admin = tokens[BESIDE].clone();
    if is_wanted("bulk") {
        eprintln!("bulk …");
        let begun = Instant::now();
        runtime.block_on(send(&service, &admin, "alone"));
        let accepted = begun.elapsed();
        wait(&db);
        let took = begun.elapsed();
        eprintln!("  accepted after {accepted:.2?}, done after {took:.2?}");
        rows.push(Row {
            name: "bulk",
            ours: ROWS as f64 / took.as_secs_f64(),
            unit: "invites/s",
            peer: WANTED,
            peer_name: "wanted",
            goal: Goal::AtLeast(1.0),
            run: None,
        });
    }
    if is_wanted("bulk-p99") {
        eprintln!("bulk-p99 …");
        let alone = one_by_one(&service, &tokens, "alone");
        runtime.block_on(send(&service, &admin, "beside"));
        let beside = one_by_one(&service, &tokens, "beside");
        let done = db.figures("SELECT done AS n FROM jobs ORDER BY id DESC LIMIT 1")[0];
        eprintln!(
            "  alone {:.0}/s, beside {:.0}/s; {done} rows of the file are done",
            alone.rate, beside.rate
        );
        let millis = |run: Run| run.p99.as_secs_f64() * 1000.0;
        rows.push(Row {
            peer_name: "ms, p99 of an invite alone, twice",
            ..Row::of_cost("bulk-p99", millis(beside), "ms", 2.0 * millis(alone))
        });
    }
    runtime.block_on(service.stop());
    rows
}

async fn send(service: &Service, admin: &str, name: &str) {
    let file: String = (0..ROWS).map(|n| format!("{name}-{n}@example.org\n")).collect();
    let request = service.request(reqwest::Method::POST, "/v1/admin/invites/bulk");
    let request = request.bearer_auth(admin).header("Content-Type", "text/csv");
    service.send(request.body(format!("email\n{file}"))).await.expect(202);
}

fn wait(db: &Database) {
    while db.figures("SELECT count(*) AS n FROM jobs WHERE done < steps") != [0] {
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn one_by_one(service: &Service, tokens: &[String], name: &'static str) -> Run {
    let tokens = tokens[..BESIDE].to_vec();
    let requests: Requests = Arc::new(move |n| {
        let body = format!(r#"{{"email":"{name}-one-by-one-{n}@example.org"}}"#);
        Some(post("/v1/me/invites", &tokens[n % tokens.len()], "", &body))
    });
    let plan = Plan {
        clients: BESIDE,
        ..Plan::usual(201)
    };
    drive(service.app.address, plan, requests)
}
