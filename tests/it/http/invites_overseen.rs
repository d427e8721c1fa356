//! Everybody's invites: admins see, filter and end them, and see what came of them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vouchsafe::platform::terms::{Clock, Role};

use super::{PASSWORD, Scene, address, nobody, texts};
use crate::support::{
    db::{Database, on_both},
    service::text,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Scene {
    async fn made(&self, token: &str, body: Value) -> (String, String) {
        let made = self.service.post(token, "/v1/me/invites", body).await.expect(201);
        let id = text(&made["id"]);
        let code = self.service.code_of(&id).await;
        (id, code)
    }

    async fn join(&self, flow: &(String, String)) -> String {
        let (flow, token) = flow;
        let joined = self
            .step(flow, token, "password", json!({ "password": PASSWORD }))
            .await
            .expect(201);
        text(&joined["person"])
    }

    async fn overseen(&self, token: &str, query: &str) -> Vec<(String, String)> {
        let page = self
            .service
            .get(token, &format!("/v1/admin/invites?{query}"))
            .await
            .expect(200);
        let items = page["items"].as_array().expect("items").iter();
        items.map(|item| (text(&item["id"]), text(&item["state"]))).collect()
    }
}

on_both! {
    /// Each state is found by its word; nobody's code and nobody's address is shown.
    async fn every_state_is_found(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (banned, their) = scene.member("banned", Role::Admin).await;
        let token = scene.owner_token.clone();
        scene.room(&token, "stage").await;
        let mut expected: Vec<(String, &str)> = Vec::new();
        let made = async |body: Value| scene.made(&token, body).await;
        let (used, code) = made(json!({ "max_uses": 1, "campaign": "spring" })).await;
        scene.join(&scene.proved(&code, "grace").await).await;
        expected.push((used, "used"));
        let (held, code) = made(json!({ "max_uses": 1 })).await;
        scene.proved(&code, "ada").await;
        expected.push((held, "held"));
        let (revoked, _) = made(json!({ "max_uses": 1 })).await;
        scene.service.call(reqwest::Method::DELETE, &token, &format!("/v1/me/invites/{revoked}"), None).await.expect(204);
        expected.push((revoked, "revoked"));
        let (declined, code) = made(json!({ "email": address("iris") })).await;
        scene.service.post("", &format!("/v1/invites/{code}/report"), json!({})).await.expect(204);
        expected.push((declined.clone(), "declined"));
        let (passed, _) = made(json!({ "email": address("wade") })).await;
        let next = scene.service.post(&token, &format!("/v1/me/invites/{passed}/pass-on"), json!({ "email": address("nora") })).await;
        expected.push((text(&next.expect(201)["id"]), "open"));
        expected.push((passed, "passed_on"));
        let opens = json!({ "opens_at": scene.clock.now().after(DAY) });
        expected.push((made(opens).await.0, "not_yet"));
        expected.push((made(json!({ "room": "stage" })).await.0, "room_closed"));
        let closed = json!({ "open": false, "capacity": 10, "enter": "contact", "speak": "contact" });
        scene.service.call(reqwest::Method::PUT, &token, "/v1/admin/rooms/stage", Some(closed)).await.expect(200);
        let (suspended, _) = scene.made(&their, json!({ "max_uses": 1 })).await;
        expected.push((suspended, "suspended"));
        let ban = json!({ "kind": "ban", "reason": "security", "note": "a test of the lists" });
        let path = format!("/v1/admin/people/{}/sanctions", banned.id);
        scene.service.post(&token, &path, ban).await.expect(201);
        for (id, state) in &expected {
            let found = scene.overseen(&token, &format!("state={state}")).await;
            assert!(found.contains(&(id.clone(), (*state).to_owned())), "{state}: {found:?}");
            assert!(found.iter().all(|(_, found)| found == state), "{state}: {found:?}");
        }
        let all = scene.overseen(&token, "limit=200").await;
        assert_eq!(all.len(), expected.len());
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/v1/admin/invites?limit=4{cursor}");
            let page = scene.service.get(&token, &path).await.expect(200);
            paged.extend(page["items"].as_array().expect("items").iter().map(|item| text(&item["id"])));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, all.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>());
        assert_eq!(scene.overseen(&token, "kind=email").await.len(), 3);
        assert_eq!(scene.overseen(&token, "campaign=spring").await.len(), 1);
        assert_eq!(scene.overseen(&token, "uses_from=1").await, scene.overseen(&token, "state=used").await);
        assert_eq!(scene.overseen(&token, "uses_from=2").await, Vec::new());
        assert_eq!(scene.overseen(&token, "doubted=true").await, [(declined.clone(), "declined".into())]);
        assert_eq!(scene.overseen(&token, "doubted=false").await.len(), expected.len() - 1);
        assert_eq!(scene.overseen(&token, &format!("inviter={}", banned.id)).await.len(), 1);
        assert_eq!(scene.overseen(&token, &format!("inviter={}", nobody("person"))).await, Vec::new());
        let whole = scene.service.get(&token, "/v1/admin/invites?limit=200").await.expect(200).to_string();
        assert!(!whole.contains("@vouch") && !whole.contains(&code), "{whole}");
        let reported = scene.service.get(&token, "/v1/admin/invites?state=declined").await.expect(200);
        assert_eq!((&reported["items"][0]["id"], &reported["items"][0]["reports"]), (&json!(declined), &json!(1)));
        scene.clock.advance(15 * DAY);
        let token = scene.service.token(scene.owner.row).await;
        let over = scene.overseen(&token, "state=expired").await;
        assert_eq!(over.len(), 5, "{over:?}");
        scene.service.stop().await;
    }

    /// What an admin takes back, its inviter does not restore; an admin does.
    async fn an_admin_ends_one_invite_and_lets_it_stand_again(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (_, inviter) = scene.member("inviter", Role::Member).await;
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let (id, code) = scene.made(&inviter, json!({ "email": address("grace") })).await;
        let revoke = format!("/v1/admin/invites/{id}/revoke");
        let leaked = json!({ "reason": "leaked" });
        scene.service.post(&inviter, &revoke, leaked.clone()).await.refused(403, "forbidden");
        for _ in 0..2 {
            scene.service.post(&admin, &revoke, leaked.clone()).await.expect(204);
        }
        scene.service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-closed");
        let restore = json!({});
        scene.service.post(&inviter, &format!("/v1/me/invites/{id}/restore"), restore.clone()).await.refused(409, "invite-state");
        let again = format!("/v1/admin/invites/{id}/restore");
        scene.service.post(&admin, &again, restore.clone()).await.expect(204);
        scene.service.post(&admin, &again, restore.clone()).await.expect(204);
        scene.proved(&code, "grace").await;
        scene.service.call(reqwest::Method::DELETE, &inviter, &format!("/v1/me/invites/{id}"), None).await.expect(204);
        scene.service.post(&admin, &again, restore.clone()).await.refused(409, "invite-state");
        scene.service.post(&admin, &revoke, leaked.clone()).await.expect(204);
        scene.service.post(&inviter, &format!("/v1/me/invites/{id}/restore"), restore).await.refused(409, "invite-state");
        let unknown = format!("/v1/admin/invites/{}/revoke", nobody("invite"));
        scene.service.post(&admin, &unknown, leaked).await.refused(404, "invite-unknown");
        let told = texts(db, "SELECT body AS t FROM events WHERE kind = 'invite_revoked' AND body LIKE '%leaked%'");
        assert_eq!(told.len(), 2, "{told:?}");
        scene.service.stop().await;
    }

    /// A leaked link ends by its campaign: its giver and their other invites stay. What came of it stays to be seen.
    async fn a_campaign_ends_and_its_giver_stays(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (giver, token) = scene.member("giver", Role::Admin).await;
        let (link, code) = scene.made(&token, json!({ "max_uses": 9, "campaign": "leaked", "group": "choir" })).await;
        let (_, mailed) = scene.made(&token, json!({ "email": address("wade"), "campaign": "leaked" })).await;
        let (_, other) = scene.made(&token, json!({ "max_uses": 1, "campaign": "kept" })).await;
        // One comes in by its QR code, one by mail, one is on the way.
        let begun = scene.service.post("", "/v1/onboarding", json!({ "code": code, "via": "qr" })).await.expect(201);
        let qr = (text(&begun["flow"]), text(&begun["flow_token"]));
        scene.step(&qr.0, &qr.1, "contact", json!({ "email": address("grace") })).await.expect(200);
        let proof = json!({ "code": scene.service.proof_of(&qr.0).await });
        scene.step(&qr.0, &qr.1, "contact/proof", proof).await.expect(200);
        let grace = scene.join(&qr).await;
        let wade = scene.join(&scene.proved(&mailed, "wade").await).await;
        let late = scene.proved(&code, "iris").await;
        let shown = async |id: &str| scene.service.get(&scene.owner_token, &format!("/v1/admin/people/{id}")).await.expect(200);
        let by = shown(&grace).await["came_by"].clone();
        let expected = json!({ "invite": link, "kind": "link", "channel": "qr", "campaign": "leaked", "group": "choir", "room": null,
            "passed_on_from": null, "passed_on_by": null });
        assert_eq!(by, expected);
        assert_eq!(shown(&wade).await["came_by"]["channel"], "mail");
        assert_eq!(shown(&scene.owner.id.to_string()).await["came_by"], Value::Null);

        let order = json!({ "campaign": "leaked", "reason": "leaked" });
        let accepted = scene.keyed(&scene.owner_token, "/v1/admin/invites/revoke", "campaign", &order).await.expect(202);
        let again = scene.keyed(&scene.owner_token, "/v1/admin/invites/revoke", "campaign", &order).await.expect(202);
        assert_eq!(accepted["job"], again["job"]);
        let path = format!("/v1/admin/jobs/{}", text(&accepted["job"]));
        let waiting = Instant::now();
        while scene.service.get(&scene.owner_token, &path).await.expect(200)["done"] != 1 {
            assert!(waiting.elapsed() < Duration::from_secs(20), "the job is not done");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        scene.service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-closed");
        scene.step(&late.0, &late.1, "password", json!({ "password": PASSWORD })).await.refused(410, "invite-closed");
        scene.service.get("", &format!("/v1/invites/{other}")).await.expect(200);
        assert_eq!(scene.service.get(&token, "/v1/me").await.expect(200)["standing"], "active");
        let none = scene.service.post(&scene.owner_token, "/v1/admin/invites/revoke", order).await;
        none.refused(422, "invalid-value");
        let bad = json!({ "campaign": "No Label", "reason": "leaked" });
        scene.service.post(&scene.owner_token, "/v1/admin/invites/revoke", bad).await.refused(400, "invalid-field");

        // Figures: of two given, three ways in were begun, two came in; after 30 days one of them is in good standing.
        scene.clock.advance(31 * DAY);
        let token = scene.service.token(scene.owner.row).await;
        let ban = json!({ "kind": "ban", "reason": "security", "note": "a test of the figures" });
        scene.service.post(&token, &format!("/v1/admin/people/{wade}/sanctions"), ban).await.expect(201);
        let figures = async |query: &str| scene.service.get(&token, &format!("/v1/admin/invites/figures?{query}")).await.expect(200);
        let campaigns = figures("by=campaign&limit=1").await;
        assert_eq!(campaigns["items"][0]["campaign"], "kept");
        let rest = figures(&format!("by=campaign&limit=1&cursor={}", text(&campaigns["next"]))).await;
        assert_eq!(rest["items"], json!([{ "campaign": "leaked", "sent": 2, "begun": 3, "joined": 2,
            "joined_30_days_ago": 2, "in_good_standing_after_30_days": 1 }]));
        let inviters = figures("by=inviter").await;
        let own = &inviters["items"][0];
        assert_eq!((&own["inviter"]["id"], &own["sent"], &own["joined"]), (&json!(giver.id), &json!(3), &json!(2)));
        scene.service.stop().await;
    }
}
