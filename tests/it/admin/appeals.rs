//! Appeals of whoever is sanctioned, and reports of members by members, over HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use vouchsafe::platform::terms::{Clock, Role};

use crate::{
    http::{PASSWORD, Scene, address},
    support::{
        db::{Database, on_both},
        service::text,
    },
};

async fn ban(scene: &Scene, by: &str, person: &str) -> String {
    let body = json!({ "kind": "ban", "reason": "spam", "note": "two hundred advertisements" });
    let path = format!("/v1/admin/people/{person}/sanctions");
    text(&scene.service.post(by, &path, body).await.expect(201)["id"])
}

/// What somebody is answered who signs in with the right password.
async fn sign_in(scene: &Scene, name: &str) -> crate::support::service::Answer {
    let credentials = json!({ "contact": address(name), "password": PASSWORD });
    scene.service.post("", "/v1/sessions", credentials).await
}

on_both! {
    async fn whoever_is_banned_appeals_once_to_somebody_else(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let (_, first) = scene.member("first", Role::Admin).await;
        let (_, second) = scene.member("second", Role::Admin).await;
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let mallory = service.found(&address("mallory"), Role::Member, Some(PASSWORD)).await;
        let sanction = ban(&scene, &first, &mallory.id.to_string()).await;

        // A wrong password gets no token; the right one gets one that is good for appeals alone.
        let wrong = json!({ "contact": address("mallory"), "password": "eleven loud geese swim" });
        let wrong = service.post("", "/v1/sessions", wrong).await;
        wrong.refused(401, "credentials-wrong");
        assert_eq!(wrong.body.get("appeal_token"), None);
        let refused = sign_in(&scene, "mallory").await;
        refused.refused(403, "forbidden");
        let token = text(&refused.body["appeal_token"]);
        service.get(&token, "/v1/me").await.refused(401, "unauthenticated");
        for none in ["appeal_AAAA", first.as_str()] {
            service.get(none, "/v1/appeals").await.refused(401, "unauthenticated");
            // Whoever is nobody does not even learn whether the body is one.
            service.post(none, "/v1/appeals", json!({ "what": 1 })).await.refused(401, "unauthenticated");
        }

        let own = service.get(&token, "/v1/appeals").await.expect(200);
        let shown = &own["items"][0];
        assert_eq!((&shown["id"], &shown["kind"], &shown["reason"]), (&json!(sanction), &json!("ban"), &json!("spam")));
        assert!(shown.get("note").is_none() && shown.get("imposed_by").is_none() && shown.get("appeal").is_none());
        let appeal = |sanction: &str, text: &str| json!({ "sanction": sanction, "text": text });
        let words = "It was my brother, who had my phone.";
        for long in ["short", &"x".repeat(2001)] {
            service.post(&token, "/v1/appeals", appeal(&sanction, long)).await.refused(422, "invalid-value");
        }
        let unknown = crate::http::nobody("sanction");
        service.post(&token, "/v1/appeals", appeal(&unknown, words)).await.refused(404, "sanction-unknown");
        let made = service.post(&token, "/v1/appeals", appeal(&sanction, words)).await.expect(201);
        service.post(&token, "/v1/appeals", appeal(&sanction, words)).await.refused(409, "appeal-exists");
        let id = text(&made["id"]);

        // The queue, which says nothing of what is said; not to whoever decided, and to one at a time.
        service.get(&auditor, "/v1/admin/appeals").await.refused(403, "forbidden");
        let queue = service.get(&first, "/v1/admin/appeals").await.expect(200);
        assert_eq!((&queue["items"][0]["id"], queue["items"][0].get("text")), (&json!(id), None));
        let claim = format!("/v1/admin/appeals/{id}/claim");
        let decide = format!("/v1/admin/appeals/{id}/decision");
        let overturned = json!({ "verdict": "overturned", "reason": "we believe you" });
        service.post(&first, &claim, json!({})).await.refused(403, "forbidden");
        let nothing = format!("/v1/admin/appeals/{}/claim", crate::http::nobody("appeal"));
        service.post(&second, &nothing, json!({})).await.refused(404, "appeal-unknown");
        service.post(&second, &decide, overturned.clone()).await.refused(409, "appeal-state");
        let claimed = service.post(&second, &claim, json!({})).await.expect(200);
        assert_eq!(claimed["text"], words);
        service.post(&scene.owner_token, &claim, json!({})).await.refused(409, "appeal-state");
        // The claim is over after half an hour, and then another's.
        scene.clock.set(scene.clock.now().after(Duration::from_secs(30 * 60)));
        let owner = service.token(scene.owner.row).await;
        service.post(&owner, &claim, json!({})).await.expect(200);
        let again = service.session(scene.owner.row).await.access;
        service.post(&again, &decide, json!({ "verdict": "overturned", "reason": "short" })).await.refused(422, "invalid-value");
        let decided = service.post(&again, &decide, overturned.clone()).await.expect(200);
        assert_eq!(decided["verdict"], "overturned");
        service.post(&again, &decide, overturned).await.refused(409, "appeal-state");
        assert_eq!(service.get(&again, "/v1/admin/appeals").await.expect(200)["items"], json!([]));
        // They are back, and read why.
        let signed_in = sign_in(&scene, "mallory").await.expect(201);
        let own = service.get(&text(&signed_in["access_token"]), "/v1/me/sanctions").await.expect(200);
        let appeal = &own["items"][0]["appeal"];
        assert_eq!((&appeal["verdict"], &appeal["reason"]), (&json!("overturned"), &json!("we believe you")));
        assert!(own["items"][0]["lifted_at"].is_string());
        // The token has had its time.
        service.get(&token, "/v1/appeals").await.refused(401, "unauthenticated");
        scene.service.stop().await;
    }

    /// A sanction that was upheld on appeal is not lifted when the action is undone that it was a part of.
    async fn what_was_upheld_outlives_the_undoing(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let (_, second) = scene.member("second", Role::Admin).await;
        let (_, third) = scene.member("third", Role::Admin).await;
        let (one, token) = scene.member("one", Role::Member).await;
        let (other, _) = scene.member("other", Role::Member).await;
        let drafted = json!({ "selection": { "people": [one.id, other.id] }, "kind": "freeze", "reason": "spam",
            "note": "they came by the same link" });
        let action = service.post(&second, "/v1/admin/actions", drafted).await.expect(201);
        let path = format!("/v1/admin/actions/{}", text(&action["id"]));
        service.post(&scene.owner_token, &format!("{path}/approve"), json!({})).await.expect(200);
        let state = async |state: &str| {
            let begun = std::time::Instant::now();
            while service.get(&third, &path).await.expect(200)["state"] != state {
                assert!(begun.elapsed().as_secs() < 30, "{state}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        state("applied").await;
        let own = service.get(&token, "/v1/me/sanctions").await.expect(200);
        let appeal = json!({ "sanction": own["items"][0]["id"], "text": "I was only invited by them." });
        let made = service.post(&token, "/v1/me/appeals", appeal).await.expect(201);
        let claim = format!("/v1/admin/appeals/{}/claim", text(&made["id"]));
        // Neither who drafted it nor who approved it.
        for by in [&second, &scene.owner_token] {
            service.post(by, &claim, json!({})).await.refused(403, "forbidden");
        }
        service.post(&third, &claim, json!({})).await.expect(200);
        let upheld = json!({ "verdict": "upheld", "reason": "you invited thirty of them" });
        let decide = format!("/v1/admin/appeals/{}/decision", text(&made["id"]));
        service.post(&third, &decide, upheld).await.expect(200);
        service.post(&second, &format!("{path}/undo"), json!({ "note": "the wrong link" })).await.expect(200);
        state("undone").await;
        let standing = |row| service.app.core.roster.snapshot(row).unwrap().standing.as_str();
        // Memory follows what the state says.
        let begun = std::time::Instant::now();
        while standing(other.row) != "active" && begun.elapsed().as_secs() < 30 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!((standing(one.row), standing(other.row)), ("frozen", "active"));
        scene.service.stop().await;
    }

    /// One letter to an inviter for many at once, and none to whoever is sanctioned with them.
    async fn the_inviter_is_told_once(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let (inviter, token) = scene.member("inviter", Role::Member).await;
        let people = crate::support::branch::branch(service, inviter.row, 30).await;
        let people: Vec<_> = people.iter().map(|(_, id)| id).collect();
        let drafted = json!({ "selection": { "people": people }, "kind": "freeze", "reason": "spam",
            "note": "they came by the same link" });
        let (_, second) = scene.member("second", Role::Admin).await;
        let action = service.post(&second, "/v1/admin/actions", drafted).await.expect(201);
        let approve = format!("/v1/admin/actions/{}/approve", text(&action["id"]));
        service.post(&scene.owner_token, &approve, json!({})).await.expect(200);
        let letters = async || tokio::task::block_in_place(|| {
            db.figures("SELECT count(*) AS n FROM outbox WHERE kind = 'invitee-sanctioned'")[0]
        });
        let begun = std::time::Instant::now();
        while letters().await == 0 {
            assert!(begun.elapsed().as_secs() < 30, "no letter");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let list = service.get(&token, "/v1/me/sanctioned-invitees").await.expect(200);
        let handles: Vec<_> = list["items"].as_array().unwrap().iter().map(|one| &one["handle"]).collect();
        assert_eq!(handles, ["branch_0", "branch_1", "branch_2"]);
        let first = &list["items"][0];
        assert_eq!((&first["standing"], first.as_object().unwrap().len()), (&json!("frozen"), 3));
        // One more by hand, within the hour.
        ban(&scene, &scene.owner_token, &people[0].to_string()).await;
        let behind = "SELECT count(*) AS n FROM cursors, (SELECT max(pos) AS last FROM ledger) AS ledger \
                      WHERE name = 'sanction-mails' AND pos >= last";
        while tokio::task::block_in_place(|| db.figures(behind)) != [1] {
            assert!(begun.elapsed().as_secs() < 60);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(letters().await, 1);
        scene.service.stop().await;
    }

    async fn reports_are_bundled_by_person_and_closed_as_a_group(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let (mallory, token) = scene.member("mallory", Role::Member).await;
        let (gone, _) = scene.member("gone", Role::Member).await;
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let report = |person: Value| json!({ "person": person, "reason": "abuse", "note": "they shouted at everybody" });
        let mut reporters = Vec::new();
        for name in ["ann", "bob", "cat"] {
            let (member, token) = scene.member(name, Role::Member).await;
            service.post(&token, "/v1/reports", report(json!(mallory.id))).await.expect(204);
            // Again is once.
            service.post(&token, "/v1/reports", report(json!(mallory.id))).await.expect(204);
            service.post(&token, "/v1/reports", report(json!(gone.id))).await.expect(204);
            reporters.push((member, token));
        }
        service.post(&token, "/v1/reports", report(json!(mallory.id))).await.refused(422, "invalid-value");
        let stranger = report(json!(crate::http::nobody("person")));
        service.post(&token, "/v1/reports", stranger).await.refused(404, "not-found");
        tokio::task::block_in_place(|| db.run(&format!("UPDATE people SET standing = 'left' WHERE id = {}", gone.row.0)));
        service.post(&token, "/v1/reports", report(json!(gone.id))).await.refused(404, "not-found");

        service.get(&token, "/v1/admin/reports").await.refused(403, "forbidden");
        let list = service.get(&auditor, "/v1/admin/reports").await.expect(200);
        let listed: Vec<_> = list["items"].as_array().unwrap().iter().map(|one| (&one["person"], &one["open"])).collect();
        assert_eq!(listed, [(&json!(mallory.id), &json!(3)), (&json!(gone.id), &json!(3))]);
        let page = service.get(&auditor, "/v1/admin/reports?limit=1").await.expect(200);
        let next = format!("/v1/admin/reports?limit=1&cursor={}", text(&page["next"]));
        assert_eq!(service.get(&auditor, &next).await.expect(200)["items"][0]["person"], json!(gone.id));
        let path = format!("/v1/admin/reports/{}", mallory.id);
        let open = service.get(&scene.owner_token, &path).await.expect(200);
        assert_eq!((&open["items"][0]["by"], &open["items"][0]["note"]), (&json!(reporters[0].0.id), &json!("they shouted at everybody")));
        assert_eq!(service.get(&auditor, &path).await.expect(200)["items"][0].get("note"), None);

        let close = async |person: &Value, by: &str| {
            let path = format!("/v1/admin/reports/{}/close", text(person));
            service.post(by, &path, json!({ "outcome": "spoken_to" })).await
        };
        close(&json!(mallory.id), &auditor).await.refused(403, "forbidden");
        for person in [json!(mallory.id), json!(gone.id)] {
            assert_eq!(close(&person, &scene.owner_token).await.expect(200)["closed"], 3);
            close(&person, &scene.owner_token).await.refused(404, "reports-unknown");
        }
        assert_eq!(service.get(&auditor, "/v1/admin/reports").await.expect(200)["items"], json!([]));
        // What is reported later is open again; and there is an end to it in a day.
        let (_, ann) = &reporters[0];
        service.post(ann, "/v1/reports", report(json!(mallory.id))).await.expect(204);
        let mut last = 0;
        for _ in 0..20 {
            last = service.post(ann, "/v1/reports", report(json!(mallory.id))).await.status.as_u16();
        }
        assert_eq!(last, 429);
        // Whoever may report no more is told so first, whatever is wrong with what they say.
        let short = json!({ "person": mallory.id, "reason": "spam", "note": "!" });
        service.post(ann, "/v1/reports", short.clone()).await.refused(429, "too-many-requests");
        let (_, ben) = &reporters[1];
        service.post(ben, "/v1/reports", short).await.refused(422, "invalid-value");
        // The reported sees nothing of it.
        assert_eq!(service.get(&token, "/v1/me/sanctions").await.expect(200)["items"], json!([]));
        scene.service.stop().await;
    }
}
