//! Moderation: what is done about a member, by whom and why, and how it is undone.
//!
//! What is promised:
//! - a ban takes effect in the transaction that writes it: the member's standing, the end of all
//!   their sessions and of their seats in rooms, and the ledger's word stand or fall together. Their
//!   invites need no change: an invite is good only while its inviter is in good standing;
//! - one ban at a time is in force for a person, however many are tried at once;
//! - a lift gives back the standing, and with it the invites; sessions stay ended;
//! - the community is never without an owner in good standing;
//! - the ledger holds a reason as a code and a commitment to the note. The note itself is sealed
//!   under the key of whom it is about, and goes when they are erased.

pub mod http;
mod records;
mod rules;

use zeroize::Zeroizing;

pub use rules::{NotAllowed, ReasonCode, RoleReason, RoleRefusal, SanctionKind};

use crate::{
    people::{self, Member},
    platform::{
        idempotency::KeyReused,
        ledger::{Event, Tx, events::SessionEnd},
        store::{CommandError, Conn, Disposition, Guard, StoreError, from_query},
        terms::{Assurance, PersonRow, Reason, Role, SanctionId, Standing, Timestamp},
        vault::{DataKey, Vault, VaultError},
    },
    policy::Current,
    rooms, tokens,
};

/// A sanction, in force or lifted.
#[derive(Debug, Clone)]
pub struct Sanction {
    /// Its public id.
    pub id: SanctionId,
    /// On whom.
    pub person: PersonRow,
    /// What it does.
    pub kind: SanctionKind,
    /// Why.
    pub reason: ReasonCode,
    /// Since when.
    pub imposed_at: Timestamp,
    /// By whom.
    pub imposed_by: Option<PersonRow>,
    /// Until when, where it was lifted.
    pub lifted_at: Option<Timestamp>,
    /// By whom it was lifted.
    pub lifted_by: Option<PersonRow>,
    note_sealed: Option<Vec<u8>>,
    lift_note_sealed: Option<Vec<u8>>,
}

/// Why a sanction was not imposed or lifted.
#[derive(Debug, thiserror::Error)]
pub enum SanctionError {
    /// Whoever asks may not.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// Nobody has this row.
    #[error("there is no such person")]
    PersonUnknown,
    /// The person is not in good standing: banned already, or gone.
    #[error("the person is not in good standing")]
    Exists,
    /// The person has no such sanction in force.
    #[error("the person has no such sanction in force")]
    Unknown,
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for SanctionError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

from_query!(SanctionError);

impl CommandError for SanctionError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

/// Why a role was not given.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// The rules are against it.
    #[error(transparent)]
    Refused(#[from] RoleRefusal),
    /// Nobody has this row.
    #[error("there is no such person")]
    PersonUnknown,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(RoleError);

impl CommandError for RoleError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Refused(_) | Self::PersonUnknown => Disposition::RollBack,
        }
    }
}

/// Who acts and on whom, both held as they are until the end of the transaction.
struct Held {
    by: Member,
    target: Member,
    /// How many owners are in good standing.
    owners: usize,
}

/// None where the target is nobody.
fn lock(tx: &mut Tx<'_>, by: PersonRow, target: PersonRow) -> Result<Option<Held>, StoreError> {
    let members = people::lock(tx.conn, tx.guards, by, target)?;
    let find = |row| members.iter().find(|member| member.row == row).cloned();
    let Some(target) = find(target) else { return Ok(None) };
    let by = find(by).ok_or_else(|| StoreError::Internal("somebody acts who is no member".into()))?;
    let owners = members
        .iter()
        .filter(|member| member.role == Role::Owner && member.standing == Standing::Active)
        .count();
    Ok(Some(Held { by, target, owners }))
}

/// A ban that is to be.
#[derive(Debug, Clone, Copy)]
pub struct NewBan<'a> {
    /// Its public id.
    pub id: SanctionId,
    /// On whom.
    pub target: PersonRow,
    /// Why.
    pub reason: ReasonCode,
    /// Why, in words.
    pub note: &'a Reason,
}

/// Puts a member out: their standing, all their sessions, and with their standing their invites.
///
/// Whoever comes in by an invite of theirs stands before the ban in the ledger, or stays out.
///
/// An owner may ban an owner. That leaves one at least: whoever bans is in good standing, at the
/// commit too, and nobody bans themself.
///
/// # Errors
/// [`SanctionError`].
pub fn ban(tx: &mut Tx<'_>, vault: &Vault, by: PersonRow, new: &NewBan<'_>) -> Result<Sanction, SanctionError> {
    let target = new.target;
    people::await_standing(tx.conn, target)?;
    let held = lock(tx, by, target)?.ok_or(SanctionError::PersonUnknown)?;
    rules::may_sanction(&held.by, &held.target)?;
    if !people::set_standing(tx.conn, target, Standing::Active, Standing::Banned)? {
        return Err(SanctionError::Exists);
    }
    let note = key(tx, vault, &held.target)?.seal_note(new.note, tx.rng)?;
    let sanction = Sanction {
        id: new.id,
        person: target,
        kind: SanctionKind::Ban,
        reason: new.reason,
        imposed_at: tx.now,
        imposed_by: Some(by),
        lifted_at: None,
        lifted_by: None,
        note_sealed: Some(note.sealed),
        lift_note_sealed: None,
    };
    records::insert(tx.conn, &sanction)?;
    tx.record(Event::PersonBanned {
        sanction: sanction.id,
        person: target,
        reason: new.reason.to_string(),
        note: note.commitment,
    });
    tokens::end_all(tx, target, SessionEnd::Sanctioned)?;
    rooms::end_all(tx, target)?;
    Ok(sanction)
}

/// Lifts a ban: the member is in good standing again, and so are their invites; they sign in
/// again. `note` says why in words. Who may ban may lift.
///
/// # Errors
/// [`SanctionError`].
pub fn lift(
    tx: &mut Tx<'_>,
    vault: &Vault,
    by: PersonRow,
    target: PersonRow,
    sanction: SanctionId,
    note: &Reason,
) -> Result<Sanction, SanctionError> {
    // A ban may have its id before it waits here, and would stand before the lift that it comes after.
    if tx.guards.on(Guard::LiftInTurn) {
        people::await_standing(tx.conn, target)?;
    }
    let held = lock(tx, by, target)?.ok_or(SanctionError::PersonUnknown)?;
    rules::may_sanction(&held.by, &held.target)?;
    let note = key(tx, vault, &held.target)?.seal_note(note, tx.rng)?;
    let lifted = records::lift(tx.conn, sanction, target, by, &note.sealed, tx.now)?.ok_or(SanctionError::Unknown)?;
    if !people::set_standing(tx.conn, target, Standing::Banned, Standing::Active)? {
        return Err(StoreError::Internal("a ban was in force on somebody who is not banned".into()).into());
    }
    tx.record(Event::BanLifted {
        sanction,
        person: target,
        note: note.commitment,
    });
    Ok(lifted)
}

/// The key for notes about a member, who is held. A member of a replayed history has no subject
/// until something is written about them.
fn key(tx: &mut Tx<'_>, vault: &Vault, member: &Member) -> Result<DataKey, SanctionError> {
    if let Some(subject) = member.subject {
        return Ok(vault.key(tx.conn, subject)?);
    }
    let (subject, key) = vault.new_subject(tx)?;
    if people::set_subject(tx.conn, member.row, subject)? {
        Ok(key)
    } else {
        Err(StoreError::Internal("a member who was held was given a subject".into()).into())
    }
}

/// Gives a member a role; false where it is theirs already.
///
/// # Errors
/// [`RoleError`].
pub fn give_role(
    tx: &mut Tx<'_>,
    by: PersonRow,
    target: PersonRow,
    role: Role,
    reason: RoleReason,
) -> Result<bool, RoleError> {
    let held = lock(tx, by, target)?.ok_or(RoleError::PersonUnknown)?;
    rules::may_give_role(&held.by, &held.target, role, held.owners)?;
    let before = held.target.role;
    if before == role {
        return Ok(false);
    }
    if !people::change_role(tx.conn, target, before, role)? {
        return Err(StoreError::Internal("a role changed while its holder was held".into()).into());
    }
    tx.record(Event::RoleChanged {
        person: target,
        before,
        after: role,
        reason: Some(reason.to_string()),
    });
    Ok(true)
}

/// Why an assurance was not lowered.
#[derive(Debug, thiserror::Error)]
pub enum AssuranceError {
    /// Whoever asks may not.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// Nobody has this row.
    #[error("there is no such person")]
    PersonUnknown,
    /// It is that low already. It rises by a review alone.
    #[error("the assurance is not higher than that")]
    NotHigher,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(AssuranceError);

impl CommandError for AssuranceError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::NotAllowed(_) | Self::PersonUnknown | Self::NotHigher => Disposition::RollBack,
        }
    }
}

/// Holds less to be known of a member than before: their document turned out to be another's, say. Where a
/// room asks for more than is left, they lose their seat. Who may ban may do this.
///
/// # Errors
/// [`AssuranceError`].
pub fn lower_assurance(
    tx: &mut Tx<'_>,
    policy: &Current,
    by: PersonRow,
    target: PersonRow,
    to: Assurance,
    reason: ReasonCode,
) -> Result<(), AssuranceError> {
    people::await_standing(tx.conn, target)?;
    let held = lock(tx, by, target)?.ok_or(AssuranceError::PersonUnknown)?;
    rules::may_sanction(&held.by, &held.target)?;
    let before = held.target.assurance;
    if before <= to {
        return Err(AssuranceError::NotHigher);
    }
    if !people::set_assurance(tx.conn, target, before, to)? {
        return Err(StoreError::Internal("an assurance changed while its holder was held".into()).into());
    }
    tx.record(Event::AssuranceLowered {
        person: target,
        before,
        after: to,
        reason: reason.to_string(),
    });
    rooms::reconsider(tx, policy, target)?;
    Ok(())
}

/// A sanction by its public id.
///
/// # Errors
/// [`StoreError`].
pub fn sanction(conn: &mut Conn, id: SanctionId) -> Result<Option<Sanction>, StoreError> {
    Ok(records::by_id(conn, id)?)
}

/// A person's sanctions, newest first, up to `limit`, from the start or after `after`.
///
/// # Errors
/// [`StoreError`].
pub fn sanctions(
    conn: &mut Conn,
    person: PersonRow,
    after: Option<SanctionId>,
    limit: i64,
) -> Result<Vec<Sanction>, StoreError> {
    Ok(records::of_person(conn, person, after, limit)?)
}

/// The notes of one person's sanctions.
pub struct Notes(Option<DataKey>);

impl Notes {
    /// What opens the notes about `person`; they are gone where the person was erased.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn about(conn: &mut Conn, vault: &Vault, person: &Member) -> Result<Self, StoreError> {
        match person.subject.map(|subject| vault.key(conn, subject)).transpose() {
            Ok(key) => Ok(Self(key)),
            Err(VaultError::Erased) => Ok(Self(None)),
            Err(error) => Err(error.into()),
        }
    }

    /// Why the sanction was imposed.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the note was altered, or is about somebody else.
    pub fn imposed(&self, sanction: &Sanction) -> Result<Option<Zeroizing<String>>, StoreError> {
        self.open(sanction.note_sealed.as_deref())
    }

    /// Why it was lifted.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the note was altered, or is about somebody else.
    pub fn lifted(&self, sanction: &Sanction) -> Result<Option<Zeroizing<String>>, StoreError> {
        self.open(sanction.lift_note_sealed.as_deref())
    }

    fn open(&self, sealed: Option<&[u8]>) -> Result<Option<Zeroizing<String>>, StoreError> {
        match (&self.0, sealed) {
            (Some(key), Some(sealed)) => Ok(Some(key.open_note(sealed)?)),
            _ => Ok(None),
        }
    }
}
