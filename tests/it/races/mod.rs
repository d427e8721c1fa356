//! Many at once, over HTTP and against the binary: what may happen once happens once, whatever else
//! is going on; and what was said to be done is done, whatever is pulled away.

mod bans;
mod clock;
mod flow;
mod invite_life;
mod leaving;
mod kill;
mod once;
mod outage;
mod redemption;
mod refresh;
mod reparent;
mod waitlist;

use std::{collections::BTreeMap, time::Duration};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::sync::Barrier;
use vouchsafe::{
    people::Member,
    platform::{
        store::{Backend, Guards},
        terms::{PersonRow, Role},
    },
};

use crate::support::{
    db::{Database, ensure},
    service::{Answer, HALL, Home, Service, text},
};

const PASSWORD: &str = "nine loud kestrels hover";

/// A home whose requests may take their time: hundreds at once share two cores with other tests.
fn home(db: &Database, guards: Guards) -> Home {
    home_of(db, guards, "open-circle")
}

/// The same under another policy.
fn home_of(db: &Database, guards: Guards, policy: &str) -> Home {
    let mut home = Home::new(db, policy);
    home.config.http.request_timeout_ms = 60_000;
    home.guards = guards;
    home
}

/// Lets every member give so many places.
fn quota(home: &Home, places: u32) {
    let seed = home.config.policy.seed_file.clone().unwrap();
    let policy = std::fs::read_to_string(&seed).unwrap();
    let quota = format!("quota_per_member = {places}");
    std::fs::write(&seed, policy.replace("quota_per_member = 20", &quota)).unwrap();
}

/// Two replicas where there can be two.
async fn replicas(db: &Database, home: &Home) -> Vec<Service> {
    match db.target().backend() {
        Backend::Sqlite => vec![home.start().await],
        Backend::Postgres => vec![home.start().await, home.start().await],
    }
}

async fn stop(services: Vec<Service>) {
    for service in services {
        service.stop().await;
    }
}

/// An admin, who may give links, and their access token.
async fn admin(service: &Service, name: &str) -> (Member, String) {
    let member = service
        .found(&format!("{name}@vouch.example.org"), Role::Admin, None)
        .await;
    let token = service.token(member.row).await;
    (member, token)
}

/// An open link for `uses`: its id and its code.
async fn link(service: &Service, token: &str, uses: usize) -> (String, String) {
    let body = json!({ "max_uses": uses, "lifetime_hours": 1 });
    let made = service.post(token, "/v1/me/invites", body).await.expect(201);
    (text(&made["id"]), text(&made["code"]))
}

/// Somebody on their way in, who has the one-time code in hand.
struct Newcomer {
    flow: String,
    token: String,
    proof: String,
}

/// What became of a newcomer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Came {
    /// A member: the public id.
    In(String),
    /// Refused: status and kind.
    Refused(u16, String),
}

/// Opens the invite, and asks for a one-time code.
async fn on_the_way(service: &Service, code: &str, email: &str) -> Newcomer {
    let (flow, token) = service.begin(code).await;
    let contact = json!({ "email": email });
    service
        .post(&token, &format!("/v1/onboarding/{flow}/contact"), contact)
        .await
        .expect(200);
    let proof = service.proof_of(&flow).await;
    Newcomer { flow, token, proof }
}

/// So many on their way in by one invite.
async fn crowd(service: &Service, code: &str, name: &str, size: usize) -> Vec<Newcomer> {
    let emails: Vec<String> = (0..size).map(|n| format!("{name}-{n}@vouch.example.org")).collect();
    join_all(emails.iter().map(|email| on_the_way(service, code, email))).await
}

fn refusal(answer: &Answer) -> Came {
    let kind = answer.body["type"].as_str().unwrap_or("none of ours");
    let slug = kind.trim_start_matches("urn:vouchsafe:problem:");
    Came::Refused(answer.status.as_u16(), slug.to_owned())
}

async fn prove(service: &Service, who: &Newcomer) -> Answer {
    let path = format!("/v1/onboarding/{}/contact/proof", who.flow);
    service.post(&who.token, &path, json!({ "code": who.proof })).await
}

async fn last_step(service: &Service, who: &Newcomer, handle: Option<&str>) -> Came {
    let path = format!("/v1/onboarding/{}/password", who.flow);
    let body = match handle {
        Some(handle) => json!({ "password": PASSWORD, "handle": handle }),
        None => json!({ "password": PASSWORD }),
    };
    let answer = service.post(&who.token, &path, body).await;
    match answer.status {
        StatusCode::CREATED => Came::In(text(&answer.body["person"])),
        _ => refusal(&answer),
    }
}

/// Proves the address and goes on to the end.
async fn come_in(service: &Service, who: &Newcomer) -> Came {
    let proved = prove(service, who).await;
    if proved.status != StatusCode::OK {
        return refusal(&proved);
    }
    last_step(service, who, None).await
}

/// All at once, over all replicas.
async fn race(services: &[Service], crowd: &[Newcomer]) -> Vec<Came> {
    let barrier = Barrier::new(crowd.len());
    let barrier = &barrier;
    join_all(crowd.iter().enumerate().map(|(n, who)| async move {
        barrier.wait().await;
        come_in(&services[n % services.len()], who).await
    }))
    .await
}

/// What an invite may answer to somebody who does not come in by it.
const CLEAN: &[(u16, &str)] = &[
    (409, "invite-exhausted"),
    (410, "invite-used"),
    (410, "invite-expired"),
    (410, "invite-closed"),
    (410, "hold-expired"),
];

/// How many came in; whether all others were refused cleanly.
fn tally(came: &[Came], clean: &[(u16, &str)]) -> Result<usize, String> {
    let mut dirty = BTreeMap::new();
    let mut members = 0;
    for came in came {
        match came {
            Came::In(_) => members += 1,
            Came::Refused(status, slug) if clean.contains(&(*status, slug.as_str())) => {}
            Came::Refused(status, slug) => *dirty.entry((*status, slug)).or_insert(0) += 1,
        }
    }
    ensure(dirty.is_empty(), format!("refused uncleanly: {dirty:?}"))?;
    Ok(members)
}

/// Access and refresh token of a new session.
async fn session(service: &Service, person: PersonRow) -> (String, String) {
    let tokens = service.session(person).await;
    (tokens.access, tokens.refresh)
}

async fn turn_over(service: &Service, refresh: &str) -> Answer {
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    service
        .send(service.request(Method::POST, "/oauth/token").form(&form))
        .await
}

/// A service that may introspect: its client id and secret.
async fn client(service: &Service) -> (String, String) {
    service.register_hall().await
}

/// Spends a refresh token for one that is shown to the hall.
async fn turn_over_for_hall(service: &Service, refresh: &str) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("resource", HALL),
    ];
    service
        .send(service.request(Method::POST, "/oauth/token").form(&form))
        .await
}

async fn introspect(service: &Service, (id, secret): &(String, String), token: &str) -> Answer {
    let request = service
        .request(Method::POST, "/oauth/introspect")
        .basic_auth(id, Some(secret));
    service.send(request.form(&[("token", token)])).await
}

async fn ban(service: &Service, by: &str, whom: &Member) -> Answer {
    let body = json!({ "kind": "ban", "reason": "spam", "note": "two hundred advertisements" });
    let path = format!("/v1/admin/people/{}/sanctions", whom.id);
    let request = service.request(Method::POST, &path).bearer_auth(by).json(&body);
    // With a key the transaction's first write is another one than without.
    service
        .send(request.header("Idempotency-Key", format!("ban-{}", whom.id)))
        .await
}

/// Demands the answer of a service whose database is away: 503, when to come again, soon.
fn is_away(answer: &Answer, took: Duration) -> Result<(), String> {
    ensure(
        answer.status == StatusCode::SERVICE_UNAVAILABLE,
        format!("{} {}", answer.status, answer.body),
    )?;
    let seconds = answer.header("retry-after").and_then(|text| text.parse::<u32>().ok());
    ensure(seconds.is_some_and(|seconds| seconds >= 1), "no Retry-After")?;
    ensure(
        took < Duration::from_secs(8),
        format!("told {} after {took:?}", answer.body),
    )
}

fn kind(answer: &Answer) -> &str {
    let kind = &answer.body["type"];
    kind.as_str()
        .unwrap_or_default()
        .trim_start_matches("urn:vouchsafe:problem:")
}
