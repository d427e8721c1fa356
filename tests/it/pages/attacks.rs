//! What nobody can do by the pages: act for somebody else, be sent elsewhere, fix a session, read what others were shown.

use reqwest::{Method, header::ORIGIN};
use serde_json::{Value, json};
use vouchsafe::platform::terms::Role;

use crate::{
    http::{PASSWORD, Scene, address},
    support::{
        browser::{Browser, ORIGIN_OF_OURS},
        db::{Database, on_both},
    },
};

/// A scene with Ada, who is signed in.
async fn ada(db: &Database) -> (Scene, Browser) {
    let scene = Scene::new(db, "open-circle").await;
    scene.service.found(&address("ada"), Role::Owner, Some(PASSWORD)).await;
    let mut browser = Browser::at(&scene.service.base);
    assert_eq!(browser.sign_in(&address("ada"), PASSWORD).await.leads_to(), "/account");
    (scene, browser)
}

const FORM: &str = "__Host-form";
const SESSION: &str = "__Host-vouchsafe";

on_both! {
    /// A page of somebody else's has Ada's browser send a form, or call the API with her cookie.
    async fn nothing_from_elsewhere_acts_for_her(db: &Database) {
        let (scene, mut ada) = ada(db).await;
        let page = ada.open("/invites").await.shown();
        let (token, once) = (page.hidden("form_token"), page.hidden("once"));
        let mut mallory = Browser::at(&scene.service.base);
        let foreign = mallory.open("/signin").await.shown().hidden("form_token");
        let fields = |token: &str| vec![
            ("form_token", token.to_owned()),
            ("once", once.clone()),
            ("kind", "address".to_owned()),
            ("to", "grace@example.org".to_owned()),
        ];
        for (origin, token, what) in [
            (Some("https://evil.example"), token.as_str(), "another origin"),
            (Some("null"), token.as_str(), "an opaque origin"),
            (Some("http://127.0.0.1:8081"), token.as_str(), "another port"),
            (Some("https://127.0.0.1:8080"), token.as_str(), "another scheme"),
            (None, token.as_str(), "no origin"),
            (Some(ORIGIN_OF_OURS), "", "no token"),
            (Some(ORIGIN_OF_OURS), foreign.as_str(), "the token of another browser"),
            (Some(ORIGIN_OF_OURS), &token[1..], "a token that was cut"),
        ] {
            let mut request = ada.request(Method::POST, "/invites").form(&fields(token));
            if let Some(origin) = origin {
                request = request.header(ORIGIN, origin);
            }
            let seen = ada.send(request).await;
            assert_eq!(seen.status, 403, "{what}: {}", seen.text);
            assert!(seen.text.contains("no longer good"), "{what}");
        }
        // The API by cookie wants the same; reading needs the cookie alone.
        let body = json!({ "email": "grace@example.org" });
        for (origin, token) in [(None, Some(&token)), (Some("https://evil.example"), Some(&token)), (Some(ORIGIN_OF_OURS), None)] {
            let mut request = ada.request(Method::POST, "/v1/me/invites").json(&body);
            if let Some(origin) = origin {
                request = request.header(ORIGIN, origin);
            }
            if let Some(token) = token {
                request = request.header("X-Form-Token", token);
            }
            let seen = ada.send(request).await;
            let problem: Value = serde_json::from_str(&seen.text).unwrap();
            let kind = format!("urn:vouchsafe:problem:{}", "cross-site");
            assert_eq!((seen.status.as_u16(), &problem["type"]), (403, &json!(kind)));
        }
        let list: Value = serde_json::from_str(&ada.open("/v1/me/invites").await.shown().text).unwrap();
        assert_eq!(list["items"], json!([]), "nothing was sent");
        let own = ada.request(Method::POST, "/v1/me/invites").json(&body);
        let own = own.header(ORIGIN, ORIGIN_OF_OURS).header("X-Form-Token", &token);
        assert_eq!(ada.send(own).await.status, 201);
        // A bearer's request has no such duties, and a cookie beside it counts for nothing.
        let bearer = scene.service.token(scene.owner.row).await;
        let request = ada.request(Method::GET, "/v1/me").bearer_auth(bearer);
        let me: Value = serde_json::from_str(&ada.send(request).await.shown().text).unwrap();
        assert_eq!(me["id"], json!(scene.owner.id.to_string()));
        scene.service.stop().await;
    }

    async fn a_form_that_is_sent_twice_does_once_what_it_does(db: &Database) {
        let (scene, mut ada) = ada(db).await;
        let page = ada.open("/invites").await.shown();
        for _ in 0..3 {
            let seen = ada.submit(&page, "/invites", &[("to", "grace@example.org")]).await;
            assert_eq!(seen.leads_to(), "/invites");
        }
        let list: Value = serde_json::from_str(&ada.open("/v1/me/invites").await.shown().text).unwrap();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        // Signing out twice: whoever is out is out.
        let page = ada.open("/account").await.shown();
        let mut twin = ada.again();
        assert_eq!(ada.submit(&page, "/signout", &[]).await.leads_to(), "/signin");
        assert_eq!(twin.submit(&page, "/signout", &[]).await.leads_to(), "/signin");
        assert!(twin.open("/account").await.leads_to().starts_with("/signin"));
        scene.service.stop().await;
    }

    async fn a_session_is_new_and_its_cookie_is_what_it_should_be(db: &Database) {
        let (scene, ada) = ada(db).await;
        let set: Vec<_> = ada.set.iter().filter(|set| set.starts_with(SESSION)).collect();
        let [set] = set.as_slice() else { panic!("{:?}", ada.set) };
        for word in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(set.contains(word), "{set}");
        }
        assert!(!set.contains("Domain"), "{set}");
        for set in &ada.set {
            assert!(set.starts_with("__Host-") && set.contains("HttpOnly") && set.contains("Secure"), "{set}");
        }
        // Whatever cookies somebody has planted, a sign-in gives others.
        let mut victim = Browser::at(&scene.service.base);
        victim.cookies.insert(SESSION.into(), ada.cookies[SESSION].clone());
        victim.cookies.insert(FORM.into(), "planted".into());
        let page = victim.open("/signin").await.shown();
        let seen = victim.submit(&page, "/signin", &[("contact", &address("ada")), ("password", PASSWORD)]).await;
        assert_eq!(seen.leads_to(), "/account");
        assert_ne!(victim.cookies[SESSION], ada.cookies[SESSION]);
        // A cookie of nobody's, and one that was bent, open nothing.
        for bent in ["", "AAAA", &ada.cookies[SESSION][1..], &"A".repeat(5000)] {
            let mut browser = Browser::at(&scene.service.base);
            browser.cookies.insert(SESSION.into(), bent.to_owned());
            assert!(browser.open("/account").await.leads_to().starts_with("/signin?next="), "{bent}");
            assert_eq!(browser.open("/v1/me").await.status, 401);
        }
        scene.service.stop().await;
    }

    async fn an_end_of_the_session_ends_the_browser_too(db: &Database) {
        let (scene, mut ada) = ada(db).await;
        let mut other = Browser::at(&scene.service.base);
        other.sign_in(&address("ada"), PASSWORD).await.leads_to();
        let page = ada.open("/account/sessions").await.shown();
        assert_eq!(page.text.matches("<li class=\"card\">").count(), 2);
        assert_eq!(ada.submit(&page, "/account/sessions", &[]).await.leads_to(), "/account/sessions");
        assert!(other.open("/account").await.leads_to().starts_with("/signin"));
        ada.open("/account").await.shown();
        scene.service.stop().await;
    }

    async fn nobody_is_sent_elsewhere(db: &Database) {
        let (scene, _) = ada(db).await;
        for elsewhere in [
            "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
            "/account\r\nLocation: https://evil.example", "/v1/me", "/nowhere", "", "account", "/signin/../..//evil.example",
        ] {
            let mut browser = Browser::at(&scene.service.base);
            let page = browser.open(&format!("/signin?next={}", encoded(elsewhere))).await.shown();
            assert_eq!(page.hidden("next"), "/account", "{elsewhere}");
            let fields = [("contact", address("ada")), ("password", PASSWORD.into()), ("next", elsewhere.into())];
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(browser.submit(&page, "/signin", &fields).await.leads_to(), "/account", "{elsewhere}");
        }
        let mut browser = Browser::at(&scene.service.base);
        let page = browser.open("/signin?next=%2Finvites").await.shown();
        assert_eq!(page.hidden("next"), "/invites");
        scene.service.stop().await;
    }

    /// A host that somebody writes into a request is nowhere believed.
    async fn a_forged_host_changes_nothing(db: &Database) {
        let (scene, ada) = ada(db).await;
        for name in ["Host", "X-Forwarded-Host", "Forwarded"] {
            for path in ["/signin", "/join/AAAAA-AAAAA-AAAAA-AAAAA", "/account"] {
                let mut browser = ada.again();
                let request = browser.request(Method::GET, path).header(name, "evil.example");
                let seen = browser.send(request).await;
                assert!(!seen.text.contains("evil.example") && !seen.header("location").contains("evil"), "{name} {path}");
            }
        }
        scene.service.stop().await;
    }

    /// What others have written stands in pages as they wrote it, and is nothing but text.
    async fn nothing_that_is_written_runs(db: &Database) {
        let (scene, mut ada) = ada(db).await;
        for payload in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{7*7}}", "'-alert(1)-'"] {
            let mut browser = Browser::at(&scene.service.base);
            let page = browser.open("/signin").await.shown();
            let seen = browser.submit(&page, "/signin", &[("contact", payload), ("password", "x")]).await;
            assert!(!seen.text.contains(payload) || !payload.contains('<'), "{}", seen.text);
            let page = ada.open("/invites").await.shown();
            let seen = ada.submit(&page, "/invites", &[("to", payload), ("message", payload)]).await;
            assert_eq!(seen.status.as_u16() / 100, 4, "{}", seen.text);
            assert!(!seen.text.contains("<script>alert") && !seen.text.contains("<img src=x"), "{}", seen.text);
            let seen = browser.follow(&format!("/join/{}", encoded(payload))).await;
            assert!(!seen.text.contains("<script>alert") && !seen.text.contains("<img src=x"), "{}", seen.text);
        }
        scene.service.stop().await;
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
