//! A service asks what an access token is now, with its own client id and secret.

use std::sync::Arc;

use data_encoding::BASE64;
use tokio::runtime::Runtime;
use vouchsafe::{
    people::{self, Newcomer},
    platform::{
        ledger::Actor,
        store::{Backend, StoreError},
        terms::{Assurance, Role},
    },
    tokens::{self, Session},
};

use crate::{
    Wanted, bare,
    client::{Plan, Requests, drive, form},
    peers,
    row::{Row, between},
    support::{
        db::Database,
        service::{Home, Service, hall},
    },
};

/// Members, each with a session of their own.
const MEMBERS: usize = 10_000;
/// How many of them one transaction makes.
const TOGETHER: usize = 500;
/// Tokens of each session that are asked for the first time: what a run of seconds takes.
const ROUNDS: usize = 16;

pub fn measure(runtime: &Runtime, is_wanted: Wanted<'_>) -> Vec<Row> {
    let db = Database::fresh(Backend::Sqlite);
    let home = Home::new(&db, "real-name");
    let service = runtime.block_on(home.start());
    let credentials = runtime.block_on(credentials(&service));
    let sessions = runtime.block_on(sessions(&service, MEMBERS));
    let fresh = |session: &Session| {
        let granted = service.app.core.tokens.grant_for(session, &hall()).expect("a token");
        let body = format!("token={}", granted.access_token);
        form("/oauth/introspect", &credentials, &body)
    };
    let mut rows = Vec::new();
    if is_wanted("introspect-cold") {
        eprintln!("introspect-cold …");
        let tokens: Vec<Vec<u8>> = (0..ROUNDS).flat_map(|_| sessions.iter().map(fresh)).collect();
        let requests: Requests = Arc::new(move |n| tokens.get(n).cloned());
        let address = service.app.address;
        let measured = between(peers::es256, || drive(address, Plan::usual(200), requests));
        let peer = "ES256 verifications of all cores";
        rows.push(Row::of_rate("introspect-cold", "answers/s", measured, peer, 0.6));
    }
    if is_wanted("introspect-warm") {
        eprintln!("introspect-warm …");
        let tokens: Vec<Vec<u8>> = sessions.iter().map(fresh).collect();
        // Each is asked for the first time in the warm-up.
        let again: Requests = Arc::new(move |n| Some(tokens[n % tokens.len()].clone()));
        let measured = bare::against(runtime, &service, &again);
        rows.push(Row::of_rate("introspect-warm", "answers/s", measured, bare::NAME, 0.5));
    }
    runtime.block_on(service.stop());
    rows
}

/// What the header Authorization of a new service says.
async fn credentials(service: &Service) -> String {
    let (id, secret) = service.register_hall().await;
    let pair = format!("{id}:{secret}");
    format!("Basic {}", BASE64.encode(pair.as_bytes()))
}

/// So many members with a session each, by the same commands as everywhere.
pub async fn sessions(service: &Service, count: usize) -> Vec<Session> {
    let core = &service.app.core;
    let lifetime = core.tokens.session_lifetime();
    let mut sessions = Vec::new();
    for _ in 0..count / TOGETHER {
        let written = core.ledger.write(Actor::Operator, move |tx| {
            let mut made = Vec::new();
            for _ in 0..TOGETHER {
                let newcomer = Newcomer {
                    subject: None,
                    handle: None,
                    role: Role::Member,
                    assurance: Assurance::Verified,
                    locale: "en".into(),
                };
                let member = people::found(tx, &newcomer)?;
                made.push(tokens::start_session(tx, member.row, lifetime)?.expect("an active member"));
            }
            Ok::<_, StoreError>(made)
        });
        let written = written.await.expect("members");
        core.read_model.settle(written.position).await;
        sessions.extend(written.value);
    }
    sessions
}
