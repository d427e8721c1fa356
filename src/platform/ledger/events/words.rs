//! The words of events about invites: how one reaches people, and why something became of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an invite reaches people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InviteKind {
    /// Addressed: only whoever proves that e-mail address.
    Email,
    /// Open: whoever holds the code, up to the number of uses.
    Link,
}

/// Why the letter of an invite reached nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Undeliverable {
    /// The address does not take it.
    Refused,
    /// The address did not take it for a day and more.
    Unreachable,
    /// Its inviter had too many letters sent in the last 24 hours.
    Limited,
}

/// Why a held use was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// Its time had run out.
    Expired,
    /// The newcomer gave up.
    Abandoned,
    /// A reviewer's final refusal.
    Refused,
    /// The newcomer came in by another invite to the same address.
    Elsewhere,
}
