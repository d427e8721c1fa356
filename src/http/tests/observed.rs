//! What is seen of a request from outside: ids, probes, metrics, logs, bytes on the wire.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use actix_web::{App, HttpServer, http::Method};
use data_encoding::BASE64;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tracing_subscriber::fmt::MakeWriter;

use super::{dummies::dummies, *};

#[actix_web::test]
async fn request_ids_are_taken_over_only_when_they_are_sound() {
    let app = app!(gate(99).0);
    let long = "x".repeat(65);
    for (given, kept) in [
        ("abc-1.2_3", true),
        ("a b", false),
        ("a\"b", false),
        ("", false),
        (long.as_str(), false),
    ] {
        let seen = ask(&app, get("/livez").insert_header(("X-Request-Id", given)).to_request()).await;
        assert_eq!(seen.header("x-request-id") == Some(given), kept, "{given}");
    }
    let ids = [
        ask(&app, get("/livez").to_request()).await,
        ask(&app, get("/livez").to_request()).await,
    ];
    assert_ne!(ids[0].header("x-request-id"), ids[1].header("x-request-id"));
}

#[actix_web::test]
async fn probes_answer_without_credentials() {
    let app = app!(gate(0).0);
    assert_eq!(ask(&app, get("/livez").to_request()).await.json()["alive"], true);
    let seen = ask(&app, get("/readyz").to_request()).await;
    assert_eq!(
        (seen.status, seen.json()["checks"][0]["name"].as_str()),
        (503, Some("database"))
    );
    assert_eq!(ask(&app, get("/metrics").to_request()).await.status, 200);
    let document = ask(&app, get("/openapi.json").to_request()).await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let role = &document["paths"]["/v1/admin/people/{id}/role"]["put"];
    assert_eq!(role["security"][0], serde_json::json!({"access": []}));
    // What the gate and the extractors refuse, and nothing that stands for the rest.
    let refusals = role["responses"].as_object().unwrap();
    let statuses: Vec<_> = refusals.keys().filter(|status| !status.starts_with('2')).collect();
    assert_eq!(statuses, ["400", "401", "403", "500", "503"]);
    let unauthenticated = "UnauthenticatedOrSessionEndedOrReauthenticationRequiredProblem";
    let reference = format!("#/components/responses/{unauthenticated}");
    assert_eq!(role["responses"]["401"]["$ref"], reference);
    let narrowed = &document["components"]["schemas"][unauthenticated]["allOf"][1]["properties"]["type"]["enum"];
    assert_eq!(narrowed[1], "urn:vouchsafe:problem:session-ended");
    assert_eq!(
        role["description"],
        "Roles: owner. Whoever calls it has signed in less than 15 minutes ago."
    );
    assert!(document["components"]["schemas"]["Problem"]["properties"]["type"].is_object());
}

#[actix_web::test]
async fn requests_are_counted_by_operation_and_class() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let app = app!(gate(99).0);
    for path in [
        "/v1/invites/CANARYCODE",
        "/v1/invites/abc",
        "/v1/invites/abc",
        "/CANARYPATH",
    ] {
        ask(&app, get(path).to_request()).await;
    }
    let text = handle.render();
    for line in [
        r#"vouchsafe_http_request_seconds_count{operation="preview_invite",status="4xx"} 1"#,
        r#"vouchsafe_http_request_seconds_count{operation="preview_invite",status="2xx"} 2"#,
        r#"vouchsafe_http_request_seconds_count{operation="none",status="4xx"} 1"#,
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(!text.contains("CANARY"));
}

/// Where the log of one test goes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);
impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[actix_web::test]
async fn logs_tell_the_pattern_and_never_the_path_the_query_or_a_token() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone());
    // With a single dispatcher, tracing asks the thread that comes first to a call site, and other
    // tests have none: a second one makes it ask both.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let app = app!(gate(2).0);
    for path in [
        "/v1/invites/CANARY1",
        "/v1/invites/CANARY2?CANARY3=CANARY4",
        "/v1/invites/CANARY5",
        "/CANARY6",
    ] {
        ask(&app, get(path).to_request()).await;
    }
    let brew = Method::from_bytes(b"CANARY7").unwrap();
    ask(&app, get("/v1/me").method(brew).to_request()).await;
    ask(&app, token(get("/v1/me"), "CANARY8").to_request()).await;
    ask(&app, basic(post("/oauth/introspect"), "hall:CANARY9").to_request()).await;
    ask(
        &app,
        json(post("/v1/onboarding"), r#"{"code":7,"CANARY":"CANARY"}"#).to_request(),
    )
    .await;
    ask(
        &app,
        get("/v1/invites/odd")
            .insert_header(("X-Request-Id", "odd-1"))
            .to_request(),
    )
    .await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains("CANARY"), "{text}");
    assert!(!text.contains(&BASE64.encode(b"hall:CANARY9")), "{text}");
    let answered: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["fields"]["message"] == "answered")
        .collect();
    assert_eq!(answered.len(), 9, "{text}");
    let span = &answered[0]["span"];
    for (field, value) in [
        ("method", "GET"),
        ("operation", "preview_invite"),
        ("route", "/v1/invites/{code}"),
    ] {
        assert_eq!(span[field], value, "{span}");
    }
    assert_eq!(span["status"], 404, "{span}");
    assert!(span["request_id"].is_string(), "{span}");
}

/// A real connection: the protocol's own rules on HEAD hold, also for a pipelined one.
#[actix_web::test]
async fn head_is_get_without_the_body() {
    let (gate, _) = gate(99);
    let server = HttpServer::new(move || App::new().wrap(gate.clone()).configure(Routes::serve(dummies)))
        .workers(1)
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let requests = "HEAD /v1/invites/abcdef HTTP/1.1\r\nHost: x\r\n\r\n\
                    GET /v1/invites/abc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(requests.as_bytes()).await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    handle.stop(false).await;
    let (head, rest) = answers.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 200 OK") && head.contains("content-length: 9"),
        "{answers}"
    );
    assert!(
        rest.starts_with("HTTP/1.1 200 OK") && rest.ends_with("3 letters"),
        "the body of a HEAD: {answers}"
    );
}
