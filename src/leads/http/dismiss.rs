//! `POST /v1/admin/leads/{id}/dismiss`

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{LeadView, Leads};
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    leads::{LeadError, commands, queries},
    platform::{
        ledger::Actor,
        terms::{LeadId, Reason},
    },
};

/// Why nothing follows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DismissBody {
    /// Why, in words. They are kept sealed.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

problems!(DismissLeadProblems: InvalidValue, LeadNotOpen);

/// Says why nothing follows from a lead that is open. It stays dismissed until clearly more speaks for it: half as much
/// again as now, and two people or invites more at least.
#[utoipa::path(operation_id = "dismiss_lead", tag = "leads", request_body = DismissBody,
    params(("id" = LeadId, Path, description = "Which.")),
    responses((status = 200, body = LeadView,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))), DismissLeadProblems))]
#[post("/v1/admin/leads/{id}/dismiss")]
pub(super) async fn dismiss_lead(
    id: Segments<LeadId>,
    body: Json<DismissBody>,
    caller: Caller,
    leads: Data<Leads>,
) -> Result<WriteResponse<LeadView>, Problem> {
    let reason = Reason::parse(&body.0.reason).map_err(|error| Problem::value("/reason", error.to_string()))?;
    let (id, vault) = (id.0, leads.vault.clone());
    let written = leads.ledger.write(Actor::Person(caller.person), move |tx| {
        commands::dismiss(tx, &vault, id, &reason)?;
        queries::lead(tx.conn, Some(&vault), id)?.ok_or(LeadError::Unknown)
    });
    let written = written.await?;
    let position = leads.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(written.value.into(), position))
}
