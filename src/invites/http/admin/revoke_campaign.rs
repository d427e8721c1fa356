//! Takes every invite of a campaign back.

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Invites;
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, WriteResponse, problems},
    invites::{ChangeError, Label, campaign},
    platform::{
        idempotency::Asker,
        ledger::{Actor, events::RevokeReason},
        terms::{Id, JobId},
    },
};

/// Which invites are taken back, and why.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RevokeCampaignBody {
    /// What the invites are counted under.
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,39}$", max_length = 40)]
    campaign: String,
    /// Why, as a code that the ledger records.
    reason: RevokeReason,
}

/// A job that was asked for.
#[derive(Serialize, ToSchema)]
struct RevocationAccepted {
    /// The job: `GET /v1/admin/jobs/{id}` tells how far it is, and `/outcomes` what became of each invite.
    job: JobId,
}

problems!(RevokeCampaignProblems: InvalidField, InvalidValue);

/// Takes back every invite of a campaign that stands, by a job that begins within two seconds: up to 100 000, the
/// oldest first. Whoever gave them keeps their standing and their other invites.
#[utoipa::path(operation_id = "revoke_invites", tag = "invites", request_body = RevokeCampaignBody,
    params(IdempotencyKey),
    responses((status = 202, description = "The job is queued.", body = RevocationAccepted), RevokeCampaignProblems))]
#[post("/v1/admin/invites/revoke")]
pub(super) async fn revoke_campaign(
    caller: Caller,
    body: Json<RevokeCampaignBody>,
    key: IdempotencyKey,
    invites: Data<Invites>,
) -> Result<WriteResponse<RevocationAccepted>, Problem> {
    let key = key.bind(Asker::Member(caller.id), "revoke_invites", &body.0)?;
    let campaign: Label = body.0.campaign.parse().map_err(|error| {
        let error: crate::invites::NoLabel = error;
        Problem::field("/campaign", error.to_string())
    })?;
    let (ledger, vault, reason) = (&invites.ledger, invites.vault.clone(), body.0.reason);
    let id: JobId = Id::new(ledger.now(), ledger.rng());
    let write = ledger.write(Actor::Person(caller.person), move |tx| {
        campaign::revoke_campaign(tx, &vault, &key, id, &campaign, reason)
    });
    let written = write.await.map_err(|error| match error {
        ChangeError::Unknown => Problem::value("/campaign", "No invite that stands is counted under this."),
        error => error.into(),
    })?;
    Ok(WriteResponse::accepted(
        RevocationAccepted { job: written.value },
        invites.read_model.token(written.position),
    ))
}
