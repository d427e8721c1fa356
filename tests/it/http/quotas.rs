//! Places: what the policy gives, what invitees earn and take, what admins give and take, and what is seen of it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::terms::{Clock, Role, Timestamp};

use super::{PASSWORD, Scene, address, nobody, texts};
use crate::support::{
    db::{Database, on_both},
    invariants::sound_soon,
    service::{Answer, text},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A community with these lines in its policy's section on invites, in the place of the preset's.
async fn community(db: &Database, lines: &[&str]) -> Scene {
    Scene::with(db, "open-circle", |config| {
        let seed = config.policy.seed_file.as_ref().expect("a policy");
        let mut policy = std::fs::read_to_string(seed).expect("the policy");
        for line in lines {
            let (key, _) = line.split_once(" = ").expect("a key");
            let known = |known: &str| known.strip_prefix(key).is_some_and(|rest| rest.starts_with(" = "));
            assert_eq!(policy.lines().filter(|line| known(line)).count(), 1, "{key}");
            let changed = policy.lines().map(|old| if known(old) { line } else { old });
            policy = changed.flat_map(|line| [line, "\n"]).collect();
        }
        std::fs::write(seed, policy).expect("to write the policy");
    })
    .await
}

impl Scene {
    async fn places(&self, token: &str) -> Value {
        self.service.get(token, "/v1/me").await.expect(200)["places"].clone()
    }

    async fn invited(&self, token: &str, name: &str) -> Answer {
        let body = json!({ "email": address(name) });
        self.service.post(token, "/v1/me/invites", body).await
    }

    /// Comes in by an invite: the new member's public id.
    async fn joins(&self, invite: &str, name: &str) -> String {
        let code = self.service.code_of(invite).await;
        let (flow, token) = self.proved(&code, name).await;
        let password = json!({ "password": PASSWORD });
        text(&self.step(&flow, &token, "password", password).await.expect(201)["person"])
    }
}

on_both! {
    /// One's own record tells what the policy lets one give, and what it does not name is refused.
    async fn members_are_told_what_they_may_give(db: &Database) {
        let scene = community(db, &["open_links_by = [\"owner\", \"member\"]"]).await;
        let both = json!(["email", "link"]);
        for (role, kinds) in [
            (Role::Owner, both.clone()),
            (Role::Admin, json!(["email"])),
            (Role::Auditor, json!([])),
            (Role::Member, both),
        ] {
            let (_, token) = scene.member(&format!("of-role-{role}"), role).await;
            let told = scene.service.get(&token, "/v1/me").await.expect(200)["may_give"].clone();
            assert_eq!(told, kinds, "{role}");
            for (kind, body) in [("email", json!({ "email": address(role.as_str()) })), ("link", json!({ "max_uses": 1 }))] {
                let given = scene.service.post(&token, "/v1/me/invites", body).await;
                let may = kinds.as_array().unwrap().contains(&json!(kind));
                assert_eq!(given.status.as_u16(), if may { 201 } else { 403 }, "{role} {kind}");
            }
        }
        scene.service.stop().await;
    }

    async fn invitees_earn_places_and_take_them(db: &Database) {
        let lines = ["quota_per_member = 1", "earn_places = 2", "earn_after_days = 30", "earn_at_most = 1", "take_places = 1"];
        let scene = community(db, &lines).await;
        let (member, token) = scene.member("inviter", Role::Member).await;
        let made = scene.invited(&token, "grace").await.expect(201);
        let grace = scene.joins(&text(&made["id"]), "grace").await;
        scene.invited(&token, "ada").await.refused(409, "quota-exhausted");
        let counted = |earned: u32, taken: u32, quota: u32, left: u32| {
            json!({ "quota": quota, "left": left, "given": 1, "earned": earned, "granted": 0, "taken": taken, "used": 1, "open": 0 })
        };
        assert_eq!(scene.places(&token).await, counted(0, 0, 1, 0));

        // To the microsecond.
        scene.clock.advance(30 * DAY - Duration::from_secs(60));
        let token = scene.service.token(member.row).await;
        scene.invited(&token, "ada").await.refused(409, "quota-exhausted");
        let joined = db.figures("SELECT max(joined_at) AS n FROM people")[0];
        let settled = Timestamp::from_micros(joined).after(30 * DAY);
        scene.clock.set(settled.before(Duration::from_micros(1)));
        scene.invited(&token, "ada").await.refused(409, "quota-exhausted");
        scene.clock.set(settled);
        assert_eq!(scene.places(&token).await, counted(1, 0, 2, 1), "two would be above the cap");

        // Whoever is under a sanction earns nothing and takes; lifted, it is as before.
        let owner = scene.service.token(scene.owner.row).await;
        let path = format!("/v1/admin/people/{grace}/sanctions");
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "two hundred advertisements" });
        let ban = scene.service.post(&owner, &path, ban).await.expect(201);
        assert_eq!(scene.places(&token).await, counted(0, 1, 0, 0));
        scene.invited(&token, "ada").await.refused(409, "quota-exhausted");
        let lift = format!("{path}/{}/lift", text(&ban["id"]));
        scene.service.post(&owner, &lift, json!({ "note": "it was somebody else" })).await.expect(200);
        assert_eq!(scene.places(&token).await, counted(1, 0, 2, 1));
        scene.invited(&token, "ada").await.expect(201);
        scene.invited(&token, "iris").await.refused(409, "quota-exhausted");
        sound_soon(db).await.expect("a sound community");
        scene.service.stop().await;
    }

    async fn a_role_and_an_assurance_have_places_of_their_own(db: &Database) {
        let quotas = r#"quotas = [{ role = "reviewer", places = 4 }, { assurance = "verified", places = 3 }]"#;
        let scene = community(db, &["quota_per_member = 2", quotas]).await;
        // Whoever is founded here is verified.
        let (member, token) = scene.member("member", Role::Member).await;
        assert_eq!(scene.places(&token).await["given"], 3);
        let (_, reviewer) = scene.member("reviewer", Role::Reviewer).await;
        assert_eq!(scene.places(&reviewer).await["given"], 4);
        let lower = json!({ "assurance": "contact", "reason": "false_identity" });
        let path = format!("/v1/admin/people/{}/assurance", member.id);
        let lowered = scene.service.call(Method::PUT, &scene.owner_token, &path, Some(lower)).await;
        assert_eq!(lowered.status, 200, "{lowered:?}");
        assert_eq!(scene.places(&token).await["given"], 2);
        scene.service.stop().await;
    }

    async fn admins_give_places_and_take_them(db: &Database) {
        let scene = community(db, &["quota_per_member = 1"]).await;
        let service = &scene.service;
        let (member, token) = scene.member("member", Role::Member).await;
        let (admin, by) = scene.member("admin", Role::Admin).await;
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let path = format!("/v1/admin/people/{}/invite-quota", member.id);
        let give = async |places: i64| {
            let body = json!({ "places": places, "reason": "brings the whole choir" });
            service.post(&by, &path, body).await
        };
        scene.invited(&token, "one").await.expect(201);
        scene.invited(&token, "two").await.refused(409, "quota-exhausted");
        let given = give(2).await.expect(201);
        assert_eq!((&given["places"], &given["by"]), (&json!(2), &json!(admin.id.to_string())));
        assert_eq!(given["reason"], "brings the whole choir");
        scene.invited(&token, "two").await.expect(201);
        // More is taken than is left: nothing is left, and what comes back is counted against it.
        give(-5).await.expect(201);
        let places = scene.places(&token).await;
        assert_eq!(
            (&places["granted"], &places["quota"], &places["left"], &places["open"]),
            (&json!(-3), &json!(0), &json!(0), &json!(2))
        );
        scene.invited(&token, "three").await.refused(409, "quota-exhausted");
        give(3).await.expect(201);
        assert_eq!(scene.places(&token).await["left"], 0);
        give(2).await.expect(201);
        scene.invited(&token, "three").await.expect(201);

        // Repeated, it is once.
        let body = json!({ "places": 7, "reason": "once, not twice" });
        let one = scene.keyed(&by, &path, "quota", &body).await.expect(201);
        let again = scene.keyed(&by, &path, "quota", &body).await.expect(201);
        assert_eq!(one, again);
        scene.keyed(&by, &path, "quota", &json!({ "places": 8, "reason": "once, not twice" })).await
            .refused(422, "idempotency-key-reused");

        let seen = service.get(&by, &path).await.expect(200);
        assert_eq!(seen["places"], scene.places(&token).await);
        let grants: Vec<i64> = seen["grants"].as_array().unwrap().iter().map(|one| one["places"].as_i64().unwrap()).collect();
        assert_eq!(grants, [7, 2, 3, -5, 2]);
        assert_eq!(seen["grants"][4]["reason"], "brings the whole choir");
        let seen = service.get(&auditor, &path).await.expect(200);
        assert_eq!((&seen["grants"][0]["places"], &seen["grants"][0]["reason"]), (&json!(7), &json!(null)));
        let told = texts(db, "SELECT body AS t FROM events WHERE kind = 'invite_quota_changed' ORDER BY id");
        assert_eq!(told.len(), 5);
        assert!(told.iter().all(|body| !body.contains("choir")), "{told:?}");
        let clear = "SELECT count(*) AS n FROM quota_grants WHERE CAST(reason_sealed AS TEXT) LIKE '%choir%'";
        assert_eq!(db.figures(clear), [0]);

        for places in [0, 1_000_001, -1_000_001] {
            give(places).await.refused(422, "invalid-value");
        }
        give(i64::from(i32::MAX) + 1).await.refused(400, "invalid-field");
        let silent = json!({ "places": 1, "reason": "because" });
        service.post(&by, &path, silent).await.refused(422, "invalid-value");
        let body = json!({ "places": 1, "reason": "for me, please" });
        let own = format!("/v1/admin/people/{}/invite-quota", admin.id);
        service.post(&by, &own, body.clone()).await.refused(403, "forbidden");
        let unknown = format!("/v1/admin/people/{}/invite-quota", nobody("person"));
        service.post(&by, &unknown, body).await.refused(404, "not-found");
        service.get(&by, &unknown).await.refused(404, "not-found");
        sound_soon(db).await.expect("a sound community");
        scene.service.stop().await;
    }

    /// The place of an expired invite is given again once nobody can take it, whatever the clock says then.
    async fn a_clock_that_is_turned_back_opens_no_invite_whose_place_was_given_again(db: &Database) {
        let scene = community(db, &["quota_per_member = 1"]).await;
        let (member, token) = scene.member("inviter", Role::Member).await;
        let noon = scene.clock.now();
        let one = scene.invited(&token, "one").await.expect(201);
        let code = scene.service.code_of(&text(&one["id"])).await;
        let (flow, flow_token) = scene.asked(&code, "one").await;
        scene.clock.set(noon.after(14 * DAY));
        let token = scene.service.token(member.row).await;
        assert_eq!(scene.places(&token).await["left"], 1, "it is over, and can be given");
        // Who may give it does not close it: the hands go back, and it is open.
        scene.clock.set(noon);
        scene.service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        assert_eq!(scene.places(&token).await["left"], 0);
        scene.clock.set(noon.after(14 * DAY));
        let other = scene.invited(&token, "other").await.expect(201);
        scene.invited(&token, "third").await.refused(409, "quota-exhausted");
        scene.clock.set(noon);
        scene.service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-expired");
        let proof = json!({ "code": scene.service.proof_of(&flow).await });
        scene.step(&flow, &flow_token, "contact/proof", proof).await.refused(410, "invite-expired");
        let places = scene.places(&token).await;
        assert_eq!((&places["left"], &places["open"]), (&json!(0), &json!(1)));
        scene.joins(&text(&other["id"]), "other").await;
        let places = scene.places(&token).await;
        assert_eq!((&places["left"], &places["open"], &places["used"]), (&json!(0), &json!(0), &json!(1)));
        sound_soon(db).await.expect("a sound community");
        scene.service.stop().await;
    }
}
