//! Every change that moderation makes. The actor of the transaction is who acts: [`Actor::Person`] within their
//! role, or [`Actor::Operator`]. Any other actor is refused.

mod actions;
mod appeals;
mod reports;

pub use actions::{NewAction, approve, draft, propose, selection_of, undo, withdraw};
pub use appeals::{appeal, claim as claim_appeal, decide as decide_appeal};
pub use reports::{close as close_reports, report, report_by_filter};

use super::{
    ActionError, AssuranceError, NotAllowed, ReasonCode, RoleError, RoleReason, Sanction, SanctionError, SanctionKind,
    records,
    rules::{self, Authority, LiftCause},
};
use crate::{
    people::{self, Member},
    platform::{
        idempotency::{self, Key},
        ledger::{
            Actor, Event, Lease, Tx,
            events::{self, SessionEnd},
        },
        store::StoreError,
        terms::{Assurance, PersonId, PersonRow, Reason, Role, SanctionId, Standing, Timestamp},
        vault::Vault,
    },
    policy::Current,
    rooms, tokens,
};

/// A sanction that is to be imposed.
#[derive(Debug, Clone, Copy)]
pub struct NewSanction<'a> {
    /// Its public id, chosen by the caller.
    pub id: SanctionId,
    /// What it does.
    pub kind: SanctionKind,
    /// When it ends by itself, where it does.
    pub until: Option<Timestamp>,
    /// Why, as a code that the ledger records.
    pub reason: ReasonCode,
    /// Why, in words. They are sealed.
    pub note: &'a Reason,
}

/// Imposes a sanction on `target`. A request with the same idempotency key gets the sanction of the first one.
///
/// One that puts a member out ends all their sessions and seats; with their standing, their invites are void. Whoever
/// is admitted by one of their invites stands before the sanction in the ledger, or is not admitted.
///
/// An owner may sanction an owner. At least one owner is left: whoever sanctions is in good standing, at the commit too,
/// and nobody sanctions themself. The operator may sanction any owner but the last one.
///
/// # Errors
/// [`SanctionError`]; nothing is changed then.
pub fn sanction(
    tx: &mut Tx<'_>,
    vault: &Vault,
    key: &Key,
    target: PersonId,
    new: &NewSanction<'_>,
) -> Result<Sanction, SanctionError> {
    let target = row_of(tx, target)?.ok_or(SanctionError::PersonUnknown)?;
    // Before anything is written, the idempotency key included: see `await_standing`.
    people::await_standing(tx.conn, target)?;
    idempotency::once(
        tx,
        key,
        new.id,
        |tx| impose(tx, vault, target, new),
        |tx, id| records::by_id(tx.conn, id)?.ok_or(SanctionError::Unknown),
    )
}

fn impose(tx: &mut Tx<'_>, vault: &Vault, target: PersonRow, new: &NewSanction<'_>) -> Result<Sanction, SanctionError> {
    let locked = lock(tx, target)?.ok_or(SanctionError::PersonUnknown)?;
    rules::may_sanction(locked.authority()?, &locked.target)?;
    rules::may_end(new.kind, new.until, tx.now)?;
    if rules::leaves_no_owner(&locked.target, locked.owners) {
        return Err(SanctionError::LastOwner);
    }
    let mut in_force = records::kinds_in_force(tx.conn, target)?;
    let before = locked.target.standing;
    if before == Standing::Left || in_force.contains(&new.kind) {
        return Err(SanctionError::Exists);
    }
    in_force.push(new.kind);
    let note = people::key_of(tx, vault, &locked.target)?.seal_note(new.note, tx.rng)?;
    let sanction = Sanction {
        id: new.id,
        person: target,
        kind: new.kind,
        reason: new.reason,
        imposed_at: tx.now,
        imposed_by: tx.actor().person(),
        until: new.until,
        lifted_at: None,
        lifted_by: None,
        action: None,
        note_sealed: Some(note.sealed),
        lift_note_sealed: None,
    };
    records::insert(tx.conn, &sanction)?;
    let standing = restand(tx, target, before, in_force)?;
    tx.record(match new.kind {
        SanctionKind::Ban => Event::PersonBanned(events::PersonBanned {
            sanction: sanction.id,
            person: target,
            reason: new.reason,
            note: note.commitment,
            until: new.until,
        }),
        kind => Event::PersonSanctioned(events::PersonSanctioned {
            sanction: sanction.id,
            person: target,
            kind,
            standing,
            until: new.until,
            reason: new.reason,
            note: Some(note.commitment),
            action: None,
        }),
    });
    put_out(tx, target, standing)?;
    Ok(sanction)
}

/// Writes where somebody stands on whom sanctions of these kinds are in force, whose row is locked.
fn restand(
    tx: &mut Tx<'_>,
    person: PersonRow,
    before: Standing,
    in_force: Vec<SanctionKind>,
) -> Result<Standing, StoreError> {
    let after = rules::standing(before, in_force);
    if after != before && !people::set_standing(tx.conn, person, before, after)? {
        let what = "a standing changed while its member was locked";
        return Err(StoreError::Internal(what.into()));
    }
    Ok(after)
}

/// Ends what somebody may not have who stands so: sessions and seats, or only the voice in rooms.
fn put_out(tx: &mut Tx<'_>, person: PersonRow, standing: Standing) -> Result<(), StoreError> {
    if !standing.may_sign_in() {
        tokens::end_all(tx, person, SessionEnd::Sanctioned)?;
        rooms::end_all(tx, person)?;
    } else if !standing.may_speak() {
        rooms::silence(tx, &[person])?;
    }
    Ok(())
}

/// Lifts a sanction: where no other is in force, the member is in good standing again, and their invites are valid
/// again. Their sessions stay ended. `note` says why in words. Whoever may sanction a person may lift a sanction of
/// theirs.
///
/// # Errors
/// [`SanctionError`]; nothing is changed then.
pub fn lift(
    tx: &mut Tx<'_>,
    vault: &Vault,
    target: PersonId,
    sanction: SanctionId,
    note: &Reason,
) -> Result<Sanction, SanctionError> {
    let target = row_of(tx, target)?.ok_or(SanctionError::PersonUnknown)?;
    // A sanction may have its event id before it waits here, and would stand before the lift that it comes after.
    people::await_standing(tx.conn, target)?;
    let locked = lock(tx, target)?.ok_or(SanctionError::PersonUnknown)?;
    rules::may_sanction(locked.authority()?, &locked.target)?;
    // Whoever has left under a sanction stays findable, and nothing is written about them any more.
    if locked.target.standing == Standing::Left {
        return Err(SanctionError::Unknown);
    }
    let note = people::key_of(tx, vault, &locked.target)?.seal_note(note, tx.rng)?;
    let by = tx.actor().person();
    let lifted = records::lift(tx.conn, sanction, target, by, Some(&note.sealed), tx.now)?;
    let lifted = lifted.ok_or(SanctionError::Unknown)?;
    let in_force = records::kinds_in_force(tx.conn, target)?;
    let standing = restand(tx, target, locked.target.standing, in_force)?;
    tx.record(match lifted.kind {
        SanctionKind::Ban => Event::BanLifted(events::BanLifted {
            sanction,
            person: target,
            note: note.commitment,
            standing: (standing != Standing::Active).then_some(standing),
        }),
        kind => Event::SanctionLifted(events::SanctionLifted {
            sanction,
            person: target,
            kind,
            standing,
            why: LiftCause::Lifted,
            note: Some(note.commitment),
            action: None,
        }),
    });
    Ok(lifted)
}

/// Lifts a sanction whose time is over, where it was not lifted meanwhile; false where the lease has passed on.
///
/// # Errors
/// [`StoreError`]
pub(super) fn expire(
    tx: &mut Tx<'_>,
    target: PersonRow,
    sanction: SanctionId,
    lease: &Lease,
) -> Result<bool, StoreError> {
    // Before anything is written, the lease included.
    people::await_standing(tx.conn, target)?;
    if !lease.holds(tx)? {
        return Ok(false);
    }
    let locked = lock(tx, target)?.ok_or_else(|| StoreError::Internal("a sanction is on nobody".into()))?;
    let Some(lifted) = records::lift(tx.conn, sanction, target, None, None, tx.now)? else {
        return Ok(true);
    };
    let in_force = records::kinds_in_force(tx.conn, target)?;
    let standing = restand(tx, target, locked.target.standing, in_force)?;
    tx.record(Event::SanctionLifted(events::SanctionLifted {
        sanction,
        person: target,
        kind: lifted.kind,
        standing,
        why: LiftCause::Expired,
        note: None,
        action: None,
    }));
    Ok(true)
}

/// Changes a member's role; false where they already have it.
///
/// # Errors
/// [`RoleError`]; nothing is changed then.
pub fn give_role(tx: &mut Tx<'_>, target: PersonId, role: Role, reason: RoleReason) -> Result<bool, RoleError> {
    let target = row_of(tx, target)?.ok_or(RoleError::PersonUnknown)?;
    let locked = lock(tx, target)?.ok_or(RoleError::PersonUnknown)?;
    let authority = locked.authority().map_err(rules::RoleRefusal::from)?;
    rules::may_give_role(authority, &locked.target, role, locked.owners)?;
    let mut member = locked.target;
    let changes = member.role != role;
    people::give_role(tx, &mut member, role, reason)?;
    Ok(changes)
}

/// Lowers a member's assurance: for example, their document turned out to be another person's. Where a room asks
/// for more than is left, they lose their seat. Whoever may ban a person may do this.
///
/// # Errors
/// [`AssuranceError`]; nothing is changed then.
pub fn lower_assurance(
    tx: &mut Tx<'_>,
    policy: &Current,
    target: PersonId,
    to: Assurance,
    reason: ReasonCode,
) -> Result<(), AssuranceError> {
    let target = row_of(tx, target)?.ok_or(AssuranceError::PersonUnknown)?;
    people::await_standing(tx.conn, target)?;
    let locked = lock(tx, target)?.ok_or(AssuranceError::PersonUnknown)?;
    rules::may_sanction(locked.authority()?, &locked.target)?;
    let before = locked.target.assurance;
    if before <= to {
        return Err(AssuranceError::NotHigher);
    }
    if !people::set_assurance(tx.conn, target, before, to, tx.now)? {
        return Err(StoreError::Internal("an assurance changed while its member was locked".into()).into());
    }
    tx.record(Event::AssuranceLowered(events::AssuranceLowered {
        person: target,
        before,
        after: to,
        reason,
    }));
    rooms::reconsider(tx, policy, target)?;
    Ok(())
}

/// Who acts and on whom; both rows are locked until the end of the transaction.
struct Locked {
    actor: Actor,
    /// The member who acts; none where the operator does.
    by: Option<Member>,
    target: Member,
    /// How many owners are in good standing.
    owners: usize,
}

impl Locked {
    fn authority(&self) -> Result<Authority<'_>, NotAllowed> {
        match (&self.by, self.actor) {
            (Some(member), _) => Ok(Authority::Member(member)),
            (None, Actor::Operator) => Ok(Authority::Operator),
            (None, _) => Err(NotAllowed),
        }
    }
}

/// Fails unless whoever acts may act on many.
fn acting(tx: &mut Tx<'_>) -> Result<(), ActionError> {
    match tx.actor() {
        Actor::Operator => Ok(()),
        Actor::Person(row) => {
            let locked = lock(tx, row)?.ok_or(NotAllowed)?;
            Ok(rules::may_act(locked.authority()?)?)
        }
        Actor::System | Actor::Newcomer => Err(NotAllowed.into()),
    }
}

/// None where the target is nobody.
fn lock(tx: &mut Tx<'_>, target: PersonRow) -> Result<Option<Locked>, StoreError> {
    let actor = tx.actor();
    let members = people::lock(tx.conn, actor.person().unwrap_or(target), target)?;
    let find = |row| members.iter().find(|member| member.row == row).cloned();
    let Some(target) = find(target) else { return Ok(None) };
    let by = match actor.person() {
        Some(row) => Some(find(row).ok_or_else(|| StoreError::Internal("somebody acts who is no member".into()))?),
        None => None,
    };
    let owners = members
        .iter()
        .filter(|member| member.role == Role::Owner && member.standing == Standing::Active)
        .count();
    Ok(Some(Locked {
        actor,
        by,
        target,
        owners,
    }))
}

/// Waits for whoever is being let in by an invite of `target`'s. To be called before anything is written.
pub(super) fn await_standing(tx: &mut Tx<'_>, target: PersonId) -> Result<(), StoreError> {
    match row_of(tx, target)? {
        Some(row) => Ok(people::await_standing(tx.conn, row)?),
        None => Ok(()),
    }
}

fn row_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<PersonRow>, StoreError> {
    Ok(people::member_by_id(tx.conn, person)?.map(|member| member.row))
}
