//! `POST /v1/admin/cases/{id}/release`

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Cases, reason};
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    identity::commands,
    platform::{
        ledger::Actor,
        terms::{CaseId, Role},
    },
};

/// Why a claim is ended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRelease {
    /// In your own words. They are kept sealed, and the ledger records a commitment to them.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

problems!(ReleaseCaseProblems: InvalidValue, CaseDecided, CaseLapsed, CaseClaimed, StepOutOfOrder);

/// End your claim on a case without a decision. Owners and admins may end any reviewer's claim.
#[utoipa::path(operation_id = "release_case", tag = "cases", request_body = NewRelease,
    params(("id" = CaseId, Path, description = "The case.")),
    responses((status = 204, description = "The case can be claimed again."), ReleaseCaseProblems))]
#[post("/v1/admin/cases/{id}/release")]
pub(super) async fn release_case(
    caller: Caller,
    id: Segments<CaseId>,
    body: Json<NewRelease>,
    cases: Data<Cases>,
) -> Result<WriteResponse<()>, Problem> {
    let any = matches!(caller.role, Role::Owner | Role::Admin);
    if !any {
        cases.reviewing(&caller)?;
    }
    let (id, reason, vault) = (id.0, reason(&body.0.reason)?, cases.vault.clone());
    let written = cases
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::give_back(tx, &vault, id, caller.person, any, &reason)
        })
        .await?;
    Ok(WriteResponse::nothing(cases.read_model.token(written.position)))
}
