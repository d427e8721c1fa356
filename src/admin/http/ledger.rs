//! What happened, newest first.

use actix_web::{get, web::Data};
use serde::Deserialize;

use super::Audit;
use crate::{
    admin::{self, Happened},
    http::{Cursors, Json, Limit, Page, Problem, Query, Routes},
    platform::{ledger::EventKind, terms::PersonId},
};

pub(super) fn routes(config: &mut Routes) {
    config.service(list_ledger);
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Sought {
    /// Only what this member did.
    actor: Option<PersonId>,
    /// Only what is about this member.
    subject: Option<PersonId>,
    /// Only events of this type.
    #[serde(rename = "type")]
    #[param(inline)]
    kind: Option<EventKind>,
    /// Only what came before the event of this number.
    before: Option<i64>,
    /// How many items at most.
    #[serde(default)]
    limit: Limit,
    /// `next` of the page before, unchanged.
    cursor: Option<String>,
}

/// What happened, newest first. Rows of the store stand nowhere in it: people have their public ids.
#[utoipa::path(
    operation_id = "list_ledger",
    tag = "ledger",
    params(Sought),
    responses((status = 200, body = Page<Happened>))
)]
#[get("/v1/admin/ledger")]
async fn list_ledger(
    query: Query<Sought>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Result<Json<Page<Happened>>, Problem> {
    let sought = query.0;
    let (limit, kind) = (sought.limit, sought.kind.map(|kind| kind.as_str().to_owned()));
    let last = cursors.read::<(i64,)>(sought.cursor.as_deref())?;
    let last = last.map(|(number,)| number);
    let before = match (last, sought.before) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    let filter = admin::Sought {
        actor: sought.actor,
        subject: sought.subject,
        kind,
        before,
    };
    let read = audit
        .ledger
        .store()
        .read(move |conn| admin::ledger(conn, filter, limit.and_one()));
    let found = read.await?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |event| (event.number,),
        |event| event,
    )))
}
