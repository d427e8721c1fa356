//! Reviewers over HTTP: reasons are words, nobody decides about their own, a place is kept while a case waits, a final
//! refusal holds whatever is tried, and no letter promises what is no longer so.

use std::{fs, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{
    store::Backend,
    terms::{Clock, Role},
};

use super::{PASSWORD, Scene, address, described, identity, nobody, resident_id, resolved};
use crate::support::{
    db::{Database, on_both},
    service::{Answer, text},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// One that nobody below let in.
struct Reviewer<'a> {
    scene: &'a Scene,
    token: String,
}

impl<'a> Reviewer<'a> {
    async fn of(scene: &'a Scene, name: &str) -> Self {
        let (_, token) = scene.member(name, Role::Reviewer).await;
        Self { scene, token }
    }

    async fn case_of(&self, flow: &str) -> String {
        let cases = self
            .scene
            .service
            .get(&self.token, "/v1/admin/cases?limit=200")
            .await
            .expect(200);
        let case = cases["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|case| case["flow"] == flow);
        format!("/v1/admin/cases/{}", text(&case.expect("an open case")["id"]))
    }

    async fn claim(&self, case: &str) -> Answer {
        let body = json!({ "reason": "the next in turn" });
        self.scene
            .service
            .post(&self.token, &format!("{case}/claim"), body)
            .await
    }

    async fn decide(&self, case: &str, verdict: &str) -> Answer {
        let body = json!({ "verdict": verdict, "reason": "name and number agree, or not" });
        self.scene
            .service
            .post(&self.token, &format!("{case}/decision"), body)
            .await
    }

    async fn judge(&self, flow: &str, verdict: &str) -> Value {
        let case = self.case_of(flow).await;
        self.claim(&case).await.expect(200);
        self.decide(&case, verdict).await.expect(200)
    }
}

/// The policy of a preset, changed.
async fn change(scene: &Scene, preset: &str, changes: &[(&str, &str)]) {
    let mut document = vouchsafe::policy::preset(preset).unwrap().to_owned();
    for (from, to) in changes {
        assert!(document.contains(from), "{from}");
        document = document.replace(from, to);
    }
    let owner = scene.service.token(scene.owner.row).await;
    let etag = scene.service.get(&owner, "/v1/admin/policy").await;
    let etag = etag.header("etag").expect("an ETag").to_owned();
    let request = scene.service.request(Method::PUT, "/v1/admin/policy");
    let request = request.bearer_auth(owner).header("If-Match", etag);
    scene
        .service
        .send(request.json(&json!({ "document": document })))
        .await
        .expect(200);
}

/// Waits until there were so many letters of this kind, and demands that there are no more.
async fn letters(db: &Database, kind: &str, many: i64) {
    let found = || db.figures(&format!("SELECT count(*) AS n FROM outbox WHERE kind = '{kind}'"))[0];
    for _ in 0..800 {
        if found() >= many {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(found(), many, "letters about {kind}");
}

on_both! {
    /// Every reason in words that the description knows of is refused where it is none.
    async fn a_reason_is_words_wherever_one_is_given(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let (member, _) = scene.member("member", Role::Member).await;
        let document = described();
        let mut tried = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            // A service shows its own credentials; its words are tried with the rooms.
            if path.starts_with("/v1/filters/") {
                continue;
            }
            for (verb, operation) in item.as_object().unwrap() {
                let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else { continue };
                let schema = resolved(&document, schema);
                for name in ["reason", "note"] {
                    let property = &schema["properties"][name];
                    // A code of a closed list is no free text.
                    let either = property["oneOf"].as_array().into_iter().flatten();
                    let listed = either.chain([property]).any(|form| !resolved(&document, form)["enum"].is_null());
                    if property.is_null() || listed {
                        continue;
                    }
                    assert_eq!((&property["minLength"], &property["maxLength"]), (&json!(8), &json!(2000)), "{path}");
                    let path = path
                        .replace("people/{id}", &format!("people/{}", member.id))
                        .replace("{sanction}", &nobody("sanction"))
                        .replace("{application}", &nobody("application"))
                        .replace("cases/{id}", &format!("cases/{}", nobody("case")))
                        .replace("actions/{id}", &format!("actions/{}", nobody("action")))
                        .replace("appeals/{id}", &format!("appeals/{}", nobody("appeal")))
                        .replace("leads/{id}", &format!("leads/{}", nobody("lead")))
                        .replace("refusals/{id}", &format!("refusals/{}", nobody("refusal")));
                    let verdict = if path.contains("appeals") { "upheld" } else { "approved" };
                    let mut body = json!({
                        "people": [member.id], "person": member.id, "selection": { "people": [member.id] }, "root": true,
                        "kind": "ban", "reason": "other", "verdict": verdict, "places": 1,
                    });
                    body.as_object_mut().unwrap().retain(|key, _| !schema["properties"][key].is_null());
                    for none in ["", ".", "in turn", "........", "字字字字字字字字字", " \u{200b}\u{200b}\u{200b}spam ", "a . a . a . a"] {
                        body[name] = json!(none);
                        let verb = verb.to_uppercase().parse().unwrap();
                        let answer = scene.service.call(verb, &scene.owner_token, &path, Some(body.clone())).await;
                        answer.refused(422, "invalid-value");
                        assert_eq!(answer.body["field"], format!("/{name}"), "{path} {none:?}");
                        tried += 1;
                    }
                }
            }
        }
        assert!(tried >= 6 * 7, "{tried} reasons were tried");
        assert_eq!(db.figures("SELECT count(*) AS n FROM sanctions"), [0]);
        scene.service.stop().await;
    }

    /// Somebody lets a puppet in and is a reviewer themself; so is whom they let in before.
    async fn nobody_decides_about_their_own(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let service = &scene.service;
        // The owner has let the reviewer in, and the reviewer the puppet.
        let other = Reviewer::of(&scene, "other").await;
        let let_in = async |inviter: &str, name: &str, n: u32, password: bool| {
            let link = service.post(inviter, "/v1/me/invites", json!({ "email": address(name) })).await.expect(201);
            let code = service.code_of(&text(&link["id"])).await;
            let (flow, token) = scene.proved(&code, name).await;
            scene.step(&flow, &token, "identity", identity("王芳", &resident_id(n))).await.expect(200);
            if !password {
                return (flow, String::new(), String::new());
            }
            other.judge(&flow, "approved").await;
            let admitted = scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await.expect(201);
            (flow, text(&admitted["session"]["access_token"]), text(&admitted["person"]))
        };
        let appoint = async |person: &str| {
            let body = json!({ "role": "reviewer", "reason": "duty" });
            let path = format!("/v1/admin/people/{person}/role");
            service.call(Method::PUT, &scene.owner_token, &path, Some(body)).await.expect(200);
        };
        let (_, one, person) = let_in(&scene.owner_token, "one", 1, true).await;
        appoint(&person).await;
        let (_, puppet, person) = let_in(&one, "puppet", 2, true).await;
        appoint(&person).await;
        let reviewers = [&scene.owner_token, &one, &puppet];
        // By whose invite, and which of the three are too close to it.
        for (n, (inviter, close)) in [
            (&scene.owner_token, [true, true, false]),
            (&one, [true, true, true]),
            (&puppet, [false, true, true]),
            (&other.token, [false, false, false]),
        ]
        .into_iter()
        .enumerate()
        {
            let n = u32::try_from(n).unwrap();
            let (flow, ..) = let_in(inviter, &format!("newcomer-{n}"), 10 + n, false).await;
            let case = other.case_of(&flow).await;
            for (token, close) in reviewers.into_iter().zip(close) {
                let reviewer = Reviewer { scene: &scene, token: token.clone() };
                let met = reviewer.claim(&case).await;
                if close {
                    met.refused(409, "review-conflict");
                    reviewer.decide(&case, "approved").await.refused(409, "review-conflict");
                } else {
                    met.expect(200);
                    let path = format!("{case}/release");
                    let body = json!({ "reason": "for another reviewer" });
                    service.post(token, &path, body).await.expect(204);
                }
            }
        }
        scene.service.stop().await;
    }

    /// A community of one owner: nobody else could decide, and the policy says whether they may.
    async fn an_owner_alone_is_told_what_to_do(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let owner = Reviewer { scene: &scene, token: scene.owner_token.clone() };
        let (flow, token) = scene.proved(&scene.link(1).await, "newcomer").await;
        scene.step(&flow, &token, "identity", identity("王芳", &resident_id(1))).await.expect(200);
        let case = owner.case_of(&flow).await;
        let refused = owner.claim(&case).await;
        refused.refused(409, "review-conflict");
        assert!(text(&refused.body["detail"]).contains("review.sole_owner"), "{}", refused.body);
        change(&scene, "reviewed", &[("sole_owner = false", "sole_owner = true")]).await;
        owner.claim(&case).await.expect(200);
        owner.decide(&case, "approved").await.expect(200);
        scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await.expect(201);
        scene.service.stop().await;
    }

    /// The same invite, another one to the same address, the same document by somebody else's: nothing of it leads
    /// to another reviewer before an admin has lifted the refusal.
    async fn a_final_refusal_is_final_until_it_is_lifted(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let service = &scene.service;
        let reviewer = Reviewer::of(&scene, "reviewer").await;
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let invite = async |to: &str| {
            let invite = service.post(&scene.owner_token, "/v1/me/invites", json!({ "email": address(to) })).await;
            let id = text(&invite.expect(201)["id"]);
            (service.code_of(&id).await, id)
        };
        let (code, id) = invite("grace").await;
        let (flow, token) = scene.proved(&code, "grace").await;
        scene.step(&flow, &token, "identity", identity("王芳", &resident_id(1))).await.expect(200);
        reviewer.judge(&flow, "refused").await;
        // At once, and whatever subscribers do.
        service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-closed");
        service.post("", "/v1/onboarding", json!({ "code": code })).await.refused(410, "invite-closed");
        let mine = service.get(&scene.owner_token, "/v1/me/invites").await.expect(200);
        let state = |mine: &Value, id: &str| {
            let all = mine["items"].as_array().unwrap().clone();
            all.into_iter().find(|invite| invite["id"] == id).unwrap()["state"].clone()
        };
        assert_eq!(state(&mine, &id), "refused");

        // The address by another invite.
        let (again, _) = invite("grace").await;
        let (other, other_token) = scene.asked(&again, "grace").await;
        let proof = json!({ "code": service.proof_of(&other).await });
        let bound = scene.step(&other, &other_token, "contact/proof", proof).await;
        bound.refused(409, "registration-refused");
        // By a link, and as somebody else, with the document.
        let link = scene.link(2).await;
        let (other, other_token) = scene.asked(&link, "grace").await;
        let proof = json!({ "code": service.proof_of(&other).await });
        scene.step(&other, &other_token, "contact/proof", proof).await.refused(409, "registration-refused");
        let (puppet, puppet_token) = scene.proved(&link, "puppet").await;
        let view = scene.step(&puppet, &puppet_token, "identity", identity("李娜", &resident_id(1))).await.expect(200);
        assert_eq!(view["next"], "review");
        let case = reviewer.case_of(&puppet).await;
        let shown = reviewer.claim(&case).await.expect(200);
        assert_eq!(shown["known"], json!({ "members": 0, "others": 1, "refused": true, "sent_back": 0 }));
        reviewer.decide(&case, "approved").await.refused(409, "document-bound");

        // Only an admin who is not close to it lifts it, with words; it is listed until then.
        let listed = service.get(&admin, "/v1/admin/refusals").await.expect(200);
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
        let text_of = listed.to_string();
        assert!(!text_of.contains("王芳") && !text_of.contains(&address("grace")), "{text_of}");
        assert_eq!(listed["items"][0]["reason"], "name and number agree, or not");
        let lift = format!("/v1/admin/refusals/{}/lift", text(&listed["items"][0]["id"]));
        let why = json!({ "reason": "it was another of that name" });
        service.post(&scene.owner_token, &lift, why.clone()).await.refused(409, "review-conflict");
        service.post(&reviewer.token, &lift, why.clone()).await.refused(403, "forbidden");
        let lifted = service.post(&admin, &lift, why.clone()).await.expect(200);
        assert_eq!(lifted["lift_reason"], "it was another of that name");
        service.post(&admin, &lift, why).await.refused(404, "refusal-unknown");
        let listed = service.get(&admin, "/v1/admin/refusals").await.expect(200);
        assert_eq!(listed["items"], json!([]));
        let listed = service.get(&admin, "/v1/admin/refusals?lifted=true").await.expect(200);
        assert_eq!(listed["items"][0]["id"], lifted["id"]);
        reviewer.decide(&case, "retry").await.expect(200);
        // The invite leads in again.
        let (flow, token) = scene.proved(&code, "grace").await;
        scene.step(&flow, &token, "identity", identity("王芳", &resident_id(1))).await.expect(200);
        reviewer.judge(&flow, "approved").await;
        scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await.expect(201);
        scene.service.stop().await;
    }

    /// A place is held for a day, and a reviewer takes three months.
    async fn a_case_keeps_its_place_while_it_waits(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let service = &scene.service;
        change(&scene, "reviewed", &[("hold_days = 14 ", "hold_days = 1 "), ("wait_days = 365", "wait_days = 100")]).await;
        let code = scene.link(1).await;
        let (flow, token) = scene.proved(&code, "patient").await;
        let view = scene.step(&flow, &token, "identity", identity("王芳", &resident_id(1))).await.expect(200);
        assert_eq!(text(&view["expires_at"]), scene.clock.now().after(DAY * 100).to_string());
        scene.clock.advance(DAY * 90);
        let reviewer = Reviewer::of(&scene, "reviewer").await;
        let look = async || service.get(&token, &format!("/v1/onboarding/{flow}")).await.expect(200);
        assert_eq!((&look().await["state"], &look().await["next"]), (&json!("in_progress"), &json!("review")));
        // Nobody else gets the place meanwhile.
        let (other, other_token) = scene.asked(&code, "other").await;
        let proof = json!({ "code": service.proof_of(&other).await });
        scene.step(&other, &other_token, "contact/proof", proof).await.refused(410, "invite-expired");
        reviewer.judge(&flow, "approved").await;
        letters(db, "decision", 1).await;
        let until = scene.clock.now().after(DAY);
        assert_eq!(text(&look().await["expires_at"]), until.to_string());
        // It is the newcomer's turn, and they have as long as any newcomer.
        scene.clock.set(until.before(Duration::from_secs(1)));
        scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await.expect(201);
        scene.service.stop().await;
    }

    /// Who has waited for as long as the policy lets a case wait: nobody approves them, and nobody writes to them.
    async fn a_case_that_has_waited_in_vain_leaves_the_queue(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let service = &scene.service;
        change(&scene, "reviewed", &[("wait_days = 365", "wait_days = 20")]).await;
        let code = scene.link(1).await;
        let (flow, token) = scene.proved(&code, "patient").await;
        scene.step(&flow, &token, "identity", identity("王芳", &resident_id(1))).await.expect(200);
        let reviewer = Reviewer::of(&scene, "early").await;
        let case = reviewer.case_of(&flow).await;
        scene.clock.advance(DAY * 20);
        let reviewer = Reviewer::of(&scene, "late").await;
        let open = service.get(&reviewer.token, "/v1/admin/cases").await.expect(200);
        assert_eq!(open["items"], json!([]));
        reviewer.claim(&case).await.refused(410, "case-lapsed");
        reviewer.decide(&case, "approved").await.refused(410, "case-lapsed");
        assert_eq!(service.get(&reviewer.token, &case).await.expect(200)["state"], "withdrawn");
        let view = service.get(&token, &format!("/v1/onboarding/{flow}")).await.expect(200);
        assert!(["lapsed", "ended"].contains(&text(&view["state"]).as_str()), "{view}");
        // By itself, within seconds: the place is free again.
        for _ in 0..600 {
            if db.figures("SELECT count(*) AS n FROM cases WHERE state = 'open'") == [0] {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(db.figures("SELECT count(*) AS n FROM cases WHERE state = 'withdrawn'"), [1]);
        assert_eq!(db.figures("SELECT held AS n FROM invites"), [0]);
        letters(db, "decision", 0).await;
        scene.service.stop().await;
    }

    /// An approval of somebody who cannot come in any more: nobody tells them that one step is left.
    async fn no_letter_tells_of_a_step_that_cannot_be_taken(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let service = &scene.service;
        let reviewer = Reviewer::of(&scene, "reviewer").await;
        let mut flows = Vec::new();
        for n in 1..=2 {
            let link = service.post(&scene.owner_token, "/v1/me/invites", json!({ "max_uses": 1 })).await.expect(201);
            let (flow, token) = scene.proved(&text(&link["code"]), &format!("newcomer-{n}")).await;
            scene.step(&flow, &token, "identity", identity("王芳", &resident_id(n))).await.expect(200);
            flows.push((flow, text(&link["id"])));
        }
        let revoke = format!("/v1/me/invites/{}", flows[0].1);
        service.call(Method::DELETE, &scene.owner_token, &revoke, None).await.expect(204);
        // The subscriber comes to them in this order.
        for (flow, _) in &flows {
            reviewer.judge(flow, "approved").await;
        }
        letters(db, "decision", 1).await;
        scene.service.stop().await;
    }

    async fn a_reviewer_has_three_cases_at_once_and_gives_one_back(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let service = &scene.service;
        let (one, other) = (Reviewer::of(&scene, "one").await, Reviewer::of(&scene, "other").await);
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let code = scene.link(4).await;
        let mut cases = Vec::new();
        for n in 1..=4 {
            let (flow, token) = scene.proved(&code, &format!("newcomer-{n}")).await;
            scene.step(&flow, &token, "identity", identity("王芳", &resident_id(n))).await.expect(200);
            cases.push(one.case_of(&flow).await);
        }
        for case in &cases[..3] {
            one.claim(case).await.expect(200);
        }
        one.claim(&cases[3]).await.refused(409, "claims-exhausted");
        let release = async |token: &str, case: &str| {
            service.post(token, &format!("{case}/release"), json!({ "reason": "she is ill today" })).await
        };
        release(&other.token, &cases[0]).await.refused(409, "case-claimed");
        release(&one.token, &cases[0]).await.expect(204);
        one.claim(&cases[3]).await.expect(200);
        release(&admin, &cases[1]).await.expect(204);
        other.claim(&cases[1]).await.expect(200);
        one.decide(&cases[1], "approved").await.refused(409, "case-claimed");
        release(&admin, &cases[0]).await.refused(409, "step-out-of-order");
        assert_eq!(db.figures("SELECT count(*) AS n FROM events WHERE kind = 'claim_released'"), [2]);
        scene.service.stop().await;
    }

    /// More names than a reviewer is shown in a day: refused with the time to wait, and the owners hear of it once.
    async fn the_owners_hear_of_whoever_wants_more_names(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        change(&scene, "reviewed", &[("names_per_day = 100", "names_per_day = 1"), ("claims = 3 ", "claims = 9 ")]).await;
        scene.member("second-owner", Role::Owner).await;
        let (member, token) = scene.member("curious", Role::Reviewer).await;
        let reviewer = Reviewer { scene: &scene, token };
        let code = scene.link(3).await;
        let mut cases = Vec::new();
        for n in 1..=3 {
            let (flow, token) = scene.proved(&code, &format!("newcomer-{n}")).await;
            scene.step(&flow, &token, "identity", identity("王芳", &resident_id(n))).await.expect(200);
            cases.push(reviewer.case_of(&flow).await);
        }
        reviewer.claim(&cases[0]).await.expect(200);
        for case in [&cases[1], &cases[2], &cases[1]] {
            let refused = reviewer.claim(case).await;
            refused.refused(429, "names-exhausted");
            let wait: u32 = refused.header("retry-after").expect("a time to wait").parse().unwrap();
            assert!((86_000..=86_401).contains(&wait), "{wait}");
        }
        // One for each owner.
        letters(db, "names-withheld", 2).await;
        let ledger = scene.service.get(&scene.owner_token, "/v1/admin/ledger?type=names_withheld").await.expect(200);
        assert_eq!(ledger["items"].as_array().map(Vec::len), Some(1), "{ledger}");
        assert_eq!(ledger["items"][0]["details"]["person"], member.id.to_string());
        assert_eq!(ledger["items"][0]["details"]["shown"], 1);
        scene.service.stop().await;
    }
}

/// What an owner reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_letter_to_an_owner_says_who_and_how_many_and_no_name() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    change(&scene, "reviewed", &[("names_per_day = 100", "names_per_day = 1")]).await;
    let (member, token) = scene.member("curious", Role::Reviewer).await;
    let reviewer = Reviewer { scene: &scene, token };
    let code = scene.link(2).await;
    for n in 1..=2 {
        let (flow, token) = scene.proved(&code, &format!("newcomer-{n}")).await;
        let given = identity("王芳", &resident_id(n));
        scene.step(&flow, &token, "identity", given).await.expect(200);
        let case = reviewer.case_of(&flow).await;
        let met = reviewer.claim(&case).await;
        assert_eq!(met.status.as_u16(), if n == 1 { 200 } else { 429 });
    }
    let written = async || {
        let read = fs::read_dir(scene.home.mailbox()).map(|folder| {
            folder
                .flatten()
                .filter_map(|entry| fs::read_to_string(entry.path()).ok())
                .find(|letter| letter.contains("wants to see more names"))
        });
        read.ok().flatten()
    };
    let mut letter = written().await;
    for _ in 0..800 {
        if letter.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
        letter = written().await;
    }
    let letter = letter.expect("a letter").replace("=\r\n", "").replace("=\n", "");
    assert!(letter.contains(&format!("To: {}", address("owner"))), "{letter}");
    assert!(
        letter.contains(&member.id.to_string()) && letter.contains("1 names"),
        "{letter}"
    );
    assert!(!letter.contains("王芳"), "{letter}");
    scene.service.stop().await;
}
