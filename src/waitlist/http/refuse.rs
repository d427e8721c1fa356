//! `POST /v1/admin/waitlist/applications/{application}/refuse`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Waitlist;
use crate::{
    http::{Caller, Json, Problem, Segments, WriteResponse, problems},
    platform::{
        ledger::Actor,
        terms::{ApplicationId, Reason, Timestamp},
    },
    waitlist::{State, commands},
};

/// Why somebody is refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefuseBody {
    /// Why, in words. They are kept sealed, and shown to admins where the same address asks again.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

/// An application that was refused.
#[derive(Serialize, ToSchema)]
struct RefusedView {
    /// Which.
    id: ApplicationId,
    /// `refused`.
    state: State,
    /// When.
    decided_at: Option<Timestamp>,
}

problems!(RefuseApplicationProblems: InvalidValue, ApplicationUnknown, ApplicationOver);

/// Refuse somebody who waits. What they said is erased, and they are told only that they were refused. The same address may
/// ask again; admins then see that it was refused, when and why.
#[utoipa::path(operation_id = "refuse_application", tag = "waitlist", request_body = RefuseBody,
    params(("application" = ApplicationId, Path, description = "The application.")),
    responses((status = 200, body = RefusedView), RefuseApplicationProblems))]
#[post("/v1/admin/waitlist/applications/{application}/refuse")]
pub(super) async fn refuse(
    application: Segments<ApplicationId>,
    body: Json<RefuseBody>,
    caller: Caller,
    waitlist: Data<Waitlist>,
) -> Result<WriteResponse<RefusedView>, Problem> {
    let reason = Reason::parse(&body.0.reason).map_err(|wrong| Problem::value("/reason", wrong.to_string()))?;
    let (vault, id) = (waitlist.vault.clone(), application.0);
    let written = waitlist
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::refuse(tx, &vault, id, &reason)
        })
        .await?;
    let view = RefusedView {
        id,
        state: written.value.state,
        decided_at: written.value.decided_at,
    };
    Ok(WriteResponse::ok(view, waitlist.read_model.token(written.position)))
}
