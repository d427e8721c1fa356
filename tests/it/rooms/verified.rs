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
        cloud::{APP, CERTIFICATE, Cloud, SDK_APP, SDK_SECRET, Whose},
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

/// A speaker's ticket and a listener's, in a room on a server that is registered so.
async fn tickets(scene: &Scene, server: Value) -> [(Value, bool); 2] {
    let post = async |path, body| scene.service.post(&scene.owner_token, path, body).await.expect(201);
    let server = text(&post("/v1/admin/room-servers", server).await["id"]);
    post("/v1/admin/rooms", json!({ "id": "stage", "servers": [server] })).await;
    let (member, token) = scene.member("member", Role::Member).await;
    let speaker = ticket(scene, &token, "stage").await;
    let quarantine = json!({ "kind": "quarantine", "reason": "spam", "note": "advertisements" });
    let path = format!("/v1/admin/people/{}/sanctions", member.id);
    let sanctioned = scene.service.post(&scene.owner_token, &path, quarantine).await;
    sanctioned.expect(201);
    let token = scene.service.token(member.row).await;
    let listener = ticket(scene, &token, "stage").await;
    assert_eq!(listener["part"], "listener");
    [(speaker, true), (listener, false)]
}

fn seconds(time: &Value) -> i64 {
    let time: vouchsafe::platform::terms::Timestamp = serde_json::from_value(time.clone()).expect("a time");
    time.seconds()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tickets_hold_before_agoras_verifier() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let cloud = Cloud::start(Whose::Agora).await;
    for (ticket, speaks) in tickets(&scene, cloud.registration()).await {
        let entry = &ticket["agora"];
        let token = text(&entry["token"]);
        let ask = |token: &str, secret: &str| json!({ "kind": "agora", "secret": secret, "token": token });
        let found = by_node(&[
            ask(&token, CERTIFICATE),
            ask(&token, APP),
            ask(&token[..token.len() - 8], CERTIFICATE),
        ]);
        assert_eq!((&found[1], &found[2]), (&Value::Null, &Value::Null));
        let found = &found[0];
        assert_eq!((&found["app"], &entry["app_id"]), (&json!(APP), &json!(APP)));
        assert_eq!(
            (&found["channel"], &entry["channel"]),
            (&json!("stage"), &json!("stage"))
        );
        assert_eq!(found["uid"], entry["uid"].to_string());
        let until = found["issued"].as_i64().unwrap() + found["lasts"].as_i64().unwrap();
        assert_eq!(until, seconds(&ticket["expires_at"]));
        let rights: Vec<_> = found["privileges"].as_object().unwrap().keys().cloned().collect();
        let wanted: &[&str] = if speaks { &["1", "2", "3", "4"] } else { &["1"] };
        assert_eq!(rights, wanted);
    }
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tickets_are_what_tencents_own_signer_makes() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let cloud = Cloud::start(Whose::Tencent).await;
    for (ticket, speaks) in tickets(&scene, cloud.registration()).await {
        let entry = &ticket["trtc"];
        let user = text(&entry["user_id"]);
        assert!(user.len() <= 32 && text(&ticket["id"]).ends_with(&user));
        assert_eq!(
            (&entry["sdk_app_id"], &entry["str_room_id"]),
            (&json!(SDK_APP), &json!("stage"))
        );
        let rights = if speaks { 255 } else { 171 };
        let ask = |token: &Value, secret: &str| {
            json!({ "kind": "trtc", "app": SDK_APP, "secret": secret, "token": token, "user": user, "room": "stage",
                "rights": rights, "until": seconds(&ticket["expires_at"]) })
        };
        let (sig, key) = (&entry["user_sig"], &entry["private_map_key"]);
        let found = by_node(&[
            ask(sig, SDK_SECRET),
            ask(key, SDK_SECRET),
            ask(sig, "another"),
            ask(key, "another"),
        ]);
        assert_eq!((&found[2], &found[3]), (&Value::Null, &Value::Null));
        for (place, for_room) in [(0, false), (1, true)] {
            assert_eq!(
                (&found[place]["identity"], &found[place]["room"]),
                (&json!(user), &json!(for_room))
            );
        }
    }
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tickets_hold_before_livekits_verifiers() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let livekit = LiveKitServer::start();
    for (ticket, speaks) in tickets(&scene, livekit.registration()).await {
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
