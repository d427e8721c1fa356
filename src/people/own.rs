//! What a member changes of how they are called and written to.

use std::time::Duration;

use super::{Member, records};
use crate::platform::{
    ledger::{Event, Tx, events},
    store::{Conn, StoreError},
    terms::{PersonRow, Timestamp},
};

/// How often a handle is changed: once in so long.
pub const HANDLE_STAYS: Duration = Duration::from_secs(30 * 86_400);
/// How long a handle that was given up is nobody else's.
pub const HANDLE_KEPT: Duration = Duration::from_secs(90 * 86_400);

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandleChange {
    /// It is theirs.
    Done,
    /// It is another's, or was a while ago. The transaction can only be rolled back.
    Taken,
    /// They have changed it a while ago; it can be changed from then on.
    TooSoon(Timestamp),
}

/// Gives a member, who is locked, another handle. Their former one is nobody else's for a while.
///
/// # Errors
/// [`StoreError`]
pub fn change_handle(tx: &mut Tx<'_>, member: &Member, handle: &str) -> Result<HandleChange, StoreError> {
    let person = member.row;
    if member.handle.as_deref() == Some(handle) {
        return Ok(HandleChange::Done);
    }
    if let Some(changed) = records::note_change(tx.conn, person, tx.now.before(HANDLE_STAYS), tx.now)? {
        return Ok(HandleChange::TooSoon(changed.after(HANDLE_STAYS)));
    }
    if let Some(former) = &member.handle {
        records::keep_handle(tx.conn, person, former, tx.now.after(HANDLE_KEPT))?;
    }
    if !records::set_handle(tx.conn, person, handle, tx.now)? {
        return Ok(HandleChange::Taken);
    }
    records::forget_handles(tx.conn, person, handle, tx.now)?;
    tx.record(Event::HandleChanged(events::HandleChanged { person }));
    Ok(HandleChange::Done)
}

/// The handles that a member gave up and that are nobody else's until then.
///
/// # Errors
/// [`StoreError`]
pub fn former_handles(
    conn: &mut Conn,
    person: PersonRow,
    now: Timestamp,
) -> Result<Vec<(String, Timestamp)>, StoreError> {
    Ok(records::former_handles_of(conn, person, now)?)
}

/// Changes the language of letters to a member.
///
/// # Errors
/// [`StoreError`]
pub fn change_language(tx: &mut Tx<'_>, person: PersonRow, tag: &str) -> Result<(), StoreError> {
    if records::set_locale(tx.conn, person, tag)? {
        tx.record(Event::LanguageChanged(events::LanguageChanged { person }));
    }
    Ok(())
}
