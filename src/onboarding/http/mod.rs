//! The steps of onboarding over HTTP, one file each.

mod abandon_onboarding;
mod give_contact;
mod give_identity;
mod give_password;
mod problems;
mod prove_contact;
mod show_onboarding;
mod start_onboarding;

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Flow, Limits, Progress,
    queries::{self, FlowDetails},
};
use crate::{
    credentials::Hasher,
    http::{Bearer, Problem, ProblemKind, Routes},
    platform::{
        ledger::{Ledger, ReadModel},
        terms::{FlowId, PersonId, Timestamp},
        vault::Vault,
    },
    policy::{self, ContactKind, Policy, Step, Versioned, demands},
    tokens::SignIn,
};

/// Registers the routes. They need `Data<Onboarding>` among the application's data.
pub fn routes(config: &mut Routes) {
    config
        .service(start_onboarding::start_onboarding)
        .service(show_onboarding::show_onboarding)
        .service(abandon_onboarding::abandon_onboarding)
        .service(give_contact::give_contact)
        .service(prove_contact::prove_contact)
        .service(give_identity::give_identity)
        .service(give_password::give_password);
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
    /// How often newcomers may try.
    pub limits: Limits,
}

/// How far a newcomer has come.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FlowState {
    /// They are on their way.
    InProgress,
    /// They are a member.
    Member,
    /// They were refused.
    Refused,
    /// They gave up.
    Ended,
    /// Its time is over; opening the invite again begins anew.
    Lapsed,
}

/// The progress of a newcomer.
#[derive(Serialize, ToSchema)]
struct FlowView {
    /// The flow. It may be an earlier one of the same newcomer: go on with the id given here.
    flow: FlowId,
    /// How far they have come.
    state: FlowState,
    /// The next step; null at the end. A reviewer does the step `review`.
    next: Option<Step>,
    /// All steps that are demanded, in order.
    asks: Vec<Step>,
    /// The kinds of document that are accepted where a real name is demanded.
    documents: Vec<String>,
    /// What the step `contact` takes.
    contact: ContactKind,
    /// The address or the number that a code was sent to, masked.
    contact_hint: Option<String>,
    /// Until when the use of the invite is reserved or, before the contact is proved, the flow is open.
    expires_at: Timestamp,
    /// The member that the newcomer became.
    person: Option<PersonId>,
}

impl FlowView {
    fn of(found: FlowDetails, policy: &Policy) -> Self {
        let (state, next) = match found.progress {
            Progress::Next(step) => (FlowState::InProgress, Some(step)),
            Progress::Member => (FlowState::Member, None),
            Progress::Refused => (FlowState::Refused, None),
            Progress::Ended => (FlowState::Ended, None),
            Progress::Lapsed => (FlowState::Lapsed, None),
        };
        Self {
            flow: found.flow.id,
            state,
            next,
            asks: demands(policy).collect(),
            documents: policy.join.documents.clone(),
            contact: found.takes,
            contact_hint: found.address.map(|address| address.masked()),
            expires_at: found.reserved_until.unwrap_or(found.flow.expires_at),
            person: found.person,
        }
    }
}

impl Onboarding {
    /// The flow that the request may act on: its token is the proof.
    async fn opened(&self, id: FlowId, bearer: Bearer) -> Result<(Flow, Arc<Versioned>), Problem> {
        let (policy, vault) = (self.policy.get()?, self.vault.clone());
        let read = self
            .ledger
            .store()
            .read(move |conn| queries::opened(conn, &vault, id, &bearer.0));
        let flow = read.await?.ok_or_else(|| Problem::new(ProblemKind::FlowUnknown))?;
        Ok((flow, policy))
    }

    async fn view(&self, id: FlowId, policy: &Arc<Versioned>) -> Result<FlowView, Problem> {
        let (vault, now, rules) = (self.vault.clone(), self.ledger.now(), Arc::clone(policy));
        let read = self
            .ledger
            .store()
            .read(move |conn| queries::details(conn, &vault, &rules.policy, id, now));
        let found = read.await?.ok_or_else(|| Problem::new(ProblemKind::FlowUnknown))?;
        Ok(FlowView::of(found, &policy.policy))
    }
}
