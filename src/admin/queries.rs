//! Questions that the store answers. Each reads a room by that room's own queries.

use super::{AskError, FormerInviterSeen, Happened, OpenSanction, Profile, happened};
use crate::{
    graph::LiveGraph,
    invites::{self, InviteState},
    moderation, onboarding, people,
    platform::{
        jobs::{self, JobRow},
        ledger::{self, Filter},
        store::{Conn, StoreError},
        terms::{JobId, PersonId, PersonRow, Timestamp},
        vault::{Vault, VaultError},
    },
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
