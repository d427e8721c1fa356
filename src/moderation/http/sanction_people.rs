//! `POST /v1/admin/sanctions`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Moderation, read_note};
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, WriteResponse, problems},
    moderation::{ReasonCode, SanctionError, SanctionKind, many, rules},
    platform::{
        idempotency::Asker,
        ledger::Actor,
        terms::{Id, JobId, PersonId, Timestamp},
    },
};

/// A sanction that is to be imposed on many people.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSanctions {
    /// On whom: 1 to 1000, each once.
    #[schema(min_items = 1, max_items = 1000)]
    people: Vec<PersonId>,
    /// What it does.
    kind: SanctionKind,
    /// When it ends by itself: a later time, which a suspension needs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    until: Option<Timestamp>,
    /// Why, as a code that the ledger records.
    reason: ReasonCode,
    /// Why, in words. They are kept sealed.
    #[schema(min_length = 8, max_length = 2000)]
    note: String,
}

/// A job that was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct JobAccepted {
    /// The job: `GET /v1/admin/jobs/{id}` tells how far it is, and `/outcomes` what became of each person.
    job: JobId,
}

problems!(SanctionPeopleProblems: InvalidField, InvalidValue);

/// Imposes a sanction on many people, by a job. It begins within two seconds. Whether you may sanction each person is
/// decided when it is that person's turn; a refusal is the outcome of that person, and the job goes on.
#[utoipa::path(
    operation_id = "sanction_people",
    tag = "moderation",
    params(IdempotencyKey),
    request_body = NewSanctions,
    responses((status = 202, description = "The job is queued.", body = JobAccepted,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        SanctionPeopleProblems)
)]
#[post("/v1/admin/sanctions")]
pub(super) async fn sanction_people(
    body: Json<NewSanctions>,
    caller: Caller,
    key: IdempotencyKey,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<JobAccepted>, Problem> {
    let body = body.0;
    let key = key.bind(Asker::Member(caller.id), "sanction_people", &body)?;
    read_note(&body.note)?;
    if !(1..=many::MOST).contains(&body.people.len()) {
        return Err(Problem::field("/people", format!("Name 1 to {} people.", many::MOST)));
    }
    let mut people = body.people.clone();
    people.sort_unstable();
    people.dedup();
    if people.len() != body.people.len() {
        return Err(Problem::field("/people", "Name each person once."));
    }
    rules::may_end(body.kind, body.until, moderation.ledger.now()).map_err(SanctionError::from)?;
    let order = many::Order {
        kind: body.kind,
        until: body.until,
        reason: body.reason,
        note: body.note,
        people: body.people,
    };
    let (ledger, vault) = (&moderation.ledger, moderation.vault.clone());
    let id: JobId = Id::new(ledger.now(), ledger.rng());
    let written = ledger
        .write(Actor::Person(caller.person), move |tx| {
            many::sanction_many(tx, &vault, &key, id, &order)
        })
        .await?;
    let position = moderation.read_model.token(written.position);
    Ok(WriteResponse::accepted(JobAccepted { job: written.value }, position))
}
