//! Whether somebody has an account here is told to nobody who does not hold its address.

use serde_json::{Value, json};
use vouchsafe::{store::Backend, terms::Role};

use super::{PASSWORD, Scene, address};
use crate::support::{
    db::{Database, on_both},
    service::Answer,
};

/// What a stranger sees of an answer: everything but what differs each time.
fn seen(answer: &Answer) -> (u16, Value, usize, Vec<(String, String)>) {
    let mut body = answer.body.clone();
    let length = body.to_string().len();
    for moment in ["request_id", "retry_after"] {
        body[moment].take();
    }
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.retain(|(name, _)| {
        !matches!(
            name.as_str(),
            "date" | "x-request-id" | "vouchsafe-position" | "retry-after"
        )
    });
    headers.sort();
    (answer.status.as_u16(), body, length, headers)
}

on_both! {
    async fn sign_in_tells_nobody_who_has_an_account(db: &Database) {
        let scene = Scene::with(db, "reviewed", |config| config.throttle.per_account_failures_per_day = 6).await;
        let service = &scene.service;
        let known = service.found(&address("known-one"), Role::Member, Some(PASSWORD)).await;
        let banned = service.found(&address("known-two"), Role::Member, Some(PASSWORD)).await;
        // A member who came without a password has none to guess.
        scene.member("known-six", Role::Member).await;
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
        let sanctions = format!("/v1/admin/people/{}/sanctions", banned.id);
        service.post(&scene.owner_token, &sanctions, ban).await.expect(201);

        let ask = async |name: &str| {
            let body = json!({ "contact": address(name), "password": "eleven slow turtles swim" });
            service.post("", "/v1/sessions", body).await
        };
        let wanted = ask("no-one-yet").await;
        wanted.refused(401, "credentials-wrong");
        let wanted = seen(&wanted);
        for name in ["known-one", "known-two", "known-six", "no-two-yet"] {
            assert_eq!(seen(&ask(name).await), wanted, "{name}");
        }
        // A code is no better than a password; this one, too, has no account.
        let code = service.post("", "/v1/sessions", json!({ "one_time_code": "ABCDEFGH" })).await;
        assert_eq!(seen(&code), wanted);

        // The lock comes at the same try, and looks the same, whoever is locked out.
        for _ in 0..2 {
            for name in ["known-one", "known-two", "known-six", "no-one-yet"] {
                assert_eq!(seen(&ask(name).await), wanted, "{name}");
            }
        }
        let locked = ask("no-one-yet").await;
        locked.refused(429, "account-locked");
        for name in ["known-one", "known-two", "known-six"] {
            assert_eq!(seen(&ask(name).await), seen(&locked), "{name}");
        }
        // Locked is locked: the right password tells nothing either.
        let right = json!({ "contact": address("known-one"), "password": PASSWORD });
        assert_eq!(seen(&service.post("", "/v1/sessions", right).await), seen(&locked));
        drop(known);
        scene.service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn naming_an_address_tells_nobody_who_has_an_account() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let service = &scene.service;
    scene.member("anybody-known", Role::Member).await;
    let code = scene.link(9).await;
    let mut views = Vec::new();
    for name in ["anybody-known", "anybody-other"] {
        let (flow, token) = service.begin(&code).await;
        let mut answer = scene
            .step(&flow, &token, "contact", json!({ "email": address(name) }))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body["flow"].take(), json!(flow));
        views.push(seen(&answer));
        // A wrong code says as little.
        let proof = service.proof_of(&flow).await;
        let wrong = if proof == "000000" { "000001" } else { "000000" };
        let answer = scene
            .step(&flow, &token, "contact/proof", json!({ "code": wrong }))
            .await;
        answer.refused(422, "proof-wrong");
        views.push(seen(&answer));
        // Only whoever reads the address's mail is told.
        let answer = scene
            .step(&flow, &token, "contact/proof", json!({ "code": proof }))
            .await;
        assert_eq!(
            answer.status.as_u16(),
            if name == "anybody-known" { 409 } else { 200 },
            "{answer:?}"
        );
    }
    assert_eq!(views[..2], views[2..]);

    // Nor does inviting an address.
    let (_, member) = scene.member("a-member", Role::Member).await;
    let mut invites = Vec::new();
    for name in ["anybody-known", "anybody-seven"] {
        let mut answer = service
            .post(&member, "/v1/me/invites", json!({ "email": address(name) }))
            .await;
        assert_eq!(answer.status, 201, "{answer:?}");
        for own in ["id", "email"] {
            answer.body[own].take();
        }
        invites.push(seen(&answer));
    }
    assert_eq!(invites[0], invites[1]);
    scene.service.stop().await;
}
