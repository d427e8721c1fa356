//! `GET /v1/admin/reports/{id}`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::Moderation;
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments, problems},
    moderation::{ReasonCode, queries},
    platform::{
        store::Conn,
        terms::{PersonId, ReportId, Role, Timestamp},
    },
};

/// A report that is open.
#[derive(Debug, Serialize, ToSchema)]
struct ReportShown {
    /// Its public id.
    id: ReportId,
    /// The member who reports; none where a filter does.
    by: Option<PersonId>,
    /// The name of the filter that reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    /// Why, as a code.
    reason: ReasonCode,
    /// Why, in words. Owners and admins see it, until the person is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// When.
    at: Timestamp,
}

problems!(ShowReportsProblems: NotFound);

/// The reports that are open on one person, oldest first.
#[utoipa::path(operation_id = "show_reports", tag = "reports",
    params(("id" = PersonId, Path, description = "The person."), Paging),
    responses((status = 200, body = Page<ReportShown>), ShowReportsProblems))]
#[get("/v1/admin/reports/{id}")]
pub(super) async fn show_reports(
    id: Segments<PersonId>,
    paging: Query<Paging>,
    cursors: Cursors,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<Json<Page<ReportShown>>, Problem> {
    let after = cursors.read::<(i64,)>(paging.0.cursor.as_deref())?;
    let after = after.map_or(0, |(row,)| row);
    let limit = paging.0.limit;
    // An auditor reads only what is not sealed.
    let vault = matches!(caller.role, Role::Owner | Role::Admin).then(|| moderation.vault.clone());
    let read = move |conn: &mut Conn| queries::reports_on(conn, vault.as_ref(), id.0, after, limit.and_one());
    let found = moderation.ledger.store().read(read).await?;
    let found = found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let last = |found: &queries::ReportDetails| (found.report.row,);
    Ok(Json(Page::of(found, limit, &cursors, last, |found| ReportShown {
        id: found.report.id,
        by: found.by,
        filter: found.filter,
        reason: found.report.reason,
        note: found.note.map(|note| note.to_string()),
        at: found.report.at,
    })))
}
