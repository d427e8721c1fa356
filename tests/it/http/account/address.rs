//! Another address, and the former one had back.

use std::time::Duration;

use serde_json::{Value, json};
use vouchsafe::{
    account::ADDRESS_KEPT,
    platform::terms::{Clock, Role},
};

use crate::{
    http::{PASSWORD, Scene, address},
    support::{
        db::{Database, on_both},
        service::{Answer, text},
    },
};

const OTHER: &str = "nine loud kestrels hover";
const UNDO: &str = "/address/undo/";

impl Scene {
    pub async fn ask_address(&self, access: &str, name: &str) -> Answer {
        // Letters of one moment have no order.
        self.clock.advance(Duration::from_secs(1));
        let body = json!({ "contact": address(name) });
        self.service.post(access, "/v1/me/address", body).await
    }

    pub async fn prove_address(&self, access: &str, code: &str) -> Answer {
        self.service
            .post(access, "/v1/me/address/proof", json!({ "code": code }))
            .await
    }

    pub async fn undo_address(&self, token: &str) -> Answer {
        self.service
            .post("", "/v1/address/undo", json!({ "token": token }))
            .await
    }

    /// The code in the newest of so many letters to an address.
    pub async fn address_code(&self, name: &str, many: usize) -> String {
        let letter = self
            .letters_to(name, "Your code for a new address", many)
            .await
            .pop()
            .expect("a letter");
        let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
        letter.text.split_whitespace().find(digits).expect("a code").to_owned()
    }

    /// Changes the address of whoever is signed in to one that nobody had.
    pub async fn move_to(&self, access: &str, name: &str) {
        self.ask_address(access, name).await.expect(202);
        let code = self.address_code(name, 1).await;
        self.prove_address(access, &code).await.expect(204);
    }
}

/// An answer without what differs each time.
fn seen(mut answer: Answer) -> (u16, Value) {
    for own in ["expires_at", "request_id"] {
        answer.body[own].take();
    }
    (answer.status.as_u16(), answer.body)
}

on_both! {
    async fn an_address_is_changed_proved_and_told_of_at_both_ends(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let me = scene.entered("ada").await;
        scene.ask_address(&me, "ada").await.refused(422, "invalid-value");
        scene.ask_address(&me, "countess").await.expect(202);
        // Nothing is changed before it is proved.
        scene.enter("countess", PASSWORD).await.refused(401, "credentials-wrong");
        let code = scene.address_code("countess", 1).await;
        scene.prove_address(&me, &format!(" {}-{}. ", &code[..3], &code[3..])).await.expect(204);
        scene.prove_address(&me, &code).await.refused(410, "proof-stale");
        let shown = service.get(&me, "/v1/me").await.expect(200);
        assert_eq!(shown["contact"], address("countess"));
        scene.enter("ada", PASSWORD).await.refused(401, "credentials-wrong");
        scene.enter("countess", PASSWORD).await.expect(201);
        scene.letters_to("countess", "the address of your account now", 1).await;
        let left = scene.letters_to("ada", "Your address was changed", 1).await.remove(0);
        assert!(!left.text.contains("countess"), "who reads the old address learns the new one: {}", left.text);
        // A link to a new password goes to the new address alone.
        for name in ["ada", "countess"] {
            service.post("", "/v1/password/forgot", json!({ "contact": address(name) })).await.expect(202);
        }
        scene.letters_to("countess", "A new password", 1).await;
        scene.letters_to("ada", "A new password", 0).await;
        scene.service.stop().await;
    }

    /// Somebody comes in by the address before its code is typed.
    async fn an_address_that_was_taken_meanwhile_is_not_had(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let me = scene.entered("ada").await;
        scene.ask_address(&me, "countess").await.expect(202);
        let code = scene.address_code("countess", 1).await;
        service.found(&address("countess"), Role::Member, Some(OTHER)).await;
        scene.prove_address(&me, &code).await.refused(409, "address-taken");
        assert_eq!(service.get(&me, "/v1/me").await.expect(200)["contact"], address("ada"));
        scene.enter("countess", OTHER).await.expect(201);
        scene.service.stop().await;
    }

    /// Old session, no password: not enough.
    async fn it_wants_a_recent_sign_in_or_the_password(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| config.token.access_minutes = 60).await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let me = scene.entered("ada").await;
        scene.clock.advance(Duration::from_secs(15 * 60));
        scene.ask_address(&me, "countess").await.refused(401, "reauthentication-required");
        let with = |password: &str| json!({ "contact": address("countess"), "password": password });
        let wrong = service.post(&me, "/v1/me/address", with(OTHER)).await;
        wrong.refused(422, "password-wrong");
        assert_eq!(wrong.body["field"], "/password");
        service.post(&me, "/v1/me/address", with(PASSWORD)).await.expect(202);
        scene.address_code("countess", 1).await;
        scene.service.stop().await;
    }

    /// Whoever names an address hears the same, whoever has it; its reader alone is told.
    async fn naming_an_address_tells_nobody_whose_it_is(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        for name in ["ada", "taken-one"] {
            service.found(&address(name), Role::Member, Some(PASSWORD)).await;
        }
        let me = scene.entered("ada").await;
        let mut answers = Vec::new();
        for (name, subject) in [("taken-one", "has an account already"), ("free-this-1", "Your code for a new address")] {
            let before = Scene::events(db);
            answers.push(seen(scene.ask_address(&me, name).await));
            // Nothing more is written for the one than for the other.
            assert_eq!(Scene::events(db) - before, 1, "{name}");
            scene.letters_to(name, subject, 1).await;
            for wrong in ["000000", "999999"] {
                answers.push(seen(scene.prove_address(&me, wrong).await));
            }
        }
        assert_eq!(answers[..3], answers[3..]);
        assert_eq!((answers[0].0, answers[1].0), (202, 422));
        let told = scene.letters_to("taken-one", "has an account already", 1).await.remove(0);
        assert!(!told.text.contains("ada"), "{}", told.text);
        scene.letters_to("taken-one", "Your code", 0).await;
        scene.address_code("free-this-1", 1).await;
        scene.service.stop().await;
    }

    async fn codes_are_counted_and_letters_limited(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (_, me) = scene.member("ada", Role::Member).await;
        scene.prove_address(&me, "123456").await.refused(410, "proof-stale");
        scene.ask_address(&me, "countess").await.expect(202);
        let code = scene.address_code("countess", 1).await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            scene.prove_address(&me, wrong).await.refused(422, "proof-wrong");
        }
        for code in [wrong, &code] {
            scene.prove_address(&me, code).await.refused(429, "proof-locked");
        }
        // A new one; the former opens nothing.
        scene.ask_address(&me, "countess").await.expect(202);
        let second = scene.address_code("countess", 2).await;
        if second != code {
            scene.prove_address(&me, &code).await.refused(422, "proof-wrong");
        }
        scene.prove_address(&me, &second).await.expect(204);
        // Whoever fills the mailboxes of strangers is stopped, whatever addresses they name.
        for nth in 0..4 {
            scene.ask_address(&me, &format!("stranger-{nth}")).await.expect(202);
        }
        scene.ask_address(&me, "stranger-9").await.refused(429, "too-many-requests");
        scene.service.stop().await;
    }

    async fn the_former_address_undoes_it_once_within_its_time(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        service.found(&address("bert"), Role::Member, Some(PASSWORD)).await;
        // Somebody who came by her password takes the account away, and then once more.
        let thief = scene.entered("ada").await;
        scene.move_to(&thief, "mallory").await;
        let undo = scene.letters_to("ada", "Your address was changed", 1).await.remove(0).link(UNDO);
        scene.move_to(&thief, "malice").await;
        let theirs = scene.letters_to("mallory", "Your address was changed", 1).await.remove(0).link(UNDO);
        // The address is nobody's meanwhile, whoever proves that they read it.
        let (flow, token) = scene.asked(&scene.link(1).await, "ada").await;
        let proof = json!({ "code": service.proof_of(&flow).await });
        scene.step(&flow, &token, "contact/proof", proof).await.refused(409, "person-limit-reached");
        let bert = scene.entered("bert").await;
        scene.ask_address(&bert, "ada").await.expect(202);
        scene.letters_to("ada", "has an account already", 1).await;
        for bent in ["", "x", &undo[1..], &"A".repeat(43)] {
            scene.undo_address(bent).await.refused(410, "link-over");
        }

        scene.undo_address(&undo).await.expect(204);
        service.get(&thief, "/v1/me").await.refused(401, "session-ended");
        for name in ["ada", "mallory", "malice"] {
            scene.enter(name, PASSWORD).await.refused(401, "credentials-wrong");
        }
        // What came after it is gone with it, and it is good once.
        for over in [&theirs, &undo] {
            scene.undo_address(over).await.refused(410, "link-over");
        }
        let back = scene.letters_to("ada", "Your address is back", 1).await.remove(0);
        let body = json!({ "token": back.link("/password/reset/"), "password": OTHER });
        service.post("", "/v1/password/reset", body).await.expect(204);
        let me = text(&scene.enter("ada", OTHER).await.expect(201)["access_token"]);
        assert_eq!(service.get(&me, "/v1/me").await.expect(200)["contact"], address("ada"));
        // The others are free again.
        scene.ask_address(&bert, "malice").await.expect(202);
        let code = scene.address_code("malice", 2).await;
        scene.prove_address(&bert, &code).await.expect(204);
        scene.service.stop().await;
    }

    async fn after_72_hours_the_former_address_is_anybodys(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let ada = service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let me = scene.entered("ada").await;
        scene.move_to(&me, "countess").await;
        let undo = scene.letters_to("ada", "Your address was changed", 1).await.remove(0).link(UNDO);
        scene.clock.set(scene.clock.now().after(ADDRESS_KEPT));
        scene.undo_address(&undo).await.refused(410, "link-over");
        let (bert, token) = scene.member("bert", Role::Member).await;
        scene.move_to(&token, "ada").await;
        let own = service.token(bert.row).await;
        assert_eq!(service.get(&own, "/v1/me").await.expect(200)["contact"], address("ada"));
        let hers = service.token(ada.row).await;
        assert_eq!(service.get(&hers, "/v1/me").await.expect(200)["contact"], address("countess"));
        scene.service.stop().await;
    }

    /// A new password ends what whoever had the account wanted before.
    async fn a_reset_ends_a_change_that_was_begun(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let ada = service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let thief = scene.entered("ada").await;
        scene.ask_address(&thief, "mallory").await.expect(202);
        let code = scene.address_code("mallory", 1).await;
        service.post("", "/v1/password/forgot", json!({ "contact": address("ada") })).await.expect(202);
        let token = scene.letters_to("ada", "A new password", 1).await.remove(0).link("/password/reset/");
        let body = json!({ "token": token, "password": OTHER });
        service.post("", "/v1/password/reset", body).await.expect(204);
        scene.prove_address(&thief, &code).await.refused(401, "session-ended");
        let again = service.token(ada.row).await;
        scene.prove_address(&again, &code).await.refused(410, "proof-stale");
        scene.service.stop().await;
    }
}
