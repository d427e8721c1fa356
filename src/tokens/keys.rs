//! The keys that sign access tokens, each for one algorithm: ECDSA over P-256 with SHA-256 (ES256, RFC 7518 §3.4),
//! RSASSA-PKCS1-v1_5 with SHA-256 (RS256, RFC 7518 §3.3), or Ed25519 (RFC 8037 §3.1).
//!
//! Private keys are sealed at rest, each under a vault subject of its own. In memory there are all of them: the newest
//! of the configured algorithm signs, any verifies. `jsonwebtoken` does both.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair},
};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Validation,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{access::Claims, records};
use crate::platform::{
    config::SigningAlgorithm,
    ledger::{Actor, Entry, Event, Ledger, Projection, Tx, events},
    store::{Conn, StoreError},
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
    /// With what new tokens are signed.
    algorithm: SigningAlgorithm,
    ring: ArcSwap<Ring>,
}

/// The keys at one moment.
#[derive(Default)]
pub(super) struct Ring {
    by_header: HashMap<String, Arc<SigningKey>>,
    signing: Option<Arc<SigningKey>>,
    published: Published,
}

/// The public keys as they are published (a JWK set, RFC 7517 §5).
#[derive(Debug, Clone, Default)]
pub struct Published {
    /// The document.
    pub body: Arc<str>,
    /// Its strong entity tag (RFC 9110 §8.8.3), with the quotes.
    pub etag: Arc<str>,
    /// The algorithms of the keys, each once, that of the newest key first.
    pub algorithms: Arc<[SigningAlgorithm]>,
}

/// One key.
pub(super) struct SigningKey {
    algorithm: SigningAlgorithm,
    private: EncodingKey,
    public: DecodingKey,
    /// The one header that a token of this key has, as it stands in the token.
    header: String,
    validation: Validation,
    jwk: Jwk,
    kid: String,
}

impl Keys {
    /// No keys yet: they come with [`Projection::load`].
    pub(super) fn new(vault: Vault, algorithm: SigningAlgorithm) -> Self {
        Self {
            vault,
            algorithm,
            ring: ArcSwap::default(),
        }
    }

    pub(super) fn ring(&self) -> Arc<Ring> {
        self.ring.load_full()
    }

    fn reload(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let all = stored(conn, &self.vault)?.into_iter().map(Arc::new).collect();
        self.ring.store(Arc::new(Ring::of(all, self.algorithm)?));
        Ok(())
    }
}

/// Every key that is stored, oldest first.
fn stored(conn: &mut Conn, vault: &Vault) -> Result<Vec<SigningKey>, StoreError> {
    let mut all = Vec::new();
    for (kid, subject, sealed) in records::keys(conn)? {
        let der = vault.key(conn, subject)?.open(Field::SigningKey, &sealed)?;
        let key = SigningKey::read(&der)?;
        if key.kid != kid {
            return Err(broken("its name is another key's"));
        }
        all.push(key);
    }
    Ok(all)
}

impl Projection for Keys {
    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        self.reload(conn)
    }

    fn apply(&self, conn: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        match &entry.envelope.event {
            Event::SigningKeyMade(events::SigningKeyMade { kid }) if !self.ring.load().has(kid) => self.reload(conn),
            _ => Ok(()),
        }
    }
}

impl Ring {
    /// Of these keys, oldest first; the newest of `algorithm` signs.
    fn of(all: Vec<Arc<SigningKey>>, algorithm: SigningAlgorithm) -> Result<Self, StoreError> {
        #[derive(Serialize)]
        struct Set<'a> {
            keys: Vec<&'a Jwk>,
        }
        let set = Set {
            keys: all.iter().map(|key| &key.jwk).collect(),
        };
        let body = serde_json::to_string(&set).map_err(|error| StoreError::Internal(error.to_string()))?;
        let etag = format!("\"{}\"", BASE64URL_NOPAD.encode(&sha256(body.as_bytes())[..12]));
        let mut algorithms = Vec::new();
        for key in all.iter().rev() {
            if !algorithms.contains(&key.algorithm) {
                algorithms.push(key.algorithm);
            }
        }
        Ok(Self {
            signing: all.iter().rfind(|key| key.algorithm == algorithm).cloned(),
            by_header: all.into_iter().map(|key| (key.header.clone(), key)).collect(),
            published: Published {
                body: body.into(),
                etag: etag.into(),
                algorithms: algorithms.into(),
            },
        })
    }

    /// The key whose tokens have this header, to the letter: type, algorithm and name of the key at once,
    /// and nothing beside them.
    pub(super) fn of_header(&self, header: &str) -> Option<&SigningKey> {
        self.by_header.get(header).map(|key| &**key)
    }

    fn has(&self, kid: &str) -> bool {
        self.by_header.values().any(|key| key.kid == kid)
    }

    /// The key that signs now.
    pub(super) fn signing(&self) -> Option<&SigningKey> {
        self.signing.as_deref()
    }

    pub(super) fn published(&self) -> Published {
        self.published.clone()
    }
}

impl SigningKey {
    /// Its name.
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// Reads a PKCS #8 document (RFC 5958), which says itself for what kind of key it is.
    fn read(der: &[u8]) -> Result<Self, StoreError> {
        let (algorithm, private, public) =
            if let Ok(pair) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der) {
                let public = DecodingKey::from_ec_der(pair.public_key().as_ref());
                (SigningAlgorithm::Es256, EncodingKey::from_ec_der(der), public)
            } else if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
                let public = DecodingKey::from_ed_der(pair.public_key().as_ref());
                (SigningAlgorithm::EdDsa, EncodingKey::from_ed_der(der), public)
            } else {
                let bare = bare_rsa(der).ok_or_else(|| broken("it is of no kind that is known"))?;
                let pair = RsaKeyPair::from_der(bare).map_err(|_| broken("it is no private key of RSA"))?;
                let public = DecodingKey::from_rsa_der(pair.public_key().as_ref());
                (SigningAlgorithm::Rs256, EncodingKey::from_rsa_der(bare), public)
            };
        let named = of_library(algorithm);
        let unfit = |error: jsonwebtoken::errors::Error| broken(&error.to_string());
        let mut jwk = Jwk::from_decoding_key(&public, Some(named)).map_err(unfit)?;
        let mut kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(unfit)?;
        kid.truncate(KID_LENGTH);
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        // Written by us and not by the library: another version of it may not make our headers unknown.
        let header = format!(r#"{{"alg":"{}","kid":"{kid}","typ":"{TYPE}"}}"#, algorithm.as_str());
        // Time and audience are compared by whoever asks: by our own clock, and with what was asked for.
        let mut validation = Validation::new(named);
        validation.validate_exp = false;
        validation.validate_aud = false;
        Ok(Self {
            algorithm,
            private,
            public,
            header: BASE64URL_NOPAD.encode(header.as_bytes()),
            validation,
            jwk,
            kid,
        })
    }

    /// Signs claims in JWS compact serialisation (RFC 7515 §7.1).
    pub(super) fn sign(&self, claims: &Claims) -> Result<String, StoreError> {
        let unsigned = |error: &dyn std::fmt::Display| StoreError::Internal(format!("a token was not signed: {error}"));
        let claims = serde_json::to_vec(claims).map_err(|error| unsigned(&error))?;
        let message = format!("{}.{}", self.header, BASE64URL_NOPAD.encode(&claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.private, of_library(self.algorithm));
        let signature = signature.map_err(|error| unsigned(&error))?;
        Ok(format!("{message}.{signature}"))
    }

    /// The claims of a token that has this key's header; none where its signature is not this key's, or a claim is
    /// missing or of a wrong type. The claims are parsed after the signature was found good.
    pub(super) fn verify(&self, token: &str) -> Option<Claims> {
        jsonwebtoken::decode(token, &self.public, &self.validation)
            .ok()
            .map(|read| read.claims)
    }
}

/// The algorithm, as the library names it.
const fn of_library(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::Es256 => Algorithm::ES256,
        SigningAlgorithm::Rs256 => Algorithm::RS256,
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}

/// The `RSAPrivateKey` (RFC 8017 A.1.2) in a PKCS #8 document; the library takes no other form of an RSA key. The
/// lengths of both have two bytes, as a key of 2048 bits has them.
fn bare_rsa(pkcs8: &[u8]) -> Option<&[u8]> {
    /// Version 0; the algorithm rsaEncryption (RFC 8017 A.1) without parameters.
    const BEFORE: [u8; 18] = [
        0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let (sequence, rest) = pkcs8.split_at_checked(4)?;
    let (octets, bare) = rest.strip_prefix(&BEFORE)?.split_at_checked(4)?;
    (sequence.starts_with(&[0x30, 0x82]) && octets.starts_with(&[0x04, 0x82])).then_some(bare)
}

fn broken(why: &str) -> StoreError {
    StoreError::Internal(format!("a signing key does not hold: {why}"))
}

/// Makes the first key of this algorithm where there is none. Replicas that start at once agree on one.
pub(super) async fn ensure(ledger: &Ledger, vault: &Vault, algorithm: SigningAlgorithm) -> Result<(), StoreError> {
    let opened = vault.clone();
    let there = move |conn: &mut Conn| has(conn, &opened, algorithm);
    if ledger.store().read(there).await? {
        return Ok(());
    }
    let vault = vault.clone();
    ledger
        .write(Actor::System, move |tx| {
            records::lock_keys(tx.conn)?;
            match has(tx.conn, &vault, algorithm)? {
                true => Ok(()),
                false => make(tx, &vault, algorithm),
            }
        })
        .await
        .map(|_| ())
}

/// Whether there is a key of this algorithm.
fn has(conn: &mut Conn, vault: &Vault, algorithm: SigningAlgorithm) -> Result<bool, StoreError> {
    Ok(stored(conn, vault)?.iter().any(|key| key.algorithm == algorithm))
}

/// Makes a key.
fn make(tx: &mut Tx<'_>, vault: &Vault, algorithm: SigningAlgorithm) -> Result<(), StoreError> {
    let der = generate(algorithm).ok_or_else(|| broken("none could be made"))?;
    let kid = SigningKey::read(&der)?.kid;
    let (subject, data_key) = vault.new_subject(tx)?;
    let sealed = data_key.seal(Field::SigningKey, &der, tx.rng)?;
    records::insert_key(tx.conn, &kid, subject, &sealed, tx.now)?;
    tx.record(Event::SigningKeyMade(events::SigningKeyMade { kid }));
    Ok(())
}

/// A new private key, as a PKCS #8 document. Its randomness is the library's own: nothing about it is ever to be
/// reproduced.
fn generate(algorithm: SigningAlgorithm) -> Option<Zeroizing<Vec<u8>>> {
    let random = SystemRandom::new();
    let der = match algorithm {
        SigningAlgorithm::Es256 => {
            let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok()?;
            der.as_ref().to_vec()
        }
        SigningAlgorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random).ok()?.as_ref().to_vec(),
        SigningAlgorithm::Rs256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
            let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
            der.as_ref().to_vec()
        }
    };
    Some(Zeroizing::new(der))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Every algorithm that can be configured.
    pub(in crate::tokens) const ALGORITHMS: [SigningAlgorithm; 3] = [
        SigningAlgorithm::Es256,
        SigningAlgorithm::Rs256,
        SigningAlgorithm::EdDsa,
    ];

    /// The header of the key's tokens, read.
    pub(in crate::tokens) fn header(key: &SigningKey) -> serde_json::Value {
        serde_json::from_slice(&BASE64URL_NOPAD.decode(key.header.as_bytes()).unwrap()).unwrap()
    }

    fn key(algorithm: SigningAlgorithm) -> Arc<SigningKey> {
        Arc::new(SigningKey::read(&generate(algorithm).unwrap()).unwrap())
    }

    /// A ring of keys for ES256 that no store has seen, the last one the newest.
    pub(in crate::tokens) fn ring(count: usize) -> Ring {
        ring_of(&vec![SigningAlgorithm::Es256; count])
    }

    /// A ring of one key for each of these; the newest of the last one's algorithm signs.
    pub(in crate::tokens) fn ring_of(algorithms: &[SigningAlgorithm]) -> Ring {
        let all = algorithms.iter().map(|algorithm| key(*algorithm)).collect();
        Ring::of(all, *algorithms.last().unwrap()).unwrap()
    }

    impl Ring {
        /// A key of this algorithm.
        pub(in crate::tokens) fn of_algorithm(&self, algorithm: SigningAlgorithm) -> Option<&SigningKey> {
            let mut keys = self.by_header.values().map(|key| &**key);
            keys.find(|key| key.algorithm == algorithm)
        }
    }

    /// Signs whatever it is given, header and all.
    pub(in crate::tokens) fn forge(key: &SigningKey, header: &str, claims: &str) -> String {
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key.private, of_library(key.algorithm));
        format!("{message}.{}", signature.unwrap())
    }

    /// The public key as somebody would try it who takes it for a shared secret.
    pub(in crate::tokens) fn public_bytes(key: &SigningKey) -> Vec<u8> {
        key.public.try_get_as_bytes().unwrap().to_vec()
    }

    /// The key of RFC 7517 appendix A.1; its thumbprint was computed apart, with Python's hashlib. Those of RFC 7638
    /// §3.1 and RFC 8037 A.3 stand there.
    #[test]
    fn the_thumbprint_is_the_standard_s() {
        let modulus = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi\
            FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu\
            6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        for (key, thumbprint) in [
            (
                serde_json::json!({
                    "kty": "EC", "crv": "P-256",
                    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
                }),
                "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
            ),
            (
                serde_json::json!({ "kty": "RSA", "e": "AQAB", "n": modulus }),
                "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
            ),
            (
                serde_json::json!({
                    "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                }),
                "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            ),
        ] {
            let key: Jwk = serde_json::from_value(key).unwrap();
            assert_eq!(key.thumbprint(ThumbprintHash::SHA256).unwrap(), thumbprint);
        }
    }

    #[test]
    fn the_published_set_has_public_members_alone() {
        let published = ring_of(&ALGORITHMS).published();
        let set: serde_json::Value = serde_json::from_str(&published.body).unwrap();
        let keys = set["keys"].as_array().unwrap();
        let members = [
            ("ES256", "EC", vec!["alg", "crv", "kid", "kty", "use", "x", "y"]),
            ("RS256", "RSA", vec!["alg", "e", "kid", "kty", "n", "use"]),
            ("EdDSA", "OKP", vec!["alg", "crv", "kid", "kty", "use", "x"]),
        ];
        assert_eq!(keys.len(), members.len());
        for (key, (algorithm, kind, members)) in keys.iter().zip(members) {
            let mut names: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, members);
            assert_eq!(
                (key["alg"].as_str(), key["kty"].as_str()),
                (Some(algorithm), Some(kind))
            );
            assert_eq!(key["use"], "sig");
            assert_eq!(key["kid"].as_str().unwrap().len(), KID_LENGTH);
        }
        assert_eq!((&keys[0]["crv"], &keys[2]["crv"]), (&"P-256".into(), &"Ed25519".into()));
        // 65537, and 2048 bits.
        assert_eq!(
            (&keys[1]["e"], keys[1]["n"].as_str().map(str::len)),
            (&"AQAB".into(), Some(342))
        );
        let [newest, .., oldest] = &*published.algorithms else {
            panic!()
        };
        assert_eq!((*newest, *oldest), (SigningAlgorithm::EdDsa, SigningAlgorithm::Es256));
        assert_ne!(ring(1).published().etag, published.etag);
    }

    /// Whatever is newest, what is configured signs.
    #[test]
    fn the_newest_key_of_the_configured_algorithm_signs() {
        let all = [
            SigningAlgorithm::Es256,
            SigningAlgorithm::Es256,
            SigningAlgorithm::Rs256,
        ];
        let all: Vec<_> = all.into_iter().map(key).collect();
        let ring = Ring::of(all.clone(), SigningAlgorithm::Es256).unwrap();
        assert_eq!(ring.signing().unwrap().kid, all[1].kid);
        assert!(Ring::of(all, SigningAlgorithm::EdDsa).unwrap().signing().is_none());
    }

    #[test]
    fn what_is_no_private_key_of_a_known_kind_is_refused() {
        let rsa = generate(SigningAlgorithm::Rs256).unwrap();
        for der in [&[][..], &[0x30, 0x82], &rsa[..100], &rsa[26..], &rsa[1..]] {
            assert!(SigningKey::read(der).is_err());
        }
    }
}
