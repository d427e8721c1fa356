//! Invites everybody in a file.

use actix_web::{
    post,
    web::{self, Data},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::bulk::{self, BadFile},
    Invites,
};
use crate::{
    http::{Caller, Csv, IdempotencyKey, Problem, ProblemKind, WriteResponse, problems},
    platform::{
        idempotency::Asker,
        ledger::Actor,
        terms::{Id, JobId},
    },
};

/// A job that was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct BulkAccepted {
    /// The job: `GET /v1/admin/jobs/{id}` tells how far it is, `/outcomes` and `/report.csv` what became of each row.
    job: JobId,
    /// How many rows there are.
    #[schema(minimum = 1, maximum = 100_000)]
    rows: usize,
}

problems!(BulkInviteProblems: FileInvalid, UnsupportedMediaType, BodyTooLarge);

/// Invite everybody in a file, by a job.
///
/// The file is CSV (RFC 4180) in UTF-8, up to 100 000 rows and 16 MiB. Its header names `email` or `phone` or both, and may
/// name `locale`, `lifetime_hours`, `message` and `campaign`; a row has an address or a number. It is checked whole first: where a row is wrong, nobody is invited, and the refusal
/// names the rows. The job begins within two seconds. Whether the policy lets you invite is decided when it is a row's
/// turn; a refusal is the outcome of that row, and the job goes on.
#[utoipa::path(operation_id = "bulk_invite", tag = "invites",
    request_body(content = String, content_type = "text/csv",
        example = "email,locale,lifetime_hours\nann@example.org,en,72\n"),
    params(IdempotencyKey),
    responses((status = 202, description = "The job is queued.", body = BulkAccepted,
        headers(("Vouchsafe-Position" = String, description = "The ledger position of the change."))),
        BulkInviteProblems))]
#[post("/v1/admin/invites/bulk")]
pub(super) async fn invite_all(
    caller: Caller,
    file: Csv<{ bulk::MOST_BYTES }>,
    key: IdempotencyKey,
    invites: Data<Invites>,
) -> Result<WriteResponse<BulkAccepted>, Problem> {
    let key = key.bind(
        Asker::Member(caller.id),
        "bulk_invite",
        &String::from_utf8_lossy(&file.0),
    )?;
    let rows = web::block(move || bulk::read(&file.0))
        .await
        .map_err(Problem::internal)??;
    let many = rows.len();
    let (ledger, vault) = (&invites.ledger, invites.vault.clone());
    let id: JobId = Id::new(ledger.now(), ledger.rng());
    let written = ledger
        .write(Actor::Person(caller.person), move |tx| {
            bulk::invite_many(tx, &vault, &key, id, caller.id, &rows)
        })
        .await?;
    let accepted = BulkAccepted {
        job: written.value,
        rows: many,
    };
    Ok(WriteResponse::accepted(
        accepted,
        invites.read_model.token(written.position),
    ))
}

impl From<BadFile> for Problem {
    fn from(bad: BadFile) -> Self {
        let detail = match bad.bad {
            1 => "One row is wrong. Correct it and send the file again; nobody was invited.".to_owned(),
            many => format!("{many} rows are wrong. Correct them and send the file again; nobody was invited."),
        };
        Self::new(ProblemKind::FileInvalid)
            .with_detail(detail)
            .with_rows(bad.rows)
    }
}
