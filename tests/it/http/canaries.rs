//! Names, numbers, addresses, codes, passwords, tokens and words planted along the whole way, and
//! then looked for wherever they must not be: in the log at its most talkative, in metrics, refusals,
//! the ledger, every byte of the database, and what a type shows of itself for debugging.
//!
//! What is public by design (handles, public ids) is no canary, and a password's PHC string is a hash.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write},
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use mail_parser::MessageParser;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, util::SubscriberInitExt};
use vouchsafe::{
    app, credentials,
    identity::{Document, DocumentKind, FullName},
    notify::EmailAddress,
    people,
    platform::{
        ledger::Actor,
        store::{Backend, StoreError, Target},
        terms::Role,
        vault::sha256,
    },
    rooms,
};

use super::{identity, new_service, resident_id, schemas::events_fit, texts};
use crate::support::{
    db::Database,
    janus::JanusServer,
    postgres,
    service::{Answer, Home, Service, text},
};

/// Tells the process that it is the one to be listened to: its database.
const LISTENED_TO: &str = "VOUCHSAFE_TEST_CANARIES";

/// Everything that this process logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What was planted, and where it was found.
#[derive(Default)]
struct Canaries {
    /// By what they are.
    planted: BTreeMap<String, String>,
    /// Bodies and headers of every refusal.
    refusals: Vec<String>,
}

impl Canaries {
    /// Plants one, and gives it back to be used.
    fn plant(&mut self, what: &str, canary: impl Into<String>) -> String {
        let canary = canary.into();
        assert!(canary.len() >= 5, "{what} is too short to be told from rng");
        self.planted
            .insert(format!("{what} {}", self.planted.len()), canary.clone());
        canary
    }

    /// Plants a token, whose signature or secret half is one too.
    fn plant_token(&mut self, what: &str, token: &Value) -> String {
        let token = text(token);
        if let Some((_, signature)) = token.rsplit_once('.') {
            self.plant(what, signature);
        }
        self.plant(what, token)
    }

    /// Remembers an answer if it is a refusal, and gives it back.
    fn hear(&mut self, answer: Answer) -> Answer {
        if !answer.status.is_success() {
            self.refusals.push(format!("{:?} {}", answer.headers, answer.body));
        }
        answer
    }

    /// The forms in which one may stand somewhere, in lower case.
    fn forms(what: &str, canary: &str) -> Vec<Vec<u8>> {
        let quoted = |text: &str| serde_json::to_string(text).unwrap().trim_matches('"').to_owned();
        let units = canary.encode_utf16().map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => quoted(&char::from(byte).to_string()),
            _ => format!("\\u{unit:04x}"),
        });
        let shown = format!("{canary:?}");
        let written = [
            canary.to_owned(),
            // As Rust shows text, letters and bytes for debugging.
            shown.trim_matches('"').to_owned(),
            canary.escape_default().to_string(),
            canary.as_bytes().escape_ascii().to_string(),
            // As JSON of ASCII alone, and as a part of a URL.
            units.collect(),
            percent(canary),
            data_encoding::HEXLOWER.encode(canary.as_bytes()),
            // Without the dashes that a code is shown with.
            canary.replace('-', ""),
        ];
        // Each once more as JSON writes it.
        let mut forms: Vec<Vec<u8>> = written
            .into_iter()
            .flat_map(|form| [quoted(&form).into_bytes(), form.into_bytes()])
            .collect();
        // Of what can be guessed, a hash without a key is as good as the thing itself.
        if !["flow", "refresh", "invite", "secret"]
            .iter()
            .any(|random| what.starts_with(random))
        {
            let hash = sha256(canary.as_bytes());
            forms.push(hash.to_vec());
            forms.push(data_encoding::HEXLOWER.encode(hash.as_ref()).into());
        }
        forms.iter_mut().for_each(|form| form.make_ascii_lowercase());
        forms.sort_unstable();
        forms.dedup();
        forms
    }

    /// Where in `place` anything that was planted stands; of each the first time.
    fn found(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        let lower = bytes.to_ascii_lowercase();
        // By their first two bytes, so that one pass finds all.
        let mut by_start: Vec<Vec<(&str, Vec<u8>)>> = vec![Vec::new(); 1 << 16];
        let start = |bytes: &[u8]| usize::from(bytes[0]) << 8 | usize::from(bytes[1]);
        for (what, canary) in &self.planted {
            for form in Self::forms(what, canary) {
                by_start[start(&form)].push((what, form));
            }
        }
        let mut found = BTreeMap::new();
        for at in 0..lower.len().saturating_sub(1) {
            for (what, form) in &by_start[start(&lower[at..])] {
                if lower[at..].starts_with(form) && is_apart(&lower, at, form.len()) {
                    let around = &bytes[at.saturating_sub(120)..(at + form.len() + 60).min(bytes.len())];
                    let around = String::from_utf8_lossy(around);
                    found
                        .entry(*what)
                        .or_insert_with(|| format!("{what} in {place}: …{around}…"));
                }
            }
        }
        found.into_values().collect()
    }
}

/// As a part of a URL: RFC 3986 §2.
fn percent(text: &str) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().fold(String::new(), |mut url, byte| {
        match unreserved(byte) {
            true => url.push(char::from(byte)),
            false => url.push_str(&format!("%{byte:02x}")),
        }
        url
    })
}

/// Whether what is short is a word of its own: six digits by chance in a longer number are no code.
fn is_apart(hay: &[u8], at: usize, length: usize) -> bool {
    let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    length > 6 || !word(at.checked_sub(1).and_then(|before| hay.get(before))) && !word(hay.get(at + length))
}

#[test]
fn the_search_finds_what_is_there() {
    let mut canaries = Canaries::default();
    canaries.plant("name", "Zéphyrine Canari");
    canaries.plant("proof", "123456");
    canaries.plant("invite", "ABCDE-FGHJK-MNPQR-STUVW");
    assert_eq!(
        canaries.found("log", b"micros 1234567 and 0x123456ff, zephyrine"),
        [""; 0]
    );
    for leak in [
        "hello ZéPHYRINE CANARI!".as_bytes(),
        b"code=123456,",
        b"/v1/invites/abcdefghjkmnpqrstuvw",
        br#"{"name":"Z\u00e9phyrine Canari"}"#,
        br#"{"name":"Z\\u{e9}phyrine Canari"}"#,
        br"b'Z\xc3\xa9phyrine Canari'",
        b"?name=Z%C3%A9phyrine%20Canari",
        data_encoding::HEXLOWER.encode("Zéphyrine Canari".as_bytes()).as_bytes(),
        &sha256(b"123456"),
    ] {
        assert_eq!(
            canaries.found("log", leak).len(),
            1,
            "{}",
            String::from_utf8_lossy(leak)
        );
    }
}

#[test]
fn nothing_planted_is_found_on_sqlite() {
    in_a_process_of_its_own("sqlite", Backend::Sqlite);
}

#[test]
fn nothing_planted_is_found_on_postgres() {
    in_a_process_of_its_own("postgres", Backend::Postgres);
}

/// Only a process with a single test in it has a log of its own: a worker's thread logs to whomever
/// the whole process does.
fn in_a_process_of_its_own(name: &str, backend: Backend) {
    if let Ok(url) = env::var(LISTENED_TO) {
        return listened_to(&Database::at(&url));
    }
    let db = Database::fresh(backend);
    let url = match db.target() {
        Target::Sqlite(path) => format!("sqlite://{}", path.display()),
        Target::Postgres(url) => secrecy::ExposeSecret::expose_secret(&url).to_owned(),
    };
    let child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            &format!("http::canaries::nothing_planted_is_found_on_{name}"),
            "--nocapture",
        ])
        .env(LISTENED_TO, url)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned() + &String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
    if backend == Backend::Postgres {
        // The server's own log sees what goes wrong with a statement.
        assert!(
            !postgres::shared().log().to_lowercase().contains("canar"),
            "{}",
            postgres::shared().log()
        );
    }
}

fn listened_to(db: &Database) {
    let log = Log::default();
    // As the service writes it, and what the HTTP client says too: the service asks room servers by it.
    app::log::json(EnvFilter::new("trace"), log.clone()).init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (canaries, seen) = runtime.block_on(walk(db));
    let mut found = Vec::new();

    let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let mut heard = String::new();
    for line in said.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        // How long each request took is a number of any six digits.
        let members = line.as_object_mut().unwrap();
        members.retain(|name, _| name != "micros" && name != "timestamp");
        heard.push_str(&format!("{line}\n"));
        read_out(&line, &mut heard);
    }
    assert!(
        heard.contains("answered") && heard.contains(r#""level":"TRACE""#),
        "the log was not heard"
    );
    found.extend(canaries.found("the log", heard.as_bytes()));
    for (place, text) in seen {
        found.extend(canaries.found(&place, text.as_bytes()));
    }
    assert!(canaries.refusals.len() > 30, "{} refusals", canaries.refusals.len());
    found.extend(canaries.found("a refusal", canaries.refusals.join("\n").as_bytes()));
    for (place, bytes) in database(db) {
        found.extend(canaries.found(&place, &bytes));
    }
    assert!(found.is_empty(), "{found:#?}");
    // What was written along the way is of the types that are described.
    let types = events_fit(db);
    for demanded in [
        "member_admitted",
        "person_banned",
        "ban_lifted",
        "case_decided",
        "session_ended",
        "proof_failed",
        "room_server_registered",
        "ticket_issued",
    ] {
        assert!(types.contains(demanded), "{demanded} did not happen: {types:?}");
    }
}

/// The texts in a line of the log, as they were before JSON wrote them.
fn read_out(value: &Value, into: &mut String) {
    match value {
        Value::String(text) => {
            into.push_str(text);
            into.push('\n');
        }
        Value::Array(all) => all.iter().for_each(|one| read_out(one, into)),
        Value::Object(all) => all.values().for_each(|one| read_out(one, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Every byte that the database keeps.
fn database(db: &Database) -> Vec<(String, Vec<u8>)> {
    match db.target() {
        Target::Sqlite(path) => {
            let mut files = Vec::new();
            for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    files.push((path.display().to_string(), fs::read(path).unwrap()));
                }
            }
            assert!(!files.is_empty());
            files
        }
        Target::Postgres(_) => {
            let tables = texts(
                db,
                "SELECT tablename::text AS t FROM pg_tables WHERE schemaname = 'public'",
            );
            assert!(tables.len() > 20, "{tables:?}");
            let rows = |table: String| {
                (
                    format!("table {table}"),
                    texts(db, &format!("SELECT row_to_json(r)::text AS t FROM {table} r"))
                        .join("\n")
                        .into_bytes(),
                )
            };
            tables.into_iter().map(rows).collect()
        }
    }
}

/// The newest mail to an address, as the mailbox has it.
async fn mailed(home: &Home, to: &str, nth: usize) -> String {
    for _ in 0..400 {
        let mut found = Vec::new();
        for entry in fs::read_dir(home.mailbox())
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
        {
            let bytes = fs::read(entry.path()).unwrap_or_default();
            if let Some(mail) = MessageParser::default().parse(&bytes)
                && mail
                    .to()
                    .and_then(|to| to.first()?.address.as_deref().map(str::to_owned))
                    .is_some_and(|address| address.eq_ignore_ascii_case(to))
            {
                found.push(mail.body_text(0).expect("a text part").into_owned());
            }
        }
        if found.len() >= nth {
            return found.join("\n");
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("no mail came to {to}");
}

/// The whole way, with everything that can be refused on it; what else was seen, by its place.
async fn walk(db: &Database) -> (Canaries, Vec<(String, String)>) {
    let mut canaries = Canaries::default();
    let home = Home::new(db, "reviewed");
    let service = home.start().await;
    let password = canaries.plant("password", "canary quiet herons wade 31");
    let email = canaries.plant("address", "canary.owner@vouch.example.org");
    service.found(&email, Role::Owner, Some(&password)).await;
    let reviewer = service
        .found(
            &canaries.plant("address", "canary.reviewer@vouch.example.org"),
            Role::Reviewer,
            None,
        )
        .await;
    let reviewer = service.token(reviewer.row).await;
    let owner = sign_in(&mut canaries, &service, &email, &password).await;
    let walked = come_in(&mut canaries, &home, &service, &owner, &reviewer).await;
    take_a_seat(&mut canaries, &service, &owner).await;
    moderate(&mut canaries, &service, &owner, &walked).await;
    knock(&mut canaries, &service, &owner).await;

    let mut seen = vec![("metrics".to_owned(), text(&service.get("", "/metrics").await.body))];
    assert!(seen[0].1.contains("vouchsafe_http_request_seconds"), "{}", seen[0].1);
    let ledger = service.get(&owner, "/v1/admin/ledger?limit=200").await.expect(200);
    seen.push(("the ledger's answer".into(), ledger.to_string()));
    for path in ["/v1/admin/room-servers", "/v1/admin/rooms", "/v1/admin/rooms/stage"] {
        let told = service.get(&owner, path).await.expect(200);
        seen.push((path.to_owned(), told.to_string()));
    }
    seen.push(("readiness".into(), service.get("", "/readyz").await.body.to_string()));
    seen.push(("debug output".into(), debugged(&mut canaries, &service).await));
    // What is read at the start is logged at the start.
    service.stop().await;
    home.start().await.stop().await;
    (canaries, seen)
}

async fn sign_in(canaries: &mut Canaries, service: &Service, email: &str, password: &str) -> String {
    let right = json!({ "contact": email, "password": password });
    let session = service.post("", "/v1/sessions", right).await.expect(201);
    canaries.plant_token("refresh", &session["refresh_token"]);
    for (contact, password) in [
        (email.to_owned(), canaries.plant("password", "canary wrong herons 77")),
        (
            canaries.plant("address", "canary.nobody@vouch.example.org"),
            password.to_owned(),
        ),
        (canaries.plant("address", "canary.broken@@vouch"), password.to_owned()),
    ] {
        let refused = service
            .post("", "/v1/sessions", json!({ "contact": contact, "password": password }))
            .await;
        assert!(canaries.hear(refused).status.is_client_error());
    }
    let code = canaries.plant("secret", "canary-one-time-sign-in-code");
    let refused = service.post("", "/v1/sessions", json!({ "one_time_code": code })).await;
    canaries.hear(refused).refused(401, "credentials-wrong");
    canaries.plant_token("access", &session["access_token"])
}

/// Somebody who came in.
struct Walked {
    person: String,
    access: String,
    refresh: String,
}

async fn come_in(canaries: &mut Canaries, home: &Home, service: &Service, owner: &str, reviewer: &str) -> Walked {
    // Invites: to an address, as a link, and to what is no address.
    let email = canaries.plant("address", "Canary.Grace@vouch.example.org");
    let create = |body: &Value| {
        let key = "0d7c7a36-6f0b-4a1a-8e0a-3ad1d1f7d0c1";
        service
            .request(Method::POST, "/v1/me/invites")
            .bearer_auth(owner)
            .header("Idempotency-Key", key)
            .json(body)
    };
    let body = json!({ "email": email, "locale": "zh-CN" });
    // The body's own hash would give the address away to whoever tries addresses.
    canaries.plant(
        "body",
        format!(r#"{{"email":"{email}","max_uses":null,"locale":"zh-CN","lifetime_hours":null}}"#),
    );
    service.send(create(&body)).await.expect(201);
    let clash = service
        .send(create(
            &json!({ "email": canaries.plant("address", "canary.clash@vouch.example.org") }),
        ))
        .await;
    canaries.hear(clash).refused(422, "idempotency-key-reused");
    let broken = service
        .post(
            owner,
            "/v1/me/invites",
            json!({ "email": canaries.plant("address", "canary.broken@localhost") }),
        )
        .await;
    canaries.hear(broken).refused(422, "invalid-value");
    let link = service.post(owner, "/v1/me/invites", json!({})).await.expect(201);
    let link = canaries.plant("invite", text(&link["code"]));
    let mail = mailed(home, &email, 1).await;
    let code = mail
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
        .find(|word| word.len() == 23 && word.matches('-').count() == 3);
    let code = canaries.plant("invite", code.expect("a code in the mail"));
    for code in [code.clone(), link.clone(), code.to_lowercase()] {
        service.get("", &format!("/v1/invites/{code}")).await.expect(200);
    }
    for wrong in ["CANARYCANARYCANARY22", "canary/../x", "%63anary-code?x=canary-query"] {
        let refused = service
            .get("", &format!("/v1/invites/{}", canaries.plant("path", wrong)))
            .await;
        assert!(canaries.hear(refused).status.is_client_error());
    }

    let (flow, token) = service.begin(&code).await;
    canaries.plant("flow", &token);
    let step = async |canaries: &mut Canaries, step: &str, body: Value| {
        let answer = service
            .post(&token, &format!("/v1/onboarding/{flow}/{step}"), body)
            .await;
        canaries.hear(answer)
    };
    let other = canaries.plant("address", "canary.mallory@vouch.example.org");
    step(canaries, "contact", json!({ "email": other }))
        .await
        .refused(422, "contact-mismatch");
    let broken = canaries.plant("address", "canary canary@vouch.example.org");
    step(canaries, "contact", json!({ "email": broken }))
        .await
        .refused(422, "invalid-value");
    step(canaries, "contact", json!({ "email": email })).await.expect(200);
    let proof = canaries.plant("proof", service.proof_of(&flow).await);
    let wrong = if proof == "271828" { "314159" } else { "271828" };
    let wrong = canaries.plant("proof", wrong);
    step(canaries, "contact/proof", json!({ "code": wrong }))
        .await
        .refused(422, "proof-wrong");
    step(canaries, "contact/proof", json!({ "code": proof }))
        .await
        .expect(200);

    // Names and numbers: refused in every way, given again, and accepted.
    let number = canaries.plant("number", resident_id(31));
    let mut mistyped = number.clone();
    mistyped.replace_range(17.., if number.ends_with('1') { "2" } else { "1" });
    let mistyped = canaries.plant("number", mistyped);
    let name = canaries.plant("name", "Zéphyrine Canari");
    for (name, number, slug) in [
        (
            canaries.plant("name", "Canari\u{202e}Zephyrine"),
            number.clone(),
            "name-invalid",
        ),
        (canaries.plant("name", "  1234567890 "), number.clone(), "name-invalid"),
        (name.clone(), mistyped, "document-invalid"),
        (name.clone(), canaries.plant("number", "CANARY99"), "document-invalid"),
    ] {
        step(canaries, "identity", identity(&name, &number))
            .await
            .refused(422, slug);
    }
    let typed = json!({ "full_name": [canaries.plant("name", "Canari en liste")], "document": { "number": number } });
    step(canaries, "identity", typed).await.refused(400, "invalid-field");
    let typed = json!({ "full_name": name, "document": { "country": canaries.plant("word", "Canaria"), "kind": "passport", "number": number } });
    step(canaries, "identity", typed).await.refused(422, "invalid-value");
    let typed = json!({ "full_name": name, "document": { "country": "CN", "kind": canaries.plant("word", "canary_kind"), "number": number } });
    step(canaries, "identity", typed).await.refused(400, "invalid-field");
    step(canaries, "identity", identity(&name, &number)).await.expect(200);
    for verdict in ["retry", "approved"] {
        let cases = service.get(reviewer, "/v1/admin/cases").await.expect(200);
        let case = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
        let reason = canaries.plant("reason", format!("canary reason to look, {verdict}"));
        service
            .post(reviewer, &format!("{case}/claim"), json!({ "reason": reason }))
            .await
            .expect(200);
        let reason = canaries.plant("reason", format!("canary reason for {verdict}"));
        let long = json!({ "verdict": verdict, "reason": reason.repeat(100) });
        let refused = service.post(reviewer, &format!("{case}/decision"), long).await;
        canaries.hear(refused).refused(422, "invalid-value");
        let wrong = json!({ "verdict": canaries.plant("word", "canary_verdict"), "reason": reason });
        let refused = service.post(reviewer, &format!("{case}/decision"), wrong).await;
        canaries.hear(refused).refused(400, "invalid-field");
        let decision = json!({ "verdict": verdict, "reason": reason });
        service
            .post(reviewer, &format!("{case}/decision"), decision.clone())
            .await
            .expect(200);
        let again = service.post(reviewer, &format!("{case}/decision"), decision).await;
        canaries.hear(again).refused(409, "case-decided");
        if verdict == "retry" {
            let name = canaries.plant("name", "Zéphyrine Canari-Duval");
            step(canaries, "identity", identity(&name, &number)).await.expect(200);
        }
    }
    // Before they go on: nobody is written to about a step that they have taken.
    mailed(home, &email, 2).await;
    let short = canaries.plant("password", "canary short");
    step(canaries, "password", json!({ "password": short }))
        .await
        .refused(422, "password-refused");
    step(canaries, "password", json!({ "password": email.to_lowercase() }))
        .await
        .refused(422, "password-refused");
    let password = canaries.plant("password", "canary nine loud kestrels");
    step(canaries, "password", json!({ "password": [&password] }))
        .await
        .refused(400, "invalid-field");
    let admitted = step(canaries, "password", json!({ "password": password, "handle": "grace" }))
        .await
        .expect(201);
    step(canaries, "password", json!({ "password": password }))
        .await
        .refused(410, "flow-ended");
    let refused = service.get("", &format!("/v1/invites/{code}")).await;
    canaries.hear(refused).refused(410, "invite-used");
    // A code that was typed before its letter left is not sent any more; the others are.
    let store = service.app.core.ledger.store();
    let left = async || store.read(vouchsafe::notify::backlog).await.expect("a count").waiting == 0;
    crate::ledger::eventually("all letters have left", left).await;

    // A second account of the same person.
    let (flow, token) = service.begin(&link).await;
    canaries.plant("flow", &token);
    let email = canaries.plant("address", "canary.second@vouch.example.org");
    let path = format!("/v1/onboarding/{flow}");
    service
        .post(&token, &format!("{path}/contact"), json!({ "email": email }))
        .await
        .expect(200);
    let proof = canaries.plant("proof", service.proof_of(&flow).await);
    service
        .post(&token, &format!("{path}/contact/proof"), json!({ "code": proof }))
        .await
        .expect(200);
    let refused = service
        .post(&token, &format!("{path}/identity"), identity(&name, &number))
        .await;
    // Whose it is they are not told.
    assert_eq!(canaries.hear(refused).body["next"], "review");
    let session = &admitted["session"];
    Walked {
        person: text(&admitted["person"]),
        access: canaries.plant_token("access", &session["access_token"]),
        refresh: canaries.plant_token("refresh", &session["refresh_token"]),
    }
}

/// A seat in a room on a real Janus: what opens the server, the room and the seat.
async fn take_a_seat(canaries: &mut Canaries, service: &Service, owner: &str) {
    let janus = JanusServer::start();
    let sound = janus.registration();
    for secret in ["admin_secret", "admin_key", "token_secret"] {
        canaries.plant("secret", text(&sound[secret]));
    }
    let with = |name: &str, value: Value| {
        let mut body = sound.clone();
        body[name] = value;
        body
    };
    let register = async |body: Value| {
        let request = service.request(Method::POST, "/v1/admin/room-servers").json(&body);
        let request = request
            .bearer_auth(owner)
            .header("Idempotency-Key", "a room server's key");
        service.send(request).await
    };
    let url = format!(
        "http://canary:{}@127.0.0.1/admin",
        canaries.plant("secret", "canary-url-password")
    );
    let long = canaries.plant("secret", "canary secret of a room server ");
    for (name, value) in [
        ("admin_url", json!(url)),
        ("kind", json!(canaries.plant("word", "canary_server"))),
        ("admin_secret", json!(long.repeat(40))),
        ("admin_key", json!([canaries.plant("secret", "canary key in a list")])),
        (
            "token_secret",
            json!({ "is": canaries.plant("secret", "canary token secret") }),
        ),
    ] {
        let refused = canaries.hear(register(with(name, value)).await);
        match name {
            "admin_url" => refused.refused(422, "invalid-value"),
            _ => refused.refused(400, "invalid-field"),
        }
    }
    let server = register(sound.clone()).await.expect(201);
    let other = with(
        "admin_secret",
        json!(canaries.plant("secret", "canary other admin secret")),
    );
    canaries
        .hear(register(other).await)
        .refused(422, "idempotency-key-reused");
    let bent = json!({ "id": canaries.plant("asked", "canary:room"), "server": server["id"] });
    let refused = service.post(owner, "/v1/admin/rooms", bent).await;
    canaries.hear(refused).refused(400, "invalid-field");
    let room = json!({ "id": "stage", "server": server["id"] });
    service.post(owner, "/v1/admin/rooms", room).await.expect(201);
    let (vault, store) = (service.app.core.vault.clone(), service.app.core.ledger.store());
    let secret = store.read(move |conn| {
        let room = rooms::queries::room(conn, &"stage".parse().expect("an id"))?.expect("the room");
        Ok::<_, StoreError>(room.secret(&vault)?.expose_secret().to_owned())
    });
    canaries.plant("secret", secret.await.unwrap());

    let tickets = "/v1/rooms/stage/tickets";
    let asked = async |canaries: &mut Canaries, wanted: u16| {
        let begun = Instant::now();
        loop {
            let answer = canaries.hear(service.post(owner, tickets, Value::Null).await);
            if answer.status == wanted {
                return answer;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{answer:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let given = asked(canaries, 201).await.body;
    canaries.plant("secret", text(&given["janus"]["token"]));
    let core_token = canaries.plant("secret", text(&given["janus"]["core_token"]));
    let (_, signature) = core_token.rsplit_once(':').expect("a signature");
    canaries.plant("secret", signature);
    let canary = format!("{tickets}/{}", canaries.plant("asked", "ticket_canary"));
    let refused = service.call(Method::DELETE, owner, &canary, None).await;
    assert!(canaries.hear(refused).status.is_client_error());
    // A Janus that takes none of these secrets says so, in words that are kept.
    let place = format!("/v1/admin/room-servers/{}", text(&server["id"]));
    let wrong = with(
        "admin_secret",
        json!(canaries.plant("secret", "canary wrong admin secret")),
    );
    service.call(Method::PUT, owner, &place, Some(wrong)).await.expect(200);
    asked(canaries, 503).await.refused(503, "room-server-unavailable");
    // And one that is gone for good.
    service.call(Method::PUT, owner, &place, Some(sound)).await.expect(200);
    asked(canaries, 201).await;
    drop(janus);
    asked(canaries, 503).await.refused(503, "room-server-unavailable");
}

async fn moderate(canaries: &mut Canaries, service: &Service, owner: &str, walked: &Walked) {
    let (id, secret) = new_service(service).await;
    canaries.plant("secret", &secret);
    let wrong = canaries.plant("secret", "canary-client-secret-that-is-wrong");
    for secret in [&secret, &wrong] {
        for token in [
            &walked.access,
            &walked.refresh,
            &canaries.plant("word", "canary.token.x"),
        ] {
            let basic = (id.clone(), secret.clone());
            let answer = super::form(service, "/oauth/introspect", Some(&basic), &[("token", token)]).await;
            canaries.hear(answer);
        }
    }
    let turn = [
        ("grant_type", "refresh_token"),
        ("refresh_token", walked.refresh.as_str()),
    ];
    let turned = super::form(service, "/oauth/token", None, &turn).await.expect(200);
    canaries.plant_token("access", &turned["access_token"]);
    let refresh = canaries.plant_token("refresh", &turned["refresh_token"]);
    let next = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let next = super::form(service, "/oauth/token", None, &next).await.expect(200);
    canaries.plant_token("access", &next["access_token"]);
    canaries.plant_token("refresh", &next["refresh_token"]);
    let reused = super::form(service, "/oauth/token", None, &turn).await;
    assert_eq!(canaries.hear(reused).status, 400);
    let unknown = [
        ("grant_type", "canary_grant"),
        ("refresh_token", &refresh),
        ("canary", "canary"),
    ];
    let refused = super::form(service, "/oauth/token", None, &unknown).await;
    assert_eq!(canaries.hear(refused).status, 400);
    let dead = service.get(&walked.access, "/v1/me").await;
    canaries.hear(dead).refused(401, "session-ended");

    let sanctions = format!("/v1/admin/people/{}/sanctions", walked.person);
    let note = canaries.plant("note", "canary note: two hundred advertisements");
    for body in [
        json!({ "kind": "ban", "reason": canaries.plant("word", "canary_reason"), "note": note }),
        json!({ "kind": "ban", "reason": "spam", "note": note.repeat(60) }),
        json!({ "kind": "ban", "reason": "spam", "note": { "text": note } }),
    ] {
        let refused = canaries.hear(service.post(owner, &sanctions, body.clone()).await);
        match body["reason"] == "spam" && body["note"].is_string() {
            true => refused.refused(422, "invalid-value"),
            false => refused.refused(400, "invalid-field"),
        }
    }
    let ban = json!({ "kind": "ban", "reason": "spam", "note": note });
    let imposed = service.post(owner, &sanctions, ban.clone()).await.expect(201);
    let again = service.post(owner, &sanctions, ban).await;
    canaries.hear(again).refused(409, "sanction-exists");
    let lift = format!("{sanctions}/{}/lift", text(&imposed["id"]));
    let note = canaries.plant("note", "canary note: it was her brother");
    service.post(owner, &lift, json!({ "note": note })).await.expect(200);
    let again = service.post(owner, &lift, json!({ "note": note })).await;
    canaries.hear(again).refused(404, "sanction-unknown");
    let list = service.get(owner, &sanctions).await.expect(200);
    assert!(list.to_string().contains("canary note"), "{list}");
}

/// Everything that is asked amiss.
async fn knock(canaries: &mut Canaries, service: &Service, owner: &str) {
    for contact in [
        "Canary.Grace@vouch.example.org",
        "canary.sought@vouch.example.org",
        "canary.sought@",
        "canary\r\nRCPT",
    ] {
        let body = json!({ "contact": canaries.plant("address", contact) });
        let answer = service.post(owner, "/v1/admin/people/search", body).await;
        canaries.hear(answer);
    }
    for path in [
        "/v1/admin/people?cursor=canary-cursor",
        "/v1/admin/people?role=canary_role",
        "/v1/admin/people?limit=canary_limit",
        "/v1/admin/people/canary_person",
        "/v1/admin/people/person_canary/branch?cursor=canary_cursor",
        "/v1/admin/ledger?type=canary_type",
        "/v1/admin/ledger?subject=canary_subject",
        "/v1/admin/paths?from=canary_from&to=canary_to",
        "/canary/path/unknown?x=canary_query",
        "/v1/onboarding/canary_flow",
    ] {
        let canary = path
            .split(['/', '=', '&', '?'])
            .rfind(|part| part.contains("canary"))
            .expect("a canary");
        canaries.plant("asked", canary);
        let answer = service.get(owner, path).await;
        canaries.hear(answer);
    }
    for token in ["canary.bearer.token", "vsf_canary_flow_token", "vsr_canary_refresh"] {
        let token = canaries.plant("token", token);
        let answer = service.get(&token, "/v1/me").await;
        canaries.hear(answer).refused(401, "unauthenticated");
        let answer = service
            .get(&token, "/v1/onboarding/flow_01h455vb4pex5vsknk084sn02q")
            .await;
        canaries.hear(answer).refused(404, "flow-unknown");
        let answer = super::form(service, "/oauth/revoke", None, &[("token", &token)]).await;
        canaries.hear(answer);
        let body = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        let answer = super::form(service, "/oauth/token", None, &body).await;
        canaries.hear(answer);
    }
    for (header, value) in [
        ("Vouchsafe-At-Least", "canary_position"),
        ("If-Match", "canary_etag"),
        ("X-Forwarded-For", "canary_forwarded"),
        ("Idempotency-Key", "canary\u{7f}key"),
        ("Cookie", "session=canary_cookie"),
        ("Referer", "http://x/canary_referer"),
        ("User-Agent", "canary_agent"),
        ("Authorization", "Digest canary_digest"),
    ] {
        canaries.plant("header", value.rsplit(['/', '=', ' ']).next().expect("a value"));
        let value = reqwest::header::HeaderValue::from_bytes(value.as_bytes());
        let Ok(value) = value else { continue };
        for (method, path) in [
            (Method::GET, "/v1/me"),
            (Method::PUT, "/v1/admin/policy"),
            (Method::POST, "/v1/sessions"),
        ] {
            let mut request = service
                .request(method, path)
                .header(header, value.clone())
                .json(&json!({ "document": "" }));
            if header != "Authorization" {
                request = request.bearer_auth(owner);
            }
            let answer = service.send(request).await;
            canaries.hear(answer);
        }
    }
    for body in [
        r#"{"contact": "canary_half"#,
        r#"["canary_list"]"#,
        "\"canary_text\"",
        r#"{"contact": 1e999, "password": "canary_number"}"#,
    ] {
        let planted = body
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .find(|part| part.starts_with("canary"));
        canaries.plant("body", planted.expect("a canary"));
        let request = service
            .request(Method::POST, "/v1/sessions")
            .header("Content-Type", "application/json")
            .body(body);
        let answer = service.send(request).await;
        assert_eq!(canaries.hear(answer).status, 400);
    }
    let document = format!(
        "[community]\nname = \"{}\"\n",
        canaries.plant("policy", "canary community")
    );
    let request = service
        .request(Method::PUT, "/v1/admin/policy")
        .bearer_auth(owner)
        .header("If-Match", "\"1\"");
    let answer = service.send(request.json(&json!({ "document": document }))).await;
    canaries.hear(answer).refused(422, "policy-invalid");
}

/// What types that hold a secret show of themselves.
async fn debugged(canaries: &mut Canaries, service: &Service) -> String {
    let today = service.app.core.ledger.now().date();
    let email = EmailAddress::parse(&canaries.plant("address", "canary.debug@vouch.example.org")).unwrap();
    let name = FullName::parse(&canaries.plant("name", "Débora Canari")).unwrap();
    let number = canaries.plant("number", resident_id(37));
    let document = Document::parse("CN".parse().unwrap(), DocumentKind::CnResidentId, &number, today).unwrap();
    let mut config = service.app.core.config.clone();
    config.mail.smtp.password = Some(SecretString::from(canaries.plant("secret", "canary smtp password")));
    config.store.url = format!(
        "postgres://canary:{}@localhost/x",
        canaries.plant("secret", "canary-database-password")
    )
    .into();
    // The operator's code is good, once.
    let vault = service.app.core.vault.clone();
    let made = service.app.core.ledger.write(Actor::Operator, move |tx| {
        let owner = people::members(
            tx.conn,
            vouchsafe::platform::terms::PersonRow(0),
            Some(Role::Owner),
            None,
            1,
        )?
        .remove(0);
        let code = credentials::make_sign_in_code(tx, &vault, &owner, Duration::from_secs(60))?;
        Ok::<_, StoreError>((owner, code))
    });
    let (owner, code) = made.await.unwrap().value;
    let code = canaries.plant("secret", secrecy::ExposeSecret::expose_secret(&code));
    let session = service
        .post("", "/v1/sessions", json!({ "one_time_code": code }))
        .await
        .expect(201);
    canaries.plant_token("access", &session["access_token"]);
    let again = service.post("", "/v1/sessions", json!({ "one_time_code": code })).await;
    canaries.hear(again).refused(401, "credentials-wrong");
    let checked = service
        .app
        .core
        .tokens
        .check(&text(&session["access_token"]))
        .await
        .unwrap();
    let checked = format!("{checked:?}");
    let rooms = service.app.core.ledger.store().read(|conn| {
        let servers = rooms::queries::servers(conn)?;
        Ok::<_, StoreError>(format!(
            "{servers:?} {:?}",
            rooms::queries::room(conn, &"stage".parse().expect("an id"))?
        ))
    });
    let rooms = rooms.await.unwrap();
    assert!(rooms.contains("ServerRecord") && rooms.contains("Room {"), "{rooms}");
    format!("{email:?} {name:?} {document:?} {config:?} {owner:?} {checked} {rooms}")
}
