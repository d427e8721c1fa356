//! What a service checks by the published keys alone: by PyJWT, and by the very lines that
//! `docs/checking-tokens.md` gives for it.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use vouchsafe::platform::{config::SigningAlgorithm, terms::Role};

use crate::support::{
    db::{Database, on_both},
    service::{HALL, Home},
    tools::python,
};

/// The claims of each token that holds there, null for the others.
fn checked(url: &str, algorithm: SigningAlgorithm, tokens: &[String]) -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(python())
        .arg(root.join("tests/tools/check_token.py"))
        .arg(root.join("docs/checking-tokens.md"))
        .arg(url)
        .arg(HALL)
        .arg(algorithm.as_str())
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
        let said = tokio::task::spawn_blocking(move || checked(&base, SigningAlgorithm::Es256, &tokens)).await.unwrap();
        assert_eq!(
            (&said[0]["sub"], &said[0]["roles"], &said[0]["assurance"], &said[0]["client_id"]),
            (&json!(ada.id.to_string()), &json!(["admin"]), &json!("verified"), &json!("vouchsafe"))
        );
        assert_eq!(said[1]["sub"], eve.id.to_string());
        assert_eq!(said[2..], vec![Value::Null; 8]);
        service.stop().await;
    }

    /// The algorithm is changed and the service started again: what was signed before holds until it ends, and nobody
    /// takes a token of one algorithm for one of another.
    async fn a_service_checks_tokens_of_each_algorithm(db: &Database) {
        let mut home = Home::new(db, "real-name");
        let mut tokens: Vec<(SigningAlgorithm, String)> = Vec::new();
        let mut ada = None;
        for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::Rs256, SigningAlgorithm::EdDsa] {
            home.config.token.algorithm = algorithm;
            let service = home.start().await;
            if ada.is_none() {
                ada = Some(service.found("ada@example.org", Role::Member, None).await);
            }
            let ada = ada.as_ref().unwrap();
            tokens.push((algorithm, service.session(ada.row).await.hall));
            let metadata = service.get("", "/.well-known/oauth-authorization-server").await;
            let mut named: Vec<_> = tokens.iter().map(|(algorithm, _)| algorithm.as_str()).collect();
            named.reverse();
            assert_eq!(metadata.body["access_token_signing_alg_values_supported"], json!(named));
            let mut shown: Vec<String> = tokens.iter().map(|(_, token)| token.clone()).collect();
            for (signed, token) in &tokens {
                let others = ["HS256", "ES256", "RS256", "EdDSA", "Ed25519", "none"];
                for alg in others.into_iter().filter(|alg| *alg != signed.as_str()) {
                    shown.push(bent(token, 0, |header| header["alg"] = json!(alg)));
                }
            }
            for told in [SigningAlgorithm::Es256, SigningAlgorithm::Rs256, SigningAlgorithm::EdDsa] {
                let (base, shown) = (service.base.clone(), shown.clone());
                let said = tokio::task::spawn_blocking(move || checked(&base, told, &shown)).await.unwrap();
                let (sound, forged) = said.split_at(tokens.len());
                for ((signed, _), claims) in tokens.iter().zip(sound) {
                    let whose = if *signed == told { json!(ada.id.to_string()) } else { Value::Null };
                    assert_eq!(claims["sub"], whose, "{signed:?} for one who takes {told:?}");
                }
                assert!(forged.iter().all(Value::is_null), "{forged:?}");
            }
            service.stop().await;
        }
    }
}
