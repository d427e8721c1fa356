//! A password that is forgotten, and one that is changed.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    account::PASSWORD_LINK_LASTS,
    platform::terms::{Clock, Role},
};

use crate::{
    http::{PASSWORD, Scene, account::letters, address},
    ledger::eventually,
    support::{
        db::{Database, on_both},
        service::Answer,
    },
};

const OTHER: &str = "nine loud kestrels hover";
const LINK: &str = "/password/reset/";

impl Scene {
    async fn forgot(&self, contact: &str) -> Answer {
        // Letters of one moment have no order.
        self.clock.advance(Duration::from_secs(1));
        self.service
            .post("", "/v1/password/forgot", json!({ "contact": contact }))
            .await
    }

    async fn reset(&self, token: &str, password: &str) -> Answer {
        let body = json!({ "token": token, "password": password });
        self.service.post("", "/v1/password/reset", body).await
    }

    async fn change_password(&self, access: &str, body: Value) -> Answer {
        self.service
            .call(Method::PUT, access, "/v1/me/password", Some(body))
            .await
    }
}

/// An answer without what differs each time.
fn seen(answer: &Answer) -> (u16, Value, Vec<(String, String)>) {
    let headers = answer
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut headers: Vec<_> = headers.collect();
    headers.retain(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"));
    headers.sort();
    (answer.status.as_u16(), answer.body.clone(), headers)
}

on_both! {
    async fn a_forgotten_password_is_chosen_anew_by_a_letter(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let (first, second) = (scene.entered("ada").await, scene.entered("ada").await);
        scene.forgot(" ADA@vouch.example.org. ").await.expect(202);
        let letter = scene.letters_to("ada", "A new password", 1).await.remove(0);
        assert!(letter.text.contains("15 minutes"), "{}", letter.text);
        let token = letter.link(LINK);
        // Nothing is done by asking, nor by a password that is refused.
        service.get(&first, "/v1/me").await.expect(200);
        scene.enter("ada", PASSWORD).await.expect(201);
        for weak in ["short", "password1234567", "ada-vouch-example-org", "AdaAdaAdaAdaAda"] {
            scene.reset(&token, weak).await.refused(422, "password-refused");
        }
        scene.reset(&format!(" {token}\n"), OTHER).await.expect(204);
        for ended in [&first, &second] {
            service.get(ended, "/v1/me").await.refused(401, "session-ended");
        }
        scene.enter("ada", PASSWORD).await.refused(401, "credentials-wrong");
        scene.enter("ada", OTHER).await.expect(201);
        let told = scene.letters_to("ada", "password was changed", 1).await.remove(0);
        assert!(!told.text.contains("http"), "{}", told.text);
        // Once.
        scene.reset(&token, PASSWORD).await.refused(410, "link-over");
        scene.enter("ada", OTHER).await.expect(201);
        scene.service.stop().await;
    }

    async fn a_link_is_good_for_its_time_alone_until_a_newer_one_and_for_nobody_else(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        for name in ["ada", "bert"] {
            scene.service.found(&address(name), Role::Member, Some(PASSWORD)).await;
        }
        scene.forgot(&address("ada")).await.expect(202);
        let first = scene.letters_to("ada", "A new password", 1).await.remove(0).link(LINK);
        scene.forgot(&address("ada")).await.expect(202);
        let second = scene.letters_to("ada", "A new password", 2).await.remove(1).link(LINK);
        assert_ne!(first, second);
        scene.reset(&first, OTHER).await.refused(410, "link-over");
        for bent in ["", "x", &second[1..], &second.to_lowercase(), &"A".repeat(43), &"A".repeat(5000)] {
            scene.reset(bent, OTHER).await.refused(410, "link-over");
        }
        // Whoever can write a row makes no link another's.
        let bert = "(SELECT max(id) FROM people)";
        db.run(&format!("UPDATE password_links SET person = {bert}"));
        scene.reset(&second, OTHER).await.refused(410, "link-over");
        db.run(&format!("UPDATE password_links SET person = {bert} - 1"));
        let until = scene.clock.now().after(PASSWORD_LINK_LASTS);
        scene.clock.set(until);
        scene.reset(&second, OTHER).await.refused(410, "link-over");
        scene.clock.set(until.before(Duration::from_secs(1)));
        scene.reset(&second, OTHER).await.expect(204);
        scene.enter("bert", PASSWORD).await.expect(201);
        scene.service.stop().await;
    }

    /// The same answer, and the same rows for it, whether or not there is an account, also where it is sanctioned; and
    /// nobody's mailbox is filled.
    async fn who_asks_learns_nothing_and_pumps_no_letters(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        service.found(&address("known"), Role::Member, Some(PASSWORD)).await;
        let banned = service.found(&address("banned"), Role::Member, Some(PASSWORD)).await;
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
        service
            .post(&scene.owner_token, &format!("/v1/admin/people/{}/sanctions", banned.id), ban)
            .await
            .expect(201);
        // What is written before the answer, by kind: no follower writes any of it.
        let written = || db.figures("SELECT count(*) AS n FROM events WHERE kind = 'password_forgotten'")[0];
        let mut answers = Vec::new();
        for name in ["known", "banned", "nobody-known"] {
            for nth in 0..6 {
                let before = written();
                answers.push(seen(&scene.forgot(&address(name)).await));
                // Two at once of four in an hour, for each address alike.
                assert_eq!(written() - before, i64::from(nth < 2), "{name}, {nth}");
            }
        }
        assert_eq!(answers[0].0, 202);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        for name in ["known", "banned"] {
            scene.letters_to(name, "A new password", 2).await;
        }
        // Whoever is banned needs it to appeal, and gets in no more by it than before.
        let mut opened = Vec::new();
        for letter in scene.letters_to("banned", "A new password", 2).await {
            opened.push(scene.reset(&letter.link(LINK), OTHER).await.status.as_u16());
        }
        opened.sort_unstable();
        assert_eq!(opened, [204, 410], "the newest link alone is good");
        let refused = scene.enter("banned", OTHER).await;
        refused.refused(403, "forbidden");
        assert!(refused.body["appeal_token"].is_string());
        assert!(letters(&scene.home.mailbox()).iter().all(|letter| letter.to != address("nobody-known")));
        eventually("what was seen is not kept", async || db.figures("SELECT count(*) AS n FROM password_asks") == [0]).await;
        for none in ["", "ada", "+8613812345678", "ada@"] {
            scene.forgot(none).await.refused(422, "invalid-value");
        }
        scene.service.stop().await;
    }

    async fn a_password_is_changed_by_whoever_knows_it(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| {
            config.throttle.per_account_failures_per_day = 6;
            config.throttle.per_device_failures_per_day = 6;
        })
        .await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let (mine, other) = (scene.entered("ada").await, scene.entered("ada").await);
        scene.forgot(&address("ada")).await.expect(202);
        let link = scene.letters_to("ada", "A new password", 1).await.remove(0).link(LINK);
        let before = Scene::events(db);
        scene.change_password(&mine, json!({ "password": OTHER })).await.refused(422, "password-wrong");
        let wrong = scene.change_password(&mine, json!({ "current": OTHER, "password": OTHER })).await;
        wrong.refused(422, "password-wrong");
        assert_eq!(wrong.body["field"], "/current");
        scene.change_password(&mine, json!({ "current": PASSWORD, "password": "short" })).await.refused(422, "password-refused");
        assert_eq!(Scene::events(db), before);
        scene.change_password(&mine, json!({ "current": PASSWORD, "password": OTHER })).await.expect(204);
        service.get(&mine, "/v1/me").await.expect(200);
        service.get(&other, "/v1/me").await.refused(401, "session-ended");
        scene.enter("ada", PASSWORD).await.refused(401, "credentials-wrong");
        scene.enter("ada", OTHER).await.expect(201);
        scene.letters_to("ada", "password was changed", 1).await;
        // A link from before it opens nothing.
        scene.reset(&link, PASSWORD).await.refused(410, "link-over");
        // Whoever has a session and not the password is stopped, and locks nobody out at the door.
        let mut tried = 0;
        while scene.change_password(&mine, json!({ "current": PASSWORD, "password": OTHER })).await.status == 422 {
            tried += 1;
        }
        assert_eq!(tried, 2, "of six a day three at once, one of which was the one above");
        let right = json!({ "current": OTHER, "password": PASSWORD });
        scene.change_password(&mine, right).await.refused(429, "account-locked");
        scene.enter("ada", OTHER).await.expect(201);
        scene.service.stop().await;
    }

    /// Who came by a text code has none: one is chosen after a recent sign-in.
    async fn a_first_password_wants_a_recent_sign_in(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| config.token.access_minutes = 60).await;
        let service = &scene.service;
        let (ada, token) = scene.member("ada", Role::Member).await;
        scene.clock.advance(Duration::from_secs(15 * 60));
        let body = json!({ "password": OTHER });
        scene.change_password(&token, body.clone()).await.refused(401, "reauthentication-required");
        let token = service.token(ada.row).await;
        scene.change_password(&token, json!({ "current": "", "password": OTHER })).await.refused(422, "password-wrong");
        scene.change_password(&token, body.clone()).await.expect(204);
        scene.enter("ada", OTHER).await.expect(201);
        scene.letters_to("ada", "password was changed", 1).await;
        // From then on it is the password.
        scene.change_password(&token, body).await.refused(422, "password-wrong");
        scene.service.stop().await;
    }
}
