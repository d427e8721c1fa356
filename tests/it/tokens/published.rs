//! What a service checks by the published keys alone: by PyJWT, and by the very lines that
//! `docs/checking-tokens.md` gives for it.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use vouchsafe::platform::terms::Role;

use crate::support::{
    db::{Database, on_both},
    service::{HALL, Home},
    tools::python,
};

/// The claims of each token that holds there, null for the others.
fn checked(url: &str, tokens: &[String]) -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(python())
        .arg(root.join("tests/tools/check_token.py"))
        .arg(root.join("docs/checking-tokens.md"))
        .arg(url)
        .arg(HALL)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all((tokens.join("\n") + "\n").as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The token with something else in its part `place`: 0 is the header, 1 the claims.
fn bent(token: &str, place: usize, bend: impl FnOnce(&mut Value)) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let decoded = BASE64URL_NOPAD.decode(parts[place].as_bytes()).unwrap();
    let mut value = serde_json::from_slice(&decoded).unwrap();
    bend(&mut value);
    parts[place] = BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    parts.join(".")
}

on_both! {
    async fn a_service_checks_a_token_by_the_published_keys(db: &Database) {
        let service = Home::new(db, "real-name").start().await;
        let ada = service.found("ada@example.org", Role::Admin, None).await;
        let eve = service.found("eve@example.org", Role::Member, None).await;
        let (ada_s, eve_s) = (service.session(ada.row).await, service.session(eve.row).await);
        let (good, other) = (ada_s.hall, eve_s.hall);
        let (rest, signature) = good.rsplit_once('.').unwrap();
        let (foreign, _) = other.rsplit_once('.').unwrap();
        let tokens = [
            good.clone(),
            other.clone(),
            format!("{foreign}.{signature}"),
            format!("{rest}."),
            bent(&good, 1, |claims| claims["roles"] = json!(["owner"])),
            bent(&good, 1, |claims| claims["exp"] = json!(claims["exp"].as_i64().unwrap() + 1)),
            bent(&good, 0, |header| header["alg"] = json!("none")),
            bent(&good, 0, |header| header["typ"] = json!("JWT")),
            bent(&good, 0, |header| header["kid"] = json!("another")),
            // Good ones that are for somebody else.
            ada_s.access,
        ];
        let base = service.base.clone();
        let said = tokio::task::spawn_blocking(move || checked(&base, &tokens)).await.unwrap();
        assert_eq!(
            (&said[0]["sub"], &said[0]["roles"], &said[0]["assurance"], &said[0]["client_id"]),
            (&json!(ada.id.to_string()), &json!(["admin"]), &json!("verified"), &json!("vouchsafe"))
        );
        assert_eq!(said[1]["sub"], eve.id.to_string());
        assert_eq!(said[2..], vec![Value::Null; 8]);
        service.stop().await;
    }
}
