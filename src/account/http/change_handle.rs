//! `PUT /v1/me/handle`

use actix_web::{put, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    account::{Account, Me},
    http::{Caller, Json, Problem, WriteResponse, problems},
};

/// Another handle.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HandleBody {
    /// 3 to 30 of the characters a-z, 0-9 and _. Never a real name.
    #[schema(example = "countess")]
    handle: String,
}

problems!(ChangeHandleProblems: InvalidValue, HandleTooSoon, SessionEnded);

/// Change one's own handle, once in 30 days. The former one is nobody else's for 90 days, so that nobody is taken for
/// whoever had it.
#[utoipa::path(operation_id = "change_handle", tag = "account", request_body = HandleBody,
    responses((status = 204, description = "The handle is the new one."), ChangeHandleProblems))]
#[put("/v1/me/handle")]
pub(super) async fn change(
    caller: Caller,
    body: Json<HandleBody>,
    account: Data<Account>,
) -> Result<WriteResponse<()>, Problem> {
    let written = account.change_handle(Me::from(&caller), &body.0.handle).await?;
    Ok(WriteResponse::nothing(
        account.read_model.settle(written.position).await,
    ))
}
