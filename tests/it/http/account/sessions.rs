//! Where one is signed in.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::terms::{PersonRow, Role};

use crate::{
    http::{PASSWORD, Scene, address, form, nobody, texts},
    support::{
        db::{Database, on_both},
        service::{Service, text},
    },
};

/// Signs in with a User-Agent: the answer.
async fn sign_in(service: &Service, name: &str, agent: &str) -> Value {
    let body = json!({ "contact": address(name), "password": PASSWORD });
    let request = service.request(Method::POST, "/v1/sessions").json(&body);
    service.send(request.header("User-Agent", agent)).await.expect(201)
}

on_both! {
    async fn a_session_shows_its_device_network_and_last_use(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let long = "x".repeat(900);
        let first = sign_in(service, "ada", "a reading machine/1.0").await;
        scene.clock.advance(Duration::from_secs(3600));
        let second = sign_in(service, "ada", &long).await;
        let token = text(&second["access_token"]);
        let page = service.get(&token, "/v1/me/sessions").await.expect(200);
        let [newest, oldest] = [0, 1].map(|n| &page["items"][n]);
        assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
        assert_eq!((&newest["id"], &oldest["id"]), (&second["session"]["id"], &first["session"]["id"]));
        assert_eq!((&newest["current"], &oldest["current"]), (&json!(true), &json!(false)));
        assert_eq!(oldest["device"], "a reading machine/1.0");
        assert_eq!(newest["device"], json!("x".repeat(200)));
        assert_eq!(newest["network"], "127.0.0.0/24");
        assert_eq!(oldest["last_used_at"], oldest["started_at"]);
        assert_eq!(oldest["expires_at"], first["session"]["expires_at"]);

        // Refreshing is a use; so is what a browser does, every ten minutes.
        let refresh = text(&first["refresh_token"]);
        form(service, "/oauth/token", None, &[("grant_type", "refresh_token"), ("refresh_token", &refresh)])
            .await
            .expect(200);
        let tokens = &service.app.core.tokens;
        let id = second["session"]["id"].as_str().unwrap().parse().unwrap();
        let ada = db.figures("SELECT max(id) AS n FROM people")[0];
        let used = async |session: &Value| {
            // An access token lasts for less than the clock is moved here.
            let token = service.token(PersonRow(ada)).await;
            let page = service.get(&token, "/v1/me/sessions").await.expect(200);
            let found = page["items"].as_array().unwrap().iter().find(|one| one["id"] == session["session"]["id"]);
            text(&found.expect("the session")["last_used_at"])
        };
        assert!(used(&first).await > text(&oldest["last_used_at"]));
        for (minutes, moves) in [(9, false), (1, true), (9, false), (1, true)] {
            scene.clock.advance(Duration::from_secs(60 * minutes));
            let before = used(&second).await;
            assert_eq!(tokens.is_touch_due(id), moves, "after {minutes} more minutes");
            if moves {
                tokens.touch(id).await.unwrap();
            }
            assert_eq!(used(&second).await > before, moves, "after {minutes} more minutes");
        }
        // Another replica, which has not noted it itself, finds that it was.
        let row = "SELECT used_at AS n FROM sessions WHERE used_at IS NOT NULL";
        let noted = db.figures(row);
        let home = scene.home;
        scene.service.stop().await;
        let service = home.start().await;
        assert!(service.app.core.tokens.is_touch_due(id));
        service.app.core.tokens.touch(id).await.unwrap();
        assert_eq!(db.figures(row), noted);
        service.stop().await;
    }

    /// What shows where somebody is stands in the store for nobody to read, and goes with their key.
    async fn device_and_network_are_sealed(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let signed_in = sign_in(service, "ada", "a reading machine/1.0").await;
        let token = text(&signed_in["access_token"]);
        let hex = match db.target().backend() {
            vouchsafe::platform::store::Backend::Sqlite => "hex(seen_sealed)",
            vouchsafe::platform::store::Backend::Postgres => "encode(seen_sealed, 'hex')",
        };
        let sealed = texts(db, &format!("SELECT {hex} AS t FROM sessions WHERE seen_sealed IS NOT NULL"));
        assert_eq!(sealed.len(), 1);
        let plain = data_encoding::HEXLOWER.encode(b"machine");
        assert!(!sealed[0].to_lowercase().contains(&plain));
        // Somebody who writes another's row in is shown nothing of it.
        let owner = service.token(scene.owner.row).await;
        db.run(
            "UPDATE sessions SET seen_sealed = (SELECT other.seen_sealed FROM sessions AS other \
             WHERE other.seen_sealed IS NOT NULL)",
        );
        let others = service.get(&owner, "/v1/me/sessions").await.expect(200);
        assert!(others["items"].as_array().unwrap().iter().all(|one| one["device"].is_null()), "{others}");
        let own = service.get(&token, "/v1/me/sessions").await.expect(200);
        assert_eq!(own["items"][0]["device"], "a reading machine/1.0");
        scene.service.stop().await;
    }

    async fn sessions_are_ended_one_by_one_or_all_others(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let (ada, _) = scene.member("ada", Role::Member).await;
        let (bert, berts) = scene.member("bert", Role::Member).await;
        let mut tokens = Vec::new();
        for _ in 0..3 {
            tokens.push(service.token(ada.row).await);
        }
        let me = &tokens[2];
        let list = async |token: &str, query: &str| {
            let page = service.get(token, &format!("/v1/me/sessions{query}")).await.expect(200);
            let ids = page["items"].as_array().unwrap().iter().map(|one| text(&one["id"]));
            (ids.collect::<Vec<_>>(), page["next"].clone())
        };
        let end = async |token: &str, id: &str| {
            service.call(Method::DELETE, token, &format!("/v1/me/sessions/{id}"), None).await
        };
        let (all, _) = list(me, "").await;
        assert_eq!(all.len(), 4);
        // Page by page, each once.
        let (mut paged, mut query) = (Vec::new(), "?limit=3".to_owned());
        loop {
            let (ids, next) = list(me, &query).await;
            paged.extend(ids);
            match next.as_str() {
                Some(cursor) => query = format!("?limit=3&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(paged, all);
        // Nobody ends another's, nor hears that there is one.
        let before = Scene::events(db);
        let mut refused = Vec::new();
        for id in [&all[1], &nobody("session")] {
            let answer = end(&berts, id).await;
            answer.refused(404, "not-found");
            let mut body = answer.body;
            body["request_id"].take();
            refused.push(body);
        }
        assert_eq!(refused[0], refused[1]);
        assert_eq!(Scene::events(db), before);
        service.get(&tokens[1], "/v1/me").await.expect(200);

        end(me, &all[1]).await.expect(204);
        service.get(&tokens[1], "/v1/me").await.refused(401, "session-ended");
        end(me, &all[1]).await.refused(404, "not-found");
        assert_eq!(list(me, "").await.0.len(), 3);
        service.call(Method::DELETE, me, "/v1/me/sessions", None).await.expect(204);
        assert_eq!(list(me, "").await.0, [all[0].clone()]);
        service.get(&tokens[0], "/v1/me").await.refused(401, "session-ended");
        // Once more changes nothing, and nobody else was signed out.
        let before = Scene::events(db);
        service.call(Method::DELETE, me, "/v1/me/sessions", None).await.expect(204);
        assert_eq!(Scene::events(db), before);
        assert_eq!(list(&berts, "").await.0.len(), 1);
        let _ = bert;
        // One's own, which asks.
        end(me, &all[0]).await.expect(204);
        service.get(me, "/v1/me").await.refused(401, "session-ended");
        scene.service.stop().await;
    }
}
