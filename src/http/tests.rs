//! The gate from outside: dummy handlers behind real rows of the table.

mod dummies;
mod observed;

use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use actix_web::{
    App, HttpResponse,
    body::{MessageBody, to_bytes},
    dev::{Service, ServiceResponse},
    http::{Method, header},
    test::{self, TestRequest},
    web::Data,
};
use data_encoding::BASE64;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::Value;

use self::dummies::{LOOSE, Parts, Porter, Shore, dummies};
use super::{
    openapi::{Description, describe, differences},
    rights::{Access, OPERATIONS},
    *,
};
use crate::platform::terms::{Role, SeededRng};

fn all(config: &mut Routes) {
    routes(config);
    dummies(config);
}

fn gate(attempts: usize) -> (Gate, Arc<Porter>) {
    let porter = Arc::new(Porter {
        attempts,
        seen: Mutex::default(),
    });
    let limits = GateLimits {
        origin: "https://vouchsafe.example.org".into(),
        trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
        request_timeout: Duration::from_millis(100),
        body_limit: 100,
        path: String::new(),
    };
    (
        Gate::new(limits, porter.clone(), Arc::new(Shore), &SeededRng::new(1)),
        porter,
    )
}

macro_rules! app {
    ($gate:expr) => {{
        let app = App::new()
            .wrap($gate)
            .app_data(Data::from(Arc::new(Parts(false)) as Arc<dyn Readiness>))
            .app_data(Data::new(PrometheusBuilder::new().build_recorder().handle()))
            .app_data(Data::new(Pepper::new(&[7; 32])))
            .app_data(Data::new(Description::new(&describe(all)).unwrap()))
            .configure(Routes::serve(all));
        test::init_service(app).await
    }};
}

pub(crate) use app;

struct Seen {
    status: u16,
    headers: header::HeaderMap,
    body: Vec<u8>,
}
impl Seen {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
    /// The status and, of a problem, the slug.
    fn told(&self) -> (u16, String) {
        let body = self.json();
        if body["type"].is_string() {
            assert_eq!(self.header("content-type"), Some("application/problem+json"));
            assert_eq!(body["status"], self.status);
            assert_eq!(body["request_id"].as_str(), self.header("x-request-id"));
        }
        let slug = body["type"]
            .as_str()
            .and_then(|urn| urn.strip_prefix("urn:vouchsafe:problem:"));
        (
            self.status,
            slug.or(body["error"].as_str()).unwrap_or_default().to_owned(),
        )
    }
}

async fn ask<R, S, B>(app: &S, request: R) -> Seen
where
    S: Service<R, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody + 'static,
{
    let response = match app.call(request).await {
        Ok(response) => response.into_parts().1.map_into_boxed_body(),
        Err(error) => HttpResponse::from_error(error),
    };
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(response.headers().get(name).unwrap(), value);
    }
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Seen {
        status,
        headers,
        body: to_bytes(response.into_body()).await.unwrap().to_vec(),
    }
}

fn get(path: &str) -> TestRequest {
    TestRequest::with_uri(path)
}
fn post(path: &str) -> TestRequest {
    TestRequest::post().uri(path)
}
fn token(request: TestRequest, token: &str) -> TestRequest {
    request.insert_header(("Authorization", format!("Bearer {token}")))
}
fn basic(request: TestRequest, credentials: &str) -> TestRequest {
    request.insert_header((
        "Authorization",
        format!("Basic {}", BASE64.encode(credentials.as_bytes())),
    ))
}
fn json(request: TestRequest, body: &str) -> TestRequest {
    request
        .insert_header(("Content-Type", "application/json"))
        .set_payload(body.to_owned())
}
fn form(request: TestRequest, body: &str) -> TestRequest {
    request
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload(body.to_owned())
}
fn problem(status: u16, slug: &str) -> (u16, String) {
    (status, slug.to_owned())
}

#[actix_web::test]
async fn what_is_not_in_the_table_reaches_no_handler() {
    let app = app!(gate(99).0);
    for path in [
        "/v1/loose/x",
        "/v1/loose/%78",
        "/v1/me/",
        "//v1/me",
        "/V1/me",
        "/v1/me%2Finvites",
        "/nowhere",
        "*",
    ] {
        let seen = ask(&app, token(get(path), "token-owner").to_request()).await;
        assert_eq!(seen.told(), problem(404, "not-found"), "{path}");
    }
    assert_eq!(LOOSE.load(Ordering::SeqCst), 0);
    // In the table, and nobody serves it here.
    let seen = ask(
        &app,
        get("/v1/admin/policy")
            .insert_header(("Authorization", "Bearer token-owner"))
            .to_request(),
    )
    .await;
    assert_eq!(seen.told(), problem(404, "not-found"));
    assert!(differences(&describe(all)).contains(&"GET /v1/loose/{code} is not in the table of rights".to_owned()));
    assert!(differences(&describe(all)).contains(&"show_policy is not described".to_owned()));
}

#[actix_web::test]
async fn another_method_is_told_which_are_allowed() {
    let app = app!(gate(99).0);
    for method in [
        Method::POST,
        Method::PATCH,
        Method::OPTIONS,
        Method::from_bytes(b"BREW").unwrap(),
    ] {
        let seen = ask(&app, get("/v1/me").method(method).to_request()).await;
        assert_eq!(seen.told(), problem(405, "method-not-allowed"));
        assert_eq!(seen.header("allow"), Some("GET, HEAD, DELETE"));
    }
}

/// Every row of the table against every role, nobody, and a token that does not hold.
#[actix_web::test]
async fn every_operation_admits_whom_its_row_names_and_nobody_else() {
    let app = app!(gate(999).0);
    for operation in OPERATIONS {
        let path = operation.path.replace(['{', '}'], "x");
        let request = || TestRequest::with_uri(&path).method(operation.verb.as_str().parse().unwrap());
        let needs_somebody = !matches!(operation.access, Access::Public | Access::PublicThrottled);
        let seen = ask(&app, request().to_request()).await;
        assert_eq!(seen.status == 401, needs_somebody, "{}", operation.id);
        let Access::Roles(roles) = operation.access else {
            continue;
        };
        assert_eq!(seen.told(), problem(401, "unauthenticated"), "{}", operation.id);
        assert_eq!(seen.header("www-authenticate"), Some("Bearer"));
        let seen = ask(&app, token(request(), "stale").to_request()).await;
        assert_eq!(seen.told(), problem(401, "unauthenticated"), "{}", operation.id);
        assert_eq!(seen.header("www-authenticate"), Some(r#"Bearer error="invalid_token""#));
        let seen = ask(&app, basic(request(), "hall:secret").to_request()).await;
        assert_eq!(seen.status, 401, "{}", operation.id);
        for role in Role::ALL {
            let seen = ask(&app, token(request(), &format!("token-{role}")).to_request()).await;
            assert_eq!(seen.status == 403, !roles.contains(role), "{} {role}", operation.id);
            let old = ask(&app, token(request(), &format!("old-token-{role}")).to_request()).await;
            if operation.wants_recent && roles.contains(role) {
                assert_eq!(
                    old.told(),
                    problem(401, "reauthentication-required"),
                    "{} {role}",
                    operation.id
                );
                let challenge = r#"Bearer error="insufficient_user_authentication", max_age="900""#;
                assert_eq!(old.header("www-authenticate"), Some(challenge));
            } else {
                assert_eq!(old.status, seen.status, "{} {role}", operation.id);
            }
        }
    }
}

#[actix_web::test]
async fn handlers_get_the_caller_whom_the_gate_let_in() {
    let app = app!(gate(99).0);
    let seen = ask(&app, token(get("/v1/me"), "token-member").to_request()).await;
    assert_eq!((seen.status, seen.body.as_slice()), (200, b"member".as_slice()));
    assert_eq!(seen.header("cache-control"), Some("private"));
    let put = TestRequest::put().uri("/v1/admin/people/x/role");
    let seen = ask(&app, token(put, "token-owner").to_request()).await;
    assert_eq!((seen.status, seen.body.as_slice()), (200, b"7".as_slice()));
    // Two tokens, no scheme, an empty token.
    let two = token(get("/v1/me"), "token-member").append_header(("Authorization", "Bearer token-owner"));
    assert_eq!(ask(&app, two.to_request()).await.status, 401);
    for header in [
        "token-member",
        "Bearer",
        "Bearer ",
        "Bearer token-member x",
        "Basic token-member",
    ] {
        let seen = ask(
            &app,
            get("/v1/me").insert_header(("Authorization", header)).to_request(),
        )
        .await;
        assert_eq!(seen.status, 401, "{header}");
    }
    // The scheme is case-insensitive.
    let seen = ask(
        &app,
        get("/v1/me")
            .insert_header(("Authorization", "bEARER token-member"))
            .to_request(),
    )
    .await;
    assert_eq!(seen.status, 200);
    // A handler that asks for more than its row gives gets nobody, whatever the request says.
    let seen = ask(&app, token(post("/v1/sessions"), "token-owner").to_request()).await;
    assert_eq!(seen.told(), problem(500, "internal"));
}

#[actix_web::test]
async fn flows_need_a_bearer_that_is_left_to_onboarding() {
    let app = app!(gate(99).0);
    let seen = ask(&app, get("/v1/onboarding/f").to_request()).await;
    assert_eq!(seen.told(), problem(401, "unauthenticated"));
    let seen = ask(&app, token(get("/v1/onboarding/f"), "abcdef").to_request()).await;
    assert_eq!((seen.status, seen.body.as_slice()), (200, b"6".as_slice()));
}

#[actix_web::test]
async fn services_sign_in_by_basic_and_oauth_refusals_look_like_oauth() {
    let (gate, porter) = gate(3);
    let app = app!(gate);
    for _ in 0..5 {
        let seen = ask(&app, basic(post("/oauth/introspect"), "hall:secret").to_request()).await;
        assert_eq!((seen.status, seen.body.as_slice()), (200, b"hall".as_slice()));
    }
    // Form-encoded, as the standard wants it, and in the form.
    for shown in ["h%61ll:secre%74", "%68%61%6C%6c:%73ecret"] {
        let seen = ask(&app, basic(post("/oauth/introspect"), shown).to_request()).await;
        assert_eq!(
            (seen.status, seen.body.as_slice()),
            (200, b"hall".as_slice()),
            "{shown}"
        );
    }
    for shown in [
        "client_id=hall&client_secret=secret",
        "token=x&client_secret=s%65cret&client_id=hall",
    ] {
        let seen = ask(&app, form(post("/oauth/introspect"), shown).to_request()).await;
        assert_eq!(
            (seen.status, seen.body.as_slice()),
            (200, b"hall".as_slice()),
            "{shown}"
        );
    }
    let large = form(post("/oauth/introspect"), &"x".repeat(101)).to_request();
    assert_eq!(ask(&app, large).await.told(), problem(413, "invalid_request"));
    assert_eq!(
        porter.seen.lock().unwrap().len(),
        0,
        "a service's own requests are not throttled"
    );
    let seen = ask(&app, basic(post("/oauth/introspect"), "hall:wrong").to_request()).await;
    assert_eq!(seen.told(), problem(401, "invalid_client"));
    assert_eq!(
        seen.header("www-authenticate"),
        Some(r#"Basic realm="vouchsafe", charset="UTF-8""#)
    );
    let seen = ask(&app, token(post("/oauth/introspect"), "token-owner").to_request()).await;
    assert_eq!(seen.told(), problem(401, "invalid_client"));
    ask(&app, post("/oauth/introspect").to_request()).await;
    let seen = ask(&app, basic(post("/oauth/introspect"), "hall:wrong").to_request()).await;
    assert_eq!(seen.told(), problem(429, "temporarily_unavailable"));
    assert_eq!(seen.header("retry-after"), Some("30"));

    let seen = ask(&app, form(post("/oauth/revoke"), "token=x").to_request()).await;
    assert_eq!(seen.status, 200);
    let seen = ask(&app, form(post("/oauth/revoke"), "token=reused").to_request()).await;
    assert_eq!(seen.told(), problem(400, "invalid_grant"));
    let seen = ask(&app, json(post("/oauth/revoke"), "{}").to_request()).await;
    assert_eq!(seen.told(), problem(415, "invalid_request"));
}

#[actix_web::test]
async fn throttles_follow_the_real_address_and_the_operation() {
    let (gate, porter) = gate(2);
    let app = app!(gate);
    let from = |peer: &str, forwarded: &str| {
        get("/v1/invites/abc")
            .peer_addr(peer.parse().unwrap())
            .insert_header(("X-Forwarded-For", forwarded.to_owned()))
    };
    // A stranger varies the header, the code and the query: one bucket.
    for (turn, wanted) in [200, 200, 429, 429].into_iter().enumerate() {
        let uri = format!("/v1/invites/code{turn}?x={turn}");
        let request = from("198.51.100.7:1000", &format!("203.0.113.{turn}")).uri(&uri);
        assert_eq!(ask(&app, request.to_request()).await.status, wanted, "turn {turn}");
    }
    // Others are not touched: another address, the same behind a proxy of ours, another operation.
    assert_eq!(
        ask(&app, from("198.51.100.8:1", "198.51.100.7").to_request())
            .await
            .status,
        200
    );
    assert_eq!(
        ask(&app, from("10.0.0.1:1", "198.51.100.9").to_request()).await.status,
        200
    );
    assert_eq!(
        ask(&app, from("10.0.0.1:1", "198.51.100.7").to_request()).await.status,
        429
    );
    let start = json(post("/v1/onboarding"), r#"{"code":"x"}"#).peer_addr("198.51.100.7:1".parse().unwrap());
    assert_eq!(ask(&app, start.to_request()).await.status, 201);
    // One subscriber's /64 is one.
    for (host, wanted) in [("1", 200), ("2", 200), ("3", 429)] {
        let request = from(&format!("[2001:db8:1:1::{host}]:1"), "x");
        assert_eq!(ask(&app, request.to_request()).await.status, wanted);
    }
    let operations: Vec<_> = porter
        .seen
        .lock()
        .unwrap()
        .iter()
        .map(|bucket| bucket.operation)
        .collect();
    assert!(
        operations
            .iter()
            .all(|operation| ["preview_invite", "start_onboarding"].contains(operation))
    );
}

#[actix_web::test]
async fn slow_handlers_are_given_up_and_odd_ones_tell_no_cause() {
    let app = app!(gate(99).0);
    let seen = ask(
        &app,
        get("/v1/invites/slow")
            .insert_header(("X-Request-Id", "mine-1"))
            .to_request(),
    )
    .await;
    assert_eq!(seen.told(), problem(503, "timeout"));
    assert_eq!(
        (seen.header("retry-after"), seen.header("x-request-id")),
        (Some("1"), Some("mine-1"))
    );
    let seen = ask(&app, get("/v1/invites/odd").to_request()).await;
    assert_eq!(seen.told(), problem(500, "internal"));
    assert!(!String::from_utf8(seen.body).unwrap().contains("canary"));
}

#[actix_web::test]
async fn bodies_are_bounded_and_read_strictly() {
    let app = app!(gate(99).0);
    let start = |body: &str| json(post("/v1/onboarding"), body).to_request();
    let seen = ask(&app, start(r#"{"code":"four"}"#)).await;
    let position = seen.header("vouchsafe-position").unwrap();
    let opened = Pepper::new(&[7; 32]).open(b"position", position);
    assert_eq!((seen.status, opened.as_deref()), (201, Some(b"p9".as_slice())));
    assert_eq!(seen.header("cache-control"), Some("no-store"));
    for (body, wanted) in [
        (r#"{"code":"x","role":"owner"}"#, problem(400, "unknown-field")),
        (r#"{"code":7}"#, problem(400, "invalid-field")),
        (r#"{"code":"#, problem(400, "malformed-json")),
        ("", problem(400, "malformed-json")),
        (
            &format!(r#"{{"code":"{}"}}"#, "x".repeat(100)),
            problem(413, "body-too-large"),
        ),
    ] {
        assert_eq!(ask(&app, start(body)).await.told(), wanted, "{body}");
    }
    assert_eq!(
        ask(&app, start(r#"{"code":"x","role":"owner"}"#)).await.json()["field"],
        "/role"
    );
    let seen = ask(&app, form(post("/v1/onboarding"), "code=x").to_request()).await;
    assert_eq!(seen.told(), problem(415, "unsupported-media-type"));
}

#[actix_web::test]
async fn a_read_may_demand_a_position() {
    let app = app!(gate(99).0);
    let sealed = |position: &str| Pepper::new(&[7; 32]).seal(b"position", position.as_bytes());
    let (cut, other) = (
        sealed("p1")[1..].to_owned(),
        Pepper::new(&[7; 32]).seal(b"cursor", b"p1"),
    );
    for (position, wanted) in [
        (sealed("p1"), 200),
        (sealed("p2"), 503),
        (sealed("p3"), 400),
        ("p1".to_owned(), 400),
        (cut, 400),
        (other, 400),
    ] {
        let request = token(get("/v1/me"), "token-member").insert_header(("Vouchsafe-At-Least", position));
        assert_eq!(ask(&app, request.to_request()).await.status, wanted);
    }
    // Strangers do not make us wait.
    let request = get("/v1/me").insert_header(("Vouchsafe-At-Least", "p3"));
    assert_eq!(ask(&app, request.to_request()).await.status, 401);
}
