//! Whom the person let in, in the order of joining.

use super::super::{Answer, Audit};
use super::*;
use crate::{
    admin::Node,
    http::{Cursors, Page, Query, Segments},
    platform::terms::PersonId,
};
use actix_web::{get, web::Data};

/// Whom the person let in, in the order of joining.
#[utoipa::path(
    operation_id = "list_children",
    tag = "graph",
    params(("id" = PersonId, Path, description = "Whose invitees."), PagingAsOf),
    responses((status = 200, body = Page<Node>,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/people/{id}/children")]
pub(super) async fn list_children(
    id: Segments<PersonId>,
    paging: Query<PagingAsOf>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Answer<Page<Node>> {
    let (after, limit) = (start(&paging.0, &cursors)?, paging.0.limit);
    let as_of = paging.0.as_of;
    audit
        .recall(
            [id.0],
            as_of,
            move |memory, [id]| memory.children(id, after, limit.get() + 1),
            |nodes| page(nodes, limit, &cursors),
        )
        .await
}
