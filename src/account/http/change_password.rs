//! `PUT /v1/me/password`

use actix_web::{put, web::Data};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    account::{Account, Me},
    http::{Caller, Json, Problem, WriteResponse, problems},
};

/// The current password and a new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePasswordBody {
    /// The current password. Left out by a member who has none yet, and has signed in less than 15 minutes ago.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    current: Option<SecretString>,
    /// The new one: at least 15 characters; common ones are refused (NIST SP 800-63B-4).
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

problems!(ChangePasswordProblems: PasswordWrong, PasswordRefused, AccountLocked, ReauthenticationRequired);

/// Change one's own password, or choose a first one. Every other session ends, a link to a new password is good no
/// longer, and a letter says that the password was changed. Wrong ones are counted, as at a sign-in.
#[utoipa::path(operation_id = "change_password", tag = "account", request_body = ChangePasswordBody,
    responses((status = 204, description = "The password is the new one."), ChangePasswordProblems))]
#[put("/v1/me/password")]
pub(super) async fn change(
    caller: Caller,
    body: Json<ChangePasswordBody>,
    account: Data<Account>,
) -> Result<WriteResponse<()>, Problem> {
    let ChangePasswordBody { current, password } = body.0;
    let written = account.change_password(Me::from(&caller), current, password).await?;
    Ok(WriteResponse::nothing(account.read_model.token(written.position)))
}
