//! What is read of invites.

use std::{collections::HashMap, time::Duration};

use subtle::ConstantTimeEq;

use super::{
    Closed, Code, Figures, Grant, Invite, InviteState, Message, Sought, records,
    rules::{self, inviting},
};
use crate::{
    people::{self, Member, Name},
    platform::{
        ledger::events::InviteKind,
        store::{Conn, StoreError},
        terms::{ContactPoint, Id, PersonId, PersonRow, Role, Standing, Timestamp, kinds},
        vault::{DataKey, Field, KeyPurpose, Vault, VaultError},
    },
    policy::{self, ContactKind, Places, Policy, Tally, may_give_role, may_still_invite},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long somebody has been a member when figures count whether they are in good standing.
pub const MATURES: Duration = DAY.saturating_mul(30);

/// An invite as its own inviter sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The invite.
    pub invite: Invite,
    /// What it was sent to; none for a link.
    pub address: Option<ContactPoint>,
    /// How many of its reserved uses are over, though still counted.
    pub expired_reservations: i64,
    /// The inviter's words.
    pub message: Option<Message>,
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
    let message = message(conn, vault, &invite)?;
    Ok(Shown {
        invite,
        address,
        expired_reservations,
        message,
    })
}

/// An invite of a member's own; none where it is somebody else's.
///
/// # Errors
/// [`StoreError`]
pub fn own(conn: &mut Conn, inviter: PersonRow, id: Id<kinds::Invite>) -> Result<Option<Invite>, StoreError> {
    Ok(records::by_id(conn, id)?.filter(|invite| invite.inviter == inviter))
}

/// The same, as its giver is shown it.
///
/// # Errors
/// [`StoreError`]
pub fn own_shown(
    conn: &mut Conn,
    vault: &Vault,
    inviter: PersonRow,
    id: Id<kinds::Invite>,
    now: Timestamp,
) -> Result<Option<Shown>, StoreError> {
    let invite = own(conn, inviter, id)?;
    invite.map(|invite| shown(conn, vault, invite, now)).transpose()
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

/// Somebody's invite as admins see it.
#[derive(Debug, Clone)]
pub struct Overseen {
    /// The invite.
    pub invite: Invite,
    /// Where it stands.
    pub state: InviteState,
    /// Who gave it.
    pub inviter: Option<Name>,
}

/// Everybody's invites that are looked for, before the row `before`, newest first, at most `limit`.
///
/// # Errors
/// [`StoreError`]
pub fn overseen(
    conn: &mut Conn,
    sought: &Sought,
    before: Option<i64>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<Overseen>, StoreError> {
    let found = records::sought(conn, sought, before, limit, now)?;
    let inviters: Vec<PersonRow> = found.iter().map(|(invite, _)| invite.inviter).collect();
    let names = people::names(conn, &inviters)?;
    let overseen = |(invite, state): (Invite, InviteState)| Overseen {
        inviter: names.get(&invite.inviter).cloned(),
        invite,
        state,
    };
    Ok(found.into_iter().map(overseen).collect())
}

/// Open invites beyond what a policy lets new ones be, among the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beyond {
    /// How many were looked at.
    pub looked_at: u64,
    /// Those with more uses than a link may have.
    pub more_uses: u64,
    /// Those that end later than one given now could.
    pub live_longer: u64,
}

/// How many of the newest invites are looked at for [`beyond`].
pub const LOOKED_AT: i64 = 20_000;

/// What of the newest invites is open and beyond what `policy` lets new ones be.
///
/// # Errors
/// [`StoreError`]
pub fn beyond(conn: &mut Conn, policy: &Policy, now: Timestamp) -> Result<Beyond, StoreError> {
    let latest = now.after(DAY.saturating_mul(policy.invite.lifetime_days));
    let [looked_at, more_uses, live_longer] = records::beyond(conn, policy.invite.max_uses, latest, LOOKED_AT, now)?
        .map(|count| u64::try_from(count).unwrap_or_default());
    Ok(Beyond {
        looked_at,
        more_uses,
        live_longer,
    })
}

/// By what invites are counted, and after which of them a page begins.
#[derive(Debug, Clone)]
pub enum By {
    /// By campaign.
    Campaign {
        /// The last of the page before; empty for the first page.
        after: String,
    },
    /// By whoever gave them.
    Inviter {
        /// The last of the page before; 0 for the first page.
        after: PersonRow,
    },
}

/// What came of the invites of a campaign or of a member.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The figures.
    pub figures: Figures,
    /// The member, where members are counted.
    pub inviter: Option<Name>,
}

/// What came of invites, at most `limit` groups. Who came in at `matured` or before is counted by their standing.
///
/// # Errors
/// [`StoreError`]
pub fn figures(conn: &mut Conn, by: &By, limit: i64, matured: Timestamp) -> Result<Vec<Counted>, StoreError> {
    let found = match by {
        By::Campaign { after } => records::by_campaign(conn, after, limit, matured)?,
        By::Inviter { after } => records::by_inviter(conn, *after, limit, matured)?,
    };
    let inviters: Vec<PersonRow> = found.iter().map(|figures| figures.inviter).collect();
    let names = people::names(conn, &inviters)?;
    let counted = |figures: Figures| Counted {
        inviter: names.get(&figures.inviter).cloned(),
        figures,
    };
    Ok(found.into_iter().map(counted).collect())
}

/// What whoever has a code may know before they begin.
pub(super) struct Preview {
    pub(super) invite: Invite,
    pub(super) inviter: Member,
    /// What it was sent to.
    pub(super) address: Option<ContactPoint>,
    /// The inviter's words.
    pub(super) message: Option<Message>,
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
        address,
        message: message(conn, vault, &invite)?,
        invite,
        inviter,
    }))
}

/// Whether no quota limits how many invites a member issues.
pub(super) fn is_unlimited(policy: &Policy, member: &Member) -> bool {
    policy.invite.unlimited_roles.contains(&member.role)
}

/// What is counted of these members' places, as far as the policy lets it count.
pub(super) fn tallies(
    conn: &mut Conn,
    policy: &Policy,
    members: &[PersonRow],
    now: Timestamp,
) -> Result<HashMap<PersonRow, Tally>, StoreError> {
    let rule = &policy.invite;
    let counts = rule.earn_places > 0 || rule.take_places > 0;
    let settled_by = counts.then(|| now.before(DAY.saturating_mul(rule.earn_after_days)));
    Ok(records::tallies(conn, members, settled_by)?)
}

/// The places of a member: what is left, and why.
pub fn places(conn: &mut Conn, policy: &Policy, member: &Member, now: Timestamp) -> Result<Places, StoreError> {
    let mut tally = tallies(conn, policy, &[member.row], now)?
        .remove(&member.row)
        .unwrap_or_default();
    tally.open = tally.open.saturating_sub(records::refundable(conn, member.row, now)?);
    Ok(policy::places(&policy.invite, member.role, member.assurance, &tally))
}

/// The kinds of invite that the policy lets a member give now, whatever is left of their places.
pub fn may_give(policy: &Policy, member: &Member, now: Timestamp) -> Vec<InviteKind> {
    let contact = policy.join.contact;
    [
        (InviteKind::Email, contact != ContactKind::Phone),
        (InviteKind::Phone, contact != ContactKind::Email),
        (InviteKind::Link, true),
    ]
    .into_iter()
    .filter(|(kind, is_taken)| {
        let inviter = inviting(member, Tally::default());
        *is_taken && may_still_invite(policy, &inviter, *kind == InviteKind::Link, now).is_ok()
    })
    .map(|(kind, _)| kind)
    .collect()
}

/// As many grants are shown of a member, the newest.
const GRANTS_SHOWN: i64 = 100;

/// The places of a member, and what admins have given them and taken; none where nobody has this id. The reasons are
/// opened where a `vault` is given.
///
/// # Errors
/// [`StoreError`]
pub fn quota_of(
    conn: &mut Conn,
    policy: &Policy,
    vault: Option<&Vault>,
    person: PersonId,
    now: Timestamp,
) -> Result<Option<(Places, Vec<Grant>)>, StoreError> {
    let Some(member) = people::member_by_id(conn, person)? else {
        return Ok(None);
    };
    let places = places(conn, policy, &member, now)?;
    let rows = records::grants_of(conn, member.row, GRANTS_SHOWN)?;
    let key = match vault {
        Some(vault) => note_key(conn, vault, member.row)?,
        None => None,
    };
    Ok(Some((places, grants(conn, rows, key.as_ref())?)))
}

/// What opens the reasons that were written about a member; none once they are erased.
pub(super) fn note_key(conn: &mut Conn, vault: &Vault, person: PersonRow) -> Result<Option<DataKey>, StoreError> {
    let subject = people::member(conn, person)?.and_then(|member| member.subject);
    match subject.map(|subject| vault.key(conn, subject)).transpose() {
        Ok(key) => Ok(key),
        Err(VaultError::Erased) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Grants as they are shown, their reasons opened where there is a key.
pub(super) fn grants(
    conn: &mut Conn,
    rows: Vec<records::GrantRow>,
    key: Option<&DataKey>,
) -> Result<Vec<Grant>, StoreError> {
    let by: Vec<PersonRow> = rows.iter().filter_map(|row| row.granted_by).collect();
    let names = people::names(conn, &by)?;
    let grant = |row: records::GrantRow| {
        let reason = key.map(|key| key.open_note(&row.reason_sealed)).transpose()?;
        Ok(Grant {
            id: row.id,
            places: row.places,
            reason,
            at: row.at,
            by: row.granted_by.and_then(|by| names.get(&by)).map(|name| name.id),
        })
    };
    rows.into_iter().map(grant).collect()
}

/// What kind of contact is proved with an invite: what it was sent to, and with a link what the policy takes.
pub const fn takes(invite: &Invite, policy: ContactKind) -> ContactKind {
    match invite.kind {
        InviteKind::Email => ContactKind::Email,
        InviteKind::Phone => ContactKind::Phone,
        InviteKind::Link => policy,
    }
}

/// Opens the address or the number that an invite was sent to.
pub fn address(conn: &mut Conn, vault: &Vault, invite: &Invite) -> Result<Option<ContactPoint>, VaultError> {
    let Some((subject, sealed)) = &invite.address else {
        return Ok(None);
    };
    let kept = vault.key(conn, *subject)?.open_text(Field::Contact, sealed)?;
    Ok(ContactPoint::parse(&kept).ok())
}

/// Opens the words that stand beside an invite; none where there are none, or they are erased.
pub(super) fn message(conn: &mut Conn, vault: &Vault, invite: &Invite) -> Result<Option<Message>, StoreError> {
    let Some((subject, sealed)) = &invite.message else {
        return Ok(None);
    };
    let key = match vault.key(conn, *subject) {
        Ok(key) => key,
        Err(VaultError::Erased) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    Ok(Some(Message::stored(&key.open_text(Field::Message, sealed)?)))
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
    Ok(invite.revoked_at.is_none() && inviter.may_invite())
}

/// The role that an invite gives beyond a member's, if its inviter may give it now; none otherwise.
///
/// # Errors
/// [`StoreError`]
pub fn role_to_give(conn: &mut Conn, policy: &Policy, invite: &Invite) -> Result<Option<Role>, StoreError> {
    let Some(role) = invite.role else { return Ok(None) };
    let inviter = people::member(conn, invite.inviter)?;
    Ok(inviter
        .is_some_and(|inviter| may_give_role(policy, inviter.role, role).is_ok())
        .then_some(role))
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
