//! `POST /v1/sessions/codes`: a code to sign in with, by text message.

use actix_web::{HttpResponse, post, web::Data};
use serde::Deserialize;

use crate::{
    http::{Json, Problem, ProblemKind, problems},
    notify::PhoneNumber,
    tokens::{SendCodeError, TextSignIn},
};

/// Whom the code is sent to.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SendCodeBody {
    /// The phone number of the account, with its country's code.
    #[schema(example = "+8613812345678")]
    phone: String,
}

problems!(SendSignInCodeProblems: InvalidValue, TextLimitReached);

/// Have a code sent by text message, to sign in with at `POST /v1/sessions`. It is good once, for ten minutes; asked
/// for again, the same one is sent as long as it is good for five.
///
/// The answer is the same whether or not the number is a member's, and so is what is counted.
#[utoipa::path(operation_id = "send_sign_in_code", tag = "sessions", request_body = SendCodeBody,
    responses((status = 202, description = "If the number is a member's, a code is on its way."),
        SendSignInCodeProblems))]
#[post("/v1/sessions/codes")]
pub(super) async fn send_code(body: Json<SendCodeBody>, door: Data<TextSignIn>) -> Result<HttpResponse, Problem> {
    let phone = PhoneNumber::parse(&body.0.phone).map_err(|error| Problem::value("/phone", error.to_string()))?;
    match door.send_code(phone).await {
        Ok(()) => Ok(HttpResponse::Accepted().finish()),
        Err(SendCodeError::TooMany(seconds)) => Err(Problem::from(ProblemKind::TextLimitReached)
            .with_detail("As many text messages went to this number as may. Wait for the seconds given in Retry-After.")
            .retry_after(seconds)),
        Err(SendCodeError::Store(error)) => Err(error.into()),
    }
}
