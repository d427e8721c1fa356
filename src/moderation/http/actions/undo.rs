//! `POST /v1/admin/actions/{id}/undo`

use std::sync::Arc;

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{super::read_note, ActionShown, Moderation};
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    moderation::commands,
    platform::{ledger::Tx, terms::ActionId},
};

/// Why an action is undone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Undo {
    /// Why, in words. They are kept sealed.
    #[schema(min_length = 8, max_length = 2000)]
    note: String,
}

problems!(UndoActionProblems: ActionUnknown, ActionState, InvalidValue);

/// Undoes a whole action, also while it is being applied: what of it is not yet applied never is, and a job lifts each
/// of its sanctions that is still in force. What was decided by hand since stays: a sanction of it that was lifted, and
/// one that was imposed besides. To undo it for one person, lift their sanction.
#[utoipa::path(operation_id = "undo_action", tag = "moderation",
    params(("id" = ActionId, Path, description = "The action.")),
    request_body = Undo,
    responses((status = 200, body = ActionShown,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        UndoActionProblems))]
#[post("/v1/admin/actions/{id}/undo")]
pub(super) async fn undo_action(
    id: Segments<ActionId>,
    body: Json<Undo>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<ActionShown>, Problem> {
    let (id, note) = (id.0, Arc::new(read_note(&body.0.note)?));
    let vault = moderation.vault.clone();
    let deed = move |tx: &mut Tx<'_>| commands::undo(tx, &vault, id, &note).map(|_| ());
    moderation.on_action(caller.person, id, deed).await
}
