//! Who decides real-name cases.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::terms::Role;

/// Who decides real-name cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Review {
    /// Roles that see and decide cases. Default reviewer, admin and owner.
    pub reviewers: Vec<Role>,
    /// How often a newcomer may hand in again after being sent back, by whichever ways in. Default 3.
    #[schemars(range(min = 0, max = 100))]
    pub resubmissions: u32,
    /// How long a case waits at most, in days. So long the newcomer keeps their place, and then the case
    /// leaves the queue. Default 365.
    #[schemars(range(min = 1, max = 3650))]
    pub wait_days: u32,
    /// Cases that one reviewer may have claimed at once. Default 3.
    #[schemars(range(min = 1, max = 1000))]
    pub claims: u32,
    /// Names that one reviewer is shown in 24 hours. The owners are told of whoever wants more. Default 100.
    #[schemars(range(min = 1, max = 100_000))]
    pub names_per_day: u32,
    /// Whether an owner who is the only reviewer in good standing may decide about those whom they, their
    /// inviter or their invitees let in. Default false: then somebody else must have a role that reviews.
    pub sole_owner: bool,
}

impl Default for Review {
    fn default() -> Self {
        Self {
            reviewers: vec![Role::Reviewer, Role::Admin, Role::Owner],
            resubmissions: 3,
            wait_days: 365,
            claims: 3,
            names_per_day: 100,
            sole_owner: false,
        }
    }
}
