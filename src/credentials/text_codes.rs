//! One-time codes that are sent by text message: six digits, so that each attempt is counted.

use std::time::Duration;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::records;
use crate::{
    people::Member,
    platform::{
        ledger::{Event, Tx, events},
        store::{Conn, StoreError},
        terms::{PersonRow, Rng, Timestamp},
        vault::{DataKey, Field, Vault, VaultError},
    },
};

/// How long a code is valid (NIST SP 800-63B-4 §3.1.3.3: at most ten minutes).
pub const TEXT_CODE_LASTS: Duration = Duration::from_secs(10 * 60);
/// A code that is good for less than this is not sent again: it would be over before it is typed.
const WORTH_SENDING: Duration = Duration::from_secs(5 * 60);

/// The digits of a one-time code.
const DIGITS: usize = 6;

/// Six digits at random.
pub fn six_digits(rng: &dyn Rng) -> Zeroizing<String> {
    // 64 random bits over a million codes: the bias is below 2⁻⁴⁴.
    let mut bytes = [0_u8; 8];
    rng.fill(&mut bytes);
    Zeroizing::new(format!(
        "{:0DIGITS$}",
        u64::from_be_bytes(bytes) % 10_u64.pow(DIGITS as u32)
    ))
}

/// A code to be sent.
pub struct TextCode {
    /// The member's key, which seals the message.
    pub key: DataKey,
    /// The digits.
    pub code: Zeroizing<String>,
    /// For how many minutes it is good.
    pub minutes: u64,
}

/// The code that a member is to be sent: the one that is good still, since its message may only be late, or a new one
/// where it is nearly over or `attempts` were tried at it. None for a member who has been forgotten.
///
/// # Errors
/// [`StoreError`]
pub fn text_code(
    tx: &mut Tx<'_>,
    vault: &Vault,
    member: &Member,
    attempts: i64,
) -> Result<Option<TextCode>, StoreError> {
    let Some(subject) = member.subject else {
        return Ok(None);
    };
    let key = match vault.key(tx.conn, subject) {
        Ok(key) => key,
        Err(VaultError::Erased) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let former = records::text_code(tx.conn, member.row)?;
    let good = former.filter(|former| former.failures < attempts && former.expires_at > tx.now.after(WORTH_SENDING));
    if let Some(former) = good {
        let code = key.open_text(Field::Proof, &former.sealed)?;
        let minutes = former.expires_at.since(tx.now).as_secs() / 60;
        return Ok(Some(TextCode { key, code, minutes }));
    }
    let code = six_digits(tx.rng);
    let sealed = key.seal(Field::Proof, code.as_bytes(), tx.rng)?;
    records::set_text_code(tx.conn, member.row, &sealed, tx.now.after(TEXT_CODE_LASTS))?;
    tx.record(Event::SignInCodeMade(events::SignInCodeMade { person: member.row }));
    Ok(Some(TextCode {
        key,
        code,
        minutes: TEXT_CODE_LASTS.as_secs() / 60,
    }))
}

/// Whether this is the member's code, which is spent then. The attempt is counted before the code is looked at, so the
/// transaction is to be kept either way.
///
/// # Errors
/// [`StoreError`]
pub fn spend_text_code(
    tx: &mut Tx<'_>,
    vault: &Vault,
    member: &Member,
    entered: &str,
    attempts: i64,
) -> Result<bool, StoreError> {
    if !records::take_text_attempt(tx.conn, member.row, attempts, tx.now)? {
        return Ok(false);
    }
    let (Some(subject), Some(kept)) = (member.subject, records::text_code(tx.conn, member.row)?) else {
        return Ok(false);
    };
    let code = vault.key(tx.conn, subject)?.open_text(Field::Proof, &kept.sealed)?;
    let right = bool::from(code.as_bytes().ct_eq(entered.as_bytes()));
    Ok(right && records::drop_text_code(tx.conn, member.row, &kept.sealed)?)
}

/// Whether a member has a code that is good at this time.
///
/// # Errors
/// [`StoreError`]
pub fn has_text_code(conn: &mut Conn, person: PersonRow, now: Timestamp) -> Result<bool, StoreError> {
    Ok(records::text_code(conn, person)?.is_some_and(|code| now < code.expires_at))
}
