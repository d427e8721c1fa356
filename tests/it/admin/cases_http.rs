//! The reviewers' queue through the gate: who is let in, and where a name is shown.

use std::sync::Arc;

use actix_web::{
    App,
    http::Method,
    test::{TestRequest, call_service, init_service, read_body},
    web::Data,
};
use futures_util::future::{BoxFuture, FutureExt, ready};
use serde_json::{Value, json};
use vouchsafe::{
    http::{
        Caller, CallerSource, CatchUp, Gate, GateLimits, Pepper, Problem, Routes, ServiceCaller, ThrottleBucket,
        openapi,
    },
    identity::http::{self, Cases},
    platform::{
        idempotency,
        ledger::{Actor, ReadModel},
        store::{Backend, Guards},
        terms::{Id, PersonRow, Role, SystemRng},
        vault::Blind,
    },
    policy,
};

use super::scene::{NAME, REVIEWED, Scene, passport};
use crate::support::db::Database;

/// Takes `ROLE-ROW` for the access token of that member.
pub(super) struct Porter;

impl CallerSource for Porter {
    fn bearer<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Caller, Problem>> {
        let (role, row) = token.split_once('-').unwrap();
        let caller = Caller {
            person: PersonRow(row.parse().unwrap()),
            id: Id::from_uuid(uuid::Uuid::nil()),
            role: role.parse::<Role>().unwrap(),
            session: Id::from_uuid(uuid::Uuid::nil()),
            signed_in_for: std::time::Duration::ZERO,
        };
        ready(Ok(caller)).boxed()
    }
    fn basic<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<ServiceCaller, Problem>> {
        ready(Err(Problem::service_unknown())).boxed()
    }
    fn throttle(&self, _: ThrottleBucket) -> BoxFuture<'_, Result<(), Problem>> {
        ready(Ok(())).boxed()
    }
}

/// No request here demands a position.
pub(super) struct Shore;

impl CatchUp for Shore {
    fn wait<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), Problem>> {
        ready(Ok(())).boxed()
    }
}

#[test]
fn the_description_and_the_table_of_rights_agree_about_cases() {
    let differences = openapi::differences(&openapi::describe(http::routes));
    assert!(!differences.is_empty(), "the other rooms' operations are missing here");
    let ours: Vec<_> = differences.iter().filter(|text| text.contains("case")).collect();
    assert!(ours.is_empty(), "{ours:?}");
}

#[actix_web::test]
async fn a_name_is_shown_to_whoever_claims_the_case_and_nowhere_else() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, Guards::default());
    let document = policy::preset("reviewed").unwrap();
    let document = document.replace(r#"["reviewer", "admin", "owner"]"#, r#"["reviewer"]"#);
    scene
        .ledger
        .write(Actor::Operator, move |tx| policy::change(tx, &document, 0))
        .await
        .unwrap();
    let current = Arc::new(policy::Current::new(&["cn_resident_id", "passport"]));
    let read_model = ReadModel::load(scene.ledger.clone(), vec![current.clone()], None)
        .await
        .unwrap();
    let (one, other) = (scene.reviewer().await.0, scene.reviewer().await.0);
    for number in ["E12345678", "E87654321"] {
        let who = scene.stranger().await;
        scene.submit(&who, passport(number), REVIEWED).await.unwrap();
    }
    let issuer = Cases {
        ledger: scene.ledger.clone(),
        read_model,
        vault: scene.vault.clone(),
        policy: current,
    };
    let limits = GateLimits {
        origin: "https://vouchsafe.example.org".into(),
        trusted_proxies: Vec::new(),
        request_timeout: std::time::Duration::from_secs(10),
        body_limit: 4096,
        path: String::new(),
    };
    let app = App::new()
        .wrap(Gate::new(limits, Arc::new(Porter), Arc::new(Shore), &SystemRng))
        .app_data(Data::new(idempotency::Secret::new(&[7; 32])))
        .app_data(Data::new(Pepper::new(
            &scene.vault.blind(Blind::Idempotency, b"pepper"),
        )))
        .app_data(Data::new(issuer))
        .configure(Routes::serve(http::routes));
    let app = init_service(app).await;
    let ask = async |method: Method, path: &str, who: &str, body: Value| {
        let peer = "192.0.2.1:9".parse().unwrap();
        let request = TestRequest::with_uri(path)
            .method(method)
            .peer_addr(peer)
            .insert_header(("Authorization", format!("Bearer {who}")))
            .set_json(body);
        let response = call_service(&app, request.to_request()).await;
        let status = response.status().as_u16();
        let body: Value = serde_json::from_slice(&read_body(response).await).unwrap();
        (status, body)
    };
    let get = async |path: &str, who: &str| ask(Method::GET, path, who, Value::Null).await;
    let post = async |path: &str, who: &str, body: Value| ask(Method::POST, path, who, body).await;
    let (me, colleague) = (&format!("reviewer-{one}"), &format!("reviewer-{other}"));

    // The table of rights lets in the roles that a policy may name, the policy those that it does.
    for nobody in ["member-7", "auditor-7", "admin-7", "owner-7"] {
        assert_eq!(get("/v1/admin/cases", nobody).await.0, 403, "{nobody}");
    }
    let (status, page) = get("/v1/admin/cases?limit=1", me).await;
    assert_eq!((status, page["items"].as_array().unwrap().len()), (200, 1), "{page}");
    let next = page["next"].as_str().unwrap();
    let (status, second) = get(&format!("/v1/admin/cases?state=open&cursor={next}"), me).await;
    assert_eq!((status, &second["next"]), (200, &Value::Null), "{second}");
    let item = &page["items"][0];
    assert_eq!((&item["state"], &item["claimed"]), (&json!("open"), &json!(false)));
    let path = format!("/v1/admin/cases/{}", item["id"].as_str().unwrap());

    let (status, refused) = post(&format!("{path}/claim"), me, json!({"reason": "  "})).await;
    assert_eq!((status, &refused["field"]), (422, &json!("/reason")));
    let (status, shown) = post(&format!("{path}/claim"), me, json!({"reason": "the next one"})).await;
    assert_eq!(status, 200, "{shown}");
    assert_eq!(shown["name"]["entered"], NAME);
    let document = json!({"country": "CN", "kind": "passport", "number": "E12345678"});
    assert_eq!(shown["document"], document);
    assert_eq!(
        (&shown["case"]["claimed"], &shown["case"]["yours"]),
        (&json!(true), &json!(true))
    );

    let (status, refused) = post(&format!("{path}/claim"), colleague, json!({"reason": "and me as well"})).await;
    assert_eq!(
        (status, &refused["type"]),
        (409, &json!("urn:vouchsafe:problem:case-claimed"))
    );
    let verdict = json!({"verdict": "approved", "reason": "as on the card"});
    let (status, decided) = post(&format!("{path}/decision"), me, verdict.clone()).await;
    assert_eq!((status, &decided["verdict"]), (200, &json!("approved")), "{decided}");
    let (status, refused) = post(&format!("{path}/decision"), me, verdict).await;
    assert_eq!(
        (status, &refused["type"]),
        (409, &json!("urn:vouchsafe:problem:case-decided"))
    );

    let (_, after) = get(&path, colleague).await;
    assert_eq!(after["state"], "approved");
    assert!(after["decided_by"].is_string(), "{after}");
    let (_, approved) = get("/v1/admin/cases?state=approved", colleague).await;
    for answer in [&page, &second, &refused, &decided, &after, &approved] {
        let text = answer.to_string();
        assert!(!text.contains("Zéphyrine") && !text.contains("E12345678"), "{text}");
    }
    let nobody = "/v1/admin/cases/case_00000000000000000000000000";
    assert_eq!(get(nobody, me).await.0, 404);
}
