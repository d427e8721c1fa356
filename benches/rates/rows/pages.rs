//! Pages that are opened again and again: the sign-in, and an invite that somebody holds the code of.

use std::sync::Arc;

use serde_json::json;
use tokio::runtime::Runtime;
use vouchsafe::platform::{store::Backend, terms::Role};

use crate::{
    Wanted, bare,
    client::Requests,
    row::Row,
    support::{db::Database, service::text},
};

/// Invites that are looked at in turn.
const SHOWN: usize = 1000;

pub fn measure(runtime: &Runtime, is_wanted: Wanted<'_>) -> Vec<Row> {
    let db = Database::fresh(Backend::Sqlite);
    let (mut home, _letters) = super::home(&db);
    // One address asks for all, which no address may do in service.
    home.config.throttle.per_address_per_minute = 100_000_000;
    let service = runtime.block_on(home.start());
    let codes: Vec<String> = runtime.block_on(async {
        let inviter = service.found("inviter@example.org", Role::Admin, None).await;
        let token = service.token(inviter.row).await;
        let mut codes = Vec::new();
        for _ in 0..SHOWN {
            let invite = service
                .post(&token, "/v1/me/invites", json!({ "max_uses": 1 }))
                .await
                .expect(201);
            codes.push(text(&invite["code"]));
        }
        codes
    });
    let form = "__Host-form=jNgYcDUcLhOrXz_v9l7iFazk";
    let page = |path: &str, cookies: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {form}{cookies}\r\nAccept-Language: en\r\n\r\n")
            .into_bytes()
    };
    let mut rows = Vec::new();
    let mut row = |name: &'static str, sent: Vec<Vec<u8>>| {
        if is_wanted(name) {
            eprintln!("{name} …");
            let requests: Requests = Arc::new(move |n| Some(sent[n % sent.len()].clone()));
            let measured = bare::against(runtime, &service, &requests);
            rows.push(Row::of_rate(name, "pages/s", measured, bare::NAME, 0.3));
        }
    };
    row("page-signin", vec![page("/signin", "")]);
    let held = |code: &String| page("/join", &format!("; __Host-invite={code}"));
    row("page-join", codes.iter().map(held).collect());
    runtime.block_on(service.stop());
    rows
}
