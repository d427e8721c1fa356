//! `GET /v1/admin/appeals`

use actix_web::{get, web::Data};

use super::{AppealShown, Moderation};
use crate::{
    http::{Cursors, Json, Page, Paging, Problem, Query},
    moderation::queries,
    platform::store::Conn,
};

/// The appeals that wait for a decision, oldest first. What they say, whoever claims one sees.
#[utoipa::path(operation_id = "list_appeals", tag = "appeals", params(Paging),
    responses((status = 200, body = Page<AppealShown>)))]
#[get("/v1/admin/appeals")]
pub(super) async fn list_appeals(
    paging: Query<Paging>,
    cursors: Cursors,
    moderation: Data<Moderation>,
) -> Result<Json<Page<AppealShown>>, Problem> {
    let after = cursors.read::<(i64,)>(paging.0.cursor.as_deref())?;
    let after = after.map_or(0, |(row,)| row);
    let (limit, now) = (paging.0.limit, moderation.ledger.now());
    let read = move |conn: &mut Conn| queries::appeals(conn, after, limit.and_one(), now);
    let appeals = moderation.ledger.store().read(read).await?;
    let last = |found: &queries::AppealDetails| (found.appeal.row,);
    Ok(Json(Page::of(appeals, limit, &cursors, last, AppealShown::from)))
}
