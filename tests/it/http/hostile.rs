//! Values that no client sends and anybody can: to every parameter, every header and every member of every body of
//! every operation. None is taken for an outage, none costs anybody else a connection, and none makes the log
//! call for help.

use std::{collections::BTreeSet, time::Duration};

use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use vouchsafe::{
    http::rights::{Access, OPERATIONS},
    platform::{
        store::{Backend, Target},
        terms::{Clock, Role},
    },
};

use super::{Operation, Scene, described, identity, new_service, nobody, resident_id, resolved};
use crate::support::{
    db::{Database, on_both},
    replica::{Plan, Replica},
    service::{Answer, text},
};

/// In a path, a query or a form, as they are written there.
const TEXTS: &[&str] = &[
    "%00",
    "a%00b",
    "%FF",
    "%C3%28",
    "%ED%A0%80",
    "%EF%BF%BE",
    "%F0%9F%99%82",
    "%E2%80%AE",
    "%25%30%30",
    "%27%3B--",
    "%5C%5C",
    "-1",
    "0",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "1e400",
    "true",
    "null",
    "%7B%7D",
    "%20",
    ".",
];

/// In a JSON text, as they are written there.
const VALUES: &[&str] = &[
    r#""\u0000""#,
    r#""a\u0000b@vouch.example.org""#,
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    r#""\uffff""#,
    r#""\u202e""#,
    r#""""#,
    r#""%00""#,
    r#""🙂""#,
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "1e400",
    "-1",
    "0",
    "0.5",
    "4294967296",
    "null",
    "true",
    "[]",
    "[null]",
    "{}",
];

/// In a header, as bytes.
const BYTES: &[&[u8]] = &[
    b"\xff",
    b"\xc3\x28",
    b"a\tb",
    b"%00",
    b"9223372036854775808",
    b"\"",
    b"W/\"1\"",
    b"AAAAAAAAAAA",
];

/// Whoever may call what, and where it leads.
struct Stage {
    owner: String,
    service: (String, String),
    /// By the last part of the path: a flow for which that is the next step, and its token.
    flows: Vec<(&'static str, String, String)>,
    code: String,
    /// The token of somebody who waits.
    applicant: String,
    appeal: secrecy::SecretString,
}

impl Stage {
    async fn set(scene: &Scene) -> Self {
        scene.room(&scene.owner_token, "stage").await;
        let code = scene.link(50).await;
        let asked = scene.asked(&code, "asked").await;
        let proved = scene.proved(&code, "proved").await;
        let named = scene.proved(&code, "named").await;
        let body = identity("张伟", &resident_id(7));
        scene.step(&named.0, &named.1, "identity", body).await.expect(200);
        let flows = vec![
            ("identity", proved.0, proved.1),
            ("password", named.0, named.1),
            ("", asked.0, asked.1),
        ];
        Self {
            owner: scene.owner_token.clone(),
            service: new_service(&scene.service).await,
            flows,
            code,
            applicant: crate::http::waitlist::waits(&scene.service, "waits").await.1,
            appeal: vouchsafe::tokens::appeal::mint(&scene.service.app.core.vault, scene.owner.row, scene.clock.now()),
        }
    }

    /// A path without variables but `but`.
    fn path(&self, operation: &Operation, but: &str) -> String {
        let flow = &self.flow(operation).0;
        let id = match operation.path.split('/').nth(3) {
            Some("cases") => nobody("case"),
            Some("room-servers") => nobody("server"),
            Some("invites") => nobody("invite"),
            _ => nobody("person"),
        };
        let (ticket, sanction) = (nobody("ticket"), nobody("sanction"));
        let (application, server) = (nobody("application"), nobody("server"));
        let known = [
            ("{flow}", flow.as_str()),
            ("{code}", &self.code),
            ("{id}", &id),
            ("{ticket}", &ticket),
            ("{server}", &server),
            ("{sanction}", &sanction),
            ("{application}", &application),
            // There is none: nobody waits for a server that nobody has started.
            ("{room}", "elsewhere"),
        ];
        known
            .into_iter()
            .filter(|(name, _)| *name != but)
            .fold(operation.path.clone(), |path, (name, value)| path.replace(name, value))
    }

    fn flow(&self, operation: &Operation) -> (&String, &String) {
        let found = self.flows.iter().find(|(step, ..)| operation.path.ends_with(step));
        let (_, flow, token) = found.expect("a flow");
        (flow, token)
    }

    fn dressed(&self, operation: &Operation, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let known = OPERATIONS
            .iter()
            .find(|known| known.id == operation.id)
            .expect("in the table");
        match known.access {
            Access::Public | Access::PublicThrottled | Access::Page | Access::RoomServer => request,
            Access::Flow => request.bearer_auth(self.flow(operation).1),
            Access::Applicant => request.bearer_auth(&self.applicant),
            Access::Appellant => request.bearer_auth(self.appeal.expose_secret()),
            Access::Roles(_) => request.bearer_auth(&self.owner),
            Access::Service => request.basic_auth(&self.service.0, Some(&self.service.1)),
        }
    }
}

/// The members of a body, at any depth, as JSON pointers.
fn places(document: &Value, schema: &Value, at: &str, found: &mut Vec<String>) {
    let schema = resolved(document, schema);
    for either in ["oneOf", "anyOf", "allOf"] {
        for one in schema[either].as_array().into_iter().flatten() {
            places(document, one, at, found);
        }
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let place = format!("{at}/{name}");
        places(document, member, &place, found);
        found.push(place);
    }
}

/// A body with this JSON at one place. What is broken by itself is only ever a text.
fn spoiled(body: &Value, place: &str, value: &str) -> String {
    const MARK: &str = "the place of the value";
    let mut body = body.clone();
    let mut at = &mut body;
    for part in place.split('/').skip(1) {
        if !at.is_object() {
            *at = json!({});
        }
        at = at
            .as_object_mut()
            .expect("an object")
            .entry(part)
            .or_insert(Value::Null);
    }
    *at = MARK.into();
    body.to_string().replace(&format!("\"{MARK}\""), value)
}

/// Everything that is sent to one operation: what it is, and the request.
fn requests(stage: &Stage, replica: &Replica, operation: &Operation) -> Vec<(String, reqwest::RequestBuilder)> {
    let document = described();
    let described = &document["paths"][&operation.path][operation.verb.as_str().to_lowercase()];
    let mut all = Vec::new();
    let long = "x".repeat(5_000);
    let texts = || TEXTS.iter().copied().chain([long.as_str()]);
    let send = |path: &str| stage.dressed(operation, operation.request(replica, path));
    for parameter in described["parameters"].as_array().into_iter().flatten() {
        let name = text(&parameter["name"]);
        match parameter["in"].as_str() {
            Some("path") => {
                let variable = format!("{{{name}}}");
                let path = stage.path(operation, &variable);
                for value in texts() {
                    all.push((format!("{name}={value}"), send(&path.replace(&variable, value))));
                }
            }
            Some("query") => {
                let path = stage.path(operation, "");
                for value in texts() {
                    all.push((format!("?{name}={value}"), send(&format!("{path}?{name}={value}"))));
                }
            }
            _ => {}
        }
    }
    for name in [
        "Idempotency-Key",
        "If-Match",
        "Vouchsafe-At-Least",
        "X-Request-Id",
        "Accept-Language",
        "Authorization",
        "Cookie",
    ] {
        for value in BYTES {
            let value = reqwest::header::HeaderValue::from_bytes(value).expect("a header's value");
            all.push((
                format!("{name}: {value:?}"),
                send(&stage.path(operation, "")).header(name, value),
            ));
        }
    }
    let Some((kind, body)) = &operation.body else {
        return all;
    };
    let path = stage.path(operation, "");
    let mut members = Vec::new();
    let content = described
        .pointer("/requestBody/content")
        .and_then(Value::as_object)
        .expect("a content");
    places(&document, &content[kind]["schema"], "", &mut members);
    let raw = |body: String| {
        let request = replica
            .request(operation.verb.clone(), &path)
            .header("content-type", kind.as_str());
        stage.dressed(operation, request).body(body)
    };
    if kind.ends_with("json") {
        for member in &members {
            for value in VALUES {
                all.push((format!("{member}: {value}"), raw(spoiled(body, member, value))));
            }
            let long = json!("x".repeat(50_000)).to_string();
            all.push((format!("{member}: long"), raw(spoiled(body, member, &long))));
        }
        for whole in VALUES
            .iter()
            .chain(&["", "{", "[[[[[[[[", "\u{feff}{}", "\"\\u0000", "{\"\\u0000\": 1}"])
        {
            all.push((format!("the body {whole}"), raw((*whole).to_owned())));
        }
    } else {
        for member in &members {
            let name = &member[1..];
            for value in texts() {
                let others = body
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(known, _)| *known != name);
                let others: Vec<String> = others.map(|(name, value)| format!("{name}={}", text(value))).collect();
                all.push((
                    format!("{name}={value}"),
                    raw(format!("{}&{name}={value}", others.join("&"))),
                ));
            }
        }
    }
    all
}

/// The lines that a replica has logged so loudly.
fn lines(replica: &Replica, level: &str) -> Vec<Value> {
    let log = replica.log();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    lines.filter(|line| line["level"] == level).collect()
}

fn plan(scene: &Scene, db: &Database) -> Plan {
    let url = match db.target() {
        Target::Sqlite(path) => format!("sqlite://{}", path.display()),
        Target::Postgres(url) => url.expose_secret().to_owned(),
    };
    Plan::new(&scene.home, "hostile", &url).with("log.format", "json")
}

/// The connections that it has to PostgreSQL.
fn connections(db: &Database) -> BTreeSet<i64> {
    match db.target().backend() {
        Backend::Sqlite => BTreeSet::new(),
        Backend::Postgres => {
            let ours = "SELECT pid::bigint AS n FROM pg_stat_activity WHERE datname = current_database() \
                AND application_name = 'hostile'";
            db.figures(ours).into_iter().collect()
        }
    }
}

on_both! {
    async fn no_value_is_an_outage(db: &Database) {
        let scene = Scene::with(db, "real-name", |config| {
            config.throttle.proof_attempts = 20;
            crate::http::waitlist::open_for(config, 99);
        }).await;
        let stage = Stage::set(&scene).await;
        let plan = plan(&scene, db);
        scene.service.stop().await;
        let replica = plan.start().await;
        let before = connections(db);
        let (mut sent, mut wrong) = (0, Vec::new());
        for operation in Operation::all() {
            // It would end the session with which everything else is asked.
            if operation.id == "sign_out" {
                continue;
            }
            for (what, request) in requests(&stage, &replica, &operation) {
                sent += 1;
                // What HTTP does not let through at all is not sent.
                let Ok(answer) = replica.try_send(request).await else { continue };
                if answer.status.is_server_error() {
                    wrong.push(format!("{} with {what}: {}", operation.id, shown(&answer)));
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {sent}: {wrong:#?}", wrong.len());
        assert!(sent > 3_000, "only {sent}");
        let gone: Vec<_> = before.difference(&connections(db)).copied().collect();
        assert!(gone.is_empty(), "connections were thrown away: {gone:?}");
        assert_eq!(lines(&replica, "ERROR"), Vec::<Value>::new());
        let causes = lines(&replica, "WARN").into_iter().filter(|line| !line["cause"].is_null());
        assert_eq!(causes.collect::<Vec<_>>(), Vec::<Value>::new());
    }

    /// Whatever a stranger meets, be it our own fault, is a warning that names their request.
    async fn nobody_can_make_the_log_call_for_help(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let code = scene.link(5).await;
        let (_, member) = scene.member("member", Role::Member).await;
        let plan = plan(&scene, db);
        scene.service.stop().await;
        let replica = plan.start().await;
        // As if a statement of ours were wrong.
        db.run("ALTER TABLE flows RENAME TO gone; ALTER TABLE throttles RENAME TO gone_too");
        let mut ids = Vec::new();
        for _ in 0..3 {
            let begun = replica.post("", "/v1/onboarding", json!({ "code": code })).await;
            assert!(begun.status.is_server_error(), "{begun:?}");
            ids.push(text(&begun.body["request_id"]));
            let flow = format!("/v1/onboarding/{}", nobody("flow"));
            let shown = replica.call(Method::GET, &member, &flow, None).await;
            assert!(shown.status.is_server_error(), "{shown:?}");
            ids.push(text(&shown.body["request_id"]));
        }
        db.run("ALTER TABLE gone RENAME TO flows; ALTER TABLE gone_too RENAME TO throttles");
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(lines(&replica, "ERROR"), Vec::<Value>::new());
        let warned = lines(&replica, "WARN");
        for id in ids {
            let line = warned.iter().find(|line| line["span"]["request_id"] == id.as_str());
            assert!(line.is_some_and(|line| !line["cause"].is_null()), "{id}: {warned:#?}");
        }
    }
}

fn shown(answer: &Answer) -> String {
    format!("{} {}", answer.status, answer.body)
}
