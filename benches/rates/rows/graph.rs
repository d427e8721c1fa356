//! An admin asks who let whom in, in a community of a million people; and how soon after its start
//! such a service takes requests.

use std::sync::Arc;

use serde_json::Value;
use tokio::runtime::Runtime;

use super::process;
use crate::{
    Wanted, bare,
    client::{Requests, get},
    million::{Million, Numbers, PEOPLE, row_of},
    row::Row,
    support::service::{Home, Service, text},
};

/// Different requests of a row.
const REQUESTS: usize = 10_000;
/// How many of the pages are later ones of a branch, whose cursors have to be asked for first.
const LATER_PAGES: usize = 1000;
/// A page as long as it is where nothing is said.
const PAGE: u32 = 50;

pub fn measure(runtime: &Runtime, is_wanted: Wanted<'_>) -> Vec<Row> {
    eprintln!("a million people …");
    let million = Million::make();
    let mut rows = Vec::new();
    if is_wanted("ready-after-start") {
        eprintln!("ready-after-start …");
        rows.push(process::ready_after_start(&million.db));
    }
    let names = ["chain", "branch-page", "path"];
    if !names.iter().any(|name| is_wanted(name)) {
        return rows;
    }
    let home = Home::new(&million.db, "real-name");
    let service = runtime.block_on(home.start());
    let token = runtime.block_on(service.token(row_of(0)));
    let makers: [fn(&Runtime, &Service, &Million, &str) -> Vec<String>; 3] = [chains, pages, paths];
    for (name, make) in names.into_iter().zip(makers) {
        if !is_wanted(name) {
            continue;
        }
        eprintln!("{name} …");
        let paths = make(runtime, &service, &million, &token);
        let sent: Vec<Vec<u8>> = paths.iter().map(|path| get(path, &token)).collect();
        let requests: Requests = Arc::new(move |n| Some(sent[n % sent.len()].clone()));
        let measured = bare::against(runtime, &service, &requests);
        rows.push(Row::of_rate(name, "answers/s", measured, bare::NAME, 0.5));
    }
    runtime.block_on(service.stop());
    rows
}

/// Anybody's chain.
fn chains(_: &Runtime, _: &Service, million: &Million, _: &str) -> Vec<String> {
    let mut numbers = Numbers(1);
    (0..REQUESTS)
        .map(|_| format!("/v1/admin/people/{}/chain", anybody(million, &mut numbers)))
        .collect()
}

/// Full pages of the branches of those who have one that long: the first page, and in some the second.
fn pages(runtime: &Runtime, service: &Service, million: &Million, token: &str) -> Vec<String> {
    let inviters: Vec<_> = million.people.iter().filter(|member| member.below > 2 * PAGE).collect();
    let mut numbers = Numbers(2);
    let mut paths: Vec<String> = (0..REQUESTS - LATER_PAGES)
        .map(|_| {
            let place = numbers.next() as usize % inviters.len();
            format!("/v1/admin/people/{}/branch", inviters[place].id)
        })
        .collect();
    for place in 0..LATER_PAGES {
        let first = runtime.block_on(service.get(token, &paths[place])).expect(200);
        assert_ne!(first["next"], Value::Null, "the page is not the last");
        paths.push(format!("{}?cursor={}", paths[place], text(&first["next"])));
    }
    paths
}

/// How any two are connected.
fn paths(_: &Runtime, _: &Service, million: &Million, _: &str) -> Vec<String> {
    let mut numbers = Numbers(3);
    (0..REQUESTS)
        .map(|_| {
            let (from, to) = (anybody(million, &mut numbers), anybody(million, &mut numbers));
            format!("/v1/admin/paths?from={from}&to={to}")
        })
        .collect()
}

fn anybody(million: &Million, numbers: &mut Numbers) -> String {
    million.people[numbers.next() as usize % PEOPLE].id.to_string()
}
