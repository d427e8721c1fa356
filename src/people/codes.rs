//! One-time codes with which a member signs in, as the command line makes them.
//!
//! A code names whom it is for, and has 128 random bits; the store keeps its blind index. So nobody who can
//! write a row makes a code, and a code of one's own does not become another's by it.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{Member, records};
use crate::platform::{
    ledger::{Event, Tx},
    store::{Conn, StoreError},
    terms::{PersonRow, Timestamp},
    vault::{Blind, Vault},
};

/// Bytes of the member's id and of chance.
const LENGTH: usize = 16 + 16;

/// A code as somebody has entered it.
pub struct SignInCode {
    blind: Vec<u8>,
    whose: [u8; 16],
}

/// Makes a code that is good once, for so long.
///
/// # Errors
/// [`StoreError`]
pub fn make_sign_in_code(
    tx: &mut Tx<'_>,
    vault: &Vault,
    member: &Member,
    lasts: Duration,
) -> Result<SecretString, StoreError> {
    let mut bytes = Zeroizing::new([0; LENGTH]);
    let (whose, random) = bytes.split_at_mut(16);
    whose.copy_from_slice(member.id.as_bytes());
    tx.rng.fill(random);
    let code = SecretString::from(BASE64URL_NOPAD.encode(&*bytes));
    let blind = vault.blind(Blind::SignInCode, code.expose_secret().as_bytes());
    records::grant_sign_in_code(tx.conn, &blind, member.row, tx.now.after(lasts))?;
    tx.record(Event::SignInCodeMade { person: member.row });
    Ok(code)
}

impl SignInCode {
    /// Reads a code; none where it cannot be one, which costs no look-up.
    pub fn parse(entered: &SecretString, vault: &Vault) -> Option<Self> {
        let entered = entered.expose_secret().trim();
        if entered.len() > LENGTH * 2 {
            return None;
        }
        let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(entered.as_bytes()).ok()?);
        let bytes: &[u8; LENGTH] = bytes.as_slice().try_into().ok()?;
        let (whose, _) = bytes.split_first_chunk::<16>()?;
        Some(Self {
            blind: vault.blind(Blind::SignInCode, entered.as_bytes()),
            whose: *whose,
        })
    }

    /// Whose it is, if it is good now.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn holder(&self, conn: &mut Conn, now: Timestamp) -> Result<Option<PersonRow>, StoreError> {
        let Some(person) = records::by_sign_in_code(conn, &self.blind, now)? else {
            return Ok(None);
        };
        let member = records::member(conn, person)?;
        Ok(member
            .filter(|member| *member.id.as_bytes() == self.whose)
            .map(|member| member.row))
    }

    /// Spends it; false where it was spent or over.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn spend(&self, conn: &mut Conn, now: Timestamp) -> Result<bool, StoreError> {
        Ok(records::spend_sign_in_code(conn, &self.blind, now)?)
    }
}
