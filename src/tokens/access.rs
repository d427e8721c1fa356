//! Access tokens: signed, short-lived, checked by anybody who has the public keys (RFC 9068).
//!
//! A token is for one audience. One for our own API opens that, and is shown to nobody else; one for a
//! registered service is shown there, says who somebody is to us (the public id) and what its scope names,
//! and opens nothing here. None has a name or a contact. In the common case a token is shorter than 512
//! bytes, up to which the caches of some verifiers go; hence the short names of key and session.

use std::{sync::Arc, time::Duration};

use data_encoding::BASE64URL_NOPAD;
use quick_cache::sync::Cache;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{keys::Ring, sessions::Session};
use crate::platform::{
    terms::{Assurance, Id, Role, Timestamp, kinds},
    vault::{Blind, Vault, sha256},
};

/// The client that the community's own applications are, all of them.
pub const FIRST_PARTY: &str = "vouchsafe";
/// A longer text is not looked at.
const LONGEST: usize = 4096;

/// What an access token says (RFC 9068 §2.2). Claims that are not known are ignored (RFC 7519 §4).
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
    /// Its own name, 64 bits: it follows from the session, its generation and the audience, so that a token which
    /// is issued again is called the same.
    pub jti: String,
    /// For which client: [`FIRST_PARTY`].
    pub client_id: String,
    /// The session: its UUID in base64url.
    #[serde(with = "short")]
    pub sid: Id<kinds::Session>,
    /// When whoever holds it has proved who they are, in seconds; only in a token for our own API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// What the service may learn; only in a token for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// How surely the person was known, where the scope names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assurance: Option<Assurance>,
    /// Their role when it was issued, where the scope names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<[Role; 1]>,
}

/// What a service may learn of whoever shows it a token, beside who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// How surely they are known: `assurance`.
    pub assurance: bool,
    /// Their role: `roles`.
    pub roles: bool,
}

impl Scope {
    /// Every word that a scope may have.
    pub const WORDS: [&'static str; 2] = ["assurance", "roles"];
    /// What is meant where nothing is said.
    pub const USUAL: Self = Self {
        assurance: true,
        roles: false,
    };

    /// Reads words with a space between them (RFC 6749 §3.3); none where one of them is not known.
    pub fn parse(text: &str) -> Option<Self> {
        let mut scope = Self {
            assurance: false,
            roles: false,
        };
        for word in text.split(' ') {
            match word {
                "assurance" => scope.assurance = true,
                "roles" => scope.roles = true,
                _ => return None,
            }
        }
        Some(scope)
    }

    /// The words, always in the same order.
    pub const fn as_str(self) -> &'static str {
        match (self.assurance, self.roles) {
            (true, true) => "assurance roles",
            (true, false) => "assurance",
            (false, true) => "roles",
            (false, false) => "",
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("a scope that is not known"))
    }
}

/// For whom a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Our own API.
    Ours,
    /// A registered service.
    Service {
        /// By what it is named.
        resource: String,
        /// What it may learn.
        scope: Scope,
    },
}

impl Audience {
    /// The resource of the service, and what it may learn; none where it is ours.
    pub fn service(&self) -> Option<(&str, Scope)> {
        match self {
            Self::Ours => None,
            Self::Service { resource, scope } => Some((resource, *scope)),
        }
    }
}

impl Claims {
    /// Whether the token is for this audience.
    pub(super) fn are_for(&self, audience: &str) -> Result<(), Bad> {
        if self.aud == audience {
            Ok(())
        } else {
            Err(Bad::Audience)
        }
    }

    /// The session as the token has it.
    pub(super) fn short_session(&self) -> String {
        short::text(self.sid)
    }
}

/// An id without its prefix, in 22 characters.
mod short {
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
    /// The signature is not the key's, or a claim is missing, of a wrong type, or of another issuer.
    #[error("its signature or a claim does not hold")]
    Content,
    /// It is for somebody else.
    #[error("it is for another audience")]
    Audience,
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

    pub(super) fn audience(&self) -> &str {
        &self.audience
    }

    pub(super) const fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// What a token for this session and audience says. It is of the time when the session's generation began,
    /// and ends with the session at the latest: asked for again, it is the same.
    pub(super) fn claims(&self, session: &Session, audience: &Audience, vault: &Vault) -> Claims {
        let service = audience.service();
        let aud = service.map_or(self.audience.as_str(), |(resource, _)| resource);
        let scope = service.map(|(_, scope)| scope);
        let name = vault.blind_all(
            Blind::TokenName,
            &[
                session.id.as_bytes(),
                &session.generation.to_be_bytes(),
                aud.as_bytes(),
                scope.map_or("", Scope::as_str).as_bytes(),
            ],
        );
        let issued = session.issued_at;
        Claims {
            iss: self.issuer.clone(),
            sub: session.holder.id,
            aud: aud.to_owned(),
            exp: issued.after(self.lifetime).min(session.expires_at).seconds(),
            iat: issued.seconds(),
            jti: BASE64URL_NOPAD.encode(name.get(..8).unwrap_or(&name)),
            client_id: FIRST_PARTY.to_owned(),
            sid: session.id,
            auth_time: scope.is_none().then(|| session.started_at.seconds()),
            scope,
            assurance: scope.filter(|scope| scope.assurance).map(|_| session.holder.assurance),
            roles: scope.filter(|scope| scope.roles).map(|_| [session.holder.role]),
        }
    }

    /// Checks a token as RFC 9068 §4 and RFC 8725 §3 ask. There is no leeway: whoever issues and
    /// whoever checks it here go by the same clock. Only what [`SigningKey::sign`] made is looked into,
    /// so nothing that a stranger wrote is parsed: the header is compared to the letter, and claims are
    /// read after their signature holds. For whom it is, whoever asks compares.
    ///
    /// [`SigningKey::sign`]: super::keys::SigningKey::sign
    pub(super) fn verify(&self, token: &str, ring: &Ring, now: Timestamp) -> Result<Claims, Bad> {
        if token.len() > LONGEST {
            return Err(Bad::Form);
        }
        let (header, _) = token.split_once('.').ok_or(Bad::Form)?;
        let key = ring.of_header(header).ok_or(Bad::Header)?;
        let claims = key.verify(token).ok_or(Bad::Content)?;
        // One for us has the time of the sign-in, one for a service its scope and what that names.
        let scope = claims.scope;
        let whole = claims.auth_time.is_some() != scope.is_some()
            && claims.assurance.is_some() == scope.is_some_and(|scope| scope.assurance)
            && claims.roles.is_some() == scope.is_some_and(|scope| scope.roles);
        if claims.iss != self.issuer || claims.client_id != FIRST_PARTY || claims.iat > claims.exp || !whole {
            return Err(Bad::Content);
        }
        if now.seconds() >= claims.exp {
            return Err(Bad::Expired);
        }
        Ok(claims)
    }
}

/// How many verified tokens are remembered at most, some 20 MB in all.
const REMEMBERED: usize = 32 * 1024;

/// Tokens that were verified a moment ago: a repeated one costs a hash and no signature check. Only
/// the signature is remembered; whether session and member still stand is asked each time. What nobody asked for
/// since longest is forgotten first.
pub(super) struct Verified {
    claims: Cache<[u8; 32], Arc<Claims>>,
}

impl Default for Verified {
    fn default() -> Self {
        Self {
            claims: Cache::new(REMEMBERED),
        }
    }
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
        match self.claims.get(&hash) {
            Some(claims) if now.seconds() < claims.exp => Ok(claims),
            Some(_) => {
                self.claims.remove(&hash);
                Err(Bad::Expired)
            }
            None => {
                let claims = Arc::new(verify()?);
                self.claims.insert(hash, Arc::clone(&claims));
                Ok(claims)
            }
        }
    }
}

#[cfg(test)]
mod tests;
