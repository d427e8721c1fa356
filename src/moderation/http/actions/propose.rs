//! `POST /v1/admin/actions/{id}/propose`

use actix_web::{post, web::Data};

use super::{ActionShown, Moderation};
use crate::{
    http::{Caller, Problem, Segments, WriteResponse, problems},
    moderation::commands,
    platform::{ledger::Tx, terms::ActionId},
};

problems!(ProposeActionProblems: ActionUnknown, ActionState);

/// Proposes a draft to the other admins: it shows as proposed in the list. Whoever drafted it may still approve it where so
/// few people need no second admin.
#[utoipa::path(operation_id = "propose_action", tag = "moderation",
    params(("id" = ActionId, Path, description = "The action.")),
    responses((status = 200, body = ActionShown,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        ProposeActionProblems))]
#[post("/v1/admin/actions/{id}/propose")]
pub(super) async fn propose_action(
    id: Segments<ActionId>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<ActionShown>, Problem> {
    let id = id.0;
    let deed = move |tx: &mut Tx<'_>| commands::propose(tx, id).map(|_| ());
    moderation.on_action(caller.person, id, deed).await
}
