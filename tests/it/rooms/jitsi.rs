//! A real Prosody with our module: whoever comes into a room is asked about before they are in.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{store::Backend, terms::Role};

use super::{ban, set_open, ticket, until_healthy};
use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        livekit::signed,
        participant::Participant,
        prosody::{APP_ID, APP_SECRET, DOMAIN, ProsodyServer},
        service::text,
    },
};

const SERVERS: &str = "/v1/admin/room-servers";

/// Registers a Prosody that asks this service, starts it, and makes rooms on it.
async fn rooms(scene: &Scene, prosody: &mut ProsodyServer, ids: &[&str]) -> String {
    let post = async |path, body| scene.service.post(&scene.owner_token, path, body).await.expect(201);
    let server = text(&post(SERVERS, prosody.registration()).await["id"]);
    prosody.ask_at(format!("{}/v1/room-servers/{server}/events", scene.service.base));
    prosody.start();
    for id in ids {
        post("/v1/admin/rooms", json!({ "id": id, "servers": [server] })).await;
    }
    until_healthy(scene, "a Prosody that is well", |server| server["health"] == "well").await;
    server
}

/// What a client needs of a ticket: the room and the token.
fn entry(ticket: &Value) -> (String, String) {
    (text(&ticket["jitsi"]["room"]), text(&ticket["jitsi"]["jwt"]))
}

/// A new member and a client of theirs who is in.
async fn seated(
    scene: &Scene,
    prosody: &ProsodyServer,
    name: &str,
    room: &str,
) -> (vouchsafe::people::Member, Value, Participant) {
    let (member, token) = scene.member(name, Role::Member).await;
    let given = ticket(scene, &token, room).await;
    let (room, jwt) = entry(&given);
    let client = prosody.client(name).await;
    client
        .come(&room, &jwt)
        .await
        .unwrap_or_else(|why| panic!("{why}: {}", prosody.log()));
    (member, given, client)
}

fn refused(answer: Result<(), String>, word: &str) {
    assert_eq!(answer, Err(word.to_owned()));
}

on_both! {
    /// Whoever is banned is out, and does not come in again for a moment. Others stay.
    async fn a_banned_member_is_out_of_a_jitsi_and_does_not_come_in(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let mut prosody = ProsodyServer::planned();
        rooms(&scene, &mut prosody, &["Stage"]).await;
        let (member, given, client) = seated(&scene, &prosody, "member", "Stage").await;
        let (_, _, other) = seated(&scene, &prosody, "other", "Stage").await;
        assert_eq!(given["jitsi"]["room"], "stage");
        let begun = Instant::now();
        ban(&scene, &member).await;
        client.is_put_out().await;
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        let (room, jwt) = entry(&given);
        for _ in 0..5 {
            refused(client.come(&room, &jwt).await, "forbidden");
        }
        assert!(!other.is_out(), "{other}");
        scene.service.stop().await;
    }

    /// A ticket opens its own room, and only while it is open; a token without a ticket opens none.
    async fn a_ticket_opens_its_own_room_at_a_jitsi(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let mut prosody = ProsodyServer::planned();
        let server = rooms(&scene, &mut prosody, &["stage", "hall"]).await;
        let (_, given, client) = seated(&scene, &prosody, "member", "stage").await;
        let (room, jwt) = entry(&given);
        let second = prosody.client("second").await;
        refused(second.come("hall", &jwt).await, "forbidden");
        refused(second.come("elsewhere", &jwt).await, "forbidden");
        refused(second.come(&room, &jwt.replacen('.', ".A", 1)).await, "not-authorized");
        let claims = |user: Value| json!({
            "iss": APP_ID, "aud": "jitsi", "sub": DOMAIN, "room": "*", "nbf": 0, "exp": 4_000_000_000_i64,
            "context": { "user": user },
        });
        for user in [json!({}), json!({ "id": "guest" }), json!({ "id": crate::http::nobody("ticket") })] {
            refused(second.come(&room, &signed(APP_SECRET, &claims(user))).await, "forbidden");
        }
        assert!(!client.is_out(), "{client}");

        set_open(&scene, "stage", false).await;
        client.is_put_out().await;
        refused(client.come(&room, &jwt).await, "forbidden");
        let path = format!("{SERVERS}/{server}");
        let answer = scene.service.call(Method::DELETE, &scene.owner_token, &path, None).await;
        answer.refused(409, "room-server-in-use");
        scene.service.stop().await;
    }
}

/// A Prosody that is gone or has another secret is said to fail, and is told all the same when it is well again; where
/// nobody answers it, nobody comes in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_at_a_jitsi_is_told_and_lets_nobody_in() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let mut prosody = ProsodyServer::planned();
    let server = rooms(&scene, &mut prosody, &["stage"]).await;
    let (member, given, client) = seated(&scene, &prosody, "member", "stage").await;
    prosody.stop();
    client.is_put_out().await;
    until_healthy(&scene, "a Prosody that fails", |server| server["health"] == "failing").await;
    let failure = text(&super::health(&scene).await["failure"]);
    assert_eq!(failure, "no Prosody with our module answers at module_url");
    ban(&scene, &member).await;
    prosody.start();
    until_healthy(&scene, "a Prosody that is well", |server| server["health"] == "well").await;
    let (room, jwt) = entry(&given);
    refused(client.come(&room, &jwt).await, "forbidden");

    prosody.stop();
    prosody.set_secret("another secret of the tests' own Prosody");
    prosody.start();
    until_healthy(&scene, "a Prosody that fails", |server| server["health"] == "failing").await;
    let failure = text(&super::health(&scene).await["failure"]);
    assert!(failure.starts_with("Prosody does not accept the app's id"), "{failure}");
    let path = format!("{SERVERS}/{server}");
    let put = Some(prosody.registration());
    scene
        .service
        .call(Method::PUT, &scene.owner_token, &path, put)
        .await
        .expect(200);
    until_healthy(&scene, "a Prosody that is well", |server| server["health"] == "well").await;
    let (_, given, client) = seated(&scene, &prosody, "another", "stage").await;
    scene.service.stop().await;
    let (room, jwt) = entry(&given);
    refused(client.come(&room, &jwt).await, "forbidden");
}
