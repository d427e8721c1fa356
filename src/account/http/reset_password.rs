//! `POST /v1/password/reset`

use actix_web::{post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    account::Account,
    http::{Json, Problem, WriteResponse, problems},
    platform::terms::typed,
};

/// What the link holds, and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetPasswordBody {
    /// The last segment of the link in the letter.
    #[schema(value_type = String)]
    token: SecretString,
    /// At least 15 characters; common ones are refused (NIST SP 800-63B-4).
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

problems!(ResetPasswordProblems: LinkOver, PasswordRefused, SessionEnded);

/// Choose a new password by the link in a letter. Every session of the account ends, and a letter says that the password
/// was changed. A password that is refused leaves the link good.
#[utoipa::path(operation_id = "reset_password", tag = "account", request_body = ResetPasswordBody,
    responses((status = 204, description = "The password is the new one: sign in with it."), ResetPasswordProblems))]
#[post("/v1/password/reset")]
pub(super) async fn reset(body: Json<ResetPasswordBody>, account: Data<Account>) -> Result<WriteResponse<()>, Problem> {
    let ResetPasswordBody { token, password } = body.0;
    let token = SecretString::from(typed::secret(token.expose_secret()).as_str());
    let written = account.reset_password(&token, password).await?;
    Ok(WriteResponse::nothing(account.read_model.token(written.position)))
}
