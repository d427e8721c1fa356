//! What another policy would mean, asked before it is put in place.

use std::time::Duration;

use serde_json::{Value, json};
use vouchsafe::{platform::terms::Role, policy::preset};

use crate::{
    http::Scene,
    support::db::{Database, on_both},
};

/// A preset with changes.
fn changed(changes: &[(&str, &str)]) -> Value {
    let mut document = preset("open-circle").unwrap().to_owned();
    for (from, to) in changes {
        assert!(document.contains(from), "{from}");
        document = document.replacen(from, to, 1);
    }
    json!({ "document": document })
}

/// The demand of this key among those that somebody falls below.
fn below<'a>(answer: &'a Value, demand: &str) -> &'a Value {
    let items = answer["below"].as_array().unwrap();
    items.iter().find(|one| one["demand"] == demand).unwrap_or(&Value::Null)
}

on_both! {
    async fn who_falls_below_a_new_policy_is_told_and_nothing_changes(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, scene.owner_token.clone());
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let (_, reviewer) = scene.member("reviewer", Role::Reviewer).await;
        let (ann, _) = scene.member("ann", Role::Member).await;
        let known = scene.let_in(&ann, 3).await;
        let (banned, _) = scene.member("banned", Role::Member).await;
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "two hundred advertisements" });
        service.post(&owner, &format!("/v1/admin/people/{}/sanctions", banned.id), ban).await.expect(201);
        scene.room(&owner, "stage").await;
        service.post(&owner, "/v1/me/invites", json!({ "max_uses": 50 })).await.expect(201);
        let events = Scene::events(db);
        let path = "/v1/admin/policy/simulate";

        service.post(&reviewer, path, changed(&[])).await.refused(403, "forbidden");

        // The same policy changes nothing for anybody.
        let same = service.post(&owner, path, changed(&[])).await.expect(200);
        assert_eq!((&same["version"], &same["changes"], &same["below"], &same["rooms"]), (&json!(1), &json!([]), &json!([]), &json!([])));
        assert_eq!(same["invites"], json!({ "looked_at": same["invites"]["looked_at"], "more_uses": 0, "live_longer": 0 }));

        // Who is not known well enough listens, in every room; who invites is known by more; links are for fewer.
        let stricter = changed(&[
            ("speak = \"contact\"", "speak = \"verified\""),
            ("[invite]\nassurance = \"contact\"", "[invite]\nassurance = \"verified\""),
            ("max_uses = 100", "max_uses = 10"),
            ("lifetime_days = 14", "lifetime_days = 7"),
            ("blocked_countries = []\npremium", "blocked_countries = [\"GB\"]\npremium"),
        ]);
        let told = service.post(&auditor, path, stricter).await.expect(200);
        let paths: Vec<_> = told["changes"].as_array().unwrap().iter().map(|one| one["path"].clone()).collect();
        assert_eq!(json!(paths), json!(["invite.assurance", "invite.lifetime_days", "invite.max_uses",
            "phones.blocked_countries", "rooms.speak"]));
        assert_eq!(told["changes"][2], json!({ "path": "invite.max_uses", "from": 100, "to": 10 }));
        for demand in ["rooms.speak", "invite.assurance"] {
            let one = below(&told, demand);
            assert_eq!((&one["from"], &one["to"], &one["people"]), (&json!("contact"), &json!("verified"), &json!(3)), "{told}");
            let shown: Vec<_> = one["sample"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
            assert_eq!(json!(shown), json!(known.iter().map(|member| member.id).collect::<Vec<_>>()));
            assert_eq!(one["sample"][0]["assurance"], "contact");
        }
        assert_eq!(told["below"].as_array().unwrap().len(), 2);
        assert_eq!(told["rooms"], json!([
            { "demand": "rooms.speak", "from": "contact", "to": "verified", "rooms": 1, "people": 3 }
        ]));
        assert_eq!((&told["invites"]["more_uses"], &told["invites"]["live_longer"]), (&json!(1), &json!(1)));
        assert_eq!((&told["phone_countries_refused"], &told["document_countries_refused"]), (&json!(["GB"]), &json!([])));

        // Who enters must be known too, and so must who speaks. A wait is for those who have not waited, and have a limit.
        let told = service.post(&owner, path, changed(&[
            ("enter = \"contact\"", "enter = \"verified\""),
            ("min_membership_hours = 0", "min_membership_hours = 24"),
            ("reviewers = [\"reviewer\", \"admin\", \"owner\"]", "reviewers = [\"owner\"]"),
        ])).await.expect(200);
        for (demand, people) in [("rooms.enter", 3), ("rooms.speak", 3), ("review.reviewers", 1)] {
            assert_eq!(below(&told, demand)["people"], people, "{demand}: {told}");
        }
        // ann, her three, the reviewer; the owner has no limit and the auditor never invites.
        assert_eq!(below(&told, "invite.min_membership_hours")["people"], 5, "{told}");
        assert_eq!(Scene::events(db), events, "nothing happened but looking");
        scene.clock.advance(Duration::from_secs(24 * 3600));
        let owner = service.token(scene.owner.row).await;
        let events = Scene::events(db);
        let told = service.post(&owner, path, changed(&[("min_membership_hours = 0", "min_membership_hours = 24")])).await.expect(200);
        assert_eq!(told["below"], json!([]), "they have waited");

        // What could not be put in place is refused as there.
        let wrong = changed(&[("speak = \"contact\"", "speak = \"loudly\"")]);
        let refused = service.post(&owner, path, wrong.clone()).await;
        refused.refused(422, "policy-invalid");
        let etag = service.get(&owner, "/v1/admin/policy").await;
        let put = service.request(reqwest::Method::PUT, "/v1/admin/policy").bearer_auth(&owner);
        let put = service.send(put.header("If-Match", etag.header("etag").unwrap()).json(&wrong)).await;
        put.refused(422, "policy-invalid");
        for member in ["detail", "field"] {
            assert_eq!(refused.body[member], put.body[member]);
        }
        assert_eq!(etag.body["version"], 1);
        assert_eq!(Scene::events(db), events, "nothing happened but looking");
        scene.service.stop().await;
    }
}
