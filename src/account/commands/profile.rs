//! How a member is called, and in which language they are written to.

use super::{Me, held};
use crate::{
    account::{Account, AccountError},
    notify::Locale,
    people::{self, HandleChange},
    platform::ledger::{Actor, Committed},
    policy::is_reserved,
};

impl Account {
    /// Gives a member another handle: once in 30 days. The former one is nobody else's for 90 days.
    ///
    /// # Errors
    /// [`AccountError`]
    pub async fn change_handle(&self, me: Me, entered: &str) -> Result<Committed<()>, AccountError> {
        let handle = people::handle(entered)?;
        if is_reserved(&self.policy.get()?.policy, &handle) {
            return Err(AccountError::HandleReserved);
        }
        let written = self.ledger.write(Actor::Person(me.person), move |tx| {
            let member = held(tx, me.person)?;
            match people::change_handle(tx, &member, &handle)? {
                HandleChange::Done => Ok(()),
                HandleChange::Taken => Err(AccountError::HandleTaken),
                HandleChange::TooSoon(until) => Err(AccountError::HandleTooSoon(until)),
            }
        });
        written.await
    }

    /// Writes to a member in another language from now on.
    ///
    /// # Errors
    /// [`AccountError`]
    pub async fn change_language(&self, me: Me, locale: Locale) -> Result<Committed<()>, AccountError> {
        let written = self.ledger.write(Actor::Person(me.person), move |tx| {
            people::change_language(tx, me.person, locale.tag())
        });
        Ok(written.await?)
    }
}
