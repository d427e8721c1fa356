//! `PUT /v1/admin/people/{id}/role`

use actix_web::{put, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moderation;
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    moderation::{RoleReason, commands},
    platform::{
        ledger::Actor,
        terms::{PersonId, Role},
    },
};

/// The role that a person is given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    /// The role; any but `service`.
    #[schema(schema_with = of_people)]
    role: Role,
    /// Why, as a code that the ledger records.
    reason: RoleReason,
}

/// The roles that a person may have.
fn of_people() -> utoipa::openapi::Object {
    let roles = Role::ALL.iter().filter(|role| **role != Role::Service);
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .enum_values(Some(roles.map(|role| role.as_str())))
        .build()
}

/// A person's role.
#[derive(Debug, Serialize, ToSchema)]
struct RoleGiven {
    /// The person.
    id: PersonId,
    /// Their role now.
    role: Role,
}

problems!(ChangeRoleProblems: InvalidField, LastOwner);

/// Changes a person's role. Giving the role that they already have changes nothing. An owner may step down while
/// there is another owner.
#[utoipa::path(
    operation_id = "change_role",
    tag = "moderation",
    params(("id" = PersonId, Path, description = "The person.")),
    request_body = NewRole,
    responses((status = 200, body = RoleGiven,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        ChangeRoleProblems)
)]
#[put("/v1/admin/people/{id}/role")]
pub(super) async fn change_role(
    id: Segments<PersonId>,
    body: Json<NewRole>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<RoleGiven>, Problem> {
    let (id, NewRole { role, reason }) = (id.0, body.0);
    let written = moderation
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::give_role(tx, id, role, reason)
        })
        .await?;
    let position = moderation.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(RoleGiven { id, role }, position))
}
