//! What each kind of sanction takes, over HTTP, and what it gives back by itself.

use std::time::Duration;

use serde_json::{Value, json};
use vouchsafe::platform::terms::{Clock, Role, Standing};

use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        invariants::sound_soon,
        service::text,
    },
};

const HOUR: Duration = Duration::from_secs(3600);

async fn sanction(scene: &Scene, path: &str, kind: &str, hours: Option<u32>) -> Value {
    let mut body = json!({ "kind": kind, "reason": "spam", "note": "two hundred advertisements" });
    if let Some(hours) = hours {
        body["until"] = json!(scene.clock.now().after(HOUR * hours).to_string());
    }
    scene.service.post(&scene.owner_token, path, body).await.expect(201)
}

/// Waits until somebody stands so.
async fn stands(scene: &Scene, person: &str, standing: Standing) -> Value {
    let begun = std::time::Instant::now();
    // The clock may have been moved past the end of the first one.
    let token = scene.service.token(scene.owner.row).await;
    loop {
        let path = format!("/v1/admin/people/{person}");
        let shown = scene.service.get(&token, &path).await.expect(200);
        if shown["standing"] == standing.as_str() {
            return shown;
        }
        assert!(begun.elapsed().as_secs() < 30, "{shown}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

on_both! {
    async fn each_kind_takes_what_it_says(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        for (kind, standing, goes_on) in [
            ("freeze", "frozen", true),
            ("quarantine", "quarantined", true),
            ("suspend", "suspended", false),
            ("ban", "banned", false),
        ] {
            let (member, token) = scene.member(kind, Role::Member).await;
            let invite = json!({ "email": "grace@example.org" });
            let given = service.post(&token, "/v1/me/invites", invite).await.expect(201);
            let code = service.code_of(&text(&given["id"])).await;
            let preview = format!("/v1/invites/{code}");
            service.get("", &preview).await.expect(200);
            let path = format!("/v1/admin/people/{}/sanctions", member.id);
            let imposed = sanction(&scene, &path, kind, (kind == "suspend").then_some(1)).await;
            assert_eq!((&imposed["kind"], imposed["until"].is_string()), (&json!(kind), kind == "suspend"));
            // A second one of the same kind is none.
            let again = json!({ "kind": kind, "reason": "spam", "note": "some more words",
                "until": scene.clock.now().after(HOUR).to_string() });
            service.post(owner, &path, again).await.refused(409, "sanction-exists");
            let person = service.get(owner, &format!("/v1/admin/people/{}", member.id)).await.expect(200);
            assert_eq!((&person["standing"], &person["sanctions"][0]["kind"]), (&json!(standing), &json!(kind)));
            // Their invite leads nowhere, and they give no other.
            service.get("", &preview).await.refused(410, "invite-closed");
            let me = service.get(&token, "/v1/me").await;
            let other = service.post(&token, "/v1/me/invites", json!({ "email": "ida@example.org" })).await;
            if goes_on {
                assert_eq!(me.expect(200)["standing"], standing);
                other.refused(403, "not-eligible-to-invite");
            } else {
                me.refused(401, "session-ended");
                other.refused(401, "session-ended");
            }
            // It is lifted, and the invite leads on.
            let lift = format!("{path}/{}/lift", text(&imposed["id"]));
            service.post(owner, &lift, json!({ "note": "it was a mistake" })).await.expect(200);
            service.get("", &preview).await.expect(200);
            stands(&scene, &member.id.to_string(), Standing::Active).await;
        }
        sound_soon(db).await.unwrap();
        scene.service.stop().await;
    }

    async fn the_gravest_in_force_counts_and_each_ends_by_itself(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (member, _) = scene.member("member", Role::Member).await;
        let id = member.id.to_string();
        let path = format!("/v1/admin/people/{id}/sanctions");
        // An end that is none.
        let without = json!({ "kind": "suspend", "reason": "spam", "note": "some more words" });
        let mut past = without.clone();
        past["until"] = json!(scene.clock.now().to_string());
        for bad in [without, past] {
            let refused = service.post(owner, &path, bad).await;
            refused.refused(422, "invalid-value");
            assert_eq!(refused.body["field"], "/until");
        }
        sanction(&scene, &path, "freeze", None).await;
        sanction(&scene, &path, "ban", Some(2)).await;
        sanction(&scene, &path, "suspend", Some(1)).await;
        let shown = stands(&scene, &id, Standing::Banned).await;
        let kinds: Vec<&Value> = shown["sanctions"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
        assert_eq!(kinds, ["ban", "suspend", "freeze"]);
        // The suspension is over, and the ban is not.
        scene.clock.set(scene.clock.now().after(HOUR));
        let lifted = async |n: i64| {
            let begun = std::time::Instant::now();
            let sql = "SELECT count(*) AS n FROM events WHERE kind = 'sanction_lifted'";
            while tokio::task::block_in_place(|| db.figures(sql)) != [n] {
                assert!(begun.elapsed().as_secs() < 30);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        lifted(1).await;
        stands(&scene, &id, Standing::Banned).await;
        scene.clock.set(scene.clock.now().after(HOUR));
        lifted(2).await;
        let shown = stands(&scene, &id, Standing::Frozen).await;
        assert_eq!(shown["sanctions"].as_array().unwrap().len(), 1);
        let token = service.token(scene.owner.row).await;
        let listed = service.get(&token, &path).await.expect(200);
        let ended = listed["items"].as_array().unwrap().iter().filter(|one| one["lifted_at"].is_string());
        assert!(ended.clone().count() == 2 && ended.clone().all(|one| one.get("lifted_by").is_none()));
        sound_soon(db).await.unwrap();
        scene.service.stop().await;
    }

    /// Whoever is under a sanction acts in no role but a member's.
    async fn a_sanctioned_admin_acts_as_a_member(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (admin, token) = scene.member("admin", Role::Admin).await;
        scene.service.get(&token, "/v1/admin/people").await.expect(200);
        let path = format!("/v1/admin/people/{}/sanctions", admin.id);
        sanction(&scene, &path, "freeze", None).await;
        scene.service.get(&token, "/v1/admin/people").await.refused(403, "forbidden");
        assert_eq!(scene.service.get(&token, "/v1/me").await.expect(200)["role"], "admin");
        scene.service.stop().await;
    }

    /// What the store asks by itself says the same as the words do.
    async fn the_stores_conditions_are_those_of_the_words(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (member, token) = scene.member("member", Role::Member).await;
        let service = &scene.service;
        let given = json!({ "email": "grace@example.org" });
        let given = service.post(&token, "/v1/me/invites", given).await.expect(201);
        let code = service.code_of(&text(&given["id"])).await;
        let core = &service.app.core;
        for &standing in Standing::ALL {
            tokio::task::block_in_place(|| {
                db.run(&format!("UPDATE people SET standing = '{standing}' WHERE id = {}", member.row.0));
            });
            let row = member.row;
            let kept = core.ledger.write(vouchsafe::platform::ledger::Actor::System, move |tx| {
                Ok::<_, vouchsafe::platform::store::StoreError>(vouchsafe::people::keep_active(tx.conn, row)?)
            });
            assert_eq!(kept.await.unwrap().value, standing.may_sign_in(), "{standing}");
            let begun = service.get("", &format!("/v1/invites/{code}")).await;
            assert_eq!(begun.status == 200, standing.may_invite(), "{standing}");
        }
        scene.service.stop().await;
    }
}
