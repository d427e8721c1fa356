//! `GET /v1/admin/people/{id}/sanctions`

use actix_web::{get, web::Data};

use super::{Moderation, SanctionShown};
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments},
    moderation::queries,
    platform::terms::{PersonId, Role, SanctionId},
};

/// A person's sanctions, newest first.
#[utoipa::path(
    operation_id = "list_sanctions",
    tag = "moderation",
    params(("id" = PersonId, Path, description = "The person."), Paging),
    responses((status = 200, body = Page<SanctionShown>))
)]
#[get("/v1/admin/people/{id}/sanctions")]
pub(super) async fn list_sanctions(
    id: Segments<PersonId>,
    paging: Query<Paging>,
    cursors: Cursors,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<Json<Page<SanctionShown>>, Problem> {
    let after = cursors.read::<(SanctionId,)>(paging.0.cursor.as_deref())?;
    let after = after.map(|(id,)| id);
    let limit = paging.0.limit;
    // An auditor reads only what is not sealed.
    let vault = matches!(caller.role, Role::Owner | Role::Admin).then(|| moderation.vault.clone());
    let read = move |conn: &mut _| queries::sanctions_of(conn, vault.as_ref(), id.0, after, limit.and_one());
    let sanctions = moderation.ledger.store().read(read).await?;
    let sanctions = sanctions.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(Json(Page::of(
        sanctions,
        limit,
        &cursors,
        |found| (found.sanction.id,),
        SanctionShown::from,
    )))
}
