//! Requests that are none: bodies, headers, queries and hosts.

use super::Scene;
use crate::support::{db::Database, service::text};
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{platform::store::Backend, policy};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_none() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let send = async |kind: &str, body: Vec<u8>| {
        let request = scene
            .service
            .request(Method::POST, "/v1/sessions")
            .header("Content-Type", kind);
        scene.service.send(request.body(body)).await
    };
    let json = "application/json";
    for body in [
        "",
        "{",
        "{\"password\": \"a\" \"b\"}",
        "nonsense",
        "{\"one_time_code\": \"a\"} {}",
        "{\"contact\":\"\\ud800\"}",
    ] {
        send(json, body.into()).await.refused(400, "malformed-json");
    }
    send(json, vec![b'"', 0xff, b'"']).await.refused(400, "malformed-json");
    for body in [
        "[]",
        "[}",
        "null",
        "7",
        "\"text\"",
        "{\"contact\": 7}",
        "{\"contact\": \"x\"}",
        "{\"password\": []}",
        "{}",
    ] {
        send(json, body.into()).await.refused(400, "invalid-field");
    }
    send(json, b"{\"contact\": null, \"colour\": 1}".into())
        .await
        .refused(400, "unknown-field");
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ] {
        send(kind, b"{}".into()).await.refused(415, "unsupported-media-type");
    }
    // The limit is 64 KiB: a body of that many bytes is read, one more is not; a deep one is no danger.
    let long = |bytes: usize| format!("{{\"password\":\"{}\"}}", "x".repeat(bytes - 15)).into_bytes();
    assert_eq!(long(64 * 1024).len(), 64 * 1024);
    send(json, long(64 * 1024)).await.refused(400, "invalid-field");
    send(json, long(64 * 1024 + 1)).await.refused(413, "body-too-large");
    assert!(
        send(json, "[".repeat(60_000).into_bytes())
            .await
            .status
            .is_client_error()
    );
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_queries_and_versions_that_do_not_fit() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let service = &scene.service;
    let owner = &scene.owner_token;
    let good = policy::preset("open-circle").unwrap();
    scene.put_policy(None, good).await.refused(428, "precondition-required");
    for etag in [
        "\"2\"",
        "1",
        "*",
        "W/\"1\"",
        "\"x\"",
        "\"-1\"",
        "\"99999999999999999999\"",
    ] {
        scene
            .put_policy(Some(etag), good)
            .await
            .refused(412, "precondition-failed");
    }
    let wrong = good
        .replace("hold_days = 14", "hold_days = \"soon\"")
        .replace("quota_per_member = 20", "quota_per_head = 20");
    let answer = scene.put_policy(Some("\"1\""), &wrong).await;
    answer.refused(422, "policy-invalid");
    for (number, line) in (1..).zip(wrong.lines()) {
        let named = text(&answer.body["detail"]).contains(&format!("line {number}: "));
        assert_eq!(
            named,
            line.contains("soon") || line.contains("per_head"),
            "line {number}: {}",
            answer.body
        );
    }
    scene
        .put_policy(Some("\"1\""), "[community")
        .await
        .refused(422, "policy-invalid");
    let changed = scene.put_policy(Some("\"1\""), good).await;
    assert_eq!(changed.header("etag"), Some("\"2\""));
    scene
        .put_policy(Some("\"1\""), good)
        .await
        .refused(412, "precondition-failed");

    let id = scene.owner.id;
    for list in [
        "/v1/me/invites".to_owned(),
        "/v1/admin/people".into(),
        "/v1/admin/cases".into(),
        "/v1/admin/ledger".into(),
        format!("/v1/admin/people/{id}/children"),
        format!("/v1/admin/people/{id}/branch"),
        format!("/v1/admin/people/{id}/sanctions"),
    ] {
        // Nonsense, another version, another key's shape, a row's own number, SQL.
        for cursor in [
            "x",
            "",
            "AQ",
            "AltdIA",
            "AVtudWxsXQ",
            "AVsiJyBPUiAxPTEgLS0iXQ",
            &"A".repeat(4000),
            "%F0%9F%99%82",
        ] {
            service
                .get(owner, &format!("{list}?cursor={cursor}"))
                .await
                .refused(400, "cursor-invalid");
        }
        for limit in ["0", "201", "-1", "+5", "1e2", "all", ""] {
            service
                .get(owner, &format!("{list}?limit={limit}"))
                .await
                .refused(400, "invalid-field");
        }
        service
            .get(owner, &format!("{list}?limit=1&limit=2"))
            .await
            .refused(400, "invalid-field");
        service
            .get(owner, &format!("{list}?offset=1"))
            .await
            .refused(400, "unknown-field");
    }
    for position in ["x", "", "1", "-1", "99999999999999999999999", "é"] {
        let request = service.request(Method::GET, "/v1/me").bearer_auth(owner);
        let header = reqwest::header::HeaderValue::from_bytes(position.as_bytes()).unwrap();
        service
            .send(request.header("Vouchsafe-At-Least", header))
            .await
            .refused(400, "position-unknown");
    }
    for key in [&"k".repeat(256), &"k".repeat(15), ""] {
        let request = service
            .request(Method::POST, "/v1/me/invites")
            .bearer_auth(owner)
            .header("Idempotency-Key", key);
        service
            .send(request.json(&json!({})))
            .await
            .refused(400, "invalid-field");
    }
    let once = |body: Value| {
        service
            .request(Method::POST, "/v1/me/invites")
            .bearer_auth(owner)
            .header("Idempotency-Key", "one-and-the-same")
            .json(&body)
    };
    service.send(once(json!({}))).await.expect(201);
    service
        .send(once(json!({ "max_uses": 2 })))
        .await
        .refused(422, "idempotency-key-reused");
    let answer = service.call(Method::PUT, owner, "/v1/me", None).await;
    answer.refused(405, "method-not-allowed");
    assert_eq!(answer.header("allow"), Some("GET, HEAD, DELETE"));
    for path in [
        "/v1/admin/people/x",
        "/v1/admin/people/invite_01h455vb4pex5vsknk084sn02q",
        "/v1/admin/people/1",
        "/v1/nothing",
    ] {
        service.get(owner, path).await.refused(404, "not-found");
    }
    scene.service.stop().await;
}

/// Whoever writes the Host header writes none of our links (a mail with one would hand the code on).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_host_header_is_not_believed() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let ours = text(
        &scene
            .service
            .get("", "/.well-known/oauth-authorization-server")
            .await
            .expect(200)["issuer"],
    );
    for (header, value) in [
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("X-Forwarded-Proto", "gopher"),
    ] {
        let ask = |method: Method, path: &str| {
            let request = scene.service.request(method, path).header(header, value);
            request.bearer_auth(&scene.owner_token)
        };
        let link = scene
            .service
            .send(ask(Method::POST, "/v1/me/invites").json(&json!({})))
            .await
            .expect(201);
        assert!(text(&link["url"]).starts_with(&ours), "{link}");
        let metadata = scene
            .service
            .send(ask(Method::GET, "/.well-known/oauth-authorization-server"))
            .await
            .expect(200);
        assert!(!format!("{link}{metadata}").contains(value), "{link} {metadata}");
        assert_eq!(metadata["issuer"], ours);
    }
    scene.service.stop().await;
}
