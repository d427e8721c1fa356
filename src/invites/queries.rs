//! What is read of invites.

use subtle::ConstantTimeEq;

use super::{Closed, Code, Invite, records, rules};
use crate::{
    notify::EmailAddress,
    people::{self, Member},
    platform::{
        store::{Conn, StoreError},
        terms::{Id, PersonRow, Standing, Timestamp, kinds},
        vault::{Field, KeyPurpose, Vault, VaultError},
    },
    policy::Policy,
};

/// An invite as its own inviter sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The invite.
    pub invite: Invite,
    /// The address that it was sent to; none for a link.
    pub address: Option<EmailAddress>,
    /// How many of its reserved uses are over, though still counted.
    pub expired_reservations: i64,
}

/// An invite as its own inviter sees it, read from its row.
///
/// # Errors
/// [`StoreError`]
pub(super) fn shown(conn: &mut Conn, vault: &Vault, invite: Invite, now: Timestamp) -> Result<Shown, StoreError> {
    let expired_reservations = match invite.held {
        0 => 0,
        _ => records::expired_holds(conn, invite.row, now)?,
    };
    let address = address(conn, vault, &invite).ok().flatten();
    Ok(Shown {
        invite,
        address,
        expired_reservations,
    })
}

/// An invite of a member's own; none where it is somebody else's.
///
/// # Errors
/// [`StoreError`]
pub fn own(conn: &mut Conn, inviter: PersonRow, id: Id<kinds::Invite>) -> Result<Option<Invite>, StoreError> {
    Ok(records::by_id(conn, id)?.filter(|invite| invite.inviter == inviter))
}

/// A member's own invites before the row `before`, newest first, at most `limit`.
///
/// # Errors
/// [`StoreError`]
pub fn of_inviter(
    conn: &mut Conn,
    vault: &Vault,
    inviter: PersonRow,
    before: Option<i64>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<Shown>, StoreError> {
    let invites = records::of_inviter(conn, inviter, before, limit)?;
    invites
        .into_iter()
        .map(|invite| shown(conn, vault, invite, now))
        .collect()
}

/// What whoever has a code may know before they begin.
pub(super) struct Preview {
    pub(super) invite: Invite,
    pub(super) inviter: Member,
    /// The address that it was sent to, masked.
    pub(super) address_hint: Option<String>,
    /// Whether it leads anywhere now.
    pub(super) leads_on: Result<(), Closed>,
}

/// What a code opens; none where it opens nothing.
///
/// # Errors
/// [`StoreError`]
pub(super) fn preview(
    conn: &mut Conn,
    vault: &Vault,
    code: &Code,
    now: Timestamp,
) -> Result<Option<Preview>, StoreError> {
    let Some(invite) = by_code(conn, vault, code)? else {
        return Ok(None);
    };
    let Some(inviter) = people::member(conn, invite.inviter)? else {
        return Ok(None);
    };
    let expired = records::expired_holds(conn, invite.row, now)?;
    let address = address(conn, vault, &invite).ok().flatten();
    Ok(Some(Preview {
        leads_on: rules::leads_on(&invite, inviter.standing, expired, now),
        address_hint: address.map(|address| address.masked()),
        invite,
        inviter,
    }))
}

/// Whether no quota limits how many invites a member issues.
pub(super) fn is_unlimited(policy: &Policy, member: &Member) -> bool {
    policy.invite.unlimited_roles.contains(&member.role)
}

/// How many places a member has given now, and how many the policy grants them; none where there is no limit.
pub fn places(
    conn: &mut Conn,
    policy: &Policy,
    member: &Member,
    now: Timestamp,
) -> Result<(u64, Option<u32>), StoreError> {
    let given = records::places_given(conn, &[member.row], now)?;
    let given = given.get(&member.row).copied().unwrap_or(0);
    let quota = (!is_unlimited(policy, member)).then_some(policy.invite.quota_per_member);
    Ok((given, quota))
}

/// Opens the address that an invite was sent to.
pub fn address(conn: &mut Conn, vault: &Vault, invite: &Invite) -> Result<Option<EmailAddress>, VaultError> {
    let Some((subject, sealed)) = &invite.address else {
        return Ok(None);
    };
    let kept = vault.key(conn, *subject)?.open_text(Field::Contact, sealed)?;
    Ok(EmailAddress::parse(&kept).ok())
}

/// The code of an invite, under the version of the master key that it was issued with; none where the
/// keyring lacks it.
pub fn code_of(vault: &Vault, version: i64, id: Id<kinds::Invite>) -> Option<Code> {
    vault
        .derive_with(version, KeyPurpose::Invite, id.as_bytes())
        .map(|secret| Code::from_secret(&secret))
}

/// The invite that a code opens. Its row is found by what is stored of the code; that it is this invite's,
/// the code itself says, which follows from the invite's id.
pub fn by_code(conn: &mut Conn, vault: &Vault, code: &Code) -> Result<Option<Invite>, StoreError> {
    let found = match records::by_code_hash(conn, &code.blind(vault))? {
        None => records::by_code_hash(conn, &code.former_index())?,
        found => found,
    };
    let opens = |invite: &Invite| {
        let derived = code_of(vault, invite.key_version, invite.id);
        derived.is_some_and(|derived| derived.as_bytes().ct_eq(code.as_bytes()).into())
    };
    Ok(found.filter(opens))
}

/// Whether whoever holds a use of an invite can still come in by it: it was not taken back, and its inviter is
/// in good standing. It may have expired.
pub fn stands(conn: &mut Conn, invite: &Invite) -> Result<bool, StoreError> {
    let inviter = people::member(conn, invite.inviter)?.map_or(Standing::Left, |member| member.standing);
    Ok(invite.revoked_at.is_none() && inviter == Standing::Active)
}

/// Whether an invite can be used by somebody new, now.
pub fn open(conn: &mut Conn, invite: &Invite, now: Timestamp) -> Result<Result<(), Closed>, StoreError> {
    judge(conn, invite, now, rules::open)
}

/// Whether an invite leads anywhere now: to a use of it, or back to one that is held for whoever asks.
pub fn leads_on(conn: &mut Conn, invite: &Invite, now: Timestamp) -> Result<Result<(), Closed>, StoreError> {
    judge(conn, invite, now, rules::leads_on)
}

fn judge(
    conn: &mut Conn,
    invite: &Invite,
    now: Timestamp,
    rule: fn(&Invite, Standing, i64, Timestamp) -> Result<(), Closed>,
) -> Result<Result<(), Closed>, StoreError> {
    let inviter = people::member(conn, invite.inviter)?.map_or(Standing::Left, |member| member.standing);
    let expired = records::expired_holds(conn, invite.row, now)?;
    Ok(rule(invite, inviter, expired, now))
}
