//! People: who is a member, in which role and standing, and reached where.
//!
//! A member is a dense row ([`PersonRow`], the graph's index) and a public id. Nothing here says
//! who somebody *is*: contacts are sealed, and names stand in `identity`. The commands here write a
//! member's rows and events inside the transaction of whoever decided it.

pub mod http;
pub mod load;
mod handle;
mod own;
pub mod marks;
mod records;
mod roster;
mod rules;
mod vouching;

pub use handle::{Handle, HandleError, handle, handle_prefix};
pub use own::{HANDLE_KEPT, HANDLE_STAYS, HandleChange, change_handle, change_language, former_handles};
pub use records::{
    Acquainted, After, FormerInviter, Found, MOST_LOOKED, Member, Name, Own, Wanted, acquainted, await_standing,
    by_contact, by_handle, clear_marks, contact_holder, count_active, count_own, count_owners, find, former_inviters,
    invite_of, inviter_of, is_above, keep_active, kept_contacts, last_row, lock, lock_founders, lock_inviters,
    lock_many, lock_members, lock_own, lock_reviewer, lock_standing, mark, member, member_by_id, members,
    members_by_row, names, own_contact, restore_contact, sanctioned_invitees, set_assurance, set_handle, set_standing,
    set_standings, snapshots, unmark,
};
pub use roster::{MemberSnapshot, Roster};
pub use rules::{VOUCHES, VOUCHES_AN_HOUR, VouchRefusal};
pub use vouching::{VouchError, VouchGiven, give_vouch, take_vouch_back};

use crate::platform::{
    ledger::{
        Event, Tx,
        events::{self, LeaveReason, ReparentReason, RoleReason},
    },
    store::StoreError,
    terms::{Assurance, Id, PersonRow, Reason, Role, Timestamp, kinds},
    vault::{DataKey, Subject, Vault, VaultError},
};

/// What becomes a member.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// Whose data key seals what identifies them; a member of a replayed history has none.
    pub subject: Option<Subject>,
    /// A handle of their own choice, as [`handle`] lets it through.
    pub handle: Option<String>,
    /// Their role.
    pub role: Role,
    /// How surely we know who they are.
    pub assurance: Assurance,
    /// The language for mails to them, as a BCP 47 tag.
    pub locale: String,
}

/// By what an admitted member came in.
#[derive(Debug, Clone, Copy)]
pub struct Admission {
    /// Who let them in.
    pub inviter: PersonRow,
    /// The invite's row.
    pub invite_row: i64,
    /// The invite's public id.
    pub invite: Id<kinds::Invite>,
    /// The flow, where there was one.
    pub flow: Option<Id<kinds::Flow>>,
}

/// Makes a member without an inviter: a root of the graph.
pub fn found(tx: &mut Tx<'_>, newcomer: &Newcomer) -> Result<Member, StoreError> {
    let member = insert(tx, newcomer)?;
    tx.record(Event::PersonFounded(events::PersonFounded {
        person: member.row,
        id: member.id,
        assurance: member.assurance,
        role: member.role,
    }));
    Ok(member)
}

/// Makes a member with an inviter: the row and the edge, in one transaction.
pub fn admit(tx: &mut Tx<'_>, newcomer: &Newcomer, by: &Admission) -> Result<Member, StoreError> {
    let member = insert(tx, newcomer)?;
    records::insert_edge(
        tx.conn,
        records::INVITE,
        by.inviter,
        member.row,
        Some(by.invite_row),
        tx.now,
    )?;
    tx.record(Event::MemberAdmitted(events::MemberAdmitted {
        person: member.row,
        id: member.id,
        inviter: by.inviter,
        invite: by.invite,
        flow: by.flow,
        assurance: member.assurance,
    }));
    Ok(member)
}

/// Gives a member another role. Whether anybody may, whoever calls it has decided.
///
/// # Errors
/// [`StoreError`]; also where the member is no longer as they were read.
pub fn give_role(tx: &mut Tx<'_>, member: &mut Member, role: Role, reason: RoleReason) -> Result<(), StoreError> {
    let before = member.role;
    if before == role {
        return Ok(());
    }
    if !records::change_role(tx.conn, member.row, before, role)? {
        return Err(StoreError::Internal(
            "a role changed while its member was locked".into(),
        ));
    }
    member.role = role;
    tx.record(Event::RoleChanged(events::RoleChanged {
        person: member.row,
        before,
        after: role,
        reason: Some(reason),
    }));
    Ok(())
}

fn insert(tx: &mut Tx<'_>, newcomer: &Newcomer) -> Result<Member, StoreError> {
    let id = Id::new(tx.now, tx.rng);
    Ok(records::insert(tx.conn, id, newcomer, tx.now)?)
}

/// The key that seals what is written about a member, who is locked. A member of a replayed history has no subject
/// until something is written about them.
pub fn key_of(tx: &mut Tx<'_>, vault: &Vault, member: &Member) -> Result<DataKey, VaultError> {
    if let Some(subject) = member.subject {
        return vault.key(tx.conn, subject);
    }
    let (subject, key) = vault.new_subject(tx)?;
    if records::set_subject(tx.conn, member.row, subject)? {
        Ok(key)
    } else {
        Err(StoreError::Internal("a member who was locked was given a subject".into()).into())
    }
}

/// One member stands up for another. False where they already did.
pub fn vouch(tx: &mut Tx<'_>, from: PersonRow, to: PersonRow) -> Result<bool, StoreError> {
    if records::has_edge(tx.conn, records::VOUCH, from, to)? {
        return Ok(false);
    }
    records::insert_edge(tx.conn, records::VOUCH, from, to, None, tx.now)?;
    tx.record(Event::Vouched(events::Vouched { from, to }));
    Ok(true)
}

/// Gives a member another inviter, or none, and keeps the former one with the time that it stood. Whether anybody may, and
/// that it makes no circle, whoever calls it has decided, under [`lock_inviters`]. False where they have another
/// inviter than `before`.
///
/// # Errors
/// [`VaultError`]
pub fn reparent(
    tx: &mut Tx<'_>,
    vault: &Vault,
    member: &Member,
    [before, after]: [Option<PersonRow>; 2],
    reason: ReparentReason,
    note: &Reason,
) -> Result<bool, VaultError> {
    let note = key_of(tx, vault, member)?.seal_note(note, tx.rng)?;
    let ended = records::ties::Ended {
        by: tx.actor().person(),
        reason,
        note_sealed: &note.sealed,
        now: tx.now,
    };
    let moved = records::ties::move_edge(tx.conn, member.row, before, after, member.joined_at, &ended);
    if !moved.map_err(StoreError::from)? {
        return Ok(false);
    }
    tx.record(Event::Reparented(events::Reparented {
        person: member.row,
        former_inviter: before,
        inviter: after,
        reason,
        note: note.commitment,
    }));
    Ok(true)
}

/// Lets a member go, who is locked and stood as they were read. Their row stays, with nobody's name: handle and
/// contacts go, and whatever was sealed about them never opens again. Where they are under a sanction, their contacts stay
/// taken by what they are found again by, so that nobody leaves to come in anew.
///
/// # Errors
/// [`VaultError`]; also where the member is no longer as they were read.
pub fn depart(
    tx: &mut Tx<'_>,
    vault: &Vault,
    member: &Member,
    sanctioned: bool,
    reason: LeaveReason,
) -> Result<(), VaultError> {
    let departure = records::departures::Departure {
        person: member.row,
        at: tx.now,
        removed_by: tx.actor().person().filter(|&by| by != member.row),
        reason,
        stood: member.standing,
    };
    if !records::departures::depart(tx.conn, member.standing, &departure).map_err(StoreError::from)? {
        return Err(StoreError::Internal("a standing changed while its member was locked".into()).into());
    }
    records::departures::forget_contacts(tx.conn, member.row, sanctioned).map_err(StoreError::from)?;
    if let Some(subject) = member.subject {
        vault.erase(tx, subject)?;
    }
    tx.record(Event::PersonLeft(events::PersonLeft {
        person: member.row,
        reason,
    }));
    Ok(())
}

impl FormerInviter {
    /// Why the person was given another, in words; none where the person is erased.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the note was altered, or is about another person.
    pub fn note(&self, key: &DataKey) -> Result<Option<zeroize::Zeroizing<String>>, StoreError> {
        let note = self.note_sealed.as_deref().map(|sealed| key.open_note(sealed));
        Ok(note.transpose()?)
    }
}

/// One member complains of another; the ledger alone keeps it.
pub fn report(tx: &mut Tx<'_>, from: PersonRow, on: PersonRow) {
    tx.record(Event::Reported(events::Reported { from, on }));
}

/// A proved contact point of a member.
pub struct Contact<'a> {
    /// The blind index of its normalised form.
    pub blind: &'a [u8],
    /// Its entered form, sealed under the member's key.
    pub sealed: &'a [u8],
    /// When control of it was proved.
    pub proved_at: Timestamp,
}

/// Gives a member a contact point. False where another member has it already.
pub fn add_contact(tx: &mut Tx<'_>, person: PersonRow, contact: &Contact<'_>) -> Result<bool, StoreError> {
    Ok(records::insert_contact(tx.conn, person, contact, tx.now)? == 1)
}

/// Gives a member another contact point in the place of theirs, which stays theirs to have back until then; its blind
/// index, where they had one. Outer none where the new one is another member's: then the transaction can only be rolled
/// back.
///
/// # Errors
/// [`StoreError`]
pub fn change_contact(
    tx: &mut Tx<'_>,
    person: PersonRow,
    contact: &Contact<'_>,
    kept_until: Timestamp,
) -> Result<Option<Option<Vec<u8>>>, StoreError> {
    let former = records::keep_contact(tx.conn, person, kept_until)?;
    Ok(add_contact(tx, person, contact)?.then_some(former))
}

#[cfg(test)]
impl Member {
    /// Somebody of this role in good standing, for tests of rules.
    pub fn sample(row: i64, role: Role) -> Self {
        Self {
            row: PersonRow(row),
            id: Id::from_uuid(uuid::Uuid::from_u128(row as u128)),
            subject: None,
            handle: None,
            role,
            standing: crate::platform::terms::Standing::Active,
            assurance: Assurance::Contact,
            locale: "en".into(),
            joined_at: Timestamp::default(),
        }
    }
}
