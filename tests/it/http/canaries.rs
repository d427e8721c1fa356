//! Names, numbers, addresses, codes, passwords, tokens and words planted along the whole way, and
//! then looked for wherever they must not be: in the log at its most talkative, in metrics, refusals,
//! the ledger, every byte of the database, and what a type shows of itself for debugging.
//!
//! What is public by design (handles, public ids) is no canary, and a password's PHC string is a hash.

mod come_in;
mod search;
mod visit;

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write},
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use mail_parser::MessageParser;
use secrecy::SecretString;
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

use super::{resident_id, schemas::events_fit, texts};
use crate::support::{
    db::Database,
    postgres,
    service::{Answer, Home, Service, text},
};
use come_in::{Walked, come_in};
use search::{is_apart, percent};
use visit::{knock, moderate, take_a_seat};

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
