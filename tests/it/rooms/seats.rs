//! A member's way into a real room, and out of it again.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{store::Backend, terms::Role};

use super::{entry, only, room, room_at, ticket, until, until_healthy};
use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        janus::{AdminProxy, JanusServer, Mode},
        peer::Peer,
        service::text,
    },
};

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
        let outside = Peer::start("outside", &text(&entry["url"]), &text(&entry["core_token"]));
        assert_eq!(outside.command(json!({ "do": "open" })).await["opened"], true, "{outside}");
        scene.service.post(&scene.owner_token, &path, ban).await.expect(201);
        let banned = Instant::now();
        let silence = async {
            peer.stops_receiving().await;
            banned.elapsed()
        };
        let out = async {
            loop {
                let refused = outside.join("stage", &id, &key).await == Err(489);
                if refused && janus.participants("stage").is_empty() {
                    return banned.elapsed();
                }
                assert!(banned.elapsed() < Duration::from_secs(5), "they are still there");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let (gone, silent) = tokio::join!(out, silence);
        println!("out {gone:?} after the answer to the ban");
        assert!(gone < Duration::from_secs(1), "{gone:?}");
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
            scene.service.send(request.header("Idempotency-Key", format!("seats-run-out: {key}"))).await
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

/// Whoever has no ticket, lies about who they are, or shares a token, does not stay; whoever is let in does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_the_tickets_own_does_not_stay() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let janus = JanusServer::start();
    room(&scene, &janus, "stage").await;
    let (_, token) = scene.member("member", Role::Member).await;
    let (id, key) = entry(&ticket(&scene, &token, "stage").await);

    let stranger = Peer::open("stranger", &janus).await;
    assert_eq!(stranger.join("stage", "ticket_none", "no token").await, Err(489));
    // Before the member is there, under an id of their own making: put out.
    stranger
        .join("stage", "alice", &key)
        .await
        .expect("Janus to let any holder in");
    stranger.is_told_of_its_kick().await;
    only(&janus, "stage", &[]).await;

    let peer = Peer::enter(&janus, "stage", &id, &key).await;
    let second = Peer::open("second", &janus).await;
    assert_eq!(second.join("stage", &id, &key).await, Err(490), "the same id");
    second
        .join("stage", "ticket_01m82w2kq4fp0bpvrp8qerrqd8", &key)
        .await
        .expect("Janus to let any holder in");
    second.connect(false).await;
    second.is_told_of_its_kick().await;
    only(&janus, "stage", &[&id]).await;
    peer.receives(20).await;
    scene.service.stop().await;
}

/// A Janus that was restarted remembers nothing, and is filled again: the same ticket opens it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_janus_is_filled_again() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let mut janus = JanusServer::start();
    room(&scene, &janus, "stage").await;
    let (_, token) = scene.member("member", Role::Member).await;
    let (id, key) = entry(&ticket(&scene, &token, "stage").await);
    janus.restart();
    let begun = Instant::now();
    let peer = Peer::open("member", &janus).await;
    while peer.join("stage", &id, &key).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", janus.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    peer.connect(false).await;
    peer.receives(20).await;
    // A new ticket is taken in as before.
    ticket(&scene, &token, "stage").await;
    scene.service.stop().await;
}

/// A ticket ends at its time: it is off the list, and its participant out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_ends_at_its_time() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let janus = JanusServer::start();
    room(&scene, &janus, "stage").await;
    let (_, token) = scene.member("member", Role::Member).await;
    let (id, key) = entry(&ticket(&scene, &token, "stage").await);
    let peer = Peer::enter(&janus, "stage", &id, &key).await;
    scene.clock.advance(Duration::from_secs(240 * 60 + 1));
    peer.is_told_of_its_kick().await;
    only(&janus, "stage", &[]).await;
    let late = Peer::open("late", &janus).await;
    assert_eq!(late.join("stage", &id, &key).await, Err(489));
    scene.service.stop().await;
}

/// What puts a member out of a room, one after the other; each leaves no way back with the old ticket.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lift_a_closed_room_and_a_lowered_assurance_bring_no_old_ticket_back() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let (service, owner) = (&scene.service, &scene.owner_token);
    let janus = JanusServer::start();
    room(&scene, &janus, "stage").await;
    let (member, token) = scene.member("member", Role::Member).await;
    let outside = Peer::open("outside", &janus).await;

    let (id, key) = entry(&ticket(&scene, &token, "stage").await);
    let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
    let sanctions = format!("/v1/admin/people/{}/sanctions", member.id);
    let ban = service.post(owner, &sanctions, ban).await.expect(201);
    let lift = format!("{sanctions}/{}/lift", text(&ban["id"]));
    service
        .post(owner, &lift, json!({ "note": "a mistake" }))
        .await
        .expect(200);
    let token = service.token(member.row).await;
    let (next, next_key) = entry(&ticket(&scene, &token, "stage").await);
    assert_eq!(outside.join("stage", &id, &key).await, Err(489), "from before the ban");

    let peer = Peer::enter(&janus, "stage", &next, &next_key).await;
    let terms = |open: bool| json!({ "enter": "contact", "speak": "contact", "capacity": 9, "open": open });
    service
        .call(Method::PUT, owner, "/v1/admin/rooms/stage", Some(terms(false)))
        .await
        .expect(200);
    peer.stops_receiving().await;
    let begun = Instant::now();
    while outside.join("stage", &next, &next_key).await != Err(485) {
        assert!(begun.elapsed() < Duration::from_secs(10), "a closed room is gone");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    service
        .call(Method::PUT, owner, "/v1/admin/rooms/stage", Some(terms(true)))
        .await
        .expect(200);
    let (last, last_key) = entry(&ticket(&scene, &token, "stage").await);
    assert_eq!(
        outside.join("stage", &next, &next_key).await,
        Err(489),
        "from before it was closed"
    );

    let peer = Peer::enter(&janus, "stage", &last, &last_key).await;
    let lower = json!({ "assurance": "none", "reason": "false_identity" });
    let assurance = format!("/v1/admin/people/{}/assurance", member.id);
    service
        .call(Method::PUT, owner, &assurance, Some(lower))
        .await
        .expect(200);
    peer.is_told_of_its_kick().await;
    service
        .post(&token, "/v1/rooms/stage/tickets", Value::Null)
        .await
        .refused(403, "assurance-too-low");
    scene.service.stop().await;
}

/// A Janus that hangs, answers 500 or lies: its room gives no ticket and its server is said to fail; another
/// server is not delayed; and it is held to the truth when it is well again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ill_janus_delays_nobody_and_is_held_to_the_truth() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let (service, owner) = (&scene.service, &scene.owner_token);
    let (ill, well) = (JanusServer::start(), JanusServer::start());
    let proxy = AdminProxy::before(&ill);
    room_at(&scene, &ill, &proxy.admin_url(), "ill").await;
    room(&scene, &well, "well").await;
    let (member, token) = scene.member("member", Role::Member).await;
    let (_, other) = scene.member("other", Role::Member).await;
    let (id, key) = entry(&ticket(&scene, &token, "ill").await);
    let peer = Peer::enter(&ill, "ill", &id, &key).await;
    ticket(&scene, &other, "well").await;

    for mode in [Mode::Lie, Mode::Answer500, Mode::Hang] {
        proxy.set(mode);
        let begun = Instant::now();
        service
            .post(&other, "/v1/rooms/ill/tickets", Value::Null)
            .await
            .refused(503, "room-server-unavailable");
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
        let begun = Instant::now();
        ticket(&scene, &other, "well").await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
    until_healthy(&scene, "a failure", |server| server["health"] == "failing").await;
    let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
    service
        .post(owner, &format!("/v1/admin/people/{}/sanctions", member.id), ban)
        .await
        .expect(201);
    // An hour of it: it is asked at most once in two seconds, not hammered.
    scene.clock.advance(Duration::from_secs(3600));
    proxy.set(Mode::Answer500);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = proxy.calls();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let calls = proxy.calls() - before;
    assert!((1..=4).contains(&calls), "{calls} calls in 3 seconds");

    proxy.set(Mode::Through);
    peer.is_told_of_its_kick().await;
    only(&ill, "ill", &[]).await;
    let outside = Peer::open("outside", &ill).await;
    assert_eq!(outside.join("ill", &id, &key).await, Err(489));
    scene.service.stop().await;
}

/// A listener who unmutes is muted, and the second time put out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_does_not_speak_twice() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let (service, owner) = (&scene.service, &scene.owner_token);
    let janus = JanusServer::start();
    room(&scene, &janus, "stage").await;
    let (member, token) = scene.member("member", Role::Member).await;
    let lower = json!({ "assurance": "contact", "reason": "other" });
    let assurance = format!("/v1/admin/people/{}/assurance", member.id);
    service
        .call(Method::PUT, owner, &assurance, Some(lower))
        .await
        .expect(200);
    let terms = json!({ "enter": "contact", "speak": "checked", "capacity": 9, "open": true });
    service
        .call(Method::PUT, owner, "/v1/admin/rooms/stage", Some(terms))
        .await
        .expect(200);
    let given = ticket(&scene, &token, "stage").await;
    assert_eq!(given["part"], "listener");
    let (id, key) = entry(&given);
    // Muted from the start: whoever comes in unmuted may be heard before they are connected, or after.
    let listen = async |id: &str, token: &str| {
        let peer = Peer::open(id, &janus).await;
        let body = json!({ "room": "stage", "id": id, "token": token, "muted": true });
        peer.join_with(body).await.expect("to be let in");
        peer.connect(true).await;
        peer.receives(1).await;
        peer
    };
    let peer = listen(&id, &key).await;
    peer.mute(false).await;
    let muted = || {
        let list = janus.audiobridge(json!({ "request": "listparticipants", "room": "stage" }));
        list["participants"][0]["muted"] == true
    };
    until("the listener to be muted", muted).await;
    peer.mute(false).await;
    peer.is_told_of_its_kick().await;
    only(&janus, "stage", &[]).await;
    let events = crate::http::texts(&db, "SELECT body AS t FROM events WHERE kind = 'ticket_ended'");
    assert!(events.iter().any(|event| event.contains("spoke")), "{events:?}");

    // No ticket for some minutes, in this room alone.
    let refused = service.post(&token, "/v1/rooms/stage/tickets", Value::Null).await;
    refused.refused(403, "spoke-as-listener");
    let wait: u64 = refused.header("retry-after").expect("a wait").parse().expect("seconds");
    assert!((500..=600).contains(&wait), "{wait}");
    scene.clock.advance(Duration::from_secs(wait));
    // The access token of before is over by now.
    let token = service.token(member.row).await;
    let (id, key) = entry(&ticket(&scene, &token, "stage").await);
    // Muted once, and a new ticket instead of a second word: that one is no first time.
    let peer = listen(&id, &key).await;
    peer.mute(false).await;
    until("the listener to be muted", muted).await;
    let (next, next_key) = entry(&ticket(&scene, &token, "stage").await);
    peer.is_told_of_its_kick().await;
    let peer = listen(&next, &next_key).await;
    peer.mute(false).await;
    peer.is_told_of_its_kick().await;
    service
        .post(&token, "/v1/rooms/stage/tickets", Value::Null)
        .await
        .refused(403, "spoke-as-listener");
    scene.service.stop().await;
}
