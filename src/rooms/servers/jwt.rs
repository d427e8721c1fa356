//! JWTs by HS256, as room servers sign and check them: a key is found by `iss`, and a request is signed by the digest of its
//! body.

use aws_lc_rs::{digest, hmac};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::Unsigned;
use crate::platform::store::StoreError;

/// The header of what we sign.
pub(super) const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
/// How far two clocks may differ, in seconds.
pub(super) const LEEWAY: i64 = 60;
/// The longest token that is read, in bytes. What room servers send has some 300.
const LONGEST: usize = 4096;

/// A key of a room server and its secret.
#[derive(Clone)]
pub(super) struct ApiKey {
    pub(super) id: String,
    pub(super) secret: SecretString,
}

/// The digest of a body, as a token has it.
pub(super) fn digest_of(body: &[u8]) -> String {
    BASE64.encode(digest::digest(&digest::SHA256, body).as_ref())
}

impl ApiKey {
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, StoreError> {
        let claims = serde_json::to_vec(claims).map_err(|error| StoreError::Internal(error.to_string()))?;
        let text = format!(
            "{}.{}",
            BASE64URL_NOPAD.encode(HEADER.as_bytes()),
            BASE64URL_NOPAD.encode(&claims)
        );
        let tag = hmac::sign(&self.mac(), text.as_bytes());
        Ok(format!("{text}.{}", BASE64URL_NOPAD.encode(tag.as_ref())))
    }

    pub(super) fn mac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.secret.expose_secret().as_bytes())
    }

    /// Checks that a request with this `body` was signed by this key, not long ago.
    pub(super) fn check_body(&self, token: &str, body: &[u8], now: i64) -> Result<(), Unsigned> {
        #[derive(Deserialize)]
        struct Header {
            alg: String,
        }
        #[derive(Deserialize)]
        struct Signed {
            iss: String,
            exp: i64,
            nbf: i64,
            sha256: String,
        }
        if token.len() > LONGEST {
            return Err(Unsigned);
        }
        let (text, tag) = token.rsplit_once('.').ok_or(Unsigned)?;
        let (header, claims) = text.split_once('.').ok_or(Unsigned)?;
        let decoded = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| Unsigned);
        let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| Unsigned)?;
        if header.alg != "HS256" {
            return Err(Unsigned);
        }
        hmac::verify(&self.mac(), text.as_bytes(), &decoded(tag)?).map_err(|_| Unsigned)?;
        let claims: Signed = serde_json::from_slice(&decoded(claims)?).map_err(|_| Unsigned)?;
        let in_time = claims.nbf <= now + LEEWAY && now < claims.exp.saturating_add(LEEWAY);
        // Whoever has the key signed it for this body, or for none: tickets and calls have no digest.
        let of_body = claims.sha256 == digest_of(body);
        match claims.iss == self.id && in_time && of_body {
            true => Ok(()),
            false => Err(Unsigned),
        }
    }
}
