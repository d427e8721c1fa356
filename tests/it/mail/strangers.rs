//! Letters to those who have not asked for any: who gets them, how many, and how they end; and what whoever invited
//! them learns.

use std::{fs, path::Path, time::Duration};

use mail_parser::{Message, MessageParser};
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{
    ledger::oldest_waiting,
    store::StoreError,
    terms::{Clock, Role},
};

use crate::{
    http::{Scene, address},
    ledger::eventually,
    support::{
        db::{Database, on_both},
        service::{Answer, text},
        smtp::{Fault, SmtpServer, header},
    },
};

const INVITES: &str = "/v1/me/invites";

/// The letters in a mailbox.
fn letters(mailbox: &Path) -> Vec<Message<'static>> {
    let mut paths: Vec<_> = fs::read_dir(mailbox)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .filter(|path| !path.file_name().unwrap().as_encoded_bytes().starts_with(b"."))
        .collect();
    paths.sort();
    let parse = |path| {
        MessageParser::default()
            .parse(&fs::read(path).unwrap())
            .unwrap()
            .into_owned()
    };
    paths.into_iter().map(parse).collect()
}

async fn invite(scene: &Scene, token: &str, email: &str) -> Value {
    let body = json!({ "email": email });
    scene.service.post(token, INVITES, body).await.expect(201)
}

async fn revoke(scene: &Scene, token: &str, invite: &Value) {
    let path = format!("{INVITES}/{}", text(&invite["id"]));
    scene.service.call(Method::DELETE, token, &path, None).await.expect(204);
}

/// One's newest invite.
async fn newest(scene: &Scene, token: &str) -> Value {
    scene.service.get(token, INVITES).await.expect(200)["items"][0].clone()
}

/// Where every event has its position.
async fn placed(scene: &Scene) {
    let store = scene.service.app.core.ledger.store();
    let placed = async || {
        store
            .read(|conn| Ok::<_, StoreError>(oldest_waiting(conn)?))
            .await
            .unwrap()
            .is_none()
    };
    eventually("every event has its position", placed).await;
}

/// Where everybody's subscribers have come to the end.
async fn followed(scene: &Scene) {
    placed(scene).await;
    let done = async || {
        let all = scene
            .service
            .get(&scene.owner_token, "/v1/admin/subscribers")
            .await
            .expect(200);
        all["items"].as_array().unwrap().iter().all(|one| one["behind"] == 0)
    };
    eventually("all is followed", done).await;
}

/// The link of a letter that ends all further ones, as a path of this service.
fn stop_path(mail: &Message<'_>) -> String {
    assert_eq!(header(mail, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let link = header(mail, "List-Unsubscribe");
    let link = link
        .strip_prefix("<http://127.0.0.1:8080")
        .unwrap()
        .strip_suffix('>')
        .unwrap();
    link.to_owned()
}

fn waiting(db: &Database) -> i64 {
    db.figures("SELECT count(*) AS n FROM outbox WHERE state = 'waiting'")[0]
}

on_both! {
    /// Whatever a community is called, its letters leave, and its name moves nothing of what stands around it.
    async fn no_name_stops_the_mail(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let names = [
            "\u{202b}مجتمع\u{202c}",
            "\u{202e}dlrow\u{2066}",
            "a\u{2069}b\u{202c}",
            "line\u{2028}break",
            "<b>&\"quoted\"</b>",
            &"界".repeat(100),
        ];
        for (number, name) in names.iter().enumerate() {
            let policy = scene.service.get(&scene.owner_token, "/v1/admin/policy").await;
            let etag = policy.header("etag").unwrap().to_owned();
            let document = format!("community.name = {}\njoin.assurance = 'contact'\n", json!(name));
            let request = scene.service.request(Method::PUT, "/v1/admin/policy").bearer_auth(&scene.owner_token);
            let request = request.header("if-match", etag).json(&json!({ "document": document }));
            scene.service.send(request).await.expect(200);
            invite(&scene, &scene.owner_token, &address(&format!("reader{number}"))).await;
            eventually("the letter is there", async || letters(&scene.home.mailbox()).len() == number + 1).await;
        }
        for mail in letters(&scene.home.mailbox()) {
            let subject = mail.subject().unwrap().to_owned();
            let inner = subject.strip_prefix("You are invited to ").unwrap();
            let marks = inner.chars().filter(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')).count();
            if marks > 0 || inner.contains('م') {
                assert!(inner.starts_with('\u{2068}') && inner.ends_with('\u{2069}'), "{subject:?}");
                assert_eq!(marks % 2, 0, "{subject:?}");
            }
        }
        // What no letter could carry is no name.
        for name in ["\u{202b}\u{202c}", "a\nb", ""] {
            let policy = scene.service.get(&scene.owner_token, "/v1/admin/policy").await;
            let document = format!("community.name = {}\njoin.assurance = 'contact'\n", json!(name));
            let request = scene.service.request(Method::PUT, "/v1/admin/policy").bearer_auth(&scene.owner_token);
            let request = request.header("if-match", policy.header("etag").unwrap()).json(&json!({ "document": document }));
            scene.service.send(request).await.refused(422, "policy-invalid");
        }
        scene.service.stop().await;
    }

    /// Taking an invite back gives the place back, and not the letter.
    async fn letters_are_limited_whatever_becomes_of_the_invites(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| {
            config.throttle.invites_per_address_per_day = 6;
            config.throttle.invite_mails_per_member_per_day = 10;
        }).await;
        let (_, token) = scene.member("inviter", Role::Member).await;
        let stranger = address("stranger");
        for _ in 0..6 {
            let one = invite(&scene, &token, &stranger).await;
            followed(&scene).await;
            revoke(&scene, &token, &one).await;
        }
        let last = invite(&scene, &token, &stranger).await;
        followed(&scene).await;
        let to_stranger = "SELECT count(*) AS n FROM outbox WHERE kind = 'invite'";
        assert_eq!(db.figures(to_stranger), [3], "three at once, the others over the day");
        let shown = newest(&scene, &token).await;
        // That there was somebody before is not told.
        assert_eq!((&shown["id"], &shown["state"], &shown["undeliverable"]), (&last["id"], &json!("undeliverable"), &json!("refused")));
        for number in 0..8 {
            let one = invite(&scene, &token, &address(&format!("other{number}"))).await;
            followed(&scene).await;
            revoke(&scene, &token, &one).await;
        }
        // Seven counted for the stranger, those that were not sent too.
        assert_eq!(db.figures(to_stranger), [3 + 3]);
        let shown = scene.service.get(&token, INVITES).await.expect(200);
        assert_eq!(shown["items"][0]["undeliverable"], json!("limited"));
        // Others may still write, and the owner has no such limit.
        invite(&scene, &scene.owner_token, &address("other9")).await;
        followed(&scene).await;
        assert_eq!(db.figures(to_stranger), [7]);
        scene.service.stop().await;
    }

    async fn what_was_taken_back_is_not_sent(db: &Database) {
        let mut server = SmtpServer::start();
        server.stop();
        let scene = Scene::with_smtp(db, "open-circle", &server).await;
        let (inviter, inviter_token) = scene.member("inviter", Role::Member).await;
        let kept = invite(&scene, &scene.owner_token, &address("kept")).await;
        let taken = invite(&scene, &scene.owner_token, &address("taken")).await;
        let short = json!({ "email": address("short"), "lifetime_hours": 1 });
        scene.service.post(&scene.owner_token, INVITES, short).await.expect(201);
        invite(&scene, &inviter_token, &address("of-a-banned-one")).await;
        eventually("all letters wait", async || waiting(db) == 4).await;
        revoke(&scene, &scene.owner_token, &taken).await;
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
        let path = format!("/v1/admin/people/{}/sanctions", inviter.id);
        scene.service.post(&scene.owner_token, &path, ban).await.expect(201);
        server.start_again();
        scene.clock.advance(Duration::from_secs(2 * 3600));
        eventually("none waits", async || waiting(db) == 0).await;
        let mails = server.mails();
        let mut readers: Vec<_> = mails.iter().map(|mail| header(mail, "X-Envelope-To")).collect();
        // The clock was moved beyond a claim: what was under way may have come twice.
        readers.dedup();
        assert_eq!(readers, [address("kept")]);
        assert_eq!(db.figures("SELECT count(*) AS n FROM outbox WHERE state = 'void' AND letter_sealed IS NULL"), [3]);
        let token = scene.service.token(scene.owner.row).await;
        let all = scene.service.get(&token, INVITES).await.expect(200);
        let state = |id: &Value| all["items"].as_array().unwrap().iter().find(|one| &one["id"] == id).unwrap()["state"].clone();
        assert_eq!((state(&kept["id"]), state(&taken["id"])), (json!("open"), json!("revoked")));
        scene.service.stop().await;
    }

    /// One click ends all further letters; asking for a code brings them back.
    async fn a_reader_ends_all_further_letters(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let mailbox = scene.home.mailbox();
        let reader = address("Reader");
        invite(&scene, &scene.owner_token, &reader).await;
        eventually("the letter is there", async || letters(&mailbox).len() == 1).await;
        let mail = letters(&mailbox).remove(0);
        let path = stop_path(&mail);
        assert!(mail.body_text(0).unwrap().contains(&path) && mail.body_html(0).unwrap().contains(&path));
        assert!(!path.to_lowercase().contains("reader"));

        // Looking changes nothing, however often.
        let rows = "SELECT count(*) AS n FROM mail_stops";
        for method in [Method::GET, Method::HEAD, Method::GET] {
            let page = scene.service.call(method.clone(), "", &path, None).await;
            assert_eq!(page.status, 200);
            assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
            assert!(page.header("content-type").unwrap().starts_with("text/html"));
            if method == Method::GET {
                let page = page.body.as_str().unwrap().to_owned();
                assert!(page.contains("<form method=\"post\">") && !page.contains("<script"), "{page}");
            }
        }
        assert_eq!(db.figures(rows), [0]);
        for forged in ["/v1/mail/stop/abc", &format!("{path}A"), &path.replace("stop/", "stop/B")] {
            scene.service.post("", forged, json!({})).await.refused(404, "not-found");
            scene.service.get("", forged).await.refused(404, "not-found");
        }
        assert_eq!(db.figures(rows), [0]);

        let click = scene.service.request(Method::POST, &path).form(&[("List-Unsubscribe", "One-Click")]);
        assert_eq!(scene.service.send(click).await.status, 200);
        // Twice is once, and a program may send what it likes.
        assert_eq!(scene.service.post("", &path, json!({})).await.status, 200);
        assert_eq!(db.figures(rows), [1]);
        let (_, other) = scene.member("other", Role::Member).await;
        for token in [&scene.owner_token, &other] {
            invite(&scene, token, &reader.to_uppercase().replace("VOUCH.EXAMPLE.ORG", "vouch.example.org")).await;
            followed(&scene).await;
            let shown = newest(&scene, token).await;
            assert_eq!((&shown["state"], &shown["undeliverable"]), (&json!("undeliverable"), &json!("refused")));
        }
        assert_eq!(letters(&mailbox).len(), 1);

        // Somebody asks for codes to this address: a few get through, for it may be the reader.
        let code = scene.link(9).await;
        let mut flows = Vec::new();
        for _ in 0..4 {
            flows.push(scene.asked(&code, "Reader").await);
            followed(&scene).await;
        }
        eventually("two codes are there", async || letters(&mailbox).len() == 3).await;
        stop_path(&letters(&mailbox)[1]);
        assert_eq!(db.figures(rows), [1], "nobody has proved yet that it is they");
        let (flow, token) = flows.remove(0);
        let proof = json!({ "code": scene.service.proof_of(&flow).await });
        scene.step(&flow, &token, "contact/proof", proof).await.expect(200);
        followed(&scene).await;
        assert_eq!(db.figures(rows), [0]);
        invite(&scene, &other, &reader).await;
        eventually("letters reach them again", async || letters(&mailbox).len() == 4).await;
        scene.service.stop().await;
    }

    /// The address is written nowhere, and found again all the same.
    async fn an_invite_whose_letter_is_refused_says_so(db: &Database) {
        let server = SmtpServer::start();
        let scene = Scene::with_smtp(db, "open-circle", &server).await;
        let (_, token) = scene.member("inviter", Role::Member).await;
        server.fault_next(1, Fault::Answer("RCPT", "550 5.1.1 no such user"));
        let sent = invite(&scene, &token, &address("nobody")).await;
        assert_eq!((&sent["state"], &sent["undeliverable"]), (&json!("open"), &Value::Null));
        let state = async || newest(&scene, &token).await["state"].clone();
        eventually("the inviter learns it", async || state().await == "undeliverable").await;
        assert_eq!(newest(&scene, &token).await["undeliverable"], "refused");
        let kinds = async |kind: &str| {
            let path = format!("/v1/admin/ledger?type={kind}");
            scene.service.get(&scene.owner_token, &path).await.expect(200)["items"].clone()
        };
        placed(&scene).await;
        let events = kinds("invite_undeliverable").await;
        assert_eq!(events[0]["details"], json!({ "invite": sent["id"], "reason": "refused" }));
        // An operator has it tried again, with all the others.
        let retried = scene.service.app.core.ledger.write(vouchsafe::platform::ledger::Actor::Operator, vouchsafe::notify::retry_all);
        assert_eq!(retried.await.unwrap().value, 1);
        eventually("it leaves after all", async || state().await == "open").await;
        assert_eq!(server.wait_for(1).len(), 1);
        placed(&scene).await;
        assert_eq!(kinds("invite_delivered").await[0]["details"], json!({ "invite": sent["id"] }));
        scene.service.stop().await;
    }

    /// What a server has against us waits; nobody's invite is undeliverable for it.
    async fn a_refusal_of_us_kills_no_letter(db: &Database) {
        let server = SmtpServer::start();
        let scene = Scene::with_smtp(db, "open-circle", &server).await;
        let refusals = [
            ("MAIL", "553 5.7.1 sender address rejected: not owned by user"),
            ("MAIL", "550 no"),
            ("RCPT", "504 5.5.2 <host>: Helo command rejected: need fully-qualified hostname"),
            ("RCPT", "550 5.7.1 Client host rejected: cannot find your hostname"),
            ("RCPT", "550 Access denied - Invalid HELO name"),
            ("DATA", "554 5.7.1 you are on a list"),
            ("EHLO", "550 go away"),
        ];
        for (number, (command, reply)) in refusals.into_iter().enumerate() {
            server.fault_next(1, Fault::Answer(command, reply));
            invite(&scene, &scene.owner_token, &address(&format!("reader{number}"))).await;
            let failed = "SELECT count(*) AS n FROM outbox WHERE state = 'waiting' AND attempts = 1 AND claim IS NULL";
            eventually("it was tried", async || db.figures(failed) == [1]).await;
            let metrics = async || {
                let read = scene.service.app.core.ledger.store().read(|conn| vouchsafe::notify::backlog(conn, vouchsafe::notify::Channel::Mail));
                read.await.unwrap().refused
            };
            assert_eq!(metrics().await, 1, "{command} {reply}");
            scene.clock.advance(Duration::from_secs(10));
            eventually("it was sent", async || waiting(db) == 0).await;
            assert_eq!(server.mails().len(), number + 1, "{command} {reply}");
        }
        assert_eq!(db.figures("SELECT count(*) AS n FROM outbox WHERE state = 'dead'"), [0]);
        // The service is reached at an address, and greets by it.
        assert_eq!(header(&server.mails()[0], "X-Session-Hello"), "[127.0.0.1]");
        scene.service.stop().await;
    }

    /// An invite of an hour says the hour, and a decision promises what is so.
    async fn letters_say_until_when(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let mailbox = scene.home.mailbox();
        let short = json!({ "email": address("short"), "lifetime_hours": 1 });
        scene.service.post(&scene.owner_token, INVITES, short).await.expect(201);
        eventually("the letter is there", async || letters(&mailbox).len() == 1).await;
        let until = vouchsafe::notify::moment(vouchsafe::notify::Locale::En, scene.clock.now().after(Duration::from_secs(3600)));
        let body = letters(&mailbox).remove(0).body_text(0).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(body.contains(&format!("holds until {until}.")) && until.ends_with("UTC") && until.contains(':'), "{body}");

        let code = scene.link(1).await;
        let (flow, token) = scene.proved(&code, "newcomer").await;
        let given = crate::http::identity("赵敏", &crate::http::resident_id(8));
        scene.step(&flow, &token, "identity", given).await.expect(200);
        let (_, reviewer) = scene.member("reviewer", Role::Reviewer).await;
        let cases = scene.service.get(&reviewer, "/v1/admin/cases").await.expect(200);
        let case = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
        let claim = json!({ "reason": "in turn of the queue" });
        scene.service.post(&reviewer, &format!("{case}/claim"), claim).await.expect(200);
        // The decision is made by the command, for the claim itself may end before the hold does.
        let decision = json!({ "verdict": "approved", "reason": "name and number agree" });
        let decided: Answer = scene.service.post(&reviewer, &format!("{case}/decision"), decision).await;
        decided.expect(200);
        let told = || letters(&mailbox).into_iter().find(|mail| mail.subject().unwrap().starts_with("You can go on"));
        eventually("the decision is told", async || told().is_some()).await;
        let view = scene.service.get(&token, &format!("/v1/onboarding/{flow}")).await.expect(200);
        let kept = vouchsafe::notify::moment(vouchsafe::notify::Locale::En, serde_json::from_value(view["expires_at"].clone()).unwrap());
        let body = told().unwrap();
        let body = body.body_text(0).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(body.contains(&format!("that is the last step. Your place is kept until {kept}.")), "{body}");
        scene.service.stop().await;
    }

    /// Nobody who waits for what follows is forgotten: readiness says who is late.
    async fn a_subscriber_that_lags_makes_a_replica_unready(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| config.feed.lag_seconds = 30).await;
        let ready = async || scene.service.get("", "/readyz").await;
        eventually("it is ready", async || ready().await.status == 200).await;
        // Another has the lease, and does nothing.
        let until = scene.clock.now().after(Duration::from_secs(60)).micros();
        db.run(&format!("UPDATE leases SET owner = 'idler', fence = fence + 1, until = {until} WHERE name = 'invite-mails'"));
        invite(&scene, &scene.owner_token, &address("reader")).await;
        placed(&scene).await;
        scene.clock.advance(Duration::from_secs(20));
        assert_eq!(ready().await.status, 200);
        scene.clock.advance(Duration::from_secs(30));
        let late = ready().await;
        assert_eq!(late.status, 503, "{}", late.body);
        let check = late.body["checks"].as_array().unwrap().iter().find(|check| check["name"] == "subscribers").unwrap().clone();
        assert!(text(&check["detail"]).contains("invite-mails"), "{check}");
        let owner = scene.service.token(scene.owner.row).await;
        let all = scene.service.get(&owner, "/v1/admin/subscribers").await.expect(200);
        assert_eq!(all["items"][0]["name"], "invite-mails");
        assert!(all["items"][0]["behind"].as_i64().unwrap() > 0 && !all["items"][0]["waiting_since"].is_null());
        scene.clock.advance(Duration::from_secs(60));
        eventually("it is ready again", async || ready().await.status == 200).await;
        scene.service.stop().await;
    }

    /// What a subscriber put aside is shown to admins, and tried again when they say so.
    async fn what_could_not_be_followed_is_shown_and_retried(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        // An address that was altered past us does not open.
        db.run("UPDATE leases SET fence = fence + 1, owner = 'idler' WHERE name = 'invite-mails'");
        invite(&scene, &scene.owner_token, &address("broken")).await;
        db.run("CREATE TABLE spare AS SELECT id, address_sealed FROM invites");
        db.run("UPDATE invites SET address_sealed = address_blind");
        invite(&scene, &scene.owner_token, &address("whole")).await;
        scene.clock.advance(Duration::from_secs(6));
        let mailbox = scene.home.mailbox();
        eventually("the other letter is there", async || letters(&mailbox).len() == 1).await;
        let failures = "/v1/admin/subscribers/invite-mails/failures";
        let list = scene.service.get(&scene.owner_token, failures).await.expect(200);
        let failure = &list["items"][0];
        assert_eq!((&failure["type"], &failure["attempts"]), (&json!("invite_issued"), &json!(1)), "{list}");
        assert!(text(&failure["reason"]).contains("does not open"), "{list}");
        let retry = format!("{failures}/{}/retry", failure["number"]);
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        scene.service.get(&auditor, failures).await.expect(200);
        scene.service.post(&auditor, &retry, json!({})).await.refused(403, "forbidden");
        scene.service.get(&auditor, "/v1/admin/subscribers/nobody/failures").await.refused(404, "not-found");
        scene.service.post(&scene.owner_token, &format!("{failures}/999999/retry"), json!({})).await.refused(404, "not-found");
        db.run("UPDATE invites SET address_sealed = (SELECT address_sealed FROM spare WHERE spare.id = invites.id) \
                WHERE id IN (SELECT id FROM spare)");
        scene.service.post(&scene.owner_token, &retry, json!({})).await.expect(204);
        eventually("its letter is there too", async || letters(&mailbox).len() == 2).await;
        assert_eq!(scene.service.get(&scene.owner_token, failures).await.expect(200)["items"], json!([]));
        scene.service.stop().await;
    }

    /// A version to come writes an event that this one cannot read: what it changed holds here all the same.
    async fn memory_is_not_wrong_for_an_event_that_it_cannot_read(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (banned, token) = scene.member("banned", Role::Member).await;
        let (role, _) = scene.member("promoted", Role::Member).await;
        scene.service.get(&token, "/v1/me").await.expect(200);
        db.run(&format!("UPDATE people SET standing = 'banned' WHERE id = {}", banned.row.0));
        db.run(&format!("UPDATE people SET role = 'auditor' WHERE id = {}", role.row.0));
        db.run("INSERT INTO events (at, kind, body) VALUES (1, 'person_exiled', '{\"v\": 1, \"type\": \"person_exiled\", \"person\": 2}')");
        // Whatever comes after it is followed too.
        let (_, newer) = scene.member("newer", Role::Member).await;
        scene.service.get(&newer, "/v1/me").await.expect(200);
        eventually("the ban holds", async || scene.service.get(&token, "/v1/me").await.status == 401).await;
        let shown = scene.service.app.core.roster.snapshot(role.row).unwrap();
        assert_eq!(shown.role, Role::Auditor);
        eventually("it is ready", async || scene.service.get("", "/readyz").await.status == 200).await;
        invite(&scene, &scene.owner_token, &address("reader")).await;
        eventually("letters leave", async || letters(&scene.home.mailbox()).len() == 1).await;
        scene.service.stop().await;
    }
}

/// Whoever has an open link cannot have codes sent to any number of strangers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_are_limited_by_invite() {
    let db = Database::fresh(vouchsafe::platform::store::Backend::Sqlite);
    let scene = Scene::with(&db, "open-circle", |config| {
        config.throttle.codes_per_invite_per_hour = 20
    })
    .await;
    let code = scene.link(1).await;
    let mut refused = 0;
    for number in 0..40 {
        let (flow, token) = scene.service.begin(&code).await;
        let contact = json!({ "email": address(&format!("stranger{number}")) });
        let answer = scene.step(&flow, &token, "contact", contact).await;
        if answer.status == 429 {
            answer.refused(429, "too-many-requests");
            refused += 1;
        }
    }
    assert_eq!(refused, 40 - 23);
    // Another invite is not hurt.
    let other = scene.link(1).await;
    scene.asked(&other, "friend").await;
    scene.service.stop().await;
}
