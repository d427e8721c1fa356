//! The code that opens an invite: derived from the invite's id under a master key, so that it can be
//! sent again without being stored; looked up by its blind index.

use std::fmt;

use zeroize::Zeroizing;

use crate::platform::{
    terms::{Id, kinds, typed},
    vault::{Blind, KeyPurpose, Vault, sha256},
};

/// Twenty letters of an alphabet of 31 without 0, 1, I, L and O: 99 bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(Zeroizing<String>);

const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const LENGTH: usize = 20;

impl Code {
    /// The code of an invite under the newest key, and that key's version.
    pub(super) fn newest(vault: &Vault, id: Id<kinds::Invite>) -> (i64, Self) {
        let (version, secret) = vault.derive(KeyPurpose::Invite, id.as_bytes());
        (version, Self::from_secret(&secret))
    }

    pub(super) fn from_secret(secret: &[u8]) -> Self {
        let mut number = secret
            .iter()
            .take(16)
            .fold(0_u128, |number, &byte| number << 8 | u128::from(byte));
        let mut code = String::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            code.push(char::from(ALPHABET[(number % 31) as usize]));
            number /= 31;
        }
        Self(Zeroizing::new(code))
    }

    /// Reads what somebody typed or pasted, the whole link too: case, dashes, spaces and what stands around it
    /// are forgiven. None where it cannot be a code, which costs no look-up.
    pub fn parse(entered: &str) -> Option<Self> {
        typed::in_link(entered, |part| {
            let code = Zeroizing::new(typed::bare(part).to_ascii_uppercase());
            let sound = code.len() == LENGTH && code.bytes().all(|letter| ALPHABET.contains(&letter));
            sound.then_some(Self(code))
        })
    }

    /// The code's blind index: what is stored, and what an invite is found by.
    pub(super) fn blind(&self, vault: &Vault) -> Vec<u8> {
        vault.blind(Blind::InviteCode, self.0.as_bytes())
    }

    /// What invites of earlier versions are found by. It proves nothing: the code does, which follows from the
    /// invite's id under a key.
    pub(super) fn former_index(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }

    /// The code itself, without its dashes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The code as it is shown, in groups of five.
    pub fn expose(&self) -> Zeroizing<String> {
        let groups: Vec<&str> = (0..LENGTH).step_by(5).map(|at| &self.0[at..at + 5]).collect();
        Zeroizing::new(groups.join("-"))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_people_type_it() {
        let code = Code::from_secret(&[0xA7; 32]);
        let shown = code.expose();
        assert_eq!(shown.len(), 23);
        for typed in [
            shown.to_lowercase(),
            shown.replace('-', ""),
            format!(" {} ", shown.replace('-', " ")),
            shown.replace('-', "\u{A0}"),
            shown.replace('-', "\u{2013}"),
            format!("\u{200B}{}\u{FEFF}.", shown.as_str()),
            format!("(\u{201C}{}\u{201D})", shown.as_str()),
            shown
                .chars()
                .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
                .collect(),
            format!("https://app.example.org/join/{}", shown.as_str()),
            format!("https://app.example.org/#/join?code={}&from=mail", shown.to_lowercase()),
        ] {
            assert_eq!(Code::parse(&typed).as_ref(), Some(&code), "{typed}");
        }
        let mut longer = shown.to_string();
        longer.push('A');
        for wrong in [&shown[1..], &longer, "", "00000-00000-00000-00000", "张伟"] {
            assert_eq!(Code::parse(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{code:?}"), "Code([redacted])");
    }
}
