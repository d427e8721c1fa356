//! `GET /v1/admin/reports`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::Moderation;
use crate::{
    http::{Cursors, Json, Page, Paging, Problem, Query},
    moderation::queries,
    platform::{
        store::Conn,
        terms::{PersonId, Timestamp},
    },
};

/// Somebody on whom reports are open.
#[derive(Debug, Serialize, ToSchema)]
struct ReportedShown {
    /// Who.
    person: Option<PersonId>,
    /// How many reports are open.
    open: i64,
    /// When the last was made.
    last_at: Timestamp,
}

/// The people on whom reports are open, whoever was first reported first.
#[utoipa::path(operation_id = "list_reports", tag = "reports", params(Paging),
    responses((status = 200, body = Page<ReportedShown>)))]
#[get("/v1/admin/reports")]
pub(super) async fn list_reports(
    paging: Query<Paging>,
    cursors: Cursors,
    moderation: Data<Moderation>,
) -> Result<Json<Page<ReportedShown>>, Problem> {
    let after = cursors.read::<(i64,)>(paging.0.cursor.as_deref())?;
    let after = after.map_or(0, |(row,)| row);
    let limit = paging.0.limit;
    let read = move |conn: &mut Conn| queries::reported(conn, after, limit.and_one());
    let found = moderation.ledger.store().read(read).await?;
    let last = |found: &queries::Reported| (found.bundle.first,);
    Ok(Json(Page::of(found, limit, &cursors, last, |found| ReportedShown {
        person: found.person,
        open: found.bundle.count,
        last_at: found.bundle.last_at,
    })))
}
