//! How sessions end, and what is said where there is none.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use vouchsafe::{http::ProblemKind, platform::store::Backend, tokens};

use super::{PASSWORD, Scene, address, form, new_service};
use crate::support::{
    db::{Database, on_both},
    service::{Answer, Service, Tokens, text},
};

async fn turn(service: &Service, refresh: &str) -> Answer {
    form(
        service,
        "/oauth/token",
        None,
        &[("grant_type", "refresh_token"), ("refresh_token", refresh)],
    )
    .await
}

#[track_caller]
fn refused(answer: &Answer, kind: ProblemKind) {
    assert_eq!(
        (answer.status.as_u16(), &answer.body["error"]),
        (kind.status().as_u16(), &json!("invalid_grant")),
        "{answer:?}"
    );
    assert_eq!(answer.body["error_description"], kind.advice());
}

on_both! {
    /// When the answer is given, it has happened: the access token, too, is dead, not only when the feed
    /// has told of it.
    async fn an_end_is_an_end_at_once(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let service = &scene.service;
        let client = new_service(service).await;
        for _ in 0..5 {
            for way in ["sign-out", "access", "refresh", "reuse"] {
                let Tokens { access, refresh, hall } = service.session(scene.owner.row).await;
                service.get(&access, "/v1/me").await.expect(200);
                match way {
                    "sign-out" => service.call(Method::DELETE, &access, "/v1/sessions/current", None).await.expect(204),
                    "access" => form(service, "/oauth/revoke", None, &[("token", &access)]).await.expect(200),
                    "refresh" => form(service, "/oauth/revoke", None, &[("token", &refresh)]).await.expect(200),
                    _ => {
                        let next = text(&turn(service, &refresh).await.expect(200)["refresh_token"]);
                        scene.clock.advance(tokens::REUSE);
                        refused(&turn(service, &refresh).await, ProblemKind::RefreshReused);
                        refused(&turn(service, &next).await, ProblemKind::RefreshUnknown);
                        json!(null)
                    }
                };
                let dead = service.get(&access, "/v1/me").await;
                assert_eq!(dead.status, 401, "{way}");
                dead.refused(401, "session-ended");
                let about = form(service, "/oauth/introspect", Some(&client), &[("token", &hall)]).await.expect(200);
                assert_eq!(about, json!({ "active": false }), "{way}");
                refused(&turn(service, &refresh).await, ProblemKind::RefreshUnknown);
            }
        }
        scene.service.stop().await;
    }
}

/// The cost of hashing is bounded: who finds no turn is told so at once, and that it was not their
/// password.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finds_no_turn_is_asked_to_come_again() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::with(&db, "reviewed", |config| {
        config.password.hash_permits = 1;
        config.password.hash_wait_ms = 0;
    })
    .await;
    let ask = |nth: usize| {
        let body = json!({ "contact": address(&format!("nobody-{nth}")), "password": PASSWORD });
        scene.service.post("", "/v1/sessions", body)
    };
    let answers = join_all((0..24).map(ask)).await;
    let (done, turned_away): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 401);
    assert!(
        !done.is_empty() && !turned_away.is_empty(),
        "{} of 24 were done",
        done.len()
    );
    for answer in turned_away {
        answer.refused(503, "unavailable");
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    scene.service.stop().await;
}
