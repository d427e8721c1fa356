//! The API description as others read it: a validator, a linter, generators of clients, and schemathesis,
//! which tries on a running service what the description promises.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;
use vouchsafe::{
    app,
    people::Member,
    platform::{store::Backend, terms::Role},
};

use super::{PASSWORD, Scene, address, new_service};
use crate::support::{
    db::{Database, on_both},
    tools::{node, node_modules, node_tool, python, python_tool, run},
};

/// How long a tool may take while others use the machine too.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long schemathesis tries, in seconds.
const TRIES: &str = "40";
/// What it begins from; another number finds other things.
const SEED: &str = "2026";

/// A file of `tests/tools`.
fn tool(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools").join(name)
}

/// The description, as a file in a folder of its own.
fn written() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    fs::write(&file, app::description().unwrap().as_bytes()).unwrap();
    (folder, file)
}

#[test]
fn a_validator_accepts_it() {
    let (_folder, file) = written();
    run(Command::new(python_tool("openapi-spec-validator")).arg(file), PATIENCE);
}

/// What is left are warnings about components; each operation lists what can go wrong.
#[test]
fn a_linter_finds_no_error_in_it() {
    let (folder, file) = written();
    let printed = run(
        node_tool("redocly")
            .args(["lint", "--extends=recommended", "--format=json"])
            .arg(file)
            .current_dir(folder.path())
            .env("REDOCLY_TELEMETRY", "off")
            .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true"),
        PATIENCE,
    );
    assert!(printed.contains("\"errors\": 0"), "{printed}");
    assert!(!printed.contains("operation-4xx-response"), "{printed}");
}

/// A community with a member who has a password.
async fn peopled(db: &Database) -> (Scene, Member) {
    let scene = Scene::new(db, "open-circle").await;
    let member = scene.service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
    (scene, member)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_in_python_is_made_of_it_and_signs_in() {
    let (folder, file) = written();
    let client = folder.path().join("client");
    run(
        Command::new(python_tool("openapi-python-client"))
            .args(["generate", "--fail-on-warning", "--path"])
            .arg(file)
            .arg("--output-path")
            .arg(&client)
            .arg("--config")
            .arg(tool("openapi_client.yml")),
        PATIENCE,
    );
    let (scene, member) = peopled(&Database::fresh(Backend::Sqlite)).await;
    let mut call = Command::new(python());
    call.arg(tool("generated_client.py"))
        .args([client.as_os_str(), scene.service.base.as_ref()])
        .args([address("ada"), PASSWORD.into()]);
    let said = tokio::task::spawn_blocking(move || run(&mut call, PATIENCE))
        .await
        .unwrap();
    assert_eq!(said.trim(), member.id.to_string());
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_in_typescript_is_made_of_it_and_signs_in() {
    let (folder, file) = written();
    let at = |name: &str| folder.path().join(name);
    run(
        node_tool("openapi-typescript").arg(file).arg("-o").arg(at("api.d.ts")),
        PATIENCE,
    );
    symlink(node_modules(), at("node_modules")).unwrap();
    fs::copy(tool("generated_client.ts"), at("generated_client.ts")).unwrap();
    fs::write(at("package.json"), json!({ "type": "module" }).to_string()).unwrap();
    let options = json!({
        "compilerOptions": { "strict": true, "module": "nodenext", "target": "es2022", "lib": ["es2022", "dom"], "types": [] },
        "files": ["generated_client.ts"],
    });
    fs::write(at("tsconfig.json"), options.to_string()).unwrap();
    run(node_tool("tsc").arg("--project").arg(at("tsconfig.json")), PATIENCE);
    let (scene, member) = peopled(&Database::fresh(Backend::Sqlite)).await;
    let mut call = node();
    call.arg(at("generated_client.js"))
        .args([scene.service.base.clone(), address("ada"), PASSWORD.into()]);
    let said = tokio::task::spawn_blocking(move || run(&mut call, PATIENCE))
        .await
        .unwrap();
    assert_eq!(said.trim(), member.id.to_string());
    scene.service.stop().await;
}

on_both! {
    /// Thousands of requests that fit the description, and as many that do not: no server error, no answer that
    /// is not described, and nothing that fits is malformed.
    async fn what_it_promises_is_so(db: &Database) {
        let scene = Scene::new(db, "real-name").await;
        let (_, flow) = scene.service.begin(&scene.link(1).await).await;
        let (client, secret) = new_service(&scene.service).await;
        let folder = tempfile::tempdir().unwrap();
        // Signing out would end the session that everything else is asked by.
        let config = format!(
            r#"
            hooks = "{}"
            [auth.openapi.access]
            bearer = "{}"
            [auth.openapi.flow]
            bearer = "{flow}"
            [auth.openapi.service]
            username = "{client}"
            password = "{secret}"
            [[operations]]
            include-operation-id = "sign_out"
            enabled = false
            [checks.not_a_server_error]
            expected-statuses = ["2xx", "3xx", "4xx", 503]
            [checks.missing_required_header]
            expected-statuses = [400, 401, 403, 428]
            [checks.positive_data_acceptance]
            enabled = false
            "#,
            tool("schemathesis_checks.py").display(),
            scene.owner_token,
        );
        fs::write(folder.path().join("schemathesis.toml"), config).unwrap();
        let mut tries = Command::new(python_tool("schemathesis"));
        tries
            .arg("--config-file")
            .arg(folder.path().join("schemathesis.toml"))
            .arg("run")
            .arg(format!("{}/openapi.json", scene.service.base))
            .args(["--max-time", TRIES, "--seed", SEED, "--no-shrink", "--warnings", "off"])
            .current_dir(folder.path());
        tokio::task::spawn_blocking(move || run(&mut tries, PATIENCE)).await.unwrap();
        scene.service.stop().await;
    }
}
