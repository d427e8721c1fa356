//! Which problem each error of cases and refusals is answered with.

use crate::{
    http::{Problem, ProblemKind},
    identity::{CaseError, LiftError},
};

impl From<CaseError> for Problem {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Unknown => ProblemKind::NotFound.into(),
            CaseError::Decided => ProblemKind::CaseDecided.into(),
            CaseError::Lapsed => ProblemKind::CaseLapsed.into(),
            CaseError::Claimed => ProblemKind::CaseClaimed.into(),
            CaseError::TooClose => ProblemKind::ReviewConflict.into(),
            CaseError::TooManyClaims(_) => Problem::from(ProblemKind::ClaimsExhausted).with_detail(error.to_string()),
            CaseError::EnoughNames { wait, .. } => Problem::from(ProblemKind::NamesExhausted).retry_after(wait),
            CaseError::NoPlace => ProblemKind::DocumentTaken.into(),
            CaseError::Bound => ProblemKind::DocumentBound.into(),
            CaseError::NotClaimed => Problem::from(ProblemKind::StepOutOfOrder)
                .with_detail("Claim the case, look at it, and decide within 15 minutes."),
            CaseError::KeyReused(reused) => reused.into(),
            CaseError::Store(error) => error.into(),
        }
    }
}

impl From<LiftError> for Problem {
    fn from(error: LiftError) -> Self {
        match error {
            LiftError::Unknown => ProblemKind::RefusalUnknown.into(),
            LiftError::TooClose => ProblemKind::ReviewConflict.into(),
            LiftError::Store(error) => error.into(),
        }
    }
}
