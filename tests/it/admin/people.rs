//! The admin's routes through the gate: lists, search, the graph, sanctions and the ledger.

use std::{sync::Arc, time::Duration};

use actix_web::{
    App,
    http::Method,
    test::{TestRequest, call_service, init_service, read_body},
    web::Data,
};
use serde_json::{Value, json};
use vouchsafe::{
    admin::{self, http::Audit},
    http::{Gate, GateLimits, Pepper, Routes, openapi},
    moderation::{self, http::Moderation},
    platform::{
        idempotency,
        terms::{PersonId, Role, Standing, SystemRng, Timestamp},
        vault::Blind,
    },
};

use super::{
    cases_http::{Porter, Shore},
    community::Community,
};
use crate::support::db::{Database, on_both};

fn routes(config: &mut Routes) {
    admin::http::routes(config);
    moderation::http::routes(config);
}

#[test]
fn the_description_and_the_table_of_rights_agree() {
    let document = openapi::describe(routes);
    let ours = [
        "people", "person", "chain", "children", "branch", "paths", "sanction", "role", "ledger",
    ];
    let differences = openapi::differences(&document);
    let ours: Vec<_> = differences
        .iter()
        .filter(|text| ours.iter().any(|word| text.contains(word)))
        .collect();
    assert!(ours.is_empty(), "{ours:?}");
}

/// An answer: status, body, and the position that it stands on.
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub position: Option<String>,
}

impl Answer {
    pub fn problem(&self) -> (u16, &str) {
        let urn = self.body["type"].as_str().unwrap_or_default();
        (self.status, urn.strip_prefix("urn:vouchsafe:problem:").unwrap_or(urn))
    }

    pub fn handles(&self) -> Vec<&str> {
        let items = self.body["items"].as_array().unwrap_or_else(|| panic!("{}", self.body));
        items.iter().map(|item| item["handle"].as_str().unwrap()).collect()
    }
}

/// What asks the two rooms' routes of a community.
pub async fn asker(
    community: &Community,
) -> impl AsyncFn(Method, String, String, Option<&'static str>, Value) -> Answer {
    let limits = GateLimits {
        origin: "https://vouchsafe.example.org".into(),
        trusted_proxies: Vec::new(),
        request_timeout: Duration::from_secs(20),
        body_limit: 16_384,
        path: String::new(),
    };
    let app = App::new()
        .wrap(Gate::new(limits, Arc::new(Porter), Arc::new(Shore), &SystemRng))
        .app_data(Data::new(idempotency::Secret::new(&[7; 32])))
        .app_data(Data::new(Pepper::new(
            &community.vault.blind(Blind::Idempotency, b"pepper"),
        )))
        .app_data(Data::new(Audit {
            subscribers: Arc::new([]),
            ledger: community.ledger.clone(),
            read_model: community.read_model.clone(),
            graph: community.graph.clone(),
            roster: community.roster.clone(),
            vault: community.vault.clone(),
        }))
        .app_data(Data::new(Moderation {
            policy: Arc::new(vouchsafe::policy::Current::new(vouchsafe::app::DOCUMENTS)),
            ledger: community.ledger.clone(),
            read_model: community.read_model.clone(),
            vault: community.vault.clone(),
            graph: community.graph.clone(),
            roster: community.roster.clone(),
        }))
        .configure(Routes::serve(routes));
    let app = init_service(app).await;
    async move |method: Method, path: String, who: String, key: Option<&'static str>, body: Value| {
        let mut request = TestRequest::with_uri(&path)
            .method(method)
            .peer_addr("192.0.2.1:9".parse().unwrap())
            .insert_header(("Authorization", format!("Bearer {who}")))
            .set_json(body);
        if let Some(key) = key {
            request = request.insert_header(("Idempotency-Key", format!("the-key-of-a-ban-{key}")));
        }
        let response = call_service(&app, request.to_request()).await;
        let header = response.headers().get("vouchsafe-position");
        Answer {
            status: response.status().as_u16(),
            position: header.map(|value| value.to_str().unwrap().to_owned()),
            body: serde_json::from_slice(&read_body(response).await).unwrap(),
        }
    }
}

on_both! {
    /// Members are listed a page at a time, by role and standing; a contact is found whole.
    async fn people_are_listed_and_found(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        for handle in ["ann", "bob", "cat"] {
            community.admit(&owner, handle).await;
        }
        let blind = community.vault.blind(Blind::Contact, b"owner@example.org");
        community.give_contact(&owner, blind).await;
        let ask = asker(&community).await;
        let get = async |path: &str, who: &str| ask(Method::GET, path.into(), who.into(), None, Value::Null).await;

        assert_eq!(get("/v1/admin/people", "member-2").await.status, 403);
        let all = get("/v1/admin/people", "auditor-1").await;
        assert_eq!(all.handles(), ["owner", "ann", "bob", "cat"]);
        assert_eq!(all.body["items"][0]["id"], owner.id.to_string());
        assert_eq!(get("/v1/admin/people?role=owner&standing=active", "auditor-1").await.handles(), ["owner"]);
        assert!(get("/v1/admin/people?standing=banned", "auditor-1").await.handles().is_empty());
        let page = get("/v1/admin/people?limit=3&role=member", "auditor-1").await;
        assert_eq!((page.handles(), &page.body["next"]), (vec!["ann", "bob", "cat"], &Value::Null));
        let page = get("/v1/admin/people?limit=3", "auditor-1").await;
        let next = page.body["next"].as_str().unwrap();
        assert_eq!(get(&format!("/v1/admin/people?limit=3&cursor={next}"), "auditor-1").await.handles(), ["cat"]);
        assert_eq!(get("/v1/admin/people?cursor=x", "auditor-1").await.problem(), (400, "cursor-invalid"));

        let search = async |contact: &str| {
            let body = json!({ "contact": contact });
            ask(Method::POST, "/v1/admin/people/search".into(), "auditor-1".into(), None, body).await
        };
        assert_eq!(search(" Owner@Example.org ").await.handles(), ["owner"]);
        assert!(search("owner@example.com").await.handles().is_empty());
        let refused = search("owner").await;
        assert_eq!((refused.problem(), &refused.body["field"]), ((422, "invalid-value"), &json!("/contact")));
    }

    /// The graph's answers carry the position that they stand on, and pages follow on each other.
    async fn the_graph_is_asked(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        let ann = community.admit(&owner, "ann").await;
        let bob = community.admit(&ann, "bob").await;
        let cat = community.admit(&ann, "cat").await;
        let ask = asker(&community).await;
        let get = async |path: String| ask(Method::GET, path, "auditor-1".into(), None, Value::Null).await;

        let person = get(format!("/v1/admin/people/{}", ann.id)).await;
        assert!(person.position.is_some());
        assert_eq!(person.body["inviter"], json!({ "id": owner.id, "handle": "owner" }));
        assert_eq!((&person.body["invitees"], &person.body["branch"]["people"]), (&json!(2), &json!(2)));
        assert_eq!(person.body.get("ban"), None);

        let chain = get(format!("/v1/admin/people/{}/chain", bob.id)).await;
        assert_eq!((chain.handles(), chain.position.is_some()), (vec!["bob", "ann", "owner"], true));
        let item = json!({
            "id": bob.id, "handle": "bob", "standing": "active", "depth": 2, "joined_at": Timestamp::from_seconds(bob.joined_at.seconds()),
        });
        assert_eq!(chain.body["items"][0], item);
        for list in ["children", "branch"] {
            let page = get(format!("/v1/admin/people/{}/{list}?limit=1", ann.id)).await;
            assert_eq!(page.handles(), ["bob"], "{list}");
            let next = page.body["next"].as_str().unwrap();
            let page = get(format!("/v1/admin/people/{}/{list}?limit=1&cursor={next}", ann.id)).await;
            assert_eq!((page.handles(), &page.body["next"]), (vec!["cat"], &Value::Null), "{list}");
            let wrong = get(format!("/v1/admin/people/{}/{list}?cursor={next}", cat.id)).await;
            assert_eq!(wrong.problem(), (400, "cursor-invalid"), "{list}");
        }
        let path = get(format!("/v1/admin/paths?from={}&to={}", bob.id, cat.id)).await;
        assert_eq!((path.body["path"].as_array().unwrap().len(), &path.body["common_inviter"]), (3, &json!(ann.id)));
        assert_eq!(get(format!("/v1/admin/paths?from={}", bob.id)).await.problem(), (400, "invalid-field"));
        assert_eq!(get("/v1/admin/people/person_x".into()).await.problem(), (404, "not-found"));
    }

    /// A ban over HTTP holds in memory when it is answered, is done once under its key, shows its
    /// note to those who may, and is lifted; the ledger shows all of it without a row.
    async fn a_ban_is_imposed_read_and_lifted(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        let member = community.admit(&owner, "member").await;
        let ask = asker(&community).await;
        let get = async |path: String, who: &str| ask(Method::GET, path, who.into(), None, Value::Null).await;
        let path = format!("/v1/admin/people/{}/sanctions", member.id);
        let ban = async |key, note: &str| {
            let body = json!({ "kind": "ban", "reason": "abuse", "note": note });
            ask(Method::POST, path.clone(), "owner-1".into(), key, body).await
        };

        assert_eq!(ban(None, " ").await.problem(), (422, "invalid-value"));
        let banned = ban(Some("k1"), "canary words").await;
        assert_eq!((banned.status, &banned.body["note"]), (201, &json!("canary words")), "{}", banned.body);
        assert_eq!(banned.body["imposed_by"], owner.id.to_string());
        assert_eq!(community.standing(&member), Some(Standing::Banned));
        let again = ban(Some("k1"), "canary words").await;
        assert_eq!((again.status, &again.body), (201, &banned.body));
        assert_eq!(ban(Some("k1"), "other words").await.problem(), (422, "idempotency-key-reused"));
        assert_eq!(ban(Some("k2"), "canary words").await.problem(), (409, "sanction-exists"));
        let oneself = format!("/v1/admin/people/{}/sanctions", owner.id);
        let body = json!({ "kind": "ban", "reason": "other", "note": "some words" });
        let oneself = ask(Method::POST, oneself, "owner-1".into(), None, body).await;
        assert_eq!(oneself.problem(), (403, "forbidden"));

        let id = banned.body["id"].as_str().unwrap();
        let person = get(format!("/v1/admin/people/{}", member.id), "auditor-1").await;
        assert_eq!((&person.body["sanctions"][0]["id"], &person.body["sanctions"][0]["reason"]), (&json!(id), &json!("abuse")));
        assert_eq!(get(path.clone(), "admin-1").await.body["items"][0]["note"], "canary words");
        let audited = get(path.clone(), "auditor-1").await.body;
        assert_eq!((&audited["items"][0]["id"], audited["items"][0].get("note")), (&json!(id), None));

        let lift = async || {
            let lift = format!("{path}/{id}/lift");
            ask(Method::POST, lift, "owner-1".into(), None, json!({ "note": "a mistake" })).await
        };
        let lifted = lift().await;
        assert_eq!((lifted.status, &lifted.body["lift_note"]), (200, &json!("a mistake")), "{}", lifted.body);
        assert_eq!(community.standing(&member), Some(Standing::Active));
        assert_eq!(lift().await.problem(), (404, "sanction-unknown"));

        let role = async |person: String, role: &str| {
            let path = format!("/v1/admin/people/{person}/role");
            ask(Method::PUT, path, "owner-1".into(), None, json!({ "role": role, "reason": "duty" })).await
        };
        let given = role(member.id.to_string(), "reviewer").await;
        assert_eq!((given.status, given.body), (200, json!({ "id": member.id, "role": "reviewer" })));
        let same = role(member.id.to_string(), "reviewer").await;
        assert!(same.status == 200 && same.position.is_some());
        assert_eq!(role(owner.id.to_string(), "member").await.problem(), (409, "last-owner"));
        assert_eq!(role(owner.id.to_string(), "service").await.problem(), (400, "invalid-field"));

        let about = format!("/v1/admin/ledger?subject={}", member.id);
        let events = get(about.clone(), "auditor-1").await.body;
        let items = events["items"].as_array().unwrap();
        let kinds: Vec<_> = items.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["role_changed", "ban_lifted", "person_banned", "member_admitted"]);
        let changed = json!({ "person": member.id, "before": "member", "after": "reviewer", "reason": "duty" });
        assert_eq!((&items[0]["v"], &items[0]["details"]), (&json!(2), &changed));
        assert!(!events.to_string().contains("canary words"));
        let page = get(format!("{about}&type=person_banned&actor={}&limit=1", owner.id), "auditor-1").await.body;
        assert_eq!((page["items"].as_array().unwrap().len(), &page["next"]), (1, &Value::Null));
        let page = get(format!("{about}&limit=3"), "auditor-1").await.body;
        let next = page["next"].as_str().unwrap();
        let page = get(format!("{about}&limit=3&cursor={next}"), "auditor-1").await.body;
        assert_eq!((&page["items"][0]["type"], &page["next"]), (&json!("member_admitted"), &Value::Null));
        let nobody = PersonId::new(owner.joined_at, &SystemRng);
        let page = get(format!("/v1/admin/ledger?actor={nobody}"), "auditor-1").await.body;
        assert_eq!(page["items"], json!([]));
    }
}
