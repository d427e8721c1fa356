//! What people type, paste and send: forgiven where they could not see it, before anything is counted.

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    commands::admin,
    platform::{
        store::{Backend, StoreError},
        terms::Role,
    },
};

use super::{PASSWORD, Scene, address, identity, resident_id};
use crate::support::{
    db::{Database, on_both},
    service::text,
};

/// A text in the full-width forms of its letters, digits and dashes.
fn wide(text: &str) -> String {
    let wide = |c: char| char::from_u32(u32::from(c) + 0xFEE0).filter(|_| c.is_ascii_graphic());
    text.chars().map(|c| wide(c).unwrap_or(c)).collect()
}

/// Digits in those of another script.
fn digits(zero: char, ours: &str) -> String {
    let digit = |c: char| char::from_u32(u32::from(c) - u32::from('0') + u32::from(zero));
    ours.chars().filter_map(digit).collect()
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
        let ways: [fn(&str) -> String; 7] = [
            |proof| format!("\u{A0}{proof}\u{200B}."),
            |proof| format!("{}\u{A0}{}", &proof[..3], &proof[3..]),
            |proof| format!("{}\u{2013}{}", &proof[..3], &proof[3..]),
            |proof| format!("[{proof}]"),
            wide,
            |proof| digits('٠', proof),
            |proof| digits('०', proof),
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
            let code = admin::sign_in_code(&core.ledger, &core.vault, scene.owner.row).await.expect("a code");
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
        scene.step(&flow, &token, "identity", identity("张伟", &number)).await.expect(200);
        let again = scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await;
        again.refused(409, "review-needed");
        let (flow, token) = scene.proved(&code, "third").await;
        scene.step(&flow, &token, "identity", identity("张伟", &resident_id(8))).await.expect(200);
        let taken = scene.step(&flow, &token, "password", json!({ "password": PASSWORD, "handle": "wei_7" })).await;
        taken.refused(422, "invalid-value");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locale_is_a_tag_or_refused() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let service = &scene.service;
    let code = scene.link(9).await;
    for (entered, locale) in [
        ("zh_CN.UTF-8", "zh-Hans"),
        ("zh-Hans-CN", "zh-Hans"),
        ("zh-TW", "en"),
        ("en_US@euro", "en"),
        ("C.UTF-8", "en"),
    ] {
        let begun = service
            .post("", "/v1/onboarding", json!({ "code": code, "locale": entered }))
            .await
            .expect(201);
        let flow = text(&begun["flow"]).parse().unwrap();
        let read =
            move |conn: &mut _| Ok::<_, StoreError>(vouchsafe::onboarding::queries::flow(conn, flow)?.unwrap().locale);
        assert_eq!(
            service.app.core.ledger.store().read(read).await.unwrap(),
            locale,
            "{entered}"
        );
        service
            .post(&scene.owner_token, "/v1/me/invites", json!({ "locale": entered }))
            .await
            .expect(201);
    }
    for nonsense in [
        "nonsense",
        "",
        "*",
        "english",
        "中文",
        "en US",
        "../../etc/passwd",
        &"en-".repeat(9000),
    ] {
        let begun = service
            .post("", "/v1/onboarding", json!({ "code": code, "locale": nonsense }))
            .await;
        let invited = service
            .post(&scene.owner_token, "/v1/me/invites", json!({ "locale": nonsense }))
            .await;
        for answer in [begun, invited] {
            answer.refused(400, "invalid-field");
            assert_eq!(answer.body["field"], "/locale");
            assert!(text(&answer.body["detail"]).contains("zh-Hans"), "{}", answer.body);
        }
    }
    // No header decides about a language, so that none can be nonsense.
    let request = service
        .request(Method::POST, "/v1/onboarding")
        .header("Accept-Language", "nonsense;;q=x");
    service.send(request.json(&json!({ "code": code }))).await.expect(201);
    scene.service.stop().await;
}

on_both! {
    /// However the domain is written, it is one address: to be proved, to sign in with, to be found by.
    async fn an_internationalised_domain_is_one_address(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let invite = json!({ "email": "Ada＠Bücher。Example" });
        let made = service.post(&scene.owner_token, "/v1/me/invites", invite).await.expect(201);
        assert_eq!(made["email"], "Ada@bücher.example");
        let code = service.code_of(&text(&made["id"])).await;
        let preview = service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        assert_eq!(preview["address_hint"], "A•••@b•••.example");
        let (flow, token) = service.begin(&code).await;
        let other = json!({ "email": "ada@bucher.example" });
        scene.step(&flow, &token, "contact", other).await.refused(422, "contact-mismatch");
        let same = json!({ "email": "<ada@xn--bcher-kva.example>" });
        scene.step(&flow, &token, "contact", same).await.expect(200);
        let proof = json!({ "code": service.proof_of(&flow).await });
        scene.step(&flow, &token, "contact/proof", proof).await.expect(200);
        scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await.expect(201);
        for contact in ["ada@BÜCHER.example", "ada@bu\u{308}cher.example", "ADA@xn--bcher-kva.EXAMPLE", "ada﹫bücher.example"] {
            let signed = service.post("", "/v1/sessions", json!({ "contact": contact, "password": PASSWORD })).await;
            assert_eq!(signed.status, 201, "{contact}: {signed:?}");
            let me = service.get(&text(&signed.body["access_token"]), "/v1/me").await.expect(200);
            assert_eq!(me["contact"], "ada@bücher.example");
            let found = service.post(&scene.owner_token, "/v1/admin/people/search", json!({ "contact": contact })).await;
            assert_eq!(found.expect(200)["items"][0]["id"], me["id"], "{contact}");
        }
        scene.service.stop().await;
    }

    async fn names_and_countries_are_taken_as_they_are_pasted(db: &Database) {
        let scene = Scene::new(db, "real-name").await;
        let code = scene.link(40).await;
        let (flow, token) = scene.proved(&code, "newcomer").await;
        let give = async |name: &str, country: &str, number: &str| {
            let document = json!({ "country": country, "kind": "passport", "number": number });
            scene.step(&flow, &token, "identity", json!({ "full_name": name, "document": document })).await
        };
        for name in ["Ann\u{FFFF}", "张\u{E000}", "Ann\u{378}", "A\u{2067}nn"] {
            give(name, "GB", "L898902C3").await.refused(422, "name-invalid");
        }
        for country in ["XX", "", "UTO", "Wonderland", "G B"] {
            let answer = give("Ann", country, "L898902C3").await;
            answer.refused(422, "invalid-value");
            assert_eq!(answer.body["field"], "/document/country");
            let detail = text(&answer.body["detail"]);
            assert!(["CN", "CHN", "D", "GBD", "UNO", "XXA"].iter().all(|known| detail.contains(known)), "{detail}");
        }
        let old = identity("Ann", "440524188001010014");
        let answer = scene.step(&flow, &token, "identity", old).await;
        answer.refused(422, "document-invalid");
        assert!(text(&answer.body["detail"]).contains("130 years"), "{}", answer.body);
        give("\u{FEFF}\u{2067}Ann Lee\u{2069}\u{200F}", "GBD", "L898902C3").await.expect(200);
        scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await.expect(201);

        // One passport, whichever of its country's codes is given.
        for (nth, country) in (0..).zip(["GB", "GBR", "gbn", "GBO<", "ＧＢＰ", "GBS", "UK"]) {
            let (flow, token) = scene.proved(&code, &format!("as-{nth}")).await;
            let document = json!({ "country": country, "kind": "passport", "number": "l898902c3" });
            let body = json!({ "full_name": "Ann Lee", "document": document });
            scene.step(&flow, &token, "identity", body).await.expect(200);
            let last = json!({ "password": PASSWORD });
            scene.step(&flow, &token, "password", last).await.refused(409, "review-needed");
        }
        for (nth, country) in ["D", "DEU", "UNO", "UNA", "UNK", "EUE", "XXA", "XXB", "XXC", "XXX", "XOM", "XPO", "RKS"].iter().enumerate() {
            let (flow, token) = scene.proved(&code, &format!("from-{nth}")).await;
            let document = json!({ "country": country, "kind": "passport", "number": format!("A123456{}", nth % 10) });
            let body = json!({ "full_name": "Ann Lee", "document": document });
            let answer = scene.step(&flow, &token, "identity", body).await;
            assert_eq!(answer.status, 200, "{country}: {answer:?}");
        }
        scene.service.stop().await;
    }
}

on_both! {
    async fn nobody_takes_a_handle_that_speaks_for_the_community(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let code = scene.link(9).await;
        let (flow, token) = scene.proved(&code, "newcomer").await;
        let choose = async |handle: &str| {
            scene.step(&flow, &token, "password", json!({ "password": PASSWORD, "handle": handle })).await
        };
        for handle in ["admin", "Adm1n", "ad_min", "ＡＤＭＩＮ", "\u{200B}adrnin", "supp0rt_team", "our_circle", "0ur_c1rcle"] {
            let answer = choose(handle).await;
            answer.refused(422, "invalid-value");
            assert_eq!(answer.body["field"], "/handle", "{handle}: {}", answer.body);
        }
        // The policy says which, from its next version on.
        let usual = vouchsafe::policy::preset("open-circle").unwrap();
        let (before, list) = usual.split_once("reserved_handles = [").unwrap();
        let (_, after) = list.split_once(']').unwrap();
        let document = format!("{before}reserved_handles = [\"warden\"]{after}");
        let request = scene.service.request(Method::PUT, "/v1/admin/policy").bearer_auth(&scene.owner_token);
        let changed = request.header("If-Match", "\"1\"").json(&json!({ "document": document }));
        let changed = scene.service.send(changed).await.expect(200);
        assert_eq!(changed["policy"]["join"]["reserved_handles"], json!(["warden"]));
        choose("vvarden").await.refused(422, "invalid-value");
        choose("admin").await.expect(201);
        scene.service.stop().await;
    }

    async fn a_member_sees_how_many_places_are_left(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let (_, member) = scene.member("member", Role::Member).await;
        let places = async |token: &str| service.get(token, "/v1/me").await.expect(200)["places"].clone();
        let limited = |open: u32| {
            json!({ "quota": 20, "left": 20 - open, "given": 20, "earned": 0, "granted": 0, "taken": 0, "used": 0, "open": open })
        };
        let unlimited = |open: u32| {
            json!({ "quota": null, "left": null, "given": null, "earned": null, "granted": null, "taken": null,
                    "used": 0, "open": open })
        };
        assert_eq!(places(&member).await, limited(0));
        assert_eq!(places(&scene.owner_token).await, unlimited(0));
        let mut ids = Vec::new();
        for name in ["one", "two"] {
            let made = service.post(&member, "/v1/me/invites", json!({ "email": address(name) })).await.expect(201);
            ids.push(text(&made["id"]));
        }
        service.post(&scene.owner_token, "/v1/me/invites", json!({ "max_uses": 7 })).await.expect(201);
        assert_eq!(places(&member).await, limited(2));
        service.call(Method::DELETE, &member, &format!("/v1/me/invites/{}", ids[0]), None).await.expect(204);
        assert_eq!(places(&member).await, limited(1));
        assert_eq!(places(&scene.owner_token).await, unlimited(7));
        scene.service.stop().await;
    }
}

/// The longest run of one letter in an answer.
fn longest_run(answer: &Value) -> usize {
    let text = answer.to_string();
    text.split(|c| c != 'q').map(str::len).max().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_refusal_repeats_more_than_a_hundred_characters() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "real-name").await;
    let long = "q".repeat(5000);
    let good = vouchsafe::policy::preset("real-name").unwrap();
    for document in [
        good.replacen("\"checked\"", &format!("\"{long}\""), 1),
        good.replacen("hold_days = 14", &format!("hold_days = \"{long}\""), 1),
        good.replacen("hold_days = 14", &format!("{long} = 14"), 1),
        good.replacen("\"abuse\"", &format!("\"{}\"", "·".repeat(5000)), 1),
        good.replacen("\"passport\"", &format!("\"{long}\""), 1),
        good.replacen(
            "unlimited_roles = [\"owner\"",
            &format!("unlimited_roles = [\"{long}\""),
            1,
        ),
        good.replacen("[invite]", &format!("[{long}]"), 1),
        good.replacen("name = \"Our community\"", &format!("name = \"{long}\""), 1),
        format!("{good}\n{long}"),
        format!("{good}\n[{long}"),
    ] {
        let request = scene
            .service
            .request(Method::PUT, "/v1/admin/policy")
            .bearer_auth(&scene.owner_token);
        let request = request
            .header("If-Match", "\"1\"")
            .json(&json!({ "document": document }));
        let answer = scene.service.send(request).await;
        answer.refused(422, "policy-invalid");
        assert!(longest_run(&answer.body) <= 100, "{}", answer.body);
        assert!(answer.body.to_string().matches('·').count() <= 100, "{}", answer.body);
    }
    for (path, body) in [
        ("/v1/sessions", json!({ long.clone(): 1 })),
        ("/v1/sessions", json!({ "contact": long, "password": long })),
        ("/v1/onboarding", json!({ "code": long, "locale": long })),
        (
            "/v1/onboarding",
            json!({ "code": { long.clone(): { long.clone(): 1 } } }),
        ),
    ] {
        let answer = scene.service.post("", path, body).await;
        assert!(
            answer.status.is_client_error() && longest_run(&answer.body) <= 100,
            "{answer:?}"
        );
    }
    for query in [
        format!("role={long}"),
        format!("{long}=1"),
        format!("limit={long}"),
        format!("cursor={long}"),
    ] {
        let answer = scene
            .service
            .get(&scene.owner_token, &format!("/v1/admin/people?{query}"))
            .await;
        assert!(
            answer.status.is_client_error() && longest_run(&answer.body) <= 100,
            "{answer:?}"
        );
    }
    scene.service.stop().await;
}
