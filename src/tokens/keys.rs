//! The keys that sign access tokens: ECDSA over P-256 with SHA-256 (ES256, RFC 7518 §3.4).
//!
//! Private keys are sealed at rest, each under a vault subject of its own. In memory there are all
//! of them: the newest signs, any verifies.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, ParsedPublicKey,
    },
};
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;

use super::records;
use crate::platform::{
    ledger::{Actor, Entry, Event, Ledger, Projection, Tx},
    store::{Conn, Guard, StoreError},
    vault::{Field, Vault, sha256},
};

/// The media type of an access token, without `application/` (RFC 9068 §2.1).
const TYPE: &str = "at+jwt";

/// How many characters of the thumbprint name a key, 96 bits: enough to tell our own few keys apart,
/// and what lets a token stay below 512 bytes.
const KID_LENGTH: usize = 16;

/// Every signing key; kept up to date by the feed.
pub(super) struct Keys {
    vault: Vault,
    ring: ArcSwap<Ring>,
}

/// The keys at one moment.
#[derive(Default)]
pub(super) struct Ring {
    by_header: HashMap<String, Arc<SigningKey>>,
    newest: Option<Arc<SigningKey>>,
    published: Published,
}

/// The public keys as they are published (a JWK set, RFC 7517 §5).
#[derive(Debug, Clone, Default)]
pub struct Published {
    /// The document.
    pub body: Arc<str>,
    /// Its strong entity tag (RFC 9110 §8.8.3), with the quotes.
    pub etag: Arc<str>,
}

/// One key.
pub(super) struct SigningKey {
    pair: EcdsaKeyPair,
    public: ParsedPublicKey,
    /// The one header that a token of this key has, as it stands in the token.
    header: String,
    jwk: Jwk,
}

/// A public key (RFC 7517 §4, RFC 7518 §6.2.1).
#[derive(Debug, Clone, Serialize)]
struct Jwk {
    kty: &'static str,
    crv: &'static str,
    x: String,
    y: String,
    r#use: &'static str,
    alg: &'static str,
    kid: String,
}

impl Keys {
    /// No keys yet: they come with [`Projection::load`].
    pub(super) fn new(vault: Vault) -> Self {
        Self {
            vault,
            ring: ArcSwap::default(),
        }
    }

    pub(super) fn ring(&self) -> Arc<Ring> {
        self.ring.load_full()
    }

    fn reload(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let mut all = Vec::new();
        for (kid, subject, sealed) in records::keys(conn)? {
            let der = self.vault.key(conn, subject)?.open(Field::SigningKey, &sealed)?;
            let key = SigningKey::read(&der)?;
            if key.jwk.kid != kid {
                return Err(broken("its name is another key's"));
            }
            all.push(Arc::new(key));
        }
        self.ring.store(Arc::new(Ring::of(all)?));
        Ok(())
    }
}

impl Projection for Keys {
    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        self.reload(conn)
    }

    fn apply(&self, conn: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        match &entry.envelope.event {
            Event::SigningKeyMade { kid } if !self.ring.load().has(kid) => self.reload(conn),
            _ => Ok(()),
        }
    }
}

impl Ring {
    /// Of these keys, oldest first.
    fn of(all: Vec<Arc<SigningKey>>) -> Result<Self, StoreError> {
        #[derive(Serialize)]
        struct Set<'a> {
            keys: Vec<&'a Jwk>,
        }
        let set = Set {
            keys: all.iter().map(|key| &key.jwk).collect(),
        };
        let body = serde_json::to_string(&set).map_err(|error| StoreError::Internal(error.to_string()))?;
        let etag = format!("\"{}\"", BASE64URL_NOPAD.encode(&sha256(body.as_bytes())[..12]));
        Ok(Self {
            newest: all.last().cloned(),
            by_header: all.into_iter().map(|key| (key.header.clone(), key)).collect(),
            published: Published {
                body: body.into(),
                etag: etag.into(),
            },
        })
    }

    /// The key whose tokens have this header, to the letter: type, algorithm and name of the key at once,
    /// and nothing beside them.
    pub(super) fn of_header(&self, header: &str) -> Option<&SigningKey> {
        self.by_header.get(header).map(|key| &**key)
    }

    fn has(&self, kid: &str) -> bool {
        self.by_header.values().any(|key| key.jwk.kid == kid)
    }

    /// The key that signs now.
    pub(super) fn newest(&self) -> Option<&SigningKey> {
        self.newest.as_deref()
    }

    pub(super) fn published(&self) -> Published {
        self.published.clone()
    }
}

impl SigningKey {
    /// Reads a PKCS #8 document (RFC 5958).
    fn read(der: &[u8]) -> Result<Self, StoreError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der)
            .map_err(|_| broken("it is no private key on P-256"))?;
        // Uncompressed (SEC 1 §2.3.3): 04, x, y.
        let point = pair.public_key().as_ref().to_vec();
        let (Some(x), Some(y)) = (point.get(1..33), point.get(33..65)) else {
            return Err(broken("its public key has another form"));
        };
        let (x, y) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
        let kid = thumbprint(&x, &y)[..KID_LENGTH].to_owned();
        let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point)
            .map_err(|_| broken("its public key is no point on P-256"))?;
        let header = format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"{TYPE}"}}"#);
        Ok(Self {
            pair,
            public,
            header: BASE64URL_NOPAD.encode(header.as_bytes()),
            jwk: Jwk {
                kty: "EC",
                crv: "P-256",
                x,
                y,
                r#use: "sig",
                alg: "ES256",
                kid,
            },
        })
    }

    /// Signs claims in JWS compact serialisation (RFC 7515 §7.1).
    pub(super) fn sign(&self, claims: &[u8]) -> Option<String> {
        let mut token = format!("{}.{}", self.header, BASE64URL_NOPAD.encode(claims));
        let signature = self.pair.sign(&SystemRandom::new(), token.as_bytes()).ok()?;
        token.push('.');
        BASE64URL_NOPAD.encode_append(signature.as_ref(), &mut token);
        Some(token)
    }

    /// Whether `signature`, in base64url, is this key's over `message` (RFC 7518 §3.4: r and s, 32 bytes each).
    pub(super) fn signed(&self, message: &str, signature: &str) -> bool {
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes());
        signature.is_ok_and(|signature| self.public.verify_sig(message.as_bytes(), &signature).is_ok())
    }
}

/// The thumbprint of a public key (RFC 7638 §3): SHA-256 over its required members in lexical order.
fn thumbprint(x: &str, y: &str) -> String {
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    BASE64URL_NOPAD.encode(&sha256(members.as_bytes()))
}

fn broken(why: &str) -> StoreError {
    StoreError::Internal(format!("a signing key does not hold: {why}"))
}

/// Makes the first key where there is none. Replicas that start at once agree on one.
pub(super) async fn ensure(ledger: &Ledger, vault: &Vault) -> Result<(), StoreError> {
    let there = |conn: &mut Conn| Ok::<_, StoreError>(records::has_key(conn)?);
    if ledger.store().read(there).await? {
        return Ok(());
    }
    let vault = vault.clone();
    ledger
        .write(Actor::System, move |tx| {
            if tx.guards.on(Guard::KeysHeld) {
                records::lock_keys(tx.conn)?;
            }
            match records::has_key(tx.conn)? {
                true => Ok(()),
                false => make(tx, &vault),
            }
        })
        .await
        .map(|_| ())
}

/// Makes a key. Its randomness is the library's own: nothing about it is ever to be reproduced.
fn make(tx: &mut Tx<'_>, vault: &Vault) -> Result<(), StoreError> {
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .map_err(|_| broken("none could be made"))?;
    let kid = SigningKey::read(der.as_ref())?.jwk.kid;
    let (subject, data_key) = vault.new_subject(tx)?;
    let sealed = data_key.seal(Field::SigningKey, der.as_ref(), tx.rng)?;
    records::insert_key(tx.conn, &kid, subject, &sealed, tx.now)?;
    tx.record(Event::SigningKeyMade { kid });
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The header of the key's tokens, read.
    pub(in crate::tokens) fn header(key: &SigningKey) -> serde_json::Value {
        serde_json::from_slice(&BASE64URL_NOPAD.decode(key.header.as_bytes()).unwrap()).unwrap()
    }

    /// A ring of keys that no store has seen, the last one the newest.
    pub(in crate::tokens) fn ring(count: usize) -> Ring {
        let make = |_| {
            let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
            Arc::new(SigningKey::read(der.as_ref()).unwrap())
        };
        Ring::of((0..count).map(make).collect()).unwrap()
    }

    /// Signs whatever it is given, header and all.
    pub(in crate::tokens) fn forge(key: &SigningKey, header: &str, claims: &str) -> String {
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = key.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    /// The public key as somebody would try it who takes it for a shared secret.
    pub(in crate::tokens) fn public_bytes(key: &SigningKey) -> Vec<u8> {
        key.pair.public_key().as_ref().to_vec()
    }

    /// The key of RFC 7517 appendix A.1; its thumbprint was computed apart, with Python's hashlib.
    #[test]
    fn the_thumbprint_is_the_standard_s() {
        let x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
        let y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
        assert_eq!(thumbprint(x, y), "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
    }

    #[test]
    fn the_published_set_has_public_members_alone() {
        let published = ring(2).published();
        let set: serde_json::Value = serde_json::from_str(&published.body).unwrap();
        let keys = set["keys"].as_array().unwrap();
        assert_eq!(keys.len(), 2);
        for key in keys {
            let names: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
            assert_eq!(key["kid"].as_str().unwrap().len(), KID_LENGTH);
        }
        assert_ne!(ring(1).published().etag, published.etag);
    }
}
