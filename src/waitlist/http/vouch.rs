//! `POST /v1/me/waitlist/vouch`

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Waitlist, contact};
use crate::{
    http::{Caller, Json, Problem, WriteResponse, problems},
    platform::ledger::Actor,
    waitlist::commands,
};

/// For whom a member vouches.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VouchBody {
    /// The exact address of somebody whom they know.
    #[serde(default)]
    #[schema(format = Email)]
    email: Option<String>,
    /// Their exact phone number with its country's code, in the place of an address.
    #[serde(default)]
    phone: Option<String>,
}

problems!(VouchApplicantProblems: InvalidValue, TooManyRequests);

/// Say that one knows somebody who waits, without letting them in. Admins see it, and can let in by it. Whether anybody with
/// this contact waits is not told.
#[utoipa::path(operation_id = "vouch_applicant", tag = "waitlist", request_body = VouchBody,
    responses((status = 204, description = "It is noted, if they wait."), VouchApplicantProblems))]
#[post("/v1/me/waitlist/vouch")]
pub(super) async fn vouch(
    caller: Caller,
    body: Json<VouchBody>,
    waitlist: Data<Waitlist>,
) -> Result<WriteResponse<()>, Problem> {
    let contact = contact(body.0.email.as_deref(), body.0.phone.as_deref())?;
    waitlist.named(&caller).await?;
    let vault = waitlist.vault.clone();
    let written = waitlist
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::vouch(tx, &vault, caller.person, &contact)
        })
        .await?;
    Ok(WriteResponse::nothing(waitlist.read_model.token(written.position)))
}
