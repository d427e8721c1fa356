//! `GET /v1/admin/actions`

use actix_web::{get, web::Data};

use super::{ActionShown, Moderation};
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, Query},
    moderation::queries,
    platform::{store::Conn, terms::Role},
};

/// Actions on many people, newest first.
#[utoipa::path(operation_id = "list_actions", tag = "moderation", params(Paging),
    responses((status = 200, body = Page<ActionShown>)))]
#[get("/v1/admin/actions")]
pub(super) async fn list_actions(
    paging: Query<Paging>,
    cursors: Cursors,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<Json<Page<ActionShown>>, Problem> {
    let before = cursors.read::<(i64,)>(paging.0.cursor.as_deref())?;
    let before = before.map_or(i64::MAX, |(row,)| row);
    let (limit, now) = (paging.0.limit, moderation.ledger.now());
    // An auditor reads only what is not sealed.
    let vault = matches!(caller.role, Role::Owner | Role::Admin).then(|| moderation.vault.clone());
    let read = move |conn: &mut Conn| queries::actions(conn, vault.as_ref(), before, limit.and_one(), now);
    let actions = moderation.ledger.store().read(read).await?;
    let last = |found: &queries::ActionDetails| (found.action.row,);
    Ok(Json(Page::of(actions, limit, &cursors, last, ActionShown::from)))
}
