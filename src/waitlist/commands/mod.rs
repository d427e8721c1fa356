//! Every change of the waitlist, each in one transaction.

mod admit;
mod ask;

pub use admit::{Admitted, NewDraw, draw, let_in, pace, refuse, vouch};
pub(in crate::waitlist) use ask::proofs;
pub use ask::{NewApplication, ask, leave, prove};

use admit::is_let_in;

use super::{Application, records};
use crate::platform::{
    ledger::{
        Event, Tx,
        events::{self, Parting},
    },
    store::StoreError,
    vault::Vault,
};

/// Removes an application that is in one of these states, and whatever was sealed for it; false where it is not.
fn forget(
    tx: &mut Tx<'_>,
    vault: &Vault,
    application: &Application,
    states: &[super::State],
    why: Parting,
) -> Result<bool, StoreError> {
    if !records::remove(tx.conn, application.row, states)? {
        return Ok(false);
    }
    vault.erase(tx, application.subject)?;
    tx.record(Event::ApplicantLeft(events::ApplicantLeft {
        application: application.id,
        why,
    }));
    Ok(true)
}

/// Ends the applications of an address whose owner is a member now.
pub(super) fn joined(tx: &mut Tx<'_>, vault: &Vault, blind: &[u8]) -> Result<(), StoreError> {
    const OVER: [super::State; 2] = [super::State::Waiting, super::State::LetIn];
    records::share(tx.conn)?;
    for application in records::by_address(tx.conn, blind, &OVER)? {
        forget(tx, vault, &application, &OVER, Parting::Joined)?;
    }
    Ok(())
}
