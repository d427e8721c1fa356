//! What becomes of an invite when something happens elsewhere: to its place, to whoever gave it, to
//! whoever it was sent to.

use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{
    store::Backend,
    terms::{InviteId, Role},
};

use super::{PASSWORD, Scene, address, identity, resident_id, texts};
use crate::support::{
    db::{Database, on_both},
    invariants::sound_soon,
    service::text,
};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A community whose members may give one place.
async fn frugal(db: &Database) -> Scene {
    Scene::with(db, "open-circle", |config| {
        let seed = config.policy.seed_file.as_ref().expect("a policy");
        let policy = std::fs::read_to_string(seed).expect("the policy");
        let frugal = policy.replace("quota_per_member = 20", "quota_per_member = 1");
        assert_ne!(frugal, policy);
        std::fs::write(seed, frugal).expect("to write the policy");
    })
    .await
}

on_both! {
    /// A place that nobody can take any more is not given: neither that of an invite that was taken back,
    /// nor one that was kept for somebody who did not come.
    async fn a_place_comes_back_when_nobody_can_take_it(db: &Database) {
        let scene = frugal(db).await;
        let (member, token) = scene.member("inviter", Role::Member).await;
        let invite = async |token: &str, name: &str| {
            let body = json!({ "email": address(name), "lifetime_hours": 1 });
            scene.service.post(token, "/v1/me/invites", body).await
        };
        let made = invite(&token, "grace").await.expect(201);
        scene.proved(&scene.service.code_of(&text(&made["id"])).await, "grace").await;
        invite(&token, "ada").await.refused(409, "quota-exhausted");
        let path = format!("/v1/me/invites/{}", text(&made["id"]));
        scene.service.call(Method::DELETE, &token, &path, None).await.expect(204);

        let made = invite(&token, "ada").await.expect(201);
        scene.proved(&scene.service.code_of(&text(&made["id"])).await, "ada").await;
        // The invite's time is over, and the place is kept for Ada all the same: 14 days.
        scene.clock.advance(2 * HOUR);
        let token = scene.service.token(member.row).await;
        invite(&token, "iris").await.refused(409, "quota-exhausted");
        scene.clock.advance(14 * 24 * HOUR - 2 * HOUR - Duration::from_secs(1));
        let token = scene.service.token(member.row).await;
        invite(&token, "iris").await.refused(409, "quota-exhausted");
        scene.clock.advance(Duration::from_secs(1));
        let token = scene.service.token(member.row).await;
        invite(&token, "iris").await.expect(201);
        invite(&token, "wade").await.refused(409, "quota-exhausted");
        scene.service.stop().await;
    }

    /// Several may invite one address. The first invite that is accepted is the one that counts, and of the
    /// others nothing is left: no place, no way in, no case for a reviewer.
    async fn whoever_comes_in_voids_what_else_was_sent_to_them(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let (_, one) = scene.member("one", Role::Admin).await;
        let (_, other) = scene.member("other", Role::Admin).await;
        let invite = async |token: &str, body: Value| {
            let made = scene.service.post(token, "/v1/me/invites", body).await.expect(201);
            let code = scene.service.code_of(&text(&made["id"])).await;
            (text(&made["id"]), code)
        };
        let grace = json!({ "email": address("grace") });
        let (accepted, code) = invite(&one, grace.clone()).await;
        let (held, held_code) = invite(&other, json!({ "email": "Grace@Vouch.example.org" })).await;
        let (open, open_code) = invite(&one, grace.clone()).await;
        let (expired, _) = invite(&other, json!({ "email": address("grace"), "lifetime_hours": 1 })).await;
        let (elsewhere, _) = invite(&other, json!({ "email": address("grace.elsewhere") })).await;
        let (link, _) = invite(&one, json!({ "max_uses": 2 })).await;
        scene.clock.advance(2 * HOUR);

        // Grace begins by one of them, with her passport, and comes in by another, with her card.
        let passport = json!({ "full_name": "王芳",
            "document": { "country": "CN", "kind": "passport", "number": "E12345678" } });
        let (left, left_token) = scene.proved(&held_code, "grace").await;
        scene.step(&left, &left_token, "identity", passport).await.expect(200);
        let (flow, token) = scene.proved(&code, "grace").await;
        scene.step(&flow, &token, "identity", identity("王芳", &resident_id(6))).await.expect(200);
        let (_, me) = scene.member("reviewer", Role::Reviewer).await;
        let waiting = async || {
            let page = scene.service.get(&me, "/v1/admin/cases").await.expect(200);
            page["items"].as_array().expect("cases").clone()
        };
        assert_eq!(waiting().await.len(), 2);
        let cases = waiting().await;
        let case = cases.iter().find(|case| case["flow"] == flow.as_str()).expect("her case");
        let case = format!("/v1/admin/cases/{}", text(&case["id"]));
        let claim = json!({ "reason": "the next in turn" });
        scene.service.post(&me, &format!("{case}/claim"), claim).await.expect(200);
        let verdict = json!({ "verdict": "approved", "reason": "as on the card" });
        scene.service.post(&me, &format!("{case}/decision"), verdict).await.expect(200);
        scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await.expect(201);

        let state = |id: &str| {
            let sql = "SELECT CASE WHEN revoked_at IS NOT NULL THEN 'revoked' ELSE 'stands' END AS t FROM invites WHERE uid = ";
            let uid = id.parse::<InviteId>().expect("an id");
            let hex = HEXLOWER.encode(uid.as_bytes());
            let uid = match db.target().backend() {
                Backend::Sqlite => format!("x'{hex}'"),
                Backend::Postgres => format!("'\\x{hex}'"),
            };
            texts(db, &format!("{sql}{uid}")).remove(0)
        };
        let begun = Instant::now();
        while [&held, &open].iter().any(|id| state(id) == "stands") {
            assert!(begun.elapsed() < Duration::from_secs(20), "they still stand");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for stands in [&accepted, &expired, &elsewhere, &link] {
            assert_eq!(state(stands), "stands");
        }
        for code in [&held_code, &open_code] {
            scene.service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-closed");
            scene.service.post("", "/v1/onboarding", json!({ "code": code })).await.refused(410, "invite-closed");
        }
        let ended = scene.service.get(&left_token, &format!("/v1/onboarding/{left}")).await.expect(200);
        assert_eq!(ended["state"], "ended");
        assert_eq!(waiting().await, Vec::<Value>::new(), "a case of somebody who is in");
        let told = texts(db, "SELECT body AS t FROM events WHERE kind = 'invite_voided' ORDER BY id");
        let told: Vec<Value> = told.iter().map(|body| serde_json::from_str(body).expect("JSON")).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        for event in &told {
            assert_eq!((&event["actor"], &event["accepted"]), (&json!("system"), &json!(accepted)));
        }
        assert_eq!(sound_soon(db).await.expect("a sound community"), 5);
        scene.service.stop().await;
    }

    /// An address is proved by whoever comes in by a link, too.
    async fn whoever_comes_in_by_a_link_needs_no_other_invite(db: &Database) {
        let scene = frugal(db).await;
        let (_, token) = scene.member("inviter", Role::Member).await;
        let invite = async |name: &str| {
            let body = json!({ "email": address(name) });
            scene.service.post(&token, "/v1/me/invites", body).await
        };
        invite("grace").await.expect(201);
        invite("ada").await.refused(409, "quota-exhausted");
        let (flow, flow_token) = scene.proved(&scene.link(1).await, "grace").await;
        scene.step(&flow, &flow_token, "password", json!({ "password": PASSWORD })).await.expect(201);
        let begun = Instant::now();
        while invite("ada").await.status != 201 {
            assert!(begun.elapsed() < Duration::from_secs(20), "the place is not given back");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        scene.service.stop().await;
    }
}
