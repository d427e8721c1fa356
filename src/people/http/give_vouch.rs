//! `PUT /v1/me/vouches/{id}`

use actix_web::{put, web::Data};

use super::{AcquaintedView, People};
use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    people::give_vouch,
    platform::{ledger::Actor, terms::PersonId},
};

problems!(GiveVouchProblems: VouchRefused, TooManyRequests);

/// Vouch for another member. Where one does already, nothing changes. Whoever is vouched for sees it, and admins do; how that
/// member stands is not told.
#[utoipa::path(operation_id = "give_vouch", tag = "people",
    params(("id" = PersonId, Path, description = "For whom.")),
    responses((status = 200, body = AcquaintedView,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        GiveVouchProblems))]
#[put("/v1/me/vouches/{id}")]
pub(super) async fn give(
    caller: Caller,
    id: Segments<PersonId>,
    people: Data<People>,
) -> Result<WriteResponse<AcquaintedView>, Problem> {
    let vault = people.vault.clone();
    let written = people
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            give_vouch(tx, &vault, caller.person, id.0)
        })
        .await?;
    let given = written.value;
    let view = AcquaintedView {
        id: given.to.id,
        handle: given.to.handle,
        since: given.since,
    };
    let position = people.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(view, position))
}
