//! Lists that somebody else has changed, many who come at once, and names of megabytes.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{store::Backend, terms::Role};

use super::{attached, entry, only, room, room_at, ticket};
use crate::{
    http::Scene,
    support::{
        db::Database,
        janus::{AdminProxy, JanusServer},
        peer::Peer,
    },
};

/// Some hundred who come at once are put on the list together, and all of them are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tickets_take_few_calls() {
    const MANY: usize = 300;
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let janus = JanusServer::start();
    let proxy = AdminProxy::before(&janus);
    room_at(&scene, &janus, &proxy.admin_url(), "stage").await;
    let mut tokens = Vec::new();
    for n in 0..MANY {
        tokens.push(scene.member(&format!("member{n}"), Role::Member).await.1);
    }
    let (_, first) = scene.member("first", Role::Member).await;
    ticket(&scene, &first, "stage").await;
    let (before, begun) = (proxy.calls(), Instant::now());
    let asked = tokens
        .iter()
        .map(|token| scene.service.post(token, "/v1/rooms/stage/tickets", Value::Null));
    let given = futures_util::future::join_all(asked).await;
    let (calls, took) = (proxy.calls() - before, begun.elapsed());
    let given: Vec<Value> = given.into_iter().map(|answer| answer.expect(201)).collect();
    // What is asked of Janus all the time is counted with it.
    let idle = 20 + took.as_millis() / 50;
    assert!(calls as u128 <= MANY as u128 / 4 + idle, "{calls} calls in {took:?}");
    for given in [&given[0], &given[MANY / 2], &given[MANY - 1]] {
        let (id, key) = entry(given);
        let peer = attached("one of them", given).await;
        peer.join("stage", &id, &key).await.expect("to be listed");
    }
    scene.service.stop().await;
}

/// A name of any length hurts nobody but whoever has it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_an_absurd_name_goes_alone() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let janus = JanusServer::start();
    room(&scene, &janus, "stage").await;
    let (_, token) = scene.member("member", Role::Member).await;
    let (_, other) = scene.member("other", Role::Member).await;
    let (id, key) = entry(&ticket(&scene, &token, "stage").await);
    let (stays, stays_key) = entry(&ticket(&scene, &other, "stage").await);
    let staying = Peer::enter(&janus, "stage", &stays, &stays_key).await;
    // Both below and above what is read of an answer.
    for length in [257, 10 << 20] {
        let wordy = Peer::open("wordy", &janus).await;
        let body = json!({ "room": "stage", "id": id, "token": key, "display": "x".repeat(length) });
        wordy.join_with(body).await.expect("Janus to take any name");
        only(&janus, "stage", &[&stays]).await;
    }
    staying.receives(50).await;
    let log = janus.log();
    assert!(!log.contains("destroyed"), "{log}");
    let path = "/v1/admin/rooms/stage";
    let shown = scene
        .service
        .call(Method::GET, &scene.owner_token, path, None)
        .await
        .expect(200);
    assert!(shown.get("failure").is_none(), "{shown}");
    scene.service.stop().await;
}
