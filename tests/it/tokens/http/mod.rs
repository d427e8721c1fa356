//! Signing in and out and the OAuth endpoints, through the gate.

use actix_web::{
    App,
    body::to_bytes,
    http::{Method, header},
    test::{TestRequest, call_service, init_service},
    web::Data,
};
use data_encoding::BASE64;
use futures_util::future::{BoxFuture, FutureExt, ready};
use serde_json::{Value, json};
use vouchsafe::{
    http::{
        Caller, CallerSource, CatchUp, Gate, GateLimits, Pepper, Problem, ProblemKind, Routes, ServiceCaller,
        ThrottleBucket, openapi,
    },
    people::set_standing,
    platform::{store::Backend, terms::Standing},
    policy::Current,
    tokens::{TextSignIn, TokenRefused, http, services},
};

use super::*;
use crate::support::service::HALL;

struct Porter(Tokens);

impl CallerSource for Porter {
    fn bearer<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Caller, Problem>> {
        Box::pin(async move {
            match self.0.check(token).await {
                Ok(checked) => Ok(Caller {
                    person: checked.person,
                    id: checked.id,
                    role: checked.role,
                    session: checked.session,
                    signed_in_for: checked.signed_in_for,
                }),
                Err(TokenRefused::Invalid(_)) => Err(Problem::token_invalid()),
                Err(TokenRefused::SessionEnded) => Err(ProblemKind::SessionEnded.into()),
                Err(TokenRefused::Store(error)) => Err(error.into()),
            }
        })
    }
    fn basic<'a>(&'a self, client_id: &'a str, secret: &'a str) -> BoxFuture<'a, Result<ServiceCaller, Problem>> {
        Box::pin(async move {
            let known = self.0.authenticate_service(client_id, secret).await?;
            known.ok_or_else(Problem::service_unknown).map(|service| ServiceCaller {
                id: service.id,
                resource: service.resource,
            })
        })
    }
    fn throttle(&self, _: ThrottleBucket) -> BoxFuture<'_, Result<(), Problem>> {
        ready(Ok(())).boxed()
    }
}

struct Shore;

impl CatchUp for Shore {
    fn wait<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), Problem>> {
        ready(Ok(())).boxed()
    }
}

struct Seen {
    status: u16,
    headers: header::HeaderMap,
    text: String,
}

impl Seen {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
    /// The status and the slug or code of a refusal.
    fn told(&self) -> (u16, String) {
        let body = self.json();
        let slug = body["type"].as_str().and_then(|urn| urn.rsplit(':').next());
        (
            self.status,
            slug.or(body["error"].as_str()).unwrap_or_default().to_owned(),
        )
    }
}

fn told(status: u16, what: &str) -> (u16, String) {
    (status, what.to_owned())
}

/// One application over one replica; a macro, since its service has no name.
macro_rules! ask {
    ($world:expr, $replica:expr) => {{
        let limits = GateLimits {
            origin: "https://vouchsafe.example.org".into(),
            trusted_proxies: Vec::new(),
            request_timeout: Duration::from_secs(30),
            body_limit: 16 * 1024,
            path: String::new(),
        };
        let porter = Arc::new(Porter($replica.tokens.clone()));
        let door = crate::tokens::sign_in::door(&$replica, crate::tokens::sign_in::hasher(&$world, 2, 60_000), 100);
        let app = App::new()
            .wrap(Gate::new(limits, porter, Arc::new(Shore), &SystemRng))
            .app_data(Data::new(Pepper::new(
                &$world.vault.blind(Blind::Idempotency, b"pepper"),
            )))
            .app_data(Data::new($replica.tokens.clone()))
            .app_data(Data::new(TextSignIn::new(
                door.clone(),
                Arc::new(Current::new(&[])),
                &Config::default(),
            )))
            .app_data(Data::new(door))
            .configure(Routes::serve(http::routes));
        let app = init_service(app).await;
        async move |request: TestRequest| {
            let request = request.peer_addr("192.0.2.1:9".parse().unwrap()).to_request();
            let response = call_service(&app, request).await;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = to_bytes(response.into_body()).await.unwrap();
            Seen {
                status,
                headers,
                text: String::from_utf8(body.to_vec()).unwrap(),
            }
        }
    }};
}

mod introspection;
mod token;

fn sign_in(body: Value) -> TestRequest {
    TestRequest::post().uri("/v1/sessions").set_json(body)
}

fn form(path: &str, body: &str) -> TestRequest {
    TestRequest::post()
        .uri(path)
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload(body.to_owned())
}

fn basic(request: TestRequest, credentials: &str) -> TestRequest {
    let credentials = BASE64.encode(credentials.as_bytes());
    request.insert_header(("Authorization", format!("Basic {credentials}")))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn the_description_and_the_table_of_rights_agree() {
    let document = openapi::describe(http::routes);
    let ours = [
        "sign_in",
        "sign_out",
        "oauth_token",
        "oauth_introspect",
        "oauth_revoke",
        "jwks",
        "oauth_metadata",
    ];
    let differences = openapi::differences(&document);
    for id in ours {
        let wrong: Vec<_> = differences.iter().filter(|text| text.starts_with(id)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
    assert!(!differences.iter().any(|text| text.contains("not in the table")));
}

#[actix_web::test]
async fn in_refreshed_and_out() {
    let (world, db) = (World::new(), Database::fresh(Backend::Sqlite));
    let replica = world.replica(&db).await;
    let ada = world.member(&replica.ledger, "ada@example.org", Some(PASSWORD)).await;
    let ask = ask!(world, replica);
    let credentials = json!({"contact": "Ada@example.org", "password": PASSWORD});
    let seen = ask(sign_in(credentials.clone())).await;
    let body = seen.json();
    assert_eq!(seen.status, 201, "{body}");
    assert_eq!(seen.header("cache-control"), Some("no-store"));
    assert!(seen.header("vouchsafe-position").is_some());
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    assert_eq!(body["person"]["id"], ada.id.to_string());
    assert!(text(&body["session"]["id"]).starts_with("session_"));
    assert!(text(&body["refresh_token"]).starts_with("vsr_"));

    // Whatever key it has, a sign-in is a new one, and nobody else's.
    let keyed = |body: &Value| sign_in(body.clone()).insert_header(("Idempotency-Key", "a-key-that-somebody-has-seen"));
    let one = ask(keyed(&credentials)).await.json();
    let again = ask(keyed(&credentials)).await;
    assert_eq!(again.status, 201);
    assert_ne!(again.json()["session"]["id"], one["session"]["id"]);
    for guess in [
        json!({"one_time_code": "Ada@example.org"}),
        json!({"one_time_code": "ada@example.org"}),
        json!({"contact": "ada@example.org", "password": "not hers at all"}),
    ] {
        assert_eq!(
            ask(keyed(&guess)).await.told(),
            told(401, "credentials-wrong"),
            "{guess}"
        );
    }

    let refresh = |token: &Value| {
        form(
            "/oauth/token",
            &format!("grant_type=refresh_token&refresh_token={}", text(token)),
        )
    };
    let next = ask(refresh(&body["refresh_token"])).await;
    assert_eq!((next.status, &next.json()["token_type"]), (200, &json!("Bearer")));
    let out = |token: &Value| {
        TestRequest::with_uri("/v1/sessions/current")
            .method(Method::DELETE)
            .insert_header(("Authorization", format!("Bearer {}", text(token))))
    };
    let gone = ask(out(&next.json()["access_token"])).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert_eq!(
        ask(out(&next.json()["access_token"])).await.told(),
        told(401, "session-ended")
    );
    assert_eq!(ask(out(&body["access_token"])).await.told(), told(401, "session-ended"));
    assert_eq!(
        ask(refresh(&next.json()["refresh_token"])).await.told(),
        told(400, "invalid_grant")
    );
    // Of the other session a spent token is used again: at once it is a retry, later it is over as well.
    let next = ask(refresh(&one["refresh_token"])).await.json();
    let retry = ask(refresh(&one["refresh_token"])).await;
    assert_eq!(
        (retry.status, &retry.json()["refresh_token"]),
        (200, &next["refresh_token"])
    );
    world.later(vouchsafe::tokens::REUSE);
    assert_eq!(
        ask(refresh(&one["refresh_token"])).await.told(),
        told(400, "invalid_grant")
    );
    assert_eq!(ask(out(&next["access_token"])).await.told(), told(401, "session-ended"));
}

/// Nothing in the answer tells an unknown account, a wrong password and a sanctioned account apart.
#[actix_web::test]
async fn who_does_not_know_the_password_learns_nothing() {
    let (world, db) = (World::new(), Database::fresh(Backend::Sqlite));
    let replica = world.replica(&db).await;
    world.member(&replica.ledger, "ada@example.org", Some(PASSWORD)).await;
    world.member(&replica.ledger, "bare@example.org", None).await;
    let banned = world
        .member(&replica.ledger, "eve@example.org", Some(PASSWORD))
        .await
        .row;
    let ban = replica.ledger.write(Actor::Operator, move |tx| {
        Ok::<_, StoreError>(set_standing(tx.conn, banned, Standing::Active, Standing::Banned)?)
    });
    assert!(ban.await.unwrap().value);
    let ask = ask!(world, replica);
    let mut answers = Vec::new();
    for address in [
        "ada@example.org",
        "bare@example.org",
        "eve@example.org",
        "nil@example.org",
    ] {
        let seen = ask(sign_in(json!({"contact": address, "password": "not the password"}))).await;
        let mut body = seen.json();
        let id = body.as_object_mut().unwrap().remove("request_id");
        let mut names: Vec<_> = seen.headers.keys().map(ToString::to_string).collect();
        names.sort_unstable();
        answers.push((seen.status, seen.text.len(), names, body));
        assert!(id.is_some());
    }
    assert_eq!(answers[0].3["type"], "urn:vouchsafe:problem:credentials-wrong");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let seen = ask(sign_in(json!({"contact": "eve@example.org", "password": PASSWORD}))).await;
    assert_eq!(seen.told(), told(403, "forbidden"));
}

#[actix_web::test]
async fn half_or_double_credentials_are_refused() {
    let (world, db) = (World::new(), Database::fresh(Backend::Sqlite));
    let replica = world.replica(&db).await;
    let ask = ask!(world, replica);
    for body in [
        json!({}),
        json!({"contact": "ada@example.org"}),
        json!({"password": PASSWORD}),
        json!({"contact": "ada@example.org", "password": PASSWORD, "one_time_code": "x"}),
        json!({"contact": "ada@example.org", "password": 7}),
        json!({"contact": ["ada@example.org"], "password": PASSWORD}),
    ] {
        assert_eq!(
            ask(sign_in(body.clone())).await.told(),
            told(400, "invalid-field"),
            "{body}"
        );
    }
    let nowhere = json!({"contact": "ada", "password": PASSWORD});
    assert_eq!(ask(sign_in(nowhere)).await.told(), told(422, "invalid-value"));
    let extra = json!({"contact": "ada@example.org", "password": PASSWORD, "role": "owner"});
    assert_eq!(ask(sign_in(extra)).await.told(), told(400, "unknown-field"));
    assert_eq!(
        ask(sign_in(json!({"one_time_code": "x"}))).await.told(),
        told(401, "credentials-wrong")
    );
}

#[actix_web::test]
async fn keys_and_metadata_are_there_for_everybody_and_may_be_kept() {
    let (world, db) = (World::new(), Database::fresh(Backend::Sqlite));
    let replica = world.replica(&db).await;
    let ask = ask!(world, replica);
    let get = |path: &str| TestRequest::with_uri(path);
    let keys = ask(get("/.well-known/jwks.json")).await;
    assert_eq!(keys.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(keys.header("content-type"), Some("application/jwk-set+json"));
    let key = &keys.json()["keys"][0];
    assert_eq!((&key["alg"], &key["use"]), (&json!("ES256"), &json!("sig")));
    assert!(key["d"].is_null());
    let etag = keys.header("etag").unwrap();
    for (known, status) in [
        (etag.to_owned(), 304),
        (format!("W/{etag}"), 304),
        (format!("\"x\", {etag}"), 304),
        ("*".to_owned(), 304),
        ("\"x\"".to_owned(), 200),
        (etag.trim_matches('"').to_owned(), 200),
    ] {
        let seen = ask(get("/.well-known/jwks.json").insert_header(("If-None-Match", known.clone()))).await;
        assert_eq!((seen.status, seen.text.is_empty()), (status, status == 304), "{known}");
        assert_eq!(seen.header("etag"), Some(etag));
    }
    let metadata = ask(get("/.well-known/oauth-authorization-server")).await.json();
    assert_eq!(
        metadata,
        json!({
            "issuer": "https://club.example.org",
            "token_endpoint": "https://club.example.org/oauth/token",
            "token_endpoint_auth_methods_supported": ["none"],
            "grant_types_supported": ["refresh_token"],
            "response_types_supported": [],
            "jwks_uri": "https://club.example.org/.well-known/jwks.json",
            "introspection_endpoint": "https://club.example.org/oauth/introspect",
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "revocation_endpoint": "https://club.example.org/oauth/revoke",
            "revocation_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": ["assurance", "roles"],
            "access_token_signing_alg_values_supported": ["ES256"],
        })
    );
}
