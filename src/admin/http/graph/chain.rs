//! The person, whoever let them in, and so on up to the root.

use super::{
    super::{Answer, Audit},
    AsOf,
};
use crate::{
    admin::Node,
    http::{Page, Query, Segments},
    platform::terms::PersonId,
};
use actix_web::{get, web::Data};

/// The person, whoever let them in, and so on up to the root: always one page.
#[utoipa::path(
    operation_id = "show_chain",
    tag = "graph",
    params(("id" = PersonId, Path, description = "Whose chain."), AsOf),
    responses((status = 200, body = Page<Node>,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/people/{id}/chain")]
pub(super) async fn show_chain(id: Segments<PersonId>, when: Query<AsOf>, audit: Data<Audit>) -> Answer<Page<Node>> {
    audit
        .recall(
            [id.0],
            when.0.as_of,
            |memory, [id]| memory.chain(id),
            |items| Page { items, next: None },
        )
        .await
}
