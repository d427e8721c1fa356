//! The last step: a newcomer chooses a password and is a member.

use std::sync::Arc;

use actix_web::{post, web::Data};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{FlowView, Onboarding, opens};
use crate::{
    http::{Bearer, IdempotencyKey, Json, Problem, ProblemKind, Segments, WriteResponse},
    notify::EmailAddress,
    onboarding::{Flow, Progress, StepError, admit, ask_reviewer, by_id, read_progress},
    people,
    platform::{
        idempotency::{Asker, Key, Outcome},
        ledger::{Actor, Committed, Position},
        store::StoreError,
        terms::{FlowId, Id, SessionId},
        vault::{Field, VaultError},
    },
    policy::{Step, Versioned, demands, is_reserved},
    tokens::{self, Granted, Session, SignInError},
};

/// The last step.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    /// At least 15 characters; common ones are refused (NIST SP 800-63B-4).
    #[schema(value_type = String)]
    password: SecretString,
    /// A handle, shown to those whom one invites and to admins; never one's real name.
    #[serde(default)]
    handle: Option<String>,
}

/// A new member, signed in.
#[derive(Serialize, ToSchema)]
struct AdmittedView {
    #[serde(flatten)]
    view: FlowView,
    /// Their first session.
    session: Granted,
}

/// Whoever chooses a password, as they stand before that.
struct Arrived {
    flow: Flow,
    progress: Progress,
    /// The address that they have proved.
    address: Option<EmailAddress>,
    /// What their idempotency key was used for before.
    earlier: Option<Outcome>,
}

/// Choose a password, and be a member: the held use becomes a use, and the edge is written. Where a reviewer has
/// to look at the name and document first, the answer is `review-needed`, and the step is taken after that.
#[utoipa::path(operation_id = "give_password", tag = "onboarding", request_body = PasswordBody,
    params(("flow" = FlowId, Path, description = "The flow."), IdempotencyKey),
    responses((status = 201, body = AdmittedView)))]
#[post("/v1/onboarding/{flow}/password")]
pub(super) async fn choose(
    flow: Segments<FlowId>,
    bearer: Bearer,
    body: Json<PasswordBody>,
    key: IdempotencyKey,
    onboarding: Data<Onboarding>,
) -> Result<WriteResponse<AdmittedView>, Problem> {
    let policy = onboarding.policy.get()?;
    let PasswordBody { password, handle } = body.0;
    // Without the password: whether a repetition has the same one, its hash says.
    let once = key.bind(Asker::Newcomer(flow.0), "give_password", &handle)?;
    let arrived = onboarding.arrived(flow.0, &bearer, &policy, &once).await?;
    let (session, position) = match arrived.earlier {
        Some(turn) => onboarding.again(turn, &arrived, password).await?,
        None => match onboarding
            .join(&arrived, &policy, once, password.clone(), handle)
            .await?
        {
            Committed {
                value: Ok(session),
                position,
            } => (session, position),
            Committed { value: Err(turn), .. } => onboarding.again(turn, &arrived, password).await?,
        },
    };
    let position = onboarding.read_model.settle(position).await;
    let granted = onboarding.sign_in.tokens().grant(&session)?;
    // As a look at the flow would say now: the hold has become a use, and its person is a member.
    let view = FlowView {
        flow: arrived.flow.id,
        state: "member",
        next: None,
        asks: demands(&policy.policy).collect(),
        documents: policy.policy.join.documents.clone(),
        contact_hint: arrived.address.map(|address| address.masked()),
        expires_at: arrived.flow.expires_at,
        person: Some(session.holder.id),
    };
    Ok(WriteResponse::created(
        AdmittedView { view, session: granted },
        position,
    ))
}

impl Onboarding {
    /// Whoever the token lets choose a password, and where they stand: a refusal that is certain already
    /// costs no hash.
    async fn arrived(
        &self,
        id: FlowId,
        bearer: &Bearer,
        policy: &Arc<Versioned>,
        once: &Key,
    ) -> Result<Arrived, Problem> {
        let bearer = Bearer(bearer.0.clone());
        let (vault, now, rules, once) = (self.vault.clone(), self.ledger.now(), Arc::clone(policy), once.clone());
        let read = self.ledger.store().read(move |conn| {
            let Some(flow) = by_id(conn, id)?.filter(|flow| opens(&vault, flow, &bearer)) else {
                return Ok(None);
            };
            let progress = read_progress(conn, &rules.policy, &flow, now)?;
            let address = match &flow.address {
                Some((_, sealed)) => {
                    let kept = vault.key(conn, flow.subject)?.open_text(Field::Contact, sealed)?;
                    EmailAddress::parse(&kept).ok()
                }
                None => None,
            };
            let earlier = once.earlier(conn, now)?;
            Ok::<_, VaultError>(Some(Arrived {
                flow,
                progress,
                address,
                earlier,
            }))
        });
        read.await
            .map_err(StoreError::from)?
            .ok_or_else(|| ProblemKind::FlowUnknown.into())
    }

    /// Makes a member of whoever's turn it is, and starts their first session; what came of the key where
    /// the same request was faster.
    async fn join(
        &self,
        arrived: &Arrived,
        policy: &Arc<Versioned>,
        once: Key,
        password: SecretString,
        handle: Option<String>,
    ) -> Result<Committed<Result<Session, Outcome>>, Problem> {
        match arrived.progress {
            Progress::Next(Step::Credentials) => {}
            Progress::Next(_) => return Err(ProblemKind::StepOutOfOrder.into()),
            Progress::Lapsed => return Err(ProblemKind::HoldExpired.into()),
            Progress::Member | Progress::Refused | Progress::Ended => return Err(ProblemKind::FlowEnded.into()),
        }
        let handle = handle
            .map(|handle| people::handle(&handle))
            .transpose()
            .map_err(|error| Problem::value("/handle", error.to_string()))?;
        if handle
            .as_ref()
            .is_some_and(|handle| is_reserved(&policy.policy, handle))
        {
            let detail = "This handle could be taken for one of those who run the community; choose another one.";
            return Err(Problem::value("/handle", detail));
        }
        // The password may not be made of any of these.
        let mut context = vec![policy.policy.community.name.to_string()];
        context.extend(handle.clone());
        context.extend(arrived.address.as_ref().map(|address| address.kept().to_owned()));
        let phc = self.hasher.choose(password, context).await?;
        let (id, rules, lifetime) = (
            arrived.flow.id,
            Arc::clone(policy),
            self.sign_in.tokens().session_lifetime(),
        );
        let (vault, again) = (self.vault.clone(), (self.vault.clone(), Arc::clone(policy)));
        let written = self
            .ledger
            .write(Actor::Newcomer, move |tx| {
                let session: SessionId = Id::new(tx.now, tx.rng);
                match once.claim(tx, session)? {
                    Outcome::First => {}
                    turn => return Ok(Err(turn)),
                }
                let member = admit(tx, &vault, &rules.policy, id, Some(&phc), handle)?;
                let started = tokens::start_as(tx, session, member.row, lifetime)?;
                started.map(Ok).ok_or(StepError::Ended)
            })
            .await;
        if let Err(StepError::NeedsReview) = written {
            // Nothing was kept of the step, not even its key: it is taken again when the reviewer has looked.
            let (vault, rules) = again;
            self.ledger
                .write(Actor::Newcomer, move |tx| ask_reviewer(tx, &vault, &rules.policy, id))
                .await?;
        }
        Ok(written?)
    }

    /// The session of the answer that was given before under the same key, for as long as that answer's refresh
    /// token is the newest. The flow's token is no sign-in: the password is asked for as at any other, and a
    /// wrong one counted as there.
    async fn again(
        &self,
        turn: Outcome,
        arrived: &Arrived,
        password: SecretString,
    ) -> Result<(Session, Option<Position>), Problem> {
        let (Outcome::Again(session), Some(address)) = (turn, &arrived.address) else {
            return Err(ProblemKind::IdempotencyKeyReused.into());
        };
        let session = Id::from_uuid(Uuid::from_bytes(session));
        let resumed = self.sign_in.resume(address, password, session);
        let written = resumed.await.map_err(|error| match error {
            SignInError::Wrong => ProblemKind::IdempotencyKeyReused.into(),
            SignInError::Refreshed => ProblemKind::FlowEnded.into(),
            error => Problem::from(error),
        })?;
        Ok((written.value, written.position))
    }
}
