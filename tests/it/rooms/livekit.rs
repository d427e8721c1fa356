//! A real LiveKit and real participants: whoever is banned is out, whatever they try.

use std::time::{Duration, Instant};

use aws_lc_rs::digest;
use data_encoding::BASE64;
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{
    store::Backend,
    terms::{Clock, Role, SystemClock},
};

use super::{ban, set_open, ticket, until_healthy};
use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        livekit::{
            API_KEY, API_SECRET, ApiProxy, LiveKitServer, Watch,
            attempts::{attempts, opened},
            signed,
        },
        participant::Participant,
        service::{Answer, Client, text},
    },
};

const SERVERS: &str = "/v1/admin/room-servers";

/// Where a registered server reports to.
fn reports(service: &Client, server: &str) -> String {
    format!("{}/v1/room-servers/{server}/events", service.base)
}

/// Registers a LiveKit that reports to this service, starts it, and makes a room on it.
async fn room(scene: &Scene, livekit: &mut LiveKitServer, api_url: &str, id: &str) -> String {
    let mut body = livekit.registration();
    body["api_url"] = json!(api_url);
    let post = async |path, body| scene.service.post(&scene.owner_token, path, body).await.expect(201);
    let server = text(&post(SERVERS, body).await["id"]);
    livekit.report_to(reports(&scene.service, &server));
    livekit.start_again();
    post("/v1/admin/rooms", json!({ "id": id, "servers": [server] })).await;
    until_healthy(scene, "a LiveKit that is well", |server| server["health"] == "well").await;
    server
}

/// The token of a ticket, and the participant's id.
fn entry(ticket: &Value) -> (String, String) {
    (text(&ticket["join"]["token"]), text(&ticket["join"]["id"]))
}

/// A seat of its own for a new member, and a participant who is in.
async fn seated(
    scene: &Scene,
    livekit: &LiveKitServer,
    name: &str,
) -> (vouchsafe::people::Member, String, Participant) {
    let (member, token) = scene.member(name, Role::Member).await;
    let (key, id) = entry(&ticket(scene, &token, "stage").await);
    let participant = Participant::enter(name, &livekit.url(), &key).await;
    (member, id, participant)
}

on_both! {
    /// Whoever is banned stays out, whatever they try: where LiveKit reports, and where it reports nothing and the room
    /// is looked through. How soon is measured where nothing else runs (`tests/alone.rs`).
    async fn whoever_is_banned_stays_out_of_a_livekit(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, scene.owner_token.as_str());
        let reports = match db.target().backend() {
            Backend::Sqlite => Some(opened(service, owner, "stage").await),
            Backend::Postgres => None,
        };
        let livekit = match reports {
            Some(livekit) => livekit,
            None => {
                let livekit = LiveKitServer::start();
                let post = async |path, body| service.post(owner, path, body).await.expect(201);
                let server = text(&post(SERVERS, livekit.registration()).await["id"]);
                post("/v1/admin/rooms", json!({ "id": "stage", "servers": [server] })).await;
                livekit
            }
        };
        let found = attempts(service, &livekit, (owner, "stage"), Duration::from_secs(8)).await;
        let most = Duration::from_secs(5);
        assert!(found.number > 1 && found.let_in > 0 && found.out < most && found.longest < most && found.gap < most, "{found:?}");
        scene.service.stop().await;
    }

    /// Where nobody can be looked for, LiveKit's reports put people out, on whichever replica they come in.
    async fn a_report_puts_out_whoever_has_no_good_ticket(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let mut livekit = LiveKitServer::planned();
        let proxy = ApiProxy::before(&livekit);
        let server = room(&scene, &mut livekit, &proxy.api_url(), "stage").await;
        let (member, token) = scene.member("member", Role::Member).await;
        let (key, _) = entry(&ticket(&scene, &token, "stage").await);
        let participant = Participant::enter("member", &livekit.url(), &key).await;
        ban(&scene, &member).await;
        participant.is_put_out().await;
        proxy.blind(true);
        participant.join(&key).await.expect("LiveKit to let them in");
        participant.is_put_out().await;

        // Another replica, which is reported to from now on.
        let other = scene.home.start().await;
        livekit.report_to(reports(&other, &server));
        livekit.restart();
        participant.join(&key).await.expect("LiveKit to let them in");
        participant.is_put_out().await;
        other.stop().await;
        scene.service.stop().await;
    }

    /// Whoever was made a listener is not heard any more, on whichever token; a listener never is.
    async fn who_may_not_speak_is_not_heard(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let mut livekit = LiveKitServer::planned();
        let url = livekit.api_url();
        room(&scene, &mut livekit, &url, "stage").await;
        let (member, token) = scene.member("member", Role::Member).await;
        let (key, id) = entry(&ticket(&scene, &token, "stage").await);
        let speaks = Participant::enter("speaks", &livekit.url(), &key).await;
        let (_, _, hears) = seated(&scene, &livekit, "hears").await;
        assert!(speaks.publish().await);
        hears.hears(&id).await;
        let quarantine = json!({ "kind": "quarantine", "reason": "spam", "note": "advertisements" });
        let path = format!("/v1/admin/people/{}/sanctions", member.id);
        scene.service.post(&scene.owner_token, &path, quarantine).await.expect(201);
        let begun = Instant::now();
        while hears.gap(&id).await < Duration::from_millis(300) || livekit.may_publish("stage", &id).await {
            assert!(begun.elapsed() < Duration::from_secs(20), "{hears}");
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        assert!(!speaks.publish().await, "{speaks}");
        // Their ticket said that they may: where they come back by it, they may for a moment.
        speaks.join(&key).await.expect("to be let in");
        let begun = Instant::now();
        while livekit.may_publish("stage", &id).await {
            assert!(begun.elapsed() < Duration::from_secs(20), "{speaks}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(!speaks.publish().await, "{speaks}");
        assert!(!speaks.is_out(), "{speaks}");

        let given = ticket(&scene, &scene.service.token(member.row).await, "stage").await;
        assert_eq!(given["part"], "listener");
        let listens = Participant::enter("listens", &livekit.url(), &entry(&given).0).await;
        assert!(!listens.publish().await, "{listens}");
        scene.service.stop().await;
    }

    /// A closed room is empty, and is not done with while a token may open it.
    async fn a_closed_room_stays_empty(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let mut livekit = LiveKitServer::planned();
        let url = livekit.api_url();
        let server = room(&scene, &mut livekit, &url, "stage").await;
        let (_, token) = scene.member("member", Role::Member).await;
        let (key, _) = entry(&ticket(&scene, &token, "stage").await);
        let participant = Participant::enter("member", &livekit.url(), &key).await;
        set_open(&scene, "stage", false).await;
        participant.is_put_out().await;
        for _ in 0..3 {
            let begun = Instant::now();
            if participant.join(&key).await.is_ok() {
                participant.is_put_out().await;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{participant}");
        }
        let path = format!("{SERVERS}/{server}");
        let answer = scene.service.call(Method::DELETE, &scene.owner_token, &path, None).await;
        answer.refused(409, "room-server-not-cleared");
        scene.service.stop().await;
    }
}

/// Forty are banned by one request: those who are there are asked for once, and all are put out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_put_out_of_a_livekit_at_once() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let mut livekit = LiveKitServer::planned();
    let url = livekit.api_url();
    room(&scene, &mut livekit, &url, "stage").await;
    let (mut people, mut tokens, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..40 {
        let (member, token) = scene.member(&format!("member{number}"), Role::Member).await;
        let (key, id) = entry(&ticket(&scene, &token, "stage").await);
        people.push(member.id.to_string());
        tokens.push(key);
        ids.push(id);
    }
    let crowd = Participant::start("crowd", &livekit.url()).await;
    assert_eq!(crowd.hold(&tokens).await, 40, "{crowd}");
    let watch = Watch::on_all(&livekit, "stage");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let ban = json!({ "people": people, "kind": "ban", "reason": "spam", "note": "advertisements" });
    scene
        .service
        .post(&scene.owner_token, "/v1/admin/sanctions", ban)
        .await
        .expect(202);
    let banned = || db.figures("SELECT count(*) AS n FROM tickets WHERE ended_at IS NULL") == [0];
    super::until("all to be banned", banned).await;
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let gone = watch.gone().await;
    assert_eq!(gone.len(), 40);
    for id in &ids {
        let stayed = gone[id].saturating_duration_since(begun);
        assert!(stayed < Duration::from_millis(2800), "{stayed:?}");
    }
    scene.service.stop().await;
}

/// A LiveKit that has other keys is said to refuse ours; with the new ones it is well again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_livekit_changes_its_keys() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let mut livekit = LiveKitServer::planned();
    let url = livekit.api_url();
    let server = room(&scene, &mut livekit, &url, "stage").await;
    let (_, _, before) = seated(&scene, &livekit, "before").await;
    livekit.set_secret("another secret of the tests' own LiveKit");
    livekit.restart();
    until_healthy(&scene, "a LiveKit that fails", |server| server["health"] == "failing").await;
    let failure = text(&super::health(&scene).await["failure"]);
    assert!(failure.starts_with("LiveKit does not accept the key"), "{failure}");
    let path = format!("{SERVERS}/{server}");
    let service = &scene.service;
    service
        .call(Method::PUT, &scene.owner_token, &path, Some(livekit.registration()))
        .await
        .expect(200);
    until_healthy(&scene, "a LiveKit that is well", |server| server["health"] == "well").await;
    let (_, _, after) = seated(&scene, &livekit, "after").await;
    assert!(!after.is_out());
    drop(before);
    scene.service.stop().await;
}

/// A request in the name of the server, signed by this secret.
async fn reported(service: &Client, server: &str, secret: &str, claims: &Value, body: &Value) -> Answer {
    let body = body.to_string();
    let mut claims = claims.clone();
    let digest = digest::digest(&digest::SHA256, body.as_bytes());
    claims["sha256"] = claims
        .get("sha256")
        .cloned()
        .unwrap_or(json!(BASE64.encode(digest.as_ref())));
    let request = service
        .request(Method::POST, &format!("/v1/room-servers/{server}/events"))
        .header("Authorization", signed(secret, &claims))
        .header("Content-Type", "application/webhook+json")
        .body(body);
    service.send(request).await
}

/// What the server did not sign is refused, and what it signed is only word of where to look: repeated, late, about
/// others' rooms or not true, it changes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_signed_and_not_believed() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let mut livekit = LiveKitServer::planned();
    let url = livekit.api_url();
    let server = room(&scene, &mut livekit, &url, "stage").await;
    let (_, id, participant) = seated(&scene, &livekit, "member").await;
    let (service, before) = (&scene.service, Scene::events(&db));
    let now = SystemClock.now().seconds();
    let claims = json!({ "iss": API_KEY, "nbf": now, "exp": now + 300 });
    let event = |event: &str, room: &str, id: &str| json!({ "event": event, "room": { "name": room }, "participant": { "identity": id }, "id": "EV_1" });
    let joined = event("participant_joined", "stage", &id);
    for (name, server, secret, change) in [
        (
            "another secret",
            &server,
            "another secret of the tests' own LiveKit",
            json!({}),
        ),
        ("no secret", &server, "", json!({})),
        ("another key", &server, API_SECRET, json!({ "iss": "other" })),
        ("over", &server, API_SECRET, json!({ "exp": now - 61 })),
        ("not yet", &server, API_SECRET, json!({ "nbf": now + 90 })),
        (
            "another body",
            &server,
            API_SECRET,
            json!({ "sha256": "oIV0KfeLOAK2wpdqAkhnSUxnj0gCPPcVNHTuvJ7+5ac=" }),
        ),
        ("another server", &crate::http::nobody("server"), API_SECRET, json!({})),
    ] {
        let mut claims = claims.clone();
        for (member, value) in change.as_object().expect("an object") {
            claims[member] = value.clone();
        }
        let answer = reported(service, server, secret, &claims, &joined).await;
        answer.refused(401, "unauthenticated");
        assert!(!answer.body.to_string().contains(&id), "{name}: {answer:?}");
    }
    // Of another content type it is not read.
    let path = format!("/v1/room-servers/{server}/events");
    let request = service.request(Method::POST, &path).header("Authorization", "x");
    service
        .send(request.json(&joined))
        .await
        .refused(415, "unsupported-media-type");

    for body in [
        joined.clone(),
        joined.clone(),
        event("participant_left", "stage", &id),
        event("participant_joined", "stage", &id),
        event("participant_joined", "elsewhere", &id),
        event("participant_joined", "../stage", "nobody"),
        event("participant_joined", "stage", &crate::http::nobody("ticket")),
        event("room_finished", "stage", ""),
        event("something_new", "stage", &id),
        json!({ "event": "room_finished", "room": { "name": "stage" } }),
        json!({ "event": 7 }),
        json!({}),
    ] {
        reported(service, &server, API_SECRET, &claims, &body).await.expect(200);
    }
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert!(!participant.is_out(), "{participant}");
    assert_eq!(Scene::events(&db), before, "something happened");
    scene.service.stop().await;
}
