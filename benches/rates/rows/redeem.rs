//! Newcomers who have given all but their password choose one: a hash, the use, the member, the edge
//! and the first session.

use std::{sync::Arc, time::Duration};

use secrecy::ExposeSecret;
use serde_json::json;
use tokio::runtime::Runtime;
use vouchsafe::{
    identity::{Document, DocumentKind, FullName},
    invites::Code,
    notify::EmailAddress,
    onboarding::{self, Limits, commands},
    platform::{
        idempotency::Key,
        ledger::Actor,
        store::{Backend, StoreError},
        terms::{FlowId, Id, Role},
        vault::Field,
    },
};

use crate::{
    Wanted,
    client::{Plan, drive, post},
    peers,
    row::{Row, between},
    support::{
        db::Database,
        service::{Service, text},
    },
};

/// Newcomers who wait at the last step before the row begins.
const NEWCOMERS: usize = 1800;
/// How many of them one transaction brings there.
const TOGETHER: usize = 50;

pub fn measure(runtime: &Runtime, _: Wanted<'_>) -> Vec<Row> {
    eprintln!("redeem …");
    let db = Database::fresh(Backend::Sqlite);
    let (home, _letters) = super::home(&db);
    let service = runtime.block_on(home.start());
    let flows = runtime.block_on(newcomers(&service));
    runtime.block_on(settle(&service));
    let requests: Vec<Vec<u8>> = flows
        .iter()
        .enumerate()
        .map(|(n, (flow, token))| {
            let body = json!({ "password": chosen(n) }).to_string();
            post(&format!("/v1/onboarding/{flow}/password"), token, "", &body)
        })
        .collect();
    let address = service.app.address;
    let measured = between(peers::argon2id, || {
        let run = drive(address, Plan::usual(201), Arc::new(move |n| requests.get(n).cloned()));
        runtime.block_on(service.stop());
        run
    });
    let peer = "argon2id hashes of all cores";
    vec![Row::of_rate("redeem", "members/s", measured, peer, 0.85)]
}

/// What people choose who take the advice: three words that do not belong together, others for each.
fn chosen(n: usize) -> String {
    const WORDS: [[&str; 13]; 3] = [
        [
            "pelican", "gravel", "umbrella", "velvet", "lantern", "copper", "orchard", "saddle", "quilt", "harbour",
            "walnut", "trumpet", "glacier",
        ],
        [
            "seventeen",
            "tuesday",
            "borrowed",
            "crooked",
            "silent",
            "northern",
            "painted",
            "hollow",
            "patient",
            "wandering",
            "frozen",
            "distant",
            "upright",
        ],
        [
            "cinnamon",
            "drawer",
            "elephants",
            "staircase",
            "marmalade",
            "telescope",
            "raincoat",
            "accordion",
            "porcelain",
            "hedgehog",
            "violin",
            "thimble",
            "lighthouse",
        ],
    ];
    let [first, second, third] = WORDS;
    let word = |words: [&'static str; 13], at: usize| words[at % words.len()];
    format!("{} {} {}", word(first, n), word(second, n / 13), word(third, n / 169))
}

/// Waits until everything that followed is done: the subscribers and the mail.
async fn settle(service: &Service) {
    loop {
        let backlog = service
            .app
            .core
            .ledger
            .store()
            .read(|conn| vouchsafe::notify::backlog(conn, vouchsafe::notify::Channel::Mail))
            .await;
        let waiting = backlog.expect("the outbox").waiting;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let again = service
            .app
            .core
            .ledger
            .store()
            .read(|conn| vouchsafe::notify::backlog(conn, vouchsafe::notify::Channel::Mail))
            .await;
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
        let code = Code::parse(&text(&link.expect(201)["code"])).expect("a code");
        flows.extend(some_newcomers(service, code, flows.len()).await);
    }
    flows
}

async fn some_newcomers(service: &Service, code: Code, from: usize) -> Vec<(FlowId, String)> {
    let core = &service.app.core;
    let (vault, policy) = (core.vault.clone(), core.policy.get().expect("a policy"));
    let (today, limits) = (core.ledger.now().date(), Limits::open());
    let written = core.ledger.write(Actor::Operator, move |tx| {
        let mut flows = Vec::new();
        for n in from..from + TOGETHER {
            let id = Id::new(tx.now, tx.rng);
            let flow = commands::start(tx, &vault, &limits, &code, id, None, None).expect("a flow");
            let address = EmailAddress::parse(&format!("newcomer-{n}@example.org")).expect("an address");
            commands::give_contact(tx, &vault, &policy.policy, &limits, id, Some(address.into())).expect("a contact");
            let asked = onboarding::queries::flow(tx.conn, id)?.expect("the flow");
            let (sealed, _) = asked.proof.expect("a one-time code");
            let key = vault.key(tx.conn, flow.subject)?;
            let proof = key.open_text(Field::Proof, &sealed)?;
            commands::prove_contact(tx, &vault, &policy.policy, &limits, id, &proof).expect("a proof");
            let name = FullName::parse("Grace Brewster Hopper").expect("a name");
            let country = "GB".parse().expect("a country");
            let number = format!("P{n:07}");
            let document = Document::parse(country, DocumentKind::Passport, &number, today).expect("a document");
            commands::give_identity(tx, &vault, &policy.policy, &Key::none(), id, &name, &document)
                .expect("an identity");
            let token = onboarding::flow_token(&vault, id);
            flows.push((id, token.expose_secret().to_owned()));
        }
        Ok::<_, StoreError>(flows)
    });
    let written = written.await.expect("newcomers");
    core.read_model.settle(written.position).await;
    written.value
}
