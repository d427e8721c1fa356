//! The routes of tokens: signing in and out, and the OAuth endpoints.

mod oauth;
mod sessions;
mod well_known;

use utoipa_actix_web::service_config::ServiceConfig;

use super::{RefreshError, SignInError};
use crate::http::{Kind, OAuthProblem, Problem};

/// Registers the routes. They want `Data<SignIn>` and `Data<Tokens>` among the application's data.
pub fn routes(config: &mut ServiceConfig<'_>) {
    sessions::routes(config);
    oauth::routes(config);
    well_known::routes(config);
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => Kind::CredentialsWrong.into(),
            SignInError::Suspended => Self::new(Kind::Forbidden).saying("The account is suspended. Ask an admin."),
            SignInError::Locked(seconds) => Self::new(Kind::AccountLocked).retry_after(seconds),
            SignInError::SessionEnded | SignInError::Refreshed => Kind::SessionEnded.into(),
            SignInError::TooMany(seconds) => Self::new(Kind::TooManyRequests).retry_after(seconds),
            SignInError::Busy => Kind::Unavailable.into(),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<RefreshError> for OAuthProblem {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Unknown => Kind::RefreshUnknown.into(),
            RefreshError::Reused => Kind::RefreshReused.into(),
            RefreshError::TooMany(seconds) => Problem::from(Kind::TooManyRequests).retry_after(seconds).into(),
            RefreshError::NoService => Self::invalid_target(),
            RefreshError::Store(error) => error.into(),
        }
    }
}
