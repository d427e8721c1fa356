//! Members vouch for each other, and take it back.

use std::time::Duration;

use super::{
    Member, await_standing, member, member_by_id,
    records::ties,
    rules::{self, VOUCHES_AN_HOUR, VouchRefusal},
    vouch,
};
use crate::platform::{
    ledger::{Event, Tx, events},
    store::{
        CommandError, Disposition, StoreError, from_query,
        throttle::{Rate, Throttled},
    },
    terms::{PersonId, PersonRow, Timestamp},
    vault::{Blind, Vault},
};

/// Why a vouch was not given or taken back.
#[derive(Debug, thiserror::Error)]
pub enum VouchError {
    /// Nobody has this id.
    #[error("there is no such person")]
    PersonUnknown,
    /// The rules forbid it.
    #[error(transparent)]
    Refused(#[from] VouchRefusal),
    /// Whoever vouches is not in good standing.
    #[error("whoever vouches is not in good standing")]
    NotActive,
    /// They give or take back too many: to be tried again after so many seconds.
    #[error("too many vouches, try again in {0} s")]
    TooFast(u32),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(VouchError);

impl From<Throttled> for VouchError {
    fn from(throttled: Throttled) -> Self {
        match throttled {
            Throttled::Wait(seconds) => Self::TooFast(seconds),
            Throttled::Store(error) => error.into(),
        }
    }
}

impl CommandError for VouchError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            // That they tried is counted, and nothing else was written.
            _ => Disposition::Keep,
        }
    }
}

/// A vouch that stands: for whom, and since when.
#[derive(Debug)]
pub struct VouchGiven {
    /// For whom.
    pub to: Member,
    /// Since when.
    pub since: Timestamp,
}

/// `from` vouches for the member with this id, however that one stands. Where they do already, nothing changes.
///
/// # Errors
/// [`VouchError`]
pub fn give_vouch(tx: &mut Tx<'_>, vault: &Vault, from: PersonRow, to: PersonId) -> Result<VouchGiven, VouchError> {
    let to = begin(tx, vault, from, to)?;
    if let Some(since) = ties::vouched_since(tx.conn, from, to.row)? {
        return Ok(VouchGiven { to, since });
    }
    let taken_back = ties::taken_back_at(tx.conn, from, to.row)?;
    let given = ties::count_given(tx.conn, from)?;
    rules::may_vouch(given, taken_back, tx.now)?;
    vouch(tx, from, to.row)?;
    Ok(VouchGiven { to, since: tx.now })
}

/// `from` vouches for the member with this id no more. That they did, from when to when, is kept. False where they did
/// not.
///
/// # Errors
/// [`VouchError`]
pub fn take_vouch_back(tx: &mut Tx<'_>, vault: &Vault, from: PersonRow, to: PersonId) -> Result<bool, VouchError> {
    let to = begin(tx, vault, from, to)?;
    if !ties::end_vouch(tx.conn, from, to.row, tx.now)? {
        return Ok(false);
    }
    tx.record(Event::VouchTakenBack(events::VouchTakenBack { from, to: to.row }));
    Ok(true)
}

/// Counts the attempt, and looks for whom it is about.
fn begin(tx: &mut Tx<'_>, vault: &Vault, from: PersonRow, to: PersonId) -> Result<Member, VouchError> {
    const HOUR: Duration = Duration::from_secs(3600);
    // Before anything is written, so that what one member gives and takes back stands in its order in the feed.
    await_standing(tx.conn, from)?;
    let bucket = vault.blind(
        Blind::Throttle,
        &[b"vouches/".as_slice(), &from.0.to_be_bytes()].concat(),
    );
    tx.throttles
        .admit(tx.conn, &bucket, Rate::at_most(VOUCHES_AN_HOUR, HOUR), tx.now)?;
    let own = member(tx.conn, from)?.ok_or(VouchError::NotActive)?;
    if !own.standing.is_good() {
        return Err(VouchError::NotActive);
    }
    let to = member_by_id(tx.conn, to)?.ok_or(VouchError::PersonUnknown)?;
    if to.row == from {
        return Err(VouchRefusal::Yourself.into());
    }
    Ok(to)
}
