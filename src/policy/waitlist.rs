//! What the policy says of those who wait.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who waits to be let in without an invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = WaitlistPolicy)]
pub struct Waitlist {
    /// Whether anybody may ask. Whoever waits already stays. Default false.
    pub open: bool,
    /// How many wait at most. Default 1000.
    #[schemars(range(min = 1, max = 10_000))]
    pub most: u32,
}

impl Default for Waitlist {
    fn default() -> Self {
        Self {
            open: false,
            most: 1000,
        }
    }
}
