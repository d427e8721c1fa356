//! `PUT /v1/me/language`

use actix_web::{put, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    account::{Account, Me},
    http::{Caller, Json, Problem, WriteResponse, problems},
    notify::Locale,
};

/// A language.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LanguageBody {
    /// A BCP 47 tag of a language that is spoken here: `en`, `zh-Hans`.
    #[schema(example = "zh-Hans")]
    locale: String,
}

problems!(ChangeLanguageProblems: InvalidValue);

/// Choose the language of letters and messages to oneself.
#[utoipa::path(operation_id = "change_language", tag = "account", request_body = LanguageBody,
    responses((status = 204, description = "It is this one from now on."), ChangeLanguageProblems))]
#[put("/v1/me/language")]
pub(super) async fn change(
    caller: Caller,
    body: Json<LanguageBody>,
    account: Data<Account>,
) -> Result<WriteResponse<()>, Problem> {
    let locale = Locale::spoken(&body.0.locale)
        .ok_or_else(|| Problem::value("/locale", "Choose a language that is spoken here: en or zh-Hans."))?;
    let written = account.change_language(Me::from(&caller), locale).await?;
    Ok(WriteResponse::nothing(account.read_model.token(written.position)))
}
