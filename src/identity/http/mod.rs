//! The routes of the reviewers' queue and of final refusals, one file each. The answer to a claim is the only one
//! that shows whom a case is about.

mod cases;
mod claim_case;
mod decide_case;
mod figures;
mod lift_refusal;
mod list_looks;
mod list_refusals;
mod problems;
mod release_case;
mod show_name;

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Case, CaseState, queries::RefusalDetails};
use crate::{
    http::{Caller, Problem, ProblemKind, Routes},
    platform::{
        ledger::{Ledger, ReadModel},
        terms::{CaseId, FlowId, PersonId, Reason, RefusalId, Timestamp},
        vault::Vault,
    },
    policy::{self, Versioned, may_review},
};

/// Registers the routes. They need `Data<Cases>` among the application's data.
pub fn routes(config: &mut Routes) {
    config
        .service(cases::list_cases)
        .service(figures::show_figures)
        .service(cases::show_case)
        .service(claim_case::claim_case)
        .service(decide_case::decide_case)
        .service(release_case::release_case)
        .service(show_name::show_name)
        .service(list_looks::list_looks)
        .service(list_refusals::list_refusals)
        .service(lift_refusal::lift_refusal);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Cases {
    /// Where decisions are written.
    pub ledger: Ledger,
    /// Whose token a write's answer carries.
    pub read_model: ReadModel,
    /// Opens what a claim shows.
    pub vault: Vault,
    /// Which roles may review.
    pub policy: Arc<policy::Current>,
}

impl Cases {
    /// The policy in force, where it lets this caller review. The table of rights admits every role that some
    /// policy could let review.
    fn reviewing(&self, caller: &Caller) -> Result<Arc<Versioned>, Problem> {
        let versioned = self.policy.get()?;
        if may_review(&versioned.policy, caller.role) {
            Ok(versioned)
        } else {
            Err(ProblemKind::Forbidden.into())
        }
    }
}

/// A case, without the person whom it is about.
#[derive(Serialize, ToSchema)]
struct CaseView {
    /// Its id.
    id: CaseId,
    /// The newcomer's onboarding flow.
    flow: FlowId,
    /// Its state.
    state: CaseState,
    /// When it was opened.
    opened_at: Timestamp,
    /// How long it has waited, or waited until it was decided or withdrawn, in whole seconds.
    age_seconds: u64,
    /// Until when it waits at most. Then the newcomer's registration ends, and the case is withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_until: Option<Timestamp>,
    /// Whether a reviewer has claimed it now.
    claimed: bool,
    /// Whether that reviewer is you.
    yours: bool,
    /// Until when their claim lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed_until: Option<Timestamp>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    /// Who decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<PersonId>,
}

impl CaseView {
    fn of(case: &Case, decided_by: Option<PersonId>, caller: &Caller, now: Timestamp) -> Self {
        let claim = case.claim_at(now);
        Self {
            id: case.id,
            flow: case.flow,
            state: case.state_at(now),
            opened_at: case.opened_at,
            age_seconds: case.age(now).as_secs(),
            waits_until: case.waits_until.filter(|_| case.state_at(now) == CaseState::Open),
            claimed: claim.is_some(),
            yours: claim.is_some_and(|(by, _)| by == caller.person),
            claimed_until: claim.map(|(_, until)| until),
            decided_at: case.decided_at,
            decided_by,
        }
    }
}

/// A reviewer's final refusal, without the person whom it is about.
#[derive(Serialize, ToSchema)]
struct RefusalView {
    /// Its id.
    id: RefusalId,
    /// The case that was refused.
    case: CaseId,
    /// When it was refused. From then on it binds the use of the invite, the address and the document.
    at: Timestamp,
    /// Who refused.
    refused_by: Option<PersonId>,
    /// Why, in the reviewer's words; null once the newcomer is erased.
    reason: Option<String>,
    /// When it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_at: Option<Timestamp>,
    /// Who lifted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_by: Option<PersonId>,
    /// Why it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    lift_reason: Option<String>,
}

impl From<RefusalDetails> for RefusalView {
    fn from(found: RefusalDetails) -> Self {
        Self {
            id: found.refusal.id,
            case: found.refusal.case,
            at: found.refusal.at,
            refused_by: found.refused_by,
            reason: found.reason.map(|words| words.to_string()),
            lifted_at: found.refusal.lifted_at,
            lifted_by: found.lifted_by,
            lift_reason: found.lift_reason.map(|words| words.to_string()),
        }
    }
}

fn reason(entered: &str) -> Result<Reason, Problem> {
    Reason::parse(entered).map_err(|wrong| Problem::value("/reason", wrong.to_string()))
}
