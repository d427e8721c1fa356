//! What may be read of flows.

use secrecy::SecretString;
use subtle::ConstantTimeEq;

use super::{Flow, Progress, Via, records, rules::progress, token_blind};
use crate::{
    identity::{self, Demands, Reached},
    invites::{self, Invite},
    people::{self, Name},
    platform::{
        store::{Conn, StoreError},
        terms::{ContactPoint, FlowId, InviteId, PersonId, PersonRow, Timestamp},
        vault::{DataKey, Field, Vault, VaultError},
    },
    policy::{ContactKind, Policy},
};

/// A flow by its public id.
///
/// # Errors
/// [`StoreError`].
pub fn flow(conn: &mut Conn, id: FlowId) -> Result<Option<Flow>, StoreError> {
    Ok(records::by_id(conn, id)?)
}

/// What a member came in by.
#[derive(Debug, Clone)]
pub struct CameBy {
    /// The invite.
    pub invite: Invite,
    /// The invite that was passed on by it, and by whom.
    pub passed_from: Option<(InviteId, Option<Name>)>,
    /// By what they came to its code, where their app said so.
    pub via: Option<Via>,
}

/// What a member came in by; none for whoever founded the community. It stays when they are erased.
///
/// # Errors
/// [`StoreError`].
pub fn came_by(conn: &mut Conn, member: PersonRow) -> Result<Option<CameBy>, StoreError> {
    let Some(row) = people::invite_of(conn, member)? else {
        return Ok(None);
    };
    let invite = invites::by_row(conn, row)?;
    let passed_from = match invite.passed_from {
        Some(former) => {
            let former = invites::by_row(conn, former)?;
            let by = people::names(conn, &[former.inviter])?.remove(&former.inviter);
            Some((former.id, by))
        }
        None => None,
    };
    Ok(Some(CameBy {
        via: records::via_of(conn, row, member)?,
        passed_from,
        invite,
    }))
}

/// The flow with this id, if `token` opens it. Whoever guesses an id learns nothing, not even that it exists.
///
/// # Errors
/// [`StoreError`].
pub fn opened(conn: &mut Conn, vault: &Vault, id: FlowId, token: &SecretString) -> Result<Option<Flow>, StoreError> {
    let found = records::by_id(conn, id)?;
    Ok(found.filter(|flow| {
        let shown = token_blind(vault, flow.id, token);
        flow.token_hash.ct_eq(shown.as_slice()).into()
    }))
}

/// A flow as its newcomer sees it.
#[derive(Debug)]
pub struct FlowDetails {
    /// The flow.
    pub flow: Flow,
    /// What is next, or how it ended.
    pub progress: Progress,
    /// Until when its use of the invite is reserved; none where none is.
    pub reserved_until: Option<Timestamp>,
    /// The contact that was given; none before that, or where it cannot be opened.
    pub address: Option<ContactPoint>,
    /// What the step `contact` takes: what the policy does, and with an addressed invite what that was sent to.
    pub takes: ContactKind,
    /// The member that the newcomer became.
    pub person: Option<PersonId>,
}

/// A flow with what its newcomer sees of it; none where there is no such flow.
///
/// # Errors
/// [`StoreError`].
pub fn details(
    conn: &mut Conn,
    vault: &Vault,
    policy: &Policy,
    id: FlowId,
    now: Timestamp,
) -> Result<Option<FlowDetails>, StoreError> {
    let Some(flow) = records::by_id(conn, id)? else {
        return Ok(None);
    };
    let progress = read_progress(conn, policy, &flow, now)?;
    let reserved_until = invites::held_until(conn, flow.id)?;
    let address = match &flow.address {
        Some(_) => vault
            .key(conn, flow.subject)
            .and_then(|key| address(&key, &flow))
            .ok()
            .flatten(),
        None => None,
    };
    let invite = invites::by_row(conn, flow.invite_row)?;
    let takes = invites::takes(&invite, policy.join.contact);
    let person = match flow.person {
        Some(row) => people::member(conn, row)?.map(|member| member.id),
        None => None,
    };
    Ok(Some(FlowDetails {
        flow,
        progress,
        reserved_until,
        address,
        takes,
        person,
    }))
}

/// The contact that a newcomer gave.
pub(super) fn address(key: &DataKey, flow: &Flow) -> Result<Option<ContactPoint>, VaultError> {
    let Some((_, sealed)) = &flow.address else {
        return Ok(None);
    };
    let kept = key.open_text(Field::Contact, sealed)?;
    Ok(ContactPoint::parse(&kept).ok())
}

/// The progress of a flow under the policy in force.
///
/// # Errors
/// [`StoreError`].
pub fn read_progress(conn: &mut Conn, policy: &Policy, flow: &Flow, now: Timestamp) -> Result<Progress, StoreError> {
    read_standing(conn, policy, flow, now).map(|(progress, _)| progress)
}

/// The same, and how far the newcomer's real name has come.
pub(super) fn read_standing(
    conn: &mut Conn,
    policy: &Policy,
    flow: &Flow,
    now: Timestamp,
) -> Result<(Progress, Reached), StoreError> {
    let held_until = invites::held_until(conn, flow.id)?;
    let reached = identity::queries::reached(conn, flow.subject, flow.proved_at.is_some(), &Demands::of(policy))?;
    Ok((progress(policy, flow, held_until, &reached, now), reached))
}
