//! Phones: proved by a code, invited to, signed in with, and kept out by country, kind and cost.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;
use vouchsafe::platform::{config::TextGateway, store::Backend, terms::Role};

use super::{PASSWORD, Scene, address, texts};
use crate::support::{
    browser::Browser,
    db::{Database, on_both},
    gateway::{Gateway, Say, field},
    service::text,
};

const CHINESE: &str = "+8613812345678";
const BRITISH: &str = "+447400123456";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A community that takes phones, and the gateway that its messages go to.
struct Phones {
    scene: Scene,
    gateway: Gateway,
}

impl Phones {
    async fn new(db: &Database, contact: &str, phones: &str) -> Self {
        Self::with(db, contact, phones, |_| ()).await
    }

    async fn with(
        db: &Database,
        contact: &str,
        phones: &str,
        configure: impl FnOnce(&mut vouchsafe::platform::config::Config),
    ) -> Self {
        let gateway = Gateway::start(TextGateway::Http).await;
        let scene = Scene::with(db, "open-circle", |config| {
            gateway.configure(config);
            configure(config);
            let seed = config.policy.seed_file.as_ref().unwrap();
            let policy = std::fs::read_to_string(seed).unwrap();
            let asked = format!("contact = \"{contact}\"");
            let policy = policy.replace("contact = \"email\"", &asked);
            let (before, rest) = policy.split_once("[phones]").unwrap();
            let (_, after) = rest.split_once("[invite]").unwrap();
            std::fs::write(seed, format!("{before}[phones]\n{phones}\n[invite]{after}")).unwrap();
        })
        .await;
        Self { scene, gateway }
    }

    /// The messages to a number, once there are so many: what each says, by the name of a parameter.
    async fn sent(&self, to: &str, count: usize, what: &str) -> Vec<String> {
        for _ in 0..400 {
            let seen = self.gateway.seen();
            let to_them = seen.iter().filter(|seen| field(TextGateway::Http, seen, "to") == to);
            let said: Vec<String> = to_them
                .map(|seen| match what {
                    "template" => field(TextGateway::Http, seen, "template"),
                    what => {
                        let body: Value = serde_json::from_str(&seen.body).unwrap();
                        text(&body["parameters"][what])
                    }
                })
                .collect();
            if said.len() >= count {
                assert_eq!(said.len(), count, "{said:?}");
                return said;
            }
            sleep(Duration::from_millis(25)).await;
        }
        panic!("there were never {count} messages")
    }

    async fn contact(&self, flow: &(String, String), body: Value) -> crate::support::service::Answer {
        self.scene.step(&flow.0, &flow.1, "contact", body).await
    }

    async fn join(&self, code: &str, phone: Option<&str>, to: &str, handle: &str) -> Value {
        let before = self
            .gateway
            .seen()
            .iter()
            .filter(|seen| field(TextGateway::Http, seen, "to") == to)
            .count();
        let flow = self.scene.service.begin(code).await;
        let contact = phone.map_or(json!({}), |phone| json!({ "phone": phone }));
        let view = self.contact(&flow, contact).await.expect(200);
        assert!(text(&view["contact_hint"]).ends_with(&to[to.len() - 2..]), "{view}");
        let proof = self.sent(to, before + 1, "code").await.pop().unwrap();
        let proof = json!({ "code": proof });
        self.scene
            .step(&flow.0, &flow.1, "contact/proof", proof)
            .await
            .expect(200);
        let password = json!({ "password": PASSWORD, "handle": handle });
        self.scene
            .step(&flow.0, &flow.1, "password", password)
            .await
            .expect(201)
    }

    async fn policy(&self, from: &str, to: &str) {
        let service = &self.scene.service;
        let token = service.token(self.scene.owner.row).await;
        let held = service.get(&token, "/v1/admin/policy").await;
        let tag = held.header("etag").unwrap().to_owned();
        let document = text(&held.expect(200)["document"]);
        assert!(document.contains(from), "{document}");
        let change = service
            .request(reqwest::Method::PUT, "/v1/admin/policy")
            .bearer_auth(&token);
        let change = change
            .header("If-Match", tag)
            .json(&json!({ "document": document.replace(from, to) }));
        service.send(change).await.expect(200);
    }
}

on_both! {
    async fn a_phone_comes_in_and_signs_in(db: &Database) {
        let all = Phones::new(db, "either", "").await;
        let service = &all.scene.service;
        let code = all.scene.link(3).await;
        let preview = service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        assert_eq!(preview["contact"], "either");
        let joined = all.join(&code, Some("＋８６ １３８ １２３４ ５６７８"), CHINESE, "grace").await;
        let access = text(&joined["session"]["access_token"]);
        let me = service.get(&access, "/v1/me").await.expect(200);
        assert_eq!(me["contact"], CHINESE);

        // Nothing of the number stands in the clear, and nothing of the code.
        let held = texts(db, "SELECT state || ' ' || channel || ' ' || coalesce(last_error, '') AS t FROM outbox");
        assert_eq!(held, ["sent text "]);

        // One phone is one account.
        let flow = service.begin(&code).await;
        all.contact(&flow, json!({ "phone": "+86 138-1234-5678" })).await.expect(200);
        let proof = json!({ "code": all.sent(CHINESE, 2, "code").await.pop().unwrap() });
        all.scene.step(&flow.0, &flow.1, "contact/proof", proof).await.refused(409, "person-limit-reached");

        // By its password, as an address is.
        let sign_in = async |body: Value| service.post("", "/v1/sessions", body).await;
        sign_in(json!({ "contact": "+86 138 1234 5678", "password": PASSWORD })).await.expect(201);
        sign_in(json!({ "contact": CHINESE, "password": "seven quiet herons sleep" })).await.refused(401, "credentials-wrong");
        sign_in(json!({ "contact": BRITISH, "password": PASSWORD })).await.refused(401, "credentials-wrong");
        sign_in(json!({ "contact": "13812345678", "password": PASSWORD })).await.refused(422, "invalid-value");

        // And by a code.
        let ask = async |phone: &str| service.post("", "/v1/sessions/codes", json!({ "phone": phone })).await;
        sign_in(json!({ "contact": CHINESE, "text_code": "000000" })).await.refused(401, "credentials-wrong");
        assert_eq!(ask(CHINESE).await.expect(202), ask(BRITISH).await.expect(202));
        let code = all.sent(CHINESE, 3, "code").await.pop().unwrap();
        assert_eq!(all.sent(CHINESE, 3, "template").await[2], "sign_in");
        // The same one, for its message may only be late.
        ask(CHINESE).await.expect(202);
        assert_eq!(all.sent(CHINESE, 4, "code").await[3], code);
        let wrong = if code == "123456" { "123457" } else { "123456" };
        sign_in(json!({ "contact": CHINESE, "text_code": wrong })).await.refused(401, "credentials-wrong");
        sign_in(json!({ "contact": BRITISH, "text_code": code })).await.refused(401, "credentials-wrong");
        let session = sign_in(json!({ "contact": CHINESE, "text_code": code })).await.expect(201);
        let me = service.get(&text(&session["access_token"]), "/v1/me").await.expect(200);
        assert_eq!(me["handle"], "grace");
        // A number is not changed to an address by its owner.
        let other = json!({ "contact": "grace@example.org" });
        service.post(&text(&session["access_token"]), "/v1/me/address", other).await.refused(409, "phone-kept");
        sign_in(json!({ "contact": CHINESE, "text_code": code })).await.refused(401, "credentials-wrong");
        assert!(all.sent(CHINESE, 4, "template").await.len() == 4 && all.gateway.seen().len() == 4);

        // After ten minutes, or five wrong ones, a code is good no longer.
        ask(CHINESE).await.expect(202);
        let late = all.sent(CHINESE, 5, "code").await.pop().unwrap();
        all.scene.clock.advance(Duration::from_secs(600));
        sign_in(json!({ "contact": CHINESE, "text_code": late })).await.refused(401, "credentials-wrong");
        all.scene.clock.advance(DAY);
        ask(CHINESE).await.expect(202);
        let locked = all.sent(CHINESE, 6, "code").await.pop().unwrap();
        let wrong = if locked == "123456" { "123457" } else { "123456" };
        for _ in 0..5 {
            sign_in(json!({ "contact": CHINESE, "text_code": wrong })).await.refused(401, "credentials-wrong");
        }
        sign_in(json!({ "contact": CHINESE, "text_code": locked })).await.refused(401, "credentials-wrong");

        // An admin finds them by the whole number.
        let owner = service.token(all.scene.owner.row).await;
        let found = service.post(&owner, "/v1/admin/people/search", json!({ "contact": CHINESE })).await.expect(200);
        assert_eq!(found["items"][0]["handle"], "grace");

        // By the page, the same.
        all.scene.clock.advance(DAY);
        let mut browser = Browser::at(&service.base);
        assert!(browser.open("/signin").await.shown().text.contains("/signin/text"));
        let page = browser.open("/signin/text").await.shown();
        let page = browser.submit(&page, "/signin/text", &[("phone", CHINESE)]).await.shown();
        let code = all.sent(CHINESE, 7, "code").await.pop().unwrap();
        let wrong = if code == "123456" { "123457" } else { "123456" };
        for (code, status) in [(wrong, 401), (code.as_str(), 303)] {
            let seen = browser.submit(&page, "/signin/text", &[("phone", CHINESE), ("text_code", code)]).await;
            assert_eq!(seen.status, status, "{}", seen.text);
        }
        browser.open("/account").await.shown();
    }

    async fn an_invite_to_a_phone_is_its_owner_s_alone(db: &Database) {
        let all = Phones::new(db, "either", "").await;
        let service = &all.scene.service;
        let owner = &all.scene.owner_token;
        let invite = service.post(owner, "/v1/me/invites", json!({ "phone": "+86 138 1234 5678", "locale": "zh" })).await.expect(201);
        assert_eq!((text(&invite["kind"]), text(&invite["phone"])), ("phone".into(), CHINESE.into()));
        assert!(invite["code"].is_null() && invite["email"].is_null(), "{invite}");
        let code = all.sent(CHINESE, 1, "code").await.remove(0);
        assert_eq!(all.sent(CHINESE, 1, "template").await, ["invite"]);
        assert!(all.sent(CHINESE, 1, "link").await[0].contains(&code));
        let preview = service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        assert_eq!((text(&preview["contact"]), text(&preview["address_hint"])), ("phone".into(), "+86•••78".into()));
        // Somebody else who has the code.
        let flow = service.begin(&code).await;
        for other in [json!({ "phone": BRITISH }), json!({ "email": address("grace") })] {
            all.contact(&flow, other).await.refused(422, "contact-mismatch");
        }
        assert_eq!(all.gateway.seen().len(), 1, "nobody else is written to");
        // Its owner need not even type the number.
        all.join(&code, None, CHINESE, "grace").await;
        let listed = service.get(owner, "/v1/me/invites").await.expect(200);
        assert_eq!(listed["items"][0]["state"], "used");
        for body in [
            json!({ "phone": CHINESE, "email": address("grace") }),
            json!({ "phone": CHINESE, "max_uses": 2 }),
            json!({ "phone": "+1 800 FLOWERS" }),
            json!({ "phone": "+1 200 555 0100" }),
            json!({ "phone": "+1 900 234 5678" }),
            json!({ "phone": "+881 612 345 678" }),
        ] {
            service.post(owner, "/v1/me/invites", body).await.refused(422, "invalid-value");
        }
        // A gateway that refuses the reader.
        all.gateway.next([Say::Answer(422, String::new())]);
        let dead = service.post(owner, "/v1/me/invites", json!({ "phone": BRITISH })).await.expect(201);
        for _ in 0..400 {
            let listed = service.get(owner, "/v1/me/invites").await.expect(200);
            if listed["items"][0]["undeliverable"] == "refused" {
                return assert_eq!(listed["items"][0]["id"], dead["id"]);
            }
            sleep(Duration::from_millis(25)).await;
        }
        panic!("nobody was told");
    }

    async fn countries_are_kept_out_before_anything_is_typed(db: &Database) {
        let all = Phones::new(db, "phone", "blocked_countries = ['GB']").await;
        let service = &all.scene.service;
        let owner = &all.scene.owner_token;
        service.post(owner, "/v1/me/invites", json!({ "phone": BRITISH })).await.refused(403, "country-not-accepted");
        service.post(owner, "/v1/me/invites", json!({ "email": address("grace") })).await.refused(422, "invalid-value");
        let link = all.scene.link(5).await;
        let preview = service.get("", &format!("/v1/invites/{link}")).await.expect(200);
        assert_eq!((&preview["contact"], &preview["blocked_phone_countries"]), (&json!("phone"), &json!(["GB"])));
        let flow = service.begin(&link).await;
        all.contact(&flow, json!({ "phone": BRITISH })).await.refused(403, "country-not-accepted");
        for body in [json!({ "email": address("grace") }), json!({ "phone": "+1 900 234 5678" }), json!({ "phone": "07400 123456" })] {
            all.contact(&flow, body).await.refused(422, "invalid-value");
        }
        all.contact(&flow, json!({ "phone": CHINESE })).await.expect(200);
        assert_eq!(all.sent(CHINESE, 1, "template").await, ["proof"]);

        // Blocked after the invite was sent: its reader is told at the preview, and gets no code.
        service.post(owner, "/v1/me/invites", json!({ "phone": CHINESE })).await.expect(201);
        let code = all.sent(CHINESE, 2, "code").await.pop().unwrap();
        let started = service.begin(&code).await;
        all.policy("blocked_countries = ['GB']", "countries = ['US']").await;
        service.get("", &format!("/v1/invites/{code}")).await.refused(403, "country-not-accepted");
        all.contact(&started, json!({})).await.refused(403, "country-not-accepted");
        assert_eq!(all.gateway.seen().len(), 2);
    }

    async fn what_text_messages_may_cost_is_bounded(db: &Database) {
        let all = Phones::with(db, "phone", "", |config| {
            config.texts.per_recipient_per_day = 2;
            config.texts.per_inviter_per_day = 5;
        }).await;
        let service = &all.scene.service;
        let link = all.scene.link(50).await;
        // To one number, by however many ways in.
        for nth in 0..3 {
            let flow = service.begin(&link).await;
            let answer = all.contact(&flow, json!({ "phone": CHINESE })).await;
            match nth {
                2 => {
                    answer.refused(429, "text-limit-reached");
                    assert!(answer.body["retry_after"].as_u64().unwrap() > 3600, "{}", answer.body);
                    assert_eq!(answer.body["field"], "/phone");
                }
                _ => drop(answer.expect(200)),
            }
        }
        // Whoever is no member is counted as whoever is: the answer says nothing.
        let ask = async |phone: &str| service.post("", "/v1/sessions/codes", json!({ "phone": phone })).await;
        ask(CHINESE).await.refused(429, "text-limit-reached");
        for _ in 0..2 {
            ask(BRITISH).await.expect(202);
        }
        ask(BRITISH).await.refused(429, "text-limit-reached");
        // On account of one inviter, to however many numbers: three are left.
        for nth in 0..4 {
            let flow = service.begin(&link).await;
            let answer = all.contact(&flow, json!({ "phone": format!("+861380000000{nth}") })).await;
            match nth {
                3 => answer.refused(429, "text-limit-reached"),
                _ => drop(answer.expect(200)),
            }
        }
        // Another's invites are another account.
        let (_, token) = all.scene.member("other", Role::Admin).await;
        let link = text(&service.post(&token, "/v1/me/invites", json!({})).await.expect(201)["code"]);
        let flow = service.begin(&link).await;
        all.contact(&flow, json!({ "phone": "+8613800000004" })).await.expect(200);
        // An invite shows it, and says nothing of what others have sent.
        let invite = async |phone: &str, why: &str| {
            let sent = service.post(&token, "/v1/me/invites", json!({ "phone": phone })).await.expect(201);
            for _ in 0..400 {
                let listed = service.get(&token, "/v1/me/invites").await.expect(200);
                let mut items = listed["items"].as_array().unwrap().iter();
                let it = items.find(|item| item["id"] == sent["id"]).unwrap();
                if it["undeliverable"] == why {
                    return;
                }
                sleep(Duration::from_millis(25)).await;
            }
            panic!("it was never {why}");
        };
        invite(CHINESE, "refused").await;
    }

    async fn a_code_lets_in_once_and_is_guessed_at_five_times(db: &Database) {
        let all = Phones::new(db, "phone", "").await;
        let service = &all.scene.service;
        let code = all.scene.link(1).await;
        all.join(&code, Some(CHINESE), CHINESE, "grace").await;
        let at_once = async |guesses: Vec<String>| {
            let tried = guesses.iter().map(|guess| {
                service.post("", "/v1/sessions", json!({ "contact": CHINESE, "text_code": guess }))
            });
            let answers = futures_util::future::join_all(tried).await;
            answers.iter().filter(|answer| answer.status == 201).count()
        };
        let ask = async |count: usize| {
            service.post("", "/v1/sessions/codes", json!({ "phone": CHINESE })).await.expect(202);
            all.sent(CHINESE, count, "code").await.pop().unwrap()
        };
        let code = ask(2).await;
        assert_eq!(at_once(vec![code; 5]).await, 1, "one code is one session");
        let code = ask(3).await;
        let wrong = (0..40).map(|n| format!("{n:06}")).filter(|guess| *guess != code);
        assert_eq!(at_once(wrong.collect()).await, 0);
        assert_eq!(at_once(vec![code]).await, 0, "five guesses were made, and no more are heard");
    }
}

/// What a thief of the disk finds: no number and no code, whether a message waits, has left or was given up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_holds_no_number_and_no_code() {
    let db = Database::fresh(Backend::Sqlite);
    let all = Phones::new(&db, "phone", "").await;
    let service = &all.scene.service;
    let link = all.scene.link(1).await;
    all.join(&link, Some(CHINESE), CHINESE, "grace").await;
    all.gateway.next([Say::Answer(422, String::new())]);
    let owner = &all.scene.owner_token;
    service
        .post(owner, "/v1/me/invites", json!({ "phone": BRITISH }))
        .await
        .expect(201);
    let invited = all.sent(BRITISH, 1, "code").await.remove(0);
    service
        .post("", "/v1/sessions/codes", json!({ "phone": CHINESE }))
        .await
        .expect(202);
    let codes = all.sent(CHINESE, 2, "code").await;
    let mut read = 0;
    for entry in std::fs::read_dir(db.path().parent().unwrap()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        read += bytes.len();
        for secret in [&CHINESE[3..], &BRITISH[3..], &invited, &invited.replace('-', "")] {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} stands in the database");
        }
    }
    assert!(read > 4096 && codes.len() == 2, "the database's files were read");
}
