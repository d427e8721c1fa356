//! The events that a subscriber could not carry out, in their order.

use super::super::Audit;
use super::*;
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, Query, Segments},
    platform::{ledger, store::Conn},
};
use actix_web::{get, web::Data};

/// The events that a subscriber could not carry out, in their order. Each is tried again by itself, less and less
/// often, for some hours.
#[utoipa::path(operation_id = "list_subscriber_failures", tag = "ledger",
    params(("subscriber" = String, Path, description = "The subscriber's name."), Paging),
    responses((status = 200, body = Page<FailureView>)))]
#[get("/v1/admin/subscribers/{subscriber}/failures")]
pub(super) async fn list_failures(
    _caller: Caller,
    subscriber: Segments<String>,
    query: Query<Paging>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Result<Json<Page<FailureView>>, Problem> {
    let name = audit.subscriber(&subscriber.0)?;
    let after = cursors
        .read::<(i64,)>(query.0.cursor.as_deref())?
        .map_or(0, |(number,)| number);
    let limit = query.0.limit;
    let look = move |conn: &mut Conn| ledger::failures(conn, name, after, limit.and_one());
    let found = audit.ledger.store().read(look).await?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |failure| (failure.pos,),
        FailureView::from,
    )))
}
