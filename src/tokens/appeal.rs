//! Appeal tokens: what somebody gets who has proved who they are and may not sign in. Each is good for a short while, for
//! appeals alone, and is kept nowhere.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use secrecy::SecretString;
use subtle::ConstantTimeEq;

use crate::platform::{
    terms::{PersonRow, Timestamp},
    vault::{KeyPurpose, Vault},
};

/// For how long an appeal token is good.
pub const LASTS: Duration = Duration::from_secs(15 * 60);

const PREFIX: &str = "appeal_";
/// The person, when it ends, and the version of the key.
const HEAD: usize = 24;

/// A token for this person.
pub fn mint(vault: &Vault, person: PersonRow, now: Timestamp) -> SecretString {
    let ends = now.after(LASTS);
    let what = [person.0.to_be_bytes(), ends.micros().to_be_bytes()].concat();
    let (version, mac) = vault.derive(KeyPurpose::Appeal, &what);
    let bytes = [what.as_slice(), &version.to_be_bytes(), &mac].concat();
    format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes)).into()
}

/// Whose token it is; none where it is none of ours, or its time is over.
pub fn read(vault: &Vault, token: &str, now: Timestamp) -> Option<PersonRow> {
    let bytes = BASE64URL_NOPAD.decode(token.strip_prefix(PREFIX)?.as_bytes()).ok()?;
    let (head, mac) = bytes.split_at_checked(HEAD)?;
    let number = |at: usize| Some(i64::from_be_bytes(head.get(at..at + 8)?.try_into().ok()?));
    let (person, ends, version) = (number(0)?, number(8)?, number(16)?);
    let expected = vault.derive_with(version, KeyPurpose::Appeal, head.get(..16)?)?;
    let sound = bool::from(expected.ct_eq(mac)) && now < Timestamp::from_micros(ends);
    sound.then_some(PersonRow(person))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::platform::{terms::SeededRng, vault::Keyring};

    #[test]
    fn a_token_is_good_for_a_quarter_of_an_hour_and_cannot_be_bent() {
        let vault = Vault::new(Keyring::generate(&SeededRng::new(1)));
        let now = Timestamp::from_seconds(1000);
        let token = mint(&vault, PersonRow(7), now);
        let token = token.expose_secret();
        assert_eq!(read(&vault, token, now), Some(PersonRow(7)));
        let ends = now.after(LASTS);
        assert_eq!(
            read(&vault, token, Timestamp::from_micros(ends.micros() - 1)),
            Some(PersonRow(7))
        );
        assert_eq!(read(&vault, token, ends), None);
        let bytes = BASE64URL_NOPAD.decode(&token.as_bytes()[PREFIX.len()..]).unwrap();
        for place in 0..bytes.len() {
            let mut bent = bytes.clone();
            bent[place] ^= 1;
            let bent = format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bent));
            assert_eq!(read(&vault, &bent, now), None, "{place}");
        }
        for none in ["", "appeal_", "appeal_AAAA", &token[1..], &format!("{token}A")] {
            assert_eq!(read(&vault, none, now), None, "{none}");
        }
        let other = Vault::new(Keyring::generate(&SeededRng::new(2)));
        assert_eq!(read(&other, token, now), None);
    }
}
