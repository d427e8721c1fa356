//! The routes of tokens: signing in and out, and the OAuth endpoints.

mod device;
mod granted;
mod introspect;
mod jwks;
mod metadata;
mod own_sessions;
mod parameters;
mod revoke;
mod send_code;
mod services;
mod sign_in;
mod sign_out;
mod token;

pub use granted::{Granted, PersonView, SessionView};
pub use own_sessions::OwnSessionView;

use super::{RefreshError, SignInError};
use crate::http::{OAuthProblem, Problem, ProblemKind, Routes};

/// How long the documents under `/.well-known` may be kept. A new key is found by whoever fetches the set again when a
/// token names a key that is not in it.
const FRESH: &str = "public, max-age=300";

/// Registers the routes. They want `Data<SignIn>` and `Data<Tokens>` among the application's data.
pub fn routes(config: &mut Routes) {
    config
        .service(sign_in::sign_in)
        .service(send_code::send_code)
        .service(sign_out::sign_out)
        .service(own_sessions::list)
        .service(own_sessions::end)
        .service(own_sessions::end_others)
        .service(token::refresh)
        .service(introspect::introspect)
        .service(revoke::revoke)
        .service(services::list)
        .service(services::add)
        .service(services::rotate)
        .service(services::retire)
        .service(jwks::jwks)
        .service(metadata::metadata);
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => ProblemKind::CredentialsWrong.into(),
            SignInError::Suspended(_) => Self::new(ProblemKind::Forbidden)
                .with_detail("The account is suspended. Appeal with the appeal_token, or ask an admin."),
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
