//! `POST /v1/admin/actions/{id}/withdraw`

use actix_web::{post, web::Data};

use super::{ActionShown, Moderation};
use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    moderation::commands,
    platform::{ledger::Tx, terms::ActionId},
};

problems!(WithdrawActionProblems: ActionUnknown, ActionState);

/// Withdraws an action that is not approved.
#[utoipa::path(operation_id = "withdraw_action", tag = "moderation",
    params(("id" = ActionId, Path, description = "The action.")),
    responses((status = 200, body = ActionShown,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        WithdrawActionProblems))]
#[post("/v1/admin/actions/{id}/withdraw")]
pub(super) async fn withdraw_action(
    id: Segments<ActionId>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<ActionShown>, Problem> {
    let id = id.0;
    let deed = move |tx: &mut Tx<'_>| commands::withdraw(tx, id).map(|_| ());
    moderation.on_action(caller.person, id, deed).await
}
