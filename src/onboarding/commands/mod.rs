//! Every change of a flow. Each runs in the transaction of its caller, but for [`join`] and [`lapse`], which open their
//! own.

mod contact;
mod flow;
mod identity;
mod join;

pub use contact::{GUESSES_A_DAY, give_contact, prove_contact};
pub use flow::{abandon, lapse, start};
pub use identity::{ask_reviewer, give_identity};
pub use join::{Join, Joined, NewMember, admit};

use super::{Flow, Progress, StepError, queries, records};
use crate::{
    identity::Reached,
    platform::{
        ledger::Tx,
        store::StoreError,
        terms::{Id, PersonRow, kinds},
    },
    policy::{Policy, Step},
};

/// Forgets by what the address of a member who leaves is found again in their way in.
///
/// # Errors
/// [`StoreError`]
pub fn forget(tx: &mut Tx<'_>, person: PersonRow) -> Result<(), StoreError> {
    Ok(records::forget(tx.conn, person)?)
}

/// The flow, if `step` is its next, and how far the real name has come. Its row is locked until the end of the
/// transaction.
fn at_step(tx: &mut Tx<'_>, policy: &Policy, flow: Id<kinds::Flow>, step: Step) -> Result<(Flow, Reached), StepError> {
    let flow = records::lock(tx.conn, flow)?.ok_or(StepError::Ended)?;
    match queries::read_standing(tx.conn, policy, &flow, tx.now)? {
        (Progress::Next(next), reached) if next == step => Ok((flow, reached)),
        (Progress::Next(_), _) => Err(StepError::OutOfOrder),
        (Progress::Member | Progress::Refused | Progress::Ended, _) => Err(StepError::Ended),
        (Progress::Lapsed, _) if flow.proved_at.is_some() => Err(StepError::ReservationExpired),
        (Progress::Lapsed, _) => Err(StepError::Ended),
    }
}
