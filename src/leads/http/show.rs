//! `GET /v1/admin/leads/{id}`

use actix_web::{get, web::Data};

use super::{LeadView, Leads};
use crate::{
    http::{Caller, Json, Problem, ProblemKind, Segments},
    leads::queries,
    platform::terms::LeadId,
};

/// One lead.
#[utoipa::path(operation_id = "show_lead", tag = "leads",
    params(("id" = LeadId, Path, description = "Which.")),
    responses((status = 200, body = LeadView)))]
#[get("/v1/admin/leads/{id}")]
pub(super) async fn show_lead(
    id: Segments<LeadId>,
    caller: Caller,
    leads: Data<Leads>,
) -> Result<Json<LeadView>, Problem> {
    let vault = leads.opens(&caller);
    let read = leads
        .ledger
        .store()
        .read(move |conn| queries::lead(conn, vault.as_ref(), id.0));
    let found = read.await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(Json(found.into()))
}
