//! Each change of a credential, inside the transaction of whoever decided it.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{
    codes::{self, PasswordLink, SignInCode},
    passwords::hash::Phc,
    queries::PasswordProof,
    records,
};
use crate::{
    people::{self, Member},
    platform::{
        ledger::{Event, Tx, events},
        store::{Conn, StoreError, one_changed},
        terms::{Id, PersonRow, Timestamp, kinds},
        vault::{Blind, Vault},
    },
};

/// Sets a member's password; a former one is good no longer.
///
/// # Errors
/// [`StoreError`]
pub fn set_password(tx: &mut Tx<'_>, person: PersonRow, phc: &Phc) -> Result<(), StoreError> {
    Ok(records::set_password(tx.conn, person, phc.expose(), tx.now)?)
}

/// Keeps that somebody says that they forgot the password of the account with this contact. Whether there is such an
/// account is not looked at: whoever follows the ledger does ([`take_ask`]), so that the answer says nothing of it, nor
/// how long it took.
///
/// # Errors
/// [`StoreError`]
pub fn forgot_password(tx: &mut Tx<'_>, contact: &[u8]) -> Result<(), StoreError> {
    let ask: Id<kinds::PasswordAsk> = Id::new(tx.now, tx.rng);
    records::insert_ask(tx.conn, ask, contact, tx.now)?;
    tx.record(Event::PasswordForgotten(events::PasswordForgotten { ask }));
    Ok(())
}

/// The contact of such an account, by its blind index; none where it was taken before.
///
/// # Errors
/// [`StoreError`]
pub fn take_ask(tx: &mut Tx<'_>, ask: Id<kinds::PasswordAsk>) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(records::take_ask(tx.conn, ask)?)
}

/// Makes what a link to a new password holds, good once, for so long. A former one is good no longer.
///
/// # Errors
/// [`StoreError`]
pub fn make_password_link(
    tx: &mut Tx<'_>,
    vault: &Vault,
    member: &Member,
    lasts: Duration,
) -> Result<SecretString, StoreError> {
    let (token, blind) = codes::make_token(member.id, vault, Blind::PasswordLink, tx.rng);
    records::set_link(tx.conn, member.row, &blind, tx.now.after(lasts))?;
    tx.record(Event::PasswordLinkMade(events::PasswordLinkMade { person: member.row }));
    Ok(token)
}

/// Ends a member's link to a new password, where there is one.
///
/// # Errors
/// [`StoreError`]
pub fn end_password_link(tx: &mut Tx<'_>, person: PersonRow) -> Result<(), StoreError> {
    Ok(records::end_link(tx.conn, person)?)
}

impl PasswordLink {
    /// For whom it is; none where it is not good now.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn look(&self, conn: &mut Conn, now: Timestamp) -> Result<Option<Member>, StoreError> {
        let Some(person) = records::by_link(conn, &self.blind, now)? else {
            return Ok(None);
        };
        // A row that somebody wrote does not make one member's link another's.
        let member = people::member(conn, person)?;
        Ok(member.filter(|member| *member.id.as_bytes() == self.whose))
    }

    /// Spends it; false where it was spent, ended or is over.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn spend(&self, tx: &mut Tx<'_>) -> Result<bool, StoreError> {
        Ok(records::spend_link(tx.conn, &self.blind, tx.now)?)
    }
}

/// Forgets everything that a member could sign in with.
///
/// # Errors
/// [`StoreError`]
pub fn forget(tx: &mut Tx<'_>, person: PersonRow) -> Result<(), StoreError> {
    Ok(records::forget(tx.conn, person)?)
}

/// Takes a member's password away: whoever knows it comes in by it no longer.
///
/// # Errors
/// [`StoreError`]
pub fn void_password(tx: &mut Tx<'_>, person: PersonRow) -> Result<(), StoreError> {
    Ok(records::void_password(tx.conn, person)?)
}

impl PasswordProof {
    /// Whether the password is the member's still, once it has been confirmed: asked when their row is held, so that a
    /// change of it at the same moment is seen here, or sees what is written by this.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn holds(&self, conn: &mut Conn) -> Result<bool, StoreError> {
        let stored = records::password(conn, self.person)?;
        let phc = self.renewed.as_ref().unwrap_or(&self.phc).expose();
        let same = usize::from(stored.as_deref() == Some(phc));
        Ok(one_changed("a password is the one that somebody came in with", same))
    }

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
    let blind = codes::blind(code.expose_secret(), vault, Blind::SignInCode);
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
