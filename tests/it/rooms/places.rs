//! Whom a room is for: guests, roles, a branch, an age; and what becomes of those who are in it when that changes.

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{people::Member, platform::terms::Role};

use super::kinds;
use crate::{
    http::{PASSWORD, Scene, address, identity, nobody, resident_id},
    support::{
        db::{Database, on_both},
        service::{Answer, text},
    },
};

/// A room on a server that is asked for nothing; with these terms.
pub async fn hall(scene: &Scene, id: &str, terms: Value) {
    let url = format!("wss://{id}.example.org/");
    let server = json!({ "kind": kinds::SIGNS.word(), "client_url": url, "signing_secret": "a secret of some length" });
    let server = scene
        .service
        .post(&scene.owner_token, "/v1/admin/room-servers", server)
        .await
        .expect(201)["id"]
        .clone();
    let mut body = json!({ "id": id, "servers": [server] });
    body.as_object_mut()
        .expect("an object")
        .extend(terms.as_object().expect("an object").clone());
    scene
        .service
        .post(&scene.owner_token, "/v1/admin/rooms", body)
        .await
        .expect(201);
}

/// Asks for a ticket.
pub async fn ask(scene: &Scene, token: &str, room: &str) -> Answer {
    scene
        .service
        .post(token, &format!("/v1/rooms/{room}/tickets"), Value::Null)
        .await
}

/// Gives a member a place in a room, or takes it.
pub async fn place(scene: &Scene, room: &str, member: &Member, place: Option<&str>) -> Answer {
    let path = format!("/v1/admin/rooms/{room}/places/{}", member.id);
    let (method, body) = match place {
        Some(place) => (Method::PUT, Some(json!({ "place": place }))),
        None => (Method::DELETE, None),
    };
    scene.service.call(method, &scene.owner_token, &path, body).await
}

/// Changes a room that is open.
pub async fn change(scene: &Scene, room: &str, change: Value) -> Answer {
    let mut body = json!({ "enter": "contact", "speak": "contact", "capacity": 50, "open": true });
    body.as_object_mut()
        .expect("an object")
        .extend(change.as_object().expect("an object").clone());
    scene
        .service
        .call(
            Method::PUT,
            &scene.owner_token,
            &format!("/v1/admin/rooms/{room}"),
            Some(body),
        )
        .await
}

/// The tickets of a room, the newest first: whose, and why they ended.
async fn history(scene: &Scene, room: &str) -> Vec<(String, Value)> {
    let path = format!("/v1/admin/rooms/{room}/history");
    let found = scene.service.get(&scene.owner_token, &path).await.expect(200);
    let items = found["items"].as_array().expect("a list").iter();
    items
        .map(|item| (text(&item["person"]["id"]), item["why"].clone()))
        .collect()
}

on_both! {
    /// Whoever has a place in a room for guests enters it, and nobody else; taken away, they are out at once.
    async fn a_room_for_guests_is_for_them(db: &Database) {
        let scene = Scene::knowing(db, "open-circle", kinds::kinds()).await;
        hall(&scene, "club", json!({ "access": "guests" })).await;
        let (guest, token) = scene.member("guest", Role::Member).await;
        let (_, other) = scene.member("other", Role::Member).await;
        ask(&scene, &token, "club").await.refused(403, "room-for-others");
        scene.service.get(&token, "/v1/rooms/club").await.refused(403, "room-for-others");
        let listed = async |token: &str| scene.service.get(token, "/v1/rooms").await.expect(200)["items"].clone();
        assert_eq!(listed(&token).await, json!([]));

        let given = place(&scene, "club", &guest, Some("guest")).await.expect(200);
        assert_eq!(given, json!({ "place": "guest" }));
        assert_eq!(ask(&scene, &token, "club").await.expect(201)["part"], "speaker");
        assert_eq!(listed(&token).await[0]["id"], "club");
        ask(&scene, &other, "club").await.refused(403, "room-for-others");
        let mine = scene.service.get(&token, "/v1/rooms/club").await.expect(200);
        assert_eq!((&mine["you"]["part"], &mine["taken"]), (&json!("speaker"), &json!(1)));
        // The owner runs the community, and enters every room.
        ask(&scene, &scene.owner_token, "club").await.expect(201);

        place(&scene, "club", &guest, None).await.expect(204);
        assert!(scene.service.get(&token, "/v1/rooms/club").await.status == 403);
        let past = history(&scene, "club").await;
        assert!(past.contains(&(guest.id.to_string(), json!("not_admitted"))), "{past:?}");
        let path = format!("/v1/admin/rooms/club/history?person={}", guest.id);
        let theirs = scene.service.get(&scene.owner_token, &path).await.expect(200);
        assert_eq!(theirs["items"].as_array().map(Vec::len), Some(1));
        let nowhere = format!("/v1/admin/rooms/club/places/{}", nobody("person"));
        let body = Some(json!({ "place": "guest" }));
        scene.service.call(Method::PUT, &scene.owner_token, &nowhere, body).await.refused(404, "not-found");
        // Nobody can be hidden on a server that shows everybody.
        place(&scene, "club", &guest, Some("hidden")).await.refused(409, "room-cannot-hide");
        scene.service.stop().await;
    }

    /// Made private, a room keeps those who are in it; invites for it from before lead nowhere, and later ones into it.
    async fn a_room_that_is_made_private_voids_its_invites(db: &Database) {
        let scene = Scene::knowing(db, "open-circle", kinds::kinds()).await;
        hall(&scene, "club", json!({})).await;
        let (inside, token) = scene.member("inside", Role::Member).await;
        let (_, outside) = scene.member("outside", Role::Member).await;
        ask(&scene, &token, "club").await.expect(201);
        let invited = async |token: &str, name: &str| {
            let body = json!({ "room": "club", "email": address(name) });
            scene.service.post(token, "/v1/me/invites", body).await
        };
        let early = invited(&scene.owner_token, "early").await.expect(201);
        let early = scene.service.code_of(&text(&early["id"])).await;
        let made = change(&scene, "club", json!({ "access": "guests" })).await.expect(200);
        assert!(made["private_since"].is_string(), "{made}");

        // Who was in stays, and may come back.
        assert!(scene.service.get(&token, "/v1/rooms/club").await.expect(200)["you"]["ticket"].is_string());
        ask(&scene, &token, "club").await.expect(201);
        let places = scene.service.get(&scene.owner_token, "/v1/admin/rooms/club/places").await.expect(200);
        assert_eq!(places["items"].as_array().map(Vec::len), Some(1));
        assert_eq!((&places["items"][0]["place"], text(&places["items"][0]["person"]["id"])), (&json!("guest"), inside.id.to_string()));
        ask(&scene, &outside, "club").await.refused(403, "room-for-others");

        // The invite of before leads nowhere, also once the room is for members again.
        let opened = async |code: &str| scene.service.send(scene.service.request(Method::GET, &format!("/v1/invites/{code}"))).await;
        opened(&early).await.refused(410, "invite-closed");
        let mine = scene.service.get(&scene.owner_token, "/v1/me/invites").await.expect(200);
        assert_eq!(mine["items"][0]["state"], "room_closed");
        // Whoever has no place there invites nobody for it; a guest does.
        scene.clock.advance(std::time::Duration::from_secs(1));
        invited(&outside, "nobody").await.refused(422, "invalid-value");
        let late = invited(&token, "newcomer").await.expect(201);
        let late = scene.service.code_of(&text(&late["id"])).await;
        let (flow, by_flow) = scene.proved(&late, "newcomer").await;
        let body = json!({ "password": PASSWORD });
        let came = scene.step(&flow, &by_flow, "password", body).await.expect(201);
        let newcomer = text(&came["session"]["access_token"]);
        assert_eq!(ask(&scene, &newcomer, "club").await.expect(201)["part"], "speaker");

        change(&scene, "club", json!({ "access": "members" })).await.expect(200);
        opened(&early).await.refused(410, "invite-closed");
        ask(&scene, &outside, "club").await.expect(201);
        scene.service.stop().await;
    }

    /// A room for a role and a branch: whoever no longer satisfies it is out, by whatever that came about.
    async fn a_room_asks_for_a_role_or_a_branch(db: &Database) {
        let scene = Scene::knowing(db, "open-circle", kinds::kinds()).await;
        let (root, inviter) = scene.member("root", Role::Member).await;
        let by_mail = json!({ "email": address("child") });
        let invite = scene.service.post(&inviter, "/v1/me/invites", by_mail).await.expect(201);
        let code = scene.service.code_of(&text(&invite["id"])).await;
        let (flow, by_flow) = scene.proved(&code, "child").await;
        let came = scene.step(&flow, &by_flow, "password", json!({ "password": PASSWORD })).await.expect(201);
        let child = text(&came["session"]["access_token"]);
        let (_, stranger) = scene.member("stranger", Role::Member).await;

        hall(&scene, "family", json!({ "who": { "enters": { "branch": root.id } } })).await;
        for token in [&inviter, &child] {
            ask(&scene, token, "family").await.expect(201);
        }
        let refused = ask(&scene, &stranger, "family").await;
        refused.refused(403, "room-for-others");
        assert!(text(&refused.body["detail"]).contains("let in"), "{}", refused.body);
        let shown = scene.service.get(&scene.owner_token, "/v1/admin/rooms/family").await.expect(200);
        assert_eq!(text(&shown["who"]["enters"]["branch"]), root.id.to_string());

        // Another branch than before: whoever is in and not in it goes.
        let (elsewhere, _) = scene.member("elsewhere", Role::Member).await;
        change(&scene, "family", json!({ "who": { "enters": { "branch": elsewhere.id } } })).await.expect(200);
        let past = history(&scene, "family").await;
        assert!(past.len() == 2 && past.iter().all(|(_, why)| why == "not_admitted"), "{past:?}");

        hall(&scene, "desk", json!({ "who": { "enters": { "roles": ["reviewer"] }, "speaks": { "roles": ["admin"] } } })).await;
        let (reviewer, reads) = scene.member("reviewer", Role::Reviewer).await;
        assert_eq!(ask(&scene, &reads, "desk").await.expect(201)["part"], "listener");
        ask(&scene, &stranger, "desk").await.refused(403, "room-for-others");
        let role = json!({ "role": "member", "reason": "duty" });
        let path = format!("/v1/admin/people/{}/role", reviewer.id);
        scene.service.call(Method::PUT, &scene.owner_token, &path, Some(role)).await.expect(200);
        // The server's enforcer sees to it; there is nothing to be told to this one.
        let begun = std::time::Instant::now();
        while history(&scene, "desk").await[0].1 != "not_admitted" {
            assert!(begun.elapsed().as_secs() < 20, "they are still in");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        scene.service.stop().await;
    }

    /// An age is read from the number of a document, and told to nobody.
    async fn a_room_asks_for_an_age(db: &Database) {
        let scene = Scene::knowing(db, "real-name", kinds::kinds()).await;
        let code = scene.link(3).await;
        let (flow, by_flow) = scene.proved(&code, "grown").await;
        scene.step(&flow, &by_flow, "identity", identity("王芳", &resident_id(6))).await.expect(200);
        let came = scene.step(&flow, &by_flow, "password", json!({ "password": PASSWORD })).await.expect(201);
        let grown = text(&came["session"]["access_token"]);
        let (_, unknown) = scene.member("unknown", Role::Member).await;
        hall(&scene, "late", json!({ "who": { "enters": { "age_from": 18 } } })).await;
        ask(&scene, &grown, "late").await.expect(201);
        let refused = ask(&scene, &unknown, "late").await;
        refused.refused(403, "room-for-others");
        assert!(text(&refused.body["detail"]).contains("not known"), "{}", refused.body);
        change(&scene, "late", json!({ "who": { "enters": { "age_below": 18 } } })).await.expect(200);
        let past = history(&scene, "late").await;
        assert!(past.len() == 1 && past[0].1 == "not_admitted", "{past:?}");
        let refused = ask(&scene, &grown, "late").await;
        refused.refused(403, "room-for-others");
        assert!(!text(&refused.body["detail"]).contains("18"), "{}", refused.body);
        scene.service.stop().await;
    }

    async fn what_a_room_asks_for_is_checked(db: &Database) {
        let scene = Scene::knowing(db, "open-circle", kinds::kinds()).await;
        hall(&scene, "club", json!({})).await;
        for (status, who, field) in [
            (422, json!({ "enters": { "roles": ["service"] } }), "/who/enters/roles"),
            (422, json!({ "speaks": { "roles": ["admin", "admin"] } }), "/who/speaks/roles"),
            (400, json!({ "moderates": { "age_from": 151 } }), "/who/moderates/age_from"),
            (422, json!({ "enters": { "age_from": 18, "age_below": 18 } }), "/who/enters/age_below"),
            (400, json!({ "enters": { "age_below": 0 } }), "/who/enters/age_below"),
        ] {
            let refused = change(&scene, "club", json!({ "who": who })).await;
            assert_eq!((refused.status.as_u16(), &refused.body["field"]), (status, &json!(field)), "{}", refused.body);
        }
        let branch = json!({ "who": { "enters": { "branch": nobody("person") } } });
        let refused = change(&scene, "club", branch).await;
        assert_eq!((refused.status.as_u16(), &refused.body["field"]), (422, &json!("/who/enters/branch")), "{}", refused.body);
        // What is left out stays.
        change(&scene, "club", json!({ "access": "guests", "speakers": "stage", "who": { "speaks": { "age_from": 16 } } })).await.expect(200);
        let kept = change(&scene, "club", json!({})).await.expect(200);
        assert_eq!((&kept["access"], &kept["speakers"], &kept["who"]["speaks"]["age_from"]), (&json!("guests"), &json!("stage"), &json!(16)));
        scene.service.stop().await;
    }
}
