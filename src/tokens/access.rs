//! Access tokens: signed, short-lived, checked by anybody who has the public keys (RFC 9068).
//!
//! A token says who somebody is to us (the public id), for whom it is, how surely we know the person
//! and what their role is; never a name or a contact. In the common case it is shorter than 512
//! bytes, up to which the caches of some verifiers go; hence the short names of key and session.

use std::{collections::HashMap, sync::Arc, time::Duration};

use std::sync::{Mutex, PoisonError};

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::{keys::Ring, sessions::Session};
use crate::{
    terms::{Assurance, Chance, Id, Role, Timestamp, kinds},
    vault::sha256,
};

/// The client that the community's own applications are, all of them.
pub const FIRST_PARTY: &str = "vouchsafe";
/// A longer text is not looked at.
const LONGEST: usize = 4096;

/// What an access token says (RFC 9068 §2.2). Every claim is demanded; others are ignored
/// (RFC 7519 §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it: the service's public URL.
    pub iss: String,
    /// Whom it speaks of.
    pub sub: Id<kinds::Person>,
    /// For whom it is: one audience, never a list.
    pub aud: String,
    /// The first second in which it no longer holds.
    pub exp: i64,
    /// When it was issued, in seconds.
    pub iat: i64,
    /// Its own name, 64 random bits: no two of one session are the same.
    pub jti: String,
    /// For which client: [`FIRST_PARTY`].
    pub client_id: String,
    /// The session: its UUID in base64url.
    #[serde(with = "short")]
    pub sid: Id<kinds::Session>,
    /// How surely the person was known.
    pub assurance: Assurance,
    /// Their role when it was issued.
    pub roles: Vec<Role>,
}

impl Claims {
    /// The session as the token has it.
    pub(super) fn short_session(&self) -> String {
        short::text(self.sid)
    }
}

/// An id without its prefix, in 22 characters.
mod short {
    use serde::{Deserializer, Serializer, de};

    use super::*;

    pub(super) fn text(id: Id<kinds::Session>) -> String {
        BASE64URL_NOPAD.encode(id.as_bytes())
    }

    pub(super) fn serialize<S: Serializer>(id: &Id<kinds::Session>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text(*id))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Id<kinds::Session>, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(de::Error::custom)?;
        let uuid = uuid::Uuid::from_slice(&bytes).map_err(de::Error::custom)?;
        Ok(Id::from_uuid(uuid))
    }
}

/// Why a text is no access token of ours that holds now. For the log alone: outside, all are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// Too long, not in three parts, not base64url, not JSON.
    #[error("it is not a token")]
    Form,
    /// It names no key of ours, or its header is not exactly the one that this key's tokens have.
    #[error("its header is not one of ours")]
    Header,
    /// The signature is not the key's, or a claim is missing, of a wrong type, or not for us.
    #[error("its signature or a claim does not hold")]
    Content,
    /// Its time is over.
    #[error("its time is over")]
    Expired,
}

/// How access tokens are made and checked.
pub(super) struct Access {
    issuer: String,
    audience: String,
    lifetime: Duration,
}

impl Access {
    pub(super) fn new(issuer: String, audience: String, lifetime: Duration) -> Self {
        Self {
            issuer,
            audience,
            lifetime,
        }
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(super) const fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// What a token for this session says now. It ends with its session at the latest.
    pub(super) fn claims(&self, session: &Session, now: Timestamp, chance: &dyn Chance) -> Claims {
        let mut jti = [0; 8];
        chance.fill(&mut jti);
        Claims {
            iss: self.issuer.clone(),
            sub: session.holder.id,
            aud: self.audience.clone(),
            exp: now.after(self.lifetime).min(session.expires_at).seconds(),
            iat: now.seconds(),
            jti: BASE64URL_NOPAD.encode(&jti),
            client_id: FIRST_PARTY.to_owned(),
            sid: session.id,
            assurance: session.holder.assurance,
            roles: vec![session.holder.role],
        }
    }

    /// Checks a token as RFC 9068 §4 and RFC 8725 §3 ask. There is no leeway: whoever issues and
    /// whoever checks it here go by the same clock. Only what [`SigningKey::sign`] made is looked into,
    /// so nothing that a stranger wrote is parsed: the header is compared to the letter, and claims are
    /// read after their signature holds.
    ///
    /// [`SigningKey::sign`]: super::keys::SigningKey::sign
    pub(super) fn verify(&self, token: &str, ring: &Ring, now: Timestamp) -> Result<Claims, Bad> {
        if token.len() > LONGEST {
            return Err(Bad::Form);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(Bad::Form)?;
        let (header, claims) = message.split_once('.').ok_or(Bad::Form)?;
        let key = ring.of_header(header).ok_or(Bad::Header)?;
        if !key.signed(message, signature) {
            return Err(Bad::Content);
        }
        let claims = BASE64URL_NOPAD.decode(claims.as_bytes()).map_err(|_| Bad::Form)?;
        let claims: Claims = serde_json::from_slice(&claims).map_err(|_| Bad::Content)?;
        if claims.iss != self.issuer || claims.aud != self.audience {
            return Err(Bad::Content);
        }
        if claims.client_id != FIRST_PARTY || claims.roles.is_empty() || claims.iat > claims.exp {
            return Err(Bad::Content);
        }
        if now.seconds() >= claims.exp {
            return Err(Bad::Expired);
        }
        Ok(claims)
    }
}

/// Shards of the cache, so that its locks are rarely waited for.
const SHARDS: usize = 16;
/// Tokens in one generation of a shard; twice as many are held at most, some 20 MB in all.
const GENERATION: usize = 1024;

/// Tokens that were verified a moment ago: a repeated one costs a hash and no signature check. Only
/// the signature is remembered; whether session and member still stand is asked each time.
///
/// Each shard has two generations. When the younger is full it becomes the older, and what nobody
/// asked for since is forgotten: bounded, without a clock hand or a list.
#[derive(Default)]
pub(super) struct Verified {
    shards: [Mutex<Generations>; SHARDS],
}

#[derive(Default)]
struct Generations {
    young: HashMap<[u8; 32], Arc<Claims>>,
    old: HashMap<[u8; 32], Arc<Claims>>,
}

impl Verified {
    /// The claims of a token: remembered, or by `verify`.
    pub(super) fn get(
        &self,
        token: &str,
        now: Timestamp,
        verify: impl FnOnce() -> Result<Claims, Bad>,
    ) -> Result<Arc<Claims>, Bad> {
        let hash = sha256(token.as_bytes());
        let shard = &self.shards[usize::from(hash[0]) % SHARDS];
        let lock = || shard.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().find(&hash);
        match known {
            Some(claims) if now.seconds() < claims.exp => Ok(claims),
            Some(_) => {
                lock().young.remove(&hash);
                Err(Bad::Expired)
            }
            None => {
                let claims = Arc::new(verify()?);
                lock().keep(hash, Arc::clone(&claims));
                Ok(claims)
            }
        }
    }
}

impl Generations {
    fn find(&mut self, hash: &[u8; 32]) -> Option<Arc<Claims>> {
        if let Some(claims) = self.young.get(hash) {
            return Some(Arc::clone(claims));
        }
        let claims = self.old.remove(hash)?;
        self.keep(*hash, Arc::clone(&claims));
        Some(claims)
    }

    fn keep(&mut self, hash: [u8; 32], claims: Arc<Claims>) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, claims);
    }
}

#[cfg(test)]
mod tests;
