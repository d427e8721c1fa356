//! Everybody below the person, an inviter before their invitees.

use super::super::{Answer, Audit};
use super::*;
use crate::{
    admin::Node,
    http::{Cursors, Page, Query, Segments},
    platform::terms::PersonId,
};
use actix_web::{get, web::Data};

/// Everybody below the person, an inviter before their invitees. A page of a great branch costs no
/// more than one of a small.
#[utoipa::path(
    operation_id = "list_branch",
    tag = "graph",
    params(("id" = PersonId, Path, description = "Whose branch."), PagingAsOf),
    responses((status = 200, body = Page<Node>,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/people/{id}/branch")]
pub(super) async fn list_branch(
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
            move |memory, [id]| memory.branch(id, after, limit.get() + 1),
            |nodes| page(nodes, limit, &cursors),
        )
        .await
}
