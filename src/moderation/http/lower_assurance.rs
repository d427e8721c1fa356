//! `PUT /v1/admin/people/{id}/assurance`

use std::sync::Arc;

use actix_web::{put, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moderation;
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    moderation::{ReasonCode, commands},
    platform::{
        ledger::Actor,
        terms::{Assurance, PersonId},
    },
};

/// The assurance that a person is lowered to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Lowered {
    /// The new assurance: lower than the one they have now.
    assurance: Assurance,
    /// Why, as a code that the ledger records.
    reason: ReasonCode,
}

/// A person's assurance.
#[derive(Debug, Serialize, ToSchema)]
struct AssuranceLeft {
    /// The person.
    id: PersonId,
    /// Their assurance now.
    assurance: Assurance,
}

problems!(LowerAssuranceProblems: AssuranceNotHigher);

/// Lowers a person's assurance: for example, their document turned out to be another person's. Where a room asks
/// for more, they lose their seat. Only a review raises it again.
#[utoipa::path(
    operation_id = "lower_assurance",
    tag = "moderation",
    params(("id" = PersonId, Path, description = "The person.")),
    request_body = Lowered,
    responses((status = 200, body = AssuranceLeft,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        LowerAssuranceProblems)
)]
#[put("/v1/admin/people/{id}/assurance")]
pub(super) async fn lower_assurance(
    id: Segments<PersonId>,
    body: Json<Lowered>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<AssuranceLeft>, Problem> {
    let (id, Lowered { assurance, reason }) = (id.0, body.0);
    let policy = Arc::clone(&moderation.policy);
    let written = moderation
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::lower_assurance(tx, &policy, id, assurance, reason)
        })
        .await?;
    let position = moderation.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(AssuranceLeft { id, assurance }, position))
}
