//! The type of an event as somebody asks for it.

use std::fmt;

use serde::{Deserialize, Deserializer, de};
use utoipa::openapi::{ObjectBuilder, RefOr, schema::Schema, schema::Type};

use super::Event;

/// One of [`Event::KINDS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventKind(&'static str);

impl EventKind {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl<'de> Deserialize<'de> for EventKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl de::Visitor<'_> for Reads {
            type Value = EventKind;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the type of an event")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<EventKind, E> {
                let known = Event::KINDS.iter().find(|kind| **kind == text);
                known
                    .map(|kind| EventKind(kind))
                    .ok_or_else(|| E::unknown_variant("", Event::KINDS))
            }
        }
        deserializer.deserialize_str(Reads)
    }
}
impl utoipa::PartialSchema for EventKind {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Event::KINDS.iter().copied()))
            .into()
    }
}
impl utoipa::ToSchema for EventKind {
    fn name() -> std::borrow::Cow<'static, str> {
        "event_kind".into()
    }
}
