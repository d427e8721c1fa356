//! The routes of sanctions, roles and assurance, one file each. What a request changed has taken effect in this
//! process when it is answered.

mod actions;
mod appeals;
mod change_role;
mod invitees;
mod lift_sanction;
mod list_sanctions;
mod lower_assurance;
mod problems;
mod reports;
mod sanction_people;
mod sanction_person;

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::{ReasonCode, SanctionKind, queries::SanctionDetails};
use crate::{
    graph::LiveGraph,
    http::{Problem, Routes},
    people::Roster,
    platform::{
        ledger::{Ledger, ReadModel},
        terms::{ActionId, PersonId, Reason, SanctionId, Timestamp},
        vault::Vault,
    },
    policy::Current,
};

/// Registers the routes. They need `Data<Moderation>` among the application's data.
pub fn routes(config: &mut Routes) {
    config
        .service(list_sanctions::list_sanctions)
        .service(sanction_person::sanction_person)
        .service(sanction_people::sanction_people)
        .service(lift_sanction::lift_sanction)
        .service(change_role::change_role)
        .service(lower_assurance::lower_assurance)
        .service(invitees::list_sanctioned_invitees)
        .configure(actions::routes)
        .configure(appeals::routes)
        .configure(reports::routes);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Moderation {
    /// Where sanctions are written.
    pub ledger: Ledger,
    /// What a write waits for.
    pub read_model: ReadModel,
    /// Seals and opens notes.
    pub vault: Vault,
    /// What the community demands.
    pub policy: Arc<Current>,
    /// Who let whom in.
    pub graph: Arc<LiveGraph>,
    /// Everybody's role and standing.
    pub roster: Arc<Roster>,
}

/// A sanction, in force or lifted.
#[derive(Debug, Serialize, ToSchema)]
struct SanctionShown {
    /// Its public id.
    id: SanctionId,
    /// What it does.
    kind: SanctionKind,
    /// When it ends by itself; absent where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// Why, as a code.
    reason: ReasonCode,
    /// Why, in words. Owners and admins see it, until the person is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// The action on many that it is a part of; absent where it was imposed by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<ActionId>,
    /// Since when.
    imposed_at: Timestamp,
    /// Who imposed it; null where it was the operator, at the command line.
    imposed_by: Option<PersonId>,
    /// When it was lifted, or ended by itself; absent while it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_at: Option<Timestamp>,
    /// Who lifted it; absent where it ended by itself, or the operator lifted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_by: Option<PersonId>,
    /// Why it was lifted, in words. Owners and admins see it, until the person is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    lift_note: Option<String>,
}

impl From<SanctionDetails> for SanctionShown {
    fn from(found: SanctionDetails) -> Self {
        Self {
            id: found.sanction.id,
            kind: found.sanction.kind,
            until: found.sanction.until,
            reason: found.sanction.reason,
            note: found.note.map(|note| note.to_string()),
            action: found.sanction.action,
            imposed_at: found.sanction.imposed_at,
            imposed_by: found.imposed_by,
            lifted_at: found.sanction.lifted_at,
            lifted_by: found.lifted_by,
            lift_note: found.lift_note.map(|note| note.to_string()),
        }
    }
}

fn read_note(entered: &str) -> Result<Reason, Problem> {
    Reason::parse(entered).map_err(|wrong| Problem::value("/note", wrong.to_string()))
}
