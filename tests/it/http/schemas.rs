//! The generated files in `schemas/` are what the code says; `make schemas` writes them anew.

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use serde_json::{Map, Value, json};
use vouchsafe::{app, platform::ledger::Envelope};

use super::{described, texts};
use crate::support::{db::Database, service::text};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Holds a generated file to what the code says, or writes it anew.
#[track_caller]
pub fn held(name: &str, now: &str) {
    let path = file(name);
    if env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Whole or not at all: other tests read it at this moment.
        let unfinished = path.with_extension("new");
        fs::write(&unfinished, now).unwrap();
        fs::rename(unfinished, &path).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == now,
        "{name} is not what the code says; `make schemas` writes it anew"
    );
}

#[test]
fn the_openapi_description_is_the_one_checked_in() {
    held(
        "schemas/openapi.json",
        str::from_utf8(app::description().unwrap().as_bytes()).unwrap(),
    );
}

/// Every `$ref` below a value.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|inner| references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

/// What OpenAPI 3.1.1 demands of a description, beyond its shape, which the types of the generator hold.
#[test]
fn the_openapi_description_is_sound() {
    let document = described();
    assert!(text(&document["openapi"]).starts_with("3.1."));
    for demanded in ["title", "version"] {
        assert!(!text(&document["info"][demanded]).is_empty());
    }
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let target = reference
            .strip_prefix('#')
            .and_then(|pointer| document.pointer(pointer));
        assert!(target.is_some(), "{reference} leads nowhere");
    }
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let variables: BTreeSet<String> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .map(Into::into)
            .collect();
        for (verb, operation) in item.as_object().unwrap() {
            let id = text(&operation["operationId"]);
            assert!(ids.insert(id.clone()), "{id} stands twice");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
            let named: BTreeSet<String> = in_path.clone().map(|parameter| text(&parameter["name"])).collect();
            assert_eq!(named, variables, "{id}: the variables of {path}");
            assert!(in_path.clone().all(|parameter| parameter["required"] == true), "{id}");
            let mut places = BTreeSet::new();
            for parameter in &parameters {
                assert!(
                    places.insert((text(&parameter["in"]), text(&parameter["name"]))),
                    "{id}: {parameter} stands twice"
                );
                assert!(parameter["schema"].is_object(), "{id}: {parameter} has no schema");
            }
            let responses = operation["responses"].as_object().unwrap();
            assert!(
                responses.keys().any(|code| code.starts_with('2')),
                "{id}: nothing goes well"
            );
            let refusals = responses.keys().filter(|code| code.starts_with(['4', '5']));
            assert!(refusals.count() >= 3, "{id}: nothing goes badly");
            assert!(!operation["summary"].is_null(), "{id}: no word about it");
            assert!(
                !matches!(verb.as_str(), "get" | "delete") || operation["requestBody"].is_null(),
                "{id}: RFC 9110 §9.3.1"
            );
            for scheme in operation["security"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|one| one.as_object().unwrap().keys())
            {
                assert!(
                    document["components"]["securitySchemes"][scheme].is_object(),
                    "{id}: {scheme}"
                );
            }
        }
    }
}

/// The JSON Schema of one type of event each, by its name: the envelope with that event in it.
fn events() -> Vec<(String, Value)> {
    let whole = schemars::schema_for!(Envelope).to_value();
    let definitions = whole["$defs"].clone();
    let variants = whole["oneOf"].as_array().expect("one schema for each type of event");
    variants
        .iter()
        .map(|variant| {
            let name = text(&variant["properties"]["type"]["const"]);
            let mut schema = Map::new();
            schema.insert("$schema".into(), whole["$schema"].clone());
            schema.insert("title".into(), json!(name));
            schema.insert("description".into(), variant["description"].clone());
            schema.insert("type".into(), json!("object"));
            let mut properties = whole["properties"].as_object().expect("the envelope").clone();
            properties.extend(variant["properties"].as_object().expect("the event").clone());
            let demanded = [&whole["required"], &variant["required"]];
            schema.insert(
                "required".into(),
                demanded
                    .iter()
                    .flat_map(|all| all.as_array().expect("a list").clone())
                    .collect(),
            );
            schema.insert("properties".into(), properties.into());
            schema.insert("additionalProperties".into(), json!(false));
            // Only what it refers to, or what that refers to.
            let mut used = Map::new();
            loop {
                let so_far = json!([schema, used]);
                let mut names = Vec::new();
                references(&so_far, &mut names);
                let before = used.len();
                for name in names.iter().filter_map(|name| name.strip_prefix("#/$defs/")) {
                    used.insert(name.into(), definitions[name].clone());
                }
                if used.len() == before {
                    break;
                }
            }
            if !used.is_empty() {
                schema.insert("$defs".into(), used.into());
            }
            (name, schema.into())
        })
        .collect()
}

#[test]
fn the_event_schemas_are_the_ones_checked_in() {
    let events = events();
    assert!(events.len() >= 29, "{} types of events", events.len());
    for (name, schema) in &events {
        held(&format!("schemas/events/{name}.json"), &format!("{schema:#}\n"));
    }
    // A type that is gone is still in somebody's ledger: its schema stays, and is then listed here.
    let mut files: Vec<String> = fs::read_dir(file("schemas/events"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut wanted: Vec<_> = events.iter().map(|(name, _)| format!("{name}.json")).collect();
    wanted.sort();
    assert_eq!(files, wanted);
}

/// Holds every event of a ledger to the schema that is checked in for its type; which types there were.
pub fn events_fit(db: &Database) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for body in texts(db, "SELECT body AS t FROM events ORDER BY id") {
        let event: Value = serde_json::from_str(&body).unwrap();
        let name = text(&event["type"]);
        let schema = fs::read_to_string(file(&format!("schemas/events/{name}.json")))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let schema: Value = serde_json::from_str(&schema).unwrap();
        fits(&schema, &schema, &event).unwrap_or_else(|fault| panic!("{fault}: {body}"));
        seen.insert(name);
    }
    seen
}

/// Whether a value fits a schema, for as much of JSON Schema as the events use. A keyword that is not
/// known here is a fault, so that nothing is passed over.
fn fits(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let fault = |what: &str| Err(format!("{value} does not fit {what}"));
    let Some(keywords) = schema.as_object() else {
        return if schema == &json!(true) {
            Ok(())
        } else {
            fault("anything")
        };
    };
    for (keyword, wanted) in keywords {
        match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "additionalProperties" => {}
            "$ref" => {
                let target = wanted.as_str().and_then(|text| root.pointer(&text[1..]));
                fits(root, target.ok_or_else(|| format!("{wanted} leads nowhere"))?, value)?;
            }
            "type" => {
                let is = |word: &Value| match word.as_str() {
                    Some("object") => value.is_object(),
                    Some("array") => value.is_array(),
                    Some("string") => value.is_string(),
                    Some("integer") => value.is_i64() || value.is_u64(),
                    Some("boolean") => value.is_boolean(),
                    Some("null") => value.is_null(),
                    _ => false,
                };
                let one_of = wanted
                    .as_array()
                    .map_or_else(|| is(wanted), |words| words.iter().any(is));
                if !one_of {
                    return fault(&wanted.to_string());
                }
            }
            "const" if wanted != value => return fault(&wanted.to_string()),
            "enum" if !wanted.as_array().is_some_and(|all| all.contains(value)) => return fault(&wanted.to_string()),
            "const" | "enum" => {}
            "anyOf" | "oneOf" => {
                let all = wanted.as_array().ok_or("a list is wanted")?;
                let fitting = all.iter().filter(|one| fits(root, one, value).is_ok()).count();
                if fitting == 0 || keyword == "oneOf" && fitting > 1 {
                    return fault(&wanted.to_string());
                }
            }
            "minimum" | "maximum" => {
                let order = value
                    .as_f64()
                    .zip(wanted.as_f64())
                    .and_then(|(value, bound)| value.partial_cmp(&bound));
                let outside = if keyword == "minimum" {
                    std::cmp::Ordering::Less
                } else {
                    std::cmp::Ordering::Greater
                };
                if order.is_none_or(|order| order == outside) {
                    return fault(&format!("{keyword} {wanted}"));
                }
            }
            "minLength" | "maxLength" | "pattern" | "format" => {
                let Some(written) = value.as_str() else { continue };
                let sound = match (keyword.as_str(), wanted.as_str()) {
                    ("format", Some("date-time")) => {
                        serde_json::from_value::<vouchsafe::platform::terms::Timestamp>(value.clone()).is_ok()
                    }
                    // An id: its prefix, and 26 letters.
                    ("pattern", Some(pattern)) => {
                        let prefix = pattern
                            .trim_start_matches('^')
                            .split(['[', '('])
                            .next()
                            .unwrap_or_default();
                        written.starts_with(prefix)
                    }
                    ("minLength", _) => written.chars().count() as u64 >= wanted.as_u64().unwrap_or(u64::MAX),
                    ("maxLength", _) => written.chars().count() as u64 <= wanted.as_u64().unwrap_or(0),
                    _ => return Err(format!("a format that is not known here: {wanted}")),
                };
                if !sound {
                    return fault(&wanted.to_string());
                }
            }
            "items" => {
                for one in value.as_array().into_iter().flatten() {
                    fits(root, wanted, one)?;
                }
            }
            // Of numbers: how wide they are.
            "properties" => {
                let members = value.as_object().ok_or("an object is wanted")?;
                for (name, inner) in members {
                    match wanted.get(name) {
                        Some(schema) => fits(root, schema, inner).map_err(|fault| format!("{name}: {fault}"))?,
                        None if keywords.get("additionalProperties") == Some(&json!(false)) => {
                            return Err(format!("{name} is not known"));
                        }
                        None => {}
                    }
                }
            }
            "required" => {
                for name in wanted.as_array().into_iter().flatten() {
                    if value.get(text(name)).is_none() {
                        return Err(format!("{name} is missing"));
                    }
                }
            }
            _ => return Err(format!("a keyword that is not known here: {keyword}")),
        }
    }
    Ok(())
}

#[test]
fn the_check_of_event_schemas_finds_faults() {
    let events = events();
    let (_, schema) = events.iter().find(|(name, _)| name == "person_banned").unwrap();
    let good = json!({
        "v": 1, "at": "2026-11-22T10:00:00.000000Z", "actor": { "person": 1 }, "subject": 2, "type": "person_banned",
        "sanction": "sanction_01h455vb4pex5vsknk084sn02q", "person": 2, "reason": "spam", "note": "00",
    });
    fits(schema, schema, &good).unwrap();
    for (place, value) in [
        ("/v", json!("one")),
        ("/at", json!("yesterday")),
        ("/actor", json!("nobody")),
        ("/actor", json!({ "person": "Ada" })),
        ("/type", json!("person_praised")),
        ("/sanction", json!(7)),
        ("/sanction", json!("person_01h455vb4pex5vsknk084sn02q")),
        ("/reason", json!(null)),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = value.clone();
        assert!(fits(schema, schema, &bad).is_err(), "{place} = {value}");
    }
    let mut more = good.clone();
    more["name"] = json!("Ada");
    assert!(fits(schema, schema, &more).is_err(), "a member that is not known");
    let mut less = good;
    less.as_object_mut().unwrap().remove("note");
    assert!(fits(schema, schema, &less).is_err(), "a member that is missing");
}
