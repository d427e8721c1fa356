//! Reports of members, by members and by filters, and how they are closed: all that are open on a person at once.

use std::time::Duration;

use super::acting;
use crate::{
    moderation::{
        ReasonCode, ReportError, ReportOutcome,
        records::reports::{self, Reporter},
    },
    people::{self, Member},
    platform::{
        ledger::{Event, Tx, events},
        store::throttle::{Rate, Throttled},
        terms::{Id, PersonId, PersonRow, Reason, ReportId, ServiceId, Standing, TicketId},
        vault::{Blind, Vault},
    },
    rooms::{self, RoomName},
    tokens,
};

/// Reports that one member may make in a day.
pub const A_DAY: u32 = 20;
const DAY: Duration = Duration::from_secs(86_400);

/// Reports a member. Where one has a report open on them already, that one stands; it counts all the same. What is wrong
/// with the note is told after what the reporter may not do.
///
/// # Errors
/// [`ReportError`]; nothing is changed then.
pub fn report(
    tx: &mut Tx<'_>,
    vault: &Vault,
    by: PersonRow,
    on: PersonId,
    reason: ReasonCode,
    note: Option<&str>,
) -> Result<(), ReportError> {
    let on = reported(tx, vault, by, on)?;
    let note = note.map(Reason::parse).transpose()?;
    keep(tx, vault, Reporter::Member(by), &on, reason, note.as_ref())?;
    Ok(())
}

/// Whom somebody may report now; it counts as one of their reports.
fn reported(tx: &mut Tx<'_>, vault: &Vault, by: PersonRow, on: PersonId) -> Result<Member, ReportError> {
    let bucket = vault.blind(Blind::Throttle, &[b"reports/".as_slice(), &by.0.to_be_bytes()].concat());
    match tx.throttles.admit(tx.conn, &bucket, Rate::at_most(A_DAY, DAY), tx.now) {
        Ok(()) => {}
        Err(Throttled::Wait(seconds)) => return Err(ReportError::TooMany(seconds)),
        Err(Throttled::Store(error)) => return Err(error.into()),
    }
    let on = people::member_by_id(tx.conn, on)?.filter(|on| on.standing != Standing::Left);
    let on = on.ok_or(ReportError::PersonUnknown)?;
    if on.row == by {
        return Err(ReportError::Oneself);
    }
    Ok(on)
}

/// Keeps a report; false where one is open already.
fn keep(
    tx: &mut Tx<'_>,
    vault: &Vault,
    by: Reporter,
    on: &Member,
    reason: ReasonCode,
    note: Option<&Reason>,
) -> Result<bool, ReportError> {
    let note = match note {
        Some(note) => Some(people::key_of(tx, vault, on)?.seal_note(note, tx.rng)?.sealed),
        None => None,
    };
    let id: ReportId = Id::new(tx.now, tx.rng);
    if reports::insert(tx.conn, id, (by, on.row), reason, note.as_deref(), tx.now)? {
        match by {
            Reporter::Member(by) => people::report(tx, by, on.row),
            Reporter::Filter(_) => {}
        }
        return Ok(true);
    }
    Ok(false)
}

/// Reports whoever is, or was, in a room under a ticket, as a filter. Where it has a report open on them already, that one
/// stands. Leads do not count it: they weigh what members say of members.
///
/// # Errors
/// [`ReportError`]; nothing is changed then.
pub fn report_by_filter(
    tx: &mut Tx<'_>,
    vault: &Vault,
    filter: ServiceId,
    room: &RoomName,
    ticket: TicketId,
    reason: ReasonCode,
    note: Option<&str>,
) -> Result<(), ReportError> {
    let row = tokens::services::filter(tx.conn, filter)?.ok_or(ReportError::NoFilter)?;
    let there = rooms::queries::issued(tx.conn, ticket)?.filter(|issued| issued.room == *room);
    let there = there.ok_or(ReportError::ParticipantUnknown)?.ticket.person;
    let on = people::member(tx.conn, there)?.filter(|on| on.standing != Standing::Left);
    let on = on.ok_or(ReportError::ParticipantUnknown)?;
    let note = note.map(Reason::parse).transpose()?;
    if keep(tx, vault, Reporter::Filter(row), &on, reason, note.as_ref())? {
        tx.record(Event::FilterReported(events::FilterReported { on: on.row, filter }));
    }
    Ok(())
}

/// Closes every report that is open on somebody, who may have left; how many there were.
///
/// # Errors
/// [`ReportError`]; nothing is changed then.
pub fn close(tx: &mut Tx<'_>, on: PersonId, outcome: ReportOutcome) -> Result<usize, ReportError> {
    acting(tx).map_err(ReportError::from)?;
    let on = people::member_by_id(tx.conn, on)?.ok_or(ReportError::PersonUnknown)?;
    let by = tx.actor().person();
    let closed = reports::close(tx.conn, on.row, by, outcome, tx.now)?;
    if closed == 0 {
        return Err(ReportError::NoneOpen);
    }
    tx.record(Event::ReportsClosed(events::ReportsClosed {
        person: on.row,
        reports: closed as u64,
        outcome,
    }));
    Ok(closed)
}
