//! `POST /v1/admin/refusals/{id}/lift`

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Cases, RefusalView, reason};
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    identity::{LiftError, commands, queries},
    platform::{ledger::Actor, terms::RefusalId},
};

/// Why a refusal is lifted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLift {
    /// In your own words. They are kept sealed, and the ledger records a commitment to them.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

problems!(LiftRefusalProblems: InvalidValue, RefusalUnknown, ReviewConflict);

/// Lift a final refusal: the use of the invite is free again, and the address and the document may be used again. The
/// refused registration stays over; the newcomer opens the invite, or another one, again.
#[utoipa::path(operation_id = "lift_refusal", tag = "cases", request_body = NewLift,
    params(("id" = RefusalId, Path, description = "The refusal.")),
    responses((status = 200, body = RefusalView), LiftRefusalProblems))]
#[post("/v1/admin/refusals/{id}/lift")]
pub(super) async fn lift_refusal(
    caller: Caller,
    id: Segments<RefusalId>,
    body: Json<NewLift>,
    cases: Data<Cases>,
) -> Result<WriteResponse<RefusalView>, Problem> {
    let rules = cases.policy.get()?;
    let (id, reason, vault) = (id.0, reason(&body.0.reason)?, cases.vault.clone());
    let written = cases
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            let lifted = commands::lift(tx, &vault, &rules.policy.review, id, caller.person, &reason)?;
            Ok::<_, LiftError>(queries::refusal_details(tx.conn, &vault, lifted)?)
        })
        .await?;
    let position = cases.read_model.token(written.position);
    Ok(WriteResponse::ok(written.value.into(), position))
}
