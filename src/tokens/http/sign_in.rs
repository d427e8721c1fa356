//! `POST /v1/sessions`: signing in.

use actix_web::{HttpRequest, post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::Granted;
use crate::{
    http::{Json, Problem, WriteResponse, problems},
    notify::PhoneNumber,
    platform::terms::{ContactPoint, typed},
    tokens::{Device, SignIn, SignInError, TextSignIn},
};

/// By what somebody signs in: a contact and a password, a phone number and the code that was sent to it, or a one-time
/// code.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Entered", untagged)]
enum Credentials {
    Password(PasswordCredentials),
    TextCode(TextCodeCredentials),
    OneTimeCode(CodeCredentials),
}

/// A phone number and the code that was sent to it.
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TextCodeCredentials {
    /// The phone number of the account, with its country's code.
    #[schema(example = "+8613812345678")]
    contact: String,
    /// The six digits that were sent to it.
    #[schema(value_type = String, format = Password)]
    text_code: SecretString,
}

/// An account's contact and its password.
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordCredentials {
    /// The e-mail address or the phone number of the account.
    #[schema(example = "ada@example.org")]
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
    text_code: Option<SecretString>,
    one_time_code: Option<SecretString>,
}

impl TryFrom<Entered> for Credentials {
    type Error = &'static str;

    fn try_from(entered: Entered) -> Result<Self, &'static str> {
        match entered {
            Entered {
                contact: Some(contact),
                password: Some(password),
                text_code: None,
                one_time_code: None,
            } => Ok(Self::Password(PasswordCredentials { contact, password })),
            Entered {
                contact: Some(contact),
                password: None,
                text_code: Some(text_code),
                one_time_code: None,
            } => Ok(Self::TextCode(TextCodeCredentials { contact, text_code })),
            Entered {
                contact: None,
                password: None,
                text_code: None,
                one_time_code: Some(one_time_code),
            } => Ok(Self::OneTimeCode(CodeCredentials { one_time_code })),
            _ => Err("expected contact and password, contact and text_code, or one_time_code alone"),
        }
    }
}

problems!(SignInProblems: InvalidValue, CredentialsWrong, Forbidden, AccountLocked);

/// Sign in.
///
/// An unknown contact, a wrong password and a wrong code get the same answer, after the same work. An
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
    on: Device,
    credentials: Json<Credentials>,
    door: Data<SignIn>,
    by_text: Data<TextSignIn>,
) -> Result<WriteResponse<Granted>, Problem> {
    let device = request.headers().get("vouchsafe-device");
    let device = device.and_then(|token| token.to_str().ok()).map(SecretString::from);
    let proved = match credentials.0 {
        Credentials::Password(PasswordCredentials { contact, password }) => {
            let contact =
                ContactPoint::parse(&contact).map_err(|error| Problem::value("/contact", error.to_string()))?;
            door.by_password(&contact, password, device, on).await
        }
        Credentials::TextCode(TextCodeCredentials { contact, text_code }) => {
            let phone = PhoneNumber::parse(&contact).map_err(|error| Problem::value("/contact", error.to_string()))?;
            let code = SecretString::from(typed::bare(text_code.expose_secret()).as_str());
            by_text.by_code(phone, code, device, on).await
        }
        Credentials::OneTimeCode(CodeCredentials { one_time_code }) => {
            let code = SecretString::from(typed::secret(one_time_code.expose_secret()).as_str());
            door.by_code(&code, on).await
        }
    };
    let written = match proved {
        Err(SignInError::Suspended(person)) => {
            let refused = Problem::from(SignInError::Suspended(person));
            return Err(refused.with_appeal(door.appeal_token(person)));
        }
        proved => proved?,
    };
    let granted: Granted = door.tokens().grant(&written.value)?.into();
    Ok(WriteResponse::created(
        granted,
        door.read_model().token(written.position),
    ))
}
