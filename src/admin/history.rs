//! Events as they are shown: with public ids in the place of rows.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    people,
    platform::{
        ledger::{Actor, Entry, Unreadable},
        store::{Conn, StoreError},
        terms::{PersonId, PersonRow, Timestamp},
    },
};

/// The members of an event that hold a person's row. A test holds this list against the events'
/// own schema, so that no row is ever shown.
const ROWS: [&str; 8] = [
    "by",
    "person",
    "inviter",
    "former_inviter",
    "from",
    "to",
    "on",
    "branch",
];

/// Something that happened.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Happened {
    /// Its place in the order of everything, from 1, without gaps.
    pub number: i64,
    /// The version of the event's shape.
    pub v: u8,
    /// When, as the writer's clock had it; order is by number.
    pub at: Timestamp,
    /// Who did it.
    pub actor: HappenedActor,
    /// On whom, where it is about a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<PersonId>,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "person_banned")]
    pub kind: String,
    /// What the event says beside: it depends on the type. Of an event that this version cannot read, why.
    pub details: Map<String, Value>,
}

/// Who did it.
#[derive(Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HappenedActor {
    /// A member.
    Person(Option<PersonId>),
    /// Somebody on their way in.
    Newcomer,
    /// The command line.
    Operator,
    /// The service itself.
    System,
}

/// These entries as they are shown.
///
/// # Errors
/// [`StoreError`].
pub fn happened(conn: &mut Conn, entries: &[Result<Entry, Unreadable>]) -> Result<Vec<Happened>, StoreError> {
    let with_details = |entry| {
        let details = match entry {
            Ok(entry) => details(entry)?,
            Err(_) => Map::new(),
        };
        Ok((entry, details))
    };
    let read: Vec<_> = entries
        .iter()
        .map(Result::as_ref)
        .map(with_details)
        .collect::<Result<_, StoreError>>()?;
    let mut rows = Vec::new();
    for (entry, details) in &read {
        match entry {
            Ok(entry) => {
                rows.extend(entry.envelope.actor.person());
                rows.extend(entry.envelope.subject);
            }
            Err(bad) => rows.extend(bad.head.as_ref().and_then(|head| head.actor.person())),
        }
        named(details, &mut rows);
    }
    rows.sort_unstable();
    rows.dedup();
    // Whoever an event names was written with it or before.
    let ids = people::names(conn, &rows)?
        .into_iter()
        .map(|(row, name)| (row, name.id))
        .collect();
    Ok(read
        .into_iter()
        .map(|(entry, details)| match entry {
            Ok(entry) => shown(entry, details, &ids),
            Err(bad) => unreadable(bad, &ids),
        })
        .collect())
}

/// An event of a newer version, as far as every version is the same.
fn unreadable(bad: &Unreadable, ids: &HashMap<PersonRow, PersonId>) -> Happened {
    let head = bad.head.as_ref();
    Happened {
        number: bad.pos,
        v: head.map_or(0, |head| head.v),
        at: head.map_or(Timestamp::from_seconds(0), |head| head.at),
        actor: head.map_or(HappenedActor::System, |head| by(head.actor, ids)),
        subject: None,
        kind: head.map_or_else(|| "unreadable".to_owned(), |head| head.kind.clone()),
        details: Map::from_iter([("unreadable".to_owned(), Value::String(bad.why.clone()))]),
    }
}

fn by(actor: Actor, ids: &HashMap<PersonRow, PersonId>) -> HappenedActor {
    match actor {
        Actor::Person(row) => HappenedActor::Person(ids.get(&row).copied()),
        Actor::Newcomer => HappenedActor::Newcomer,
        Actor::Operator => HappenedActor::Operator,
        Actor::System => HappenedActor::System,
    }
}

fn details(entry: &Entry) -> Result<Map<String, Value>, StoreError> {
    match serde_json::to_value(&entry.envelope.event) {
        Ok(Value::Object(mut details)) => {
            details.remove("type");
            Ok(details)
        }
        _ => Err(StoreError::Internal(format!(
            "the event at position {} is no object",
            entry.pos
        ))),
    }
}

/// The rows that the details name, also within what they hold.
fn named(details: &Map<String, Value>, rows: &mut Vec<PersonRow>) {
    for (name, value) in details {
        match value {
            Value::Object(inner) => named(inner, rows),
            value if ROWS.contains(&name.as_str()) => rows.extend(row(value)),
            _ => {}
        }
    }
}

/// Puts public ids in place of rows, also within what the details hold.
fn rename(details: &mut Map<String, Value>, ids: &HashMap<PersonRow, PersonId>) {
    for (name, value) in details {
        match value {
            Value::Object(inner) => rename(inner, ids),
            value if ROWS.contains(&name.as_str()) => {
                let id = row(value).and_then(|row| ids.get(&row));
                *value = id.map_or(Value::Null, |id| Value::String(id.to_string()));
            }
            _ => {}
        }
    }
}

fn row(value: &Value) -> Option<PersonRow> {
    value.as_i64().map(PersonRow)
}

fn shown(entry: &Entry, mut details: Map<String, Value>, ids: &HashMap<PersonRow, PersonId>) -> Happened {
    rename(&mut details, ids);
    let envelope = &entry.envelope;
    Happened {
        number: entry.pos,
        v: envelope.v,
        at: envelope.at,
        actor: by(envelope.actor, ids),
        subject: envelope.subject.and_then(|row| ids.get(&row).copied()),
        kind: envelope.event.kind().to_owned(),
        details,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::platform::ledger::{Envelope, Event, UnreadableHead, events};

    #[test]
    fn every_row_in_an_event_is_known() {
        let schema = schemars::schema_for!(Event).to_value();
        let variants = schema["oneOf"].as_array().unwrap();
        assert!(variants.len() > 25, "{schema}");
        let mut met = Vec::new();
        let mut open: Vec<&Value> = variants.iter().collect();
        while let Some(object) = open.pop() {
            for (name, property) in object["properties"].as_object().unwrap() {
                if property["properties"].is_object() {
                    open.push(property);
                    continue;
                }
                // An object that may be missing stands beside null.
                if let Some(inner) = property["anyOf"]
                    .as_array()
                    .and_then(|all| all.iter().find(|one| one["properties"].is_object()))
                {
                    open.push(inner);
                    continue;
                }
                let is_row = property.to_string().contains("PersonRow");
                assert_eq!(is_row, ROWS.contains(&name.as_str()), "{name} of {object}");
                met.extend(is_row.then_some(name.clone()));
            }
        }
        assert!(ROWS.iter().all(|name| met.iter().any(|met| met == name)), "{met:?}");
    }

    #[test]
    fn an_event_of_a_newer_version_hides_no_other() {
        let head = UnreadableHead {
            v: 9,
            at: Timestamp::from_seconds(7),
            actor: Actor::System,
            kind: "tomorrow".to_owned(),
        };
        let bad = |head| Unreadable {
            pos: 3,
            why: "it cannot be read".to_owned(),
            head,
        };
        let known = unreadable(&bad(Some(head)), &HashMap::new());
        assert_eq!((known.number, known.v, known.kind.as_str()), (3, 9, "tomorrow"));
        assert_eq!(known.details["unreadable"], "it cannot be read");
        assert_eq!(unreadable(&bad(None), &HashMap::new()).kind, "unreadable");
    }

    #[test]
    fn ids_stand_in_the_place_of_rows() {
        let id = |row: i64| PersonId::from_uuid(Uuid::from_u128(row as u128));
        let event = Event::Vouched(events::Vouched {
            from: PersonRow(7),
            to: PersonRow(8),
        });
        let entry = Entry {
            pos: 3,
            envelope: Envelope {
                v: 1,
                at: Timestamp::from_seconds(0),
                actor: Actor::Person(PersonRow(7)),
                subject: event.subject(),
                event,
            },
        };
        let ids = HashMap::from([(PersonRow(7), id(7)), (PersonRow(8), id(8))]);
        let shown = shown(&entry, details(&entry).unwrap(), &ids);
        assert_eq!(
            serde_json::to_value(&shown).unwrap(),
            serde_json::json!({
                "number": 3,
                "v": 1,
                "at": "1970-01-01T00:00:00.000000Z",
                "actor": { "person": id(7) },
                "subject": id(8),
                "type": "vouched",
                "details": { "from": id(7), "to": id(8) },
            })
        );
    }
}
