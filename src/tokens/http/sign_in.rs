//! `POST /v1/sessions`: signing in.

use actix_web::{HttpRequest, post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::Granted;
use crate::{
    http::{Json, Problem, WriteResponse, problems},
    notify::EmailAddress,
    platform::terms::typed,
    tokens::SignIn,
};

/// By what somebody signs in: an address and a password, or a one-time code.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Entered", untagged)]
enum Credentials {
    Password(PasswordCredentials),
    OneTimeCode(CodeCredentials),
}

/// An account's address and its password.
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordCredentials {
    /// The e-mail address of the account.
    #[schema(format = Email, example = "ada@example.org")]
    contact: String,
    /// Its password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// A one-time code alone.
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeCredentials {
    /// The code, as the command line makes them.
    #[schema(value_type = String, format = Password)]
    one_time_code: SecretString,
}

/// What was sent, before it is known to be one of the two: so that what is wrong with it can be named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entered {
    contact: Option<String>,
    password: Option<SecretString>,
    one_time_code: Option<SecretString>,
}

impl TryFrom<Entered> for Credentials {
    type Error = &'static str;

    fn try_from(entered: Entered) -> Result<Self, &'static str> {
        match entered {
            Entered {
                contact: Some(contact),
                password: Some(password),
                one_time_code: None,
            } => Ok(Self::Password(PasswordCredentials { contact, password })),
            Entered {
                contact: None,
                password: None,
                one_time_code: Some(one_time_code),
            } => Ok(Self::OneTimeCode(CodeCredentials { one_time_code })),
            _ => Err("expected contact and password, or one_time_code alone"),
        }
    }
}

problems!(SignInProblems: InvalidValue, CredentialsWrong, Forbidden, AccountLocked);

/// Sign in.
///
/// An unknown address, a wrong password and a wrong code get the same answer, after the same work. An
/// `Idempotency-Key` is not looked at here: whoever got no answer signs in again.
#[utoipa::path(
    operation_id = "sign_in",
    tag = "sessions",
    params(("Vouchsafe-Device" = Option<String>, Header, description = "The `device_token` of a former sign-in: \
        then wrong passwords of others do not lock this device out. One that does not hold is ignored.")),
    request_body = Credentials,
    responses((status = 201, body = Granted), SignInProblems)
)]
#[post("/v1/sessions")]
pub(super) async fn sign_in(
    request: HttpRequest,
    credentials: Json<Credentials>,
    door: Data<SignIn>,
) -> Result<WriteResponse<Granted>, Problem> {
    let device = request.headers().get("vouchsafe-device");
    let device = device.and_then(|token| token.to_str().ok()).map(SecretString::from);
    let written = match credentials.0 {
        Credentials::Password(PasswordCredentials { contact, password }) => {
            let contact =
                EmailAddress::parse(&contact).map_err(|error| Problem::value("/contact", error.to_string()))?;
            door.by_password(&contact, password, device).await?
        }
        Credentials::OneTimeCode(CodeCredentials { one_time_code }) => {
            let code = SecretString::from(typed::secret(one_time_code.expose_secret()).as_str());
            door.by_code(&code).await?
        }
    };
    let granted: Granted = door.tokens().grant(&written.value)?.into();
    Ok(WriteResponse::created(
        granted,
        door.read_model().token(written.position),
    ))
}
