//! The shapes of events, as they are written and as they were.

use super::*;
use crate::platform::terms::Role;

#[test]
fn the_name_of_an_event_is_its_type() {
    let event = Event::Vouched(Vouched {
        from: PersonRow(1),
        to: PersonRow(2),
    });
    let envelope = Envelope {
        v: event.version(),
        at: Timestamp::from_seconds(0),
        actor: Actor::Person(PersonRow(1)),
        subject: event.subject(),
        event: event.clone(),
    };
    let text = serde_json::to_string(&envelope).unwrap();
    assert_eq!(
        text,
        r#"{"v":1,"at":"1970-01-01T00:00:00.000000Z","actor":{"person":1},"subject":2,"type":"vouched","from":1,"to":2}"#
    );
    assert_eq!(serde_json::from_str::<Envelope>(&text).unwrap(), envelope);
    assert_eq!(event.kind(), "vouched");
}

#[test]
fn a_role_that_changed_without_a_reason_is_read() {
    let text = r#"{"v":1,"at":"1970-01-01T00:00:00.000000Z","actor":{"person":1},"subject":2,"type":"role_changed","person":2,"before":"member","after":"admin"}"#;
    let envelope: Envelope = serde_json::from_str(text).unwrap();
    let event = Event::RoleChanged(RoleChanged {
        person: PersonRow(2),
        before: Role::Member,
        after: Role::Admin,
        reason: None,
    });
    assert_eq!((envelope.v, &envelope.event), (1, &event));
    assert_eq!(serde_json::to_string(&envelope).unwrap(), text);
    assert_eq!(event.version(), 2);
}

/// What was recorded is what the chain's hash was taken of: no event may ever be written in another way. A line of
/// the file is never changed; a new type of event, or a new version of one, adds a line.
#[test]
fn what_was_recorded_is_read_and_written_to_the_byte() {
    let mut named = std::collections::BTreeSet::new();
    for line in include_str!("golden.jsonl").lines() {
        let envelope: Envelope = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(serde_json::to_string(&envelope).unwrap(), line);
        assert_eq!(envelope.subject, envelope.event.subject(), "{line}");
        assert!(envelope.v <= envelope.event.version(), "{line}");
        named.insert(envelope.event.kind());
    }
    let missing: Vec<_> = Event::KINDS.iter().filter(|kind| !named.contains(*kind)).collect();
    assert!(missing.is_empty(), "no line of golden.jsonl has {missing:?}");
}
