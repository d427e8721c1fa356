//! Handle and language.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use vouchsafe::platform::terms::{Clock, Role};

use crate::{
    http::{PASSWORD, Scene, address},
    support::{
        db::{Database, on_both},
        service::{Answer, Service, text},
    },
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A link of the owner's, by a token of this day.
async fn newcomers_link(service: &Service, owner: &str) -> String {
    let link = service
        .post(owner, "/v1/me/invites", json!({ "max_uses": 1 }))
        .await
        .expect(201);
    text(&link["code"])
}

impl Scene {
    async fn call_me(&self, access: &str, handle: &str) -> Answer {
        let body = json!({ "handle": handle });
        self.service
            .call(Method::PUT, access, "/v1/me/handle", Some(body))
            .await
    }
}

on_both! {
    async fn a_handle_is_changed_now_and_then_and_followed_everywhere(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let (ada, me) = scene.member("ada", Role::Owner).await;
        let (bert, other) = scene.member("bert", Role::Member).await;
        for wrong in ["", "ab", "Ada Lovelace", "admin", &"a".repeat(31)] {
            scene.call_me(&me, wrong).await.refused(422, "invalid-value");
        }
        scene.call_me(&me, " @Countess_1 ").await.expect(204);
        assert_eq!(service.get(&me, "/v1/me").await.expect(200)["handle"], "countess_1");
        // The same again is no change, another is one too many.
        let before = Scene::events(db);
        scene.call_me(&me, "countess_1").await.expect(204);
        scene.call_me(&me, "ada_l").await.refused(409, "handle-too-soon");
        scene.call_me(&other, "countess_1").await.refused(422, "invalid-value");
        assert_eq!(Scene::events(db), before);
        // Memory, the search and the preview of a link.
        let link = service.post(&me, "/v1/me/invites", json!({ "max_uses": 2 })).await.expect(201);
        let preview = format!("/v1/invites/{}", text(&link["code"]));
        assert_eq!(service.get("", &preview).await.expect(200)["inviter"]["handle"], "countess_1");
        let later = scene.clock.now().after(30 * DAY);
        scene.clock.set(later.before(Duration::from_secs(1)));
        let me = service.token(ada.row).await;
        scene.call_me(&me, "ada_l").await.refused(409, "handle-too-soon");
        scene.clock.set(later);
        scene.call_me(&me, "ada_l").await.expect(204);
        let owner = service.token(scene.owner.row).await;
        let found = service.get(&owner, "/v1/admin/people?handle=ada_").await.expect(200);
        assert_eq!(found["items"][0]["id"], json!(ada.id), "{found}");
        let chain = service.get(&owner, &format!("/v1/admin/people/{}/chain", ada.id)).await.expect(200);
        assert!(chain.to_string().contains("ada_l") && !chain.to_string().contains("countess"), "{chain}");

        // Nobody takes what was hers before for 90 days: neither a member nor a newcomer.
        let bert_now = service.token(bert.row).await;
        scene.call_me(&bert_now, "countess_1").await.refused(422, "invalid-value");
        let (flow, token) = scene.proved(&newcomers_link(service, &owner).await, "newcomer").await;
        let join = json!({ "password": PASSWORD, "handle": "countess_1" });
        scene.step(&flow, &token, "password", join).await.refused(422, "invalid-value");
        scene.clock.set(later.after(90 * DAY));
        let bert_now = service.token(bert.row).await;
        scene.call_me(&bert_now, "countess_1").await.expect(204);
        scene.service.stop().await;
    }

    /// One's own former handle is there to be had back.
    async fn a_former_handle_is_its_owners(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (ada, me) = scene.member("ada", Role::Member).await;
        scene.call_me(&me, "countess").await.expect(204);
        for handle in ["lovelace", "countess"] {
            scene.clock.advance(30 * DAY);
            let me = scene.service.token(ada.row).await;
            scene.call_me(&me, handle).await.expect(204);
        }
        assert_eq!(db.figures("SELECT count(*) AS n FROM former_handles"), [1]);
        scene.service.stop().await;
    }

    async fn letters_are_in_the_language_that_was_chosen(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let me = scene.entered("ada").await;
        let choose = async |locale: &str| {
            service.call(Method::PUT, &me, "/v1/me/language", Some(json!({ "locale": locale }))).await
        };
        for none in ["", "xx", "tlh", "english"] {
            choose(none).await.refused(422, "invalid-value");
        }
        choose("zh-CN").await.expect(204);
        let before = Scene::events(db);
        choose("zh-Hans").await.expect(204);
        assert_eq!(Scene::events(db), before);
        assert_eq!(service.get(&me, "/v1/me").await.expect(200)["locale"], "zh-Hans");
        service.post("", "/v1/password/forgot", json!({ "contact": address("ada") })).await.expect(202);
        scene.letters_to("ada", "重设您在", 1).await;
        scene.service.stop().await;
    }
}
