//! What admins change in the graph. It stands here, and not with sanctions, for it says nothing of how anybody behaved:
//! it corrects who counts as having let whom in. The rows and the event are the members' own (`people`).

use super::{
    ReparentError,
    rules::{self, Mover},
};
use crate::{
    people::{self, Member},
    platform::{
        ledger::{
            Actor, Event, Tx,
            events::{self, ReparentReason, SessionEnd, SessionsEndReason},
        },
        store::StoreError,
        terms::{PersonId, PersonRow, Reason, SessionId, Standing},
        vault::Vault,
    },
    tokens,
};

/// Under whom somebody is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewPlace {
    /// Under this member, however that one stands: an inviter who left stays in the graph.
    Under(PersonId),
    /// Under nobody: a root.
    Root,
}

/// Gives `target` another inviter, or none; false where they have that one already. Their branch goes along. The former
/// edge is kept with the time that it stood, so that every question about then is answered as before, and so is what the
/// former inviter answers for. Two who do this at once never make a circle: they come one after the other.
///
/// # Errors
/// [`ReparentError`]; nothing is changed then.
pub fn reparent(
    tx: &mut Tx<'_>,
    vault: &Vault,
    target: PersonId,
    place: NewPlace,
    reason: ReparentReason,
    note: &Reason,
) -> Result<bool, ReparentError> {
    // Before anything is written: see `lock_inviters`.
    people::lock_inviters(tx.conn)?;
    let target = member(tx, target)?.ok_or(ReparentError::PersonUnknown)?;
    let after = match place {
        NewPlace::Root => None,
        NewPlace::Under(id) => Some(member(tx, id)?.ok_or(ReparentError::InviterUnknown)?.row),
    };
    let (by, target) = lock(tx, target.row)?;
    // Nothing is written about somebody who has left.
    if target.standing == Standing::Left {
        return Err(ReparentError::PersonUnknown);
    }
    let mover = match (&by, tx.actor()) {
        (Some(member), _) => Mover::Member(member),
        (None, Actor::Operator) => Mover::Operator,
        (None, _) => return Err(ReparentError::NotAllowed),
    };
    if !rules::may_reparent(mover, &target) {
        return Err(ReparentError::NotAllowed);
    }
    let before = people::inviter_of(tx.conn, target.row)?.map(|inviter| inviter.row);
    if before == after {
        return Ok(false);
    }
    if let Some(after) = after
        && people::is_above(tx.conn, target.row, after)?
    {
        return Err(ReparentError::Circle);
    }
    if people::reparent(tx, vault, &target, [before, after], reason, note)? {
        Ok(true)
    } else {
        Err(StoreError::Internal("an inviter changed while all of them were locked".into()).into())
    }
}

/// Ends every session of `target`; which those were.
///
/// # Errors
/// [`ReparentError::PersonUnknown`] and [`ReparentError::NotAllowed`]; nothing is changed then.
pub fn end_sessions(
    tx: &mut Tx<'_>,
    target: PersonId,
    reason: SessionsEndReason,
) -> Result<Vec<SessionId>, ReparentError> {
    let target = member(tx, target)?.ok_or(ReparentError::PersonUnknown)?;
    let (by, target) = lock(tx, target.row)?;
    let by = by.ok_or(ReparentError::NotAllowed)?;
    if !rules::may_reparent(Mover::Member(&by), &target) {
        return Err(ReparentError::NotAllowed);
    }
    let ended = tokens::end_others(tx, target.row, None, SessionEnd::Admin)?;
    tx.record(Event::SessionsEnded(events::SessionsEnded {
        person: target.row,
        reason,
        ended: u32::try_from(ended.len()).unwrap_or(u32::MAX),
    }));
    Ok(ended)
}

fn member(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<Member>, StoreError> {
    Ok(people::member_by_id(tx.conn, id)?)
}

/// Who acts, where it is a member, and on whom; both rows are locked until the end of the transaction.
fn lock(tx: &mut Tx<'_>, target: PersonRow) -> Result<(Option<Member>, Member), StoreError> {
    let by = tx.actor().person();
    let rows: Vec<_> = by.into_iter().chain([target]).collect();
    let mut members = people::members_by_row(tx.conn, &rows, true)?;
    let missing = || StoreError::Internal("a member was there and is not".into());
    let by = by.map(|by| members.get(&by).cloned().ok_or_else(missing)).transpose()?;
    Ok((by, members.remove(&target).ok_or_else(missing)?))
}
