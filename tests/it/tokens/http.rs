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
use utoipa_actix_web::AppExt as _;
use vouchsafe::{
    http::{
        Caller, CallerSource, CatchUp, Gate, GateLimits, Pepper, Problem, ProblemKind, ServiceCaller, ThrottleBucket,
        openapi,
    },
    people::set_standing,
    platform::{store::Backend, terms::Standing},
    tokens::{TokenRefused, http, services},
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
            trusted_proxies: Vec::new(),
            request_timeout: Duration::from_secs(30),
            body_limit: 16 * 1024,
            path: String::new(),
        };
        let porter = Arc::new(Porter($replica.tokens.clone()));
        let door = super::sign_in::door(&$replica, super::sign_in::hasher(&$world, 2, 60_000), 100);
        let app = App::new()
            .wrap(Gate::new(limits, porter, Arc::new(Shore), &SystemRng))
            .app_data(Data::new(Pepper::new(
                &$world.vault.blind(Blind::Idempotency, b"pepper"),
            )))
            .app_data(Data::new($replica.tokens.clone()))
            .app_data(Data::new(door))
            .into_utoipa_app()
            .configure(http::routes)
            .into_app();
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

/// Registers a service; what it shows by HTTP Basic.
async fn register(world: &World, replica: &Replica, name: &'static str, resource: Option<&str>) -> String {
    let resource = resource.map(|resource| services::Resource::parse(resource).unwrap());
    let vault = world.vault.clone();
    let add = move |tx: &mut Tx<'_>| services::add(tx, &vault, name, resource);
    let added = replica.ledger.write(Actor::Operator, add).await.unwrap().value;
    format!("{}:{}", added.id, added.secret.expose_secret())
}

#[actix_web::test]
async fn a_service_is_told_what_a_token_for_it_is_and_nobody_else_is() {
    let (world, db) = (World::new(), Database::fresh(Backend::Sqlite));
    let replica = world.replica(&db).await;
    let ada = world.member(&replica.ledger, "ada@example.org", None).await;
    let credentials = register(&world, &replica, "hall", Some(HALL)).await;
    let archive = register(&world, &replica, "archive", None).await;
    let ask = ask!(world, replica);
    let introspect = |token: &str| basic(form("/oauth/introspect", &format!("token={token}")), &credentials);
    let session = replica.start(&ada).await;
    let (access, refresh) = replica.grant(&session);
    let (for_hall, refresh) = (replica.for_hall(&session), refresh.expose_secret().to_owned());

    let body = ask(introspect(&for_hall)).await.json();
    assert_eq!(body["active"], true, "{body}");
    assert_eq!(body["sub"], ada.id.to_string());
    assert_eq!(
        (&body["iss"], &body["aud"], &body["scope"]),
        (
            &json!("https://club.example.org"),
            &json!(HALL),
            &json!("assurance roles")
        )
    );
    assert_eq!(
        (&body["roles"], &body["assurance"]),
        (&json!(["member"]), &json!("checked"))
    );
    assert_eq!(body["exp"].as_i64().unwrap() - body["iat"].as_i64().unwrap(), 600);
    assert_eq!(text(&body["sid"]).len(), 22);

    // Of everything else a service learns nothing: not of the member's own tokens, nor of those for another one.
    for nothing in [
        "x",
        "vsr_x",
        "a.b.c",
        &for_hall[1..],
        &access,
        &refresh,
        &refresh[..60],
        &"x".repeat(9000),
    ] {
        let seen = ask(introspect(nothing)).await;
        assert_eq!(
            (seen.status, seen.text.as_str()),
            (200, r#"{"active":false}"#),
            "{nothing}"
        );
    }
    let other = basic(form("/oauth/introspect", &format!("token={for_hall}")), &archive);
    assert_eq!(ask(other).await.text, r#"{"active":false}"#);
    assert_eq!(
        ask(basic(form("/oauth/introspect", ""), &credentials)).await.told(),
        told(400, "invalid_request")
    );
    let twice = format!("token={for_hall}&token={for_hall}");
    let twice = ask(basic(form("/oauth/introspect", &twice), &credentials)).await;
    assert_eq!(twice.told(), told(400, "invalid_request"));
    let unnamed = ask(form("/oauth/introspect", &format!("token={for_hall}"))).await;
    assert_eq!(unnamed.told(), told(401, "invalid_client"));
    assert!(unnamed.header("www-authenticate").unwrap().starts_with("Basic "));
    let member = form("/oauth/introspect", &format!("token={for_hall}"));
    let member = member.insert_header(("Authorization", format!("Bearer {access}")));
    assert_eq!(ask(member).await.told(), told(401, "invalid_client"));

    // What a service was shown opens nothing here, and ends nothing.
    let me = TestRequest::with_uri("/v1/sessions/current").method(Method::DELETE);
    let me = me.insert_header(("Authorization", format!("Bearer {for_hall}")));
    assert_eq!(ask(me).await.told(), told(401, "unauthenticated"));
    let revoked = ask(form("/oauth/revoke", &format!("token={for_hall}"))).await;
    assert_eq!(revoked.told(), told(400, "unsupported_token_type"));
    assert!(replica.tokens.check(&access).await.is_ok());

    // Revoked by whoever holds it: the session's other tokens are dead too.
    for unknown in ["x", "vsr_x", "a.b.c", "%F0%9F%92%A9"] {
        let seen = ask(form(
            "/oauth/revoke",
            &format!("token={unknown}&token_type_hint=nonsense"),
        ))
        .await;
        assert_eq!((seen.status, seen.text.as_str()), (200, ""), "{unknown}");
    }
    assert!(replica.tokens.check(&access).await.is_ok());
    assert_eq!(
        ask(form("/oauth/revoke", "")).await.told(),
        told(400, "invalid_request")
    );
    assert_eq!(
        ask(form("/oauth/revoke", &format!("token={refresh}"))).await.status,
        200
    );
    assert_eq!(ask(introspect(&for_hall)).await.text, r#"{"active":false}"#);
    assert!(replica.tokens.check(&access).await.is_err());
    // Again by access token.
    let session = replica.start(&ada).await;
    let (access, for_hall) = (replica.grant(&session).0, replica.for_hall(&session));
    assert_eq!(ask(introspect(&for_hall)).await.json()["active"], true);
    assert_eq!(ask(form("/oauth/revoke", &format!("token={access}"))).await.status, 200);
    assert_eq!(ask(introspect(&for_hall)).await.text, r#"{"active":false}"#);
    let ends = "SELECT COALESCE(actor, 0) AS n FROM events WHERE kind = 'session_ended' ORDER BY id";
    assert_eq!(db.figures(ends), [ada.row.0, ada.row.0]);
}

/// The ways of RFC 6749 §2.3.1: by HTTP Basic with both parts form-encoded, or in the form; never both at once.
#[actix_web::test]
async fn a_service_shows_its_secret_as_the_standard_says() {
    let (world, db) = (World::new(), Database::fresh(Backend::Sqlite));
    let replica = world.replica(&db).await;
    let ada = world.member(&replica.ledger, "ada@example.org", None).await;
    let credentials = register(&world, &replica, "hall", Some(HALL)).await;
    let (id, secret) = credentials.split_once(':').unwrap();
    let ask = ask!(world, replica);
    let token = replica.for_hall(&replica.start(&ada).await);
    let encoded = |text: &str| text.replace('_', "%5F").replace('-', "%2d");
    let by_header = form("/oauth/introspect", &format!("token={token}"));
    let by_header = basic(by_header, &format!("{}:{}", encoded(id), encoded(secret)));
    assert_eq!(ask(by_header).await.json()["active"], true);
    for (id, secret) in [(id.to_owned(), secret.to_owned()), (encoded(id), encoded(secret))] {
        let posted = format!("client_id={id}&client_secret={secret}&token={token}");
        assert_eq!(
            ask(form("/oauth/introspect", &posted)).await.json()["active"],
            true,
            "{posted}"
        );
    }
    for (posted, wanted) in [
        (
            format!("client_id={id}&client_secret=x&token={token}"),
            told(401, "invalid_client"),
        ),
        (format!("client_id={id}&token={token}"), told(401, "invalid_client")),
        (
            format!("client_secret={secret}&token={token}"),
            told(401, "invalid_client"),
        ),
        (
            format!("client_id=x&client_secret={secret}&token={token}"),
            told(401, "invalid_client"),
        ),
    ] {
        assert_eq!(ask(form("/oauth/introspect", &posted)).await.told(), wanted, "{posted}");
    }
    let both = form("/oauth/introspect", &format!("client_secret={secret}&token={token}"));
    assert_eq!(
        ask(basic(both, &credentials)).await.told(),
        told(400, "invalid_request")
    );
}

/// A member's app asks for a token for a service (RFC 8707), and for nothing more than it wants to tell.
#[actix_web::test]
async fn a_token_is_asked_for_a_service() {
    let (world, db) = (World::new(), Database::fresh(Backend::Sqlite));
    let replica = world.replica(&db).await;
    let ada = world.member(&replica.ledger, "ada@example.org", None).await;
    let hall = register(&world, &replica, "hall", Some("https://hall.example.org/a?b=c")).await;
    let archive = register(&world, &replica, "archive", None).await;
    let own_name = format!("urn:vouchsafe:service:{}", archive.split_once(':').unwrap().0);
    let ask = ask!(world, replica);
    let refresh = std::cell::RefCell::new(replica.grant(&replica.start(&ada).await).1.expose_secret().to_owned());
    let turn = async |more: &str| {
        let body = format!("grant_type=refresh_token&refresh_token={}{more}", refresh.borrow());
        let seen = ask(form("/oauth/token", &body)).await;
        if let Some(next) = seen.json()["refresh_token"].as_str() {
            *refresh.borrow_mut() = next.to_owned();
        }
        seen
    };
    let hall_is = "&resource=https%3A%2F%2Fhall.example.org%2Fa%3Fb%3Dc";
    for (scope, said, learns) in [
        ("", "assurance", [true, false]),
        ("&scope=assurance", "assurance", [true, false]),
        ("&scope=roles", "roles", [false, true]),
        ("&scope=roles+assurance", "assurance roles", [true, true]),
    ] {
        let granted = turn(&format!("{hall_is}{scope}")).await.json();
        assert_eq!(granted["scope"], said);
        let token = text(&granted["access_token"]);
        let body = format!("token={token}");
        let about = ask(basic(form("/oauth/introspect", &body), &hall)).await.json();
        assert_eq!(about["aud"], "https://hall.example.org/a?b=c", "{about}");
        assert_eq!(about["scope"], said);
        assert_eq!(
            [about["assurance"].is_string(), about["roles"].is_array()],
            learns,
            "{about}"
        );
        assert_eq!(
            ask(basic(form("/oauth/introspect", &body), &archive)).await.text,
            r#"{"active":false}"#
        );
        assert!(replica.tokens.check(token).await.is_err(), "it opens our own API");
    }
    let granted = turn(&format!("&resource={own_name}")).await.json();
    let body = format!("token={}", text(&granted["access_token"]));
    assert_eq!(
        ask(basic(form("/oauth/introspect", &body), &archive)).await.json()["aud"],
        own_name
    );

    // What is refused spends nothing.
    for (more, code) in [
        ("&resource=https%3A%2F%2Fnobody.example.org", "invalid_target"),
        ("&resource=hall", "invalid_target"),
        ("&resource=https%3A%2F%2Fclub.example.org", "invalid_target"),
        (
            "&resource=urn:vouchsafe:service:service_01h455vb4pex5vsknk084sn02q",
            "invalid_target",
        ),
        ("&resource=urn:vouchsafe:service:x", "invalid_target"),
        (&format!("{hall_is}{hall_is}"), "invalid_request"),
        (&format!("{hall_is}&scope=admin"), "invalid_scope"),
        (&format!("{hall_is}&scope=roles++assurance"), "invalid_scope"),
        ("&scope=roles", "invalid_scope"),
    ] {
        assert_eq!(turn(more).await.told(), told(400, code), "{more}");
    }
    // Whoever has no good token is not told which services there are.
    for resource in [hall_is, "&resource=https%3A%2F%2Fnobody.example.org"] {
        let body = format!("grant_type=refresh_token&refresh_token=vsr_x{resource}");
        assert_eq!(
            ask(form("/oauth/token", &body)).await.told(),
            told(400, "invalid_grant")
        );
    }
    // By the name of our own API, or none, it is for that.
    for more in ["&resource=https%3A%2F%2Fclub.example.org%2Fv1", ""] {
        let granted = turn(more).await.json();
        assert!(granted["scope"].is_null());
        assert!(replica.tokens.check(text(&granted["access_token"])).await.is_ok());
    }
    // A service that is gone has no tokens.
    let id = archive.split_once(':').unwrap().0.parse().unwrap();
    let removed = replica
        .ledger
        .write(Actor::Operator, move |tx| services::remove(tx, id));
    assert!(removed.await.unwrap().value);
    let gone = turn(&format!("&resource={own_name}")).await;
    assert_eq!(gone.told(), told(400, "invalid_target"));
}

#[actix_web::test]
async fn the_token_endpoint_takes_what_the_standard_says() {
    let (world, db) = (World::new(), Database::fresh(Backend::Sqlite));
    let replica = world.replica(&db).await;
    let ada = world.member(&replica.ledger, "ada@example.org", None).await;
    let ask = ask!(world, replica);
    let session = replica.start(&ada).await;
    let token = replica.grant(&session).1.expose_secret().to_owned();
    for (body, code) in [
        (String::new(), "invalid_request"),
        ("grant_type=refresh_token".to_owned(), "invalid_request"),
        ("grant_type=refresh_token&refresh_token=".to_owned(), "invalid_request"),
        (format!("grant_type=&refresh_token={token}"), "invalid_request"),
        (
            format!("grant_type=password&refresh_token={token}"),
            "unsupported_grant_type",
        ),
        (
            format!("grant_type=client_credentials&refresh_token={token}"),
            "unsupported_grant_type",
        ),
        (
            format!("grant_type=refresh_token&refresh_token={token}&refresh_token={token}"),
            "invalid_request",
        ),
        (
            format!("grant_type=refresh_token&grant_type=refresh_token&refresh_token={token}"),
            "invalid_request",
        ),
        (
            format!("grant_type=refresh_token&refresh_token={token}&x=1&x=2"),
            "invalid_request",
        ),
        (
            "grant_type=refresh_token&refresh_token=vsr_x".to_owned(),
            "invalid_grant",
        ),
        (
            format!("grant_type=refresh_token&refresh_token={}", &token[4..]),
            "invalid_grant",
        ),
    ] {
        assert_eq!(ask(form("/oauth/token", &body)).await.told(), told(400, code), "{body}");
    }
    let stranger = format!("grant_type=refresh_token&refresh_token={token}&client_id=stranger");
    assert_eq!(
        ask(form("/oauth/token", &stranger)).await.told(),
        told(401, "invalid_client")
    );
    let in_json = TestRequest::post()
        .uri("/oauth/token")
        .set_json(json!({"grant_type": "refresh_token"}));
    assert_eq!(ask(in_json).await.told(), told(415, "invalid_request"));
    // None of that has spent it; what is not known is ignored.
    let sound = format!("grant_type=refresh_token&refresh_token={token}&client_id=vouchsafe&x=1");
    assert_eq!(ask(form("/oauth/token", &sound)).await.status, 200);
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
