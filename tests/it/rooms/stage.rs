//! A stage, its moderators, and filters that moderate beside them.

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{store::Backend, terms::Role};

use super::{
    kinds,
    places::{ask, change, hall, place},
    ticket, until_healthy,
};
use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        livekit::LiveKitServer,
        participant::Participant,
        service::{Answer, text},
    },
};

/// Acts in a room as a member.
async fn act(scene: &Scene, token: &str, room: &str, body: Value) -> Answer {
    scene.service.post(token, &format!("/v1/rooms/{room}/acts"), body).await
}

/// What somebody is in a room.
async fn you(scene: &Scene, token: &str, room: &str) -> Value {
    scene.service.get(token, &format!("/v1/rooms/{room}")).await.expect(200)["you"].clone()
}

/// The id of a new ticket, and as what.
async fn seat(scene: &Scene, token: &str, room: &str) -> (String, String) {
    let given = ask(scene, token, room).await.expect(201);
    (text(&given["id"]), text(&given["part"]))
}

on_both! {
    /// A listener raises a hand, a moderator asks them to the stage and from it again.
    async fn a_hand_is_raised_and_a_moderator_asks_to_the_stage(db: &Database) {
        let mut scene = Scene::knowing(db, "open-circle", kinds::kinds()).await;
        hall(&scene, "stage", json!({ "speakers": "stage" })).await;
        let (moderator, moderates) = scene.member("moderator", Role::Member).await;
        let (listening, listens) = scene.member("listener", Role::Member).await;
        let (another, other) = scene.member("other", Role::Member).await;
        place(&scene, "stage", &moderator, Some("moderator")).await.expect(200);
        assert_eq!(seat(&scene, &moderates, "stage").await.1, "speaker");
        let hand = async |method: Method, token: &str| scene.service.call(method, token, "/v1/rooms/stage/hand", None).await;
        hand(Method::PUT, &listens).await.refused(409, "not-in-room");
        let (listener, part) = seat(&scene, &listens, "stage").await;
        let (bystander, _) = seat(&scene, &other, "stage").await;
        assert_eq!(part, "listener");
        hand(Method::PUT, &moderates).await.refused(409, "nothing-to-ask");
        for _ in 0..2 {
            hand(Method::PUT, &listens).await.expect(204);
        }
        let hands = async |token: &str| scene.service.get(token, "/v1/rooms/stage/participants?hands=true").await;
        hands(&other).await.refused(403, "not-their-moderator");
        let up = hands(&moderates).await.expect(200);
        assert_eq!(up["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(text(&up["items"][0]["participant"]), listener);

        // A listener asks nobody to the stage, not even themself.
        let to_stage = |who: &str| json!({ "participant": who, "act": "to_stage" });
        for who in [&listener, &bystander] {
            act(&scene, &other, "stage", to_stage(who)).await.refused(403, "not-their-moderator");
        }
        act(&scene, &moderates, "stage", to_stage(&listener)).await.expect(204);
        let now = you(&scene, &listens, "stage").await;
        assert_eq!((&now["part"], now.get("hand_raised_at"), text(&now["ticket"])), (&json!("speaker"), None, listener.clone()));
        let all = scene.service.get(&moderates, "/v1/rooms/stage/participants").await.expect(200);
        let part_of = |id: &str| all["items"].as_array().unwrap().iter().find(|one| one["participant"] == id).unwrap()["part"].clone();
        assert_eq!((part_of(&listener), part_of(&bystander)), (json!("speaker"), json!("listener")));
        assert_eq!(hands(&moderates).await.expect(200)["items"], json!([]));

        // Whoever goes away asks no longer, and is not asked for when they come back.
        hand(Method::PUT, &other).await.expect(204);
        scene.clock.advance(std::time::Duration::from_secs(5 * 3600));
        scene.owner_token = scene.service.token(scene.owner.row).await;
        let moderates = scene.service.token(moderator.row).await;
        let (listens, other) = (scene.service.token(listening.row).await, scene.service.token(another.row).await);
        let (listener, _) = seat(&scene, &listens, "stage").await;
        assert_eq!(hands(&moderates).await.expect(200)["items"], json!([]));
        seat(&scene, &other, "stage").await;
        assert_eq!(hands(&moderates).await.expect(200)["items"], json!([]));
        assert!(you(&scene, &other, "stage").await.get("hand_raised_at").is_none());

        // They leave the stage themselves, and another ticket does not bring them back to it.
        let off = json!({ "participant": listener, "act": "off_stage" });
        act(&scene, &listens, "stage", off).await.expect(204);
        assert_eq!(seat(&scene, &listens, "stage").await.1, "listener");
        // The stage is for everybody again: whoever is in may speak.
        change(&scene, "stage", json!({ "speakers": "everybody" })).await.expect(200);
        assert_eq!(you(&scene, &other, "stage").await["part"], "speaker");
        scene.service.stop().await;
    }

    /// Whoever is muted or was put out moderates no more, and lifts it by no act of their own.
    async fn whoever_is_held_back_moderates_no_more(db: &Database) {
        let scene = Scene::knowing(db, "open-circle", kinds::kinds()).await;
        hall(&scene, "stage", json!({ "speakers": "stage" })).await;
        let (moderator, moderates) = scene.member("moderator", Role::Member).await;
        place(&scene, "stage", &moderator, Some("moderator")).await.expect(200);
        let (_, listens) = scene.member("listener", Role::Member).await;
        let (listener, _) = seat(&scene, &listens, "stage").await;
        let (chair, part) = seat(&scene, &moderates, "stage").await;
        assert_eq!(part, "speaker");
        let owner = &scene.owner_token;
        let warn = json!({ "participant": listener, "act": "warn", "reason": "abuse" });

        let mute = json!({ "participant": chair, "act": "mute", "reason": "other" });
        act(&scene, owner, "stage", mute).await.expect(204);
        assert_eq!(you(&scene, &moderates, "stage").await["part"], "listener");
        for own in ["unmute", "to_stage"] {
            let own = json!({ "participant": chair, "act": own });
            act(&scene, &moderates, "stage", own).await.refused(403, "not-their-moderator");
        }
        act(&scene, &moderates, "stage", warn.clone()).await.refused(403, "not-their-moderator");
        act(&scene, owner, "stage", json!({ "participant": chair, "act": "unmute" })).await.expect(204);
        assert_eq!(you(&scene, &moderates, "stage").await["part"], "speaker");
        act(&scene, &moderates, "stage", warn.clone()).await.expect(204);

        let out = json!({ "participant": chair, "act": "put_out", "reason": "other" });
        act(&scene, owner, "stage", out).await.expect(204);
        act(&scene, &moderates, "stage", warn.clone()).await.refused(403, "not-their-moderator");
        act(&scene, owner, "stage", json!({ "participant": chair, "act": "let_in" })).await.expect(204);
        act(&scene, &moderates, "stage", warn).await.expect(204);
        scene.service.stop().await;
    }

    /// What somebody who stands higher decided is neither shortened nor lifted by anybody below them; what changes nothing is
    /// not written.
    async fn nobody_undoes_what_was_decided_above_them(db: &Database) {
        let scene = Scene::knowing(db, "open-circle", kinds::kinds()).await;
        hall(&scene, "stage", json!({})).await;
        let owner = &scene.owner_token;
        let (moderator, moderates) = scene.member("moderator", Role::Member).await;
        place(&scene, "stage", &moderator, Some("moderator")).await.expect(200);
        let (admin, administers) = scene.member("admin", Role::Admin).await;
        let (_, speaks) = scene.member("speaker", Role::Member).await;
        let (speaker, _) = seat(&scene, &speaks, "stage").await;
        let (chair, _) = seat(&scene, &administers, "stage").await;
        let does = |who: &str, act: &str, minutes: u32| {
            json!({ "participant": who, "act": act, "reason": "other", "minutes": minutes })
        };
        let acts = async || {
            let acts = scene.service.get(owner, "/v1/admin/rooms/stage/acts").await.expect(200);
            acts["items"].as_array().map(Vec::len)
        };
        for _ in 0..2 {
            act(&scene, &speaks, "stage", does(&speaker, "off_stage", 1)).await.expect(204);
        }
        act(&scene, &moderates, "stage", does(&speaker, "unmute", 1)).await.expect(204);
        assert_eq!(acts().await, Some(0));

        act(&scene, owner, "stage", does(&speaker, "put_out", 600)).await.expect(204);
        act(&scene, &moderates, "stage", does(&speaker, "put_out", 1)).await.expect(204);
        let refused = ask(&scene, &speaks, "stage").await;
        refused.refused(403, "put-out-of-room");
        let wait: u32 = refused.header("retry-after").and_then(|text| text.parse().ok()).expect("a time");
        assert!(wait > 35_000, "{wait}");
        act(&scene, &moderates, "stage", does(&speaker, "let_in", 1)).await.refused(403, "not-their-moderator");
        act(&scene, owner, "stage", does(&speaker, "let_in", 1)).await.expect(204);
        let (speaker, _) = seat(&scene, &speaks, "stage").await;
        act(&scene, owner, "stage", does(&speaker, "mute", 600)).await.expect(204);
        for lift in ["unmute", "to_stage"] {
            act(&scene, &moderates, "stage", does(&speaker, lift, 1)).await.refused(403, "not-their-moderator");
        }
        act(&scene, owner, "stage", does(&speaker, "unmute", 1)).await.expect(204);
        // Since then it is the moderator's own.
        act(&scene, &moderates, "stage", does(&speaker, "mute", 10)).await.expect(204);
        act(&scene, &moderates, "stage", does(&speaker, "unmute", 10)).await.expect(204);

        // An admin does not lift what an owner put on them.
        act(&scene, owner, "stage", does(&chair, "mute", 600)).await.expect(204);
        let own = format!("/v1/admin/rooms/stage/places/{}", admin.id);
        let taken = scene.service.call(Method::DELETE, &administers, &own, None).await;
        taken.refused(403, "not-their-moderator");
        scene.service.call(Method::DELETE, owner, &own, None).await.expect(204);
        assert_eq!(you(&scene, &administers, "stage").await["part"], "speaker");
        scene.service.stop().await;
    }

    /// People and machines moderate side by side: warn, mute, put out; nobody acts on whoever stands as high.
    async fn people_and_filters_moderate_side_by_side(db: &Database) {
        let scene = Scene::knowing(db, "open-circle", kinds::kinds()).await;
        hall(&scene, "stage", json!({})).await;
        let service = async |filter: bool| {
            let body = json!({ "name": "The filter", "filter": filter });
            let added = scene.service.post(&scene.owner_token, "/v1/admin/services", body).await.expect(201);
            (text(&added["id"]), text(&added["secret"]))
        };
        let (filter, archive) = (service(true).await, service(false).await);
        let filtered = async |(id, secret): &(String, String), body: Value| {
            let request = scene.service.request(Method::POST, "/v1/filters/rooms/stage/acts");
            scene.service.send(request.basic_auth(id, Some(secret)).json(&body)).await
        };
        let (moderator, moderates) = scene.member("moderator", Role::Member).await;
        place(&scene, "stage", &moderator, Some("moderator")).await.expect(200);
        let (_, speaks) = scene.member("speaker", Role::Member).await;
        let (speaker, _) = seat(&scene, &speaks, "stage").await;
        let (chair, _) = seat(&scene, &moderates, "stage").await;
        let (owner, _) = seat(&scene, &scene.owner_token, "stage").await;

        let warn = |who: &str| json!({ "participant": who, "act": "warn", "reason": "abuse" });
        filtered(&archive, warn(&speaker)).await.refused(403, "not-their-moderator");
        filtered(&filter, warn(&speaker)).await.expect(204);
        filtered(&filter, warn(&chair)).await.refused(403, "not-their-moderator");
        filtered(&filter, json!({ "participant": speaker, "act": "to_stage" })).await.refused(422, "invalid-value");
        act(&scene, &moderates, "stage", warn(&owner)).await.refused(403, "not-their-moderator");
        act(&scene, &moderates, "stage", json!({ "participant": speaker, "act": "mute" })).await.refused(422, "invalid-value");
        act(&scene, &moderates, "stage", warn("ticket_01m82w2kq4fp0bpvrp8qerrqd8")).await.refused(404, "participant-unknown");
        act(&scene, &speaks, "stage", warn(&chair)).await.refused(403, "not-their-moderator");
        let now = you(&scene, &speaks, "stage").await;
        assert_eq!((&now["warnings"][0]["reason"], &now["part"]), (&json!("abuse"), &json!("speaker")));
        assert_eq!(scene.service.get(&speaks, "/v1/rooms/stage").await.expect(200)["filters"], json!(["The filter"]));

        // It reports to the admins, once; they see by which filter.
        let reported = async |service: &(String, String), body: Value| {
            let request = scene.service.request(Method::POST, "/v1/filters/rooms/stage/reports");
            scene.service.send(request.basic_auth(&service.0, Some(&service.1)).json(&body)).await
        };
        let report = json!({ "participant": speaker, "reason": "abuse", "note": "three slurs within a minute" });
        reported(&archive, report.clone()).await.refused(403, "not-their-moderator");
        for _ in 0..2 {
            reported(&filter, report.clone()).await.expect(204);
        }
        let wordless = json!({ "participant": speaker, "reason": "abuse", "note": "no" });
        reported(&filter, wordless).await.refused(422, "invalid-value");
        let nobody = json!({ "participant": "ticket_01m82w2kq4fp0bpvrp8qerrqd8", "reason": "abuse" });
        reported(&filter, nobody).await.refused(404, "participant-unknown");
        let bundles = scene.service.get(&scene.owner_token, "/v1/admin/reports").await.expect(200);
        assert_eq!((bundles["items"].as_array().map(Vec::len), &bundles["items"][0]["open"]), (Some(1), &json!(1)), "{bundles}");
        let path = format!("/v1/admin/reports/{}", text(&bundles["items"][0]["person"]));
        let shown = scene.service.get(&scene.owner_token, &path).await.expect(200)["items"][0].clone();
        assert_eq!((&shown["filter"], &shown["by"], text(&shown["note"])), (&json!("The filter"), &Value::Null, "three slurs within a minute".to_owned()));

        let mute = json!({ "participant": speaker, "act": "mute", "reason": "spam", "minutes": 5 });
        filtered(&filter, mute).await.expect(204);
        let now = you(&scene, &speaks, "stage").await;
        assert!(now["part"] == "listener" && now["muted_until"].is_string(), "{now}");
        // Another ticket is a listener's too; a moderator lets them speak again.
        let (speaker, part) = seat(&scene, &speaks, "stage").await;
        assert_eq!(part, "listener");
        act(&scene, &moderates, "stage", json!({ "participant": speaker, "act": "to_stage" })).await.expect(204);
        assert_eq!(you(&scene, &speaks, "stage").await["part"], "speaker");

        act(&scene, &moderates, "stage", json!({ "participant": speaker, "act": "put_out", "reason": "abuse", "minutes": 1 })).await.expect(204);
        let refused = ask(&scene, &speaks, "stage").await;
        refused.refused(403, "put-out-of-room");
        let wait: u32 = refused.header("retry-after").and_then(|text| text.parse().ok()).expect("a time");
        assert!((1..=60).contains(&wait), "{wait}");
        let now = you(&scene, &speaks, "stage").await;
        assert!(now["refused"] == "put-out-of-room" && now.get("ticket").is_none(), "{now}");
        // It is taken back, and done once for each key, also by two who send it at once.
        let back = json!({ "participant": speaker, "act": "let_in" });
        filtered(&filter, back.clone()).await.refused(422, "invalid-value");
        act(&scene, &moderates, "stage", back).await.expect(204);
        ask(&scene, &speaks, "stage").await.expect(201);
        let path = "/v1/rooms/stage/acts";
        let out = json!({ "participant": speaker, "act": "put_out", "reason": "abuse", "minutes": 1 });
        let (one, two) = tokio::join!(
            scene.keyed(&moderates, path, "out", &out),
            scene.keyed(&moderates, path, "out", &out),
        );
        one.expect(204);
        two.expect(204);
        scene.keyed(&moderates, path, "out", &warn(&speaker)).await.refused(422, "idempotency-key-reused");
        scene.keyed(&speaks, path, "out", &out).await.refused(403, "not-their-moderator");
        scene.keyed("x", path, "out", &out).await.refused(401, "unauthenticated");
        // An admin of the community lifts it.
        let acts = scene.service.get(&scene.owner_token, "/v1/admin/rooms/stage/acts").await.expect(200);
        let told: Vec<_> = acts["items"].as_array().unwrap().iter().map(|act| text(&act["act"])).collect();
        assert_eq!(told, ["put_out", "let_in", "put_out", "to_stage", "mute", "warn"]);
        assert_eq!((&acts["items"][4]["filter"]["name"], text(&acts["items"][0]["by"]["id"])), (&json!("The filter"), moderator.id.to_string()));
        let out = text(&acts["items"][0]["person"]["id"]);
        // The same of one member, in every room.
        let path = format!("/v1/admin/people/{out}/room-acts");
        let about = scene.service.get(&scene.owner_token, &path).await.expect(200);
        assert_eq!((&about["items"], &about["items"][0]["room"]), (&acts["items"], &json!("stage")));
        scene.service.get(&scene.owner_token, "/v1/admin/people/person_01m82w2kq4fp0bpvrp8qerrqd8/room-acts").await.refused(404, "not-found");
        scene.service.call(Method::DELETE, &scene.owner_token, &format!("/v1/admin/rooms/stage/places/{out}"), None).await.expect(204);
        ask(&scene, &speaks, "stage").await.expect(201);
        // A filter that was retired acts no more.
        scene.service.call(Method::DELETE, &scene.owner_token, &format!("/v1/admin/services/{}", filter.0), None).await.expect(204);
        filtered(&filter, warn(&speaker)).await.refused(401, "unauthenticated");
        scene.service.stop().await;
    }
}

/// On a real LiveKit: asked to the stage, a listener may publish; muted, they may not; whoever listens hidden is shown
/// to nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_livekit_lets_speak_who_may_and_hides_who_is_hidden() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let livekit = LiveKitServer::start();
    let post = async |path, body| scene.service.post(&scene.owner_token, path, body).await.expect(201);
    let server = text(&post("/v1/admin/room-servers", livekit.registration()).await["id"]);
    post(
        "/v1/admin/rooms",
        json!({ "id": "stage", "servers": [server], "speakers": "stage" }),
    )
    .await;
    until_healthy(&scene, "a LiveKit that is well", |server| server["health"] == "well").await;
    let entry = |given: &Value| (text(&given["join"]["token"]), text(&given["id"]));
    let (_, listens) = scene.member("listener", Role::Member).await;
    let (key, id) = entry(&ticket(&scene, &listens, "stage").await);
    let listener = Participant::enter("listener", &livekit.url(), &key).await;
    let until_may = async |publish: bool| {
        let begun = std::time::Instant::now();
        while livekit.may_publish("stage", &id).await != publish {
            assert!(
                begun.elapsed().as_secs() < 20,
                "they may still {}",
                if publish { "not speak" } else { "speak" }
            );
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
    };
    until_may(false).await;
    assert!(!listener.publish().await, "a listener is heard");
    let owner = &scene.owner_token;
    act(&scene, owner, "stage", json!({ "participant": id, "act": "to_stage" }))
        .await
        .expect(204);
    until_may(true).await;
    assert!(listener.publish().await, "whoever is on the stage is not heard");

    // Whoever chose so is shown by their handle, and the token says that it is one; the others by nothing.
    let claims = |key: &str| -> Value {
        let part = key.split('.').nth(1).expect("claims");
        let read = data_encoding::BASE64URL_NOPAD
            .decode(part.as_bytes())
            .expect("base64url");
        serde_json::from_slice(&read).expect("JSON")
    };
    assert!(claims(&key).get("name").is_none(), "{}", claims(&key));
    let (_, shown) = scene.member("shown", Role::Member).await;
    let by = async |shows: &str| {
        scene
            .service
            .post(&shown, &format!("/v1/rooms/stage/tickets?shows={shows}"), Value::Null)
            .await
    };
    by("handle").await.refused(409, "nothing-to-show");
    by("name").await.refused(409, "nothing-to-show");
    scene
        .service
        .call(Method::PUT, &shown, "/v1/me/handle", Some(json!({ "handle": "heron" })))
        .await
        .expect(204);
    let given = by("handle").await.expect(201);
    let told = claims(&text(&given["join"]["token"]));
    assert_eq!(
        (&told["name"], &told["attributes"]["vouchsafe.shows"]),
        (&json!("heron"), &json!("handle"))
    );

    let (hidden, listens_hidden) = scene.member("hidden", Role::Member).await;
    place(&scene, "stage", &hidden, Some("hidden")).await.expect(200);
    let given = ticket(&scene, &listens_hidden, "stage").await;
    assert_eq!(given["part"], "hidden");
    let (key, _) = entry(&given);
    let unseen = Participant::enter("hidden", &livekit.url(), &key).await;
    unseen.hears(&id).await;
    act(
        &scene,
        owner,
        "stage",
        json!({ "participant": id, "act": "mute", "reason": "abuse" }),
    )
    .await
    .expect(204);
    until_may(false).await;
    act(
        &scene,
        owner,
        "stage",
        json!({ "participant": id, "act": "put_out", "reason": "abuse" }),
    )
    .await
    .expect(204);
    listener.is_put_out().await;
    assert!(!unseen.is_out(), "the hidden one is out");
    scene.service.stop().await;
}
