//! Every guard has a test that must fail without it, and none is asked for by the code that it is part of.

use std::{collections::BTreeSet, fs, path::Path};

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

/// What stands between `open` and the next quotation mark, each time.
fn quoted<'a>(text: &'a str, open: &str) -> BTreeSet<&'a str> {
    text.split(open)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn what_a_guard_takes_away_is_named_by_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let guards = fs::read_to_string(root.join("platform/store/guards.rs")).unwrap();
    let (_, table) = guards.split_once("const WITHOUT").unwrap();
    let mut code = String::new();
    squeezed(&root, &mut code);
    let mut named = BTreeSet::new();
    for open in [
        "to_lock(\"",
        "one_changed(\"",
        "passes(\"",
        "locked(conn.backend(),\"",
        "locked(Backend::Postgres,\"",
    ] {
        named.extend(quoted(&code, open));
    }
    let points: Vec<String> = quoted(table, "Point(\"")
        .iter()
        .map(|point| point.split_whitespace().collect())
        .collect();
    let points: BTreeSet<&str> = points.iter().map(String::as_str).collect();
    assert!(points.len() > 20, "{points:?}");
    assert_eq!(points, named);
}

#[test]
fn no_code_asks_whether_a_guard_is_on() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut asking = Vec::new();
    for part in fs::read_dir(&root).unwrap() {
        let part = part.unwrap().path();
        let mut code = String::new();
        if part.is_dir() && !part.ends_with("platform") {
            squeezed(&part, &mut code);
        }
        if code.contains("(Guard::") || code.contains("tx.guards") {
            asking.push(part);
        }
    }
    assert!(asking.is_empty(), "{asking:?}");
}
