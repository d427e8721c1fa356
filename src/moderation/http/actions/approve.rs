//! `POST /v1/admin/actions/{id}/approve`

use std::sync::Arc;

use actix_web::{post, web::Data};

use super::{ActionShown, Moderation};
use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    moderation::commands,
    platform::{ledger::Tx, terms::ActionId},
};

problems!(ApproveActionProblems: ActionUnknown, ActionState, SecondAdminNeeded, InvalidValue);

/// Approves an action: whom it is on is fixed, and from this answer on they stand as the sanction says, on this replica
/// at once and on every other as soon as it has read so. A job writes the sanction of each. Above as many people as the
/// policy says, somebody else than who drafted it approves, who did not come in by way of them.
#[utoipa::path(operation_id = "approve_action", tag = "moderation",
    params(("id" = ActionId, Path, description = "The action.")),
    responses((status = 200, body = ActionShown,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        ApproveActionProblems))]
#[post("/v1/admin/actions/{id}/approve")]
pub(super) async fn approve_action(
    id: Segments<ActionId>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<ActionShown>, Problem> {
    let id = id.0;
    let action = moderation.action(id, false).await?;
    let chosen = Arc::new(moderation.chosen(&action).await?);
    let (vault, policy) = (moderation.vault.clone(), Arc::clone(&moderation.policy));
    let deed = move |tx: &mut Tx<'_>| commands::approve(tx, &vault, &policy, id, &chosen).map(|_| ());
    moderation.on_action(caller.person, id, deed).await
}
