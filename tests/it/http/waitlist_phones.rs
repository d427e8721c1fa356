//! The waitlist by phone number, where the policy takes phones.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use vouchsafe::platform::{config::Config, terms::Role};

use super::{
    PASSWORD, Scene,
    waitlist::{code_of, open_for, prove, waits},
};
use crate::support::{
    db::{Database, on_both},
    invariants::sound_soon,
    service::{Answer, text},
};

const CHINESE: &str = "+8613812345678";

/// Opens the waitlist, also for phones.
fn open(config: &mut Config) {
    open_for(config, 9);
    let seed = config.policy.seed_file.as_ref().expect("a policy");
    let policy = std::fs::read_to_string(seed).expect("the policy");
    let changed = policy
        .replace("contact = \"email\"", "contact = \"either\"")
        .replacen("premium = false", "premium = false\nblocked_countries = ['GB']", 1)
        .replacen("\nblocked_countries = []\npremium", "\npremium", 1);
    std::fs::write(seed, changed).expect("to write the policy");
    config.texts.waitlist_per_day = 4;
}

async fn ask(scene: &Scene, body: Value) -> Answer {
    scene.service.post("", "/v1/waitlist", body).await
}

async fn until(what: &str, truth: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !truth().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        sleep(Duration::from_millis(10)).await;
    }
}

on_both! {
    async fn a_phone_waits_and_is_let_in(db: &Database) {
        let scene = Scene::with(db, "open-circle", open).await;
        let service = &scene.service;
        let (ada, token) = scene.member("ada", Role::Member).await;
        for (body, status, kind) in [
            (json!({}), 422, "invalid-value"),
            (json!({ "phone": CHINESE, "email": "grace@vouch.example.org" }), 422, "invalid-value"),
            (json!({ "phone": "13812345678" }), 422, "invalid-value"),
            (json!({ "phone": "+1 900 234 5678" }), 422, "invalid-value"),
            (json!({ "phone": "+44 7400 123456" }), 403, "country-not-accepted"),
        ] {
            ask(&scene, body).await.refused(status, kind);
        }
        assert_eq!(db.figures("SELECT count(*) AS n FROM applications"), [0]);

        // As people type it; a message with the code goes out.
        let asked = ask(&scene, json!({ "phone": "＋８６ １３８ １２３４ ５６７８" })).await.expect(201);
        let sent = "SELECT count(*) AS n FROM outbox WHERE channel = 'text' AND kind = 'waitlist-proof' AND state = 'sent'";
        until("the message leaves", async || db.figures(sent) == [1]).await;
        let grace = (text(&asked["application"]), text(&asked["token"]));
        assert_eq!(prove(service, &grace).await.expect(200)["state"], "waiting");
        // Whoever asks again keeps the place.
        let again = ask(&scene, json!({ "phone": CHINESE })).await.expect(201);
        let again = (text(&again["application"]), text(&again["token"]));
        assert_eq!(prove(service, &again).await.expect(200)["application"], json!(grace.0));
        let mailed = waits(service, "iris").await;

        service.post(&token, "/v1/me/waitlist/vouch", json!({ "phone": CHINESE })).await.expect(204);
        let list = service.get(&scene.owner_token, "/v1/admin/waitlist").await.expect(200);
        let hints = |n: usize| (list["items"][n]["phone_hint"].clone(), list["items"][n]["email_hint"].is_string());
        assert_eq!((hints(0), hints(1)), ((json!("+86•••78"), false), (Value::Null, true)));
        assert_eq!(list["items"][0]["vouched_by"], json!([ada.id.to_string()]));

        // A member lets them in: an invite to the number, which they alone can use.
        let made = service.post(&token, "/v1/me/waitlist/let-in", json!({ "phone": CHINESE })).await.expect(201);
        let (_, other) = scene.member("other", Role::Member).await;
        let late = service.post(&other, "/v1/me/waitlist/let-in", json!({ "phone": CHINESE })).await;
        late.refused(409, "already-let-in");
        let british = service.post(&other, "/v1/me/waitlist/let-in", json!({ "phone": "+44 7400 123456" })).await;
        british.refused(403, "country-not-accepted");
        let code = service.code_of(&text(&made["invite"])).await;
        let (flow, flow_token) = service.begin(&code).await;
        scene.step(&flow, &flow_token, "contact", json!({})).await.expect(200);
        let proof = json!({ "code": service.proof_of(&flow).await });
        scene.step(&flow, &flow_token, "contact/proof", proof).await.expect(200);
        let joined = scene.step(&flow, &flow_token, "password", json!({ "password": PASSWORD })).await.expect(201);
        let me = service.get(&text(&joined["session"]["access_token"]), "/v1/me").await.expect(200);
        assert_eq!((&me["contact"], &me["inviter"]["id"]), (&json!(CHINESE), &json!(ada.id.to_string())));
        until("she waits no longer", async || service.get(&again.1, "/v1/waitlist/me").await.status == 404).await;

        // What strangers can spend is an account of its own: four messages, and mail goes on.
        let waits_on = ask(&scene, json!({ "phone": "+8613812345670" })).await.expect(201);
        let waits_on = (text(&waits_on["application"]), text(&waits_on["token"]));
        assert_eq!(code_of(service, &waits_on.0).await.len(), 6);
        prove(service, &waits_on).await.expect(200);
        ask(&scene, json!({ "phone": "+8613812345671" })).await.expect(201);
        let fifth = ask(&scene, json!({ "phone": "+8613812345672" })).await;
        fifth.refused(429, "text-limit-reached");
        assert_eq!(fifth.body["field"], "/phone");
        service.post("", "/v1/sessions/codes", json!({ "phone": CHINESE })).await.expect(202);
        waits(service, "nora").await;

        // Phones are taken no longer: whoever waits by one stays, and others are chosen.
        let held = service.get(&scene.owner_token, "/v1/admin/policy").await;
        let tag = held.header("etag").expect("a tag").to_owned();
        let document = text(&held.expect(200)["document"]);
        scene.put_policy(Some(&tag), &document.replace("contact = \"either\"", "contact = \"email\"")).await.expect(200);
        ask(&scene, json!({ "phone": CHINESE })).await.refused(422, "invalid-value");
        let draw = json!({ "way": "order", "count": 5 });
        let drawn = service.post(&scene.owner_token, "/v1/admin/waitlist/draws", draw).await.expect(201);
        assert_eq!((&drawn["let_in"], &drawn["waiting"]), (&json!(2), &json!(2)));
        let state = async |token: &str| service.get(token, "/v1/waitlist/me").await.expect(200)["state"].clone();
        assert_eq!((state(&mailed.1).await, state(&waits_on.1).await), (json!("let_in"), json!("waiting")));
        sound_soon(db).await.expect("a sound community");
        scene.service.stop().await;
    }
}
