//! `GET /v1/admin/leads`

use actix_web::{get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{LeadView, Leads};
use crate::{
    http::{Caller, Cursors, Json, Limit, Page, Problem, Query},
    leads::{LeadKind, LeadState, queries},
    platform::terms::PersonId,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only leads that stand so; those that are open where nothing is said.
    #[param(inline)]
    state: Option<LeadState>,
    /// Only leads of this kind.
    #[param(inline)]
    kind: Option<LeadKind>,
    /// Only leads about this member.
    person: Option<PersonId>,
    /// How many items at most.
    #[serde(default)]
    limit: Limit,
    /// `next` of the page before, unchanged.
    cursor: Option<String>,
}

/// Who is worth a look by an abuse team, by kind, the strongest first. Leads are computed now and then, and shown as of
/// then; nothing is done because of them.
#[utoipa::path(operation_id = "list_leads", tag = "leads", params(Wanted),
    responses((status = 200, body = Page<LeadView>)))]
#[get("/v1/admin/leads")]
pub(super) async fn list_leads(
    query: Query<Wanted>,
    cursors: Cursors,
    caller: Caller,
    leads: Data<Leads>,
) -> Result<Json<Page<LeadView>>, Problem> {
    let Wanted {
        state,
        kind,
        person,
        limit,
        cursor,
    } = query.0;
    let after = cursors.read(cursor.as_deref())?;
    let (vault, sought) = (leads.opens(&caller), queries::Sought { state, kind, person });
    let read = leads
        .ledger
        .store()
        .read(move |conn| queries::list(conn, vault.as_ref(), sought, after.as_ref(), limit.and_one()));
    Ok(Json(Page::of(
        read.await?,
        limit,
        &cursors,
        |(place, _)| place.clone(),
        |(_, lead)| lead.into(),
    )))
}
