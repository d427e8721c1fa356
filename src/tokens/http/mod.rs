//! The routes of tokens: signing in and out, and the OAuth endpoints.

mod oauth;
mod sessions;
mod well_known;

use utoipa_actix_web::service_config::ServiceConfig;

use super::{RefreshError, SignInError};
use crate::http::{OAuthProblem, Problem, ProblemKind};

/// Registers the routes. They want `Data<SignIn>` and `Data<Tokens>` among the application's data.
pub fn routes(config: &mut ServiceConfig<'_>) {
    sessions::routes(config);
    oauth::routes(config);
    well_known::routes(config);
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => ProblemKind::CredentialsWrong.into(),
            SignInError::Suspended => {
                Self::new(ProblemKind::Forbidden).with_detail("The account is suspended. Ask an admin.")
            }
            SignInError::Locked(seconds) => Self::new(ProblemKind::AccountLocked).retry_after(seconds),
            SignInError::SessionEnded | SignInError::Refreshed => ProblemKind::SessionEnded.into(),
            SignInError::TooMany(seconds) => Self::new(ProblemKind::TooManyRequests).retry_after(seconds),
            SignInError::Busy => ProblemKind::Unavailable.into(),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<RefreshError> for OAuthProblem {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Unknown => ProblemKind::RefreshUnknown.into(),
            RefreshError::Reused => ProblemKind::RefreshReused.into(),
            RefreshError::TooMany(seconds) => Problem::from(ProblemKind::TooManyRequests).retry_after(seconds).into(),
            RefreshError::NoService => Self::invalid_target(),
            RefreshError::Store(error) => error.into(),
        }
    }
}
