//! What the clients have of the API description is checked in, and is what the description says.

use std::{fs, process::Command};

use serde_json::Value;
use vouchsafe::app;

use super::{PATIENCE, file};
use crate::{
    http::schemas::held,
    support::tools::{node_modules, python, run},
};

/// What `clients/generate.py` writes.
const WRITTEN: [&str; 5] = [
    "typescript/src/generated/api.ts",
    "typescript/src/generated/facts.ts",
    "python/src/vouchsafe_client/types.py",
    "python/src/vouchsafe_client/problems.py",
    "python/src/vouchsafe_client/operations.py",
];

/// `make schemas` writes the clients anew with the schema, by the name of this test.
#[test]
fn the_clients_are_those_of_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("openapi.json");
    fs::write(&schema, app::description().unwrap().as_bytes()).unwrap();
    run(
        Command::new(python())
            .arg(file("clients/generate.py"))
            .arg("--schema")
            .arg(&schema)
            .arg("--into")
            .arg(folder.path())
            .env("VOUCHSAFE_TEST_NODE_MODULES", node_modules()),
        PATIENCE,
    );
    for name in WRITTEN {
        held(
            &format!("clients/{name}"),
            &fs::read_to_string(folder.path().join(name)).unwrap(),
        );
    }
}

/// The client is built by its own lock file, and tested with the tools' one: the same versions, all permissive.
#[test]
fn the_locks_agree_and_all_licences_are_permissive() {
    let read = |name: &str| -> Value { serde_json::from_str(&fs::read_to_string(file(name)).unwrap()).unwrap() };
    let (own, tools) = (
        read("clients/typescript/package-lock.json"),
        read("tests/tools/package-lock.json"),
    );
    let packages = own["packages"].as_object().unwrap();
    assert!(packages.len() > 5);
    for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
        assert_eq!(package["version"], tools["packages"][name]["version"], "{name}");
        let licence = package["license"].as_str().unwrap_or_default();
        let permissive = [
            "MIT",
            "ISC",
            "Apache-2.0",
            "0BSD",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "(MIT OR CC0-1.0)",
            "Python-2.0",
        ];
        assert!(permissive.contains(&licence), "{name}: {licence:?}");
    }
    let shipped: Vec<_> = packages
        .iter()
        .filter(|(_, package)| package["dev"] != true)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        shipped,
        [
            "",
            "node_modules/openapi-fetch",
            "node_modules/openapi-typescript-helpers"
        ]
    );
}
