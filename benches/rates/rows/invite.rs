//! Members invite by e-mail address.

use std::sync::Arc;

use tokio::runtime::Runtime;
use vouchsafe::platform::{store::Backend, terms::Role};

use crate::{
    Wanted, bare,
    client::{CLIENTS, Plan, Requests, Run, drive, get, post},
    peers,
    row::{Row, between},
    support::{db::Database, postgres},
};

/// Members who invite, each with a token of their own.
const INVITERS: usize = 64;

pub fn measure(runtime: &Runtime, is_wanted: Wanted<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    if is_wanted("invite-sqlite") {
        eprintln!("invite-sqlite …");
        let db = Database::fresh(Backend::Sqlite);
        let folder = db.path().parent().expect("a folder").to_owned();
        let measured = invite(runtime, &db, || peers::sqlite_commits(&folder));
        let peer = "commits of one row, 1 client";
        rows.push(Row::of_rate("invite-sqlite", "invites/s", measured, peer, 1.0));
    }
    if is_wanted("invite-postgres") {
        eprintln!("invite-postgres …");
        let db = Database::fresh(Backend::Postgres);
        let bare = postgres::database("template1");
        let measured = invite(runtime, &db, || peers::postgres_commits(&bare, CLIENTS));
        let peer = "commits of one row, 64 clients";
        rows.push(Row::of_rate("invite-postgres", "invites/s", measured, peer, 0.25));
    }
    rows
}

/// Whoever opens an invite sees who invites them, and what they will be asked for.
pub fn preview(runtime: &Runtime, _: Wanted<'_>) -> Vec<Row> {
    eprintln!("preview …");
    let db = Database::fresh(Backend::Sqlite);
    let (home, _letters) = super::home(&db);
    let (service, codes) = super::with_links(runtime, home);
    let sent: Vec<Vec<u8>> = codes
        .iter()
        .map(|code| get(&format!("/v1/invites/{code}"), ""))
        .collect();
    let requests: Requests = Arc::new(move |n| Some(sent[n % sent.len()].clone()));
    let measured = bare::against(runtime, &service, &requests);
    runtime.block_on(service.stop());
    vec![Row::of_rate("preview", "answers/s", measured, bare::NAME, 0.4)]
}

fn invite(runtime: &Runtime, db: &Database, peer: impl Fn() -> f64) -> (Run, f64) {
    let (home, _letters) = super::home(db);
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
    let address = service.app.address;
    between(peer, || {
        let run = drive(
            address,
            Plan::usual(201),
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
