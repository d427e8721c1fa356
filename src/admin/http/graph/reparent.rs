//! `PUT /v1/admin/people/{id}/inviter`

use super::super::Audit;
use crate::{
    admin::{
        ReparentError,
        commands::{self, NewPlace},
    },
    http::{Caller, Json, Problem, ProblemKind, Segments, WriteResponse, problems},
    platform::{
        ledger::{Actor, events::ReparentReason},
        terms::{PersonId, Reason},
    },
};
use actix_web::{put, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Under whom somebody is put.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewInviter {
    /// Who counts as having let them in from now on. Either this or `root`.
    inviter: Option<PersonId>,
    /// That from now on nobody counts as having let them in: true, in the place of `inviter`.
    #[serde(default)]
    root: bool,
    /// Why, as a code that the ledger records.
    reason: ReparentReason,
    /// Why, in words. They are kept sealed.
    #[schema(min_length = 8, max_length = 2000)]
    note: String,
}

/// Who counts as having let somebody in.
#[derive(Debug, Serialize, ToSchema)]
struct InviterGiven {
    /// The person.
    id: PersonId,
    /// Their inviter now; null for a root.
    inviter: Option<PersonId>,
}

problems!(ReparentProblems: InvalidField, InvalidValue, InviterInBranch);

/// Gives a person another inviter, or none; their branch goes along. Giving the one that they already have changes nothing.
/// The former one is kept with the time that it stood, and stays what questions about that time, and whatever the
/// former inviter answers for, go by.
#[utoipa::path(
    operation_id = "reparent",
    tag = "graph",
    params(("id" = PersonId, Path, description = "Who is put under another inviter.")),
    request_body = NewInviter,
    responses((status = 200, body = InviterGiven,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        ReparentProblems)
)]
#[put("/v1/admin/people/{id}/inviter")]
pub(super) async fn reparent(
    id: Segments<PersonId>,
    body: Json<NewInviter>,
    caller: Caller,
    audit: Data<Audit>,
) -> Result<WriteResponse<InviterGiven>, Problem> {
    let NewInviter {
        inviter,
        root,
        reason,
        note,
    } = body.0;
    let place = match (inviter, root) {
        (Some(inviter), false) => NewPlace::Under(inviter),
        (None, true) => NewPlace::Root,
        (Some(_), true) => return Err(Problem::value("/root", "Name an inviter or say root, not both.")),
        (None, false) => return Err(Problem::value("/inviter", "Name an inviter, or say root: true.")),
    };
    let note = Reason::parse(&note).map_err(|wrong| Problem::value("/note", wrong.to_string()))?;
    let (id, vault) = (id.0, audit.vault.clone());
    let written = audit
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::reparent(tx, &vault, id, place, reason, &note)
        })
        .await?;
    let position = audit.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(InviterGiven { id, inviter }, position))
}

impl From<ReparentError> for Problem {
    fn from(error: ReparentError) -> Self {
        match error {
            ReparentError::NotAllowed => Self::new(ProblemKind::Forbidden),
            ReparentError::PersonUnknown => Self::new(ProblemKind::NotFound),
            ReparentError::InviterUnknown => Self::value("/inviter", "Nobody has this id."),
            ReparentError::Circle => Self::new(ProblemKind::InviterInBranch).at("/inviter"),
            ReparentError::Store(error) => error.into(),
        }
    }
}
