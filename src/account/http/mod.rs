//! The routes of one's own account.

mod change_address;
mod change_handle;
mod change_language;
mod change_password;
mod forgot_password;
mod my_data;
mod my_looks;
mod prove_address;
mod reset_password;
mod undo_address;

use super::{AccountError, Me};
use crate::http::{Caller, Problem, ProblemKind, Routes, rights::RECENT};

/// Registers the routes. They want `Data<Account>` among the application's data.
pub fn routes(config: &mut Routes) {
    config
        .service(forgot_password::forgot)
        .service(reset_password::reset)
        .service(change_password::change)
        .service(change_address::change)
        .service(prove_address::prove)
        .service(undo_address::undo)
        .service(change_handle::change)
        .service(change_language::change)
        .service(my_data::show)
        .service(my_looks::list);
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
            AccountError::Denied(denied) => Self::value("/contact", denied.to_string()),
            AccountError::OwnAddress => Self::value("/contact", "This is your address already."),
            AccountError::PhoneKept => ProblemKind::PhoneKept.into(),
            AccountError::AddressTaken => ProblemKind::AddressTaken.into(),
            AccountError::CodeWrong => Self::new(ProblemKind::ProofWrong).at("/code"),
            AccountError::CodeStale => Self::new(ProblemKind::ProofStale).at("/code"),
            AccountError::CodeLocked => Self::new(ProblemKind::ProofLocked)
                .with_detail("Ask for a new code by giving the address again.")
                .retry_after(1),
            AccountError::TooMany(seconds) => Self::new(ProblemKind::TooManyRequests).retry_after(seconds),
            AccountError::Handle(error) => Self::value("/handle", error.to_string()),
            AccountError::HandleReserved => Self::value("/handle", "The handle is reserved here; choose another one."),
            AccountError::HandleTaken => Self::value("/handle", "The handle is taken; choose another one."),
            AccountError::HandleTooSoon(until) => {
                Self::new(ProblemKind::HandleTooSoon).with_detail(format!("It can be changed again from {until} on."))
            }
            AccountError::Busy => ProblemKind::Unavailable.into(),
            AccountError::SessionEnded => ProblemKind::SessionEnded.into(),
            AccountError::Store(error) => error.into(),
        }
    }
}
