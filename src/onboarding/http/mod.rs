//! Onboarding over HTTP: one sub-resource for each step.

mod password;

use std::sync::Arc;

use actix_web::{delete, get, post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Flow, Progress, ProofError, StepError, abandon, by_id, count_code, flow_token, give_contact, give_identity,
    prove_contact, read_progress, start, token_blind,
};
use crate::{
    credentials::Hasher,
    http::{Bearer, IdempotencyKey, Json, Problem, ProblemKind, Segments, WriteResponse},
    identity::{Country, CountryError, Document, DocumentKind, FullName, SubmitError},
    invites::{self, Code},
    notify::{EmailAddress, Locale},
    people,
    platform::{
        idempotency::{self, Asker},
        ledger::{Actor, Ledger, ReadModel, Tx, events::Release},
        store::{StoreError, throttle::Rate},
        terms::{FlowId, Id, PersonId, Timestamp, typed},
        vault::{Blind, Field, Vault},
    },
    policy::{self, Step, Versioned, demands},
    tokens::SignIn,
};

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(begin)
        .service(show)
        .service(give_up)
        .service(contact)
        .service(proof)
        .service(name)
        .service(password::choose);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Onboarding {
    /// Where flows are written.
    pub ledger: Ledger,
    /// Where a new member must be seen before they are told.
    pub read_model: ReadModel,
    /// Seals what a newcomer says of themself.
    pub vault: Vault,
    /// What the community demands.
    pub policy: Arc<policy::Current>,
    /// Hashes passwords, so many at once.
    pub hasher: Hasher,
    /// Signs a new member in.
    pub sign_in: SignIn,
    /// Wrong one-time codes, over all that are good, before a new one must be asked for.
    pub proof_attempts: u32,
    /// One-time codes that may be sent to one address.
    pub codes_per_address: Rate,
    /// One-time codes that may be sent in an hour by one invite, beside those for each of its uses.
    pub codes_per_invite: u32,
    /// Flows that may be begun by an invite, for each of its uses.
    pub flows_per_use: Rate,
}

/// The invite that somebody comes in by.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BeginBody {
    /// The invite's code, or the link that holds it; case, dashes and spaces are forgiven.
    code: String,
    /// The language for mails, a BCP 47 tag; the invite's where nothing is said.
    #[serde(default)]
    #[schema(pattern = "^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*([.@].*)?$", max_length = 35)]
    locale: Option<String>,
}

/// Where a newcomer stands.
#[derive(Serialize, ToSchema)]
struct FlowView {
    /// The flow. It may be an earlier one of the same newcomer: go on with the id given here.
    flow: FlowId,
    /// `in_progress`, `member`, `refused`, `ended` or `lapsed`.
    state: &'static str,
    /// What is to be done next; none at the end. `review` is done by a reviewer.
    next: Option<Step>,
    /// Everything that is asked, in order.
    asks: Vec<Step>,
    /// Which documents are accepted where a real name is asked for.
    documents: Vec<String>,
    /// The address that a code was sent to, masked.
    contact_hint: Option<String>,
    /// Until when the place is held or, before the contact is proved, the flow is open.
    expires_at: Timestamp,
    /// The member that the newcomer has become.
    person: Option<PersonId>,
}

/// A flow that was just opened.
#[derive(Serialize, ToSchema)]
struct BegunView {
    /// Shown as bearer token at each of its steps: `Authorization: Bearer vsf_…`.
    flow_token: String,
    #[serde(flatten)]
    view: FlowView,
}

impl From<StepError> for Problem {
    fn from(error: StepError) -> Self {
        match error {
            StepError::UnknownInvite => ProblemKind::InviteUnknown.into(),
            StepError::Closed(closed) => closed.into(),
            StepError::OutOfOrder => ProblemKind::StepOutOfOrder.into(),
            StepError::Ended => ProblemKind::FlowEnded.into(),
            StepError::HoldExpired => ProblemKind::HoldExpired.into(),
            StepError::Submit(SubmitError::Store(error)) | StepError::Store(error) => error.into(),
            StepError::Submit(refusal @ SubmitError::Waiting) => {
                Self::from(ProblemKind::StepOutOfOrder).with_detail(refusal.to_string())
            }
            StepError::Submit(refusal) => Self::from(ProblemKind::RegistrationRefused).with_detail(refusal.to_string()),
            StepError::KeyReused(reused) => reused.into(),
            StepError::HandleTaken => Self::value("/handle", "The handle is taken; choose another one."),
            StepError::Member => ProblemKind::PersonLimitReached.into(),
            StepError::Refused => ProblemKind::RegistrationRefused.into(),
            StepError::NeedsReview => ProblemKind::ReviewNeeded.into(),
            StepError::TooMany(seconds) => Self::from(ProblemKind::TooManyRequests).retry_after(seconds),
        }
    }
}

impl From<ProofError> for Problem {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Step(error) => error.into(),
            ProofError::AnotherAddress => Self::from(ProblemKind::ContactMismatch).at("/email"),
            ProofError::NoAddress => Self::value("/email", "Give the e-mail address that you want to prove."),
            ProofError::Wrong => Self::from(ProblemKind::ProofWrong).at("/code"),
            ProofError::Stale => Self::from(ProblemKind::ProofStale).at("/code"),
            ProofError::Locked => Self::from(ProblemKind::ProofLocked)
                .with_detail("Ask for a new code by giving the contact again.")
                .retry_after(1),
            ProofError::TooManyCodes(seconds) | ProofError::Mailed(seconds) | ProofError::Guessed(seconds) => {
                Self::from(ProblemKind::TooManyRequests).retry_after(seconds)
            }
        }
    }
}

impl Onboarding {
    /// The flow that the request may act on: the token is the proof. Whoever guesses an id learns
    /// nothing, not even that it exists.
    async fn opened(&self, id: FlowId, bearer: &Bearer) -> Result<(Flow, Arc<Versioned>), Problem> {
        let policy = self.policy.get()?;
        let flow = self
            .ledger
            .store()
            .read(move |conn| Ok::<_, StoreError>(by_id(conn, id)?))
            .await?;
        match flow {
            Some(flow) if opens(&self.vault, &flow, bearer) => Ok((flow, policy)),
            _ => Err(ProblemKind::FlowUnknown.into()),
        }
    }

    async fn view(&self, id: FlowId, policy: &Arc<Versioned>) -> Result<FlowView, Problem> {
        let (vault, now, rules) = (self.vault.clone(), self.ledger.now(), Arc::clone(policy));
        let found = self.ledger.store().read(move |conn| {
            let Some(flow) = by_id(conn, id)? else { return Ok(None) };
            let progress = read_progress(conn, &rules.policy, &flow, now)?;
            let held_until = invites::held_until(conn, flow.id)?;
            let hint = flow.address.as_ref().and_then(|(_, sealed)| {
                let kept = vault
                    .key(conn, flow.subject)
                    .ok()?
                    .open_text(Field::Contact, sealed)
                    .ok()?;
                EmailAddress::parse(&kept).ok().map(|address| address.masked())
            });
            let person = match flow.person {
                Some(row) => people::member(conn, row)?.map(|member| member.id),
                None => None,
            };
            Ok::<_, StoreError>(Some((flow, progress, held_until, hint, person)))
        });
        let (flow, progress, held_until, contact_hint, person) =
            found.await?.ok_or_else(|| Problem::new(ProblemKind::FlowUnknown))?;
        let (state, next) = match progress {
            Progress::Next(step) => ("in_progress", Some(step)),
            Progress::Member => ("member", None),
            Progress::Refused => ("refused", None),
            Progress::Ended => ("ended", None),
            Progress::Lapsed => ("lapsed", None),
        };
        Ok(FlowView {
            flow: flow.id,
            state,
            next,
            asks: demands(&policy.policy).collect(),
            documents: policy.policy.join.documents.clone(),
            contact_hint,
            expires_at: held_until.unwrap_or(flow.expires_at),
            person,
        })
    }
}

/// Whether the token opens the flow.
fn opens(vault: &Vault, flow: &Flow, bearer: &Bearer) -> bool {
    let shown = token_blind(vault, flow.id, &bearer.0);
    flow.token_hash.ct_eq(shown.as_slice()).into()
}

/// Begin to come in by an invite. Nothing is used up.
///
/// Whoever got no answer begins again. An `Idempotency-Key` is not looked at here: whoever begins has proved
/// nothing yet that would tell one newcomer from another, and the answer opens the flow.
#[utoipa::path(operation_id = "start_onboarding", tag = "onboarding", request_body = BeginBody,
    responses((status = 201, body = BegunView)))]
#[post("/v1/onboarding")]
async fn begin(body: Json<BeginBody>, onboarding: Data<Onboarding>) -> Result<WriteResponse<BegunView>, Problem> {
    let code = Code::parse(&body.0.code).ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
    let locale = body.0.locale.as_deref().map(Locale::parse).transpose();
    let locale = locale.map_err(|error| Problem::field("/locale", error.to_string()))?;
    let policy = onboarding.policy.get()?;
    let id: FlowId = Id::new(onboarding.ledger.now(), onboarding.ledger.rng());
    let (vault, flows) = (onboarding.vault.clone(), onboarding.flows_per_use);
    let written = onboarding
        .ledger
        .write(Actor::Newcomer, move |tx| -> Result<(), StepError> {
            let flow = start(tx, &vault, &code, id, locale)?;
            let invite = invites::by_row(tx.conn, flow.invite_row)?;
            let bucket = [b"flows/".as_slice(), invite.id.as_bytes()].concat();
            let rate = flows.times(u32::try_from(invite.max_uses).unwrap_or(u32::MAX));
            let bucket = vault.blind(Blind::Throttle, &bucket);
            Ok(tx.throttles.admit(tx.conn, &bucket, rate, tx.now)?)
        })
        .await?;
    let view = onboarding.view(id, &policy).await?;
    let flow_token = flow_token(&onboarding.vault, id).expose_secret().to_owned();
    Ok(WriteResponse::created(
        BegunView { flow_token, view },
        onboarding.read_model.token(written.position),
    ))
}

/// Where one stands, and what is next.
#[utoipa::path(operation_id = "show_onboarding", tag = "onboarding",
    params(("flow" = FlowId, Path, description = "The flow.")), responses((status = 200, body = FlowView)))]
#[get("/v1/onboarding/{flow}")]
async fn show(flow: Segments<FlowId>, bearer: Bearer, onboarding: Data<Onboarding>) -> Result<Json<FlowView>, Problem> {
    let (flow, policy) = onboarding.opened(flow.0, &bearer).await?;
    Ok(Json(onboarding.view(flow.id, &policy).await?))
}

/// Give up. A use that was held is free again.
#[utoipa::path(operation_id = "abandon_onboarding", tag = "onboarding",
    params(("flow" = FlowId, Path, description = "The flow.")),
    responses((status = 204, description = "It is over, or was already.")))]
#[delete("/v1/onboarding/{flow}")]
async fn give_up(
    flow: Segments<FlowId>,
    bearer: Bearer,
    onboarding: Data<Onboarding>,
) -> Result<WriteResponse<()>, Problem> {
    let (flow, _) = onboarding.opened(flow.0, &bearer).await?;
    let written = onboarding
        .ledger
        .write(Actor::Newcomer, move |tx| abandon(tx, &flow, Release::Abandoned))
        .await?;
    Ok(WriteResponse::nothing(onboarding.read_model.token(written.position)))
}

/// The address to be proved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContactBody {
    /// An e-mail address. Of an addressed invite it must be that one, and may be left out.
    #[serde(default)]
    #[schema(format = Email)]
    email: Option<String>,
}

/// Name the address to be proved; a one-time code is mailed to it. Doing so again sends a new code;
/// the two before it stay good for their time, if they went to the same address.
#[utoipa::path(operation_id = "give_contact", tag = "onboarding", request_body = ContactBody,
    params(("flow" = FlowId, Path, description = "The flow.")), responses((status = 200, body = FlowView)))]
#[post("/v1/onboarding/{flow}/contact")]
async fn contact(
    flow: Segments<FlowId>,
    bearer: Bearer,
    body: Json<ContactBody>,
    onboarding: Data<Onboarding>,
) -> Result<WriteResponse<FlowView>, Problem> {
    let (flow, policy) = onboarding.opened(flow.0, &bearer).await?;
    let address = body
        .0
        .email
        .map(|email| EmailAddress::parse(&email))
        .transpose()
        .map_err(|error| Problem::value("/email", error.to_string()))?;
    let (vault, rules, id) = (onboarding.vault.clone(), Arc::clone(&policy), flow.id);
    let (codes, attempts) = (onboarding.codes_per_address, i64::from(onboarding.proof_attempts));
    let per_invite = onboarding.codes_per_invite;
    let written = onboarding
        .ledger
        .write(Actor::Newcomer, move |tx| {
            give_contact(tx, &vault, &rules.policy, id, address, codes, attempts)?;
            count_code(tx, &vault, id, per_invite)
        })
        .await?;
    let view = onboarding.view(id, &policy).await?;
    Ok(WriteResponse::ok(view, onboarding.read_model.token(written.position)))
}

/// A one-time code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProofBody {
    /// The six digits that were mailed.
    #[schema(value_type = String)]
    code: SecretString,
}

/// Prove the address. From now on one use of the invite is held. Somebody who had come this far
/// before goes on where they were: mind the flow in the answer.
#[utoipa::path(operation_id = "prove_contact", tag = "onboarding", request_body = ProofBody,
    params(("flow" = FlowId, Path, description = "The flow.")), responses((status = 200, body = FlowView)))]
#[post("/v1/onboarding/{flow}/contact/proof")]
async fn proof(
    flow: Segments<FlowId>,
    bearer: Bearer,
    body: Json<ProofBody>,
    onboarding: Data<Onboarding>,
) -> Result<WriteResponse<FlowView>, Problem> {
    let (flow, policy) = onboarding.opened(flow.0, &bearer).await?;
    let (vault, rules, id) = (onboarding.vault.clone(), Arc::clone(&policy), flow.id);
    let attempts = i64::from(onboarding.proof_attempts);
    let code = typed::bare(body.0.code.expose_secret());
    let written = onboarding
        .ledger
        .write(Actor::Newcomer, move |tx| {
            prove_contact(tx, &vault, &rules.policy, id, &code, attempts)
        })
        .await?;
    let view = onboarding.view(written.value.id, &policy).await?;
    Ok(WriteResponse::ok(view, onboarding.read_model.token(written.position)))
}

/// Who somebody is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentityBody {
    /// The full name as it stands in the document, in any script.
    #[schema(value_type = String)]
    full_name: SecretString,
    /// The document.
    document: DocumentBody,
}

/// An identity document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DocumentBody {
    /// The country that issued it: ISO 3166-1, alpha-2 or alpha-3, or the code that stands in the passport.
    #[schema(example = "CN")]
    country: String,
    /// What it is.
    kind: DocumentKind,
    /// Its number.
    #[schema(value_type = String)]
    number: SecretString,
}

/// Give one's real name and document. They are sealed at once; where the policy wants a person's
/// eye, a reviewer is asked. The answer says nothing of whether anybody else has given the same document.
#[utoipa::path(operation_id = "give_identity", tag = "onboarding", request_body = IdentityBody,
    params(("flow" = FlowId, Path, description = "The flow."), IdempotencyKey), responses((status = 200, body = FlowView)))]
#[post("/v1/onboarding/{flow}/identity")]
async fn name(
    flow: Segments<FlowId>,
    bearer: Bearer,
    body: Json<IdentityBody>,
    key: IdempotencyKey,
    onboarding: Data<Onboarding>,
) -> Result<WriteResponse<FlowView>, Problem> {
    let (flow, policy) = onboarding.opened(flow.0, &bearer).await?;
    let IdentityBody { full_name, document } = body.0;
    if !policy
        .policy
        .join
        .documents
        .iter()
        .any(|kind| kind == document.kind.as_str())
    {
        let detail = format!(
            "Give one of these documents: {}.",
            policy.policy.join.documents.join(", ")
        );
        return Err(Problem::from(ProblemKind::DocumentInvalid)
            .at("/document/kind")
            .with_detail(detail));
    }
    let full_name = FullName::parse(full_name.expose_secret()).map_err(|error| {
        Problem::from(ProblemKind::NameInvalid)
            .at("/full_name")
            .with_detail(error.to_string())
    })?;
    let country: Country = document
        .country
        .parse()
        .map_err(|error: CountryError| Problem::value("/document/country", error.to_string()))?;
    let document = Document::parse(
        country,
        document.kind,
        document.number.expose_secret(),
        onboarding.ledger.now().date(),
    )
    .map_err(|error| {
        Problem::from(ProblemKind::DocumentInvalid)
            .at("/document/number")
            .with_detail(error.to_string())
    })?;
    let numbered = document.canonical();
    let given = (numbered.as_slice(), full_name.expose_entered());
    let once = key.bind(Asker::Newcomer(flow.id), "give_identity", &given)?;
    let (vault, rules, id) = (onboarding.vault.clone(), Arc::clone(&policy), flow.id);
    let written = onboarding
        .ledger
        .write(Actor::Newcomer, move |tx| {
            let give = |tx: &mut Tx<'_>| give_identity(tx, &vault, &rules.policy, id, &full_name, &document);
            idempotency::once(tx, &once, id, give, |_, _| Ok(()))
        })
        .await?;
    let view = onboarding.view(id, &policy).await?;
    Ok(WriteResponse::ok(view, onboarding.read_model.token(written.position)))
}
