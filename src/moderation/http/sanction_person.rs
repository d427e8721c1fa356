//! `POST /v1/admin/people/{id}/sanctions`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Moderation, SanctionShown, read_note};
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, Segments, WriteResponse, problems},
    moderation::{ReasonCode, SanctionError, SanctionKind, commands, queries},
    platform::{
        idempotency::Asker,
        ledger::Actor,
        terms::{Id, PersonId, Timestamp},
    },
};

/// A sanction that is to be imposed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSanction {
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

problems!(SanctionPersonProblems: InvalidValue, SanctionExists, SanctionUnknown, LastOwner);

/// Imposes a sanction. Several may be in force on a person, one of a kind. Each makes the person's open invites void; a
/// quarantine makes them a listener in rooms; a suspension and a ban end their sessions and seats. All of it holds on this
/// replica when the request is answered.
#[utoipa::path(
    operation_id = "sanction_person",
    tag = "moderation",
    params(
        ("id" = PersonId, Path, description = "The person."),
        IdempotencyKey,
    ),
    request_body = NewSanction,
    responses((status = 201, body = SanctionShown,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        SanctionPersonProblems)
)]
#[post("/v1/admin/people/{id}/sanctions")]
pub(super) async fn sanction_person(
    id: Segments<PersonId>,
    body: Json<NewSanction>,
    caller: Caller,
    key: IdempotencyKey,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<SanctionShown>, Problem> {
    let (id, body) = (id.0, body.0);
    let key = key.bind(Asker::Member(caller.id), "sanction_person", &(id, &body))?;
    let note = read_note(&body.note)?;
    let ledger = &moderation.ledger;
    let sanction = Id::new(ledger.now(), ledger.rng());
    let vault = moderation.vault.clone();
    let written = ledger
        .write(Actor::Person(caller.person), move |tx| {
            let new = commands::NewSanction {
                id: sanction,
                kind: body.kind,
                until: body.until,
                reason: body.reason,
                note: &note,
            };
            let imposed = commands::sanction(tx, &vault, &key, id, &new)?;
            Ok::<_, SanctionError>(queries::details(tx.conn, &vault, imposed)?)
        })
        .await?;
    let position = moderation.read_model.settle(written.position).await;
    Ok(WriteResponse::created(written.value.into(), position))
}
