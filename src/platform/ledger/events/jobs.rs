//! Work that outlives a request, and histories that are replayed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::terms::{Id, kinds};

/// A job was cancelled before its last step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct JobCancelled {
    /// Which.
    pub job: Id<kinds::Job>,
}

/// A cancelled job goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct JobResumed {
    /// Which.
    pub job: Id<kinds::Job>,
}

/// A history began to be replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ImportStarted {
    /// The run.
    pub import: Id<kinds::Import>,
    /// SHA-256 of the file, in hex.
    pub digest: String,
}

/// A history was replayed to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ImportFinished {
    /// The run.
    pub import: Id<kinds::Import>,
    /// Rows in the file.
    pub rows: u64,
}
