//! What whoever has a shell may do: the first owner, a one-time sign-in, a service.

use reqwest::Method;
use serde_json::json;
use vouchsafe::{
    commands::admin::{self, AdminError},
    platform::{
        config::Config,
        store::{Guard, Guards},
        terms::SystemRng,
        vault::{Keyring, Vault},
    },
    tokens::services::ServiceError,
};

use crate::support::{
    db::{Database, Setup, ensure, on_both},
    service::Home,
    turnstile::{in_turn, needs_apart},
};

/// What was printed behind `mark`, up to the next blank or quote.
#[track_caller]
fn behind(said: &str, mark: &str) -> String {
    let (_, rest) = said.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {said}"));
    let rest = rest.trim_start();
    rest.split(['"', ' ', '\n']).next().unwrap().to_owned()
}

on_both! {
    async fn the_first_owner_signs_in_by_what_is_printed(db: &Database) {
        let home = Home::new(db, "real-name");
        let service = home.start().await;
        let core = &service.app.core;
        let (ledger, vault, url) = (&core.ledger, &core.vault, &core.config.http.public_url);
        let mut said = Vec::new();
        admin::owner(ledger, vault, url, "Ada@example.org", "Ada_L", &mut said).await.unwrap();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains(&format!("curl {}/v1/sessions --json", url.as_str().trim_end_matches('/'))), "{said}");
        let code = behind(&said, "\"one_time_code\":\"");
        let signed_in = service.post("", "/v1/sessions", json!({ "one_time_code": code })).await.expect(201);
        let token = signed_in["access_token"].as_str().unwrap();
        let me = service.get(token, "/v1/me").await.expect(200);
        assert_eq!((&me["role"], &me["assurance"], &me["handle"]), (&"owner".into(), &"verified".into(), &"ada_l".into()));
        service.post("", "/v1/sessions", json!({ "one_time_code": code })).await.refused(401, "credentials-wrong");

        // By another spelling of the address, at another time.
        let mut said = Vec::new();
        admin::sign_in(ledger, vault, url, " ada@EXAMPLE.org", &mut said).await.unwrap();
        let code = behind(&String::from_utf8(said).unwrap(), "\"one_time_code\":\"");
        service.post("", "/v1/sessions", json!({ "one_time_code": code })).await.expect(201);

        let mut nothing = Vec::new();
        let again = admin::owner(ledger, vault, url, "eve@example.org", "eve", &mut nothing).await;
        assert!(matches!(again, Err(AdminError::OwnerExists)));
        for (address, handle) in [("none", "eve"), ("eve@example.org", "e")] {
            assert!(admin::owner(ledger, vault, url, address, handle, &mut nothing).await.is_err(), "{address} {handle}");
        }
        let unknown = admin::sign_in(ledger, vault, url, "eve@example.org", &mut nothing).await;
        assert!(matches!(unknown, Err(AdminError::Unknown)));
        assert!(nothing.is_empty());
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM people"), [1]);
        service.stop().await;
    }

    async fn a_service_introspects_by_what_is_printed(db: &Database) {
        let home = Home::new(db, "real-name");
        let service = home.start().await;
        let mut said = Vec::new();
        let core = &service.app.core;
        let (ledger, vault) = (&core.ledger, &core.vault);
        let ours = [core.config.http.public_url.as_str(), core.config.token.audience.as_str()];
        admin::service(ledger, vault, ours, "room one", None, &mut said).await.unwrap();
        let said = String::from_utf8(said).unwrap();
        let (id, secret) = (behind(&said, "client_id"), behind(&said, "client_secret"));
        assert_eq!(behind(&said, "resource"), format!("urn:vouchsafe:service:{id}"));
        let ask = |secret: &str| {
            let request = service.request(Method::POST, "/oauth/introspect").basic_auth(&id, Some(secret));
            service.send(request.form(&[("token", "none")]))
        };
        assert_eq!(ask(&secret).await.expect(200), json!({ "active": false }));
        assert_eq!(ask("another").await.status, 401);
        let nameless = admin::service(ledger, vault, ours, " ", None, &mut Vec::new()).await;
        assert!(matches!(nameless, Err(AdminError::Service(ServiceError::Name))));

        // Each has a resource of its own, and none has ours.
        let mut said = Vec::new();
        let archive = Some("https://archive.example.org");
        admin::service(ledger, vault, ours, "archive", archive, &mut said).await.unwrap();
        assert_eq!(behind(&String::from_utf8(said).unwrap(), "resource"), "https://archive.example.org");
        let again = admin::service(ledger, vault, ours, "another", archive, &mut Vec::new()).await;
        assert!(matches!(again, Err(AdminError::Service(ServiceError::ResourceTaken))));
        for wrong in [ours[0], ours[1], "archive", &format!("urn:vouchsafe:service:{id}")] {
            let refused = admin::service(ledger, vault, ours, "x", Some(wrong), &mut Vec::new()).await;
            assert!(matches!(refused, Err(AdminError::Service(ServiceError::Resource))), "{wrong}");
        }
        service.stop().await;
    }
}

/// Two operators make the first owner at once.
async fn one_owner(db: &Database, guards: Guards) -> Result<(), String> {
    let ledger = db.ledger(Setup {
        guards,
        ..Setup::default()
    });
    let (vault, url) = (
        Vault::new(Keyring::generate(&SystemRng)),
        Config::default().http.public_url,
    );
    let make =
        async |address: &str, handle: &str| admin::owner(&ledger, &vault, &url, address, handle, &mut Vec::new()).await;
    let (first, second) = in_turn(
        db,
        "people",
        make("ada@example.org", "ada"),
        make("eve@example.org", "eve"),
    )
    .await;
    ensure(first.is_ok(), format!("the first was refused: {first:?}"))?;
    ensure(
        matches!(second, Err(AdminError::OwnerExists)),
        format!("the second was not: {second:?}"),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_one_first_owner_because_their_makers_come_one_at_a_time() {
    needs_apart(Guard::FoundersHeld, one_owner).await;
}
