//! `POST /v1/address/undo`

use actix_web::{post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    account::Account,
    http::{Json, Problem, WriteResponse, problems},
    platform::terms::typed,
};

/// What the link holds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UndoAddressBody {
    /// The last segment of the link in the letter.
    #[schema(value_type = String)]
    token: SecretString,
}

problems!(UndoAddressProblems: LinkOver, SessionEnded);

/// Undo a change of address, by the link in the letter to the former one: that is the account's again, every session
/// ends, and the password is good no longer. A link to a new one is sent to the address.
#[utoipa::path(operation_id = "undo_address", tag = "account", request_body = UndoAddressBody,
    responses((status = 204, description = "The former address is back; the rest stands in the letter to it."),
        UndoAddressProblems))]
#[post("/v1/address/undo")]
pub(super) async fn undo(body: Json<UndoAddressBody>, account: Data<Account>) -> Result<WriteResponse<()>, Problem> {
    let token = SecretString::from(typed::secret(body.0.token.expose_secret()).as_str());
    let written = account.undo_address(&token).await?;
    Ok(WriteResponse::nothing(account.read_model.token(written.position)))
}
