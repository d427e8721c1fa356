//! `/v1/sessions`: in and out.

use std::sync::Arc;

use actix_web::{delete, post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    mail::EmailAddress,
    terms::{Id, typed},
    tokens::{Claim, Granted, SignIn, SignInError},
    web::{Caller, IdempotencyKey, Json, Kind, Once, Problem, Turn, Written},
};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(sign_in).service(sign_out);
}

/// Either `contact` and `password`, or `one_time_code`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The e-mail address of the account.
    #[schema(value_type = Option<String>, example = "ada@example.org")]
    contact: Option<EmailAddress>,
    /// Its password.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<SecretString>,
    /// A one-time code, as the command line makes them.
    #[schema(value_type = Option<String>, format = Password)]
    one_time_code: Option<SecretString>,
}

/// Sign in.
///
/// An unknown address, a wrong password and a wrong code get the same answer, after the same work.
#[utoipa::path(
    operation_id = "sign_in",
    tag = "sessions",
    params(IdempotencyKey),
    request_body = Credentials,
    responses((status = 201, body = Granted))
)]
#[post("/v1/sessions")]
async fn sign_in(
    credentials: Json<Credentials>,
    key: IdempotencyKey,
    door: Data<SignIn>,
) -> Result<Written<Granted>, Problem> {
    // The key is bound to whose it is, and not to the password.
    let once = |entered: &str| key.bind(entered.as_bytes(), "sign_in", &()).map(claim);
    let written = match credentials.0 {
        Credentials {
            contact: Some(contact),
            password: Some(password),
            one_time_code: None,
        } => {
            let claim = once(contact.normalised())?;
            door.by_password(&contact, password, claim).await?
        }
        Credentials {
            contact: None,
            password: None,
            one_time_code: Some(code),
        } => {
            let code = SecretString::from(typed::secret(code.expose_secret()).as_str());
            let claim = once(code.expose_secret())?;
            door.by_code(&code, claim).await?
        }
        _ => {
            let detail = "Send contact and password, or one_time_code alone.";
            return Err(Problem::new(Kind::InvalidField).saying(detail));
        }
    };
    let granted = door.tokens().grant(&written.value)?;
    Ok(Written::created(granted, door.mirror().token(written.position)))
}

fn claim(once: Once) -> Claim {
    Arc::new(
        move |tx, fresh| match once.claim(tx.conn, tx.guards, tx.now, fresh.as_bytes())? {
            Turn::First => Ok(fresh),
            Turn::Again(id) => Ok(Id::from_uuid(uuid::Uuid::from_bytes(id))),
            Turn::Clash => Err(SignInError::Clash),
        },
    )
}

/// Sign out.
///
/// Ends the session behind the access token: it and the refresh token hold no longer.
#[utoipa::path(operation_id = "sign_out", tag = "sessions", responses((status = 204, description = "Signed out.")))]
#[delete("/v1/sessions/current")]
async fn sign_out(caller: Caller, door: Data<SignIn>) -> Result<Written<()>, Problem> {
    let written = door.tokens().sign_out(caller.person, caller.session).await?;
    match written.value {
        true => Ok(Written::nothing(door.mirror().token(written.position))),
        // Somebody was faster.
        false => Err(Kind::SessionEnded.into()),
    }
}
