//! Questions that the store answers. Each reads a room by that room's own queries.

use super::{AskError, FormerInviterSeen, Happened, OpenSanction, Profile, happened};
use crate::{
    credentials,
    graph::LiveGraph,
    invites::{self, InviteState},
    moderation, onboarding, people,
    platform::{
        jobs::{self, JobRow},
        ledger::{self, Entry, Filter, Unreadable},
        store::{Conn, StoreError},
        terms::{ContactPoint, JobId, PersonId, PersonRow, Timestamp},
        vault::{Field, Vault, VaultError},
    },
    tokens,
};

/// How many of somebody's pending invites are shown with them; the list of invites has all.
const PENDING: i64 = 50;

/// A member, and their place in the graph.
///
/// # Errors
/// [`AskError`].
pub fn profile(conn: &mut Conn, live: &LiveGraph, id: PersonId, now: Timestamp) -> Result<Profile, AskError> {
    let member = people::member_by_id(conn, id)?.ok_or(AskError::PersonUnknown)?;
    let branch = live.figures(member.row, None).ok_or(AskError::NotCaughtUp)?;
    let (inviter, depth, invitees) = live
        .read(|graph| {
            Some((
                graph.inviter(member.row),
                graph.place(member.row)?.depth,
                graph.count_invitees(member.row)?,
            ))
        })
        .ok_or(AskError::NotCaughtUp)?;
    let inviter = match inviter {
        Some(row) => people::names(conn, &[row])?.remove(&row),
        None => None,
    };
    let open = invites::Sought {
        state: Some(InviteState::Open),
        inviter: Some(member.row),
        ..invites::Sought::default()
    };
    let pending = invites::overseen(conn, &open, None, PENDING, now)?;
    Ok(Profile {
        pending: pending.into_iter().map(|overseen| overseen.invite).collect(),
        sanctions: moderation::in_force(conn, member.row)?
            .into_iter()
            .map(|sanction| OpenSanction {
                id: sanction.id,
                kind: sanction.kind,
                reason: sanction.reason.as_str().to_owned(),
                imposed_at: sanction.imposed_at,
                until: sanction.until,
            })
            .collect(),
        came_by: onboarding::queries::came_by(conn, member.row)?,
        member,
        inviter,
        depth,
        invitees,
        branch,
    })
}

/// How somebody signs in.
pub struct AccountSeen {
    /// Their row.
    pub person: PersonRow,
    /// Their contact; none where it was not asked for, or is not held.
    pub contact: Option<ContactPoint>,
    /// Whether they have a password.
    pub has_password: bool,
    /// When they signed in last.
    pub last_sign_in_at: Option<Timestamp>,
}

/// How somebody signs in; none where nobody has this id. Their contact is opened where a `vault` is given.
///
/// # Errors
/// [`StoreError`]
pub fn account(conn: &mut Conn, vault: Option<&Vault>, id: PersonId) -> Result<Option<AccountSeen>, StoreError> {
    let Some(member) = people::member_by_id(conn, id)? else {
        return Ok(None);
    };
    let key = match vault
        .zip(member.subject)
        .map(|(vault, subject)| vault.key(conn, subject))
    {
        None | Some(Err(VaultError::Erased)) => None,
        Some(key) => Some(key?),
    };
    let contact = match (key, people::own_contact(conn, member.row)?) {
        (Some(key), Some(sealed)) => ContactPoint::parse(&key.open_text(Field::Contact, &sealed)?).ok(),
        _ => None,
    };
    Ok(Some(AccountSeen {
        person: member.row,
        contact,
        has_password: credentials::has_password(conn, member.row)?,
        last_sign_in_at: tokens::last_sign_in(conn, member.row)?,
    }))
}

/// What is looked for in the ledger.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// Only what this member did.
    pub actor: Option<PersonId>,
    /// Only what is about this member.
    pub subject: Option<PersonId>,
    /// Only events of this type.
    pub kind: Option<String>,
    /// Only what came before the event of this number.
    pub before: Option<i64>,
}

/// Up to `limit` events that are looked for, newest first. Of somebody whom nobody is there is nothing.
///
/// # Errors
/// [`StoreError`]
pub fn ledger(conn: &mut Conn, sought: Sought, limit: i64) -> Result<Vec<Happened>, StoreError> {
    let mut row = |id: Option<PersonId>| match id {
        None => Ok(Some(None)),
        Some(id) => Ok::<_, StoreError>(people::member_by_id(conn, id)?.map(|member| Some(member.row))),
    };
    let (Some(actor), Some(subject)) = (row(sought.actor)?, row(sought.subject)?) else {
        return Ok(Vec::new());
    };
    let filter = Filter {
        actor,
        subject,
        kind: sought.kind,
    };
    let entries = ledger::search(conn, &filter, sought.before, limit)?;
    happened(conn, &entries)
}

/// A part of the ledger, and how far it has been read.
#[derive(Debug, Clone, Copy)]
pub struct LedgerPart {
    /// Only what this member did.
    pub actor: Option<PersonId>,
    /// Only what is about this member.
    pub subject: Option<PersonId>,
    /// Only events of this type.
    pub kind: Option<&'static str>,
    /// After this position.
    pub after: i64,
    /// Up to this position.
    pub last: i64,
}

/// How many events are read at once.
const PART: i64 = 1000;

/// The next events of a part of the ledger, the oldest first, and what is left of it. Among many that were not asked for there may be none.
///
/// # Errors
/// [`StoreError`]
pub fn ledger_part(conn: &mut Conn, mut part: LedgerPart) -> Result<(Vec<Happened>, LedgerPart), StoreError> {
    let mut row = |id: Option<PersonId>| match id {
        None => Ok(Some(None)),
        Some(id) => Ok::<_, StoreError>(people::member_by_id(conn, id)?.map(|member| Some(member.row))),
    };
    let (Some(actor), Some(subject)) = (row(part.actor)?, row(part.subject)?) else {
        part.after = part.last;
        return Ok((Vec::new(), part));
    };
    let mut entries = ledger::legible(conn, part.after, PART)?;
    let pos = |entry: &Result<Entry, Unreadable>| entry.as_ref().map_or_else(|bad| bad.pos, |entry| entry.pos);
    let reached = entries.last().map_or(part.last, pos);
    entries.retain(|entry| pos(entry) <= part.last && is_wanted(entry, actor, subject, part.kind));
    part.after = reached.min(part.last);
    Ok((happened(conn, &entries)?, part))
}

/// Whether an entry was asked for; of one that cannot be read, as far as that can be told.
fn is_wanted(
    entry: &Result<Entry, Unreadable>,
    actor: Option<PersonRow>,
    subject: Option<PersonRow>,
    kind: Option<&str>,
) -> bool {
    let (by, on, of) = match entry {
        Ok(entry) => (
            entry.envelope.actor.person(),
            entry.envelope.subject,
            Some(entry.envelope.event.kind()),
        ),
        Err(bad) => {
            let head = bad.head.as_ref();
            (
                head.and_then(|head| head.actor.person()),
                None,
                head.map(|head| head.kind.as_str()),
            )
        }
    };
    (actor.is_none() || actor == by) && (subject.is_none() || subject == on) && (kind.is_none() || kind == of)
}

/// A job, and who asked for it.
#[derive(Debug)]
pub struct JobAsked {
    /// The job.
    pub job: JobRow,
    /// Who asked for it; none where the command line did.
    pub by: Option<PersonId>,
}

/// Up to `limit` jobs before the row `before`, newest first.
///
/// # Errors
/// [`StoreError`]
pub fn jobs(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<JobAsked>, StoreError> {
    let rows = jobs::all(conn, before, limit)?;
    asked(conn, rows)
}

/// One job.
///
/// # Errors
/// [`StoreError`]
pub fn job(conn: &mut Conn, id: JobId) -> Result<Option<JobAsked>, StoreError> {
    let row = jobs::by_id(conn, id)?;
    Ok(asked(conn, row.into_iter().collect())?.pop())
}

/// These jobs, and who asked for them.
///
/// # Errors
/// [`StoreError`]
pub fn asked(conn: &mut Conn, rows: Vec<JobRow>) -> Result<Vec<JobAsked>, StoreError> {
    let by: Vec<_> = rows.iter().filter_map(|job| job.created_by).collect();
    let names = people::names(conn, &by)?;
    let asked = |job: JobRow| JobAsked {
        by: job.created_by.and_then(|row| names.get(&row)).map(|name| name.id),
        job,
    };
    Ok(rows.into_iter().map(asked).collect())
}

/// What became of one item of a job.
#[derive(Debug)]
pub struct JobItem {
    /// What the job calls the item: a name or a row of its file.
    pub item: String,
    /// The member that it is about.
    pub person: Option<PersonId>,
    /// What became of it, as a word.
    pub outcome: String,
}

/// Up to `limit` items of a job after the one called `after`, by their names; none where there is no such job.
///
/// # Errors
/// [`StoreError`]
pub fn job_items(conn: &mut Conn, id: JobId, after: &str, limit: i64) -> Result<Option<Vec<JobItem>>, StoreError> {
    let Some(job) = jobs::by_id(conn, id)? else {
        return Ok(None);
    };
    let rows = jobs::outcomes(conn, job.row, after, limit)?;
    let members: Vec<_> = rows.iter().filter_map(|row| row.person).collect();
    let names = people::names(conn, &members)?;
    let items = rows.into_iter().map(|row| JobItem {
        person: row.person.and_then(|person| names.get(&person)).map(|name| name.id),
        item: row.item,
        outcome: row.outcome,
    });
    Ok(Some(items.collect()))
}

/// The inviters whom somebody had before, oldest first; none where nobody has this id. The notes are opened where a
/// `vault` is given.
///
/// # Errors
/// [`StoreError`]
pub fn former_inviters(
    conn: &mut Conn,
    vault: Option<&Vault>,
    id: PersonId,
) -> Result<Option<Vec<FormerInviterSeen>>, StoreError> {
    let Some(member) = people::member_by_id(conn, id)? else {
        return Ok(None);
    };
    let key = match vault
        .zip(member.subject)
        .map(|(vault, subject)| vault.key(conn, subject))
    {
        None | Some(Err(VaultError::Erased)) => None,
        Some(key) => Some(key?),
    };
    let found = people::former_inviters(conn, member.row)?;
    let rows: Vec<_> = found
        .iter()
        .flat_map(|one| [one.inviter, one.ended_by])
        .flatten()
        .collect();
    let names = people::names(conn, &rows)?;
    let id = |row: Option<PersonRow>| row.and_then(|row| names.get(&row)).map(|name| name.id);
    let mut seen = Vec::with_capacity(found.len());
    for former in found {
        let note = key.as_ref().map(|key| former.note(key)).transpose()?.flatten();
        seen.push(FormerInviterSeen {
            inviter: id(former.inviter),
            since: former.since,
            until: former.until,
            ended_by: id(former.ended_by),
            reason: former.reason,
            note: note.map(|note| note.to_string()),
        });
    }
    Ok(Some(seen))
}
