//! `POST /v1/admin/actions`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{super::read_note, ActionShown, Moderation};
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, WriteResponse, problems},
    moderation::{ActionError, ReasonCode, SanctionKind, Selection, commands},
    platform::{
        idempotency::Asker,
        ledger::Actor,
        terms::{ActionId, Id, Timestamp},
    },
};

/// An action that is to be drafted.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAction {
    /// On whom.
    selection: Selection,
    /// What it does to each.
    kind: SanctionKind,
    /// When the sanctions end by themselves: a later time, which a suspension needs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    until: Option<Timestamp>,
    /// Why, as a code that the ledger records.
    reason: ReasonCode,
    /// Why, in words. They are kept sealed.
    #[schema(min_length = 8, max_length = 2000)]
    note: String,
}

problems!(CreateActionProblems: InvalidValue, ActionUnknown);

/// Drafts an action on many people. Nothing happens to anybody: look at whom it would be on, then approve it, or propose it
/// to another admin. It may be approved for seven days.
#[utoipa::path(
    operation_id = "create_action",
    tag = "moderation",
    params(IdempotencyKey),
    request_body = NewAction,
    responses((status = 201, body = ActionShown,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        CreateActionProblems)
)]
#[post("/v1/admin/actions")]
pub(super) async fn create_action(
    body: Json<NewAction>,
    caller: Caller,
    key: IdempotencyKey,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<ActionShown>, Problem> {
    let body = body.0;
    let key = key.bind(Asker::Member(caller.id), "create_action", &body)?;
    let note = read_note(&body.note)?;
    let (ledger, vault) = (&moderation.ledger, moderation.vault.clone());
    let id: ActionId = Id::new(ledger.now(), ledger.rng());
    let written = ledger
        .write(Actor::Person(caller.person), move |tx| {
            let new = commands::NewAction {
                id,
                kind: body.kind,
                until: body.until,
                reason: body.reason,
                note: &note,
                selection: &body.selection,
            };
            Ok::<_, ActionError>(commands::draft(tx, &vault, &key, &new)?.id)
        })
        .await?;
    let position = moderation.read_model.token(written.position);
    let action = moderation.action(written.value, true).await?;
    Ok(WriteResponse::created(action.into(), position))
}
