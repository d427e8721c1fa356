//! A request whose answer was lost is sent again under the same key: it gets the answer of the first,
//! and does nothing again.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{store::Backend, terms::Role};

use super::{
    Operation, PASSWORD, Scene, address, described, form, identity, new_service, nobody, resident_id, texts,
    without::WITHOUT,
};
use crate::support::{
    db::{Database, on_both},
    service::{Answer, text},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The key of a test, by a short name of it.
fn key(name: &str) -> String {
    format!("a-key-that-is-long-enough-{name}")
}

fn is_declared(operation: &Operation) -> bool {
    let document = described();
    let verb = operation.verb.as_str().to_lowercase();
    let parameters = &document["paths"][&operation.path][&verb]["parameters"];
    let is_key = |one: &&Value| one["in"] == "header" && one["name"] == "Idempotency-Key";
    parameters.as_array().into_iter().flatten().filter(is_key).count() == 1
}

fn posts() -> Vec<Operation> {
    let mut all = Operation::all();
    all.retain(|operation| operation.verb == Method::POST);
    all
}

#[test]
fn every_post_takes_a_key_or_says_why_not() {
    let posts = posts();
    for operation in &posts {
        let excused = WITHOUT.iter().any(|(id, _)| *id == operation.id);
        assert_ne!(
            is_declared(operation),
            excused,
            "{}: it declares Idempotency-Key, or stands in the list of those that need none",
            operation.id
        );
    }
    for (id, _) in WITHOUT {
        assert!(posts.iter().any(|operation| operation.id == *id), "{id} is no POST");
    }
}

/// What declares a key reads it, and what does not, does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_read_where_it_is_declared() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let credentials = new_service(&scene.service).await;
    for operation in posts() {
        let kind = operation.path.trim_start_matches("/v1/admin/").split('/').next();
        let id = match kind {
            Some("cases") => nobody("case"),
            Some("jobs") => nobody("job"),
            Some("actions") => nobody("action"),
            Some("appeals") => nobody("appeal"),
            Some("refusals") => nobody("refusal"),
            Some("invites") => nobody("invite"),
            _ if operation.path.starts_with("/v1/me/invites") => nobody("invite"),
            _ => nobody("person"),
        };
        let path = operation.path.replace("{id}", &id).replace("{flow}", &nobody("flow"));
        let path = path.replace("{code}", "ABCDE-FGHJK-MNPQR-STUVW");
        let path = path
            .replace("{sanction}", &nobody("sanction"))
            .replace("{application}", &nobody("application"))
            .replace("{room}", "nowhere")
            .replace("{subscriber}", "invite-mails")
            .replace("{number}", "1")
            .replace("{token}", "nobody-s")
            .replace("{message}", "nobody-s");
        let request = operation.request(&scene.service, &path);
        let request = match operation.path.starts_with("/v1/filters/") {
            true => request.basic_auth(&credentials.0, Some(&credentials.1)),
            false => request.bearer_auth(&scene.owner_token),
        };
        let request = request.header("Idempotency-Key", "k".repeat(256));
        let answer = scene.service.send(request).await;
        let refused = answer.status == 400 && answer.body["field"] == "Idempotency-Key";
        assert_eq!(refused, is_declared(&operation), "{}: {answer:?}", operation.id);
    }
    scene.service.stop().await;
}

impl Scene {
    pub async fn keyed(&self, token: &str, path: &str, key: &str, body: &Value) -> Answer {
        let request = self.service.request(Method::POST, path).bearer_auth(token);
        let request = request.header("Idempotency-Key", self::key(key));
        self.service.send(with_body(request, body)).await
    }
}

/// JSON, or a file where it is a text.
fn with_body(request: reqwest::RequestBuilder, body: &Value) -> reqwest::RequestBuilder {
    match body {
        Value::String(file) => request.header("Content-Type", "text/csv").body(file.clone()),
        body => request.json(body),
    }
}

/// What the store keeps, in one column, of the requests that had a key.
fn kept(db: &Database, column: &str) -> Vec<String> {
    let hex = match db.target().backend() {
        Backend::Sqlite => format!("hex({column})"),
        Backend::Postgres => format!("encode({column}, 'hex')"),
    };
    texts(db, &format!("SELECT {hex} AS t FROM idempotency"))
}

on_both! {
    /// Whoever opens a link has no name yet: whatever key they send, each has a flow of their own.
    async fn newcomers_by_one_link_share_no_flow(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let code = scene.link(3).await;
        let body = json!({ "code": code });
        let first = scene.keyed("", "/v1/onboarding", "one", &body).await.expect(201);
        let second = scene.keyed("", "/v1/onboarding", "one", &body).await.expect(201);
        assert_ne!((&second["flow"], &second["flow_token"]), (&first["flow"], &first["flow_token"]));
        assert_eq!(db.figures("SELECT uses + held AS n FROM invites"), [0]);
        scene.service.stop().await;
    }

    /// The stranger of an attack: the key of somebody's sign-in, with what may be known of them.
    async fn a_sign_in_is_nobody_else_s(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        scene.service.found("ada@example.org", Role::Owner, Some(PASSWORD)).await;
        let password = json!({ "contact": "ada@example.org", "password": PASSWORD });
        let hers = scene.keyed("", "/v1/sessions", "one", &password).await.expect(201);
        for guess in [
            json!({ "one_time_code": "ada@example.org" }),
            json!({ "contact": "ada@example.org", "password": "not her password" }),
        ] {
            scene.keyed("", "/v1/sessions", "one", &guess).await.refused(401, "credentials-wrong");
        }
        let again = scene.keyed("", "/v1/sessions", "one", &password).await.expect(201);
        assert_ne!(again["session"]["id"], hers["session"]["id"]);
        assert_eq!(db.figures("SELECT count(*) AS n FROM idempotency"), [0]);
        scene.service.stop().await;
    }

    /// Every operation that takes a key, by the description: of somebody's request under a key, the same request
    /// under the same key tells another caller nothing. Who may make it is answered as if nobody had used the key;
    /// who may not, as always.
    async fn a_key_is_its_caller_s_alone(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let service = &scene.service;
        let (_, second) = scene.member("second", Role::Owner).await;
        let (_, third) = scene.member("third", Role::Member).await;
        let (target, _) = scene.member("target", Role::Member).await;
        scene.room(&scene.owner_token, "stage").await;
        let server = text(&service.get(&scene.owner_token, "/v1/admin/room-servers").await.expect(200)["items"][0]["id"]);
        // Of whom nobody here is too close to decide.
        let (_, host) = scene.member("host", Role::Owner).await;
        let link = service.post(&host, "/v1/me/invites", json!({ "max_uses": 9 })).await.expect(201);
        let code = text(&link["code"]);
        let (flow, token) = scene.proved(&code, "newcomer").await;
        let (other_flow, other_token) = scene.proved(&code, "other").await;
        let credentials = new_service(service).await;
        // One whose name is approved, and one who waits for a reviewer.
        let (ready, ready_token) = scene.proved(&code, "ready").await;
        scene.step(&ready, &ready_token, "identity", identity("李雷", &resident_id(21))).await.expect(200);
        let cases = service.get(&scene.owner_token, "/v1/admin/cases").await.expect(200);
        let approved = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
        let reason = json!({ "reason": "in its turn" });
        service.post(&scene.owner_token, &format!("{approved}/claim"), reason.clone()).await.expect(200);
        let verdict = json!({ "verdict": "approved", "reason": "as on the card" });
        service.post(&scene.owner_token, &format!("{approved}/decision"), verdict).await.expect(200);
        let (waiting, waiting_token) = scene.proved(&code, "waiting").await;
        scene.step(&waiting, &waiting_token, "identity", identity("韩梅", &resident_id(22))).await.expect(200);
        let cases = service.get(&scene.owner_token, "/v1/admin/cases?state=open").await.expect(200);
        let case = text(&cases["items"][0]["id"]);

        let owner = &scene.owner_token;
        let invite = json!({ "email": "ada@vouch.example.org", "campaign": "spring" });
        // No campaign's, whose job would end it in its time.
        let to_pass = json!({ "email": "ada@vouch.example.org" });
        let to_pass = service.post(owner, "/v1/me/invites", to_pass).await.expect(201);
        service.post(owner, "/v1/me/invites", invite).await.expect(201);
        // Acts in a room need somebody there: `rooms::stage` asks the same of them.
        let elsewhere = |operation: &&Operation| matches!(operation.id.as_str(), "act_in_room" | "filter_in_room");
        let asked: Vec<Operation> = posts().into_iter().filter(|one| is_declared(one) && !elsewhere(&one)).collect();
        for operation in &asked {
            // Who makes the request first, how, and what of the answer is theirs alone.
            let (by, path, body, secret) = match operation.id.as_str() {
                "create_invite" => (owner, "/v1/me/invites".into(), json!({ "max_uses": 2 }), "/code"),
                "pass_invite_on" => {
                    let body = json!({ "email": "grace@vouch.example.org" });
                    (owner, format!("/v1/me/invites/{}/pass-on", text(&to_pass["id"])), body, "/id")
                }
                "revoke_invites" => {
                    let body = json!({ "campaign": "spring", "reason": "leaked" });
                    (owner, "/v1/admin/invites/revoke".into(), body, "/job")
                }
                "create_ticket" => (owner, "/v1/rooms/stage/tickets".into(), Value::Null, "/janus/token"),
                "claim_case" => (owner, format!("/v1/admin/cases/{case}/claim"), reason.clone(), "/name/entered"),
                "bulk_invite" => {
                    (owner, "/v1/admin/invites/bulk".into(), json!("email\nann@vouch.example.org\n"), "/job")
                }
                "create_action" => {
                    let action = json!({ "selection": { "people": [target.id] }, "kind": "freeze", "reason": "spam",
                        "note": "a note of the first" });
                    (owner, "/v1/admin/actions".into(), action, "/id")
                }
                "sanction_people" => {
                    let ban = json!({
                        "people": [target.id], "kind": "ban", "reason": "spam", "note": "a note of the first",
                    });
                    (owner, "/v1/admin/sanctions".into(), ban, "/job")
                }
                "sanction_person" => {
                    let ban = json!({ "kind": "ban", "reason": "spam", "note": "a note of the first" });
                    (owner, format!("/v1/admin/people/{}/sanctions", target.id), ban, "/id")
                }
                "let_in" => (owner, "/v1/me/waitlist/let-in".into(), json!({ "email": address("waits") }), "/invite"),
                "draw_waitlist" => {
                    (owner, "/v1/admin/waitlist/draws".into(), json!({ "way": "chance", "count": 3 }), "/seed")
                }
                "change_invite_quota" => {
                    let body = json!({ "places": 2, "reason": "brings the whole choir" });
                    (owner, format!("/v1/admin/people/{}/invite-quota", target.id), body, "/id")
                }
                "register_room_server" => {
                    let body = json!({
                        "kind": "janus", "client_url": "https://rooms.example.org/janus",
                        "admin_url": "http://127.0.0.1:9/admin", "admin_secret": "a secret of the first",
                    });
                    (owner, "/v1/admin/room-servers".into(), body, "/id")
                }
                "create_room" => (owner, "/v1/admin/rooms".into(), json!({ "id": "hall", "servers": [server] }), "/id"),
                "give_identity" => {
                    (&token, format!("/v1/onboarding/{flow}/identity"), identity("王芳", &resident_id(6)), "/flow")
                }
                "give_password" => {
                    let body = json!({ "password": PASSWORD, "handle": "heron" });
                    (&ready_token, format!("/v1/onboarding/{ready}/password"), body, "/session/refresh_token")
                }
                other => panic!("{other} takes a key, and this test does not know how it is asked"),
            };
            let first = scene.keyed(by, &path, "one", &body).await;
            // No Janus stands behind the room: a ticket is made, and not answered.
            let made = first.status.is_success() || operation.id == "create_ticket" && first.status == 503;
            assert!(made, "{}: {first:?}", operation.id);
            let secret = first.body.pointer(secret).map(text).unwrap_or_else(|| "no secret".into());
            let rows = || db.figures("SELECT count(*) AS n FROM idempotency")[0];
            let kept = rows();

            // Nobody, credentials of another kind, a member or newcomer who may not, the flow of somebody else.
            let mut strangers = vec![String::new(), "x".into(), token.clone(), other_token.clone(), waiting_token.clone()];
            strangers.push(owner.clone());
            strangers.push(third.clone());
            strangers.retain(|stranger| stranger != by && (operation.id != "create_ticket" || *stranger != third));
            for stranger in &strangers {
                if matches!(operation.id.as_str(), "create_invite" | "let_in") && *stranger == third {
                    continue;
                }
                let answer = scene.keyed(stranger, &path, "one", &body).await;
                assert!(answer.status.is_client_error(), "{} by {stranger}: {answer:?}", operation.id);
                assert!(
                    matches!(answer.status.as_u16(), 401 | 403 | 404),
                    "{} by {stranger}: {answer:?}", operation.id
                );
                assert!(!answer.body.to_string().contains(&secret), "{} by {stranger}: {answer:?}", operation.id);
            }
            let request = service.request(Method::POST, &path).basic_auth(&credentials.0, Some(&credentials.1));
            let request = request.header("Idempotency-Key", key("one"));
            let answer = service.send(with_body(request, &body)).await;
            assert!(matches!(answer.status.as_u16(), 401 | 404), "{} by a service: {answer:?}", operation.id);
            assert!(!answer.body.to_string().contains(&secret), "{} by a service", operation.id);
            assert_eq!(rows(), kept, "{}: a stranger's request is remembered", operation.id);

            // Another who may: their own request, and their own answer to it.
            if operation.path.starts_with("/v1/onboarding") {
                let step = operation.path.rsplit('/').next().unwrap();
                let own = format!("/v1/onboarding/{other_flow}/{step}");
                let answer = scene.keyed(&other_token, &own, "one", &body).await;
                assert_ne!(answer.body["flow"], first.body["flow"], "{}: {answer:?}", operation.id);
                assert!(!answer.body.to_string().contains(&secret), "{}: {answer:?}", operation.id);
            } else {
                let answer = scene.keyed(&second, &path, "one", &body).await;
                assert!(!answer.body.to_string().contains(&secret), "{} by another owner: {answer:?}", operation.id);
                assert_ne!(answer.body["type"], "urn:vouchsafe:problem:idempotency-key-reused", "{}", operation.id);
            }
        }
        scene.service.stop().await;
    }

    async fn a_repeated_last_step_is_the_first(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| config.throttle.per_account_failures_per_day = 4).await;
        let code = scene.link(2).await;
        let (flow, token) = scene.proved(&code, "newcomer").await;
        let path = format!("/v1/onboarding/{flow}/password");
        let body = json!({ "password": PASSWORD, "handle": "heron" });
        // A refusal claims nothing.
        let weak = json!({ "password": "too short", "handle": "heron" });
        scene.keyed(&token, &path, "one", &weak).await.refused(422, "password-refused");
        let first = scene.keyed(&token, &path, "one", &body).await.expect(201);
        let before = Scene::events(db);
        let again = scene.keyed(&token, &path, "one", &body).await.expect(201);
        for part in ["/flow", "/state", "/next", "/asks", "/documents", "/contact_hint", "/expires_at", "/person",
            "/session/session", "/session/refresh_token", "/session/person"]
        {
            let (one, other) = (first.pointer(part), again.pointer(part));
            assert!(one.is_some() && one == other, "{part}: {one:?}, {other:?}");
        }
        let access = text(&again["session"]["access_token"]);
        let me = scene.service.get(&access, "/v1/me").await.expect(200);
        assert_eq!(me["id"], first["person"]);
        assert_eq!(Scene::events(db), before, "something happened again");

        // Another request, or another newcomer's.
        let other = json!({ "password": PASSWORD, "handle": "kestrel" });
        scene.keyed(&token, &path, "one", &other).await.refused(422, "idempotency-key-reused");
        scene.keyed(&token, &path, "two", &body).await.refused(410, "flow-ended");
        scene.step(&flow, &token, "password", body.clone()).await.refused(410, "flow-ended");
        let (next, next_token) = scene.proved(&code, "next").await;
        scene.keyed(&next_token, &path, "one", &body).await.refused(404, "flow-unknown");
        let next = format!("/v1/onboarding/{next}/password");
        let wader = json!({ "password": "eleven grey waders wait", "handle": "heron" });
        scene.keyed(&next_token, &next, "one", &wader).await.refused(422, "invalid-value");
        let wader = json!({ "password": "eleven grey waders wait" });
        let joined = scene.keyed(&next_token, &next, "one", &wader).await.expect(201);
        assert_ne!(joined["person"], first["person"]);
        assert_eq!(Scene::events(db), before + 6, "started, asked, proved, held; admitted, signed in");

        // A flow's token and a key are no sign-in: without the password they open nothing, and whoever tries
        // passwords here has tried them at the door.
        let wrong = json!({ "password": "nobody's herons wade", "handle": "heron" });
        let mut tried = 0;
        while scene.keyed(&token, &path, "one", &wrong).await.status == 422 {
            tried += 1;
        }
        assert!((1..=4).contains(&tried), "{tried} wrong passwords");
        scene.keyed(&token, &path, "one", &body).await.refused(429, "account-locked");
        let credentials = json!({ "contact": address("newcomer"), "password": PASSWORD });
        scene.service.post("", "/v1/sessions", credentials).await.refused(429, "account-locked");
        scene.clock.advance(DAY);
        scene.keyed(&token, &path, "one", &body).await.expect(201);
        scene.clock.advance(Duration::from_secs(1));
        scene.keyed(&token, &path, "one", &body).await.refused(410, "flow-ended");
        scene.service.stop().await;
    }

    /// Once the first answer's refresh token has been used, its repetition hands out nothing: what is good now is
    /// newer than what was answered.
    async fn a_repeated_last_step_hands_out_nothing_newer(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (flow, token) = scene.proved(&scene.link(1).await, "newcomer").await;
        let path = format!("/v1/onboarding/{flow}/password");
        let body = json!({ "password": PASSWORD });
        let first = scene.keyed(&token, &path, "one", &body).await.expect(201);
        scene.clock.advance(Duration::from_secs(60));
        let again = scene.keyed(&token, &path, "one", &body).await.expect(201);
        let claims = |answer: &Value| {
            let token = text(&answer["session"]["access_token"]);
            token.split('.').nth(1).map(str::to_owned)
        };
        assert_eq!(claims(&again), claims(&first), "the access token is no newer");
        assert_eq!(again["session"]["expires_in"], 540);
        let refresh = text(&first["session"]["refresh_token"]);
        let turn = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        form(&scene.service, "/oauth/token", None, &turn).await.expect(200);
        scene.keyed(&token, &path, "one", &body).await.refused(410, "flow-ended");
        scene.service.stop().await;
    }

    /// The store keeps nothing of a password but its slow hash.
    async fn what_is_kept_of_a_last_step_says_nothing_of_the_password(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let code = scene.link(2).await;
        for (name, password) in [("one", PASSWORD), ("other", "eleven grey waders wait")] {
            let (flow, token) = scene.proved(&code, name).await;
            let path = format!("/v1/onboarding/{flow}/password");
            scene.keyed(&token, &path, "1", &json!({ "password": password })).await.expect(201);
        }
        let kept = kept(db, "request");
        assert_eq!(kept.len(), 2);
        assert_eq!(kept[0], kept[1], "two passwords under one key");
        scene.service.stop().await;
    }

    /// Whoever was put out meanwhile is not let in by an old answer.
    async fn a_repeated_last_step_lets_in_nobody_who_was_put_out(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (flow, token) = scene.proved(&scene.link(1).await, "newcomer").await;
        let path = format!("/v1/onboarding/{flow}/password");
        let body = json!({ "password": PASSWORD });
        let first = scene.keyed(&token, &path, "one", &body).await.expect(201);
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
        let sanctions = format!("/v1/admin/people/{}/sanctions", text(&first["person"]));
        scene.service.post(&scene.owner_token, &sanctions, ban).await.expect(201);
        scene.keyed(&token, &path, "one", &body).await.refused(401, "session-ended");
        scene.service.stop().await;
    }

    async fn a_name_that_is_given_again_is_given_once(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let (flow, token) = scene.proved(&scene.link(1).await, "newcomer").await;
        let path = format!("/v1/onboarding/{flow}/identity");
        let body = identity("王芳", &resident_id(6));
        let first = scene.keyed(&token, &path, "one", &body).await.expect(200);
        assert_eq!(first["next"], "review");
        let before = Scene::events(db);
        assert_eq!(scene.keyed(&token, &path, "one", &body).await.expect(200), first);
        for other in [identity("王芳", &resident_id(7)), identity("王方", &resident_id(6))] {
            scene.keyed(&token, &path, "one", &other).await.refused(422, "idempotency-key-reused");
        }
        scene.keyed(&token, &path, "two", &body).await.refused(409, "step-out-of-order");
        assert_eq!(Scene::events(db), before, "something happened again");
        assert_eq!(db.figures("SELECT submissions AS n FROM identities"), [1]);
        assert_eq!(db.figures("SELECT count(*) AS n FROM cases"), [1]);
        scene.service.stop().await;
    }

    /// A document's number, an address, a room server's secret and a key of one letter may all be guessed: whoever
    /// has the store and not the keyring cannot try them on what is kept of the request.
    async fn what_is_kept_of_a_request_depends_on_the_keyring(db: &Database) {
        let other = Database::fresh(db.target().backend());
        for db in [db, &other] {
            let scene = Scene::new(db, "reviewed").await;
            let (flow, token) = scene.proved(&scene.link(1).await, "newcomer").await;
            let path = format!("/v1/onboarding/{flow}/identity");
            scene.keyed(&token, &path, "1", &identity("王芳", &resident_id(6))).await.expect(200);
            let owner = &scene.owner_token;
            let invite = json!({ "email": "friend@example.org" });
            scene.keyed(owner, "/v1/me/invites", "1", &invite).await.expect(201);
            let server = json!({
                "kind": "janus", "client_url": "http://127.0.0.1:9/janus", "admin_url": "http://127.0.0.1:9/admin",
                "admin_secret": "secret", "admin_key": "secret", "token_secret": "secret",
            });
            scene.keyed(owner, "/v1/admin/room-servers", "1", &server).await.expect(201);
            scene.service.stop().await;
        }
        for column in ["request", "key"] {
            let [one, other] = [db, &other].map(|db| kept(db, column));
            assert_eq!((one.len(), other.len()), (3, 3));
            assert!(one.iter().all(|of| !other.contains(of)), "{column} under two keyrings: {one:?}, {other:?}");
        }
    }

    /// A repetition shows what the first has shown, and leaves no further word of it; so it shows nothing
    /// once the claim is over.
    async fn a_claim_that_is_asked_for_again_is_one_look(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let mut cases = Vec::new();
        for n in 1..=2 {
            let (flow, token) = scene.proved(&scene.link(1).await, &format!("newcomer-{n}")).await;
            scene.step(&flow, &token, "identity", identity("王芳", &resident_id(n))).await.expect(200);
        }
        let list = scene.service.get(&scene.owner_token, "/v1/admin/cases").await.expect(200);
        for item in list["items"].as_array().expect("cases") {
            cases.push(format!("/v1/admin/cases/{}/claim", text(&item["id"])));
        }
        let (reviewer, token) = scene.member("reviewer", Role::Reviewer).await;
        let (me, reason) = (&token, json!({ "reason": "the next in turn" }));
        let first = scene.keyed(me, &cases[0], "one", &reason).await.expect(200);
        assert_eq!(first["name"]["entered"], "王芳");
        let before = Scene::events(db);
        scene.clock.advance(Duration::from_secs(60));
        let mut again = scene.keyed(me, &cases[0], "one", &reason).await.expect(200);
        assert_eq!(again["case"]["age_seconds"], 60);
        again["case"]["age_seconds"] = first["case"]["age_seconds"].clone();
        assert_eq!(again, first, "the claim is not prolonged");
        for (case, reason) in [(&cases[0], "out of turn"), (&cases[1], "the next in turn")] {
            let other = json!({ "reason": reason });
            scene.keyed(me, case, "one", &other).await.refused(422, "idempotency-key-reused");
        }
        assert_eq!(Scene::events(db), before, "something happened again");
        assert_eq!(db.figures("SELECT count(*) AS n FROM disclosures"), [1]);

        scene.clock.advance(Duration::from_secs(14 * 60));
        let me = scene.service.token(reviewer.row).await;
        let (_, colleague) = scene.member("colleague", Role::Reviewer).await;
        scene.keyed(&me, &cases[0], "one", &reason).await.refused(409, "step-out-of-order");
        // Another reviewer's key is their own.
        scene.keyed(&colleague, &cases[0], "one", &reason).await.expect(200);
        scene.keyed(&me, &cases[0], "one", &reason).await.refused(409, "case-claimed");
        let decision = cases[0].replace("/claim", "/decision");
        let verdict = json!({ "verdict": "approved", "reason": "as on the card" });
        scene.service.post(&colleague, &decision, verdict).await.expect(200);
        scene.keyed(&colleague, &cases[0], "one", &reason).await.refused(409, "case-decided");
        assert_eq!(db.figures("SELECT count(*) AS n FROM disclosures"), [2]);
        scene.service.stop().await;
    }
}
