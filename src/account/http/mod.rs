//! The routes of one's own account.

mod change_password;
mod forgot_password;
mod reset_password;

use utoipa_actix_web::service_config::ServiceConfig;

use super::{AccountError, Me};
use crate::http::{Caller, Problem, ProblemKind, rights::RECENT};

/// Registers the routes. They want `Data<Account>` among the application's data.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(forgot_password::forgot)
        .service(reset_password::reset)
        .service(change_password::change);
}

impl From<&Caller> for Me {
    fn from(caller: &Caller) -> Self {
        Self {
            person: caller.person,
            session: caller.session,
            recent: caller.signed_in_for < RECENT,
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::LinkOver => ProblemKind::LinkOver.into(),
            AccountError::PasswordWrong => Self::new(ProblemKind::PasswordWrong).at("/current"),
            AccountError::NotRecent => ProblemKind::ReauthenticationRequired.into(),
            AccountError::Choice(error) => error.into(),
            AccountError::Locked(seconds) => Self::new(ProblemKind::AccountLocked).retry_after(seconds),
            AccountError::Busy => ProblemKind::Unavailable.into(),
            AccountError::SessionEnded => ProblemKind::SessionEnded.into(),
            AccountError::Store(error) => error.into(),
        }
    }
}
