//! A browser's session: the same sessions as the API's, shown by a cookie in place of tokens.
//!
//! The cookie names the session, says when its holder has proved who they are, and has a MAC over both. It is as good
//! as the session is, and is never turned over: no script can read it, so nobody can copy it as a refresh token is copied.
//! What a form or a script sends with it has to show a second text that only our own pages know (OWASP, "signed
//! double-submit").

use data_encoding::BASE64URL_NOPAD;
use secrecy::SecretString;
use subtle::ConstantTimeEq;

use super::{Bad, Checked, Inner, TokenRefused, Tokens};
use crate::platform::{
    store::StoreError,
    terms::{Id, SessionId, Timestamp},
    vault::{KeyPurpose, Vault},
};

/// Session, when it began in seconds, key version, MAC.
const LENGTH: usize = 16 + 8 + 4 + 32;

/// A session, as a cookie shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shown {
    session: SessionId,
    started_at: i64,
}

impl Shown {
    fn subject(self) -> [u8; 24] {
        let mut subject = [0; 24];
        subject[..16].copy_from_slice(self.session.as_bytes());
        subject[16..].copy_from_slice(&self.started_at.to_be_bytes());
        subject
    }

    fn write(self, vault: &Vault) -> Result<SecretString, StoreError> {
        let (version, mac) = vault.derive(KeyPurpose::Browser, &self.subject());
        let version = u32::try_from(version).map_err(|error| StoreError::Internal(error.to_string()))?;
        let bytes = [self.subject().as_slice(), &version.to_be_bytes(), &mac].concat();
        Ok(BASE64URL_NOPAD.encode(&bytes).into())
    }

    fn read(text: &str, vault: &Vault) -> Option<Self> {
        let text = Some(text).filter(|text| text.len() <= LENGTH * 2)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let bytes: &[u8; LENGTH] = bytes.as_slice().try_into().ok()?;
        let (session, rest) = bytes.split_first_chunk::<16>()?;
        let (started_at, rest) = rest.split_first_chunk::<8>()?;
        let (version, mac) = rest.split_first_chunk::<4>()?;
        let shown = Self {
            session: Id::from_uuid(uuid::Uuid::from_bytes(*session)),
            started_at: i64::from_be_bytes(*started_at),
        };
        let version = i64::from(u32::from_be_bytes(*version));
        let expected = vault.derive_with(version, KeyPurpose::Browser, &shown.subject())?;
        bool::from(expected.ct_eq(mac)).then_some(shown)
    }
}

impl Tokens {
    /// The cookie of a session that was started at `started_at`, by somebody who has just proved who they are.
    ///
    /// # Errors
    /// [`StoreError::Internal`]
    pub fn browser_cookie(&self, session: SessionId, started_at: Timestamp) -> Result<SecretString, StoreError> {
        let started_at = started_at.seconds();
        Shown { session, started_at }.write(&self.inner.vault)
    }

    /// Who stands behind a cookie now.
    ///
    /// # Errors
    /// [`TokenRefused`]
    pub async fn check_browser(&self, cookie: &str) -> Result<Checked, TokenRefused> {
        let Inner { ledger, vault, .. } = &*self.inner;
        let shown = Shown::read(cookie, vault).ok_or(Bad::Content)?;
        let now = ledger.now();
        let (person, snapshot) = self.holder_of(shown.session, now).await?;
        Ok(Checked {
            person,
            id: snapshot.id,
            session: shown.session,
            role: snapshot.acting_role(),
            signed_in_for: now.since(Timestamp::from_seconds(shown.started_at)),
        })
    }

    /// What forms show beside a cookie, a browser's session or any other: a text for nobody but our own pages.
    pub fn form_token(&self, cookie: &str) -> String {
        let (version, mac) = self.inner.vault.derive(KeyPurpose::Form, cookie.as_bytes());
        let version = u32::try_from(version).unwrap_or_default();
        BASE64URL_NOPAD.encode(&[&version.to_be_bytes(), mac.as_slice()].concat())
    }

    /// Whether a form's text belongs to the cookie beside it.
    pub fn fits(&self, cookie: &str, form_token: &str) -> bool {
        const LENGTH: usize = 4 + 32;
        let read = || {
            let text = Some(form_token).filter(|text| text.len() <= LENGTH * 2)?;
            let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
            let bytes: &[u8; LENGTH] = bytes.as_slice().try_into().ok()?;
            let (version, mac) = bytes.split_first_chunk::<4>()?;
            let expected = self.inner.vault.derive_with(
                i64::from(u32::from_be_bytes(*version)),
                KeyPurpose::Form,
                cookie.as_bytes(),
            )?;
            Some(bool::from(expected.ct_eq(mac)))
        };
        read().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::platform::{terms::SeededRng, vault::Keyring};

    #[test]
    fn a_cookie_says_which_session_and_nobody_else_can_make_one() {
        let [vault, other] = [1, 2].map(|seed| Vault::new(Keyring::generate(&SeededRng::new(seed))));
        let now = Timestamp::from_seconds(1_795_376_648);
        let shown = Shown {
            session: Id::new(now, &SeededRng::new(1)),
            started_at: now.seconds(),
        };
        let cookie = shown.write(&vault).unwrap();
        let cookie = cookie.expose_secret();
        assert_eq!(Shown::read(cookie, &vault), Some(shown));
        assert_eq!(Shown::read(cookie, &other), None, "another community's keys");
        for place in 0..cookie.len() {
            let mut bent = cookie.as_bytes().to_vec();
            bent[place] = if bent[place] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).unwrap();
            assert_eq!(Shown::read(&bent, &vault), None, "character {place}");
        }
        for bent in ["", "AAAA", &format!("{cookie}A"), &"A".repeat(100_000)] {
            assert_eq!(Shown::read(bent, &vault), None);
        }
    }
}
