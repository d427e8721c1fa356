//! What changes an account.

mod address;
mod password;
mod profile;

use crate::{
    account::AccountError,
    people::{self, Member},
    platform::{
        ledger::Tx,
        terms::{PersonRow, SessionId, Standing},
    },
};

/// A member who is signed in.
#[derive(Debug, Clone, Copy)]
pub struct Me {
    /// Their row.
    pub person: PersonRow,
    /// The session that asks.
    pub session: SessionId,
    /// Whether they have signed in a moment ago.
    pub recent: bool,
}

/// Holds a member, so that of two changes of one account the second sees the first.
fn held(tx: &mut Tx<'_>, person: PersonRow) -> Result<Member, AccountError> {
    let member = people::lock_own(tx.conn, person)?;
    let member = member.filter(|member| member.standing != Standing::Left);
    member.ok_or(AccountError::SessionEnded)
}
