//! Every page stands in the table, is what it should be for everybody, and is kept by nobody.

use reqwest::Method;
use vouchsafe::{
    http::rights::{Access, PAGES, Verb},
    platform::terms::Role,
};

use crate::{
    http::{PASSWORD, Scene, address},
    support::{
        browser::Browser,
        db::{Database, on_both},
    },
};

/// A path with something in its variables.
fn filled(path: &str) -> String {
    path.replace("{name}", "site-0000.css")
        .replace("{code}", "AAAAA-AAAAA-AAAAA-AAAAA")
        .replace("{token}", "abcdef")
        .replace("{room}", "nowhere")
        .replace("{id}", "invite_01m8em5gr0frjvcp1dbbh6eg9h")
}

/// Pages that a member alone is shown.
fn is_private(path: &str) -> bool {
    ["/account", "/invites", "/rooms"]
        .iter()
        .any(|start| path.starts_with(start))
        || is_console(path)
}

/// Pages for those who keep the community.
fn is_console(path: &str) -> bool {
    path.starts_with("/console/") && !path.starts_with("/console/assets/")
}

on_both! {
    async fn every_page_answers_whom_it_is_for(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        let mut ada = Browser::at(&service.base);
        assert_eq!(ada.sign_in(&address("ada"), PASSWORD).await.leads_to(), "/account");
        for page in PAGES {
            assert_eq!(page.access, Access::Page, "{}", page.id);
            let path = filled(page.path);
            if page.verb != Verb::Get {
                // What does not come from a page of ours is not looked at, whoever sends it.
                for browser in [&mut Browser::at(&service.base), &mut ada.again()] {
                    let request = browser.request(Method::POST, &path).body("a=b");
                    let seen = browser.send(request).await;
                    let expected = if path == "/csp-report" { 204 } else { 403 };
                    assert_eq!(seen.status, expected, "{} {}", page.id, seen.text);
                }
                continue;
            }
            let mut nobody = Browser::at(&service.base);
            let seen = nobody.open(&path).await;
            let headers = ["x-content-type-options", "cache-control", "x-request-id"];
            for name in headers {
                assert!(!seen.header(name).is_empty(), "{}: {name}", page.id);
            }
            if is_private(page.path) {
                let place = seen.leads_to().to_owned();
                assert!(place.starts_with("/signin?next="), "{}: {place}", page.id);
            }
            if seen.status == 200 {
                let policy = seen.header("content-security-policy");
                for rule in ["default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"] {
                    assert!(policy.contains(rule), "{}: {policy}", page.id);
                }
                assert_eq!(seen.header("x-frame-options"), "DENY");
                assert_eq!(seen.header("cache-control"), "no-store");
                assert_eq!(seen.header("referrer-policy"), "same-origin");
            }
            let own = ada.open(&path).await;
            assert!(own.status.as_u16() < 500, "{}: {}", page.id, own.text);
            if is_private(page.path) && !page.path.contains('{') {
                let expected = if is_console(page.path) { 403 } else { 200 };
                assert_eq!(own.status, expected, "{}: {}", page.id, own.text);
                assert_eq!(own.header("cache-control"), "no-store");
            }
        }
        scene.service.stop().await;
    }

    async fn both_languages_have_every_page(db: &Database) {
        let scene = Scene::new(db, "real-name").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
        for (language, tag) in [("en", "en"), ("zh-CN,zh;q=0.9", "zh-Hans"), ("de", "en")] {
            let mut browser = Browser::at(&service.base);
            browser.language = language;
            browser.sign_in(&address("ada"), PASSWORD).await.leads_to();
            for page in PAGES.iter().filter(|page| page.verb == Verb::Get && !page.path.contains('{')) {
                let seen = browser.open(page.path).await;
                if seen.status == 200 {
                    assert!(seen.text.contains(&format!("<html lang=\"{tag}\"")), "{}: {}", page.id, seen.text);
                    assert_eq!(seen.text.matches("<h1").count(), 1, "{}", page.id);
                }
            }
        }
        // Chosen by the reader, it goes before what the browser asks for.
        let mut browser = Browser::at(&service.base);
        let page = browser.open("/signin").await.shown();
        let seen = browser.submit(&page, "/language", &[("language", "zh-Hans"), ("next", "/join")]).await;
        assert_eq!(seen.leads_to(), "/join");
        assert!(browser.open("/signin").await.shown().text.contains("<html lang=\"zh-Hans\""));
        scene.service.stop().await;
    }
}
