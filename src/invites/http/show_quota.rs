//! `GET /v1/admin/people/{id}/invite-quota`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Invites, QuotaGrantView};
use crate::{
    http::{Caller, Json, Problem, ProblemKind, Segments},
    invites::quota_of,
    people::http::PlacesView,
    platform::{
        store::Conn,
        terms::{PersonId, Role},
    },
};

/// The places of a person.
#[derive(Serialize, ToSchema)]
struct InviteQuotaView {
    /// What is left, and why.
    places: PlacesView,
    /// What admins have given and taken, newest first: the last 100.
    grants: Vec<QuotaGrantView>,
}

/// The places that a person has to give, and what admins have given and taken.
#[utoipa::path(operation_id = "show_invite_quota", tag = "invites",
    params(("id" = PersonId, Path, description = "The person.")),
    responses((status = 200, body = InviteQuotaView)))]
#[get("/v1/admin/people/{id}/invite-quota")]
pub(super) async fn show_quota(
    id: Segments<PersonId>,
    caller: Caller,
    invites: Data<Invites>,
) -> Result<Json<InviteQuotaView>, Problem> {
    let (policy, now) = (invites.policy.get()?, invites.ledger.now());
    // An auditor reads only what is not sealed.
    let vault = matches!(caller.role, Role::Owner | Role::Admin).then(|| invites.vault.clone());
    let read = move |conn: &mut Conn| quota_of(conn, &policy.policy, vault.as_ref(), id.0, now);
    let found = invites.ledger.store().read(read).await?;
    let (places, grants) = found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(Json(InviteQuotaView {
        places: places.into(),
        grants: grants.into_iter().map(QuotaGrantView::from).collect(),
    }))
}
