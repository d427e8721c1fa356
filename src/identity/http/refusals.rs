//! Final refusals over HTTP: what binds, and the lifting of it.

use actix_web::{get, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Cases, reason};
use crate::{
    http::{Caller, Cursors, Json, Limit, Page, Problem, ProblemKind, Query, Segments, WriteResponse},
    identity::{LiftError, Refusal, lift, refusals, words},
    people,
    platform::{
        ledger::Actor,
        store::{Conn, StoreError},
        terms::{CaseId, PersonId, RefusalId, Timestamp},
        vault::Vault,
    },
};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_refusals).service(lift_refusal);
}

/// A reviewer's final refusal. It says nothing of whom it is about.
#[derive(Serialize, ToSchema)]
struct RefusalView {
    /// Its id.
    id: RefusalId,
    /// The case that was refused.
    case: CaseId,
    /// Since when it binds the use of the invite, the address and the document.
    at: Timestamp,
    /// By whom.
    refused_by: Option<PersonId>,
    /// Why, in the reviewer's words; none once the newcomer is forgotten.
    reason: Option<String>,
    /// When it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_at: Option<Timestamp>,
    /// By whom it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_by: Option<PersonId>,
    /// Why it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    lift_reason: Option<String>,
}

fn shown(conn: &mut Conn, vault: &Vault, refusals: &[Refusal]) -> Result<Vec<RefusalView>, StoreError> {
    let rows: Vec<_> = refusals
        .iter()
        .flat_map(|refusal| [Some(refusal.refused_by), refusal.lifted_by])
        .flatten()
        .collect();
    let names = people::names(conn, &rows)?;
    let id = |row| names.get(&row).map(|name| name.id);
    refusals
        .iter()
        .map(|refusal| {
            let words = words(conn, vault, refusal)?;
            Ok(RefusalView {
                id: refusal.id,
                case: refusal.case,
                at: refusal.at,
                refused_by: id(refusal.refused_by),
                reason: words.refused.map(|words| words.to_string()),
                lifted_at: refusal.lifted_at,
                lifted_by: refusal.lifted_by.and_then(id),
                lift_reason: words.lifted.map(|words| words.to_string()),
            })
        })
        .collect()
}

/// Which refusals.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RefusalFilter {
    /// `true`: those that were lifted. Those that bind where nothing is said.
    #[serde(default)]
    lifted: bool,
    /// How many items at most.
    #[serde(default)]
    limit: Limit,
    /// `next` of the page before, unchanged.
    cursor: Option<String>,
}

/// The final refusals that bind, newest first.
#[utoipa::path(operation_id = "list_refusals", tag = "cases", params(RefusalFilter),
    responses((status = 200, body = Page<RefusalView>)))]
#[get("/v1/admin/refusals")]
async fn list_refusals(
    query: Query<RefusalFilter>,
    cursors: Cursors,
    desk: Data<Cases>,
) -> Result<Json<Page<RefusalView>>, Problem> {
    let RefusalFilter { lifted, limit, cursor } = query.0;
    let after = cursors.read(cursor.as_deref())?;
    let vault = desk.vault.clone();
    let found = desk
        .ledger
        .store()
        .read(move |conn| {
            let found = refusals(conn, lifted, after, limit.and_one())?;
            shown(conn, &vault, &found)
        })
        .await?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |refusal| refusal.id,
        |refusal| refusal,
    )))
}

/// Why a refusal is lifted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLift {
    /// In your own words; kept under seal, and the ledger commits to it.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

/// Lift a final refusal: the use of the invite is free again, and the address and the document may come again. The
/// registration that was refused stays over; the newcomer opens the invite, or another one, anew.
#[utoipa::path(operation_id = "lift_refusal", tag = "cases", request_body = NewLift,
    params(("id" = RefusalId, Path, description = "Which.")),
    responses((status = 200, body = RefusalView)))]
#[post("/v1/admin/refusals/{id}/lift")]
async fn lift_refusal(
    caller: Caller,
    id: Segments<RefusalId>,
    body: Json<NewLift>,
    desk: Data<Cases>,
) -> Result<WriteResponse<RefusalView>, Problem> {
    let rules = desk.policy.get()?;
    let (id, reason, vault) = (id.0, reason(&body.0.reason)?, desk.vault.clone());
    let written = desk
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            let lifted = lift(tx, &vault, &rules.policy.review, id, caller.person, &reason)?;
            Ok::<_, LiftError>(shown(tx.conn, &vault, &[lifted])?)
        })
        .await
        .map_err(|error| match error {
            LiftError::Unknown => ProblemKind::RefusalUnknown.into(),
            LiftError::TooClose => ProblemKind::ReviewConflict.into(),
            LiftError::Store(error) => Problem::from(error),
        })?;
    let lifted = written.value.into_iter().next();
    let lifted = lifted.ok_or_else(|| Problem::internal("a refusal that was lifted is not there"))?;
    Ok(WriteResponse::ok(lifted, desk.read_model.token(written.position)))
}
