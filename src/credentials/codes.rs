//! The text of a one-time sign-in code.
//!
//! A code names whom it is for, and has 128 random bits; the store keeps its blind index. So nobody who can
//! write a row makes a code, and a code of one's own does not become another's by it.

use data_encoding::BASE64URL_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::platform::{
    terms::{PersonId, Rng},
    vault::{Blind, Vault},
};

/// Bytes of the member's id and of chance.
const LENGTH: usize = 16 + 16;

/// A code as somebody has entered it.
pub struct SignInCode {
    /// The blind index by which it is stored.
    pub(super) blind: Vec<u8>,
    /// The id of the member for whom it is, as the code has it.
    pub(super) whose: [u8; 16],
}

/// A link to a new password, as somebody has entered what it holds.
pub struct PasswordLink {
    /// The blind index by which it is stored.
    pub(super) blind: Vec<u8>,
    /// The id of the member for whom it is, as the link has it.
    pub(super) whose: [u8; 16],
}

/// What a link holds that opens this door to a member, and by what it is stored.
pub fn make_token(person: PersonId, vault: &Vault, door: Blind, rng: &dyn Rng) -> (SecretString, Vec<u8>) {
    let token = generate(person, rng);
    let blind = blind(token.expose_secret(), vault, door);
    (token, blind)
}

/// A new code for this member.
pub(super) fn generate(person: PersonId, rng: &dyn Rng) -> SecretString {
    let mut bytes = Zeroizing::new([0; LENGTH]);
    let (whose, random) = bytes.split_at_mut(16);
    whose.copy_from_slice(person.as_bytes());
    rng.fill(random);
    SecretString::from(BASE64URL_NOPAD.encode(&*bytes))
}

/// By what a code is stored that opens this door.
pub(super) fn blind(code: &str, vault: &Vault, door: Blind) -> Vec<u8> {
    vault.blind(door, code.as_bytes())
}

/// By what a code that was entered would be stored, and the id of the member for whom it is; none where it cannot be
/// one, which costs no look-up.
pub fn read_token(entered: &SecretString, vault: &Vault, door: Blind) -> Option<(Vec<u8>, [u8; 16])> {
    let entered = entered.expose_secret().trim();
    if entered.len() > LENGTH * 2 {
        return None;
    }
    let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(entered.as_bytes()).ok()?);
    let bytes: &[u8; LENGTH] = bytes.as_slice().try_into().ok()?;
    let (whose, _) = bytes.split_first_chunk::<16>()?;
    Some((blind(entered, vault, door), *whose))
}

impl PasswordLink {
    /// Reads what a link holds.
    pub fn parse(entered: &SecretString, vault: &Vault) -> Option<Self> {
        let (blind, whose) = read_token(entered, vault, Blind::PasswordLink)?;
        Some(Self { blind, whose })
    }
}

impl SignInCode {
    /// Reads a code; none where it cannot be one, which costs no look-up.
    pub fn parse(entered: &SecretString, vault: &Vault) -> Option<Self> {
        let (blind, whose) = read_token(entered, vault, Blind::SignInCode)?;
        Some(Self { blind, whose })
    }
}
