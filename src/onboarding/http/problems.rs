//! Which problem each error of onboarding is answered with.

use crate::{
    http::{Problem, ProblemKind},
    identity::SubmitError,
    notify::Limit,
    onboarding::{JoinError, ProofError, StepError},
    policy::ContactDenied,
};

impl From<StepError> for Problem {
    fn from(error: StepError) -> Self {
        match error {
            StepError::UnknownInvite => ProblemKind::InviteUnknown.into(),
            StepError::Closed(closed) => closed.into(),
            StepError::OutOfOrder => ProblemKind::StepOutOfOrder.into(),
            StepError::Ended => ProblemKind::FlowEnded.into(),
            StepError::ReservationExpired => ProblemKind::HoldExpired.into(),
            StepError::Submit(SubmitError::Store(error)) | StepError::Store(error) => error.into(),
            StepError::Submit(refusal @ SubmitError::Waiting) => {
                Self::from(ProblemKind::StepOutOfOrder).with_detail(refusal.to_string())
            }
            StepError::Document(_) => Self::from(ProblemKind::CountryNotAccepted).at("/document/country"),
            StepError::Submit(refusal) => Self::from(ProblemKind::RegistrationRefused).with_detail(refusal.to_string()),
            StepError::KeyReused(reused) => reused.into(),
            StepError::HandleTaken => Self::value("/handle", "The handle is taken; choose another one."),
            StepError::Member => ProblemKind::PersonLimitReached.into(),
            StepError::Refused => ProblemKind::RegistrationRefused.into(),
            StepError::NeedsReview => ProblemKind::ReviewNeeded.into(),
            StepError::TooMany(seconds) => Self::from(ProblemKind::TooManyRequests).retry_after(seconds),
        }
    }
}

impl From<ProofError> for Problem {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Step(error) => error.into(),
            ProofError::AnotherAddress => ProblemKind::ContactMismatch.into(),
            ProofError::NoAddress => Self::value("/email", "Give the contact that you want to prove."),
            ProofError::Denied(ContactDenied::Country) => ProblemKind::CountryNotAccepted.into(),
            ProofError::Denied(denied) => Self::value("", denied.to_string()),
            ProofError::Texts(limit, seconds) => Self::from(ProblemKind::TextLimitReached)
                .with_detail(match limit {
                    Limit::Recipient => "As many text messages went to this number as may. Wait for the seconds given in Retry-After.",
                    Limit::Inviter => "As many text messages went out for whoever invited you as may. Wait for the seconds given in Retry-After.",
                    Limit::Waitlist | Limit::Country | Limit::Day => "As many text messages went out as may in a day. Wait for the seconds given in Retry-After.",
                })
                .retry_after(seconds),
            ProofError::Wrong => Self::from(ProblemKind::ProofWrong).at("/code"),
            ProofError::Stale => Self::from(ProblemKind::ProofStale).at("/code"),
            ProofError::Locked => Self::from(ProblemKind::ProofLocked)
                .with_detail("Ask for a new code by giving the contact again.")
                .retry_after(1),
            ProofError::TooManyCodes(seconds) | ProofError::Mailed(seconds) | ProofError::Guessed(seconds) => {
                Self::from(ProblemKind::TooManyRequests).retry_after(seconds)
            }
        }
    }
}

/// The problem of somebody who gives a contact, which stood in `field`.
pub(super) fn contact_problem(error: ProofError, field: &'static str) -> Problem {
    let is_its = matches!(
        error,
        ProofError::AnotherAddress | ProofError::Denied(_) | ProofError::Texts(..)
    );
    let problem = Problem::from(error);
    if is_its { problem.at(field) } else { problem }
}

impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::UnknownFlow => ProblemKind::FlowUnknown.into(),
            JoinError::Step(error) => error.into(),
            JoinError::Handle(error) => Self::value("/handle", error.to_string()),
            JoinError::HandleReserved => Self::value(
                "/handle",
                "This handle could be taken for one of those who run the community; choose another one.",
            ),
            JoinError::Password(error) => error.into(),
            JoinError::SignIn(error) => error.into(),
            JoinError::Used => ProblemKind::FlowEnded.into(),
        }
    }
}
