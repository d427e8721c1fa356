//! What is held about a member, and who looked at their name.

use std::time::Duration;

use serde_json::{Value, json};
use vouchsafe::platform::terms::Role;

use crate::{
    http::{PASSWORD, Scene, address, identity, resident_id},
    support::{
        db::{Database, on_both},
        service::text,
    },
};

on_both! {
    async fn a_member_sees_what_is_held_and_who_looked(db: &Database) {
        let scene = Scene::with(db, "reviewed", |config| config.token.access_minutes = 60).await;
        let service = &scene.service;
        let (_, reviewer) = scene.member("reviewer", Role::Reviewer).await;
        let (flow, token) = scene.proved(&scene.link(1).await, "ada").await;
        scene.step(&flow, &token, "identity", identity("王芳", &resident_id(6))).await.expect(200);
        let cases = service.get(&reviewer, "/v1/admin/cases").await.expect(200);
        let case = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
        for reason in ["the next in turn", "once more, for the date"] {
            service.post(&reviewer, &format!("{case}/claim"), json!({ "reason": reason })).await.expect(200);
            scene.clock.advance(Duration::from_secs(60));
        }
        let verdict = json!({ "verdict": "approved", "reason": "as on the card" });
        service.post(&reviewer, &format!("{case}/decision"), verdict).await.expect(200);
        let body = json!({ "password": PASSWORD, "handle": "fang" });
        let joined = scene.step(&flow, &token, "password", body).await.expect(201);
        let me = text(&joined["session"]["access_token"]);

        let (other, _) = scene.member("other", Role::Member).await;
        let report = json!({ "person": other.id, "reason": "spam", "note": "two hundred advertisements" });
        service.post(&me, "/v1/reports", report).await.expect(204);
        let before = Scene::events(db);
        let held = service.get(&me, "/v1/me/data").await.expect(200);
        let own = service.get(&me, "/v1/me").await.expect(200);
        for same in ["id", "handle", "contact", "locale", "role", "standing", "assurance", "joined_at"] {
            assert_eq!(held[same], own[same], "{same}");
        }
        assert_eq!(held["inviter"], own["inviter"]["id"]);
        assert_eq!((&held["real_name"]["name"], &held["real_name"]["country"]), (&json!("王芳"), &json!("CN")));
        assert_eq!(held["real_name"]["document"], "cn_resident_id");
        assert!(!held.to_string().contains(&resident_id(6)), "{held}");
        for (what, many) in [("looks", 2), ("sessions", 1), ("invitees", 0), ("invites", 0), ("sanctions", 0), ("reports", 1)] {
            assert_eq!(held[what], json!(many), "{what}: {held}");
        }
        assert_eq!((&held["has_password"], &held["letters_stopped"]), (&json!(true), &json!(false)));

        let looks = service.get(&me, "/v1/me/data/looks?limit=1").await.expect(200);
        assert_eq!(looks["items"].as_array().map(Vec::len), Some(1));
        let last = &looks["items"][0];
        assert_eq!((&last["reason"], &last["role"]), (&json!("once more, for the date"), &json!("reviewer")));
        let next = text(&looks["next"]);
        let looks = service.get(&me, &format!("/v1/me/data/looks?cursor={next}")).await.expect(200);
        assert_eq!((&looks["items"][0]["reason"], &looks["next"]), (&json!("the next in turn"), &Value::Null));
        assert_eq!(Scene::events(db), before, "looking at oneself is no event");

        // Who was reported, and the others, are told nothing of it.
        let others = service.token(other.row).await;
        let held = service.get(&others, "/v1/me/data").await.expect(200);
        assert_eq!((&held["reports"], &held["looks"], &held["real_name"]), (&json!(0), &json!(0), &Value::Null));
        assert_eq!(service.get(&others, "/v1/me/data/looks").await.expect(200)["items"], json!([]));

        // A session that was left open does not show the name.
        scene.clock.advance(Duration::from_secs(15 * 60));
        let held = service.get(&me, "/v1/me/data").await.expect(200);
        assert_eq!((&held["real_name"]["name"], &held["real_name"]["country"]), (&Value::Null, &json!("CN")));
        scene.service.stop().await;
    }

    async fn what_is_kept_for_a_member_is_shown_to_them(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let me = scene.entered("ada").await;
        scene.move_to(&me, "countess").await;
        let held = service.get(&me, "/v1/me/data").await.expect(200);
        assert_eq!(held["contact"], address("countess"));
        assert_eq!(held["former_contacts"][0]["was"], address("ada"));
        scene.service.stop().await;
    }
}
