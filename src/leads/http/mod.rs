//! The routes of leads.

mod dismiss;
mod list;
mod show;

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Lead, LeadError, LeadKind, LeadState};
use crate::{
    http::{Caller, Problem, ProblemKind, Routes},
    people::Handle,
    platform::{
        ledger::{Ledger, ReadModel},
        terms::{LeadId, PersonId, Role, Standing, Timestamp},
        vault::Vault,
    },
};

/// Registers the routes.
pub fn routes(config: &mut Routes) {
    config
        .service(list::list_leads)
        .service(show::show_lead)
        .service(dismiss::dismiss_lead);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Leads {
    /// Where leads are read and written.
    pub ledger: Ledger,
    /// How far memory has come.
    pub read_model: ReadModel,
    /// Seals and opens reasons.
    pub vault: Vault,
}

impl Leads {
    /// The vault for those who may read why a lead was dismissed.
    fn opens(&self, caller: &Caller) -> Option<Vault> {
        matches!(caller.role, Role::Owner | Role::Admin).then(|| self.vault.clone())
    }
}

/// Whom a lead is about.
#[derive(Serialize, ToSchema)]
struct LeadPerson {
    /// Their public id.
    id: PersonId,
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    handle: Option<Handle>,
    /// Where they stand.
    standing: Standing,
}

/// Who is worth a look, and why. Nothing follows from it by itself.
#[derive(Serialize, ToSchema)]
struct LeadView {
    /// Its id.
    id: LeadId,
    /// What it goes by.
    kind: LeadKind,
    /// `open`, `dismissed`, or `past` where it is no longer found.
    state: LeadState,
    /// About whom.
    person: LeadPerson,
    /// By what leads of a kind are ordered: more is stronger. Between kinds it says nothing.
    strength: f64,
    /// From when on people came in by way of them, for the kind `exposure`.
    since: Option<Timestamp>,
    /// The figures that it was found by; which ones there are depends on the kind.
    figures: BTreeMap<String, f64>,
    /// What was found, in words.
    explanation: String,
    /// When it was found first.
    first_seen_at: Timestamp,
    /// When it was found last.
    last_seen_at: Timestamp,
    /// When it was dismissed last. It may be open again since, because clearly more speaks for it.
    dismissed_at: Option<Timestamp>,
    /// Who dismissed it; none where the command line did.
    dismissed_by: Option<PersonId>,
    /// Why, in words, for admins.
    reason: Option<String>,
}

impl From<Lead> for LeadView {
    fn from(lead: Lead) -> Self {
        Self {
            id: lead.id,
            kind: lead.kind,
            state: lead.state,
            person: LeadPerson {
                id: lead.person.id,
                handle: lead.person.handle,
                standing: lead.standing,
            },
            strength: lead.strength,
            since: lead.since,
            figures: lead.figures,
            explanation: lead.explanation,
            first_seen_at: lead.first_seen_at,
            last_seen_at: lead.last_seen_at,
            dismissed_at: lead.dismissed_at,
            dismissed_by: lead.dismissed_by,
            reason: lead.reason,
        }
    }
}

impl From<LeadError> for Problem {
    fn from(error: LeadError) -> Self {
        match error {
            LeadError::Unknown => Self::new(ProblemKind::NotFound),
            LeadError::NotOpen => Self::new(ProblemKind::LeadNotOpen),
            LeadError::Store(error) => error.into(),
        }
    }
}
