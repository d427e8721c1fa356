//! Actions on many: drafted, proposed, approved, undone. What is then done about each is done by jobs:
//! [`super::super::carry_out`].

use super::acting;
use crate::{
    moderation::{
        ActionError, ReasonCode, SanctionKind,
        carry_out::{self, Target},
        records::actions::{self as records, ActionRow, NewActionRow},
        rules,
        selection::{Chosen, Selection},
    },
    people,
    platform::{
        idempotency::{self, Key},
        jobs::{self, CancelError},
        ledger::{Event, Tx, events},
        store::StoreError,
        terms::{ActionId, Id, JobId, PersonRow, Reason, Timestamp},
        vault::{DataKey, Vault},
    },
    policy::Current,
    rooms,
};

/// An action that is to be drafted.
#[derive(Debug, Clone, Copy)]
pub struct NewAction<'a> {
    /// Its public id, chosen by the caller.
    pub id: ActionId,
    /// What it does to each.
    pub kind: SanctionKind,
    /// When the sanctions end by themselves, where they do.
    pub until: Option<Timestamp>,
    /// Why, as a code that the ledger records.
    pub reason: ReasonCode,
    /// Why, in words. They are sealed under a key of the action's own.
    pub note: &'a Reason,
    /// On whom.
    pub selection: &'a Selection,
}

/// Drafts an action: nothing happens to anybody. A request with the same idempotency key gets the first one's.
///
/// # Errors
/// [`ActionError`]; nothing is changed then.
pub fn draft(tx: &mut Tx<'_>, vault: &Vault, key: &Key, new: &NewAction<'_>) -> Result<ActionRow, ActionError> {
    idempotency::once(
        tx,
        key,
        new.id,
        |tx| {
            acting(tx)?;
            rules::may_end(new.kind, new.until, tx.now)?;
            new.selection.check()?;
            let (subject_id, key) = vault.new_subject(tx)?;
            let note = key.seal_note(new.note, tx.rng)?;
            let selection = serde_json::to_string(new.selection).map_err(unreadable)?;
            let row = NewActionRow {
                uid: new.id,
                kind: new.kind,
                reason: new.reason,
                ends_at: new.until,
                subject_id,
                note_sealed: &note.sealed,
                note: &note.commitment,
                selection: &selection,
                drafted_by: tx.actor().person(),
                drafted_at: tx.now,
                expires_at: tx.now.after(rules::DRAFT_LASTS),
            };
            records::insert_action(tx.conn, &row)?;
            find(tx, new.id)
        },
        find,
    )
}

fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Internal(format!("an action's selection: {error}"))
}

fn find(tx: &mut Tx<'_>, id: ActionId) -> Result<ActionRow, ActionError> {
    records::action(tx.conn, id)?.ok_or(ActionError::Unknown)
}

/// Whom an action is meant to be on.
///
/// # Errors
/// [`StoreError::Internal`] where it cannot be read.
pub fn selection_of(action: &ActionRow) -> Result<Selection, StoreError> {
    serde_json::from_str(&action.selection).map_err(unreadable)
}

/// Proposes a draft to the other admins.
///
/// # Errors
/// [`ActionError`]; nothing is changed then.
pub fn propose(tx: &mut Tx<'_>, id: ActionId) -> Result<ActionRow, ActionError> {
    acting(tx)?;
    find(tx, id)?;
    let action = records::propose(tx.conn, id, tx.now)?.ok_or(ActionError::NotNow)?;
    tx.record(Event::ActionProposed(events::ActionProposed {
        action: id,
        kind: action.kind,
        reason: action.reason,
        note: action.note.clone(),
    }));
    Ok(action)
}

/// Withdraws an action that is not approved.
///
/// # Errors
/// [`ActionError`]; nothing is changed then.
pub fn withdraw(tx: &mut Tx<'_>, id: ActionId) -> Result<ActionRow, ActionError> {
    acting(tx)?;
    find(tx, id)?;
    let action = records::withdraw(tx.conn, id, tx.now)?.ok_or(ActionError::NotNow)?;
    tx.record(Event::ActionWithdrawn(events::ActionWithdrawn { action: id }));
    Ok(action)
}

/// Approves an action on everybody of `chosen` whom it does not leave out, as its selection was read from memory just
/// now. From the commit on, they are marked: they stand as the sanction says before each has one. The rows of each follow
/// by a job, first of those who sit in rooms, whose seats end here already.
///
/// Whom it is on is fixed with this: whoever comes in later is not meant.
///
/// # Errors
/// [`ActionError`]; nothing is changed then.
pub fn approve(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Current,
    id: ActionId,
    chosen: &[Chosen],
) -> Result<ActionRow, ActionError> {
    let action = find(tx, id)?;
    acting(tx)?;
    let by = tx.actor().person();
    let mut on: Vec<Target> = Vec::with_capacity(chosen.len());
    on.extend(chosen.iter().filter(|one| one.left_out.is_none()).map(|one| Target {
        row: one.row,
        id: one.id,
    }));
    let above = policy.in_force(tx.conn)?.policy.moderation.second_admin_above;
    let below = match (action.drafted_by, by) {
        (Some(proposer), Some(approver)) => proposer != approver && people::is_above(tx.conn, proposer, approver)?,
        _ => false,
    };
    rules::may_approve(on.len(), above, action.drafted_by == by, below)?;
    if let Some(proposer) = action.drafted_by {
        let proposer = people::member(tx.conn, proposer)?;
        let proposer = proposer.ok_or_else(|| StoreError::Internal("nobody drafted an action".into()))?;
        rules::may_act(rules::Authority::Member(&proposer)).map_err(|_| ActionError::ProposerGone)?;
    }
    rules::may_end(action.kind, action.ends_at, tx.now)?;
    if on.is_empty() {
        return Err(ActionError::Nobody);
    }
    let job: JobId = Id::new(tx.now, tx.rng);
    let people = on.len() as i64;
    let action = records::approve(tx.conn, id, by, people, job, tx.now)?.ok_or(ActionError::NotNow)?;
    let standing = rules::standing_of(action.kind);
    let rows: Vec<PersonRow> = on.iter().map(|target| target.row).collect();
    people::mark(tx.conn, id, standing, &rows)?;
    let mut seated = rooms::seated(tx.conn)?;
    seated.retain(|person| rows.binary_search(person).is_ok());
    seated.sort_unstable();
    on.sort_by_key(|target| (seated.binary_search(&target.row).is_err(), target.row));
    carry_out::submit_apply(tx, vault, &action, job, &on)?;
    if !standing.may_sign_in() {
        rooms::end_all_of(tx, &seated)?;
    } else if !standing.may_speak() {
        rooms::silence(tx, &seated)?;
    }
    tx.record(Event::ActionApproved(events::ActionApproved {
        action: id,
        kind: action.kind,
        until: action.ends_at,
        reason: action.reason,
        note: action.note.clone(),
        people: people as u64,
        job,
    }));
    Ok(action)
}

/// Has a whole action undone: what of it is not yet applied never is, and each of its sanctions that is still in force
/// is lifted by a job. What was decided by hand since stays.
///
/// # Errors
/// [`ActionError`]; nothing is changed then.
pub fn undo(tx: &mut Tx<'_>, vault: &Vault, id: ActionId, note: &Reason) -> Result<ActionRow, ActionError> {
    acting(tx)?;
    let before = find(tx, id)?;
    let job = before.job.ok_or(ActionError::NotNow)?;
    // The job first, as its last step does: two of these never wait for each other.
    match jobs::cancel(tx, job) {
        Ok(_) | Err(CancelError::Done | CancelError::Unknown) => {}
        Err(CancelError::Store(error)) => return Err(error.into()),
    }
    let note = key_of(tx, vault, &before)?.seal_note(note, tx.rng)?;
    let by = tx.actor().person();
    // Nothing more of it is applied.
    records::applied(tx.conn, id, tx.now)?;
    people::unmark(tx.conn, id)?;
    let action = records::undo(tx.conn, id, by, &note.sealed, tx.now)?.ok_or(ActionError::NotNow)?;
    tx.record(Event::ActionUndoing(events::ActionUndoing {
        action: id,
        note: note.commitment,
    }));
    Ok(action)
}

/// The key of an action's notes.
pub(in crate::moderation) fn key_of(tx: &mut Tx<'_>, vault: &Vault, action: &ActionRow) -> Result<DataKey, StoreError> {
    Ok(vault.key(tx.conn, action.subject_id)?)
}
