//! One member.

use super::super::{Answer, Audit};
use super::*;
use crate::{
    admin::{self},
    http::{Caller, Segments},
    platform::terms::PersonId,
};
use actix_web::{get, web::Data};

/// One member: role, standing, and place in the graph.
#[utoipa::path(
    operation_id = "show_person",
    tag = "people",
    params(("id" = PersonId, Path, description = "Who.")),
    responses((status = 200, body = PersonInFull,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/people/{id}")]
pub(super) async fn show_person(id: Segments<PersonId>, caller: Caller, audit: Data<Audit>) -> Answer<PersonInFull> {
    let now = audit.ledger.now();
    audit
        .ask(
            move |conn, graph| admin::profile(conn, graph, id.0, now),
            |profile| PersonInFull::seen_by(caller.role, profile),
        )
        .await
}
