//! What a member sees of the graph: their own inviter, their own invitees and their own vouches, and no more. And what
//! admins see of it as of a past time.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{people::Member, platform::terms::Role};

use super::{Scene, nobody};
use crate::support::{
    db::{Database, on_both},
    service::text,
};

/// Puts somebody under another, as the owner.
async fn put_under(scene: &Scene, who: &Member, under: &Member) -> Value {
    let body = json!({ "inviter": under.id, "reason": "mistake", "note": "canary: they came together" });
    let path = format!("/v1/admin/people/{}/inviter", who.id);
    let answer = scene
        .service
        .call(Method::PUT, &scene.owner_token, &path, Some(body))
        .await;
    answer.expect(200)
}

fn ids(list: &Value) -> Vec<String> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| text(&item["id"]))
        .collect()
}

on_both! {
    async fn a_member_sees_their_own_and_no_more(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let (top, top_token) = scene.member("top", Role::Member).await;
        let (ann, ann_token) = scene.member("ann", Role::Member).await;
        let (bob, bob_token) = scene.member("bob", Role::Member).await;
        let (cat, cat_token) = scene.member("cat", Role::Member).await;
        // top ← ann ← bob ← cat
        put_under(&scene, &ann, &top).await;
        put_under(&scene, &bob, &ann).await;
        put_under(&scene, &cat, &bob).await;
        let vouch = async |method: Method, token: &str, id: &str| {
            service.call(method, token, &format!("/v1/me/vouches/{id}"), None).await
        };
        let given = vouch(Method::PUT, &ann_token, &cat.id.to_string()).await.expect(200);
        assert_eq!(text(&given["id"]), cat.id.to_string());
        let again = vouch(Method::PUT, &ann_token, &cat.id.to_string()).await.expect(200);
        assert_eq!(again, given, "a vouch is given once");
        vouch(Method::PUT, &top_token, &ann.id.to_string()).await.expect(200);

        // Everything of everybody's that ann may read, and what stands in it.
        let mut read = String::new();
        for path in ["/v1/me", "/v1/me/invitees", "/v1/me/vouches", "/v1/me/vouches?direction=received"] {
            read += &service.get(&ann_token, path).await.expect(200).to_string();
        }
        for (known, is) in [(&top, true), (&bob, true), (&cat, true), (&scene.owner, false)] {
            assert_eq!(read.contains(&known.id.to_string()), is, "{}: {read}", known.id);
        }
        let invitees = service.get(&ann_token, "/v1/me/invitees").await.expect(200);
        assert_eq!(ids(&invitees), [bob.id.to_string()]);
        let fields: Vec<_> = invitees["items"][0].as_object().unwrap().keys().cloned().collect();
        assert_eq!(fields, ["handle", "id", "since"], "neither standing nor figures");
        // Whoever is two steps away is nobody's business: cat does not see ann as an inviter, nor top cat.
        let of_cat = service.get(&cat_token, "/v1/me").await.expect(200);
        assert_eq!(text(&of_cat["inviter"]["id"]), bob.id.to_string());
        assert!(!of_cat.to_string().contains(&ann.id.to_string()));
        assert_eq!(ids(&service.get(&top_token, "/v1/me/invitees").await.expect(200)), [ann.id.to_string()]);
        assert!(ids(&service.get(&bob_token, "/v1/me/vouches").await.expect(200)).is_empty());
        // cat sees by whom they are vouched for.
        let received = service.get(&cat_token, "/v1/me/vouches?direction=received").await.expect(200);
        assert_eq!(ids(&received), [ann.id.to_string()]);
        for path in ["chain", "children", "branch", "branch/figures", "vouches", "former-inviters"] {
            service.get(&ann_token, &format!("/v1/admin/people/{}/{path}", ann.id)).await.refused(403, "forbidden");
        }
        // How somebody stands is told by nothing: a vouch for one who is banned is a vouch.
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
        service.post(&scene.owner_token, &format!("/v1/admin/people/{}/sanctions", bob.id), ban).await.expect(201);
        vouch(Method::PUT, &ann_token, &bob.id.to_string()).await.expect(200);
        assert_eq!(ids(&service.get(&ann_token, "/v1/me/invitees").await.expect(200)), [bob.id.to_string()]);

        // Pages follow on each other.
        let page = service.get(&ann_token, "/v1/me/vouches?limit=1").await.expect(200);
        assert_eq!(ids(&page), [bob.id.to_string()]);
        let next = text(&page["next"]);
        let page = service.get(&ann_token, &format!("/v1/me/vouches?limit=1&cursor={next}")).await.expect(200);
        assert_eq!((ids(&page), &page["next"]), (vec![cat.id.to_string()], &Value::Null));

        // Taken back, it is gone for members and kept for admins; and it rests for a day.
        vouch(Method::PUT, &ann_token, &nobody("person")).await.refused(404, "not-found");
        vouch(Method::PUT, &ann_token, &ann.id.to_string()).await.refused(409, "vouch-refused");
        scene.clock.advance(Duration::from_secs(60));
        vouch(Method::DELETE, &ann_token, &cat.id.to_string()).await.expect(204);
        vouch(Method::DELETE, &ann_token, &cat.id.to_string()).await.expect(204);
        let received = service.get(&cat_token, "/v1/me/vouches?direction=received").await.expect(200);
        assert!(ids(&received).is_empty());
        vouch(Method::PUT, &ann_token, &cat.id.to_string()).await.refused(409, "vouch-refused");
        let of_cat = format!("/v1/admin/people/{}/vouches", cat.id);
        assert!(ids(&service.get(&scene.owner_token, &of_cat).await.expect(200)).is_empty());
        let ever = service.get(&scene.owner_token, &format!("{of_cat}?taken_back=true")).await.expect(200);
        assert_eq!(ids(&ever), [ann.id.to_string()]);
        assert!(text(&ever["items"][0]["until"]) > text(&ever["items"][0]["since"]));
        let then = text(&ever["items"][0]["since"]);
        let then = service.get(&scene.owner_token, &format!("{of_cat}?as_of={then}")).await.expect(200);
        assert_eq!(ids(&then), [ann.id.to_string()]);
        scene.clock.advance(Duration::from_secs(24 * 3600));
        let ann_token = service.token(ann.row).await;
        vouch(Method::PUT, &ann_token, &cat.id.to_string()).await.expect(200);
        scene.service.stop().await;
    }

    /// So many in an hour, and no more; a member who floods others with vouches is told to wait.
    async fn vouches_come_no_faster_than_they_may(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (ann, _) = scene.member("ann", Role::Member).await;
        let (_, token) = scene.member("bob", Role::Member).await;
        let path = format!("/v1/me/vouches/{}", ann.id);
        let mut given = 0;
        let refused = loop {
            let answer = scene.service.call(Method::PUT, &token, &path, None).await;
            if answer.status != 200 {
                break answer;
            }
            given += 1;
        };
        refused.refused(429, "too-many-requests");
        // Half of them at once, the others spread over the hour.
        let most = vouchsafe::people::VOUCHES_AN_HOUR;
        assert!((most / 2..=most).contains(&given), "{given}");
        scene.clock.advance(Duration::from_secs(3600));
        let token = scene.service.token(scene.owner.row).await;
        scene.service.call(Method::PUT, &token, &path, None).await.expect(200);
        scene.service.stop().await;
    }

    /// A branch moves with a reason, and what was so before is answered as before.
    async fn another_inviter_is_given_with_a_reason(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let (ann, _) = scene.member("ann", Role::Member).await;
        let (bob, _) = scene.member("bob", Role::Member).await;
        let (cat, _) = scene.member("cat", Role::Member).await;
        scene.clock.advance(Duration::from_secs(100));
        put_under(&scene, &bob, &ann).await;
        put_under(&scene, &cat, &bob).await;
        let before = scene.service.app.core.ledger.now().to_string();
        scene.clock.advance(Duration::from_secs(100));
        let path = format!("/v1/admin/people/{}/inviter", bob.id);
        let put = async |token: &str, path: &str, body: Value| service.call(Method::PUT, token, path, Some(body)).await;
        let reason = |body: Value| {
            let mut whole = json!({ "reason": "request", "note": "both asked for it" });
            whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            whole
        };
        // It is said, or it is not done.
        put(&admin, &path, reason(json!({}))).await.refused(422, "invalid-value");
        put(&admin, &path, reason(json!({ "inviter": null }))).await.refused(422, "invalid-value");
        let both = reason(json!({ "inviter": ann.id, "root": true }));
        put(&admin, &path, both).await.refused(422, "invalid-value");
        put(&admin, &path, reason(json!({ "inviter": cat.id }))).await.refused(409, "inviter-in-branch");
        put(&admin, &path, reason(json!({ "inviter": bob.id }))).await.refused(409, "inviter-in-branch");
        put(&admin, &path, reason(json!({ "inviter": nobody("person") }))).await.refused(422, "invalid-value");
        put(&auditor, &path, reason(json!({ "root": true }))).await.refused(403, "forbidden");
        let of_owner = format!("/v1/admin/people/{}/inviter", scene.owner.id);
        put(&admin, &of_owner, reason(json!({ "inviter": ann.id }))).await.refused(403, "forbidden");
        put(owner, &of_owner, reason(json!({ "inviter": ann.id }))).await.refused(403, "forbidden");
        let given = put(&admin, &path, reason(json!({ "root": true }))).await.expect(200);
        assert_eq!(given, json!({ "id": bob.id, "inviter": null }));
        let same = put(&admin, &path, reason(json!({ "root": true }))).await.expect(200);
        assert_eq!(same, given);

        let chain = async |as_of: &str| {
            let path = format!("/v1/admin/people/{}/chain{as_of}", cat.id);
            ids(&service.get(&auditor, &path).await.expect(200))
        };
        let of = |people: &[&Member]| people.iter().map(|one| one.id.to_string()).collect::<Vec<_>>();
        assert_eq!(chain("").await, of(&[&cat, &bob]));
        assert_eq!(chain(&format!("?as_of={before}")).await, of(&[&cat, &bob, &ann]));
        for list in ["children", "branch"] {
            let path = format!("/v1/admin/people/{}/{list}", ann.id);
            assert!(ids(&service.get(&auditor, &path).await.expect(200)).is_empty());
            let then = service.get(&auditor, &format!("{path}?as_of={before}&limit=1")).await.expect(200);
            assert_eq!(ids(&then), of(&[&bob]), "{list}");
        }
        let figures = format!("/v1/admin/people/{}/branch/figures", ann.id);
        let now = service.get(&auditor, &figures).await.expect(200);
        assert_eq!((&now["figures"]["people"], &now["figures"]["depth"]), (&json!(0), &json!(0)));
        let then = service.get(&auditor, &format!("{figures}?as_of={before}")).await.expect(200);
        assert_eq!((&then["figures"]["people"], &then["figures"]["depth"]), (&json!(2), &json!(2)));
        // Fewer than five people's are for owners and auditors.
        for path in [figures.clone(), format!("{figures}?as_of={before}")] {
            assert_eq!(service.get(&admin, &path).await.expect(200), json!({}));
        }
        let person = format!("/v1/admin/people/{}", ann.id);
        assert_eq!(service.get(&admin, &person).await.expect(200).get("branch"), None);
        assert!(service.get(owner, &person).await.expect(200).get("branch").is_some());
        let early = format!("{figures}?as_of=2020-01-01T00:00:00Z");
        let refused = service.get(&auditor, &early).await;
        refused.refused(404, "not-found");
        assert_eq!(refused.body["field"], "as_of");
        service.get(&auditor, &format!("{figures}?as_of=yesterday")).await.refused(400, "invalid-field");

        // The former inviter is kept with the reason; the words are sealed.
        let former = format!("/v1/admin/people/{}/former-inviters", bob.id);
        let seen = service.get(&admin, &former).await.expect(200);
        let items = seen["items"].as_array().unwrap();
        assert_eq!((items.len(), &items[0]["inviter"]), (2, &Value::Null));
        assert_eq!((&items[1]["inviter"], &items[1]["reason"]), (&json!(ann.id), &json!("request")));
        assert_eq!(items[1]["note"], "both asked for it");
        let seen = service.get(&auditor, &former).await.expect(200);
        assert_eq!(seen["items"][1].get("note"), None);
        let ledger = service.get(&auditor, "/v1/admin/ledger?type=reparented").await.expect(200);
        assert_eq!(ledger["items"][0]["details"]["former_inviter"], json!(ann.id));
        assert!(!ledger.to_string().contains("canary") && !ledger.to_string().contains("asked for it"));
        // Who may come in by whose invite is shown with the person.
        let link = service.post(owner, "/v1/me/invites", json!({ "max_uses": 3 })).await.expect(201);
        let pending = service.get(&admin, &format!("/v1/admin/people/{}", scene.owner.id)).await.expect(200);
        let pending = &pending["pending_invites"];
        assert_eq!((&pending[0]["id"], &pending[0]["places"]), (&link["id"], &json!(3)));
        scene.service.stop().await;
    }
}
