//! The routes of tokens: signing in and out, and the OAuth endpoints.

mod doorkeeper;
mod oauth;
mod sessions;
mod well_known;

use utoipa_actix_web::service_config::ServiceConfig;

pub use doorkeeper::TokenDoor;
pub use sessions::SignedIn;

use super::SignInError;
use crate::{
    ledger::Position,
    web::{Kind, Problem},
};

/// Registers the routes. They want `Data<SignIn>` and `Data<Tokens>` among the application's data.
pub fn routes(config: &mut ServiceConfig<'_>) {
    sessions::routes(config);
    oauth::routes(config);
    well_known::routes(config);
}

fn sign_in_problem(error: SignInError) -> Problem {
    match error {
        SignInError::Wrong => Problem::new(Kind::CredentialsWrong),
        SignInError::Suspended => Problem::new(Kind::Forbidden).saying("The account is suspended. Ask an admin."),
        SignInError::Locked(seconds) => Problem::new(Kind::AccountLocked).retry_after(seconds),
        SignInError::Busy => Problem::new(Kind::Unavailable),
        SignInError::Store(error) => error.into(),
    }
}

/// The position as the header has it; every command that comes here has recorded an event.
fn position(position: Option<Position>) -> Result<String, Problem> {
    position
        .map(|position| position.to_string())
        .ok_or_else(|| Problem::internal("a write without an event has no position"))
}
