//! Every step of onboarding in every state: only the next one is taken, none is skipped, and whoever
//! is half a member has no member's powers.

use serde_json::{Value, json};
use vouchsafe::platform::{store::Backend, terms::Role};

use super::{PASSWORD, Scene, address, identity, resident_id};
use crate::support::{db::Database, service::text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_step_is_taken_before_its_time_or_twice() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let service = &scene.service;
    let code = scene.link(1).await;
    let (flow, token) = service.begin(&code).await;
    let steps = |proof: &str| {
        [
            ("contact", json!({ "email": address("newcomer") })),
            ("contact/proof", json!({ "code": proof })),
            ("identity", identity("王芳", &resident_id(6))),
            ("password", json!({ "password": PASSWORD })),
        ]
    };
    // Every other step but these is out of order.
    let refused_but = async |allowed: &[&str]| {
        for (step, body) in steps("000000") {
            if !allowed.contains(&step) {
                scene
                    .step(&flow, &token, step, body)
                    .await
                    .refused(409, "step-out-of-order");
            }
        }
        // A flow's token is no access token, however far it has come.
        service.get(&token, "/v1/me").await.refused(401, "unauthenticated");
        service
            .post(&token, "/v1/me/invites", json!({}))
            .await
            .refused(401, "unauthenticated");
    };
    // Before there is a code, none is right.
    scene
        .step(&flow, &token, "contact/proof", json!({ "code": "000000" }))
        .await
        .refused(410, "proof-stale");
    refused_but(&["contact", "contact/proof"]).await;
    scene
        .step(&flow, &token, "contact", json!({ "email": address("newcomer") }))
        .await
        .expect(200);
    refused_but(&["contact", "contact/proof"]).await;
    let proof = service.proof_of(&flow).await;
    scene
        .step(&flow, &token, "contact/proof", json!({ "code": proof }))
        .await
        .expect(200);
    refused_but(&["identity"]).await;
    // Proved once is proved: the same code proves nothing twice, and no other address comes in.
    scene
        .step(&flow, &token, "contact/proof", json!({ "code": proof }))
        .await
        .refused(409, "step-out-of-order");
    let another = json!({ "email": address("somebody-else") });
    scene
        .step(&flow, &token, "contact", another)
        .await
        .refused(409, "step-out-of-order");
    scene
        .step(&flow, &token, "identity", identity("王芳", &resident_id(6)))
        .await
        .expect(200);
    refused_but(&[]).await;

    let cases = service.get(&scene.owner_token, "/v1/admin/cases").await.expect(200);
    let case = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
    let (_, reviewer) = scene.member("reviewer", Role::Reviewer).await;
    let decide = async |verdict: &str| {
        service
            .post(
                &reviewer,
                &format!("{case}/claim"),
                json!({ "reason": "the next in turn" }),
            )
            .await
            .expect(200);
        let decision = json!({ "verdict": verdict, "reason": "seen, and agreed" });
        service
            .post(&reviewer, &format!("{case}/decision"), decision)
            .await
            .expect(200)
    };
    assert_eq!(decide("approved").await["verdict"], "approved");
    refused_but(&["password"]).await;
    let admitted = scene
        .step(&flow, &token, "password", json!({ "password": PASSWORD }))
        .await
        .expect(201);
    service
        .get(&text(&admitted["session"]["access_token"]), "/v1/me")
        .await
        .expect(200);
    for (step, body) in steps(&proof) {
        scene.step(&flow, &token, step, body).await.refused(410, "flow-ended");
    }
    service.get(&token, "/v1/me").await.refused(401, "unauthenticated");
    scene.service.stop().await;
}

/// The token of a newcomer's way is lost, a reviewer takes a month, and the invite's time is over meanwhile:
/// whoever proves the address again goes on where they were, and nobody else learns or gets anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_lost_the_token_comes_back() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let db = Database::fresh(backend);
        let scene = Scene::new(&db, "reviewed").await;
        let service = &scene.service;
        let invite = json!({ "email": "grace@vouch.example.org", "lifetime_hours": 48 });
        let invite = service
            .post(&scene.owner_token, "/v1/me/invites", invite)
            .await
            .expect(201);
        let code = service.code_of(&text(&invite["id"])).await;
        let (flow, lost) = scene.proved(&code, "grace").await;
        let given = identity("赵敏", &resident_id(8));
        scene.step(&flow, &lost, "identity", given).await.expect(200);
        scene.clock.advance(std::time::Duration::from_secs(3 * 86_400));
        let (_, reviewer) = scene.member("reviewer", Role::Reviewer).await;
        let cases = service.get(&reviewer, "/v1/admin/cases").await.expect(200);
        let case = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
        let post = async |path: String, body| service.post(&reviewer, &path, body).await.expect(200);
        post(format!("{case}/claim"), json!({ "reason": "the next in turn" })).await;
        let decision = json!({ "verdict": "approved", "reason": "name and number agree" });
        post(format!("{case}/decision"), decision).await;

        // The mail says: open your invite again.
        service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        let (again, token) = scene.asked(&code, "grace").await;
        assert_ne!(again, flow);
        scene
            .step(&again, &token, "password", json!({ "password": PASSWORD }))
            .await
            .refused(409, "step-out-of-order");
        let proof = json!({ "code": service.proof_of(&again).await });
        let view = scene.step(&again, &token, "contact/proof", proof).await.expect(200);
        assert_eq!(
            (text(&view["flow"]), &view["next"]),
            (flow.clone(), &json!("credentials"))
        );
        service
            .get(&lost, &format!("/v1/onboarding/{flow}"))
            .await
            .refused(404, "flow-unknown");
        scene
            .step(&flow, &token, "password", json!({ "password": PASSWORD }))
            .await
            .expect(201);
        // Its only place is taken, and its time is over.
        service
            .get("", &format!("/v1/invites/{code}"))
            .await
            .refused(410, "invite-used");
        scene.service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_refused_or_gives_up_does_not_come_in() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let service = &scene.service;
    let code = scene.link(2).await;
    let (flow, token) = scene.proved(&code, "refused").await;
    let held = async || service.get(&scene.owner_token, "/v1/me/invites").await.expect(200)["items"][0]["held"].clone();
    assert_eq!(held().await, 1);
    scene
        .step(&flow, &token, "identity", identity("赵敏", &resident_id(8)))
        .await
        .expect(200);
    let cases = service.get(&scene.owner_token, "/v1/admin/cases").await.expect(200);
    let case = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
    let (_, reviewer) = scene.member("reviewer", Role::Reviewer).await;
    service
        .post(
            &reviewer,
            &format!("{case}/claim"),
            json!({ "reason": "the next in turn" }),
        )
        .await
        .expect(200);
    let decision = json!({ "verdict": "refused", "reason": "not the person" });
    service
        .post(&reviewer, &format!("{case}/decision"), decision)
        .await
        .expect(200);
    let view = service.get(&token, &format!("/v1/onboarding/{flow}")).await.expect(200);
    assert_eq!((&view["state"], &view["next"]), (&json!("refused"), &Value::Null));
    scene
        .step(&flow, &token, "password", json!({ "password": PASSWORD }))
        .await
        .refused(410, "flow-ended");

    // The use is held no longer, and bound: one is left. Who gives up gives it back.
    for _ in 0..400 {
        if held().await == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let (flow, token) = scene.proved(&code, "leaving").await;
    let path = format!("/v1/onboarding/{flow}");
    service
        .call(reqwest::Method::DELETE, &token, &path, None)
        .await
        .expect(204);
    service
        .call(reqwest::Method::DELETE, &token, &path, None)
        .await
        .expect(204);
    scene
        .step(&flow, &token, "identity", identity("赵敏", &resident_id(8)))
        .await
        .refused(410, "flow-ended");
    service.get("", &format!("/v1/invites/{code}")).await.expect(200);
    scene.service.stop().await;
}
