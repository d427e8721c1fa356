//! Every refusal that a page may meet has words of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use actix_web::http::StatusCode;
use serde_json::Value;

use super::*;
use crate::http::ProblemKind;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// The paths of the API that stand in the sources of the pages, without their queries.
fn asked(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            asked(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && path.file_name() != Some("tests.rs".as_ref()) {
            let text = fs::read_to_string(path).unwrap();
            for after in text.split("\"/v1/").skip(1) {
                let end = after.find(['"', '?']).unwrap();
                found.insert(format!("/v1/{}", &after[..end]));
            }
        }
    }
}

/// Whether a path that a page writes may lead to one of the description. What is filled in at the end may be several
/// segments.
fn may_lead(written: &str, described: &str) -> bool {
    let (written, described): (Vec<_>, Vec<_>) = (written.split('/').collect(), described.split('/').collect());
    let is_open = written.last().is_some_and(|last| last.contains('{'));
    let fits = if is_open {
        written.len() <= described.len()
    } else {
        written.len() == described.len()
    };
    let same = |(a, b): (&&str, &&str)| a == b || a.contains('{') || b.starts_with('{');
    fits && written.iter().zip(&described).all(same)
}

/// The kinds of problems below a value of the description, references followed.
fn kinds(document: &Value, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let kind = text.strip_prefix("urn:vouchsafe:problem:");
            found.extend(kind.map(str::to_owned));
            let referred = text.strip_prefix('#').filter(|_| text.ends_with("Problem"));
            // `Problem` itself is every kind there is.
            if let Some(referred) = referred.filter(|referred| !referred.ends_with("/Problem")) {
                kinds(document, document.pointer(referred).unwrap(), found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| kinds(document, value, found)),
        Value::Object(values) => values.values().for_each(|value| kinds(document, value, found)),
        _ => {}
    }
}

#[test]
fn each_refusal_that_a_page_may_meet_has_words_of_its_own() {
    let text = fs::read_to_string(format!("{HERE}/schemas/openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut paths = BTreeSet::new();
    asked(&Path::new(HERE).join("src/pages"), &mut paths);
    let mut met: BTreeMap<String, String> = BTreeMap::new();
    for written in &paths {
        let described = document["paths"].as_object().unwrap().iter();
        let mut leads: Vec<_> = described.filter(|(path, _)| may_lead(written, path)).collect();
        leads.retain(|(path, _)| !path.starts_with("/v1/admin"));
        assert!(!leads.is_empty(), "{written} leads nowhere");
        for (path, operations) in leads {
            let mut found = BTreeSet::new();
            kinds(&document, operations, &mut found);
            met.extend(found.into_iter().map(|kind| (kind, path.clone())));
        }
    }
    assert!(met.len() > 40, "{met:?}");
    for (kind, path) in &met {
        assert!(
            of(kind).is_some(),
            "{kind}, which {path} may answer, has no words for whoever is at a page"
        );
    }
    for (kind, ..) in all() {
        let is_known = ProblemKind::ALL.iter().any(|known| known.slug() == *kind);
        assert!(is_known, "no problem is {kind}");
    }
}

#[test]
fn each_kind_has_its_words_once_and_in_both_languages() {
    let mut seen = BTreeSet::new();
    for (kind, en, zh) in all() {
        assert!(seen.insert(kind), "{kind} twice");
        assert!(!en[0].is_empty() && !zh[0].is_empty() && !zh[1].is_empty(), "{kind}");
        assert!(zh[1].ends_with('。'), "{kind}");
    }
}

#[test]
fn what_is_not_known_is_told_as_a_fault_of_ours() {
    let told = told(Locale::En, &Refused::of("something-new", StatusCode::CONFLICT));
    assert_eq!(told.title, "Something went wrong with us");
}

#[test]
fn a_wait_is_told_in_units_that_people_use() {
    assert_eq!(wait(Locale::En, 59), "(59 seconds)");
    assert_eq!(wait(Locale::En, 3599), "(60 minutes)");
    assert_eq!(wait(Locale::ZhHans, 86_400), "（24 小时）");
}
