//! How two people are connected by invites.

use super::super::{Answer, Audit};
use super::*;
use crate::http::{Query, problems};
use actix_web::{get, web::Data};

problems!(ShowPathsProblems: NotFound);

/// How two people are connected by invites.
#[utoipa::path(
    operation_id = "show_paths",
    tag = "graph",
    params(Ends),
    responses((status = 200, body = Connection,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))),
        ShowPathsProblems)
)]
#[get("/v1/admin/paths")]
pub(super) async fn show_paths(ends: Query<Ends>, audit: Data<Audit>) -> Answer<Connection> {
    let Ends { from, to, as_of } = ends.0;
    audit
        .recall(
            [from, to],
            as_of,
            |memory, [from, to]| memory.path(from, to),
            Connection::from,
        )
        .await
}
