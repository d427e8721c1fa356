//! What has another shape than the description says is refused and named: lists in place of objects, words that
//! are none of a parameter's, bodies that are compressed.

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    http::rights::{Access, OPERATIONS},
    platform::{store::Backend, terms::Role},
};

use super::{Operation, Scene, described, mass_assignment::objects, nobody, resolved};
use crate::support::{db::Database, service::text};

/// The path with an id of the right kind, which nobody has, for each of its variables.
fn filled(path: &str) -> String {
    let kind = match path {
        path if path.contains("/cases/") => "case",
        path if path.contains("/actions/") => "action",
        path if path.contains("/appeals/") => "appeal",
        path if path.contains("/refusals/") => "refusal",
        path if path.contains("/room-servers/") => "server",
        path if path.contains("/leads/") => "lead",
        path if path.contains("/me/sessions/") => "session",
        path if path.contains("/invites/") => "invite",
        _ => "person",
    };
    path.replace("{id}", &nobody(kind))
        .replace("{flow}", &nobody("flow"))
        .replace("{sanction}", &nobody("sanction"))
        .replace("{application}", &nobody("application"))
        .replace("{ticket}", &nobody("ticket"))
        .replace("{room}", "nowhere")
        .replace("{person}", &nobody("person"))
        .replace("{server}", &nobody("server"))
        .replace("{subscriber}", "invite-mails")
        .replace("{number}", "1")
        .replace("{token}", "nobody-s")
        .replace("{message}", "nobody-s")
        .replace("{code}", "ABCDE-FGHJK-MNPQR-STUVW")
}

/// Whose token opens an operation.
fn bearer<'a>(scene: &'a Scene, flow_token: &'a str, appeal: &'a str, id: &str) -> &'a str {
    if id == "appeal" {
        return appeal;
    }
    match OPERATIONS.iter().find(|known| known.id == id).map(|known| known.access) {
        Some(Access::Flow) => flow_token,
        _ => &scene.owner_token,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_stands_for_an_object_in_any_body() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let (flow, token) = scene.asked(&scene.link(1).await, "newcomer").await;
    let (target, _) = scene.member("target", Role::Member).await;
    let appeal = scene.appeal_token(target.row);
    let before = Scene::events(&db);
    // The one that was seen to go through.
    let role = format!("/v1/admin/people/{}/role", target.id);
    let list = json!(["owner", "duty"]);
    let answer = scene
        .service
        .call(Method::PUT, &scene.owner_token, &role, Some(list))
        .await;
    answer.refused(400, "invalid-field");
    let document = described();
    let mut tried = 0;
    for operation in Operation::all() {
        let Some((_, body)) = operation.body.as_ref().filter(|(kind, _)| kind == "application/json") else {
            continue;
        };
        // A service shows its own credentials; the body is the one that moderators send.
        if operation.path.starts_with("/v1/filters/") {
            continue;
        }
        let path = filled(&operation.path.replace("{flow}", &flow));
        let pointer = format!(
            "/paths/{}/{}/requestBody/content/application~1json/schema",
            operation.path.replace('/', "~1"),
            operation.verb.as_str().to_lowercase()
        );
        let mut places = Vec::new();
        objects(
            &document,
            document.pointer(&pointer).expect("a schema"),
            "",
            &mut places,
        );
        for (at, _) in places {
            let whole = body.pointer(&at).and_then(Value::as_object).expect("an object");
            for list in [json!([]), whole.values().cloned().collect()] {
                let mut body = body.clone();
                *body.pointer_mut(&at).expect("the object") = list;
                let request = scene.service.request(operation.verb.clone(), &path).bearer_auth(bearer(
                    &scene,
                    &token,
                    &appeal,
                    &operation.id,
                ));
                let answer = scene
                    .service
                    .send(request.header("If-Match", "\"1\"").json(&body))
                    .await;
                answer.refused(400, "invalid-field");
                assert_eq!(
                    (&answer.body["field"], &answer.body["detail"]),
                    (&json!(at), &json!("Expected: an object.")),
                    "{}: {}",
                    operation.id,
                    answer.body
                );
                tried += 1;
            }
        }
    }
    assert!(tried >= 24, "{tried} lists");
    assert_eq!(Scene::events(&db), before, "something was changed");
    scene.service.stop().await;
}

/// The words that a parameter may have, where they are fixed.
fn words(document: &Value, schema: &Value) -> Vec<String> {
    let schema = resolved(document, schema);
    if schema["type"] == "boolean"
        || schema["type"]
            .as_array()
            .is_some_and(|all| all.contains(&json!("boolean")))
    {
        return vec!["true".into(), "false".into()];
    }
    let choices = ["oneOf", "anyOf", "allOf"]
        .iter()
        .filter_map(|all| schema[all].as_array());
    let mut found: Vec<String> = choices.flatten().flat_map(|one| words(document, one)).collect();
    found.extend(
        schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|word| Some(word.as_str()?.to_owned())),
    );
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_that_is_none_of_a_parameters_is_refused_and_they_are_named() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let document = described();
    let mut tried = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (verb, operation) in item.as_object().expect("operations") {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
                let words = words(&document, &parameter["schema"]);
                let Some(known) = words.first() else { continue };
                let name = text(&parameter["name"]);
                let id = text(&operation["operationId"]);
                let ask = async |query: String| {
                    let path = format!("{}?{query}", filled(path));
                    let request = scene.service.request(verb.to_uppercase().parse().unwrap(), &path);
                    let body = Operation::all()
                        .into_iter()
                        .find(|one| one.id == id)
                        .and_then(|one| one.body);
                    let request = request.bearer_auth(&scene.owner_token);
                    let request = match &body {
                        Some((_, body)) => request.json(body),
                        None => request,
                    };
                    scene.service.send(request).await
                };
                for wrong in [
                    "nonsense",
                    "",
                    &known.to_uppercase(),
                    &format!("{known}%20"),
                    &format!("{known},{known}"),
                ] {
                    let answer = ask(format!("{name}={wrong}")).await;
                    answer.refused(400, "invalid-field");
                    assert_eq!(answer.body["field"], json!(name), "{id}: {}", answer.body);
                    let detail = text(&answer.body["detail"]);
                    for word in &words {
                        assert!(detail.contains(&format!("`{word}`")), "{id}: {word} is not in {detail}");
                    }
                    assert!(!detail.contains("nonsense"), "{id}: {detail}");
                }
                let answer = ask(format!("limit=2&{name}=nonsense")).await;
                assert_eq!(answer.status, 400, "{id}: {answer:?}");
                for word in &words {
                    let answer = ask(format!("{name}={word}")).await;
                    // Whatever else is amiss, it is not this word.
                    assert_ne!(answer.body["field"], json!(name), "{id}: {answer:?}");
                }
                tried.push(format!("{id}.{name}"));
            }
        }
    }
    for known in [
        "list_people.role",
        "list_people.standing",
        "list_cases.state",
        "list_ledger.type",
        "remove_room_server.abandon",
    ] {
        assert!(tried.iter().any(|one| one == known), "{known} is not among {tried:?}");
    }
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_order_mark_is_passed_over_and_a_compressed_body_is_not_read() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let service = &scene.service;
    let send = async |path: &str, kind: &str, coding: Option<&str>, body: &str| {
        let request = service.request(Method::POST, path).header("Content-Type", kind);
        let request = request.bearer_auth(&scene.owner_token).body(body.to_owned());
        let request = match coding {
            Some(coding) => request.header("Content-Encoding", coding),
            None => request,
        };
        service.send(request).await
    };
    let invites = "/v1/me/invites";
    let json = "application/json";
    send(invites, json, None, "\u{FEFF}{\"max_uses\":2}").await.expect(201);
    send(invites, json, Some("identity"), "{}").await.expect(201);
    send(invites, json, Some("Identity, identity"), "{}")
        .await
        .refused(415, "unsupported-media-type");
    for coding in ["gzip", "br", "zstd", "deflate", "x-gzip", "gzip, identity", "nonsense"] {
        let answer = send(invites, json, Some(coding), "{}").await;
        answer.refused(415, "unsupported-media-type");
        assert_eq!(answer.body["field"], "Content-Encoding");
        assert!(text(&answer.body["detail"]).contains("uncompressed"), "{}", answer.body);
        let form = "application/x-www-form-urlencoded";
        let answer = send(
            "/oauth/token",
            form,
            Some(coding),
            "grant_type=refresh_token&refresh_token=x",
        )
        .await;
        assert_eq!(answer.status, 415, "{answer:?}");
    }
    scene.service.stop().await;
}
