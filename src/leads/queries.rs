//! Each read of leads.

use std::collections::HashMap;

use metrics::gauge;

use super::{
    Lead, LeadKind, LeadState, MOST, Place,
    records::{self, LeadRow},
};
use crate::{
    people::{self, Name, member_by_id},
    platform::{
        store::{Conn, StoreError},
        terms::{LeadId, PersonId, PersonRow, metrics::LEADS_OPEN},
        vault::{Vault, VaultError},
    },
};

/// Which leads are looked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sought {
    /// Only those that stand so; those that are open where nothing is said.
    pub state: Option<LeadState>,
    /// Only those of this kind.
    pub kind: Option<LeadKind>,
    /// Only those about this person.
    pub person: Option<PersonId>,
}

/// Up to `limit` leads by kind, the strongest first, each with its place in the list. Reasons are opened where `vault` is
/// given.
///
/// # Errors
/// [`StoreError`]
pub fn list(
    conn: &mut Conn,
    vault: Option<&Vault>,
    sought: Sought,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<(Place, Lead)>, StoreError> {
    let person = match sought.person {
        Some(id) => match member_by_id(conn, id)? {
            Some(member) => Some(member.row),
            None => return Ok(Vec::new()),
        },
        None => None,
    };
    let state = sought.state.unwrap_or(LeadState::Open);
    let rows = records::list(conn, state, sought.kind, person, after, limit)?;
    shown(conn, vault, rows)
}

/// One lead. Its reason is opened where `vault` is given.
///
/// # Errors
/// [`StoreError`]
pub fn lead(conn: &mut Conn, vault: Option<&Vault>, id: LeadId) -> Result<Option<Lead>, StoreError> {
    let row = records::by_id(conn, id)?;
    let shown = shown(conn, vault, row.into_iter().collect())?.pop();
    Ok(shown.map(|(_, lead)| lead))
}

/// Of everybody about whom a lead is open, the kind of the one that stands highest among the leads of its kind: between
/// kinds strength says nothing.
///
/// # Errors
/// [`StoreError`]
pub fn highest(conn: &mut Conn) -> Result<HashMap<PersonRow, LeadKind>, StoreError> {
    let most = i64::try_from(MOST * LeadKind::ALL.len()).unwrap_or(i64::MAX);
    let (mut highest, mut rank, mut before) = (HashMap::<PersonRow, (usize, LeadKind)>::new(), 0, None);
    for (kind, person) in records::open(conn, most)? {
        rank = if before == Some(kind) { rank + 1 } else { 0 };
        before = Some(kind);
        let known = highest.entry(person).or_insert((rank, kind));
        if rank < known.0 {
            *known = (rank, kind);
        }
    }
    Ok(highest.into_iter().map(|(person, (_, kind))| (person, kind)).collect())
}

/// Tells how many leads are open.
///
/// # Errors
/// [`StoreError`]
pub fn measure(conn: &mut Conn) -> Result<(), StoreError> {
    let open = records::count_open(conn)?;
    for &kind in LeadKind::ALL {
        let count = open
            .iter()
            .find(|(found, _)| *found == kind)
            .map_or(0, |(_, count)| *count);
        gauge!(LEADS_OPEN, "kind" => kind.as_str()).set(count as f64);
    }
    Ok(())
}

fn shown(conn: &mut Conn, vault: Option<&Vault>, rows: Vec<LeadRow>) -> Result<Vec<(Place, Lead)>, StoreError> {
    let people: Vec<_> = rows.iter().map(|row| row.person).collect();
    let members = people::members_by_row(conn, &people, false)?;
    let by: Vec<_> = rows.iter().filter_map(|row| row.dismissed_by).collect();
    let names = people::names(conn, &by)?;
    let called = people::names(conn, &people)?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some(member), Some(&name)) = (members.get(&row.person), called.get(&row.person)) else {
            return Err(StoreError::Internal("a lead is about nobody".into()));
        };
        let reason = match (vault, &row.reason_sealed, member.subject) {
            (Some(vault), Some(sealed), Some(subject)) => match vault.key(conn, subject) {
                Ok(key) => Some(key.open_note(sealed)?.to_string()),
                Err(VaultError::Erased) => None,
                Err(error) => return Err(error.into()),
            },
            _ => None,
        };
        let by = row
            .dismissed_by
            .and_then(|by| names.get(&by))
            .map(|name: &Name| name.id);
        shown.push((
            Place(row.kind, row.strength, row.row),
            Lead {
                id: row.uid,
                kind: row.kind,
                state: row.state,
                person: name,
                standing: member.standing,
                strength: row.strength as f64 / 1e6,
                since: row.since,
                figures: serde_json::from_str(&row.figures)
                    .map_err(|error| StoreError::Internal(format!("the figures of a lead: {error}")))?,
                explanation: row.explanation,
                first_seen_at: row.first_seen_at,
                last_seen_at: row.last_seen_at,
                dismissed_at: row.dismissed_at,
                dismissed_by: by,
                reason,
            },
        ));
    }
    Ok(shown)
}
