//! `GET /v1/admin/actions/{id}`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ActionShown, FiguresShown, Moderation};
use crate::{
    http::{Caller, Json, Problem, Segments, problems},
    moderation::{ActionState, queries::Figures},
    platform::{
        store::Conn,
        terms::{ActionId, Role},
    },
};

/// An action, and on how many people it would be.
#[derive(Debug, Serialize, ToSchema)]
struct ActionInFull {
    /// The action.
    #[serde(flatten)]
    action: ActionShown,
    /// How many people it would be on if it were approved now; absent where it no longer can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    figures: Option<FiguresShown>,
}

problems!(ShowActionProblems: ActionUnknown, InvalidValue);

/// One action on many people.
#[utoipa::path(operation_id = "show_action", tag = "moderation",
    params(("id" = ActionId, Path, description = "The action.")),
    responses((status = 200, body = ActionInFull), ShowActionProblems))]
#[get("/v1/admin/actions/{id}")]
pub(super) async fn show_action(
    id: Segments<ActionId>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<Json<ActionInFull>, Problem> {
    // An auditor reads only what is not sealed.
    let opened = matches!(caller.role, Role::Owner | Role::Admin);
    let action = moderation.action(id.0, opened).await?;
    let figures = match action.state {
        ActionState::Draft | ActionState::Proposed => {
            let chosen = moderation.chosen(&action).await?;
            let policy = std::sync::Arc::clone(&moderation.policy);
            let read = move |conn: &mut Conn| policy.in_force(conn);
            let policy = moderation.ledger.store().read(read).await?;
            let above = policy.policy.moderation.second_admin_above;
            Some(FiguresShown::of(&Figures::of(&chosen), above))
        }
        _ => None,
    };
    Ok(Json(ActionInFull {
        action: action.into(),
        figures,
    }))
}
