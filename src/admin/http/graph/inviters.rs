//! The inviters whom the person had before.

use super::super::Audit;
use crate::{
    admin::{self, FormerInviterSeen},
    http::{Caller, Json, Page, Problem, ProblemKind, Segments},
    platform::terms::{PersonId, Role},
};
use actix_web::{get, web::Data};

/// The inviters whom the person had before they were given another, oldest first: always one page.
#[utoipa::path(
    operation_id = "list_former_inviters",
    tag = "graph",
    params(("id" = PersonId, Path, description = "Whose inviters.")),
    responses((status = 200, body = Page<FormerInviterSeen>))
)]
#[get("/v1/admin/people/{id}/former-inviters")]
pub(super) async fn list_inviters(
    id: Segments<PersonId>,
    caller: Caller,
    audit: Data<Audit>,
) -> Result<Json<Page<FormerInviterSeen>>, Problem> {
    // An auditor reads only what is not sealed.
    let vault = matches!(caller.role, Role::Owner | Role::Admin).then(|| audit.vault.clone());
    let read = audit
        .ledger
        .store()
        .read(move |conn| admin::former_inviters(conn, vault.as_ref(), id.0));
    let items = read.await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(Json(Page { items, next: None }))
}
