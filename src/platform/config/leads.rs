//! How often leads are computed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Leads: who is worth a look by an abuse team.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LeadsConfig {
    /// How long after one time they are computed again, in minutes, on one replica; 0 is never. Default 60.
    #[schemars(range(min = 0, max = 10_080))]
    pub every_minutes: u32,
}

impl Default for LeadsConfig {
    fn default() -> Self {
        Self { every_minutes: 60 }
    }
}
