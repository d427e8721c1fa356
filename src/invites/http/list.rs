//! A member's own invites.

use actix_web::{get, web::Data};

use super::{super::queries, InviteView, Invites};
use crate::http::{Caller, Cursors, Json, Page, Paging, Problem, Query};

/// One's own invites, newest first.
#[utoipa::path(operation_id = "list_my_invites", tag = "invites", params(Paging),
    responses((status = 200, body = Page<InviteView>)))]
#[get("/v1/me/invites")]
pub(super) async fn list(
    caller: Caller,
    query: Query<Paging>,
    cursors: Cursors,
    invites: Data<Invites>,
) -> Result<Json<Page<InviteView>>, Problem> {
    let before = cursors.read::<(i64,)>(query.0.cursor.as_deref())?.map(|(row,)| row);
    let (inviter, limit, vault, now) = (
        caller.person,
        query.0.limit,
        invites.vault.clone(),
        invites.ledger.now(),
    );
    let read = invites
        .ledger
        .store()
        .read(move |conn| queries::of_inviter(conn, &vault, inviter, before, limit.and_one(), now));
    let shown = read.await?;
    Ok(Json(Page::of(
        shown,
        limit,
        &cursors,
        |shown| (shown.invite.row,),
        |shown| invites.view(&shown),
    )))
}
