//! Every guard has a test that must fail without it.

use std::{fs, path::Path};

/// The text of all sources below, without white space.
fn squeezed(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            squeezed(&path, text);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            text.extend(source.chars().filter(|c| !c.is_whitespace()));
        }
    }
}

#[test]
fn every_guard_is_switched_off_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join("src/platform/store/guards.rs")).unwrap();
    let (_, list) = source.split_once("pub enum Guard {").unwrap();
    let (list, _) = list.split_once('}').unwrap();
    let guards: Vec<&str> = list
        .lines()
        .map(str::trim)
        .filter_map(|line| line.strip_suffix(',').filter(|_| !line.starts_with("//")))
        .collect();
    assert!(guards.contains(&"InviteUses"), "{guards:?}");
    let mut tests = String::new();
    squeezed(&root.join("tests/it"), &mut tests);
    let untested: Vec<&&str> = guards
        .iter()
        .filter(|guard| {
            !["needs", "needs_apart"]
                .iter()
                .any(|by| tests.contains(&format!("{by}(Guard::{guard},")))
        })
        .collect();
    assert!(untested.is_empty(), "no test fails without {untested:?}");
}
