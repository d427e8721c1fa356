//! Which problem each error of moderation is answered with.

use crate::{
    http::{Problem, ProblemKind},
    moderation::{ActionError, AssuranceError, RoleError, RoleRefusal, SanctionError},
};

impl From<SanctionError> for Problem {
    fn from(error: SanctionError) -> Self {
        match error {
            SanctionError::NotAllowed(_) => Self::new(ProblemKind::Forbidden),
            SanctionError::PersonUnknown => Self::new(ProblemKind::NotFound),
            SanctionError::Exists => Self::new(ProblemKind::SanctionExists),
            SanctionError::End(error) => Self::value("/until", error.to_string()),
            SanctionError::LastOwner => Self::new(ProblemKind::LastOwner),
            SanctionError::Unknown => Self::new(ProblemKind::SanctionUnknown),
            SanctionError::KeyReused(reused) => reused.into(),
            SanctionError::Store(error) => error.into(),
        }
    }
}

impl From<AssuranceError> for Problem {
    fn from(error: AssuranceError) -> Self {
        match error {
            AssuranceError::NotAllowed(_) => Self::new(ProblemKind::Forbidden),
            AssuranceError::PersonUnknown => Self::new(ProblemKind::NotFound),
            AssuranceError::NotHigher => Self::new(ProblemKind::AssuranceNotHigher),
            AssuranceError::Store(error) => error.into(),
        }
    }
}

impl From<RoleError> for Problem {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::Refused(RoleRefusal::NotAllowed(_)) => Self::new(ProblemKind::Forbidden),
            RoleError::Refused(RoleRefusal::LastOwner) => Self::new(ProblemKind::LastOwner),
            RoleError::Refused(RoleRefusal::NotForPeople) => Self::field(
                "/role",
                "Give a member's role: owner, admin, auditor, reviewer or member.",
            ),
            RoleError::PersonUnknown => Self::new(ProblemKind::NotFound),
            RoleError::Store(error) => error.into(),
        }
    }
}

impl From<ActionError> for Problem {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::NotAllowed(_) => Self::new(ProblemKind::Forbidden),
            ActionError::Unknown => Self::new(ProblemKind::ActionUnknown),
            ActionError::NotNow | ActionError::Nobody | ActionError::ProposerGone => {
                Self::new(ProblemKind::ActionState).with_detail(error.to_string())
            }
            ActionError::Approval(refused) => {
                Self::new(ProblemKind::SecondAdminNeeded).with_detail(refused.to_string())
            }
            ActionError::Selection(bad) => Self::value("/selection", bad.to_string()),
            ActionError::End(error) => Self::value("/until", error.to_string()),
            ActionError::KeyReused(reused) => reused.into(),
            ActionError::Store(error) => error.into(),
        }
    }
}
