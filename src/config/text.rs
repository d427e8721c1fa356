//! How some values are written as text: by their own form, or redacted.

use std::{fmt::Display, str::FromStr};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serializer, de};

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";

/// As the type displays itself.
pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// As the type reads itself.
pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

/// Whether it is there, never what it is.
pub fn redacted<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(_) => serializer.serialize_some(REDACTED),
        None => serializer.serialize_none(),
    }
}

/// A path whole; of a URI that may hold a password only its scheme.
pub fn database_url<S: Serializer>(url: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    match url.expose_secret().split_once("://") {
        Some(("sqlite", _)) => serializer.serialize_str(url.expose_secret()),
        Some((scheme @ ("postgres" | "postgresql"), _)) => {
            serializer.collect_str(&format_args!("{scheme}://{REDACTED}"))
        }
        _ => serializer.serialize_str(REDACTED),
    }
}
