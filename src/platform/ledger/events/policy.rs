//! The community's demands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The community's demands changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PolicyChanged {
    /// The version that holds now.
    pub version: i64,
    /// SHA-256 of its document, in hex.
    pub digest: String,
}
