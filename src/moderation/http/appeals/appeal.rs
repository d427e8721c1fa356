//! `POST /v1/appeals` and `POST /v1/me/appeals`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Appellant, Moderation};
use crate::{
    http::{Caller, Json, Problem, WriteResponse, problems},
    moderation::commands,
    platform::{
        ledger::Actor,
        terms::{AppealId, PersonRow, Reason, SanctionId},
    },
};

/// An appeal that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAppeal {
    /// The sanction: one of one's own that is in force.
    sanction: SanctionId,
    /// What is to be said to whoever decides. It is kept sealed.
    #[schema(min_length = 8, max_length = 2000)]
    text: String,
}

/// An appeal that was made.
#[derive(Debug, Serialize, ToSchema)]
struct AppealMade {
    /// Its public id.
    id: AppealId,
}

problems!(AppealProblems: InvalidValue, SanctionUnknown, AppealExists, Unauthenticated);
problems!(AppealSignedInProblems: InvalidValue, SanctionUnknown, AppealExists);

async fn make(
    moderation: &Moderation,
    person: PersonRow,
    new: NewAppeal,
) -> Result<WriteResponse<AppealMade>, Problem> {
    let text = Reason::parse(&new.text).map_err(|wrong| Problem::value("/text", wrong.to_string()))?;
    let vault = moderation.vault.clone();
    let written = moderation.ledger.write(Actor::Person(person), move |tx| {
        commands::appeal(tx, &vault, person, new.sanction, &text)
    });
    let written = written.await?;
    let position = moderation.read_model.token(written.position);
    Ok(WriteResponse::created(AppealMade { id: written.value }, position))
}

/// Appeals against a sanction, once. Somebody else than who decided it decides. The bearer token is the `appeal_token`
/// of a refused sign-in.
#[utoipa::path(operation_id = "appeal", tag = "appeals", request_body = NewAppeal,
    responses((status = 201, body = AppealMade,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))), AppealProblems))]
#[post("/v1/appeals")]
pub(super) async fn appeal(
    appellant: Appellant,
    body: Json<NewAppeal>,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<AppealMade>, Problem> {
    make(&moderation, appellant.0, body.0).await
}

/// The same by a member who is signed in: whose inviting is frozen, or who is quarantined.
#[utoipa::path(operation_id = "appeal_signed_in", tag = "appeals", request_body = NewAppeal,
    responses((status = 201, body = AppealMade,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        AppealSignedInProblems))]
#[post("/v1/me/appeals")]
pub(super) async fn appeal_signed_in(
    caller: Caller,
    body: Json<NewAppeal>,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<AppealMade>, Problem> {
    make(&moderation, caller.person, body.0).await
}
