//! Every change of identities, cases and refusals, each in the transaction of its caller.

mod name;
mod refusal;
mod review;
mod submission;

pub use name::show_name;
pub use refusal::lift;
pub use review::{claim, decide, give_back};
pub use submission::{ask_reviewer, confirm, release, submit};

use super::records;
use crate::platform::{ledger::Tx, store::StoreError, vault::Subject};

/// Forgets by what the document of a member who leaves is found again: it may be given anew.
///
/// # Errors
/// [`StoreError`]
pub fn forget(tx: &mut Tx<'_>, subject: Subject) -> Result<(), StoreError> {
    Ok(records::forget(tx.conn, subject)?)
}
