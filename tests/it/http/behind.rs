//! Behind other people's machinery: a host name to listen on, a path that a proxy gives us, web pages of other
//! origins, and the page that a browser shows.

use reqwest::Method;
use serde_json::json;
use vouchsafe::platform::store::Backend;

use super::Scene;
use crate::support::{
    browser::Browser,
    db::{Database, on_both},
    service::{Answer, text},
};

const APP: &str = "https://app.example.org";

/// What a browser asks before a page of `origin` may POST JSON with a token and an idempotency key.
async fn preflight(scene: &Scene, origin: &str, path: &str) -> Answer {
    let request = scene.service.request(Method::OPTIONS, path).header("Origin", origin);
    let request = request.header("Access-Control-Request-Method", "POST").header(
        "Access-Control-Request-Headers",
        "authorization,content-type,idempotency-key,vouchsafe-device",
    );
    scene.service.send(request).await
}

on_both! {
    /// Whether the proxy takes the path off or leaves it on, all that is told leads below it.
    async fn everything_leads_below_the_path_of_the_public_url(db: &Database) {
        let base = "https://example.org/vouch";
        let scene = Scene::with(db, "open-circle", |config| {
            config.http.public_url = base.parse().unwrap();
            config.token.audience = config.http.public_url.api();
        })
        .await;
        let service = &scene.service;
        for path in ["/openapi.json", "/vouch/openapi.json"] {
            let described = service.get("", path).await.expect(200);
            assert_eq!(described["servers"], json!([{ "url": base }]), "{path}");
        }
        for path in [
            "/.well-known/oauth-authorization-server",
            "/vouch/.well-known/oauth-authorization-server",
            // RFC 8414 §3.1: between the host and the issuer's own path.
            "/.well-known/oauth-authorization-server/vouch",
        ] {
            let metadata = service.get("", path).await.expect(200);
            assert_eq!(metadata["issuer"], base, "{path}");
            for (name, value) in metadata.as_object().unwrap() {
                if name.ends_with("_endpoint") || name == "jwks_uri" {
                    let below = text(value).strip_prefix(base).map(ToOwned::to_owned);
                    let below = below.unwrap_or_else(|| panic!("{name}: {value}"));
                    let answer = service.get("", &format!("/vouch{below}")).await;
                    assert!(matches!(answer.status.as_u16(), 200 | 405), "{name}: {}", answer.status);
                }
            }
        }
        let invite = service.post(&scene.owner_token, "/vouch/v1/me/invites", json!({})).await.expect(201);
        let url = text(&invite["url"]);
        let below = url.strip_prefix("https://example.org").unwrap();
        assert!(below.starts_with("/vouch/join/"), "{url}");
        let page = Browser::at(&service.base).follow(below).await.shown();
        for place in ["href=\"/vouch/assets/", "action=\"/vouch/join/start\"", "report-uri /vouch/csp-report"] {
            let told = format!("{} {}", page.text, page.header("content-security-policy"));
            assert!(told.contains(place), "{place}: {told}");
        }
        let page = service.get(&scene.owner_token, "/vouch/v1/me/invites?limit=1").await.expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
        service.get("", "/vouch/v1/me").await.refused(401, "unauthenticated");
        for elsewhere in [
            "/vouchsafe/openapi.json",
            "/vouchopenapi.json",
            "/vouch/vouch/openapi.json",
            "/Vouch/openapi.json",
            "/openapi.json/vouch",
            "/v1/me/vouch",
        ] {
            service.get(&scene.owner_token, elsewhere).await.refused(404, "not-found");
        }
        for home in ["/", "/vouch", "/vouch/"] {
            let page = service.get("", home).await.expect(200);
            let page = page.as_str().unwrap();
            assert!(page.contains("href=\"https://example.org/vouch/openapi.json\""), "{home}: {page}");
        }
        scene.service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_name_is_listened_on() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::with(&db, "open-circle", |config| {
        config.http.listen = "localhost:0".parse().unwrap();
    })
    .await;
    assert!(scene.service.app.address.ip().is_loopback());
    scene.service.get("", "/livez").await.expect(200);
    let named = format!("http://localhost:{}/livez", scene.service.app.address.port());
    assert_eq!(reqwest::get(named).await.unwrap().status(), 200);
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_the_named_origins_alone_may_use_the_api() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::with(&db, "open-circle", |config| {
        config.http.cors_origins = vec![APP.parse().unwrap(), "http://localhost:5173".parse().unwrap()];
    })
    .await;
    for origin in [APP, "http://localhost:5173"] {
        for path in ["/v1/me/invites", "/v1/sessions", "/oauth/token"] {
            let answer = preflight(&scene, origin, path).await;
            assert!(answer.status.is_success(), "{}", answer.status);
            assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
            assert_eq!(answer.header("access-control-max-age"), Some("600"));
            assert_eq!(answer.header("access-control-allow-credentials"), None);
            let allowed = answer.header("access-control-allow-headers").unwrap().to_lowercase();
            for header in [
                "authorization",
                "content-type",
                "idempotency-key",
                "if-match",
                "vouchsafe-at-least",
                "vouchsafe-device",
            ] {
                assert!(allowed.contains(header), "{header}: {allowed}");
            }
        }
    }
    let ask = async |origin: &str, token: &str| {
        let request = scene.service.request(Method::GET, "/v1/me").header("Origin", origin);
        scene.service.send(request.bearer_auth(token)).await
    };
    // A refusal is read by the page too.
    for (token, status) in [(scene.owner_token.as_str(), 200), ("nonsense", 401)] {
        let answer = ask(APP, token).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), Some(APP));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        assert!(
            answer
                .header("vary")
                .is_some_and(|vary| vary.to_lowercase().contains("origin"))
        );
        let exposed = answer.header("access-control-expose-headers").unwrap().to_lowercase();
        assert!(
            exposed.contains("vouchsafe-position") && exposed.contains("retry-after"),
            "{exposed}"
        );
    }
    for origin in [
        "null",
        "*",
        "https://evil.example.org",
        "https://app.example.org.evil.example",
        "https://app.example.org:8443",
        "http://app.example.org",
        "https://APP.example.org.",
        "https://evil-app.example.org",
    ] {
        for answer in [
            preflight(&scene, origin, "/v1/me/invites").await,
            ask(origin, &scene.owner_token).await,
        ] {
            assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        }
    }
    scene.service.stop().await;

    // Where nobody is named, nothing is said.
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let answer = preflight(&scene, APP, "/v1/me/invites").await;
    answer.refused(405, "method-not-allowed");
    assert_eq!(answer.header("access-control-allow-origin"), None);
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_is_told_what_this_is() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let answer = scene.service.get("", "/").await;
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    for (header, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(answer.header(header), Some(value));
    }
    let page = answer.expect(200);
    let page = page.as_str().unwrap();
    for never in ["<script", "<style", "style=", "onclick", "<img", "<form"] {
        assert!(!page.contains(never), "{never}");
    }
    // Each of its links into the service leads somewhere.
    let links: Vec<&str> = page.split("href=\"http://127.0.0.1:8080").skip(1).collect();
    assert_eq!(links.len(), 5, "{page}");
    for link in links {
        Browser::at(&scene.service.base)
            .open(link.split('"').next().unwrap())
            .await
            .shown();
    }
    scene.service.stop().await;
}
