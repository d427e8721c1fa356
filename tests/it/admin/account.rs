//! One person for an admin: how they sign in, the end of their sessions, and their verified name for a reason.

use serde_json::json;
use vouchsafe::platform::terms::Role;

use super::kept::sequenced;
use crate::{
    http::{PASSWORD, Scene, address, identity, nobody, resident_id},
    support::{
        db::{Database, on_both},
        service::text,
    },
};

on_both! {
    async fn an_account_is_shown_masked_and_its_sessions_end(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (admin_member, admin) = scene.member("admin", Role::Admin).await;
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let (ann, token) = scene.member("ann", Role::Member).await;
        let other = service.token(ann.row).await;
        let path = format!("/v1/admin/people/{}/account", ann.id);
        let shown = service.get(&admin, &path).await.expect(200);
        assert_eq!(shown["email_hint"], "a•••@v•••.org", "{shown}");
        assert!(!shown.to_string().contains(&address("ann")), "{shown}");
        assert_eq!((shown.get("phone_hint"), &shown["has_password"]), (None, &json!(false)));
        let sessions = shown["sessions"].as_array().unwrap();
        assert_eq!((sessions.len(), &shown["last_sign_in_at"]), (2, &sessions[0]["started_at"]));
        for told in ["device", "network"] {
            assert_eq!(sessions[0].get(told), None, "they are for the member alone");
        }
        // An auditor reads only what is not sealed; a member nothing.
        let seen = service.get(&auditor, &path).await.expect(200);
        assert_eq!((seen.get("email_hint"), &seen["sessions"]), (None, &shown["sessions"]));
        service.get(&token, &path).await.refused(403, "forbidden");
        service.get(owner, &format!("/v1/admin/people/{}/account", nobody("person"))).await.refused(404, "not-found");

        let end = |who: String| format!("/v1/admin/people/{who}/sessions/end");
        let why = json!({ "reason": "lost_device" });
        let of_ann = end(ann.id.to_string());
        service.post(&auditor, &of_ann, why.clone()).await.refused(403, "forbidden");
        service.post(&admin, &of_ann, json!({ "reason": "because" })).await.refused(400, "invalid-field");
        service.post(&admin, &end(scene.owner.id.to_string()), why.clone()).await.refused(403, "forbidden");
        service.post(owner, &end(scene.owner.id.to_string()), why.clone()).await.refused(403, "forbidden");
        service.post(&admin, &end(nobody("person")), why.clone()).await.refused(404, "not-found");
        let ended = service.post(&admin, &of_ann, why.clone()).await;
        assert!(ended.header("vouchsafe-position").is_some());
        assert_eq!(ended.expect(200), json!({ "ended": 2 }));
        for over in [&token, &other] {
            service.get(over, "/v1/me").await.refused(401, "session-ended");
        }
        let shown = service.get(&admin, &path).await.expect(200);
        assert_eq!(shown["sessions"], json!([]));
        assert!(shown["last_sign_in_at"].is_string(), "{shown}");
        assert_eq!(service.post(owner, &of_ann, why).await.expect(200), json!({ "ended": 0 }));
        sequenced(&scene, db).await;
        let told = service.get(owner, &format!("/v1/admin/ledger?type=sessions_ended&subject={}", ann.id)).await.expect(200);
        let first = &told["items"][1];
        assert_eq!((&first["actor"]["person"], &first["details"]["reason"], &first["details"]["ended"]),
            (&json!(admin_member.id), &json!("lost_device"), &json!(2)));
        // She may sign in as before.
        let token = service.token(ann.row).await;
        service.get(&token, "/v1/me").await.expect(200);
        scene.service.stop().await;
    }

    async fn a_verified_name_is_shown_for_a_reason_and_the_member_hears_of_it(db: &Database) {
        let scene = Scene::with(db, "reviewed", |config| config.token.access_minutes = 60).await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (_, reviewer) = scene.member("reviewer", Role::Reviewer).await;
        let (admin_member, admin) = scene.member("admin", Role::Admin).await;
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let (flow, token) = scene.proved(&scene.link(1).await, "ada").await;
        scene.step(&flow, &token, "identity", identity("王芳", &resident_id(6))).await.expect(200);
        let cases = service.get(&reviewer, "/v1/admin/cases").await.expect(200);
        let case = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
        service.post(&reviewer, &format!("{case}/claim"), json!({ "reason": "the next in turn" })).await.expect(200);
        let verdict = json!({ "verdict": "approved", "reason": "as on the card" });
        service.post(&reviewer, &format!("{case}/decision"), verdict).await.expect(200);
        let joined = scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await.expect(201);
        let me = text(&joined["session"]["access_token"]);
        let id = text(&service.get(&me, "/v1/me").await.expect(200)["id"]);

        let path = format!("/v1/admin/people/{id}/name");
        let why = json!({ "reason": "canary: a letter from the court" });
        service.post(&admin, &path, json!({ "reason": "short" })).await.refused(422, "invalid-value");
        service.post(&auditor, &path, why.clone()).await.refused(403, "forbidden");
        service.post(&reviewer, &path, why.clone()).await.refused(403, "forbidden");
        let shown = service.post(&admin, &path, why.clone()).await.expect(200);
        assert_eq!((&shown["name"], &shown["country"], &shown["kind"]), (&json!("王芳"), &json!("CN"), &json!("cn_resident_id")));
        assert!(!shown.to_string().contains(&resident_id(6)), "{shown}");
        // Of whom no name was verified there is none, however sure we are of them.
        service.post(&admin, &format!("/v1/admin/people/{}/name", scene.owner.id), why.clone()).await.refused(404, "not-found");
        service.post(&admin, &format!("/v1/admin/people/{}/name", nobody("person")), why.clone()).await.refused(404, "not-found");

        // The member is shown by what role and why, owners also by whom; the ledger has no word of it.
        let looks = service.get(&me, "/v1/me/data/looks").await.expect(200);
        assert_eq!((&looks["items"][0]["role"], &looks["items"][0]["reason"]), (&json!("admin"), &why["reason"]));
        assert_eq!(looks["items"].as_array().unwrap().len(), 2);
        let list = format!("/v1/admin/people/{id}/looks");
        let seen = service.get(owner, &format!("{list}?limit=1")).await.expect(200);
        assert_eq!((&seen["items"][0]["by"], &seen["items"][0]["reason"]), (&json!(admin_member.id), &why["reason"]));
        let rest = service.get(owner, &format!("{list}?cursor={}", text(&seen["next"]))).await.expect(200);
        assert_eq!(rest["items"][0]["reason"], "the next in turn");
        let seen = service.get(&auditor, &list).await.expect(200);
        assert_eq!((&seen["items"][0]["by"], seen["items"][0].get("reason")), (&json!(admin_member.id), None));
        service.get(&admin, &list).await.refused(403, "forbidden");
        service.get(owner, &format!("/v1/admin/people/{}/looks", nobody("person"))).await.refused(404, "not-found");
        sequenced(&scene, db).await;
        let told = service.get(owner, "/v1/admin/ledger?type=name_shown").await.expect(200);
        assert_eq!((told["items"].as_array().unwrap().len(), &told["items"][0]["subject"]), (1, &json!(id)));
        assert!(!told.to_string().contains("canary") && !told.to_string().contains("王"), "{told}");

        // It counts as the names do that reviewers are shown; one that was seen does not count again.
        let held = service.get(owner, "/v1/admin/policy").await;
        let document = text(&held.body["document"]).replace("names_per_day = 100", "names_per_day = 1");
        let put = service.request(reqwest::Method::PUT, "/v1/admin/policy").bearer_auth(owner);
        let put = put.header("If-Match", held.header("etag").unwrap()).json(&json!({ "document": document }));
        service.send(put).await.expect(200);
        service.post(&admin, &path, why.clone()).await.expect(200);
        let (flow, token) = scene.proved(&scene.link(1).await, "bea").await;
        scene.step(&flow, &token, "identity", identity("李娜", &resident_id(7))).await.expect(200);
        let cases = service.get(&admin, "/v1/admin/cases").await.expect(200);
        let case = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
        let refused = service.post(&admin, &format!("{case}/claim"), json!({ "reason": "the next in turn" })).await;
        refused.refused(429, "names-exhausted");

        // Of whoever was erased there is nothing to see.
        service.call(reqwest::Method::DELETE, &me, "/v1/me", None).await.expect(204);
        service.post(owner, &path, why).await.refused(404, "not-found");
        scene.service.stop().await;
    }
}
