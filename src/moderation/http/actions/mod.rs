//! Actions on many people, one endpoint a file.

mod approve;
mod create;
mod list;
mod preview;
mod propose;
mod show;
mod undo;
mod withdraw;

use serde::Serialize;
use utoipa::ToSchema;

use super::Moderation;
use crate::{
    http::{Problem, Routes, WriteResponse},
    moderation::{
        ActionError, ActionState, ReasonCode, SanctionKind, Selection,
        queries::{ActionDetails, Figures},
        selection::{self, Chosen},
    },
    platform::{
        ledger::{Actor, Tx},
        store::{Conn, StoreError},
        terms::{ActionId, JobId, PersonId, PersonRow, Timestamp},
    },
};

pub(super) fn routes(config: &mut Routes) {
    config
        .service(create::create_action)
        .service(list::list_actions)
        .service(show::show_action)
        .service(preview::preview_action)
        .service(propose::propose_action)
        .service(approve::approve_action)
        .service(withdraw::withdraw_action)
        .service(undo::undo_action);
}

/// An action on many people.
#[derive(Debug, Serialize, ToSchema)]
struct ActionShown {
    /// Its public id.
    id: ActionId,
    /// Where it stands.
    state: ActionState,
    /// What it does to each.
    kind: SanctionKind,
    /// When the sanctions end by themselves; absent where they do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// Why, as a code.
    reason: ReasonCode,
    /// Why, in words. Owners and admins see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// On whom.
    selection: Selection,
    /// Who drafted it; null where it was the operator, at the command line.
    drafted_by: Option<PersonId>,
    /// When.
    drafted_at: Timestamp,
    /// Until when it may be approved.
    expires_at: Timestamp,
    /// Who approved it; absent before, null where it was the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<Option<PersonId>>,
    /// When it was approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_at: Option<Timestamp>,
    /// On how many people it is, since it was approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<i64>,
    /// The job that applies it: its outcomes tell what became of each person.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<JobId>,
    /// When it was applied to the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_at: Option<Timestamp>,
    /// When it was asked to be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    undo_at: Option<Timestamp>,
    /// Why, in words. Owners and admins see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    undo_note: Option<String>,
    /// The job that undoes it: its outcomes tell whose sanction was lifted, and about whom was decided since.
    #[serde(skip_serializing_if = "Option::is_none")]
    undo_job: Option<JobId>,
    /// When it was undone to the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    undone_at: Option<Timestamp>,
}

impl From<ActionDetails> for ActionShown {
    fn from(found: ActionDetails) -> Self {
        let action = found.action;
        Self {
            id: action.id,
            state: found.state,
            kind: action.kind,
            until: action.ends_at,
            reason: action.reason,
            note: found.note.map(|note| note.to_string()),
            selection: found.selection,
            drafted_by: found.drafted_by,
            drafted_at: action.drafted_at,
            expires_at: action.expires_at,
            approved_by: action.approved_at.map(|_| found.approved_by),
            approved_at: action.approved_at,
            people: action.people,
            job: action.job,
            applied_at: action.applied_at,
            undo_at: action.undo_at,
            undo_note: found.undo_note.map(|note| note.to_string()),
            undo_job: action.undo_job,
            undone_at: action.undone_at,
        }
    }
}

/// How many people a selection has, and how many of them are left out for what.
#[derive(Debug, Serialize, ToSchema)]
struct FiguresShown {
    /// How many are selected.
    selected: usize,
    /// On how many of them the action is.
    people: usize,
    /// Who is left out because they have a role.
    staff: usize,
    /// Whether whoever drafted it is selected and left out: 0 or 1.
    oneself: usize,
    /// Who is left out because they are under this sanction or a graver one.
    sanctioned: usize,
    /// Who is left out because they have left.
    left: usize,
    /// Who is left out by name.
    named: usize,
    /// Whether so many need a second admin.
    needs_second_admin: bool,
}

impl FiguresShown {
    fn of(figures: &Figures, above: u32) -> Self {
        Self {
            selected: figures.selected,
            people: figures.people,
            staff: figures.staff,
            oneself: figures.oneself,
            sanctioned: figures.sanctioned,
            left: figures.left,
            named: figures.named,
            needs_second_admin: figures.people > above as usize,
        }
    }
}

impl Moderation {
    /// One action, with its notes where they are `opened`.
    async fn action(&self, id: ActionId, opened: bool) -> Result<ActionDetails, ActionError> {
        let (vault, now) = (opened.then(|| self.vault.clone()), self.ledger.now());
        let read = move |conn: &mut Conn| super::super::queries::action(conn, vault.as_ref(), id, now);
        let found: Option<ActionDetails> = self.ledger.store().read(read).await?;
        found.ok_or(ActionError::Unknown)
    }

    /// Whom an action would be on now, from memory.
    async fn chosen(&self, action: &ActionDetails) -> Result<Vec<Chosen>, ActionError> {
        if action.action.approved_at.is_some() {
            return Err(ActionError::NotNow);
        }
        let (graph, roster) = (std::sync::Arc::clone(&self.graph), std::sync::Arc::clone(&self.roster));
        let (selection, kind) = (action.selection.clone(), action.action.kind);
        let by = action.action.drafted_by;
        // A walk over many people: not on a thread that serves requests.
        let walked = tokio::task::spawn_blocking(move || selection::choose(&graph, &roster, &selection, kind, by));
        let walked = walked.await.map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(walked?)
    }

    /// Does something to an action, and shows it as it is then.
    async fn on_action<F>(&self, by: PersonRow, id: ActionId, deed: F) -> Result<WriteResponse<ActionShown>, Problem>
    where
        F: Fn(&mut Tx<'_>) -> Result<(), ActionError> + Send + Sync + 'static,
    {
        let written = self.ledger.write(Actor::Person(by), deed).await?;
        let position = self.read_model.settle(written.position).await;
        Ok(WriteResponse::ok(self.action(id, true).await?.into(), position))
    }
}
