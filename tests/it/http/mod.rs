//! What the HTTP interface promises, whatever the operation: who may call it, what is refused and
//! how, what is never told, and that the description of it is true.

mod account;
mod authorisation;
mod acquainted;
mod bad_input;
mod bad_requests;
mod behind;
mod bulk;
mod canaries;
mod description;
mod doors;
mod enumeration;
mod forged;
mod hostile;
mod invite_attributes;
mod invite_life;
mod invite_model;
mod invites;
mod invites_overseen;
mod leaving;
mod mass_assignment;
mod objects;
mod phones;
mod positions;
mod quotas;
mod regions;
mod repeats;
mod review;
mod safe_methods;
pub mod schemas;
mod sessions;
mod shapes;
mod steps;
mod throttles;
mod typed;
pub mod waitlist;
mod waitlist_phones;
mod without;

use std::{sync::Arc, time::Duration};

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use vouchsafe::{
    app,
    commands::import,
    people::Member,
    platform::{
        config::Config,
        jobs,
        store::Conn,
        terms::{Clock, ManualClock, Role, SystemClock},
    },
};

use crate::support::{
    db::Database,
    service::{Answer, Client, Home, Service, text},
    smtp::SmtpServer,
};

/// A password that is accepted.
pub const PASSWORD: &str = "seven quiet herons wade";

/// A community with an owner, under a clock that the test moves.
pub struct Scene {
    pub home: Home,
    pub clock: Arc<ManualClock>,
    pub service: Service,
    pub owner: Member,
    pub owner_token: String,
}

impl Scene {
    /// What a refused sign-in gives somebody to appeal with.
    pub fn appeal_token(&self, person: vouchsafe::platform::terms::PersonRow) -> String {
        let core = &self.service.app.core;
        let token = vouchsafe::tokens::appeal::mint(&core.vault, person, core.ledger.now());
        secrecy::ExposeSecret::expose_secret(&token).to_owned()
    }

    /// A job that is done: an import of one row. Its id.
    pub async fn job(&self) -> String {
        let history = import::History::read(b"from,to,rating,time\n1,2,1,4\n", SystemClock.now()).unwrap();
        let (id, plan) = (jobs::id_of(&history.digest), import::plan(&history));
        let (ledger, vault) = (&self.service.app.core.ledger, &self.service.app.core.vault);
        let ended = import::replay(ledger, vault, history, plan, std::future::pending(), |_| ()).await;
        assert_eq!(ended.unwrap(), import::Ended::Done);
        id.to_string()
    }

    /// A drafted action on somebody: its id.
    pub async fn action(&self, on: &Member) -> String {
        let body = json!({ "selection": { "people": [on.id] }, "kind": "freeze", "reason": "spam",
            "note": "two hundred advertisements" });
        // The clock may have been moved past the end of the first token.
        let token = self.service.token(self.owner.row).await;
        let drafted = self.service.post(&token, "/v1/admin/actions", body).await;
        text(&drafted.expect(201)["id"])
    }

    /// One whose policy is a preset.
    pub async fn new(db: &Database, policy: &str) -> Self {
        Self::with(db, policy, |_| ()).await
    }

    /// One whose operator has set something.
    pub async fn with(db: &Database, policy: &str, configure: impl FnOnce(&mut Config)) -> Self {
        Self::at(Home::new(db, policy), configure).await
    }

    /// One that knows these kinds of room servers.
    pub async fn knowing(db: &Database, policy: &str, kinds: vouchsafe::rooms::Kinds) -> Self {
        let mut home = Home::new(db, policy);
        home.room_servers = kinds;
        Self::at(home, |_| ()).await
    }

    /// One whose letters leave by a real mail server.
    pub async fn with_smtp(db: &Database, policy: &str, server: &SmtpServer) -> Self {
        Self::at(Home::new(db, policy).with_smtp(server), |_| ()).await
    }

    async fn at(mut home: Home, configure: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(ManualClock::new(SystemClock.now()));
        home.clock = clock.clone();
        configure(&mut home.config);
        let service = home.start().await;
        let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
        let owner_token = service.token(owner.row).await;
        Self {
            home,
            clock,
            service,
            owner,
            owner_token,
        }
    }

    /// Another member, and an access token of theirs.
    /// The job, once it is done.
    pub async fn job_done(&self, id: &str) -> Value {
        let begun = Instant::now();
        loop {
            let path = format!("/v1/admin/jobs/{id}");
            let job = self.service.get(&self.owner_token, &path).await.expect(200);
            if job["state"] == "done" {
                return job;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{job}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn member(&self, name: &str, role: Role) -> (Member, String) {
        let member = self.service.found(&address(name), role, None).await;
        let token = self.service.token(member.row).await;
        (member, token)
    }

    /// The owner's open link for so many.
    pub async fn link(&self, uses: u32) -> String {
        let link = json!({ "max_uses": uses });
        text(
            &self
                .service
                .post(&self.owner_token, "/v1/me/invites", link)
                .await
                .expect(201)["code"],
        )
    }

    /// A room of this id, on a room server that nobody has started; the server's id.
    pub async fn room(&self, token: &str, id: &str) -> String {
        let server = json!({
            "kind": "janus",
            "client_url": "https://rooms.example.org/janus",
            "admin_url": "http://127.0.0.1:9/admin",
            "admin_secret": "an admin secret",
        });
        let post = async |path, body| self.service.post(token, path, body).await.expect(201);
        let server = text(&post("/v1/admin/room-servers", server).await["id"]);
        post("/v1/admin/rooms", json!({ "id": id, "servers": [server] })).await;
        server
    }

    /// A flow by this code whose address has been sent a one-time code: its id and its token.
    pub async fn asked(&self, code: &str, name: &str) -> (String, String) {
        let (flow, token) = self.service.begin(code).await;
        let contact = json!({ "email": address(name) });
        self.step(&flow, &token, "contact", contact).await.expect(200);
        (flow, token)
    }

    /// A flow whose address is proved.
    pub async fn proved(&self, code: &str, name: &str) -> (String, String) {
        let (flow, token) = self.asked(code, name).await;
        let proof = json!({ "code": self.service.proof_of(&flow).await });
        self.step(&flow, &token, "contact/proof", proof).await.expect(200);
        (flow, token)
    }

    /// A step of a flow.
    pub async fn step(&self, flow: &str, token: &str, step: &str, body: Value) -> Answer {
        self.service
            .post(token, &format!("/v1/onboarding/{flow}/{step}"), body)
            .await
    }

    /// How many events there are.
    pub fn events(db: &Database) -> i64 {
        db.figures("SELECT count(*) AS n FROM events")[0]
    }
}

/// The address of somebody.
pub fn address(name: &str) -> String {
    format!("{name}@vouch.example.org")
}

/// The identity step's body.
pub fn identity(name: &str, number: &str) -> Value {
    json!({ "full_name": name, "document": { "country": "CN", "kind": "cn_resident_id", "number": number } })
}

/// A valid resident identity number for each `n` below 1 000, made of the standard's own example.
pub fn resident_id(n: u32) -> String {
    let body = format!("11010519491231{n:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body
        .bytes()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    format!("{body}{}", &"10X98765432"[sum as usize % 11..][..1])
}

/// A service's client id and secret.
pub async fn new_service(service: &Service) -> (String, String) {
    service.register_hall().await
}

/// POST of a form, by HTTP Basic where `basic` says as whom.
pub async fn form(service: &Service, path: &str, basic: Option<&(String, String)>, form: &[(&str, &str)]) -> Answer {
    let mut request = service.request(Method::POST, path).form(form);
    if let Some((id, secret)) = basic {
        request = request.basic_auth(id, Some(secret));
    }
    service.send(request).await
}

/// A public id of this kind that nobody has.
pub fn nobody(kind: &str) -> String {
    format!("{kind}_01h455vb4pex5vsknk084sn02q")
}

/// The rows of a query whose one column is called `t`, asked past the store.
pub fn texts(db: &Database, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        t: String,
    }
    let rows: Vec<Row> = match db.connect() {
        Conn::Sqlite(mut conn) => sql_query(sql).load(&mut conn),
        Conn::Postgres(mut conn) => sql_query(sql).load(&mut conn),
    }
    .unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter().map(|row| row.t).collect()
}

/// The API description, as clients read it.
pub fn described() -> Value {
    serde_json::from_slice(app::description().expect("a description").as_bytes()).expect("JSON")
}

/// One operation of the description.
pub struct Operation {
    pub id: String,
    pub verb: Method,
    pub path: String,
    /// The content type and an example of its body, the demanded members alone.
    pub body: Option<(String, Value)>,
    /// Whether the description wants credentials for it.
    pub secured: bool,
}

impl Operation {
    /// Every operation of the description.
    pub fn all() -> Vec<Self> {
        let document = described();
        let mut all = Vec::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (verb, operation) in item.as_object().expect("operations") {
                let body = operation.pointer("/requestBody/content").and_then(Value::as_object);
                let body = body.map(|content| {
                    let (kind, media) = content.iter().next().expect("a content type");
                    let example = (!media["example"].is_null()).then(|| media["example"].clone());
                    (
                        kind.clone(),
                        example.unwrap_or_else(|| sample(&document, &media["schema"], "")),
                    )
                });
                all.push(Self {
                    id: text(&operation["operationId"]),
                    verb: verb.to_uppercase().parse().expect("a method"),
                    path: path.clone(),
                    body,
                    secured: operation["security"]
                        .as_array()
                        .is_some_and(|all| !all.is_empty() && all.iter().all(|one| one != &json!({}))),
                });
            }
        }
        assert!(all.len() > 30, "a description of {} operations", all.len());
        all
    }

    /// A request for it, with its example of a body, where `path` is its path filled in.
    pub fn request(&self, service: &Client, path: &str) -> reqwest::RequestBuilder {
        let request = service.request(self.verb.clone(), path);
        match &self.body {
            None => request,
            Some((kind, body)) if kind.ends_with("json") => request.header("Content-Type", kind).json(body),
            Some((kind, Value::String(text))) => request.header("Content-Type", kind).body(text.clone()),
            Some((_, body)) => request.form(body),
        }
    }
}

/// What a reference leads to.
pub fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => {
            let found = document.pointer(&reference[1..]);
            resolved(document, found.unwrap_or_else(|| panic!("{reference} leads nowhere")))
        }
        None => schema,
    }
}

/// A value of a schema, with the members alone that are demanded.
fn sample(document: &Value, schema: &Value, name: &str) -> Value {
    let schema = resolved(document, schema);
    if let Some(first) = schema["oneOf"].get(0) {
        return sample(document, first, name);
    }
    // The first of the known words would make somebody an owner.
    if name == "role" {
        return json!("member");
    }
    if name == "participant" {
        return json!(nobody("ticket"));
    }
    if name == "server" || name == "sanction" {
        return json!(nobody(name));
    }
    if let Some(word) = schema["enum"].get(0) {
        return word.clone();
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let demanded = schema["required"].as_array().into_iter().flatten().map(text);
            demanded
                .map(|name| (name.clone(), sample(document, &schema["properties"][&name], &name)))
                .collect()
        }
        Some("array") => {
            let one = if name == "servers" { "server" } else { name };
            json!([sample(document, &schema["items"], one)])
        }
        Some("integer") => json!(1),
        Some("boolean") => json!(true),
        Some("string") if schema["format"] == "email" => json!(address("somebody")),
        Some("string")
            if schema["pattern"]
                .as_str()
                .is_some_and(|pattern| pattern.starts_with("^person_")) =>
        {
            json!(nobody("person"))
        }
        Some("string") => json!("canned"),
        other => panic!("{name}: no example for the type {other:?} of {schema}"),
    }
}
