//! A room, a sanction, and whoever has no business here.

use super::super::new_service;
use super::*;
use crate::support::{
    janus::JanusServer,
    service::{Service, text},
};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use vouchsafe::{platform::store::StoreError, rooms};

/// A seat in a room on a real Janus: what opens the server, the room and the seat.
pub(super) async fn take_a_seat(canaries: &mut Canaries, service: &Service, owner: &str) {
    let janus = JanusServer::start();
    let sound = janus.registration();
    for secret in ["admin_secret", "admin_key", "token_secret"] {
        canaries.plant("secret", text(&sound[secret]));
    }
    let with = |name: &str, value: Value| {
        let mut body = sound.clone();
        body[name] = value;
        body
    };
    let register = async |body: Value| {
        let request = service.request(Method::POST, "/v1/admin/room-servers").json(&body);
        let request = request
            .bearer_auth(owner)
            .header("Idempotency-Key", "a room server's key");
        service.send(request).await
    };
    let url = format!(
        "http://canary:{}@127.0.0.1/admin",
        canaries.plant("secret", "canary-url-password")
    );
    let long = canaries.plant("secret", "canary secret of a room server ");
    for (name, value) in [
        ("admin_url", json!(url)),
        ("kind", json!(canaries.plant("word", "canary_server"))),
        ("admin_secret", json!(long.repeat(40))),
        ("admin_key", json!([canaries.plant("secret", "canary key in a list")])),
        (
            "token_secret",
            json!({ "is": canaries.plant("secret", "canary token secret") }),
        ),
    ] {
        let refused = canaries.hear(register(with(name, value)).await);
        match name {
            "admin_url" => refused.refused(422, "invalid-value"),
            _ => refused.refused(400, "invalid-field"),
        }
    }
    let server = register(sound.clone()).await.expect(201);
    let other = with(
        "admin_secret",
        json!(canaries.plant("secret", "canary other admin secret")),
    );
    canaries
        .hear(register(other).await)
        .refused(422, "idempotency-key-reused");
    let bent = json!({ "id": canaries.plant("asked", "canary:room"), "servers": [server["id"]] });
    let refused = service.post(owner, "/v1/admin/rooms", bent).await;
    canaries.hear(refused).refused(400, "invalid-field");
    let room = json!({ "id": "stage", "servers": [server["id"]] });
    service.post(owner, "/v1/admin/rooms", room).await.expect(201);
    let (vault, store) = (service.app.core.vault.clone(), service.app.core.ledger.store());
    let secret = store.read(move |conn| {
        let held = rooms::queries::held(conn, &"stage".parse().expect("an id"))?;
        let room = held.first().expect("the room");
        Ok::<_, StoreError>(room.secret(&vault)?.expose_secret().to_owned())
    });
    canaries.plant("secret", secret.await.unwrap());

    let tickets = "/v1/rooms/stage/tickets";
    let asked = async |canaries: &mut Canaries, wanted: u16| {
        let begun = Instant::now();
        loop {
            let answer = canaries.hear(service.post(owner, tickets, Value::Null).await);
            if answer.status == wanted {
                return answer;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{answer:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let given = asked(canaries, 201).await.body;
    canaries.plant("secret", text(&given["janus"]["token"]));
    let core_token = canaries.plant("secret", text(&given["janus"]["core_token"]));
    let (_, signature) = core_token.rsplit_once(':').expect("a signature");
    canaries.plant("secret", signature);
    let canary = format!("{tickets}/{}", canaries.plant("asked", "ticket_canary"));
    let refused = service.call(Method::DELETE, owner, &canary, None).await;
    assert!(canaries.hear(refused).status.is_client_error());
    // A Janus that takes none of these secrets says so, in words that are kept.
    let place = format!("/v1/admin/room-servers/{}", text(&server["id"]));
    let wrong = with(
        "admin_secret",
        json!(canaries.plant("secret", "canary wrong admin secret")),
    );
    service.call(Method::PUT, owner, &place, Some(wrong)).await.expect(200);
    asked(canaries, 503).await.refused(503, "room-server-unavailable");
    // And one that is gone for good.
    service.call(Method::PUT, owner, &place, Some(sound)).await.expect(200);
    asked(canaries, 201).await;
    drop(janus);
    asked(canaries, 503).await.refused(503, "room-server-unavailable");
}

pub(super) async fn moderate(canaries: &mut Canaries, service: &Service, owner: &str, walked: &Walked) {
    let (id, secret) = new_service(service).await;
    canaries.plant("secret", &secret);
    let wrong = canaries.plant("secret", "canary-client-secret-that-is-wrong");
    for secret in [&secret, &wrong] {
        for token in [
            &walked.access,
            &walked.refresh,
            &canaries.plant("word", "canary.token.x"),
        ] {
            let basic = (id.clone(), secret.clone());
            let answer = super::super::form(service, "/oauth/introspect", Some(&basic), &[("token", token)]).await;
            canaries.hear(answer);
        }
    }
    let turn = [
        ("grant_type", "refresh_token"),
        ("refresh_token", walked.refresh.as_str()),
    ];
    let turned = super::super::form(service, "/oauth/token", None, &turn)
        .await
        .expect(200);
    canaries.plant_token("access", &turned["access_token"]);
    let refresh = canaries.plant_token("refresh", &turned["refresh_token"]);
    let next = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let next = super::super::form(service, "/oauth/token", None, &next)
        .await
        .expect(200);
    canaries.plant_token("access", &next["access_token"]);
    canaries.plant_token("refresh", &next["refresh_token"]);
    let reused = super::super::form(service, "/oauth/token", None, &turn).await;
    assert_eq!(canaries.hear(reused).status, 400);
    let unknown = [
        ("grant_type", "canary_grant"),
        ("refresh_token", &refresh),
        ("canary", "canary"),
    ];
    let refused = super::super::form(service, "/oauth/token", None, &unknown).await;
    assert_eq!(canaries.hear(refused).status, 400);
    let dead = service.get(&walked.access, "/v1/me").await;
    canaries.hear(dead).refused(401, "session-ended");

    let sanctions = format!("/v1/admin/people/{}/sanctions", walked.person);
    let note = canaries.plant("note", "canary note: two hundred advertisements");
    for body in [
        json!({ "kind": "ban", "reason": canaries.plant("word", "canary_reason"), "note": note }),
        json!({ "kind": "ban", "reason": "spam", "note": note.repeat(60) }),
        json!({ "kind": "ban", "reason": "spam", "note": { "text": note } }),
    ] {
        let refused = canaries.hear(service.post(owner, &sanctions, body.clone()).await);
        match body["reason"] == "spam" && body["note"].is_string() {
            true => refused.refused(422, "invalid-value"),
            false => refused.refused(400, "invalid-field"),
        }
    }
    let ban = json!({ "kind": "ban", "reason": "spam", "note": note });
    let imposed = service.post(owner, &sanctions, ban.clone()).await.expect(201);
    let again = service.post(owner, &sanctions, ban).await;
    canaries.hear(again).refused(409, "sanction-exists");
    let lift = format!("{sanctions}/{}/lift", text(&imposed["id"]));
    let note = canaries.plant("note", "canary note: it was her brother");
    service.post(owner, &lift, json!({ "note": note })).await.expect(200);
    let again = service.post(owner, &lift, json!({ "note": note })).await;
    canaries.hear(again).refused(404, "sanction-unknown");
    let list = service.get(owner, &sanctions).await.expect(200);
    assert!(list.to_string().contains("canary note"), "{list}");
}

/// Everything that is asked amiss.
pub(super) async fn knock(canaries: &mut Canaries, service: &Service, owner: &str) {
    for contact in [
        "Canary.Grace@vouch.example.org",
        "canary.sought@vouch.example.org",
        "canary.sought@",
        "canary\r\nRCPT",
    ] {
        let body = json!({ "contact": canaries.plant("address", contact) });
        let answer = service.post(owner, "/v1/admin/people/search", body).await;
        canaries.hear(answer);
    }
    for path in [
        "/v1/admin/people?cursor=canary-cursor",
        "/v1/admin/people?role=canary_role",
        "/v1/admin/people?limit=canary_limit",
        "/v1/admin/people/canary_person",
        "/v1/admin/people/person_canary/branch?cursor=canary_cursor",
        "/v1/admin/ledger?type=canary_type",
        "/v1/admin/ledger?subject=canary_subject",
        "/v1/admin/paths?from=canary_from&to=canary_to",
        "/canary/path/unknown?x=canary_query",
        "/v1/onboarding/canary_flow",
    ] {
        let canary = path
            .split(['/', '=', '&', '?'])
            .rfind(|part| part.contains("canary"))
            .expect("a canary");
        canaries.plant("asked", canary);
        let answer = service.get(owner, path).await;
        canaries.hear(answer);
    }
    for token in ["canary.bearer.token", "vsf_canary_flow_token", "vsr_canary_refresh"] {
        let token = canaries.plant("token", token);
        let answer = service.get(&token, "/v1/me").await;
        canaries.hear(answer).refused(401, "unauthenticated");
        let answer = service
            .get(&token, "/v1/onboarding/flow_01h455vb4pex5vsknk084sn02q")
            .await;
        canaries.hear(answer).refused(404, "flow-unknown");
        let answer = super::super::form(service, "/oauth/revoke", None, &[("token", &token)]).await;
        canaries.hear(answer);
        let body = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        let answer = super::super::form(service, "/oauth/token", None, &body).await;
        canaries.hear(answer);
    }
    for (header, value) in [
        ("Vouchsafe-At-Least", "canary_position"),
        ("If-Match", "canary_etag"),
        ("X-Forwarded-For", "canary_forwarded"),
        ("Idempotency-Key", "canary\u{7f}key"),
        ("Cookie", "session=canary_cookie"),
        ("Referer", "http://x/canary_referer"),
        ("User-Agent", "canary_agent"),
        ("Authorization", "Digest canary_digest"),
    ] {
        canaries.plant("header", value.rsplit(['/', '=', ' ']).next().expect("a value"));
        let value = reqwest::header::HeaderValue::from_bytes(value.as_bytes());
        let Ok(value) = value else { continue };
        for (method, path) in [
            (Method::GET, "/v1/me"),
            (Method::PUT, "/v1/admin/policy"),
            (Method::POST, "/v1/sessions"),
        ] {
            let mut request = service
                .request(method, path)
                .header(header, value.clone())
                .json(&json!({ "document": "" }));
            if header != "Authorization" {
                request = request.bearer_auth(owner);
            }
            let answer = service.send(request).await;
            canaries.hear(answer);
        }
    }
    for body in [
        r#"{"contact": "canary_half"#,
        r#"["canary_list"]"#,
        "\"canary_text\"",
        r#"{"contact": 1e999, "password": "canary_number"}"#,
    ] {
        let planted = body
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .find(|part| part.starts_with("canary"));
        canaries.plant("body", planted.expect("a canary"));
        let request = service
            .request(Method::POST, "/v1/sessions")
            .header("Content-Type", "application/json")
            .body(body);
        let answer = service.send(request).await;
        assert_eq!(canaries.hear(answer).status, 400);
    }
    let document = format!(
        "[community]\nname = \"{}\"\n",
        canaries.plant("policy", "canary community")
    );
    let request = service
        .request(Method::PUT, "/v1/admin/policy")
        .bearer_auth(owner)
        .header("If-Match", "\"1\"");
    let answer = service.send(request.json(&json!({ "document": document }))).await;
    canaries.hear(answer).refused(422, "policy-invalid");
}
