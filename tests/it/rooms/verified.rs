//! Tickets hold before the verifiers that those who make the room servers give out.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use vouchsafe::platform::{store::Backend, terms::Role};

use super::ticket;
use crate::{
    http::Scene,
    support::{
        db::Database,
        livekit::{API_KEY, API_SECRET, LiveKitServer},
        service::text,
        tools::{node, node_modules, python},
    },
};

/// What a verifier answers to these lines, each by one line of JSON.
fn answers(command: &mut Command, lines: &[String]) -> Vec<Value> {
    let mut verifier = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = verifier.stdin.take().unwrap();
    input.write_all(lines.join("\n").as_bytes()).unwrap();
    drop(input);
    let said = verifier.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{errors}");
    let text = String::from_utf8(said.stdout).unwrap();
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len(), "{errors}");
    answers
}

fn script(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools").join(name)
}

/// By the verifiers for Node.
fn by_node(asked: &[Value]) -> Vec<Value> {
    let lines: Vec<String> = asked.iter().map(Value::to_string).collect();
    answers(node().arg(script("check_room_tokens.mjs")).arg(node_modules()), &lines)
}

/// Tokens that are one letter away from a good one.
fn spoiled(token: &str) -> String {
    let letter = if token.contains('A') { ('A', "B") } else { ('a', "b") };
    token.replacen(letter.0, letter.1, 1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tickets_hold_before_livekits_verifiers() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let livekit = LiveKitServer::start();
    let server = livekit.registration();
    let post = async |path, body| scene.service.post(&scene.owner_token, path, body).await.expect(201);
    let server = text(&post("/v1/admin/room-servers", server).await["id"]);
    post("/v1/admin/rooms", json!({ "id": "stage", "server": server })).await;
    let mut given = Vec::new();
    let (member, token) = scene.member("member", Role::Member).await;
    given.push((ticket(&scene, &token, "stage").await, true));
    let quarantine = json!({ "kind": "quarantine", "reason": "spam", "note": "advertisements" });
    let path = format!("/v1/admin/people/{}/sanctions", member.id);
    scene
        .service
        .post(&scene.owner_token, &path, quarantine)
        .await
        .expect(201);
    let token = scene.service.token(member.row).await;
    given.push((ticket(&scene, &token, "stage").await, false));
    for (ticket, speaks) in &given {
        let token = text(&ticket["join"]["token"]);
        let lines = [token.clone(), spoiled(&token)];
        let arguments = [API_KEY, API_SECRET];
        let found = answers(
            Command::new(python())
                .arg(script("check_room_tokens.py"))
                .args(arguments),
            &lines,
        );
        let (video, none) = (&found[0]["video"], &found[1]);
        assert_eq!((&found[0]["identity"], none), (&ticket["id"], &Value::Null));
        for (right, wanted) in [
            ("room", json!("stage")),
            ("room_join", json!(true)),
            ("can_subscribe", json!(true)),
            ("can_publish", json!(speaks)),
            ("can_publish_data", json!(speaks)),
            ("can_update_own_metadata", json!(false)),
            ("room_admin", json!(false)),
            ("room_create", json!(false)),
            ("room_list", json!(false)),
            ("room_record", json!(false)),
            ("ingress_admin", json!(false)),
            ("hidden", json!(false)),
            ("recorder", json!(false)),
            ("agent", json!(false)),
        ] {
            assert_eq!(video[right], wanted, "{right}");
        }
        let ask = |token: &str| json!({ "kind": "livekit", "key": API_KEY, "secret": API_SECRET, "token": token });
        let found = by_node(&[ask(&token), ask(&spoiled(&token))]);
        assert_eq!((&found[0]["identity"], &found[1]), (&ticket["id"], &Value::Null));
        assert_eq!(found[0]["video"]["canPublish"], json!(speaks));
    }
    scene.service.stop().await;
}
