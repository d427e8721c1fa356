//! The token endpoint.

use super::{introspection::register, *};

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
