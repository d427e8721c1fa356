//! Invites: issued by a member, opened any number of times, held once a contact is proved, used
//! once the newcomer is a member.
//!
//! A place is taken in two moves. [`hold`] keeps one use for somebody who may need days (a review);
//! [`redeem`] turns it into a use in the transaction that makes the member. Both are one conditional
//! UPDATE each, and a CHECK in the database says the same again. Expiry is a comparison, never a
//! clean-up job; a sanctioned inviter's invites are dead by comparison too, and live again when the
//! sanction is lifted.

pub mod http;
mod code;
mod follow;
mod letter;
mod records;
mod rules;

pub use code::Code;
pub use follow::{InviteMails, LetterLimits};
pub use records::{Invite, by_id, by_row, held_by, held_to, held_until};
pub use rules::{Closed, InviteState};

use std::{collections::HashMap, time::Duration};

use subtle::ConstantTimeEq;

use crate::{
    notify::{EmailAddress, Locale},
    people::{self, Member},
    platform::{
        idempotency::KeyReused,
        ledger::{
            Actor, Event, Tx,
            events::{InviteKind, Release},
        },
        store::{CommandError, Conn, Disposition, Guard, StoreError, from_query, throttle::Throttled},
        terms::{Id, PersonRow, Standing, Timestamp, kinds},
        vault::{Blind, Field, KeyPurpose, Vault, VaultError},
    },
    policy::{InviteDenied, Inviter, LifetimeDenied, Policy, Wanted, invite_expiry, may_invite},
};

/// To whom an invite goes.
#[derive(Debug, Clone)]
pub enum To {
    /// Whoever proves this address.
    Address(EmailAddress),
    /// Whoever has the code, up to so many.
    Holder {
        /// How many may come in by it.
        uses: u32,
    },
}

impl To {
    /// The address, where it goes to one.
    pub const fn address(&self) -> Option<&EmailAddress> {
        match self {
            Self::Address(address) => Some(address),
            Self::Holder { .. } => None,
        }
    }
}

/// An invite to be issued.
#[derive(Debug, Clone)]
pub struct NewInvite {
    /// Its id, made beforehand so that an idempotency key can point to it.
    pub id: Id<kinds::Invite>,
    /// To whom.
    pub to: To,
    /// The language of its mail.
    pub locale: Locale,
    /// For how long; the policy's lifetime where nothing is said.
    pub lifetime: Option<Duration>,
}

/// Why an invite was not issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The policy.
    #[error(transparent)]
    Denied(#[from] InviteDenied),
    /// The policy, on its lifetime.
    #[error(transparent)]
    Lifetime(#[from] LifetimeDenied),
    /// The inviter is gone.
    #[error("the inviter is no member")]
    NoMember,
    /// They have issued too many, or taken back; the next one is open after so many seconds.
    #[error("too many invites; the next one is open in {0} s")]
    TooMany(u32),
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for IssueError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

from_query!(IssueError);

impl From<Throttled> for IssueError {
    fn from(throttled: Throttled) -> Self {
        match throttled {
            Throttled::Wait(seconds) => Self::TooMany(seconds),
            Throttled::Store(error) => Self::Store(error),
        }
    }
}

impl CommandError for IssueError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

/// Issues an invite. Two at once by one member never overdraw their quota.
pub fn issue(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    inviter: PersonRow,
    new: &NewInvite,
) -> Result<Invite, IssueError> {
    let unhurried = |_: &mut Tx<'_>, inviters: &[PersonRow]| Ok(vec![Ok(()); inviters.len()]);
    let mut issued = issue_together(tx, vault, policy, &[(inviter, new)], unhurried)?;
    issued.pop().unwrap_or(Err(IssueError::NoMember))
}

/// Issues several members' invites in one transaction, each on behalf of its inviter; what came of each,
/// in their order. Of one that is refused nothing is written. `count` says of those that the policy allows which come
/// too fast, and for how many seconds those have to wait.
pub fn issue_together(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    wanted: &[(PersonRow, &NewInvite)],
    count: impl FnOnce(&mut Tx<'_>, &[PersonRow]) -> Result<Vec<Result<(), u32>>, StoreError>,
) -> Result<Vec<Result<Invite, IssueError>>, StoreError> {
    let rows: Vec<PersonRow> = wanted.iter().map(|&(inviter, _)| inviter).collect();
    let mut members = people::members_by_row(tx.conn, &rows, false)?;
    let limited = members.values().filter(|member| !is_unlimited(policy, member));
    let limited: Vec<PersonRow> = limited.map(|member| member.row).collect();
    let mut given = HashMap::new();
    if !limited.is_empty() {
        // Whoever counts must be the only one who counts until the count is written.
        members.extend(people::members_by_row(
            tx.conn,
            &limited,
            tx.guards.on(Guard::QuotaHeld),
        )?);
        given = records::places_given(tx.conn, &limited, tx.now)?;
    }
    let mut settled = Vec::with_capacity(wanted.len());
    for &(inviter, new) in wanted {
        let given = given.entry(inviter).or_default();
        let terms = settle(policy, members.get(&inviter), *given, new, tx.now);
        if let Ok(terms) = &terms {
            *given += u64::from(terms.max_uses);
        }
        settled.push(terms);
    }
    let allowed = wanted.iter().zip(&settled).filter(|(_, terms)| terms.is_ok());
    let allowed: Vec<PersonRow> = allowed.map(|(&(inviter, _), _)| inviter).collect();
    let counted = count(tx, &allowed)?;
    for (terms, counted) in settled.iter_mut().filter(|terms| terms.is_ok()).zip(counted) {
        if let Err(seconds) = counted {
            *terms = Err(IssueError::TooMany(seconds));
        }
    }
    let taken = wanted.iter().zip(&settled).filter_map(|(&(inviter, new), terms)| {
        let terms = *terms.as_ref().ok()?;
        Some((inviter, new, terms))
    });
    let mut written = write_down(tx, vault, &taken.collect::<Vec<_>>())?.into_iter();
    let unwritten = || StoreError::Internal("an invite was not written".into());
    settled
        .into_iter()
        .map(|terms| match terms {
            Ok(_) => written.next().map(Ok).ok_or_else(unwritten),
            Err(refused) => Ok(Err(refused)),
        })
        .collect()
}

fn is_unlimited(policy: &Policy, member: &Member) -> bool {
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

/// What is settled about an invite before it is written.
#[derive(Clone, Copy)]
struct Settled {
    kind: InviteKind,
    max_uses: u32,
    expires_at: Timestamp,
}

fn settle(
    policy: &Policy,
    member: Option<&Member>,
    places_given: u64,
    new: &NewInvite,
    now: Timestamp,
) -> Result<Settled, IssueError> {
    let member = member.ok_or(IssueError::NoMember)?;
    let (wanted, kind, max_uses) = match &new.to {
        To::Address(_) => (Wanted::Addressed, InviteKind::Email, 1),
        To::Holder { uses } => (Wanted::Open { uses: *uses }, InviteKind::Link, *uses),
    };
    let inviting = Inviter {
        role: member.role,
        standing: member.standing,
        assurance: member.assurance,
        joined_at: member.joined_at,
        places_given: if is_unlimited(policy, member) { 0 } else { places_given },
    };
    may_invite(policy, &inviting, wanted, now)?;
    Ok(Settled {
        kind,
        max_uses,
        expires_at: invite_expiry(policy, new.lifetime, now)?,
    })
}

fn write_down(
    tx: &mut Tx<'_>,
    vault: &Vault,
    taken: &[(PersonRow, &NewInvite, Settled)],
) -> Result<Vec<Invite>, StoreError> {
    let addressed = taken.iter().filter(|(_, new, _)| matches!(new.to, To::Address(_)));
    let mut subjects = vault.new_subjects(tx, addressed.count())?.into_iter();
    let mut rows = Vec::with_capacity(taken.len());
    for &(inviter, new, terms) in taken {
        let (key_version, code) = Code::newest(vault, new.id);
        let address = match &new.to {
            To::Holder { .. } => None,
            To::Address(address) => {
                let (subject, key) = subjects.next().ok_or(VaultError::Sealed)?;
                Some(records::Address {
                    subject,
                    sealed: key.seal(Field::Contact, address.kept().as_bytes(), tx.rng)?,
                    blind: vault.blind(Blind::Contact, address.normalised().as_bytes()),
                })
            }
        };
        rows.push(records::New {
            id: new.id,
            inviter,
            kind: terms.kind,
            code_hash: code.blind(vault),
            key_version,
            address,
            locale: new.locale.tag(),
            max_uses: terms.max_uses,
            created_at: tx.now,
            expires_at: terms.expires_at,
        });
    }
    let invites = records::insert_all(tx.conn, rows)?;
    let now = tx.now;
    for &(inviter, new, terms) in taken {
        tx.on_behalf(Actor::Person(inviter), now, |tx| {
            tx.record(Event::InviteIssued {
                invite: new.id,
                inviter,
                kind: terms.kind,
                max_uses: terms.max_uses,
                expires_at: terms.expires_at,
            });
        });
    }
    Ok(invites)
}

/// Issues an invite of a history that is replayed: for one use, in the same moment. Nobody's policy
/// is asked, for it has happened already; everything else is as in [`issue`].
pub fn replay(tx: &mut Tx<'_>, vault: &Vault, inviter: PersonRow, id: Id<kinds::Invite>) -> Result<Invite, StoreError> {
    let new = NewInvite {
        id,
        to: To::Holder { uses: 1 },
        locale: Locale::En,
        lifetime: None,
    };
    let terms = Settled {
        kind: InviteKind::Link,
        max_uses: 1,
        expires_at: tx.now.after(Duration::from_secs(1)),
    };
    let mut written = write_down(tx, vault, &[(inviter, &new, terms)])?;
    written
        .pop()
        .ok_or_else(|| StoreError::Internal("an invite was not written".into()))
}

/// Takes an invite of one's own back: whoever holds a use of it cannot finish either. False where
/// there was nothing to take back.
pub fn revoke(tx: &mut Tx<'_>, inviter: PersonRow, id: Id<kinds::Invite>) -> Result<bool, StoreError> {
    let revoked = records::revoke(tx.conn, inviter, id, tx.now)?;
    if revoked {
        tx.record(Event::InviteRevoked { invite: id });
    }
    Ok(revoked)
}

/// Voids every other open invite to the address (its blind index) of somebody who came in by `accepted`:
/// nobody can come in by them any more, and their places go back to whoever gave them.
pub fn void_others(tx: &mut Tx<'_>, blind: &[u8], accepted: Id<kinds::Invite>) -> Result<(), StoreError> {
    for invite in records::revoke_to(tx.conn, blind, tx.now)? {
        tx.record(Event::InviteVoided { invite, accepted });
    }
    Ok(())
}

/// Keeps one use for a newcomer until `until`; false where none is free or the invite does not
/// stand. Holds whose time is over are given back first, so no clean-up job is needed.
pub fn reserve(tx: &mut Tx<'_>, invite: &Invite, flow: Id<kinds::Flow>, until: Timestamp) -> Result<bool, StoreError> {
    let once = tx.guards.on(Guard::HoldOnce);
    for expired in records::end_expired_holds(tx.conn, invite.row, tx.now, once)? {
        tx.record(Event::InviteReleased {
            invite: invite.id,
            flow: expired,
            why: Release::Expired,
        });
    }
    let guarded = tx.guards.on(Guard::InviteUses);
    if !records::take_use(tx.conn, invite.row, tx.now, guarded)? {
        return Ok(false);
    }
    records::insert_hold(tx.conn, invite.row, flow, until)?;
    tx.record(Event::InviteHeld {
        invite: invite.id,
        flow,
        until,
    });
    Ok(true)
}

/// Gives a held use back; nothing where it was given back already.
pub fn release(tx: &mut Tx<'_>, invite: &Invite, flow: Id<kinds::Flow>, why: Release) -> Result<(), StoreError> {
    if records::end_hold(tx.conn, flow)? {
        records::give_back(tx.conn, invite.row, 1)?;
        tx.record(Event::InviteReleased {
            invite: invite.id,
            flow,
            why,
        });
    }
    Ok(())
}

/// Keeps a held use until another time, later or earlier; false where it is held no longer.
pub fn prolong(tx: &mut Tx<'_>, flow: Id<kinds::Flow>, until: Timestamp) -> Result<bool, StoreError> {
    if !records::prolong(tx.conn, flow, until, tx.now)? {
        return Ok(false);
    }
    if let Some((invite, _)) = records::held_by(tx.conn, flow)? {
        tx.record(Event::HoldProlonged {
            invite: invite.id,
            flow,
            until,
        });
    }
    Ok(true)
}

/// Ends the hold of somebody who is refused for good, and keeps the use from everybody else.
pub fn bind(tx: &mut Tx<'_>, invite: &Invite, flow: Id<kinds::Flow>) -> Result<(), StoreError> {
    release(tx, invite, flow, Release::Refused)?;
    Ok(records::bind(tx.conn, invite.row, 1)?)
}

/// Gives back a use that a final refusal has kept from everybody.
pub fn unbind(tx: &mut Tx<'_>, invite_row: i64) -> Result<(), StoreError> {
    Ok(records::bind(tx.conn, invite_row, -1)?)
}

/// Turns a held use into a use, in the transaction that makes the member. It must still be held,
/// and the invite must still stand; it may have expired since.
pub fn redeem(tx: &mut Tx<'_>, invite: &Invite, flow: Id<kinds::Flow>) -> Result<(), RedeemError> {
    if !records::end_standing_hold(tx.conn, flow, tx.now)? && tx.guards.on(Guard::HoldOnce) {
        return Err(RedeemError::NotHeld);
    }
    // Without it somebody could come in after the answer to a ban of their inviter.
    if tx.guards.on(Guard::InviterHeld) {
        people::lock_standing(tx.conn, invite.inviter)?;
    }
    if records::use_up(tx.conn, invite.row)? {
        return Ok(());
    }
    // It was held, so it has a use: either it was taken back since, or its inviter does not stand.
    let revoked = by_row(tx.conn, invite.row)?.revoked_at.is_some();
    Err(RedeemError::Closed(if revoked {
        Closed::Revoked
    } else {
        Closed::Suspended
    }))
}

/// Why a held use did not become a use.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// Its time is over, or it was given back.
    #[error("the use is no longer held")]
    NotHeld,
    /// The invite was revoked, or its inviter sanctioned.
    #[error(transparent)]
    Closed(Closed),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(RedeemError);

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
    let in_vain = records::expired_holds(conn, invite.row, now)?;
    Ok(rule(invite, inviter, in_vain, now))
}
