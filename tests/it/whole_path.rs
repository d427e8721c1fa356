//! The main job, from the first invite to the ban and back, over HTTP and real SMTP, with a restart
//! in the middle of onboarding.

use mail_parser::Message;
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::terms::Role;

use crate::support::{
    db::{Database, on_both},
    service::{Answer, HALL, Home, Service, text},
    smtp::{SmtpServer, header},
};

const OWNER: &str = "owner@vouch.example.org";
const OWNER_PASSWORD: &str = "seven quiet herons wade";
const GRACE: &str = "Grace.Hopper@vouch.example.org";
const GRACE_PASSWORD: &str = "nine loud kestrels hover";
/// The standard's own example (GB 11643-1999): valid, and nobody's.
const NUMBER: &str = "11010519491231002X";
const NAME: &str = "张伟";

fn body_of(mail: &Message<'_>) -> String {
    mail.body_text(0).expect("a text part").into_owned()
}

/// The invite's code in a mail: four groups of five.
fn invite_code(mail: &Message<'_>) -> String {
    let body = body_of(mail);
    body.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
        .find(|word| word.len() == 23 && word.matches('-').count() == 3)
        .unwrap_or_else(|| panic!("no code in {body}"))
        .to_owned()
}

/// The one-time code in a mail: six digits.
fn one_time_code(mail: &Message<'_>) -> String {
    let body = body_of(mail);
    body.split_whitespace()
        .find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap_or_else(|| panic!("no code in {body}"))
        .to_owned()
}

/// The newest mail to an address, once there are `count` in all.
fn newest_to(server: &SmtpServer, count: usize, to: &str) -> Message<'static> {
    let mails = server.wait_for(count);
    mails
        .into_iter()
        .rfind(|mail| header(mail, "X-Envelope-To").contains(to))
        .expect("a mail to the address")
}

async fn sign_in(service: &Service, contact: &str, password: &str) -> Value {
    service
        .post("", "/v1/sessions", json!({ "contact": contact, "password": password }))
        .await
        .expect(201)
}

on_both! {
    async fn whole_path(db: &Database) {
        let server = SmtpServer::start();
        let home = Home::new(db, "reviewed").with_smtp(&server);
        let service = home.start().await;
        let owner = service.found(OWNER, Role::Owner, Some(OWNER_PASSWORD)).await;
        let reviewer = service.found("reviewer@vouch.example.org", Role::Reviewer, None).await;
        let signed_in = sign_in(&service, OWNER, OWNER_PASSWORD).await;
        let owner_token = text(&signed_in["access_token"]);

        // 1. The owner invites a person by e-mail address, in Chinese; the mail goes out.
        let invite = json!({ "email": GRACE, "locale": "zh-CN" });
        let key = "7c2f0b52-8f0e-4e63-9a63-5a6c9e1f7d11";
        let create = || {
            service.request(Method::POST, "/v1/me/invites").bearer_auth(&owner_token).header("Idempotency-Key", key)
        };
        let issued = service.send(create().json(&invite)).await;
        assert!(issued.header("vouchsafe-position").is_some());
        let issued = issued.expect(201);
        assert_eq!(issued["state"], "open");
        assert_eq!(issued["code"], Value::Null, "an addressed invite's code goes by mail alone");
        let again = service.send(create().json(&invite)).await.expect(201);
        assert_eq!(again["id"], issued["id"], "the same key is the same invite");
        service
            .send(create().json(&json!({ "email": "somebody.else@vouch.example.org" })))
            .await
            .refused(422, "idempotency-key-reused");
        let mail = newest_to(&server, 1, GRACE);
        assert!(mail.subject().is_some_and(|subject| subject.contains("邀请")), "{:?}", mail.subject());
        assert!(mail.body_html(0).is_some());
        let code = invite_code(&mail);

        // 2. A preview consumes nothing, however often it is opened.
        for _ in 0..10 {
            let preview = service.get("", &format!("/v1/invites/{}", code.to_lowercase())).await.expect(200);
            assert_eq!(preview["inviter"]["id"], signed_in["person"]["id"]);
            assert_eq!(preview["asks"], json!(["contact", "identity", "review", "credentials"]));
            assert!(preview["expires_at"].is_string());
            let head = service.call(Method::HEAD, "", &format!("/v1/invites/{code}"), None).await;
            assert_eq!(head.status, 200);
        }

        // 3. Onboarding: the contact is proved by a code that was mailed.
        let (flow, token) = service.begin(&code).await;
        let step = |name: &str| format!("/v1/onboarding/{flow}{name}");
        service.post(&token, &step("/identity"), identity(NAME, NUMBER)).await.refused(409, "step-out-of-order");
        service
            .post(&token, &step("/contact"), json!({ "email": "mallory@vouch.example.org" }))
            .await
            .refused(422, "contact-mismatch");
        service.post("vsf_wrong", &step("/contact"), json!({})).await.refused(404, "flow-unknown");
        let view = service.post(&token, &step("/contact"), json!({ "email": GRACE })).await.expect(200);
        assert_eq!(view["next"], "contact");
        let proof = one_time_code(&newest_to(&server, 2, GRACE));
        let wrong = if proof == "000000" { "000001" } else { "000000" };
        service.post(&token, &step("/contact/proof"), json!({ "code": wrong })).await.refused(422, "proof-wrong");
        let view = service.post(&token, &step("/contact/proof"), json!({ "code": proof })).await.expect(200);
        assert_eq!(view["next"], "identity");
        let own = service.get(&owner_token, "/v1/me/invites").await.expect(200);
        assert_eq!((&own["items"][0]["state"], &own["items"][0]["held"]), (&json!("held"), &json!(1)));

        // A document that is no document is refused, field by field; a right one goes to a reviewer.
        service
            .post(&token, &step("/identity"), identity(NAME, "110105194912310021"))
            .await
            .refused(422, "document-invalid");
        let view = service.post(&token, &step("/identity"), identity(NAME, NUMBER)).await.expect(200);
        assert_eq!(view["next"], "review");
        service
            .post(&token, &step("/password"), json!({ "password": GRACE_PASSWORD }))
            .await
            .refused(409, "step-out-of-order");

        // The service is restarted here: whatever was done stands.
        service.stop().await;
        let service = home.start().await;
        assert_eq!(service.get(&token, &step("")).await.expect(200)["next"], "review");
        service.get(&owner_token, "/v1/me").await.expect(200);

        // 4. A reviewer sees the case and decides with a reason.
        let reviewer_token = service.token(reviewer.row).await;
        let cases = service.get(&reviewer_token, "/v1/admin/cases?state=open").await.expect(200);
        let case = text(&cases["items"][0]["id"]);
        assert!(!cases.to_string().contains(NAME));
        let claimed = service
            .post(&reviewer_token, &format!("/v1/admin/cases/{case}/claim"), json!({ "reason": "the next in turn" }))
            .await
            .expect(200);
        assert!(claimed.to_string().contains(NAME) && claimed.to_string().contains(NUMBER));
        let decision = json!({ "verdict": "approved", "reason": "the photograph and the name agree" });
        service.post(&reviewer_token, &format!("/v1/admin/cases/{case}/decision"), decision.clone()).await.expect(200);
        service
            .post(&reviewer_token, &format!("/v1/admin/cases/{case}/decision"), decision)
            .await
            .refused(409, "case-decided");
        newest_to(&server, 3, GRACE);

        // The newcomer goes on, and is a member.
        service
            .post(&token, &step("/password"), json!({ "password": "short" }))
            .await
            .refused(422, "password-refused");
        let last = json!({ "password": GRACE_PASSWORD, "handle": "grace" });
        let admitted = service.post(&token, &step("/password"), last.clone()).await;
        let position = admitted.header("vouchsafe-position").expect("a position").to_owned();
        let admitted = admitted.expect(201);
        assert_eq!(admitted["state"], "member");
        let grace = text(&admitted["person"]);
        service.post(&token, &step("/password"), last).await.refused(410, "flow-ended");
        service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-used");

        // 5. Access and refresh tokens, checked by anybody.
        let client = vouchsafe_service(&service).await;
        let session = &admitted["session"];
        let (access, refresh) = (text(&session["access_token"]), text(&session["refresh_token"]));
        let me = service.get(&access, "/v1/me").await.expect(200);
        assert_eq!((&me["id"], &me["assurance"], &me["handle"]), (&json!(grace), &json!("verified"), &json!("grace")));
        assert_eq!(me["inviter"]["id"], signed_in["person"]["id"]);
        assert_eq!(introspect(&service, &client, &access).await, json!({ "active": false }), "it is not for the hall");
        let shown = turn_over_for(&service, &refresh, Some(HALL)).await.expect(200);
        let active = introspect(&service, &client, &text(&shown["access_token"])).await;
        assert_eq!((&active["active"], &active["sub"]), (&json!(true), &json!(grace)));
        service.get(&text(&shown["access_token"]), "/v1/me").await.refused(401, "unauthenticated");
        // A client whose answer was lost asks again.
        let again = turn_over_for(&service, &refresh, Some(HALL)).await.expect(200);
        assert_eq!(again["refresh_token"], shown["refresh_token"]);
        let turned = turn_over(&service, &text(&shown["refresh_token"])).await.expect(200);
        let reused = turn_over(&service, &refresh).await;
        assert_eq!((reused.status.as_u16(), &reused.body["error"]), (400, &json!("invalid_grant")));
        let dead = turn_over(&service, &text(&turned["refresh_token"])).await;
        assert_eq!(dead.body["error"], "invalid_grant", "a token used twice kills its family");
        service.get(&access, "/v1/me").await.refused(401, "session-ended");
        let session = sign_in(&service, "grace.hopper@VOUCH.example.org", GRACE_PASSWORD).await;
        let refresh = text(&session["refresh_token"]);
        let shown = turn_over_for(&service, &refresh, Some(HALL)).await.expect(200);
        let (for_hall, refresh) = (text(&shown["access_token"]), text(&shown["refresh_token"]));
        let access = text(&session["access_token"]);

        // 6. The admin asks who let this person in, whom they let in, and how two are connected.
        let ask = |path: String| {
            service.request(Method::GET, &path).bearer_auth(&owner_token).header("Vouchsafe-At-Least", &position)
        };
        let chain = service.send(ask(format!("/v1/admin/people/{grace}/chain"))).await.expect(200);
        let up: Vec<_> = chain["items"].as_array().expect("a chain").iter().map(|one| text(&one["id"])).collect();
        assert_eq!(up, [grace.clone(), owner.id.to_string()]);
        for list in ["children", "branch"] {
            let below = service.send(ask(format!("/v1/admin/people/{}/{list}", owner.id))).await.expect(200);
            assert_eq!(below["items"][0]["id"], json!(grace), "{list}: {below}");
        }
        let paths = service.send(ask(format!("/v1/admin/paths?from={grace}&to={}", owner.id))).await.expect(200);
        assert!(paths.to_string().contains(&grace), "{paths}");

        // 7. The ban: invites, sessions and tokens are dead at once, also after a restart.
        let link = service.post(&access, "/v1/me/invites", json!({})).await;
        link.refused(403, "not-eligible-to-invite");
        let open = service.post(&access, "/v1/me/invites", json!({ "email": "ada@vouch.example.org" })).await.expect(201);
        let ada_code = invite_code(&newest_to(&server, 4, "ada@vouch.example.org"));
        service.get("", &format!("/v1/invites/{ada_code}")).await.expect(200);
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "two hundred advertisements" });
        let sanction = service.post(&owner_token, &format!("/v1/admin/people/{grace}/sanctions"), ban).await.expect(201);
        let check = async |service: &Service| {
            service.get(&access, "/v1/me").await.refused(401, "session-ended");
            assert_eq!(introspect(service, &client, &for_hall).await, json!({ "active": false }));
            assert_eq!(turn_over(service, &refresh).await.body["error"], "invalid_grant");
            service.get("", &format!("/v1/invites/{ada_code}")).await.refused(410, "invite-closed");
            let (status, slug) = (403, "forbidden");
            service
                .post("", "/v1/sessions", json!({ "contact": GRACE, "password": GRACE_PASSWORD }))
                .await
                .refused(status, slug);
        };
        check(&service).await;
        service.stop().await;
        let service = home.start().await;
        check(&service).await;
        let ledger = service
            .get(&owner_token, &format!("/v1/admin/ledger?subject={grace}&type=person_banned"))
            .await
            .expect(200);
        let entry = &ledger["items"][0];
        assert!(entry.to_string().contains("spam") && entry.to_string().contains(&owner.id.to_string()), "{entry}");
        assert!(!ledger.to_string().contains("advertisements"), "the ledger holds no free text");

        // A lift brings back what it should: the standing and the invites, not the sessions.
        let lift = format!("/v1/admin/people/{grace}/sanctions/{}/lift", text(&sanction["id"]));
        service.post(&owner_token, &lift, json!({ "note": "it was her brother" })).await.expect(200);
        service.get(&access, "/v1/me").await.refused(401, "session-ended");
        service.get("", &format!("/v1/invites/{ada_code}")).await.expect(200);
        let session = sign_in(&service, GRACE, GRACE_PASSWORD).await;
        let own = service.get(&text(&session["access_token"]), "/v1/me/invites").await.expect(200);
        assert_eq!((&own["items"][0]["id"], &own["items"][0]["state"]), (&open["id"], &json!("open")));

        let (store, events) = (service.app.core.ledger.store().clone(), 20);
        let verified = store.snapshot(|conn| vouchsafe::platform::ledger::verify(conn, |_| ())).await.expect("to verify");
        assert_eq!(verified.findings, []);
        assert!(verified.sound > events, "{verified:?}");
        service.stop().await;
    }
}

fn identity(name: &str, number: &str) -> Value {
    json!({ "full_name": name, "document": { "country": "CN", "kind": "cn_resident_id", "number": number } })
}

/// A service that may introspect: its client id and secret.
async fn vouchsafe_service(service: &Service) -> (String, String) {
    service.register_hall().await
}

async fn introspect(service: &Service, (id, secret): &(String, String), token: &str) -> Value {
    let request = service
        .request(Method::POST, "/oauth/introspect")
        .basic_auth(id, Some(secret));
    service.send(request.form(&[("token", token)])).await.expect(200)
}

async fn turn_over(service: &Service, refresh: &str) -> Answer {
    turn_over_for(service, refresh, None).await
}

async fn turn_over_for(service: &Service, refresh: &str, resource: Option<&str>) -> Answer {
    let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", refresh)];
    form.extend(resource.map(|resource| ("resource", resource)));
    service
        .send(service.request(Method::POST, "/oauth/token").form(&form))
        .await
}
