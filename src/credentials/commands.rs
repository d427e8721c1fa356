//! Each change of a credential, inside the transaction of whoever decided it.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{
    codes::{self, SignInCode},
    passwords::hash::Phc,
    queries::PasswordProof,
    records,
};
use crate::{
    people::{self, Member},
    platform::{
        ledger::{Event, Tx, events},
        store::StoreError,
        terms::PersonRow,
        vault::Vault,
    },
};

/// Sets a member's password; a former one is good no longer.
///
/// # Errors
/// [`StoreError`]
pub fn set_password(tx: &mut Tx<'_>, person: PersonRow, phc: &Phc) -> Result<(), StoreError> {
    Ok(records::set_password(tx.conn, person, phc.expose(), tx.now)?)
}

impl PasswordProof {
    /// Whether the stored hash is still the one that the password was compared with. Where that is to be made anew, the
    /// new one is put in its place.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn confirm(&self, tx: &mut Tx<'_>) -> Result<bool, StoreError> {
        let (person, phc) = (self.person, self.phc.expose());
        Ok(match &self.renewed {
            Some(renewed) => records::renew_password(tx.conn, person, phc, renewed.expose(), tx.now)?,
            None => records::password(tx.conn, person)?.as_deref() == Some(phc),
        })
    }
}

/// Makes a one-time sign-in code that is good once, for so long.
///
/// # Errors
/// [`StoreError`]
pub fn make_sign_in_code(
    tx: &mut Tx<'_>,
    vault: &Vault,
    member: &Member,
    lasts: Duration,
) -> Result<SecretString, StoreError> {
    let code = codes::generate(member.id, tx.rng);
    let blind = codes::blind(code.expose_secret(), vault);
    records::grant_sign_in_code(tx.conn, &blind, member.row, tx.now.after(lasts))?;
    tx.record(Event::SignInCodeMade(events::SignInCodeMade { person: member.row }));
    Ok(code)
}

impl SignInCode {
    /// Spends the code. Whose it was; none where it is not good now.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn spend(&self, tx: &mut Tx<'_>) -> Result<Option<PersonRow>, StoreError> {
        let Some(person) = records::by_sign_in_code(tx.conn, &self.blind, tx.now)? else {
            return Ok(None);
        };
        // A row that somebody wrote does not make one member's code another's.
        let member = people::member(tx.conn, person)?;
        let holder = member.filter(|member| *member.id.as_bytes() == self.whose);
        let Some(holder) = holder else { return Ok(None) };
        if !records::spend_sign_in_code(tx.conn, &self.blind, tx.now)? {
            return Ok(None);
        }
        Ok(Some(holder.row))
    }
}
