//! Whether somebody has an account here is told to nobody who does not hold its address.

use serde_json::{Value, json};
use vouchsafe::platform::{store::Backend, terms::Role};

use super::{PASSWORD, Scene, address, identity, resident_id};
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

/// What somebody sees of a flow: everything but what is their own.
fn seen_of(mut answer: Answer) -> (u16, Value, Vec<(String, String)>) {
    answer.body["flow"].take();
    let (status, mut body, _, headers) = seen(&answer);
    for own in ["contact_hint", "expires_at"] {
        body[own].take();
    }
    (
        status,
        body,
        headers
            .into_iter()
            .filter(|(name, _)| name != "content-length")
            .collect(),
    )
}

on_both! {
    /// A number that is a member's, one that somebody on their way has given, one that a final refusal binds and one
    /// that nobody has: who gives one hears the same, and goes on in the same way.
    async fn giving_a_document_tells_nobody_whose_it_is(db: &Database) {
        for (policy, next) in [("real-name", "credentials"), ("reviewed", "review")] {
            let db = &Database::fresh(db.target().backend());
            let scene = Scene::new(db, policy).await;
            let service = &scene.service;
            let (_, reviewer) = scene.member("reviewer", Role::Reviewer).await;
            let post = async |path: &str, body: Value| service.post(&reviewer, path, body).await.expect(200);
            let judge = async |flow: &str, verdict: &str| {
                let cases = service.get(&reviewer, "/v1/admin/cases").await.expect(200);
                let case = cases["items"].as_array().unwrap().iter().find(|case| case["flow"] == flow).unwrap();
                let case = format!("/v1/admin/cases/{}", case["id"].as_str().unwrap());
                post(&format!("{case}/claim"), json!({ "reason": "the next in turn" })).await;
                post(&format!("{case}/decision"), json!({ "verdict": verdict, "reason": "as on the card" })).await;
            };
            let code = scene.link(50).await;
            let give = async |name: &str, n: u32| {
                let (flow, token) = scene.proved(&code, name).await;
                let given = scene.step(&flow, &token, "identity", identity("王芳", &resident_id(n))).await;
                (flow, token, given)
            };
            let password = json!({ "password": PASSWORD });
            // 1: a member's. 2: somebody's on the way. 3: refused for good, where anybody is asked.
            let (flow, token, given) = give("member-one", 1).await;
            let wanted = seen_of(given);
            assert_eq!((wanted.0, &wanted.1["next"]), (200, &json!(next)));
            if policy == "reviewed" {
                judge(&flow, "approved").await;
            }
            scene.step(&flow, &token, "password", password.clone()).await.expect(201);
            give("on-the-way", 2).await;
            let (flow, _, _) = give("refused-one", 3).await;
            if policy == "reviewed" {
                judge(&flow, "refused").await;
            }
            let mut flows = Vec::new();
            for n in [1, 2, 3, 4] {
                let (flow, token, given) = give(&format!("asks-{n}"), n).await;
                assert_eq!(seen_of(given), wanted, "{policy}, {n}");
                let look = service.get(&token, &format!("/v1/onboarding/{flow}")).await;
                assert_eq!(look.body["next"], next, "{policy}, {n}");
                // One flow asks once.
                let again = scene.step(&flow, &token, "identity", identity("王芳", &resident_id(9))).await;
                again.refused(409, "step-out-of-order");
                flows.push((flow, token));
            }
            if policy == "real-name" {
                // With the last step whoever comes second waits for a person, and hears no more than that.
                let (taken, token) = &flows[0];
                let waits = scene.step(taken, token, "password", password.clone()).await;
                waits.refused(409, "review-needed");
                let text = waits.body.to_string();
                assert!(!text.contains("member") && !text.contains("account"), "{text}");
                let look = service.get(token, &format!("/v1/onboarding/{taken}")).await;
                assert_eq!(look.body["next"], "review");
                scene.step(taken, token, "password", password.clone()).await.refused(409, "step-out-of-order");
                assert_eq!(db.figures("SELECT count(*) AS n FROM cases WHERE state = 'open'"), [1]);
                // A number that was only given is nobody's.
                let (free, token) = &flows[1];
                scene.step(free, token, "password", password.clone()).await.expect(201);
                // The reviewer is told, and cannot give one person two accounts.
                let cases = service.get(&reviewer, "/v1/admin/cases").await.expect(200);
                let case = format!("/v1/admin/cases/{}", cases["items"][0]["id"].as_str().unwrap());
                let shown = post(&format!("{case}/claim"), json!({ "reason": "the next in turn" })).await;
                assert_eq!((&shown["known"]["members"], &shown["known"]["refused"]), (&json!(1), &json!(false)));
                let approve = json!({ "verdict": "approved", "reason": "as on the card" });
                service.post(&reviewer, &format!("{case}/decision"), approve).await.refused(409, "document-taken");
                let retry = json!({ "verdict": "retry", "reason": "another's number" });
                post(&format!("{case}/decision"), retry).await;
                let (flow, token) = &flows[0];
                let own = identity("王芳", &resident_id(8));
                assert_eq!(scene.step(flow, token, "identity", own).await.expect(200)["next"], "review");
                judge(flow, "approved").await;
                scene.step(flow, token, "password", password.clone()).await.expect(201);
            }
            scene.service.stop().await;
        }
    }
}
