//! A member's way into a real room, and out of it again.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::terms::Role;

use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        janus::JanusServer,
        peer::Peer,
        service::text,
    },
};

/// Registers a Janus and makes a room on it.
async fn room(scene: &Scene, janus: &JanusServer, id: &str) -> String {
    use secrecy::ExposeSecret;
    let address = janus.address();
    let server = json!({
        "kind": "janus",
        "client_url": janus.url(),
        "admin_url": janus.admin_url(),
        "admin_secret": address.admin_secret.expose_secret(),
        "admin_key": address.admin_key.as_ref().map(|key| key.expose_secret().to_owned()),
        "token_secret": crate::support::janus::TOKEN_SECRET,
    });
    let post = async |path, body| scene.service.post(&scene.owner_token, path, body).await.expect(201);
    let server = text(&post("/v1/admin/room-servers", server).await["id"]);
    post("/v1/admin/rooms", json!({ "id": id, "server": server })).await;
    server
}

/// A ticket, once the room's server takes it in.
async fn ticket(scene: &Scene, token: &str, room: &str) -> Value {
    let path = format!("/v1/rooms/{room}/tickets");
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let answer = scene.service.post(token, &path, Value::Null).await;
        if answer.status == 201 || Instant::now() > end {
            return answer.expect(201);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

on_both! {
    async fn a_member_enters_is_banned_and_stays_out(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let janus = JanusServer::start();
        room(&scene, &janus, "stage").await;
        let (member, token) = scene.member("member", Role::Member).await;
        let given = ticket(&scene, &token, "stage").await;
        let entry = &given["janus"];
        let (id, key) = (text(&entry["id"]), text(&entry["token"]));
        let peer = Peer::start("member", &text(&entry["url"]), &text(&entry["core_token"]));
        assert_eq!(peer.command(json!({ "do": "open" })).await["opened"], true, "{peer}");
        peer.join("stage", &id, &key).await.expect("to be let in");
        peer.connect(false).await;
        peer.receives(50).await;

        let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
        let path = format!("/v1/admin/people/{}/sanctions", member.id);
        scene.service.post(&scene.owner_token, &path, ban).await.expect(201);
        let banned = Instant::now();
        let gone = loop {
            let refused = peer.join("stage", &id, &key).await == Err(489);
            if refused && janus.participants("stage").is_empty() {
                break banned.elapsed();
            }
            assert!(banned.elapsed() < Duration::from_secs(5), "they are still there");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        println!("out {gone:?} after the answer to the ban");
        assert!(gone < Duration::from_secs(1), "{gone:?}");
        let silent = peer.stops_receiving().await;
        assert!(silent < Duration::from_secs(5), "{silent:?}");
        scene.service.stop().await;
    }

    async fn seats_run_out_come_back_and_are_one_each(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let janus = JanusServer::start();
        room(&scene, &janus, "small").await;
        let terms = json!({ "enter": "contact", "speak": "contact", "capacity": 1, "open": true });
        scene.service.call(Method::PUT, &scene.owner_token, "/v1/admin/rooms/small", Some(terms)).await.expect(200);
        let (_, one) = scene.member("one", Role::Member).await;
        let (_, two) = scene.member("two", Role::Member).await;
        let path = "/v1/rooms/small/tickets";
        ticket(&scene, &one, "small").await;
        scene.service.post(&two, path, Value::Null).await.refused(409, "room-full");

        // Another ticket takes the place of the first, also where the room is full.
        let keyed = async |token: &str, key: &str| {
            let request = scene.service.request(Method::POST, path).bearer_auth(token);
            scene.service.send(request.header("Idempotency-Key", key)).await
        };
        let second = keyed(&one, "first try").await.expect(201);
        assert_eq!(keyed(&one, "first try").await.expect(201), second, "the same answer");
        let secret = text(&second["janus"]["token"]);
        let listed = janus.audiobridge(json!({ "request": "listparticipants", "room": "small" }));
        assert_eq!(listed["participants"], json!([]), "{listed}");
        assert_eq!(scene.service.get(&scene.owner_token, "/v1/admin/rooms/small").await.expect(200)["taken"], 1);

        let own = format!("{path}/{}", text(&second["id"]));
        scene.service.call(Method::DELETE, &two, &own, None).await.refused(404, "ticket-unknown");
        scene.service.call(Method::DELETE, &one, &own, None).await.expect(204);
        keyed(&one, "first try").await.refused(410, "ticket-ended");
        let third = ticket(&scene, &two, "small").await;
        assert_ne!(text(&third["janus"]["token"]), secret);
        // What was given back opens nothing.
        let peer = Peer::open("late", &janus).await;
        assert_eq!(peer.join("small", &text(&second["id"]), &secret).await, Err(489));
        scene.service.stop().await;
    }
}
