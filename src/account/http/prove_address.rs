//! `POST /v1/me/address/proof`

use actix_web::{post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    account::{Account, Me},
    http::{Caller, Json, Problem, WriteResponse, problems},
    platform::terms::typed,
};

/// A one-time code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddressProofBody {
    /// The six digits that were sent to the new address.
    #[schema(value_type = String)]
    code: SecretString,
}

problems!(ProveAddressProblems: ProofWrong, ProofStale, ProofLocked, TooManyRequests, AddressTaken);

/// Prove the new address: from then on it is one's own, to sign in with and to be written to. The former one gets a letter
/// with a link that undoes it within 72 hours, and is kept for as long.
#[utoipa::path(operation_id = "prove_address", tag = "account", request_body = AddressProofBody,
    responses((status = 204, description = "The address is the new one."), ProveAddressProblems))]
#[post("/v1/me/address/proof")]
pub(super) async fn prove(
    caller: Caller,
    body: Json<AddressProofBody>,
    account: Data<Account>,
) -> Result<WriteResponse<()>, Problem> {
    let code = SecretString::from(typed::bare(body.0.code.expose_secret()).as_str());
    let written = account.prove_address(Me::from(&caller), code).await?;
    Ok(WriteResponse::nothing(account.read_model.token(written.position)))
}
