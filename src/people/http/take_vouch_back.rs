//! `DELETE /v1/me/vouches/{id}`

use actix_web::{delete, web::Data};

use super::People;
use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    people::take_vouch_back,
    platform::{ledger::Actor, terms::PersonId},
};

problems!(TakeVouchBackProblems: VouchRefused, TooManyRequests);

/// Vouch for a member no more. Where one does not, nothing changes. That one did, from when to when, is kept for admins; one
/// can vouch for them again after a day.
#[utoipa::path(operation_id = "take_vouch_back", tag = "people",
    params(("id" = PersonId, Path, description = "For whom.")),
    responses((status = 204, description = "One vouches for them no more."), TakeVouchBackProblems))]
#[delete("/v1/me/vouches/{id}")]
pub(super) async fn take_back(
    caller: Caller,
    id: Segments<PersonId>,
    people: Data<People>,
) -> Result<WriteResponse<()>, Problem> {
    let vault = people.vault.clone();
    let written = people
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            take_vouch_back(tx, &vault, caller.person, id.0)
        })
        .await?;
    let position = people.read_model.settle(written.position).await;
    Ok(WriteResponse::nothing(position))
}
