//! Pages that are opened again and again: the sign-in, and an invite that somebody holds the code of.

use std::sync::Arc;

use tokio::runtime::Runtime;
use vouchsafe::platform::store::Backend;

use crate::{Wanted, bare, client::Requests, row::Row, support::db::Database};

pub fn measure(runtime: &Runtime, is_wanted: Wanted<'_>) -> Vec<Row> {
    let db = Database::fresh(Backend::Sqlite);
    let (home, _letters) = super::home(&db);
    let (service, codes) = super::with_links(runtime, home);
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
