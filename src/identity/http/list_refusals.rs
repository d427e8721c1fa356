//! `GET /v1/admin/refusals`

use actix_web::{get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Cases, RefusalView};
use crate::{
    http::{Cursors, Json, Limit, Page, Problem, Query},
    identity::queries,
};

/// Which refusals are listed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RefusalFilter {
    /// `true`: the refusals that were lifted. Otherwise those that are in force.
    #[serde(default)]
    lifted: bool,
    /// The most items in the page.
    #[serde(default)]
    limit: Limit,
    /// `next` of the previous page, unchanged.
    cursor: Option<String>,
}

/// Final refusals, newest first.
#[utoipa::path(operation_id = "list_refusals", tag = "cases", params(RefusalFilter),
    responses((status = 200, body = Page<RefusalView>)))]
#[get("/v1/admin/refusals")]
pub(super) async fn list_refusals(
    query: Query<RefusalFilter>,
    cursors: Cursors,
    cases: Data<Cases>,
) -> Result<Json<Page<RefusalView>>, Problem> {
    let RefusalFilter { lifted, limit, cursor } = query.0;
    let after = cursors.read(cursor.as_deref())?;
    let vault = cases.vault.clone();
    let found = cases
        .ledger
        .store()
        .read(move |conn| queries::refusals(conn, &vault, lifted, after, limit.and_one()))
        .await?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |found| found.refusal.id,
        RefusalView::from,
    )))
}
