//! A server that is well but for one room, and one that only says that it puts people out.

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{store::Backend, terms::Role};

use super::{attached, ban, entry, only, room, room_at, set_open, ticket, until_healthy};
use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        janus::{ADMIN_KEY, AdminProxy, JanusServer, Mode},
        peer::Peer,
    },
};

fn fails(server: &Value, rooms: &[&str]) -> bool {
    server["failing_rooms"] == json!(rooms)
}

/// A member with a ticket, and a peer of theirs in the room.
async fn seated(scene: &Scene, name: &str, of: &str) -> (vouchsafe::people::Member, Value, Peer) {
    let (member, token) = scene.member(name, Role::Member).await;
    let given = ticket(scene, &token, of).await;
    let (id, key) = entry(&given);
    let peer = attached(name, &given).await;
    peer.join(of, &id, &key).await.expect("to be let in");
    peer.connect(false).await;
    peer.receives(1).await;
    (member, given, peer)
}

on_both! {
    /// Somebody else has made a room of the same id: that one gives no ticket, and the others go on. Whoever is
    /// in it is none of ours. Closing it settles it.
    async fn a_room_of_somebody_else_is_in_nobodys_way(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let janus = JanusServer::start();
        let foreign = json!({ "request": "create", "room": "taken", "secret": "of another", "admin_key": ADMIN_KEY });
        assert_eq!(janus.audiobridge(foreign)["audiobridge"], "created");
        let guest = Peer::enter(&janus, "taken", "guest", "any").await;
        let server = room(&scene, &janus, "stage").await;
        service.post(owner, "/v1/admin/rooms", json!({ "id": "taken", "servers": [server] })).await.expect(201);
        // The server is looked at as a whole after its rooms.
        let one_room = |server: &Value| fails(server, &["taken"]) && server["health"] == "well";
        until_healthy(&scene, "one failing room on a server that is well", one_room).await;
        let shown = service.get(owner, "/v1/admin/rooms/taken").await.expect(200);
        assert_eq!(shown["servers"][0]["failure"], "somebody else has made a room of this id on Janus");

        let (_, token) = scene.member("member", Role::Member).await;
        service.post(&token, "/v1/rooms/taken/tickets", Value::Null).await.refused(503, "room-server-unavailable");
        let (member, _, _peer) = seated(&scene, "another", "stage").await;
        ban(&scene, &member).await;
        only(&janus, "stage", &[]).await;

        set_open(&scene, "taken", false).await;
        until_healthy(&scene, "no failing room", |server| fails(server, &[])).await;
        set_open(&scene, "stage", false).await;
        let path = format!("/v1/admin/room-servers/{server}");
        while service.call(Method::DELETE, owner, &path, None).await.status != 204 {
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
        guest.receives(20).await;
        only(&janus, "taken", &["guest"]).await;
        scene.service.stop().await;
    }

    /// What it says of kicks and of destroyed rooms is not believed.
    async fn a_janus_that_only_says_so_puts_people_out_all_the_same(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let janus = JanusServer::start();
        let proxy = AdminProxy::before(&janus);
        let server = room_at(&scene, &janus, &proxy.admin_url(), "stage").await;
        let (member, given, peer) = seated(&scene, "member", "stage").await;
        let (id, key) = entry(&given);
        let (_, kept, staying) = seated(&scene, "other", "stage").await;
        proxy.set(Mode::Spare);
        ban(&scene, &member).await;
        only(&janus, "stage", &[&entry(&kept).0]).await;
        peer.stops_receiving().await;
        let again = attached("member", &given).await;
        assert_eq!(again.join("stage", &id, &key).await, Err(489));

        set_open(&scene, "stage", false).await;
        until_healthy(&scene, "a failing room", |server| fails(server, &["stage"])).await;
        let shown = service.get(owner, "/v1/admin/rooms/stage").await.expect(200);
        assert_eq!(shown["servers"][0]["failure"], "Janus says that it was done, but the room is still there");
        let path = format!("/v1/admin/room-servers/{server}");
        service.call(Method::DELETE, owner, &path, None).await.refused(409, "room-server-not-cleared");
        // Whoever was in the closed room is out all the same.
        staying.stops_receiving().await;
        proxy.set(Mode::Through);
        until_healthy(&scene, "the room to be gone", |server| fails(server, &[])).await;
        assert_eq!(janus.list("stage", "any"), None);
        service.call(Method::DELETE, owner, &path, None).await.expect(204);
        scene.service.stop().await;
    }
}

/// Where nothing moves a participant it is said, the room gives no ticket, and the others go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_be_put_out_is_told_of() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let (service, owner) = (&scene.service, &scene.owner_token);
    let janus = JanusServer::start();
    let proxy = AdminProxy::before(&janus);
    let server = room_at(&scene, &janus, &proxy.admin_url(), "stage").await;
    service
        .post(owner, "/v1/admin/rooms", json!({ "id": "other", "servers": [server] }))
        .await
        .expect(201);
    let (_, token) = scene.member("asks", Role::Member).await;
    let mut mode = Mode::SpareAll;
    for name in ["first", "second"] {
        let (member, given, peer) = seated(&scene, name, "stage").await;
        proxy.set(mode);
        ban(&scene, &member).await;
        until_healthy(&scene, "a failing room", |server| fails(server, &["stage"])).await;
        let refused = service.post(&token, "/v1/rooms/stage/tickets", Value::Null).await;
        refused.refused(503, "room-server-unavailable");
        if mode == Mode::SpareAll {
            let shown = service.get(owner, "/v1/admin/rooms/stage").await.expect(200);
            assert_eq!(
                shown["servers"][0]["failure"],
                "Janus says that it was done, but somebody who was put out is still there"
            );
            ticket(&scene, &token, "other").await;
        }
        proxy.set(Mode::Through);
        only(&janus, "stage", &[]).await;
        peer.stops_receiving().await;
        let (id, key) = entry(&given);
        let again = attached(name, &given).await;
        until_healthy(&scene, "no failing room", |server| fails(server, &[])).await;
        assert_eq!(again.join("stage", &id, &key).await, Err(489));
        // And where it lies about everything.
        mode = Mode::Lie;
    }
    scene.service.stop().await;
}
