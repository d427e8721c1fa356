//! `POST /v1/admin/people/{id}/name`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Cases, reason};
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    identity::{Country, DocumentKind, OwnName, commands},
    platform::{
        ledger::Actor,
        terms::{PersonId, Timestamp},
    },
};

/// Why you want to see the name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLook {
    /// In your own words. The member is shown them. They are kept sealed, and the ledger records a commitment to them.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

/// A verified name. The ledger records that you were shown it.
#[derive(Serialize, ToSchema)]
struct VerifiedName {
    /// The name, as it was entered.
    name: String,
    /// Who issued the document that bears it.
    country: Country,
    /// What the document is.
    kind: DocumentKind,
    /// When they were given.
    given_at: Timestamp,
}

problems!(ShowNameProblems: InvalidValue, NamesExhausted);

/// See a member's verified name, for a reason. That you looked is recorded in the ledger, and the member finds it with your reason
/// in `list_looks_at_me`. It counts towards the names that the policy lets one person see in 24 hours (`review.names_per_day`).
/// Where no reviewer has verified a name of theirs, there is none to see: 404.
#[utoipa::path(operation_id = "show_name", tag = "people", request_body = NewLook,
    params(("id" = PersonId, Path, description = "Whose name.")),
    responses((status = 200, body = VerifiedName), ShowNameProblems))]
#[post("/v1/admin/people/{id}/name")]
pub(super) async fn show_name(
    caller: Caller,
    id: Segments<PersonId>,
    body: Json<NewLook>,
    cases: Data<Cases>,
) -> Result<WriteResponse<VerifiedName>, Problem> {
    let rules = cases.policy.get()?;
    let (id, reason, vault) = (id.0, reason(&body.0.reason)?, cases.vault.clone());
    let written = cases
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::show_name(tx, &vault, &rules.policy.review, id, caller.person, &reason)
        })
        .await?;
    let OwnName {
        name,
        country,
        kind,
        given_at,
    } = written.value;
    let shown = VerifiedName {
        name: name.expose_entered().to_owned(),
        country,
        kind,
        given_at,
    };
    Ok(WriteResponse::ok(shown, cases.read_model.token(written.position)))
}
