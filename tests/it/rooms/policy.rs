//! What a new policy does to those who have a seat already.

use reqwest::Method;
use serde_json::json;
use vouchsafe::{
    platform::{
        idempotency::Key,
        ledger::{Actor, Projection},
        store::Backend,
        terms::{Id, Role},
    },
    policy::Current,
    rooms::{Ask, Denied, Kinds, TicketError, commands::issue},
};

use super::{entry, only, room, ticket, until, until_healthy};
use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        janus::JanusServer,
        peer::Peer,
        service::text,
    },
};

/// Changes what the policy asks for in every room.
async fn rooms_ask(scene: &Scene, what: &str, asked: &str) {
    let before = scene.service.get(&scene.owner_token, "/v1/admin/policy").await;
    let document = text(&before.body["document"]);
    let line = format!("{what} = \"contact\" ");
    assert_eq!(document.matches(&line).count(), 1, "{document}");
    let document = document.replace(&line, &format!("{what} = \"{asked}\" "));
    let request = scene.service.request(Method::PUT, "/v1/admin/policy");
    let request = request
        .bearer_auth(&scene.owner_token)
        .header("If-Match", before.header("etag").expect("an ETag"));
    let answer = scene.service.send(request.json(&json!({ "document": document }))).await;
    answer.expect(200);
}

/// A member of whom no more is known than how they are reached.
async fn contact_only(scene: &Scene, name: &str) -> (vouchsafe::people::Member, String) {
    let (member, token) = scene.member(name, Role::Member).await;
    let path = format!("/v1/admin/people/{}/assurance", member.id);
    let lower = json!({ "assurance": "contact", "reason": "other" });
    scene
        .service
        .call(Method::PUT, &scene.owner_token, &path, Some(lower))
        .await
        .expect(200);
    (member, token)
}

on_both! {
    async fn whoever_no_longer_satisfies_it_goes(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let janus = JanusServer::start();
        room(&scene, &janus, "stage").await;
        let (_, token) = contact_only(&scene, "member").await;
        let (id, key) = entry(&ticket(&scene, &token, "stage").await);
        let (_, other) = scene.member("other", Role::Member).await;
        let (stays, stays_key) = entry(&ticket(&scene, &other, "stage").await);
        let peer = Peer::enter(&janus, "stage", &id, &key).await;
        let staying = Peer::enter(&janus, "stage", &stays, &stays_key).await;
        rooms_ask(&scene, "enter", "checked").await;
        peer.is_told_of_its_kick().await;
        only(&janus, "stage", &[&stays]).await;
        assert_eq!(peer.join("stage", &id, &key).await, Err(489));
        staying.receives(20).await;
        scene.service.post(&token, "/v1/rooms/stage/tickets", json!(null)).await.refused(403, "assurance-too-low");
        scene.service.stop().await;
    }

    /// What came while the server was down is not left out: the seats are fitted to the policy when it is up.
    async fn a_change_while_the_server_is_down_is_made_up_for(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let mut janus = JanusServer::start();
        room(&scene, &janus, "stage").await;
        let (_, token) = contact_only(&scene, "member").await;
        let (id, key) = entry(&ticket(&scene, &token, "stage").await);
        janus.stop();
        until_healthy(&scene, "a failure", |server| server["health"] == "failing").await;
        rooms_ask(&scene, "enter", "checked").await;
        janus.start_again();
        // Another's ticket is taken in: the server is filled again.
        let (_, other) = scene.member("other", Role::Member).await;
        let (stays, stays_key) = entry(&ticket(&scene, &other, "stage").await);
        let peer = Peer::open("member", &janus).await;
        assert_eq!(peer.join("stage", &id, &key).await, Err(489));
        Peer::enter(&janus, "stage", &stays, &stays_key).await;
        assert_eq!(scene.service.get(&scene.owner_token, "/v1/admin/rooms/stage").await.expect(200)["taken"], 1);
        scene.service.stop().await;
    }

    /// A seat is given by the policy that the store has, whatever this process remembers.
    async fn no_seat_is_given_by_a_policy_of_before(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        scene.room(&scene.owner_token, "stage").await;
        let (member, _) = contact_only(&scene, "member").await;
        let (core, stale) = (&scene.service.app.core, std::sync::Arc::new(Current::new(&[])));
        let remembered = std::sync::Arc::clone(&stale);
        core.ledger.store().read(move |conn| remembered.load(conn)).await.expect("the policy");
        rooms_ask(&scene, "enter", "checked").await;
        assert_eq!(stale.get().expect("a policy").version, 1, "it has not heard of it");
        let ask = Ask { id: Id::new(core.ledger.now(), core.ledger.rng()), person: member.row, room: "stage".parse().expect("a room's id"), key: Key::none(), shows: None };
        let vault = core.vault.clone();
        let given = core.ledger.write(Actor::Operator, move |tx| issue(tx, &vault, &stale, &Kinds::default(), crate::rooms::generous(), &[ask])).await.expect("an answer");
        assert!(matches!(given.value[..], [Err(TicketError::Denied(Denied::Assurance { .. }))]), "{given:?}");
        scene.service.stop().await;
    }
}

/// Whoever may no longer speak is muted where they are; they stay, and hear the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_no_longer_speak_is_muted_in_mid_room() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let janus = JanusServer::start();
    room(&scene, &janus, "stage").await;
    let (_, token) = contact_only(&scene, "member").await;
    let (id, key) = entry(&ticket(&scene, &token, "stage").await);
    let (_, other) = scene.member("other", Role::Member).await;
    let (speaks, speaks_key) = entry(&ticket(&scene, &other, "stage").await);
    let member = Peer::enter(&janus, "stage", &id, &key).await;
    let listening = Peer::enter(&janus, "stage", &speaks, &speaks_key).await;
    listening.hears(true).await;
    rooms_ask(&scene, "speak", "checked").await;
    listening.hears(false).await;
    member.hears(true).await;
    until("the member to be muted, and nobody else", || {
        let list = janus.audiobridge(json!({ "request": "listparticipants", "room": "stage" }));
        let all = list["participants"].as_array().expect("a list");
        all.len() == 2 && all.iter().all(|one| one["muted"] == (one["id"] == id.as_str()))
    })
    .await;
    scene.service.stop().await;
}
