//! `POST /v1/me/address`

use actix_web::{post, web::Data};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    account::{Account, AccountError, Me},
    http::{Caller, Json, Problem, ProblemKind, WriteResponse, problems},
    notify::EmailAddress,
    platform::terms::Timestamp,
};

/// Another address, and what proves that it is its member who wants it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeAddressBody {
    /// The new e-mail address.
    #[schema(example = "ada@example.net")]
    contact: String,
    /// One's password. It may be left out within 15 minutes of a sign-in.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<SecretString>,
}

/// A code is on its way.
#[derive(Serialize, ToSchema)]
struct AddressAskedView {
    /// Until when it is good.
    expires_at: Timestamp,
}

problems!(ChangeAddressProblems:
    InvalidValue, PasswordWrong, AccountLocked, ReauthenticationRequired, TooManyRequests, PhoneKept
);

/// Have a code sent to the address that one wants in the place of one's own. An address that another account has gets a
/// letter that says so, and the answer is the same. A former code is good no longer.
#[utoipa::path(operation_id = "change_address", tag = "account", request_body = ChangeAddressBody,
    responses((status = 202, description = "A letter is on its way to the new address.", body = AddressAskedView),
        ChangeAddressProblems))]
#[post("/v1/me/address")]
pub(super) async fn change(
    caller: Caller,
    body: Json<ChangeAddressBody>,
    account: Data<Account>,
) -> Result<WriteResponse<AddressAskedView>, Problem> {
    let ChangeAddressBody { contact, password } = body.0;
    let address = EmailAddress::parse(&contact).map_err(|error| Problem::value("/contact", error.to_string()))?;
    let written = account.change_address(Me::from(&caller), address, password).await;
    let written = written.map_err(|error| match error {
        AccountError::PasswordWrong => Problem::new(ProblemKind::PasswordWrong).at("/password"),
        error => error.into(),
    })?;
    Ok(WriteResponse::accepted(
        AddressAskedView {
            expires_at: written.value,
        },
        account.read_model.token(written.position),
    ))
}
