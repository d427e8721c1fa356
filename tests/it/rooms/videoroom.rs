//! A real Janus with VideoRoom, and real peers: who comes in, who is received, and who is put out.

use secrecy::SecretString;
use serde_json::{Value, json};
use vouchsafe::platform::{store::Backend, terms::Role};

use super::{attached_to, ban, ticket, until};
use crate::{
    http::Scene,
    support::{
        db::Database,
        janus::{JanusServer, TOKEN_SECRET},
        peer::Peer,
        service::text,
    },
};

/// A scene with a room on a Janus; its terms.
async fn stage(db: &Database, janus: &JanusServer, terms: Value) -> Scene {
    let scene = Scene::new(db, "open-circle").await;
    let post = async |path, body| scene.service.post(&scene.owner_token, path, body).await.expect(201);
    let server = text(&post("/v1/admin/room-servers", janus.registration()).await["id"]);
    let mut room = json!({ "id": "stage", "servers": [server] });
    room.as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());
    post("/v1/admin/rooms", room).await;
    scene
}

fn join(entry: &Value) -> Value {
    json!({ "ptype": "publisher", "room": entry["room"], "id": entry["id"], "token": entry["token"] })
}

/// Somebody who has come in by their ticket, and sends nothing.
async fn comes(scene: &Scene, janus: &JanusServer, token: &str, name: &str) -> (Peer, Value) {
    let entry = ticket(scene, token, "stage").await["janus_videoroom"].clone();
    let peer = attached_to(janus.plugin(), name, &entry).await;
    peer.join_with(join(&entry)).await.expect("to be let in");
    (peer, entry)
}

/// They come back by the same ticket, on a connection of its own.
async fn comes_back(janus: &JanusServer, entry: &Value) -> Peer {
    let peer = attached_to(janus.plugin(), "back", entry).await;
    peer.join_with(join(entry)).await.expect("to be let in again");
    peer
}

/// What a subscriber sends to receive somebody.
fn watch(own: &Value, whom: &Value) -> Value {
    json!({ "room": "stage", "token": own["token"], "streams": [{ "feed": whom["id"] }] })
}

/// The ids of those in the room, in order, and whether each sends.
fn present(janus: &JanusServer) -> Vec<(String, bool)> {
    let request = json!({ "request": "listparticipants", "room": "stage" });
    let message = json!({ "janus": "message_plugin", "plugin": janus.plugin(), "request": request });
    let answer = janus.admin(message);
    let all = answer["response"]["participants"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut all: Vec<_> = all
        .iter()
        .map(|one| (text(&one["id"]), one["publisher"] == true))
        .collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_banned_sends_and_receives_nothing_more() {
    let db = Database::fresh(Backend::Sqlite);
    let janus = JanusServer::start_videoroom();
    let scene = stage(&db, &janus, json!({})).await;
    let (speaker, speaks) = scene.member("speaker", Role::Member).await;
    let (listener, listens) = scene.member("listener", Role::Member).await;
    let (_, stays) = scene.member("stays", Role::Member).await;
    let (sends, spoken) = comes(&scene, &janus, &speaks, "speaker").await;
    let (hears, heard) = comes(&scene, &janus, &listens, "listener").await;
    let (other, others) = comes(&scene, &janus, &stays, "stays").await;
    sends.connect(false).await;
    let sending = (text(&spoken["id"]), true);
    until("the speaker to send", || present(&janus).contains(&sending)).await;
    for (peer, own) in [(&hears, &heard), (&other, &others)] {
        peer.watch(watch(own, &spoken)).await.expect("to receive");
        peer.receives(20).await;
        peer.hears(true).await;
    }

    // Whoever receives is put out: the one stops, the other goes on.
    ban(&scene, &listener).await;
    hears.is_told_of_its_kick().await;
    hears.stops_receiving().await;
    other.receives(20).await;
    let back = attached_to(janus.plugin(), "back", &heard).await;
    assert_eq!(back.join_with(join(&heard)).await, Err(433));
    assert_eq!(hears.watch(watch(&heard, &spoken)).await, Err(433));

    // Whoever sends is put out: nobody receives them.
    ban(&scene, &speaker).await;
    sends.is_told_of_its_kick().await;
    other.stops_receiving().await;
    assert_eq!(present(&janus), [(text(&others["id"]), false)]);
    scene.service.stop().await;
}

/// Whoever receives may leave, and is in no list then; they receive on. With their ticket that ends too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_left_and_receives_on_is_cut_off_by_a_ban() {
    let db = Database::fresh(Backend::Sqlite);
    let janus = JanusServer::start_videoroom();
    let scene = stage(&db, &janus, json!({})).await;
    let (_, speaks) = scene.member("speaker", Role::Member).await;
    let (listener, listens) = scene.member("listener", Role::Member).await;
    let (sends, spoken) = comes(&scene, &janus, &speaks, "speaker").await;
    let (hears, heard) = comes(&scene, &janus, &listens, "listener").await;
    sends.connect(false).await;
    let sending = (text(&spoken["id"]), true);
    until("the speaker to send", || present(&janus).contains(&sending)).await;
    hears.watch(watch(&heard, &spoken)).await.expect("to receive");
    hears.leave().await;
    assert_eq!(present(&janus), [sending]);
    // Three seconds: what looks through the connections has looked, and they have a good ticket.
    hears.receives(150).await;
    ban(&scene, &listener).await;
    hears.stops_receiving().await;
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_videoroom_lets_in_by_a_signature_for_it_and_by_its_list() {
    use secrecy::ExposeSecret;
    let db = Database::fresh(Backend::Sqlite);
    let janus = JanusServer::start_videoroom();
    let scene = stage(&db, &janus, json!({})).await;
    let (_, member) = scene.member("member", Role::Member).await;
    let (peer, entry) = comes(&scene, &janus, &member, "member").await;
    let token = text(&entry["token"]);
    assert!(token.contains(",janus.plugin.videoroom,room=stage,ticket_"), "{token}");

    // A token that the server's secret has signed for the room, and that is on no list; and none at all.
    let (signed, _) = token.rsplit_once(':').expect("a signature");
    let (signed, _) = signed.rsplit_once(',').expect("a ticket");
    let nobody = "ticket_01m82w2kq4fp0bpvrp8qerrqd8";
    let forged = sign(&format!("{signed},{nobody}"));
    let stranger = attached_to(janus.plugin(), "stranger", &entry).await;
    for token in [json!(forged.expose_secret()), json!("x"), Value::Null] {
        let mut body = json!({ "ptype": "publisher", "room": "stage", "id": nobody });
        if !token.is_null() {
            body["token"] = token;
        }
        assert_eq!(stranger.join_with(body.clone()).await, Err(433), "{body}");
    }
    // Nobody receives who is not in.
    peer.connect(false).await;
    until("them to send", || present(&janus) == [(text(&entry["id"]), true)]).await;
    let unbound = json!({ "room": "stage", "token": token, "private_id": 7, "streams": [{ "feed": entry["id"] }] });
    assert_eq!(stranger.watch(unbound).await, Err(433));
    // Under an id that is no ticket's, nobody stays.
    let mut other = join(&entry);
    other["id"] = json!("somebody-else");
    stranger.join_with(other).await.expect("to be let in by the list");
    stranger.is_told_of_its_kick().await;
    until("them to be gone", || present(&janus).len() == 1).await;
    scene.service.stop().await;
}

/// What the tests' Janus accepts as signed.
fn sign(text: &str) -> SecretString {
    use aws_lc_rs::hmac;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, TOKEN_SECRET.as_bytes());
    let tag = data_encoding::BASE64.encode(hmac::sign(&key, text.as_bytes()).as_ref());
    SecretString::from(format!("{text}:{tag}"))
}

/// Whoever is muted for a while listens for that long, also if they stay; and is held to nothing that they said before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mute_ends_for_whoever_stays() {
    let db = Database::fresh(Backend::Sqlite);
    let janus = JanusServer::start_videoroom();
    let scene = stage(&db, &janus, json!({})).await;
    let (_, member) = scene.member("member", Role::Member).await;
    let (peer, own) = comes(&scene, &janus, &member, "member").await;
    let part = |part: &str| db.figures(&format!("SELECT count(*) AS n FROM tickets WHERE part = '{part}'")) == [1];
    let act = async |act: &str| {
        let body = json!({ "participant": own["id"], "act": act, "reason": "other", "minutes": 2 });
        let done = scene
            .service
            .post(&scene.owner_token, "/v1/rooms/stage/acts", body)
            .await;
        done.expect(204);
    };
    let mut peer = peer;
    for _ in 0..3 {
        peer.connect(false).await;
        until("them to send", || present(&janus) == [(text(&own["id"]), true)]).await;
        act("mute").await;
        peer.is_told_of_its_kick().await;
        peer = comes_back(&janus, &own).await;
        assert!(part("listener"));
        act("unmute").await;
        until("them to be let speak", || part("speaker")).await;
    }
    act("mute").await;
    assert!(part("listener"));
    scene.clock.advance(std::time::Duration::from_secs(121));
    until("the mute to be over", || part("speaker")).await;
    assert_eq!(
        db.figures("SELECT count(*) AS n FROM tickets WHERE heard_at IS NOT NULL"),
        [0]
    );
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_only_listen_sends_nothing_for_long() {
    let db = Database::fresh(Backend::Sqlite);
    let janus = JanusServer::start_videoroom();
    let scene = stage(&db, &janus, json!({ "speakers": "stage" })).await;
    let (_, member) = scene.member("member", Role::Member).await;
    let (peer, entry) = comes(&scene, &janus, &member, "member").await;
    peer.connect(false).await;
    peer.is_told_of_its_kick().await;
    // They may come back and listen; the second time ends their ticket.
    let peer = comes_back(&janus, &entry).await;
    peer.connect(false).await;
    peer.is_told_of_its_kick().await;
    until("them to be gone", || present(&janus).is_empty()).await;
    let refused = scene
        .service
        .post(&member, "/v1/rooms/stage/tickets", Value::Null)
        .await;
    refused.refused(403, "spoke-as-listener");

    // From the stage, and asked off it in mid-sentence: out at once, and back as a listener.
    let (_, other) = scene.member("other", Role::Member).await;
    let (speaks, own) = comes(&scene, &janus, &other, "other").await;
    let act = async |act: &str| {
        let body = json!({ "participant": own["id"], "act": act });
        let done = scene
            .service
            .post(&scene.owner_token, "/v1/rooms/stage/acts", body)
            .await;
        done.expect(204);
    };
    act("to_stage").await;
    speaks.connect(false).await;
    until("them to send", || present(&janus) == [(text(&own["id"]), true)]).await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(present(&janus), [(text(&own["id"]), true)]);
    act("off_stage").await;
    speaks.is_told_of_its_kick().await;
    let _listens = comes_back(&janus, &own).await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(present(&janus), [(text(&own["id"]), false)]);
    scene.service.stop().await;
}
