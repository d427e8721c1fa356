//! A newcomer whose every word is looked for.

use super::super::{identity, resident_id};
use super::*;
use crate::support::service::{Home, Service, text};
use reqwest::Method;
use serde_json::{Value, json};

/// Somebody who came in.
pub(super) struct Walked {
    pub(super) person: String,
    pub(super) access: String,
    pub(super) refresh: String,
}

pub(super) async fn come_in(
    canaries: &mut Canaries,
    home: &Home,
    service: &Service,
    owner: &str,
    reviewer: &str,
) -> Walked {
    // Invites: to an address, as a link, and to what is no address.
    let email = canaries.plant("address", "Canary.Grace@vouch.example.org");
    let create = |body: &Value| {
        let key = "0d7c7a36-6f0b-4a1a-8e0a-3ad1d1f7d0c1";
        service
            .request(Method::POST, "/v1/me/invites")
            .bearer_auth(owner)
            .header("Idempotency-Key", key)
            .json(body)
    };
    let body = json!({ "email": email, "locale": "zh-CN" });
    // The body's own hash would give the address away to whoever tries addresses.
    canaries.plant(
        "body",
        format!(r#"{{"email":"{email}","max_uses":null,"locale":"zh-CN","lifetime_hours":null}}"#),
    );
    service.send(create(&body)).await.expect(201);
    let clash = service
        .send(create(
            &json!({ "email": canaries.plant("address", "canary.clash@vouch.example.org") }),
        ))
        .await;
    canaries.hear(clash).refused(422, "idempotency-key-reused");
    let broken = service
        .post(
            owner,
            "/v1/me/invites",
            json!({ "email": canaries.plant("address", "canary.broken@localhost") }),
        )
        .await;
    canaries.hear(broken).refused(422, "invalid-value");
    let link = service.post(owner, "/v1/me/invites", json!({})).await.expect(201);
    let link = canaries.plant("invite", text(&link["code"]));
    let mail = mailed(home, &email, 1).await;
    let code = mail
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
        .find(|word| word.len() == 23 && word.matches('-').count() == 3);
    let code = canaries.plant("invite", code.expect("a code in the mail"));
    for code in [code.clone(), link.clone(), code.to_lowercase()] {
        service.get("", &format!("/v1/invites/{code}")).await.expect(200);
    }
    for wrong in ["CANARYCANARYCANARY22", "canary/../x", "%63anary-code?x=canary-query"] {
        let refused = service
            .get("", &format!("/v1/invites/{}", canaries.plant("path", wrong)))
            .await;
        assert!(canaries.hear(refused).status.is_client_error());
    }

    let (flow, token) = service.begin(&code).await;
    canaries.plant("flow", &token);
    let step = async |canaries: &mut Canaries, step: &str, body: Value| {
        let answer = service
            .post(&token, &format!("/v1/onboarding/{flow}/{step}"), body)
            .await;
        canaries.hear(answer)
    };
    let other = canaries.plant("address", "canary.mallory@vouch.example.org");
    step(canaries, "contact", json!({ "email": other }))
        .await
        .refused(422, "contact-mismatch");
    let broken = canaries.plant("address", "canary canary@vouch.example.org");
    step(canaries, "contact", json!({ "email": broken }))
        .await
        .refused(422, "invalid-value");
    step(canaries, "contact", json!({ "email": email })).await.expect(200);
    let proof = canaries.plant("proof", service.proof_of(&flow).await);
    let wrong = if proof == "271828" { "314159" } else { "271828" };
    let wrong = canaries.plant("proof", wrong);
    step(canaries, "contact/proof", json!({ "code": wrong }))
        .await
        .refused(422, "proof-wrong");
    step(canaries, "contact/proof", json!({ "code": proof }))
        .await
        .expect(200);

    // Names and numbers: refused in every way, given again, and accepted.
    let number = canaries.plant("number", resident_id(31));
    let mut mistyped = number.clone();
    mistyped.replace_range(17.., if number.ends_with('1') { "2" } else { "1" });
    let mistyped = canaries.plant("number", mistyped);
    let name = canaries.plant("name", "Zéphyrine Canari");
    for (name, number, slug) in [
        (
            canaries.plant("name", "Canari\u{202e}Zephyrine"),
            number.clone(),
            "name-invalid",
        ),
        (canaries.plant("name", "  1234567890 "), number.clone(), "name-invalid"),
        (name.clone(), mistyped, "document-invalid"),
        (name.clone(), canaries.plant("number", "CANARY99"), "document-invalid"),
    ] {
        step(canaries, "identity", identity(&name, &number))
            .await
            .refused(422, slug);
    }
    let typed = json!({ "full_name": [canaries.plant("name", "Canari en liste")], "document": { "number": number } });
    step(canaries, "identity", typed).await.refused(400, "invalid-field");
    let typed = json!({ "full_name": name, "document": { "country": canaries.plant("word", "Canaria"), "kind": "passport", "number": number } });
    step(canaries, "identity", typed).await.refused(422, "invalid-value");
    let typed = json!({ "full_name": name, "document": { "country": "CN", "kind": canaries.plant("word", "canary_kind"), "number": number } });
    step(canaries, "identity", typed).await.refused(400, "invalid-field");
    step(canaries, "identity", identity(&name, &number)).await.expect(200);
    for verdict in ["retry", "approved"] {
        let cases = service.get(reviewer, "/v1/admin/cases").await.expect(200);
        let case = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
        let reason = canaries.plant("reason", format!("canary reason to look, {verdict}"));
        service
            .post(reviewer, &format!("{case}/claim"), json!({ "reason": reason }))
            .await
            .expect(200);
        let reason = canaries.plant("reason", format!("canary reason for {verdict}"));
        let long = json!({ "verdict": verdict, "reason": reason.repeat(100) });
        let refused = service.post(reviewer, &format!("{case}/decision"), long).await;
        canaries.hear(refused).refused(422, "invalid-value");
        let wrong = json!({ "verdict": canaries.plant("word", "canary_verdict"), "reason": reason });
        let refused = service.post(reviewer, &format!("{case}/decision"), wrong).await;
        canaries.hear(refused).refused(400, "invalid-field");
        let decision = json!({ "verdict": verdict, "reason": reason });
        service
            .post(reviewer, &format!("{case}/decision"), decision.clone())
            .await
            .expect(200);
        let again = service.post(reviewer, &format!("{case}/decision"), decision).await;
        canaries.hear(again).refused(409, "case-decided");
        if verdict == "retry" {
            let name = canaries.plant("name", "Zéphyrine Canari-Duval");
            step(canaries, "identity", identity(&name, &number)).await.expect(200);
        }
    }
    // Before they go on: nobody is written to about a step that they have taken.
    mailed(home, &email, 2).await;
    let short = canaries.plant("password", "canary short");
    step(canaries, "password", json!({ "password": short }))
        .await
        .refused(422, "password-refused");
    step(canaries, "password", json!({ "password": email.to_lowercase() }))
        .await
        .refused(422, "password-refused");
    let password = canaries.plant("password", "canary nine loud kestrels");
    step(canaries, "password", json!({ "password": [&password] }))
        .await
        .refused(400, "invalid-field");
    let admitted = step(canaries, "password", json!({ "password": password, "handle": "grace" }))
        .await
        .expect(201);
    step(canaries, "password", json!({ "password": password }))
        .await
        .refused(410, "flow-ended");
    let refused = service.get("", &format!("/v1/invites/{code}")).await;
    canaries.hear(refused).refused(410, "invite-used");
    // A code that was typed before its letter left is not sent any more; the others are.
    let store = service.app.core.ledger.store();
    let left = async || {
        store
            .read(|conn| vouchsafe::notify::backlog(conn, vouchsafe::notify::Channel::Mail))
            .await
            .expect("a count")
            .waiting
            == 0
    };
    crate::ledger::eventually("all letters have left", left).await;

    // A second account of the same person.
    let (flow, token) = service.begin(&link).await;
    canaries.plant("flow", &token);
    let email = canaries.plant("address", "canary.second@vouch.example.org");
    let path = format!("/v1/onboarding/{flow}");
    service
        .post(&token, &format!("{path}/contact"), json!({ "email": email }))
        .await
        .expect(200);
    let proof = canaries.plant("proof", service.proof_of(&flow).await);
    service
        .post(&token, &format!("{path}/contact/proof"), json!({ "code": proof }))
        .await
        .expect(200);
    let refused = service
        .post(&token, &format!("{path}/identity"), identity(&name, &number))
        .await;
    // Whose it is they are not told.
    assert_eq!(canaries.hear(refused).body["next"], "review");
    let session = &admitted["session"];
    Walked {
        person: text(&admitted["person"]),
        access: canaries.plant_token("access", &session["access_token"]),
        refresh: canaries.plant_token("refresh", &session["refresh_token"]),
    }
}
