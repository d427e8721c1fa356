//! Rooms, room servers and tickets; with a real Janus and real peers.

mod admin;
mod egress;
mod held;
mod janus;
mod jitsi;
mod kinds;
mod lists;
mod livekit;
mod places;
mod policy;
mod seats;
mod spread;
mod stage;
mod suite;
mod ties;
mod trouble;
mod videoroom;
mod verified;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::rooms::{
    Denied, Issued, TicketError,
    servers::janus::{AudioBridge, Plugin as _},
};

use crate::{
    http::Scene,
    support::{janus::JanusServer, peer::Peer, service::text},
};

/// A ticket, or why a member may not have one.
fn denied(answer: Result<Issued, TicketError>) -> Result<Issued, Denied> {
    answer.map_err(|error| match error {
        TicketError::Denied(denied) => denied,
        other => panic!("{other}"),
    })
}

/// A pace that nobody is too fast for.
fn generous() -> vouchsafe::platform::store::throttle::Rate {
    vouchsafe::platform::store::throttle::Rate::open()
}

/// Registers a Janus and makes a room on it.
async fn room(scene: &Scene, janus: &JanusServer, id: &str) -> String {
    room_at(scene, janus, &janus.admin_url(), id).await
}

/// The same where something stands before its admin API.
async fn room_at(scene: &Scene, janus: &JanusServer, admin_url: &str, id: &str) -> String {
    use secrecy::ExposeSecret;
    let address = janus.address();
    let server = json!({
        "kind": "janus",
        "client_url": janus.url(),
        "admin_url": admin_url,
        "admin_secret": address.admin_secret.expose_secret(),
        "admin_key": address.admin_key.as_ref().map(|key| key.expose_secret().to_owned()),
        "token_secret": crate::support::janus::TOKEN_SECRET,
    });
    let post = async |path, body| scene.service.post(&scene.owner_token, path, body).await.expect(201);
    let server = text(&post("/v1/admin/room-servers", server).await["id"]);
    post("/v1/admin/rooms", json!({ "id": id, "servers": [server] })).await;
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

/// The id and the token of a ticket.
fn entry(ticket: &Value) -> (String, String) {
    (text(&ticket["janus"]["id"]), text(&ticket["janus"]["token"]))
}

/// Waits until these are in the room, and nobody else.
async fn only(janus: &JanusServer, room: &str, ids: &[&str]) {
    until("the room to hold whom it should", || janus.participants(room) == ids).await;
}

async fn until(what: &str, done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// How the room server fares that was registered first.
async fn health(scene: &Scene) -> Value {
    let servers = scene.service.get(&scene.owner_token, "/v1/admin/room-servers").await;
    servers.expect(200)["items"][0].clone()
}

/// A peer on a connection that was opened with the core token of this ticket.
async fn attached(name: &str, ticket: &Value) -> Peer {
    attached_to(AudioBridge.name(), name, &ticket["janus"]).await
}

/// The same at a plugin by what a ticket holds for it.
async fn attached_to(plugin: &str, name: &str, entry: &Value) -> Peer {
    let peer = Peer::at(plugin, name, &text(&entry["url"]), &text(&entry["core_token"]));
    assert_eq!(peer.command(json!({ "do": "open" })).await["opened"], true, "{peer}");
    peer
}

/// Bans a member.
async fn ban(scene: &Scene, member: &vouchsafe::people::Member) {
    let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
    let path = format!("/v1/admin/people/{}/sanctions", member.id);
    scene.service.post(&scene.owner_token, &path, ban).await.expect(201);
}

/// Waits until the same fares so.
async fn until_healthy(scene: &Scene, what: &str, done: impl Fn(&Value) -> bool) {
    let begun = Instant::now();
    loop {
        let health = health(scene).await;
        if done(&health) {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "waited in vain for {what}: {health}"
        );
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Opens or closes a room.
async fn set_open(scene: &Scene, room: &str, open: bool) {
    let terms = json!({ "enter": "contact", "speak": "contact", "capacity": 9, "open": open });
    let path = format!("/v1/admin/rooms/{room}");
    let answer = scene
        .service
        .call(Method::PUT, &scene.owner_token, &path, Some(terms))
        .await;
    answer.expect(200);
}
