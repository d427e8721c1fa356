//! Device tokens: a proof that somebody has signed in to an account before, from wherever it is kept.
//!
//! It opens nothing. Whoever shows it when signing in has an allowance of failures that strangers cannot use up, and
//! that is not theirs to use. It names the session that it came with, and a MAC over that and whose it was: nobody
//! else can make one, and it says nothing about another account.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::platform::{
    store::StoreError,
    terms::{Id, PersonId, SessionId, Timestamp},
    vault::{KeyPurpose, Vault},
};

/// What every device token begins with.
const PREFIX: &str = "vsd_";
/// Session, key version, MAC.
const LENGTH: usize = 16 + 4 + 32;

/// How long after its sign-in a device is known. Whoever came by a password once is not to keep an allowance for ever.
const KNOWN: Duration = Duration::from_secs(180 * 86_400);

fn subject(session: SessionId, person: PersonId) -> [u8; 32] {
    let mut subject = [0; 32];
    subject[..16].copy_from_slice(session.as_bytes());
    subject[16..].copy_from_slice(person.as_bytes());
    subject
}

/// The token that goes with a session.
pub(super) fn token(vault: &Vault, session: SessionId, person: PersonId) -> Result<String, StoreError> {
    let (version, mac) = vault.derive(KeyPurpose::Device, &subject(session, person));
    let version = u32::try_from(version).map_err(|error| StoreError::Internal(error.to_string()))?;
    let bytes = [session.as_bytes().as_slice(), &version.to_be_bytes(), &mac].concat();
    Ok(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes)))
}

/// The session in which a device has signed in to this account; none where it has not, or too long ago. Without an
/// account the same work is done.
pub(super) fn known(vault: &Vault, token: &str, person: Option<PersonId>, now: Timestamp) -> Option<SessionId> {
    let text = token.strip_prefix(PREFIX).filter(|text| text.len() <= LENGTH * 2)?;
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let bytes: &[u8; LENGTH] = bytes.as_slice().try_into().ok()?;
    let (session, rest) = bytes.split_first_chunk::<16>()?;
    let (version, mac) = rest.split_first_chunk::<4>()?;
    let session: SessionId = Id::from_uuid(Uuid::from_bytes(*session));
    let version = i64::from(u32::from_be_bytes(*version));
    let whose = person.unwrap_or(Id::from_uuid(Uuid::nil()));
    let expected = vault.derive_with(version, KeyPurpose::Device, &subject(session, whose))?;
    let fits = bool::from(expected.ct_eq(mac)) && person.is_some();
    // The id says when it was made (RFC 9562 §5.7), and the MAC holds the id.
    let (seconds, _) = session.uuid().get_timestamp()?.to_unix();
    let made = Timestamp::from_seconds(i64::try_from(seconds).ok()?);
    (fits && now < made.after(KNOWN)).then_some(session)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{terms::SeededRng, vault::Keyring};

    #[test]
    fn a_device_is_known_to_its_own_account_for_a_while() {
        let vault = Vault::new(Keyring::generate(&SeededRng::new(1)));
        let now = Timestamp::from_seconds(1_795_376_648);
        let [session, ada, grace] =
            [1, 2, 3].map(|seed| Id::<crate::platform::terms::kinds::Session>::new(now, &SeededRng::new(seed)).uuid());
        let (session, ada, grace): (SessionId, PersonId, PersonId) =
            (Id::from_uuid(session), Id::from_uuid(ada), Id::from_uuid(grace));
        let token = token(&vault, session, ada).unwrap();
        assert_eq!(known(&vault, &token, Some(ada), now), Some(session));
        assert_eq!(known(&vault, &token, Some(grace), now), None);
        assert_eq!(known(&vault, &token, None, now), None);
        assert_eq!(
            known(
                &vault,
                &token,
                Some(ada),
                now.after(KNOWN).before(Duration::from_secs(1))
            ),
            Some(session)
        );
        assert_eq!(known(&vault, &token, Some(ada), now.after(KNOWN)), None);
        let others = Vault::new(Keyring::generate(&SeededRng::new(9)));
        assert_eq!(known(&others, &token, Some(ada), now), None);
        for place in 0..token.len() {
            let mut bent = token.as_bytes().to_vec();
            bent[place] = if bent[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(
                known(&vault, &String::from_utf8(bent).unwrap(), Some(ada), now),
                None,
                "{place}"
            );
        }
        for bent in ["", PREFIX, &format!("{token}A"), &"A".repeat(10_000)] {
            assert_eq!(known(&vault, bent, Some(ada), now), None);
        }
    }
}
