//! `POST /v1/password/forgot`

use actix_web::{HttpResponse, post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    account::Account,
    http::{Json, Problem, problems},
    notify::EmailAddress,
    platform::terms::ContactPoint,
};

/// Whose password it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ForgotPasswordBody {
    /// The e-mail address of the account.
    #[schema(example = "ada@example.org")]
    contact: String,
}

problems!(ForgotPasswordProblems: InvalidValue);

/// Have a letter sent with a link to a new password. The link is good once, for 15 minutes, and until another one is
/// asked for; a few letters go to one address in an hour.
///
/// The answer is the same whether or not the address is a member's, and so is the work that is done before it.
#[utoipa::path(operation_id = "forgot_password", tag = "account", request_body = ForgotPasswordBody,
    responses((status = 202, description = "If the address is a member's, a letter is on its way."),
        ForgotPasswordProblems))]
#[post("/v1/password/forgot")]
pub(super) async fn forgot(body: Json<ForgotPasswordBody>, account: Data<Account>) -> Result<HttpResponse, Problem> {
    let address =
        EmailAddress::parse(&body.0.contact).map_err(|error| Problem::value("/contact", error.to_string()))?;
    account.forgot_password(&ContactPoint::Email(address)).await?;
    Ok(HttpResponse::Accepted().finish())
}
