//! Nobody sets what is not theirs to set: every name that any answer or model has, put into every
//! body that is read, is an unknown field, and nothing is changed.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vouchsafe::{
    http::rights::{Access, OPERATIONS},
    platform::{store::Backend, terms::Role},
};

use super::{Operation, Scene, described, resolved};
use crate::support::db::Database;

/// What the tables have and no answer shows, and what other services of this kind once took.
const NAMES: &str = "row person_row subject subject_id uid role roles is_admin admin owner standing status assurance \
    verified email_verified proved proved_at approved reviewed inviter inviter_id invited_by uses held max_uses \
    expires_at created_at joined_at imposed_by decided_by claimed_by key_version code_hash token_hash password_hash phc \
    session generation quota quota_per_member lifetime version actor __proto__ constructor";

/// The names of all members of all schemas of the description.
fn names(document: &Value) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = NAMES.split_whitespace().map(Into::into).collect();
    for schema in document["components"]["schemas"].as_object().expect("schemas").values() {
        let parts = schema["allOf"].as_array().into_iter().flatten().chain([schema]);
        names.extend(
            parts
                .filter_map(|part| part["properties"].as_object())
                .flat_map(|all| all.keys().cloned()),
        );
    }
    names
}

/// Every object in a body: its JSON pointer, and the names that it may have.
pub fn objects(document: &Value, schema: &Value, at: &str, found: &mut Vec<(String, BTreeSet<String>)>) {
    let schema = resolved(document, schema);
    // One of several forms: the names of the others are known too.
    let mut forms = Vec::new();
    for form in schema["oneOf"].as_array().into_iter().flatten() {
        objects(document, form, at, &mut forms);
    }
    if !forms.is_empty() {
        found.push((at.into(), forms.into_iter().flat_map(|(_, names)| names).collect()));
    }
    if let Some(properties) = schema["properties"].as_object() {
        found.push((at.into(), properties.keys().cloned().collect()));
        for (name, inner) in properties {
            objects(document, inner, &format!("{at}/{name}"), found);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_body_sets_what_it_does_not_name() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let (flow, token) = scene.asked(&scene.link(1).await, "newcomer").await;
    let (target, _) = scene.member("target", Role::Member).await;
    let appeal = scene.appeal_token(target.row);
    let document = described();
    let names = names(&document);
    assert!(names.len() > 80, "{names:?}");
    let state = || {
        let people = super::texts(
            &db,
            "SELECT role || standing || assurance || coalesce(handle, '') AS t FROM people",
        );
        (Scene::events(&db), people)
    };
    let before = state();
    let (mut bodies, mut tried) = (0, 0);
    for operation in Operation::all() {
        let Some((_, body)) = operation.body.as_ref().filter(|(kind, _)| kind == "application/json") else {
            continue;
        };
        // A service shows its own credentials; the body is the one that moderators send.
        if operation.path.starts_with("/v1/filters/") {
            continue;
        }
        let access = OPERATIONS
            .iter()
            .find(|known| known.id == operation.id)
            .map(|known| known.access);
        let bearer = match access {
            _ if operation.id == "appeal" => appeal.as_str(),
            Some(Access::Flow) => token.as_str(),
            _ => scene.owner_token.as_str(),
        };
        let path = operation
            .path
            .replace("{flow}", &flow)
            .replace("{sanction}", &super::nobody("sanction"))
            .replace("{application}", &super::nobody("application"));
        let path = match path.contains("/cases/") {
            true => path.replace("{id}", &super::nobody("case")),
            false if path.contains("/invites/") => path.replace("{id}", &super::nobody("invite")),
            false if path.contains("/jobs/") => path.replace("{id}", &super::nobody("job")),
            false if path.contains("/leads/") => path.replace("{id}", &super::nobody("lead")),
            false if path.contains("/appeals/") => path.replace("{id}", &super::nobody("appeal")),
            false if path.contains("/actions/") => path.replace("{id}", &super::nobody("action")),
            false if path.contains("/refusals/") => path.replace("{id}", &super::nobody("refusal")),
            false if path.contains("/room-servers/") => path.replace("{id}", &super::nobody("server")),
            false => path.replace("{id}", &target.id.to_string()),
        };
        let path = path
            .replace("{room}", "nowhere")
            .replace("{person}", &super::nobody("person"))
            .replace("{server}", &super::nobody("server"));
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
        assert!(!places.is_empty(), "{}: no object is read", operation.id);
        bodies += 1;
        for (at, own) in places {
            for name in names.difference(&own) {
                let mut body = body.clone();
                body.pointer_mut(&at)
                    .and_then(Value::as_object_mut)
                    .expect("an object")
                    .insert(name.clone(), json!("owner"));
                let request = scene.service.request(operation.verb.clone(), &path).bearer_auth(bearer);
                let answer = scene
                    .service
                    .send(request.header("If-Match", "\"1\"").json(&body))
                    .await;
                answer.refused(400, "unknown-field");
                assert_eq!(
                    answer.body["field"],
                    format!("{at}/{name}"),
                    "{}: {}",
                    operation.id,
                    answer.body
                );
                tried += 1;
            }
        }
    }
    assert!(bodies >= 11 && tried > 500, "{tried} names in {bodies} bodies");
    assert_eq!(state(), before, "something was changed");
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_query_asks_for_what_it_does_not_name() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let id = scene.owner.id.to_string();
    for path in [
        "/v1/me/invites?inviter=x",
        "/v1/admin/people?name=x",
        "/v1/admin/cases?claimed_by=x",
        "/v1/admin/ledger?row=1",
        &format!("/v1/admin/people/{id}/branch?depth=99"),
        &format!("/v1/admin/people/{id}/children?all=true"),
        &format!("/v1/admin/people/{id}/sanctions?notes=true"),
        &format!("/v1/admin/paths?from={id}&to={id}&via={id}"),
    ] {
        scene
            .service
            .get(&scene.owner_token, path)
            .await
            .refused(400, "unknown-field");
    }
    scene.service.stop().await;
}
