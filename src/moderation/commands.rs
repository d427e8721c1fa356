//! Every change that moderation makes. The actor of the transaction is who acts: [`Actor::Person`] within their
//! role, or [`Actor::Operator`]. Any other actor is refused.

use super::{
    AssuranceError, NotAllowed, ReasonCode, RoleError, RoleReason, Sanction, SanctionError, SanctionKind, records,
    rules::{self, Authority},
};
use crate::{
    people::{self, Member},
    platform::{
        idempotency::{self, Key},
        ledger::{
            Actor, Event, Tx,
            events::{self, SessionEnd},
        },
        store::StoreError,
        terms::{Assurance, PersonId, PersonRow, Reason, Role, SanctionId, Standing},
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
    /// Why, as a code that the ledger records.
    pub reason: ReasonCode,
    /// Why, in words. They are sealed.
    pub note: &'a Reason,
}

/// Imposes a sanction on `target`. A request with the same idempotency key gets the sanction of the first one.
///
/// A ban ends the member's standing and all their sessions; with their standing, their invites are void. Whoever
/// is admitted by one of their invites stands before the ban in the ledger, or is not admitted.
///
/// An owner may ban an owner. At least one owner is left: whoever bans is in good standing, at the commit too, and
/// nobody bans themself. The operator may ban any owner but the last one.
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
        |tx| match new.kind {
            SanctionKind::Ban => ban(tx, vault, target, new),
        },
        |tx, id| records::by_id(tx.conn, id)?.ok_or(SanctionError::Unknown),
    )
}

fn ban(tx: &mut Tx<'_>, vault: &Vault, target: PersonRow, new: &NewSanction<'_>) -> Result<Sanction, SanctionError> {
    let locked = lock(tx, target)?.ok_or(SanctionError::PersonUnknown)?;
    rules::may_sanction(locked.authority()?, &locked.target)?;
    if rules::leaves_no_owner(&locked.target, locked.owners) {
        return Err(SanctionError::LastOwner);
    }
    if !people::set_standing(tx.conn, target, Standing::Active, Standing::Banned)? {
        return Err(SanctionError::Exists);
    }
    let note = people::key_of(tx, vault, &locked.target)?.seal_note(new.note, tx.rng)?;
    let sanction = Sanction {
        id: new.id,
        person: target,
        kind: new.kind,
        reason: new.reason,
        imposed_at: tx.now,
        imposed_by: tx.actor().person(),
        lifted_at: None,
        lifted_by: None,
        note_sealed: Some(note.sealed),
        lift_note_sealed: None,
    };
    records::insert(tx.conn, &sanction)?;
    tx.record(Event::PersonBanned(events::PersonBanned {
        sanction: sanction.id,
        person: target,
        reason: new.reason,
        note: note.commitment,
    }));
    tokens::end_all(tx, target, SessionEnd::Sanctioned)?;
    rooms::end_all(tx, target)?;
    Ok(sanction)
}

/// Lifts a ban: the member is in good standing again, and their invites are valid again. Their sessions stay
/// ended. `note` says why in words. Whoever may ban a person may lift a ban of theirs.
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
    // A ban may have its event id before it waits here, and would stand before the lift that it comes after.
    people::await_standing(tx.conn, target)?;
    let locked = lock(tx, target)?.ok_or(SanctionError::PersonUnknown)?;
    rules::may_sanction(locked.authority()?, &locked.target)?;
    let note = people::key_of(tx, vault, &locked.target)?.seal_note(note, tx.rng)?;
    let by = tx.actor().person();
    let lifted = records::lift(tx.conn, sanction, target, by, &note.sealed, tx.now)?.ok_or(SanctionError::Unknown)?;
    if !people::set_standing(tx.conn, target, Standing::Banned, Standing::Active)? {
        return Err(StoreError::Internal("a ban was in force on somebody who is not banned".into()).into());
    }
    tx.record(Event::BanLifted(events::BanLifted {
        sanction,
        person: target,
        note: note.commitment,
    }));
    Ok(lifted)
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
    if !people::set_assurance(tx.conn, target, before, to)? {
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
