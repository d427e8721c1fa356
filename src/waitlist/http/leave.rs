//! `DELETE /v1/waitlist/me`

use actix_web::{delete, web::Data};

use super::Waitlist;
use crate::{
    http::{Bearer, Problem, WriteResponse, problems},
    platform::ledger::Actor,
    waitlist::commands,
};

problems!(LeaveWaitlistProblems: ApplicationUnknown, ApplicationOver);

/// Leave the waitlist. The place is given up, and what was said is erased.
#[utoipa::path(operation_id = "leave_waitlist", tag = "waitlist", responses((status = 204, description = "They wait no more."), LeaveWaitlistProblems))]
#[delete("/v1/waitlist/me")]
pub(super) async fn leave(bearer: Bearer, waitlist: Data<Waitlist>) -> Result<WriteResponse<()>, Problem> {
    let vault = waitlist.vault.clone();
    let written = waitlist
        .ledger
        .write(Actor::Newcomer, move |tx| commands::leave(tx, &vault, &bearer.0))
        .await?;
    Ok(WriteResponse::nothing(waitlist.read_model.token(written.position)))
}
