//! Room servers, for those who run the community. No secret is ever answered.

pub(super) mod list;
pub(super) mod register;
pub(super) mod remove;
pub(super) mod replace;
pub(super) mod report;

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, OneOfBuilder, RefOr, Schema, SchemaFormat, Type,
        schema::{AdditionalProperties, SchemaType},
    },
};

use super::{
    super::{
        Health, Kinds, NewServer, Out, Settings,
        queries::ServerOverview,
        servers::{BUILT_IN, Capability, Form, Given, SECRET_MOST, ServerKind, Setting, TEXT_MOST},
    },
    Rooms,
};
use crate::{
    http::Problem,
    platform::terms::{RoomServerId, Timestamp, words},
};

words! {
    /// The health of a room server.
    HealthWord {
        /// Nobody has asked it yet.
        Unknown = "unknown",
        /// It answers, and does what it is asked to.
        Well = "well",
        /// It does not answer, or refuses; `failure` says why.
        Failing = "failing",
        /// It is never asked: it only checks the signature of a ticket. A ticket that has ended still opens it until
        /// the ticket expires.
        NotAsked = "not_asked",
    }
}

/// What is the same for a server of any kind.
#[derive(Serialize, ToSchema)]
struct ServerFields {
    /// Its id.
    id: RoomServerId,
    /// Its kind.
    kind: String,
    /// What it is able to do.
    capabilities: &'static [Capability],
    /// Its health.
    health: HealthWord,
    /// Since when it has this health.
    #[serde(skip_serializing_if = "Option::is_none")]
    health_since: Option<Timestamp>,
    /// Why it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// The rooms that it rejects, while it accepts the others. Each room says why.
    failing_rooms: Vec<String>,
    /// When it last put somebody out whose ticket had ended, after a ban or for any other reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_out: Option<LastOut>,
    /// Since when it is registered.
    created_at: Timestamp,
}

/// Somebody was put out of a room after their ticket had ended.
#[derive(Serialize, ToSchema)]
pub struct LastOut {
    /// When the server had done it.
    at: Timestamp,
    /// How many milliseconds after the end of their ticket that was: of the one that took longest, where they were several.
    took_ms: u64,
}

impl From<Out> for LastOut {
    fn from(Out { at, took }: Out) -> Self {
        Self {
            at,
            // Begun ones count, so that what was quick is not said to have taken no time.
            took_ms: u64::try_from(took.as_micros().div_ceil(1000)).unwrap_or(u64::MAX),
        }
    }
}

/// A room server: what is the same for each kind, and the kind's own settings but the secrets.
#[derive(Serialize)]
struct ServerView {
    #[serde(flatten)]
    fields: ServerFields,
    #[serde(flatten)]
    settings: Settings,
}

impl ServerView {
    fn of(ServerOverview { server, failing_rooms }: ServerOverview, kinds: &Kinds) -> Self {
        let capabilities = kinds.get(&server.kind).map_or(&[][..], ServerKind::capabilities);
        let is_asked = |one: &Capability| *one != Capability::Signed;
        let (health, health_since, failure) = match server.health {
            _ if !capabilities.iter().any(is_asked) => (HealthWord::NotAsked, None, None),
            Health::Unknown => (HealthWord::Unknown, None, None),
            Health::Well { since } => (HealthWord::Well, Some(since), None),
            Health::Failing { since, why } => (HealthWord::Failing, Some(since), Some(why)),
        };
        Self {
            fields: ServerFields {
                id: server.id,
                kind: server.kind,
                capabilities,
                health,
                health_since,
                failure,
                failing_rooms,
                last_out: server.last_out.map(LastOut::from),
                created_at: server.created_at,
            },
            settings: server.settings,
        }
    }
}

impl ToSchema for ServerView {
    fn name() -> Cow<'static, str> {
        "ServerView".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ServerFields::schemas(schemas);
    }
}

impl PartialSchema for ServerView {
    fn schema() -> RefOr<Schema> {
        let mut schema = ServerFields::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            let says = "A room server: what is the same for each kind, and the kind's own settings but the secrets.";
            object.description = Some(says.to_owned());
            let mut open: BTreeMap<&str, Vec<(&str, &Setting)>> = BTreeMap::new();
            for kind in BUILT_IN {
                for setting in kind.settings().iter().filter(|setting| setting.form != Form::Secret) {
                    open.entry(setting.name).or_default().push((kind.title(), setting));
                }
            }
            for (name, of) in open {
                let Some((_, first)) = of.first() else { continue };
                let same = of.iter().all(|(_, setting)| setting.says == first.says);
                let each: Vec<String> = of
                    .iter()
                    .map(|(title, setting)| format!("{title}: {}", setting.says))
                    .collect();
                let mut schema = described(first, false);
                if let (false, RefOr::T(Schema::Object(object))) = (same, &mut schema) {
                    object.description = Some(each.join(" "));
                }
                object.properties.insert(name.to_owned(), schema);
            }
        }
        schema
    }
}

/// How a setting is described; in a request, `null` is the same as leaving out one that is not required.
fn described(setting: &Setting, asked: bool) -> RefOr<Schema> {
    let schema_type = match asked && !setting.required {
        true => SchemaType::from_iter([Type::String, Type::Null]),
        false => SchemaType::from(Type::String),
    };
    let schema = ObjectBuilder::new()
        .schema_type(schema_type)
        .description(Some(setting.says));
    let schema = match setting.form {
        Form::ClientUrl | Form::ServiceUrl => schema
            .format(Some(SchemaFormat::Custom("uri".into())))
            .max_length(Some(2000)),
        Form::Text => schema.min_length(Some(1)).max_length(Some(TEXT_MOST)),
        Form::Secret => schema
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .min_length(Some(1))
            .max_length(Some(SECRET_MOST)),
    };
    schema.into()
}

/// A room server to register, or what one is to become: its kind, and what the kind asks for.
struct NewServerBody {
    kind: String,
    given: Given,
}

impl NewServerBody {
    /// The server that is meant, once its kind accepts it.
    fn checked(self, rooms: &Rooms) -> Result<NewServer, Problem> {
        let kinds = rooms.servers.kinds();
        let kind = kinds.get(&self.kind).ok_or_else(|| {
            let names: Vec<String> = kinds.names().iter().map(|name| format!("`{name}`")).collect();
            Problem::field("/kind", format!("Expected: {}.", names.join(" or ")))
        })?;
        Ok(self.given.checked(kind, &rooms.egress)?)
    }
}

impl<'de> Deserialize<'de> for NewServerBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = NewServerBody;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<NewServerBody, A::Error> {
                let (mut kind, mut given) = (None, Given::default());
                while let Some(name) = members.next_key::<String>()? {
                    let is_new = match name.as_str() {
                        "kind" => kind.replace(members.next_value()?).is_none(),
                        _ => given.insert(name, members.next_value::<Value>()?),
                    };
                    if !is_new {
                        return Err(A::Error::custom("a member is given twice"));
                    }
                }
                let kind = kind.unwrap_or_else(|| Kinds::first().to_owned());
                Ok(NewServerBody { kind, given })
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// Bound to an idempotency key it is written out, secrets and all; nothing else writes it.
impl Serialize for NewServerBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("kind", &self.kind)?;
        for (name, value) in self.given.iter() {
            members.serialize_entry(name, value)?;
        }
        members.end()
    }
}

impl ToSchema for NewServerBody {
    fn name() -> Cow<'static, str> {
        "NewServerBody".into()
    }
}

impl PartialSchema for NewServerBody {
    fn schema() -> RefOr<Schema> {
        let mut forms = OneOfBuilder::new().description(Some(
            "A room server to register, or what one is to become: its kind, and what the kind asks for.",
        ));
        for kind in BUILT_IN {
            let word = ObjectBuilder::new()
                .schema_type(Type::String)
                .enum_values(Some([kind.name()]))
                .description(Some(format!(
                    "The kind of the server; `{}` where none is given.",
                    Kinds::first()
                )));
            let mut form = ObjectBuilder::new()
                .title(Some(kind.title()))
                .property("kind", word)
                .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
            if kind.name() != Kinds::first() {
                form = form.required("kind");
            }
            for setting in kind.settings() {
                form = form.property(setting.name, described(setting, true));
                if setting.required {
                    form = form.required(setting.name);
                }
            }
            forms = forms.item(form);
        }
        forms.into()
    }
}

/// What is to become of what a room server still holds.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Leave {
    /// `true` where the server is gone for good: then its closed rooms need not be gone from it.
    #[serde(default)]
    abandon: bool,
}
