//! Who decides about many people at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who decides about many people at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Moderation {
    /// An action on more people than this is approved by a second admin: somebody else than who drafted it, who did not
    /// come in by way of them. Default 20.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub second_admin_above: u32,
}

impl Default for Moderation {
    fn default() -> Self {
        Self { second_admin_above: 20 }
    }
}
