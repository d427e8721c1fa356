//! `GET /v1/admin/cases` and `GET /v1/admin/cases/{id}`

use actix_web::{get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{CaseView, Cases};
use crate::{
    http::{Caller, Cursors, Json, Limit, Page, Problem, ProblemKind, Query, Segments},
    identity::{CaseState, queries},
    platform::terms::CaseId,
};

/// Which cases are listed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CaseFilter {
    /// Cases in this state.
    #[serde(default = "open")]
    #[param(default = "open")]
    state: CaseState,
    /// The most items in the page.
    #[serde(default)]
    limit: Limit,
    /// `next` of the previous page, unchanged.
    cursor: Option<String>,
}

const fn open() -> CaseState {
    CaseState::Open
}

/// The cases in one state, oldest first.
#[utoipa::path(operation_id = "list_cases", tag = "cases", params(CaseFilter),
    responses((status = 200, body = Page<CaseView>)))]
#[get("/v1/admin/cases")]
pub(super) async fn list_cases(
    caller: Caller,
    query: Query<CaseFilter>,
    cursors: Cursors,
    cases: Data<Cases>,
) -> Result<Json<Page<CaseView>>, Problem> {
    cases.reviewing(&caller)?;
    let CaseFilter { state, limit, cursor } = query.0;
    let after = cursors.read(cursor.as_deref())?;
    let now = cases.ledger.now();
    let rows = cases
        .ledger
        .store()
        .read(move |conn| queries::cases(conn, state, after, limit.and_one(), now))
        .await?;
    Ok(Json(Page::of(
        rows,
        limit,
        &cursors,
        |found| found.case.id,
        |found| CaseView::of(&found.case, found.decided_by, &caller, now),
    )))
}

/// One case, without the person whom it is about.
#[utoipa::path(operation_id = "show_case", tag = "cases", params(("id" = CaseId, Path, description = "The case.")),
    responses((status = 200, body = CaseView)))]
#[get("/v1/admin/cases/{id}")]
pub(super) async fn show_case(
    caller: Caller,
    id: Segments<CaseId>,
    cases: Data<Cases>,
) -> Result<Json<CaseView>, Problem> {
    cases.reviewing(&caller)?;
    let found = cases
        .ledger
        .store()
        .read(move |conn| queries::case(conn, id.0))
        .await?
        .ok_or(ProblemKind::NotFound)?;
    Ok(Json(CaseView::of(
        &found.case,
        found.decided_by,
        &caller,
        cases.ledger.now(),
    )))
}
