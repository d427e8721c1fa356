//! What an action does to each person, and its undoing: jobs, so many people at a time.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use serde::{Deserialize, Serialize};

use super::{
    LiftCause, ReasonCode, Sanction, SanctionKind,
    records::{self, Imposed, actions::ActionRow},
    rules,
    selection::{self, LeftOut},
};
use crate::{
    people,
    platform::{
        idempotency::Key,
        jobs::{self, Item, JobState, Order, Queued, SubmitError, Work},
        ledger::{
            Actor, Event, Lease, Ledger, Tx,
            events::{self, SessionEnd},
        },
        store::{Conn, StoreError},
        terms::{ActionId, Id, JobId, PersonId, PersonRow, SanctionId, Standing, Timestamp},
        vault::Vault,
    },
    rooms, tokens,
};

const APPLY: &str = "action";
const UNDO: &str = "action_undo";
/// People that share a transaction: a service beside it waits for no longer than these take.
const CHUNK: usize = 50;
/// People in a piece of what is to be done. It is read anew for each chunk.
const PIECE: usize = 500;

/// Somebody whom an action is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) row: PersonRow,
    pub(super) id: PersonId,
}

/// A piece of an action that is to be applied.
#[derive(Serialize, Deserialize)]
struct Apply {
    action: ActionId,
    kind: SanctionKind,
    until: Option<Timestamp>,
    reason: ReasonCode,
    people: Vec<Target>,
}

/// A piece of one that is to be undone.
#[derive(Serialize, Deserialize)]
struct Undo {
    action: ActionId,
    sanctions: Vec<Imposed>,
}

/// Asks for a job of these pieces. Whoever asks has made sure that it is asked for once.
fn submit(
    tx: &mut Tx<'_>,
    vault: &Vault,
    job: JobId,
    kind: &str,
    pieces: impl Iterator<Item = Result<Order, StoreError>>,
) -> Result<(), StoreError> {
    let pieces = pieces.collect::<Result<Vec<_>, _>>()?;
    let asked = jobs::submit(tx, vault, &Key::none(), job, kind, |_| Ok(pieces));
    match asked {
        Ok(_) => Ok(()),
        Err(SubmitError::Store(error)) => Err(error),
        Err(SubmitError::KeyReused(error)) => Err(StoreError::Internal(error.to_string())),
    }
}

/// Asks for the job that applies an action to these people, in this order.
pub(super) fn submit_apply(
    tx: &mut Tx<'_>,
    vault: &Vault,
    action: &ActionRow,
    job: JobId,
    people: &[Target],
) -> Result<(), StoreError> {
    let pieces = people.chunks(PIECE).map(|people| {
        let piece = Apply {
            action: action.id,
            kind: action.kind,
            until: action.ends_at,
            reason: action.reason,
            people: people.to_vec(),
        };
        Order::new(people.len(), &piece)
    });
    submit(tx, vault, job, APPLY, pieces)
}

/// Asks for the job that lifts these sanctions of an action.
pub(super) fn submit_undo(
    tx: &mut Tx<'_>,
    vault: &Vault,
    action: ActionId,
    job: JobId,
    sanctions: &[Imposed],
) -> Result<(), StoreError> {
    let pieces = sanctions.chunks(PIECE).map(|sanctions| {
        let piece = Undo {
            action,
            sanctions: sanctions.to_vec(),
        };
        Order::new(sanctions.len(), &piece)
    });
    submit(tx, vault, job, UNDO, pieces)
}

fn read<'a, T: Deserialize<'a>>(order: &'a [u8]) -> Result<T, StoreError> {
    serde_json::from_slice(order).map_err(|error| StoreError::Internal(format!("a job cannot be read: {error}")))
}

/// Applies actions.
pub struct ApplyAction;

impl Work for ApplyAction {
    fn kind(&self) -> &'static str {
        APPLY
    }
    fn chunk(&self) -> usize {
        CHUNK
    }
    fn open(&self, order: &[u8]) -> Result<Box<dyn Queued>, StoreError> {
        Ok(Box::new(read::<Apply>(order)?))
    }
}

/// Undoes them.
pub struct UndoAction;

impl Work for UndoAction {
    fn kind(&self) -> &'static str {
        UNDO
    }
    fn chunk(&self) -> usize {
        CHUNK
    }
    fn open(&self, order: &[u8]) -> Result<Box<dyn Queued>, StoreError> {
        Ok(Box::new(read::<Undo>(order)?))
    }
}

fn one(items: Option<Vec<Item>>) -> Result<Item, StoreError> {
    let only = items.and_then(|mut items| items.pop());
    only.ok_or_else(|| StoreError::Internal("a job has more steps than items".into()))
}

impl Queued for Apply {
    fn name(&self, place: usize) -> String {
        self.people
            .get(place)
            .map(|target| target.id.to_string())
            .unwrap_or_default()
    }

    fn prepare(&self, tx: &mut Tx<'_>, place: usize) -> Result<(), StoreError> {
        match self.people.get(place) {
            Some(target) => Ok(people::await_standing(tx.conn, target.row)?),
            None => Ok(()),
        }
    }

    fn together(&self, tx: &mut Tx<'_>, places: Range<usize>) -> Result<Option<Vec<Item>>, StoreError> {
        let targets = self.people.get(places).unwrap_or_default();
        let rows: Vec<PersonRow> = targets.iter().map(|target| target.row).collect();
        let members = people::lock_many(tx.conn, &rows)?;
        let mut in_force = records::kinds_of(tx.conn, &rows)?;
        let (mut items, mut moves, mut done) = (Vec::with_capacity(rows.len()), Moves::default(), Vec::new());
        for &person in &rows {
            let Some(member) = members.get(&person) else {
                items.push(outcome(person, "unknown"));
                continue;
            };
            let kinds = in_force.entry(person).or_default();
            let left_out = match selection::left_out(member.role, member.standing, self.kind, false) {
                None if kinds.contains(&self.kind) => Some(LeftOut::Sanctioned),
                left_out => left_out,
            };
            if let Some(why) = left_out {
                items.push(outcome(person, why.as_str()));
                continue;
            }
            kinds.push(self.kind);
            let standing = rules::standing(member.standing, kinds.iter().copied());
            let sanction = Sanction {
                id: Id::new(tx.now, tx.rng),
                person,
                kind: self.kind,
                reason: self.reason,
                imposed_at: tx.now,
                imposed_by: tx.actor().person(),
                until: self.until,
                lifted_at: None,
                lifted_by: None,
                action: Some(self.action),
                note_sealed: None,
                lift_note_sealed: None,
            };
            records::insert(tx.conn, &sanction)?;
            moves.add(member.standing, standing, person);
            done.push(person);
            tx.record(Event::PersonSanctioned(events::PersonSanctioned {
                sanction: sanction.id,
                person,
                kind: self.kind,
                standing,
                until: self.until,
                reason: self.reason,
                note: None,
                action: Some(self.action),
            }));
            items.push(outcome(person, "sanctioned"));
        }
        moves.write(tx)?;
        people::clear_marks(tx.conn, self.action, &done)?;
        let standing = rules::standing_of(self.kind);
        if !standing.may_sign_in() {
            tokens::end_all_of(tx, &done, SessionEnd::Sanctioned)?;
            rooms::end_all_of(tx, &done)?;
        } else if !standing.may_speak() {
            rooms::silence(tx, &done)?;
        }
        Ok(Some(items))
    }

    fn item(&self, tx: &mut Tx<'_>, place: usize) -> Result<Item, StoreError> {
        one(self.together(tx, place..place + 1)?)
    }

    fn end(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        is_applied(tx, self.action)
    }
}

/// Takes what is left of an action's marks away, and notes that it is applied.
fn is_applied(tx: &mut Tx<'_>, action: ActionId) -> Result<(), StoreError> {
    people::unmark(tx.conn, action)?;
    if records::actions::applied(tx.conn, action, tx.now)? {
        tx.record(Event::ActionApplied(events::ActionApplied { action }));
    }
    Ok(())
}

fn is_undone(tx: &mut Tx<'_>, action: ActionId) -> Result<(), StoreError> {
    if records::actions::undone(tx.conn, action, tx.now)? {
        tx.record(Event::ActionUndone(events::ActionUndone { action }));
    }
    Ok(())
}

impl Queued for Undo {
    fn name(&self, place: usize) -> String {
        self.sanctions
            .get(place)
            .map(|one| one.person.to_string())
            .unwrap_or_default()
    }

    fn prepare(&self, tx: &mut Tx<'_>, place: usize) -> Result<(), StoreError> {
        match self.sanctions.get(place) {
            Some(one) => Ok(people::await_standing(tx.conn, one.row)?),
            None => Ok(()),
        }
    }

    fn together(&self, tx: &mut Tx<'_>, places: Range<usize>) -> Result<Option<Vec<Item>>, StoreError> {
        let sanctions = self.sanctions.get(places).unwrap_or_default();
        let rows: Vec<PersonRow> = sanctions.iter().map(|one| one.row).collect();
        let members = people::lock_many(tx.conn, &rows)?;
        let by = tx.actor().person();
        let mut lifted: HashMap<PersonRow, SanctionId> = HashMap::with_capacity(rows.len());
        let mut kind = None;
        let ids: Vec<SanctionId> = sanctions.iter().map(|one| one.sanction).collect();
        let upheld = records::appeals::upheld(tx.conn, &ids)?;
        for one in sanctions {
            // Somebody has decided by hand that it stays.
            if upheld.contains(&one.sanction) {
                continue;
            }
            // What of it is no longer in force, somebody has decided by hand, or its time was over.
            if let Some(sanction) = records::lift(tx.conn, one.sanction, one.row, by, None, tx.now)? {
                kind = Some(sanction.kind);
                lifted.insert(one.row, one.sanction);
            }
        }
        let in_force = records::kinds_of(tx.conn, &rows)?;
        let (mut items, mut moves) = (Vec::with_capacity(rows.len()), Moves::default());
        for &person in &rows {
            let (Some(member), Some(&sanction), Some(kind)) = (members.get(&person), lifted.get(&person), kind) else {
                items.push(outcome(person, "decided_since"));
                continue;
            };
            let kinds = in_force.get(&person).into_iter().flatten().copied();
            let standing = rules::standing(member.standing, kinds);
            moves.add(member.standing, standing, person);
            tx.record(Event::SanctionLifted(events::SanctionLifted {
                sanction,
                person,
                kind,
                standing,
                why: LiftCause::Undone,
                note: None,
                action: Some(self.action),
            }));
            items.push(outcome(person, "lifted"));
        }
        moves.write(tx)?;
        Ok(Some(items))
    }

    fn item(&self, tx: &mut Tx<'_>, place: usize) -> Result<Item, StoreError> {
        one(self.together(tx, place..place + 1)?)
    }

    fn end(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        is_undone(tx, self.action)
    }
}

fn outcome(person: PersonRow, outcome: &'static str) -> Item {
    Item {
        person: Some(person),
        outcome,
    }
}

/// Whose standing changes, by from what to what.
#[derive(Default)]
struct Moves(BTreeMap<(Standing, Standing), Vec<PersonRow>>);

impl Moves {
    fn add(&mut self, before: Standing, after: Standing, person: PersonRow) {
        if before != after {
            self.0.entry((before, after)).or_default().push(person);
        }
    }

    fn write(self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        for ((before, after), people) in self.0 {
            if people::set_standings(tx.conn, &people, before, after)? != people.len() {
                let what = "a standing changed while its member was locked";
                return Err(StoreError::Internal(what.into()));
            }
        }
        Ok(())
    }
}

/// Brings actions on where nobody else does: gives those that are to be undone their job, and notes the end of those whose
/// job was cancelled.
pub(super) async fn settle(ledger: &Ledger, vault: &Vault, owner: &str) -> Result<(), StoreError> {
    let under_way = ledger
        .store()
        .read(|conn: &mut Conn| {
            let mut found = Vec::new();
            for action in records::actions::under_way(conn)? {
                let job = if action.undo_at.is_some() {
                    action.undo_job
                } else {
                    action.job
                };
                let ended = match job {
                    Some(job) => jobs::by_id(conn, job)?.is_none_or(|job| job.state() != JobState::Open),
                    None => false,
                };
                if ended || action.undo_at.is_some() && action.undo_job.is_none() {
                    found.push(action);
                }
            }
            Ok::<_, StoreError>(found)
        })
        .await?;
    if under_way.is_empty() {
        return Ok(());
    }
    let Some(lease) = Lease::take(ledger, super::expiry::LEASE, owner).await? else {
        return Ok(());
    };
    for action in under_way {
        let (lease, vault, id) = (lease.clone(), vault.clone(), action.id);
        if action.undo_at.is_none() || action.undo_job.is_some() {
            // Its job was cancelled.
            let undoing = action.undo_at.is_some();
            let noted = ledger.write(Actor::System, move |tx| match lease.holds(tx)? {
                false => Ok(()),
                true if undoing => is_undone(tx, id),
                true => is_applied(tx, id),
            });
            noted.await?;
            continue;
        }
        let imposed = ledger
            .store()
            .read(move |conn: &mut Conn| Ok::<_, StoreError>(records::imposed(conn, id)?))
            .await?;
        let by = action.undo_by.map_or(Actor::Operator, Actor::Person);
        let begun = ledger.write(by, move |tx| {
            if !lease.holds(tx)? {
                return Ok(());
            }
            if imposed.is_empty() {
                return is_undone(tx, id);
            }
            let job = Id::new(tx.now, tx.rng);
            if records::actions::undo_by_job(tx.conn, id, job)? {
                submit_undo(tx, &vault, id, job, &imposed)?;
            }
            Ok::<_, StoreError>(())
        });
        begun.await?;
    }
    Ok(())
}
