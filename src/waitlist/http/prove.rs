//! `POST /v1/waitlist/me/proof`

use actix_web::{post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PlaceView, Waitlist};
use crate::{
    http::{Bearer, Json, Problem, WriteResponse, problems},
    platform::{ledger::Actor, terms::typed},
    waitlist::{WaitError, commands, queries},
};

/// A one-time code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WaitlistProofBody {
    /// The six digits that were sent.
    #[schema(value_type = String)]
    code: SecretString,
}

problems!(ProvePlaceProblems:
    ApplicationUnknown, ApplicationOver, StepOutOfOrder, ProofWrong, ProofStale, ProofLocked, PersonLimitReached,
    RegistrationRefused, WaitlistClosed, WaitlistFull
);

/// Prove the contact. From then on they wait. Whose contact waits already keeps the place that it has: the answer is the
/// earlier application, which this token opens from then on.
#[utoipa::path(operation_id = "prove_place", tag = "waitlist", request_body = WaitlistProofBody,
    responses((status = 200, body = PlaceView), ProvePlaceProblems))]
#[post("/v1/waitlist/me/proof")]
pub(super) async fn prove(
    bearer: Bearer,
    body: Json<WaitlistProofBody>,
    waitlist: Data<Waitlist>,
) -> Result<WriteResponse<PlaceView>, Problem> {
    let code = typed::bare(body.0.code.expose_secret());
    let (policy, vault, limits) = (waitlist.policy.get()?, waitlist.vault.clone(), waitlist.limits);
    let written = waitlist
        .ledger
        .write(Actor::Newcomer, move |tx| {
            let proved = commands::prove(tx, &vault, &policy.policy, &limits, &bearer.0, &code)?;
            Ok::<_, WaitError>(queries::place(tx.conn, proved)?)
        })
        .await?;
    let view = written.value.into();
    Ok(WriteResponse::ok(view, waitlist.read_model.token(written.position)))
}
