//! Which problem each error of the waitlist is answered with.

use crate::{
    http::{Problem, ProblemKind},
    onboarding::ProofError,
    waitlist::WaitError,
};

impl From<WaitError> for Problem {
    fn from(error: WaitError) -> Self {
        match error {
            WaitError::Unknown => ProblemKind::ApplicationUnknown.into(),
            WaitError::Closed => ProblemKind::WaitlistClosed.into(),
            WaitError::Full => ProblemKind::WaitlistFull.into(),
            WaitError::Proved => ProblemKind::StepOutOfOrder.into(),
            WaitError::Over => ProblemKind::ApplicationOver.into(),
            WaitError::Member => ProblemKind::PersonLimitReached.into(),
            WaitError::Barred => ProblemKind::RegistrationRefused.into(),
            WaitError::LetIn => ProblemKind::AlreadyLetIn.into(),
            WaitError::Wrong => Self::from(ProblemKind::ProofWrong).at("/code"),
            WaitError::Stale => Self::from(ProblemKind::ProofStale).at("/code"),
            WaitError::Locked => Self::from(ProblemKind::ProofLocked)
                .with_detail("Ask anew, for another code.")
                .retry_after(1),
            WaitError::TooMany(seconds) => Self::from(ProblemKind::TooManyRequests).retry_after(seconds),
            WaitError::Denied(denied) => ProofError::Denied(denied).into(),
            WaitError::Texts(limit, seconds) => ProofError::Texts(limit, seconds).into(),
            WaitError::Issue(error) => error.into(),
            WaitError::KeyReused(reused) => reused.into(),
            WaitError::Store(error) => error.into(),
        }
    }
}

/// The problem of somebody who asks by a contact, which stood in `field`.
pub(super) fn contact_problem(error: WaitError, field: &'static str) -> Problem {
    let is_its = matches!(error, WaitError::Denied(_) | WaitError::Texts(..));
    let problem = Problem::from(error);
    if is_its { problem.at(field) } else { problem }
}
