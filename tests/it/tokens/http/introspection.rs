//! What a service is told that shows itself, and a token.

use super::*;

/// Registers a service; what it shows by HTTP Basic.
pub(super) async fn register(world: &World, replica: &Replica, name: &'static str, resource: Option<&str>) -> String {
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
