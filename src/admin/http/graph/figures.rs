//! Everybody below the person, in numbers.

use super::{
    super::{Answer, Audit, people::Figures},
    AsOf,
};
use crate::{
    admin::sees_figures,
    http::{Caller, Query, Segments},
    platform::terms::PersonId,
};
use actix_web::{get, web::Data};
use serde::Serialize;

/// Everybody below a person, in numbers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BranchInNumbers {
    /// The numbers. Of fewer than five people owners and auditors alone see them; for others they are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    figures: Option<Figures>,
}

/// Everybody below the person, in numbers. As of now they are kept, and cost the same for any branch; as of a past time they
/// are counted anew.
#[utoipa::path(
    operation_id = "show_branch_figures",
    tag = "graph",
    params(("id" = PersonId, Path, description = "Whose branch."), AsOf),
    responses((status = 200, body = BranchInNumbers,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/people/{id}/branch/figures")]
pub(super) async fn show_figures(
    id: Segments<PersonId>,
    when: Query<AsOf>,
    caller: Caller,
    audit: Data<Audit>,
) -> Answer<BranchInNumbers> {
    audit
        .recall(
            [id.0],
            when.0.as_of,
            |memory, [id]| memory.figures(id),
            |figures| BranchInNumbers {
                figures: sees_figures(caller.role, figures.people).then(|| figures.into()),
            },
        )
        .await
}
