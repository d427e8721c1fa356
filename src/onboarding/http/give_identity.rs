//! `POST /v1/onboarding/{flow}/identity`

use std::sync::Arc;

use actix_web::{post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{FlowView, Onboarding};
use crate::{
    http::{Bearer, IdempotencyKey, Json, Problem, ProblemKind, Segments, WriteResponse, problems},
    identity::{Country, CountryError, Document, DocumentKind, FullName},
    onboarding::commands,
    platform::{
        idempotency::Asker,
        ledger::Actor,
        terms::{FlowId, Timestamp},
    },
    policy::Policy,
};

/// A real name and a document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentityBody {
    /// The full name as printed in the document, in any script.
    #[schema(value_type = String)]
    full_name: SecretString,
    /// The document.
    document: DocumentBody,
}

/// An identity document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DocumentBody {
    /// The country that issued it: ISO 3166-1, alpha-2 or alpha-3, or the code printed in the passport.
    #[schema(example = "CN")]
    country: String,
    /// The kind of document.
    kind: DocumentKind,
    /// Its number.
    #[schema(value_type = String)]
    number: SecretString,
}

impl IdentityBody {
    /// The name and the document, where the policy accepts its kind and both have the right form.
    fn parse(self, policy: &Policy, now: Timestamp) -> Result<(FullName, Document), Problem> {
        let Self { full_name, document } = self;
        let accepted = &policy.join.documents;
        if !accepted.iter().any(|kind| kind == document.kind.as_str()) {
            let detail = format!("Give one of these documents: {}.", accepted.join(", "));
            return Err(Problem::from(ProblemKind::DocumentInvalid)
                .at("/document/kind")
                .with_detail(detail));
        }
        let name = FullName::parse(full_name.expose_secret()).map_err(|error| {
            Problem::from(ProblemKind::NameInvalid)
                .at("/full_name")
                .with_detail(error.to_string())
        })?;
        let country: Country = document
            .country
            .parse()
            .map_err(|error: CountryError| Problem::value("/document/country", error.to_string()))?;
        let document =
            Document::parse(country, document.kind, document.number.expose_secret(), now.date()).map_err(|error| {
                Problem::from(ProblemKind::DocumentInvalid)
                    .at("/document/number")
                    .with_detail(error.to_string())
            })?;
        Ok((name, document))
    }
}

problems!(GiveIdentityProblems:
    FlowUnknown, InvalidValue, NameInvalid, DocumentInvalid, StepOutOfOrder, FlowEnded, HoldExpired,
    CountryNotAccepted, RegistrationRefused
);

/// Give your real name and document. They are sealed at once. Where the policy demands a review, a reviewer is asked.
/// The answer does not tell whether another person has given the same document.
#[utoipa::path(operation_id = "give_identity", tag = "onboarding", request_body = IdentityBody,
    params(("flow" = FlowId, Path, description = "The flow."), IdempotencyKey), responses((status = 200, body = FlowView),
        GiveIdentityProblems))]
#[post("/v1/onboarding/{flow}/identity")]
pub(super) async fn give_identity(
    flow: Segments<FlowId>,
    bearer: Bearer,
    body: Json<IdentityBody>,
    key: IdempotencyKey,
    onboarding: Data<Onboarding>,
) -> Result<WriteResponse<FlowView>, Problem> {
    let (flow, policy) = onboarding.opened(flow.0, bearer).await?;
    let (name, document) = body.0.parse(&policy.policy, onboarding.ledger.now())?;
    let numbered = document.canonical();
    let given = (numbered.as_slice(), name.expose_entered());
    let key = key.bind(Asker::Newcomer(flow.id), "give_identity", &given)?;
    let (vault, rules, id) = (onboarding.vault.clone(), Arc::clone(&policy), flow.id);
    let written = onboarding
        .ledger
        .write(Actor::Newcomer, move |tx| {
            commands::give_identity(tx, &vault, &rules.policy, &key, id, &name, &document)
        })
        .await?;
    let view = onboarding.view(id, &policy).await?;
    Ok(WriteResponse::ok(view, onboarding.read_model.token(written.position)))
}
