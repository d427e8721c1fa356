//! Issues invites: of one member, or of many in one transaction.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use super::super::{
    Code, Extras, ForRoom, Invite, IssueError, NewInvite, To,
    queries::{self, is_unlimited},
    records,
    rules::inviting,
};
use crate::{
    notify::Locale,
    people::{self, Member},
    platform::{
        ledger::{
            Actor, Event, Tx,
            events::{self, InviteKind, Release},
        },
        store::StoreError,
        terms::{Id, PersonRow, Role, Timestamp, kinds},
        vault::{DataKey, Field, Subject, Vault, VaultError},
    },
    policy::{
        InviteDenied, Policy, Tally, Wanted, invite_expiry, may_contact, may_give_role, may_invite, may_label,
        may_still_invite,
    },
};

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
    let mut tallies = HashMap::new();
    if !limited.is_empty() {
        // Whoever counts must be the only one who counts until the count is written.
        members.extend(people::members_by_row(tx.conn, &limited, true)?);
        tallies = queries::tallies(tx.conn, policy, &limited, tx.now)?;
    }
    let mut settled = Vec::with_capacity(wanted.len());
    // Places that this transaction gives and has not written yet; who was counted anew.
    let (mut unwritten, mut anew) = (HashMap::new(), HashSet::new());
    for &(inviter, new) in wanted {
        let member = members.get(&inviter);
        let tally = tallies.entry(inviter).or_default();
        let mut terms = settle(policy, member, *tally, new, tx.now);
        if matches!(&terms, Err(IssueError::Denied(InviteDenied::Quota { .. }))) && anew.insert(inviter) {
            close_expired(tx, inviter)?;
            let counted = queries::tallies(tx.conn, policy, &[inviter], tx.now)?;
            *tally = counted.get(&inviter).copied().unwrap_or_default();
            tally.open += unwritten.get(&inviter).copied().unwrap_or(0);
            terms = settle(policy, member, *tally, new, tx.now);
        }
        if let (Ok(settled), Some(name)) = (&mut terms, &new.extras.room) {
            match records::rooms_named(
                tx.conn,
                name,
                inviter,
                member.map_or(Role::Member, |member| member.role),
            )? {
                Some(room) => settled.room = Some(room),
                None => terms = Err(IssueError::RoomUnknown),
            }
        }
        if let Ok(terms) = &terms {
            tally.open += u64::from(terms.max_uses);
            *unwritten.entry(inviter).or_insert(0) += u64::from(terms.max_uses);
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
        let terms = terms.as_ref().ok()?;
        Some((inviter, new, terms))
    });
    let mut written = write_down(tx, vault, &taken.collect::<Vec<_>>())?.into_iter();
    let missing = || StoreError::Internal("an invite was not written".into());
    settled
        .into_iter()
        .map(|terms| match terms {
            Ok(_) => written.next().map(Ok).ok_or_else(missing),
            Err(refused) => Ok(Err(refused)),
        })
        .collect()
}

/// Gives the places of a member's invites whose time is over back to them for good: nobody takes a use of those invites
/// any more, though a clock be turned back.
fn close_expired(tx: &mut Tx<'_>, inviter: PersonRow) -> Result<(), StoreError> {
    for (invite, flow) in records::close_expired(tx.conn, inviter, tx.now)? {
        tx.record(Event::InviteReleased(events::InviteReleased {
            invite,
            flow,
            why: Release::Expired,
        }));
    }
    Ok(())
}

/// Whether a member may give these places now. Whoever else gives some of theirs waits until the transaction ends.
pub(super) fn may_give(tx: &mut Tx<'_>, policy: &Policy, inviter: PersonRow, wanted: Wanted) -> Result<(), IssueError> {
    let mut member = people::member(tx.conn, inviter)?.ok_or(IssueError::NoMember)?;
    let mut tally = Tally::default();
    if !is_unlimited(policy, &member) {
        let mut held = people::members_by_row(tx.conn, &[inviter], true)?;
        member = held.remove(&inviter).ok_or(IssueError::NoMember)?;
        close_expired(tx, inviter)?;
        tally = queries::tallies(tx.conn, policy, &[inviter], tx.now)?
            .remove(&inviter)
            .unwrap_or_default();
    }
    may_invite(policy, &inviting(&member, tally), wanted, tx.now)?;
    Ok(())
}

/// Whether a member may still invite by such an invite now. What they have given is not counted: no place is taken.
pub(super) fn may_still_give(
    tx: &mut Tx<'_>,
    policy: &Policy,
    inviter: PersonRow,
    kind: InviteKind,
) -> Result<(), IssueError> {
    let member = people::member(tx.conn, inviter)?.ok_or(IssueError::NoMember)?;
    let is_open = kind == InviteKind::Link;
    may_still_invite(policy, &inviting(&member, Tally::default()), is_open, tx.now)?;
    Ok(())
}

/// What is settled about an invite before it is written.
pub(super) struct Settled {
    pub(super) kind: InviteKind,
    pub(super) max_uses: u32,
    pub(super) expires_at: Timestamp,
    pub(super) opens_at: Option<Timestamp>,
    pub(super) room: Option<ForRoom>,
    pub(super) role: Option<Role>,
    /// The row of the invite whose place it takes.
    pub(super) passed_from: Option<i64>,
}

fn settle(
    policy: &Policy,
    member: Option<&Member>,
    tally: Tally,
    new: &NewInvite,
    now: Timestamp,
) -> Result<Settled, IssueError> {
    let member = member.ok_or(IssueError::NoMember)?;
    let (wanted, kind, max_uses) = match &new.to {
        To::Address(_) => (Wanted::Addressed, InviteKind::Email, 1),
        To::Phone(_) => (Wanted::Addressed, InviteKind::Phone, 1),
        To::Holder { uses } => (Wanted::Open { uses: *uses }, InviteKind::Link, *uses),
    };
    may_invite(policy, &inviting(member, tally), wanted, now)?;
    if let Some(contact) = new.to.contact() {
        may_contact(policy, &contact)?;
    }
    let extras = &new.extras;
    if extras.campaign.is_some() || extras.group.is_some() {
        may_label(policy, member.role)?;
    }
    let role = extras.role.filter(|role| *role != Role::Member);
    if let Some(role) = role {
        may_give_role(policy, member.role, role)?;
        if kind == InviteKind::Link {
            return Err(IssueError::RoleByLink);
        }
    }
    let expires_at = invite_expiry(policy, new.lifetime, now)?;
    let opens_at = extras.opens_at.filter(|&opens_at| now < opens_at);
    if opens_at.is_some_and(|opens_at| opens_at >= expires_at) {
        return Err(IssueError::OpensTooLate { expires_at });
    }
    Ok(Settled {
        kind,
        max_uses,
        expires_at,
        opens_at,
        room: None,
        role,
        passed_from: None,
    })
}

pub(super) fn write_down(
    tx: &mut Tx<'_>,
    vault: &Vault,
    taken: &[(PersonRow, &NewInvite, &Settled)],
) -> Result<Vec<Invite>, StoreError> {
    let sealing = |new: &NewInvite| !matches!(new.to, To::Holder { .. }) || new.extras.message.is_some();
    let sealed = taken.iter().filter(|(_, new, _)| sealing(new));
    let mut subjects = vault.new_subjects(tx, sealed.count())?.into_iter();
    let (mut rows, mut extras) = (Vec::with_capacity(taken.len()), Vec::new());
    for (place, &(inviter, new, terms)) in taken.iter().enumerate() {
        let (key_version, code) = Code::newest(vault, new.id);
        let key = match sealing(new) {
            true => Some(subjects.next().ok_or(VaultError::Sealed)?),
            false => None,
        };
        let address = match (new.to.contact(), &key) {
            (Some(contact), Some((subject, key))) => Some(records::Address {
                subject: *subject,
                sealed: key.seal(Field::Contact, contact.kept().as_bytes(), tx.rng)?,
                blind: vault.blind_contact(&contact),
            }),
            _ => None,
        };
        if let Some(extra) = extra(tx, &new.extras, terms, key.as_ref())? {
            extras.push((place, extra));
        }
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
    let mut invites = records::insert_all(tx.conn, rows)?;
    for (place, extra) in extras {
        if let Some(invite) = invites.get_mut(place) {
            records::set_extras(tx.conn, invite.row, &extra)?;
            *invite = records::by_row(tx.conn, invite.row)?;
        }
    }
    let now = tx.now;
    for &(inviter, new, terms) in taken {
        tx.on_behalf(Actor::Person(inviter), now, |tx| {
            tx.record(Event::InviteIssued(events::InviteIssued {
                invite: new.id,
                inviter,
                kind: terms.kind,
                max_uses: terms.max_uses,
                expires_at: terms.expires_at,
                opens_at: terms.opens_at,
                room: terms.room.as_ref().map(|room| room.row),
                role: terms.role,
            }));
        });
    }
    Ok(invites)
}

/// What an invite has besides, as it is written; none where it has nothing.
fn extra(
    tx: &Tx<'_>,
    extras: &Extras,
    terms: &Settled,
    key: Option<&(Subject, DataKey)>,
) -> Result<Option<records::Extra>, VaultError> {
    let message = match (&extras.message, key) {
        (Some(message), Some((subject, key))) => {
            let sealed = key.seal(Field::Message, message.expose().as_bytes(), tx.rng)?;
            Some((*subject, sealed))
        }
        _ => None,
    };
    let (subject_id, message_sealed) = message.unzip();
    let extra = records::Extra {
        opens_at: terms.opens_at,
        campaign: extras.campaign.as_ref().map(ToString::to_string),
        group_label: extras.group.as_ref().map(ToString::to_string),
        room_id: terms.room.as_ref().map(|room| room.row),
        as_role: terms.role,
        subject_id,
        message_sealed,
        passed_from: terms.passed_from,
    };
    Ok((extra != records::Extra::default()).then_some(extra))
}

/// Issues an invite of a history that is replayed: for one use, in the same moment. Nobody's policy
/// is asked, for it has happened already; everything else is as in [`issue`].
pub fn replay(tx: &mut Tx<'_>, vault: &Vault, inviter: PersonRow, id: Id<kinds::Invite>) -> Result<Invite, StoreError> {
    let new = NewInvite {
        id,
        to: To::Holder { uses: 1 },
        locale: Locale::En,
        lifetime: None,
        extras: Extras::default(),
    };
    let terms = Settled {
        kind: InviteKind::Link,
        max_uses: 1,
        expires_at: tx.now.after(Duration::from_secs(1)),
        opens_at: None,
        room: None,
        role: None,
        passed_from: None,
    };
    let mut written = write_down(tx, vault, &[(inviter, &new, &terms)])?;
    written
        .pop()
        .ok_or_else(|| StoreError::Internal("an invite was not written".into()))
}
