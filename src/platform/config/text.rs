//! How secrets are written as text: redacted.

use secrecy::{ExposeSecret, SecretString};
use serde::Serializer;

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";

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
