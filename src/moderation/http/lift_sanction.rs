//! `POST /v1/admin/people/{id}/sanctions/{sanction}/lift`

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Moderation, SanctionShown, read_note};
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    moderation::{SanctionError, commands, queries},
    platform::{
        ledger::Actor,
        terms::{PersonId, SanctionId},
    },
};

/// Why a sanction is lifted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Lift {
    /// Why, in words. They are kept sealed.
    #[schema(min_length = 8, max_length = 2000)]
    note: String,
}

problems!(LiftSanctionProblems: InvalidValue, SanctionUnknown);

/// Lifts a sanction that is in force. A person on whom no other is in force is in good standing again, and their open
/// invites are valid again. Whoever was put out has to sign in again.
#[utoipa::path(
    operation_id = "lift_sanction",
    tag = "moderation",
    params(
        ("id" = PersonId, Path, description = "The person."),
        ("sanction" = SanctionId, Path, description = "The sanction."),
    ),
    request_body = Lift,
    responses((status = 200, body = SanctionShown,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        LiftSanctionProblems)
)]
#[post("/v1/admin/people/{id}/sanctions/{sanction}/lift")]
pub(super) async fn lift_sanction(
    path: Segments<(PersonId, SanctionId)>,
    body: Json<Lift>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<SanctionShown>, Problem> {
    let (id, sanction) = path.0;
    let (note, vault) = (read_note(&body.0.note)?, moderation.vault.clone());
    let written = moderation
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            let lifted = commands::lift(tx, &vault, id, sanction, &note)?;
            Ok::<_, SanctionError>(queries::details(tx.conn, &vault, lifted)?)
        })
        .await?;
    let position = moderation.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(written.value.into(), position))
}
