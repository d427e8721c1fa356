//! A request whose answer was lost is sent again under the same key: it gets the answer of the first,
//! and does nothing again.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{store::Backend, terms::Role};

use super::{Operation, PASSWORD, Scene, address, described, identity, nobody, resident_id, texts};
use crate::support::{
    db::{Database, on_both},
    service::{Answer, text},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Every POST that takes no key, and why it needs none.
const WITHOUT: [(&str, &str); 9] = [
    ("cancel_job", "A job is cancelled once; it shows when."),
    ("decide_case", "A case is decided once; it shows by whom and how."),
    ("give_contact", "Asking again means another code by another mail."),
    ("lift_sanction", "A sanction is lifted once; it shows by whom and when."),
    ("oauth_introspect", "It only looks."),
    ("oauth_revoke", "What was revoked stays so."),
    (
        "oauth_token",
        "A refresh token is good once: whoever shows it again is not answered (RFC 9700 §4.14.2).",
    ),
    (
        "prove_contact",
        "An address is proved once; the flow shows that it is, and opening the invite again leads back to it.",
    ),
    ("search_people", "It only looks."),
];

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
        assert!(posts.iter().any(|operation| operation.id == id), "{id} is no POST");
    }
}

/// What declares a key reads it, and what does not, does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_read_where_it_is_declared() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    for operation in posts() {
        let kind = operation.path.trim_start_matches("/v1/admin/").split('/').next();
        let id = match kind {
            Some("cases") => nobody("case"),
            Some("jobs") => nobody("job"),
            _ => nobody("person"),
        };
        let path = operation.path.replace("{id}", &id).replace("{flow}", &nobody("flow"));
        let path = path
            .replace("{sanction}", &nobody("sanction"))
            .replace("{room}", "nowhere");
        let request = operation.request(&scene.service, &path);
        let request = request
            .bearer_auth(&scene.owner_token)
            .header("Idempotency-Key", "k".repeat(256));
        let answer = scene.service.send(request).await;
        let refused = answer.status == 400 && answer.body["field"] == "Idempotency-Key";
        assert_eq!(refused, is_declared(&operation), "{}: {answer:?}", operation.id);
    }
    scene.service.stop().await;
}

impl Scene {
    async fn keyed(&self, token: &str, path: &str, key: &str, body: &Value) -> Answer {
        let request = self.service.request(Method::POST, path).bearer_auth(token);
        self.service
            .send(request.header("Idempotency-Key", key).json(body))
            .await
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
    /// Whoever opens a link has no name yet: a key that two may think of is none, and a token is shown again
    /// only for as long as there is nothing behind it.
    async fn newcomers_by_one_link_share_no_flow(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let code = scene.link(3).await;
        let begin = async |key: &str| {
            let request = scene.service.request(Method::POST, "/v1/onboarding").header("Idempotency-Key", key);
            scene.service.send(request.json(&json!({ "code": code }))).await
        };
        for short in ["1", "onboarding", "nineteen-characters"] {
            let answer = begin(short).await;
            answer.refused(400, "invalid-field");
            assert_eq!(answer.body["field"], "Idempotency-Key", "{short}");
        }
        let (one, other) = ("0b0f7c1e-66a5-4b4e-8f3e-6a5e6d9b4d21", "7q2fhtz5fm8dn3rwc1xa");
        let first = begin(one).await.expect(201);
        assert_eq!(begin(one).await.expect(201), first);
        let second = begin(other).await.expect(201);
        assert_ne!((&second["flow"], &second["flow_token"]), (&first["flow"], &first["flow_token"]));

        let (flow, token) = (text(&first["flow"]), text(&first["flow_token"]));
        let closed = async |to: &str| {
            let answer = begin(one).await;
            answer.refused(422, "idempotency-key-reused");
            assert!(!answer.body.to_string().contains(&token), "{to}: {}", answer.body);
        };
        scene.step(&flow, &token, "contact", json!({ "email": address("newcomer") })).await.expect(200);
        closed("an address").await;
        let proof = json!({ "code": scene.service.proof_of(&flow).await });
        scene.step(&flow, &token, "contact/proof", proof).await.expect(200);
        closed("a held place").await;
        scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await.expect(201);
        closed("a member").await;
        assert_eq!(begin(other).await.expect(201)["flow"], second["flow"]);
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
            scene.service.found("member@example.org", Role::Member, Some(PASSWORD)).await;
            let password = json!({ "contact": "member@example.org", "password": PASSWORD });
            scene.keyed("", "/v1/sessions", "1", &password).await.expect(201);
            scene.service.stop().await;
        }
        for column in ["request", "key"] {
            let [one, other] = [db, &other].map(|db| kept(db, column));
            assert_eq!((one.len(), other.len()), (4, 4));
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
        let (me, reason) = (&scene.owner_token, json!({ "reason": "in turn" }));
        let first = scene.keyed(me, &cases[0], "one", &reason).await.expect(200);
        assert_eq!(first["name"]["entered"], "王芳");
        let before = Scene::events(db);
        scene.clock.advance(Duration::from_secs(60));
        let mut again = scene.keyed(me, &cases[0], "one", &reason).await.expect(200);
        assert_eq!(again["case"]["age_seconds"], 60);
        again["case"]["age_seconds"] = first["case"]["age_seconds"].clone();
        assert_eq!(again, first, "the claim is not prolonged");
        for (case, reason) in [(&cases[0], "out of turn"), (&cases[1], "in turn")] {
            let other = json!({ "reason": reason });
            scene.keyed(me, case, "one", &other).await.refused(422, "idempotency-key-reused");
        }
        assert_eq!(Scene::events(db), before, "something happened again");
        assert_eq!(db.figures("SELECT count(*) AS n FROM disclosures"), [1]);

        scene.clock.advance(Duration::from_secs(14 * 60));
        let owner = scene.service.token(scene.owner.row).await;
        let (_, colleague) = scene.member("colleague", Role::Reviewer).await;
        scene.keyed(&owner, &cases[0], "one", &reason).await.refused(409, "step-out-of-order");
        // Another reviewer's key is their own.
        scene.keyed(&colleague, &cases[0], "one", &reason).await.expect(200);
        scene.keyed(&owner, &cases[0], "one", &reason).await.refused(409, "case-claimed");
        let decision = cases[0].replace("/claim", "/decision");
        let verdict = json!({ "verdict": "approved", "reason": "as on the card" });
        scene.service.post(&colleague, &decision, verdict).await.expect(200);
        scene.keyed(&colleague, &cases[0], "one", &reason).await.refused(409, "case-decided");
        assert_eq!(db.figures("SELECT count(*) AS n FROM disclosures"), [2]);
        scene.service.stop().await;
    }
}
