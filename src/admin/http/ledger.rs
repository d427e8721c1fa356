//! What happened, newest first.

use actix_web::{get, web::Data};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Audit;
use crate::{
    admin::{self, Happened},
    http::{Cursors, Json, Limit, Page, Problem, Query},
    people,
    platform::{
        ledger::{self, EventKind, Filter},
        store::{Conn, StoreError},
        terms::{PersonId, PersonRow},
    },
};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
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
    let asked = move |conn: &mut Conn| {
        let (actor, subject) = match (row(conn, sought.actor)?, row(conn, sought.subject)?) {
            (Known::Nobody, _) | (_, Known::Nobody) => return Ok(Vec::new()),
            (actor, subject) => (actor.row(), subject.row()),
        };
        let filter = Filter { actor, subject, kind };
        let entries = ledger::search(conn, &filter, before, limit.and_one())?;
        admin::happened(conn, &entries)
    };
    let found = audit.ledger.store().read(asked).await?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |event| (event.number,),
        |event| event,
    )))
}

/// A person who is sought.
enum Known {
    /// Whoever it is.
    Anybody,
    /// An id that no member has: there is nothing to be found.
    Nobody,
    /// A member.
    Member(PersonRow),
}

impl Known {
    const fn row(&self) -> Option<PersonRow> {
        match self {
            Self::Member(row) => Some(*row),
            Self::Anybody | Self::Nobody => None,
        }
    }
}

fn row(conn: &mut Conn, id: Option<PersonId>) -> Result<Known, StoreError> {
    let Some(id) = id else { return Ok(Known::Anybody) };
    let member = people::member_by_id(conn, id)?;
    Ok(member.map_or(Known::Nobody, |member| Known::Member(member.row)))
}
