//! What people type, paste and send: forgiven where they could not see it, before anything is counted.

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{commands::admin, terms::Role};

use super::{PASSWORD, Scene, identity, resident_id};
use crate::support::{
    db::{Database, on_both},
    service::text,
};

/// A text in the full-width forms of its letters, digits and dashes.
fn wide(text: &str) -> String {
    let wide = |c: char| char::from_u32(u32::from(c) + 0xFEE0).filter(|_| c.is_ascii_graphic());
    text.chars().map(|c| wide(c).unwrap_or(c)).collect()
}

/// Percent-encoded for a segment of a path.
fn segment(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The same as people paste it, of a text that is written in groups.
fn pasted(shown: &str) -> Vec<String> {
    let mut all = vec![
        format!(" {shown}\u{A0}"),
        format!("\u{FEFF}\u{2068}{shown}\u{2069}\u{200B}"),
        format!("{shown}."),
        format!("{shown}。"),
        format!("({shown})"),
        format!("\u{201C}{shown}\u{201D},"),
        format!("「{shown}」"),
        wide(shown),
    ];
    for dash in [
        "\u{A0}", "\u{2011}", "\u{2013}", "\u{2014}", "\u{2212}", "\u{200B}", "\u{AD}", " - ", "",
    ] {
        all.push(shown.replace('-', dash));
    }
    all
}

on_both! {
    async fn an_invite_opens_by_its_code_however_it_was_copied(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let made = service.post(&scene.owner_token, "/v1/me/invites", json!({ "max_uses": 5 })).await.expect(201);
        let (code, url) = (text(&made["code"]), text(&made["url"]));
        let mut all = pasted(&code);
        all.extend([url.clone(), format!("<{url}>."), format!("{url}?utm_source=mail"), code.to_lowercase()]);
        for entered in all {
            let opened = service.get("", &format!("/v1/invites/{}", segment(&entered))).await;
            assert_eq!(opened.status, 200, "{entered:?}: {opened:?}");
            let begun = service.post("", "/v1/onboarding", json!({ "code": entered })).await;
            assert_eq!(begun.status, 201, "{entered:?}: {begun:?}");
        }
        scene.service.stop().await;
    }

    /// Each of these would be one of three wrong attempts.
    async fn six_digits_are_read_before_they_are_counted(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| config.throttle.proof_attempts = 1).await;
        let code = scene.link(100).await;
        let digits = |zero: char| move |proof: &str| -> String {
            let digit = |c: char| char::from_u32(u32::from(c) - u32::from('0') + u32::from(zero));
            proof.chars().filter_map(digit).collect()
        };
        let ways: Vec<Box<dyn Fn(&str) -> String>> = vec![
            Box::new(|proof| format!("\u{A0}{proof}\u{200B}.")),
            Box::new(|proof| format!("{}\u{A0}{}", &proof[..3], &proof[3..])),
            Box::new(|proof| format!("{}\u{2013}{}", &proof[..3], &proof[3..])),
            Box::new(|proof| format!("[{proof}]")),
            Box::new(digits('０')),
            Box::new(digits('٠')),
            Box::new(digits('०')),
        ];
        for (nth, way) in ways.iter().enumerate() {
            let (flow, token) = scene.asked(&code, &format!("digits-{nth}")).await;
            let entered = way(&scene.service.proof_of(&flow).await);
            let answer = scene.step(&flow, &token, "contact/proof", json!({ "code": entered })).await;
            assert_eq!(answer.status, 200, "{entered:?}: {answer:?}");
        }
        scene.service.stop().await;
    }

    async fn a_sign_in_code_keeps_its_capitals_and_loses_what_stands_around_it(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let core = &scene.service.app.core;
        let ways: [fn(&str) -> String; 5] = [
            |code| format!("\u{A0}{code}\u{200B}."),
            |code| format!("\u{201C}{code}\u{201D}"),
            |code| format!("{}\r\n {}", &code[..20], &code[20..]),
            |code| code.replace('-', "\u{2011}"),
            wide,
        ];
        for way in ways {
            let code = admin::sign_in_code(&core.ledger, scene.owner.row).await.expect("a code");
            let code = secrecy::ExposeSecret::expose_secret(&code).to_owned();
            for wrong in [code.to_lowercase(), code.to_uppercase()] {
                let answer = scene.service.post("", "/v1/sessions", json!({ "one_time_code": wrong })).await;
                answer.refused(401, "credentials-wrong");
            }
            let entered = way(&code);
            let answer = scene.service.post("", "/v1/sessions", json!({ "one_time_code": entered })).await;
            assert_eq!(answer.status, 201, "{entered:?}: {answer:?}");
        }
        scene.service.stop().await;
    }

    async fn numbers_and_handles_are_read_as_they_are_meant(db: &Database) {
        let scene = Scene::new(db, "real-name").await;
        let code = scene.link(9).await;
        let number = resident_id(7);
        let entered = format!("\u{201C}{}\u{A0}{}\u{2013}{}\u{FEFF}\u{201D}.", &number[..6], wide(&number[6..14]), &number[14..]);
        let (flow, token) = scene.proved(&code, "one").await;
        scene.step(&flow, &token, "identity", identity("张伟", &entered)).await.expect(200);
        let last = json!({ "password": PASSWORD, "handle": "\u{200B}@Ｗei_7\u{A0}" });
        let member = scene.step(&flow, &token, "password", last).await.expect(201);
        let me = scene.service.get(&text(&member["session"]["access_token"]), "/v1/me").await.expect(200);
        assert_eq!(me["handle"], "wei_7");
        // It is one document, and one handle.
        let (flow, token) = scene.proved(&code, "other").await;
        let again = scene.step(&flow, &token, "identity", identity("张伟", &number)).await;
        again.refused(409, "person-limit-reached");
        scene.step(&flow, &token, "identity", identity("张伟", &resident_id(8))).await.expect(200);
        let taken = scene.step(&flow, &token, "password", json!({ "password": PASSWORD, "handle": "wei_7" })).await;
        taken.refused(400, "invalid-field");
        scene.service.stop().await;
    }

    /// Taken back, void, or its inviter put out: whoever has the code sees the same, and what it was before that
    /// would have told them, it stays.
    async fn a_code_tells_nothing_of_its_inviters_standing(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let (inviter, token) = scene.member("inviter", Role::Admin).await;
        let invite = async |body: Value| {
            let made = service.post(&token, "/v1/me/invites", body).await.expect(201);
            (text(&made["id"]), text(&made["code"]))
        };
        let hour = std::time::Duration::from_secs(3600);
        let (_, expired) = invite(json!({ "lifetime_hours": 1 })).await;
        let (_, held) = invite(json!({ "lifetime_hours": 1 })).await;
        let (used_id, used) = invite(json!({})).await;
        let (revoked_id, revoked) = invite(json!({})).await;
        let (_, open) = invite(json!({})).await;
        let (flow, flow_token) = scene.proved(&used, "newcomer").await;
        scene.step(&flow, &flow_token, "password", json!({ "password": PASSWORD })).await.expect(201);
        scene.proved(&held, "on-the-way").await;
        service.call(Method::DELETE, &token, &format!("/v1/me/invites/{revoked_id}"), None).await.expect(204);
        scene.clock.advance(hour);
        let token = service.token(inviter.row).await;
        service.call(Method::DELETE, &token, &format!("/v1/me/invites/{used_id}"), None).await.expect(204);
        let seen = async |code: &str| {
            let mut answers = Vec::new();
            for mut answer in [
                service.get("", &format!("/v1/invites/{code}")).await,
                service.post("", "/v1/onboarding", json!({ "code": code })).await,
            ] {
                answer.body["request_id"].take();
                answers.push((answer.status.as_u16(), answer.body));
            }
            answers
        };
        let (was_expired, was_used, was_revoked) = (seen(&expired).await, seen(&used).await, seen(&revoked).await);
        for (seen, slug) in [(&was_expired, "invite-expired"), (&was_used, "invite-used"), (&was_revoked, "invite-closed")] {
            for (status, body) in seen {
                assert_eq!((*status, &body["type"]), (410, &json!(format!("urn:vouchsafe:problem:{slug}"))), "{body}");
            }
        }
        // The inviter's own list says more.
        let list = service.get(&token, "/v1/me/invites").await.expect(200);
        let state = |id: &str| list["items"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap()["state"].clone();
        assert_eq!((state(&revoked_id), state(&used_id)), (json!("revoked"), json!("used")));

        let owner_token = service.token(scene.owner.row).await;
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
        let sanctions = format!("/v1/admin/people/{}/sanctions", inviter.id);
        service.post(&owner_token, &sanctions, ban).await.expect(201);
        assert_eq!(seen(&open).await, was_revoked);
        assert_eq!(seen(&held).await, was_revoked, "that another may come back to it tells no more");
        assert_eq!(seen(&revoked).await, was_revoked);
        assert_eq!(seen(&expired).await, was_expired);
        assert_eq!(seen(&used).await, was_used);
        scene.service.stop().await;
    }
}
