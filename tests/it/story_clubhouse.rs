//! An evening in a house that one enters by invite alone: phones that are invited, two each, from where they are taken; some who
//! wait; and one stage on two servers, for which eight thousand ask at once. Somebody is banned in mid-sentence.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    time::Duration,
};

use futures_util::{StreamExt, stream};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::{
    task::block_in_place,
    time::{Instant, sleep},
};
use vouchsafe::{
    people::{self, Member, Newcomer},
    platform::{
        config::Config,
        ledger::Actor,
        store::StoreError,
        terms::{Assurance, Role},
    },
    rooms, tokens,
};

use crate::{
    http::{
        PASSWORD, Scene,
        waitlist::{code_of, prove},
    },
    support::{
        db::{Database, on_both},
        invariants::sound_soon,
        janus::JanusServer,
        peer::Peer,
        service::{Answer, Service, text},
    },
};

/// How many ask for a seat at once, and on how many connections.
const LISTENERS: usize = 8000;
const CONNECTIONS: usize = 64;
/// How many members are made by one transaction.
const TOGETHER: usize = 500;

on_both! {
    async fn story_clubhouse(db: &Database) {
        let scene = Scene::with(db, "open-circle", policy).await;
        let guests = phones_come_in(&scene).await;
        somebody_waits(&scene, &guests[0]).await;
        let servers = [JanusServer::start(), JanusServer::start()];
        open(&scene, &servers).await;
        let crowd = members(&scene.service).await;
        all_take_seats(&scene, &servers, &crowd).await;
        somebody_is_banned_in_mid_sentence(&scene, &servers).await;
        sound_soon(db).await.expect("a sound community");
        scene.service.stop().await;
    }
}

/// Phones of two countries are taken, and of one of these no more; each member has two places; whoever has no invite may wait.
fn policy(config: &mut Config) {
    let seed = config.policy.seed_file.as_ref().expect("a policy");
    let mut policy = fs::read_to_string(seed).expect("the policy");
    let (before, rest) = policy.split_once("[phones]").expect("its section");
    let (_, after) = rest.split_once("[invite]").expect("the next one");
    let phones = "countries = ['CN', 'GB']\nblocked_countries = ['GB']";
    policy = format!("{before}[phones]\n{phones}\n[invite]{after}");
    for (from, to) in [
        ("contact = \"email\"", "contact = \"either\""),
        ("quota_per_member = 20", "quota_per_member = 2"),
        ("open = false", "open = true"),
    ] {
        assert!(policy.contains(from), "{from}");
        policy = policy.replace(from, to);
    }
    fs::write(seed, policy).expect("to write the policy");
}

async fn give(scene: &Scene, token: &str, phone: &str) -> Answer {
    scene
        .service
        .post(token, "/v1/me/invites", json!({ "phone": phone }))
        .await
}

/// Comes in by an invite to their phone: their access token.
async fn come_in(scene: &Scene, invite: &str) -> String {
    let code = scene.service.code_of(invite).await;
    let preview = scene.service.get("", &format!("/v1/invites/{code}")).await.expect(200);
    assert_eq!(
        (&preview["phone_countries"], &preview["blocked_phone_countries"]),
        (&json!(["CN", "GB"]), &json!(["GB"]))
    );
    let (flow, token) = scene.service.begin(&code).await;
    scene.step(&flow, &token, "contact", json!({})).await.expect(200);
    let proof = json!({ "code": scene.service.proof_of(&flow).await });
    scene.step(&flow, &token, "contact/proof", proof).await.expect(200);
    let password = json!({ "password": PASSWORD });
    let joined = scene.step(&flow, &token, "password", password).await.expect(201);
    text(&joined["session"]["access_token"])
}

/// A member invites two phones, and each of those two more: their access tokens, the first ones first.
async fn phones_come_in(scene: &Scene) -> Vec<String> {
    let (_, first) = scene.member("ada", Role::Member).await;
    for phone in ["+44 7400 123456", "+1 202 555 0143", "+81 90 1234 5678"] {
        give(scene, &first, phone).await.refused(403, "country-not-accepted");
    }
    let (mut inviters, mut guests) = (vec![first], Vec::new());
    for generation in 0..2 {
        let mut came = Vec::new();
        for (place, token) in inviters.iter().enumerate() {
            let mut invites = Vec::new();
            for n in 0..2 {
                let phone = format!("+861381234{generation}{place}{n}0");
                invites.push(text(&give(scene, token, &phone).await.expect(201)["id"]));
            }
            give(scene, token, "+8613812349999")
                .await
                .refused(409, "quota-exhausted");
            for invite in &invites {
                came.push(come_in(scene, invite).await);
            }
        }
        guests.extend(came.iter().cloned());
        inviters = came;
    }
    assert_eq!(guests.len(), 6);
    for token in &inviters {
        let me = scene.service.get(token, "/v1/me").await.expect(200);
        assert!(text(&me["contact"]).starts_with("+86"), "{me}");
    }
    // Those who came last have two places each, and give them to others.
    inviters
}

/// Somebody without an invite waits, and a guest lets them in by one of their places.
async fn somebody_waits(scene: &Scene, guest: &str) {
    let ask = async |phone: &str| scene.service.post("", "/v1/waitlist", json!({ "phone": phone })).await;
    ask("+447400123456").await.refused(403, "country-not-accepted");
    let mut waiting = Vec::new();
    for phone in ["+8613900000001", "+8613900000002"] {
        let asked = ask(phone).await.expect(201);
        let asked = (text(&asked["application"]), text(&asked["token"]));
        assert_eq!(code_of(&scene.service, &asked.0).await.len(), 6);
        assert_eq!(prove(&scene.service, &asked).await.expect(200)["state"], "waiting");
        waiting.push(asked);
    }
    let body = json!({ "phone": "+8613900000002" });
    let made = scene
        .service
        .post(guest, "/v1/me/waitlist/let-in", body)
        .await
        .expect(201);
    let token = come_in(scene, &text(&made["invite"])).await;
    scene.service.get(&token, "/v1/me").await.expect(200);
    let place = scene.service.get(&waiting[0].1, "/v1/waitlist/me").await.expect(200);
    assert_eq!(
        (&place["state"], &place["place"]),
        (&json!("waiting"), &json!(1)),
        "{place}"
    );
}

/// One stage on two real servers, with a seat for everybody and some to spare. Those speak whom reviewers have seen.
async fn open(scene: &Scene, servers: &[JanusServer; 2]) {
    let post = async |path, body| scene.service.post(&scene.owner_token, path, body).await.expect(201);
    let mut ids = Vec::new();
    for server in servers {
        ids.push(post("/v1/admin/room-servers", server.registration()).await["id"].take());
    }
    let room = json!({ "id": "stage", "servers": ids, "speak": "verified", "capacity": LISTENERS + 10 });
    post("/v1/admin/rooms", room).await;
    let begun = Instant::now();
    loop {
        let shown = scene
            .service
            .get(&scene.owner_token, "/v1/admin/room-servers")
            .await
            .expect(200);
        if [0, 1].iter().all(|at| shown["items"][at]["health"] == "well") {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{shown}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// So many members as came in on other evenings: their access tokens.
async fn members(service: &Service) -> Vec<String> {
    let core = &service.app.core;
    let lifetime = core.tokens.session_lifetime();
    let mut all = Vec::with_capacity(LISTENERS);
    for _ in 0..LISTENERS / TOGETHER {
        let written = core.ledger.write(Actor::Operator, move |tx| {
            let mut made = Vec::with_capacity(TOGETHER);
            for _ in 0..TOGETHER {
                let newcomer = Newcomer {
                    subject: None,
                    handle: None,
                    role: Role::Member,
                    assurance: Assurance::Contact,
                    locale: "en".into(),
                };
                let member = people::found(tx, &newcomer)?;
                made.push(tokens::start_session(tx, member.row, lifetime)?.expect("an active member"));
            }
            Ok::<_, StoreError>(made)
        });
        let written = written.await.expect("members");
        core.read_model.settle(written.position).await;
        let granted = written
            .value
            .iter()
            .map(|session| core.tokens.grant(session).expect("a token"));
        all.extend(granted.map(|granted| granted.access_token));
    }
    all
}

async fn seat(service: &Service, token: &str) -> Answer {
    service.post(token, "/v1/rooms/stage/tickets", Value::Null).await
}

/// The tokens on each server's list.
async fn lists(scene: &Scene, servers: &[JanusServer; 2]) -> [BTreeSet<String>; 2] {
    let core = &scene.service.app.core;
    let vault = core.vault.clone();
    let secrets = core.ledger.store().read(move |conn| {
        let held = rooms::queries::held(conn, &"stage".parse().expect("an id"))?;
        let secrets = held.iter().map(|held| held.secret(&vault));
        secrets.collect::<Result<Vec<_>, StoreError>>()
    });
    let secrets = secrets.await.expect("the secrets");
    [0, 1].map(|at| {
        let list = block_in_place(|| servers[at].list("stage", secrets[at].expose_secret()));
        list.expect("the room").into_iter().collect()
    })
}

/// All of them ask at once. Everybody is answered with a seat; half of them are on each server, and on its list.
async fn all_take_seats(scene: &Scene, servers: &[JanusServer; 2], crowd: &[String]) {
    let begun = Instant::now();
    let asked = crowd.iter().map(|token| seat(&scene.service, token));
    let answers: Vec<Answer> = stream::iter(asked).buffer_unordered(CONNECTIONS).collect().await;
    println!("{} seats in {:?}", answers.len(), begun.elapsed());
    let mut given: HashMap<String, BTreeSet<String>> = HashMap::new();
    for answer in answers {
        let ticket = answer.expect(201);
        assert_eq!(ticket["part"], "listener");
        let of = given.entry(text(&ticket["janus"]["url"])).or_default();
        assert!(of.insert(text(&ticket["janus"]["token"])), "a token is given twice");
    }
    let half = LISTENERS / 2;
    let shown = scene
        .service
        .get(&scene.owner_token, "/v1/admin/rooms/stage")
        .await
        .expect(200);
    assert_eq!(shown["taken"], LISTENERS);
    for (at, list) in lists(scene, servers).await.into_iter().enumerate() {
        assert_eq!((list.len(), &shown["servers"][at]["taken"]), (half, &json!(half)));
        assert_eq!(list, given[&servers[at].url()], "server {at}");
    }
}

/// Somebody who is on the stage: who, their access token, their ticket and their peer there, whom the others hear.
struct OnStage {
    member: Member,
    token: String,
    ticket: Value,
    peer: Peer,
}

async fn on_stage(scene: &Scene, name: &str, muted: bool) -> OnStage {
    let (member, token) = scene.member(name, Role::Member).await;
    let ticket = seat(&scene.service, &token).await.expect(201);
    let entry = &ticket["janus"];
    let peer = Peer::start(name, &text(&entry["url"]), &text(&entry["core_token"]));
    assert_eq!(peer.command(json!({ "do": "open" })).await["opened"], true, "{peer}");
    peer.join("stage", &text(&entry["id"]), &text(&entry["token"]))
        .await
        .expect("to be let in");
    peer.connect(muted).await;
    peer.receives(1).await;
    OnStage {
        member,
        token,
        ticket,
        peer,
    }
}

/// Two speak on each server, and somebody listens on the first. One of those whom they hear is banned.
async fn somebody_is_banned_in_mid_sentence(scene: &Scene, servers: &[JanusServer; 2]) {
    let mut there = Vec::new();
    for (name, muted) in [
        ("mallory", false),
        ("bob", false),
        ("alice", false),
        ("cat", false),
        ("dan", true),
    ] {
        there.push(on_stage(scene, name, muted).await);
    }
    let first = &there[0].ticket["janus"]["url"].clone();
    let (here, elsewhere): (Vec<_>, Vec<_>) = there.into_iter().partition(|one| one.ticket["janus"]["url"] == *first);
    let [mallory, alice, dan] = &here[..] else {
        panic!("{} and {}", here.len(), elsewhere.len())
    };
    dan.peer.hears(true).await;
    let ban = json!({ "kind": "ban", "reason": "abuse", "note": "threats on the stage" });
    let path = format!("/v1/admin/people/{}/sanctions", mallory.member.id);
    let begun = Instant::now();
    scene.service.post(&scene.owner_token, &path, ban).await.expect(201);
    mallory.peer.is_told_of_its_kick().await;
    println!("out {:?} after the ban was asked for", begun.elapsed());
    mallory.peer.stops_receiving().await;

    // Neither server takes the ticket any more, and there is no other.
    let entry = &mallory.ticket["janus"];
    for server in servers {
        let again = Peer::open("mallory again", server).await;
        let joined = again.join("stage", &text(&entry["id"]), &text(&entry["token"])).await;
        assert_eq!(joined, Err(489));
    }
    let refused = seat(&scene.service, &mallory.token).await;
    assert!(refused.status.is_client_error(), "{refused:?}");
    for list in lists(scene, servers).await {
        assert!(!list.contains(&text(&entry["token"])));
    }
    // The others go on, on both.
    dan.peer.receives(50).await;
    dan.peer.hears(true).await;
    for one in here[1..].iter().chain(&elsewhere) {
        one.peer.receives(20).await;
    }
    let path = format!("/v1/rooms/stage/tickets/{}", text(&alice.ticket["id"]));
    scene
        .service
        .call(Method::DELETE, &alice.token, &path, None)
        .await
        .expect(204);
    dan.peer.hears(false).await;
}
