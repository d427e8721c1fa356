//! `POST /v1/admin/people/{id}/invite-quota`

use std::num::NonZeroI32;

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Invites, QuotaGrantView};
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, ProblemKind, Segments, WriteResponse, problems, whole},
    invites::{GrantError, NewGrant, grant},
    platform::{
        idempotency::Asker,
        ledger::Actor,
        terms::{Id, PersonId, Reason},
    },
    policy::MOST_PLACES,
};

/// Places to give a person, or to take from them.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct QuotaChange {
    /// How many they are given; below 0, how many are taken. Not 0.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    places: i32,
    /// Why, in words. They are kept sealed.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

problems!(ChangeInviteQuotaProblems: InvalidValue);

/// Gives a person places to invite with, or takes some. Nobody gives any to themself. What is taken beyond what is left
/// is counted against what comes back later.
#[utoipa::path(operation_id = "change_invite_quota", tag = "invites", request_body = QuotaChange,
    params(("id" = PersonId, Path, description = "The person."), IdempotencyKey),
    responses((status = 201, body = QuotaGrantView), ChangeInviteQuotaProblems))]
#[post("/v1/admin/people/{id}/invite-quota")]
pub(super) async fn change_quota(
    id: Segments<PersonId>,
    body: Json<QuotaChange>,
    caller: Caller,
    key: IdempotencyKey,
    invites: Data<Invites>,
) -> Result<WriteResponse<QuotaGrantView>, Problem> {
    let (person, body) = (id.0, body.0);
    let key = key.bind(Asker::Member(caller.id), "change_invite_quota", &(person, &body))?;
    let places = NonZeroI32::new(body.places).filter(|places| places.unsigned_abs().get() <= MOST_PLACES);
    let places =
        places.ok_or_else(|| Problem::value("/places", "Give a whole number from -1000000 to 1000000, and not 0."))?;
    let reason = Reason::parse(&body.reason).map_err(|wrong| Problem::value("/reason", wrong.to_string()))?;
    let (ledger, vault) = (&invites.ledger, invites.vault.clone());
    let id = Id::new(ledger.now(), ledger.rng());
    let written = ledger
        .write(Actor::Person(caller.person), move |tx| {
            let new = NewGrant {
                id,
                places,
                reason: &reason,
            };
            grant(tx, &vault, &key, person, &new)
        })
        .await?;
    let position = invites.read_model.settle(written.position).await;
    Ok(WriteResponse::created(written.value.into(), position))
}

impl From<GrantError> for Problem {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::PersonUnknown => ProblemKind::NotFound.into(),
            GrantError::Own => ProblemKind::Forbidden.into(),
            GrantError::KeyReused(reused) => reused.into(),
            GrantError::Store(error) => error.into(),
        }
    }
}
