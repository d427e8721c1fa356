//! A newcomer's way in by the pages alone, interrupted and gone on with elsewhere.

use serde_json::Value;
use vouchsafe::platform::terms::Role;

use crate::{
    http::{PASSWORD, Scene, address, resident_id},
    support::{
        browser::Browser,
        db::{Database, on_both},
    },
};

/// The code that was sent to the newcomer at a browser.
async fn digits(scene: &Scene, browser: &Browser) -> String {
    let (flow, _) = browser.cookies["__Host-flow"].split_once('.').expect("a flow");
    scene.service.proof_of(flow).await
}

on_both! {
    async fn somebody_comes_in_by_the_pages(db: &Database) {
        let scene = Scene::new(db, "real-name").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Owner, Some(PASSWORD)).await;
        let mut ada = Browser::at(&service.base);
        ada.sign_in(&address("ada"), PASSWORD).await.leads_to();
        let page = ada.open("/invites").await.shown();
        ada.submit(&page, "/invites", &[("kind", "link"), ("message", "Come & talk <with> us")]).await.leads_to();
        let list: Value = serde_json::from_str(&ada.open("/v1/me/invites").await.shown().text).unwrap();
        let code = list["items"][0]["code"].as_str().unwrap().to_owned();
        let id = list["items"][0]["id"].as_str().unwrap().to_owned();
        let share = ada.open(&format!("/invites/{id}/share")).await.shown();
        assert!(share.text.contains(&format!("/join/{code}")), "{}", share.text);
        let picture = ada.open(&format!("/invites/{id}/picture")).await.shown();
        assert_eq!(picture.header("content-type"), "image/png");

        // The code leaves the address at once, and opening the link uses nothing up.
        let mut phone = Browser::at(&service.base);
        for _ in 0..3 {
            let seen = phone.open(&format!("/join/{code}")).await;
            assert_eq!((seen.leads_to(), seen.header("referrer-policy")), ("/join", "no-referrer"));
        }
        let page = phone.open("/join").await.shown();
        assert!(page.text.contains("Come &#38; talk &#60;with&#62; us"), "{}", page.text);
        assert!(!page.text.contains(&code), "the code stands in no page");
        assert_eq!(phone.submit(&page, "/join/start", &[]).await.leads_to(), "/join");
        let page = phone.open("/join").await.shown();
        let grace = address("grace");
        let wrong = phone.submit(&page, "/join/contact", &[("email", "nobody")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("aria-invalid") && wrong.text.contains("value=\"nobody\""), "{}", wrong.text);
        assert_eq!(phone.submit(&page, "/join/contact", &[("email", &grace)]).await.leads_to(), "/join");
        let page = phone.open("/join").await.shown();
        assert_eq!(phone.submit(&page, "/join/proof", &[("code", "000000")]).await.status, 422);
        let code_sent = digits(&scene, &phone).await;
        assert_eq!(phone.submit(&page, "/join/proof", &[("code", &code_sent)]).await.leads_to(), "/join");
        assert!(phone.open("/join").await.shown().text.contains("name=\"full_name\""));

        // On another device: the link, the address and a code, and she goes on where she was.
        let mut desk = Browser::at(&service.base);
        desk.language = "zh-CN";
        let page = desk.follow(&format!("/join/{code}")).await.shown();
        desk.submit(&page, "/join/start", &[]).await.leads_to();
        let page = desk.open("/join").await.shown();
        desk.submit(&page, "/join/contact", &[("email", &grace)]).await.leads_to();
        let page = desk.open("/join").await.shown();
        let code_sent = digits(&scene, &desk).await;
        desk.submit(&page, "/join/proof", &[("code", &code_sent)]).await.leads_to();
        let page = desk.open("/join").await.shown();
        let number = resident_id(7);
        let fields = [("full_name", "王秀英"), ("kind", "cn_resident_id"), ("country", "CN"), ("number", number.as_str())];
        let mut wrong = fields;
        wrong[3].1 = "110101199001010000";
        let seen = desk.submit(&page, "/join/identity", &wrong).await;
        assert_eq!(seen.status, 422);
        assert!(seen.text.contains("value=\"王秀英\"") && !seen.text.contains("110101199001010000"), "{}", seen.text);
        assert_eq!(desk.submit(&seen, "/join/identity", &fields).await.leads_to(), "/join");
        let page = desk.open("/join").await.shown();
        let seen = desk.submit(&page, "/join/password", &[("password", "short"), ("handle", "grace")]).await;
        assert_eq!(seen.status, 422);
        assert!(!seen.text.contains("value=\"short\""), "a password stands in no page");
        let seen = desk.submit(&page, "/join/password", &[("password", PASSWORD), ("handle", "grace")]).await;
        assert_eq!(seen.leads_to(), "/invites?welcome=1");
        let page = desk.open("/account").await.shown();
        assert!(page.text.contains("@grace") && page.text.contains("已核对的证件"), "{}", page.text);
        // The phone is told that she is in.
        let seen = phone.open("/join").await;
        assert!(seen.status == 410 && seen.text.contains("If it was you, sign in"), "{}", seen.text);
        scene.service.stop().await;
    }

    async fn the_form_offers_what_the_policy_lets_one_give(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        for (role, by_address, by_link) in [
            (Role::Admin, true, true),
            (Role::Member, true, false),
            (Role::Auditor, false, false),
        ] {
            let to = address(role.as_str());
            service.found(&to, role, Some(PASSWORD)).await;
            let mut browser = Browser::at(&service.base);
            browser.sign_in(&to, PASSWORD).await.leads_to();
            let page = browser.open("/invites").await.shown();
            assert_eq!(page.text.contains("id=\"kind-link\""), by_link, "{role}: {}", page.text);
            assert_eq!(page.text.contains("id=\"f-to\""), by_address, "{role}: {}", page.text);
            assert_eq!(page.text.contains("do not let you invite"), !by_address && !by_link, "{role}: {}", page.text);
        }
        scene.service.stop().await;
    }

    async fn somebody_who_wants_no_invite_ends_it(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        service.found(&address("ada"), Role::Owner, Some(PASSWORD)).await;
        let mut ada = Browser::at(&service.base);
        ada.sign_in(&address("ada"), PASSWORD).await.leads_to();
        let page = ada.open("/invites").await.shown();
        ada.submit(&page, "/invites", &[("to", &address("grace"))]).await.leads_to();
        let page = ada.open("/invites").await.shown();
        ada.submit(&page, "/invites", &[("kind", "link")]).await.leads_to();
        let list: Value = serde_json::from_str(&ada.open("/v1/me/invites").await.shown().text).unwrap();
        let link = list["items"][0]["code"].as_str().unwrap().to_owned();
        let code = service.code_of(list["items"][1]["id"].as_str().unwrap()).await;

        // One that was sent to somebody ends.
        let mut reader = Browser::at(&service.base);
        reader.follow(&format!("/join/{code}")).await.shown();
        let page = reader.open("/join/decline").await.shown();
        reader.submit(&page, "/join/decline", &[("why", "no")]).await.shown();
        assert!(!reader.cookies.contains_key("__Host-invite"));
        assert_eq!(reader.follow(&format!("/join/{code}")).await.status, 410);
        // Typed by hand, with what people put into codes.
        let mut other = Browser::at(&service.base);
        let page = other.open("/join").await.shown();
        let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(other.submit(&page, "/join", &[("code", &typed)]).await.status, 410);
        assert_eq!(other.submit(&page, "/join", &[("code", "no such code")]).await.status, 404);

        // A link is nobody's alone: it stays, whatever is said of it.
        let typed = format!("http://127.0.0.1:8080/join/{link}");
        assert_eq!(other.submit(&page, "/join", &[("code", &typed)]).await.leads_to(), "/join");
        let page = other.open("/join/decline").await.shown();
        assert!(!page.text.contains("value=\"no\""), "{}", page.text);
        other.submit(&page, "/join/decline", &[("why", "unknown")]).await.shown();
        other.follow(&format!("/join/{link}")).await.shown();
        scene.service.stop().await;
    }
}
