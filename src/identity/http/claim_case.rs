//! `POST /v1/admin/cases/{id}/claim`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CaseView, Cases, reason};
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, Segments, WriteResponse, problems},
    identity::{Claimed, Country, DocumentKind, commands},
    platform::{
        idempotency::Asker,
        ledger::Actor,
        terms::{CaseId, Timestamp},
    },
};

/// Why you want to see the case.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClaim {
    /// In your own words. They are kept sealed, and the ledger records a commitment to them.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

/// What you are shown. The ledger records that you were.
#[derive(Serialize, ToSchema)]
struct ClaimView {
    /// The case. Your claim lasts until `claimed_until`.
    case: CaseView,
    /// The name that the newcomer gave.
    name: NameView,
    /// The document that should bear it.
    document: DocumentView,
    /// What else is known about the document. The newcomer is told nothing about it.
    known: KnownView,
}

/// What is known about a document, beside who gave it.
#[derive(Serialize, ToSchema)]
struct KnownView {
    /// How many members were admitted with it. Where they are as many as the policy allows, the case cannot be
    /// approved.
    members: usize,
    /// How many others have given it, at any time, without being admitted with it.
    others: i64,
    /// Whether a final refusal binds it. Then an admin has to lift the refusal before the case can be approved.
    refused: bool,
    /// How often newcomers with this document, this address or this invite were asked to give theirs again. These
    /// count as if they had been this newcomer.
    sent_back: i64,
}

/// A full name.
#[derive(Serialize, ToSchema)]
struct NameView {
    /// As it was entered.
    entered: String,
    /// As it is compared.
    normalised: String,
}

/// A document.
#[derive(Serialize, ToSchema)]
struct DocumentView {
    /// Who issued it.
    country: Country,
    /// What it is.
    kind: DocumentKind,
    /// Its number, normalised.
    number: String,
}

impl ClaimView {
    fn of(claimed: &Claimed, caller: &Caller, now: Timestamp) -> Self {
        let Claimed {
            case,
            name,
            document,
            known,
        } = claimed;
        Self {
            case: CaseView::of(case, None, caller, now),
            name: NameView {
                entered: name.expose_entered().to_owned(),
                normalised: name.expose_normalised().to_owned(),
            },
            document: DocumentView {
                country: document.country(),
                kind: document.kind(),
                number: document.expose_number().to_owned(),
            },
            known: KnownView {
                members: known.members,
                others: known.others,
                refused: known.refused,
                sent_back: known.sent_back,
            },
        }
    }
}

problems!(ClaimCaseProblems:
    InvalidValue, CaseDecided, CaseLapsed, CaseClaimed, ReviewConflict, ClaimsExhausted, NamesExhausted,
    StepOutOfOrder
);

/// Claim a case for 15 minutes, and see whom it is about.
///
/// No reviewer is shown a case of a newcomer whom they, their inviter or somebody whom they invited has invited. That
/// you looked is recorded in the ledger. The policy limits how many cases a reviewer has claimed at once, and how many
/// names they are shown in 24 hours; the owners are told about a reviewer who asks for more. Claiming a case again
/// extends the claim. A repeated request with the same idempotency key is shown the same while the claim lasts.
#[utoipa::path(operation_id = "claim_case", tag = "cases", request_body = NewClaim,
    params(("id" = CaseId, Path, description = "The case."), IdempotencyKey),
    responses((status = 200, body = ClaimView), ClaimCaseProblems))]
#[post("/v1/admin/cases/{id}/claim")]
pub(super) async fn claim_case(
    caller: Caller,
    id: Segments<CaseId>,
    body: Json<NewClaim>,
    key: IdempotencyKey,
    cases: Data<Cases>,
) -> Result<WriteResponse<ClaimView>, Problem> {
    let rules = cases.reviewing(&caller)?;
    let (id, body) = (id.0, body.0);
    let key = key.bind(Asker::Member(caller.id), "claim_case", &(id, &body))?;
    let reason = reason(&body.reason)?;
    let vault = cases.vault.clone();
    let written = cases
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::claim(tx, &vault, &rules.policy.review, &key, id, caller.person, &reason)
        })
        .await?;
    let view = ClaimView::of(&written.value, &caller, cases.ledger.now());
    Ok(WriteResponse::ok(view, cases.read_model.token(written.position)))
}
