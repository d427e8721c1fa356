//! Argon2id (RFC 9106) with a secret of the keyring, kept as a PHC string.
//!
//! Whoever has the database and not the keyring can try no password on it. The secret's version is the
//! `keyid` of the PHC string. A hash without one was made before there were such secrets: it is let in where
//! the keyring says so, and made anew.
//!
//! These functions hold a core for tens of milliseconds and 19 MiB of memory: never call them on
//! an async thread, and never more at once than there are permits.

use argon2::{Algorithm, Argon2, Block, Params, PasswordVerifier, Version};
use argon2::{PasswordHash, password_hash};
use data_encoding::BASE64_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{is_too_long, normalised};
use crate::platform::{terms::Rng, vault::Vault};

/// Memory, in KiB: the least that OWASP's password storage guide allows with two passes.
const MEMORY: u32 = 19_456;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// Bytes of salt (RFC 9106 §4).
const SALT: usize = 16;
/// Bytes of tag.
const TAG: usize = 32;

/// A stored hash: `$argon2id$v=19$m=…,t=…,p=…,keyid=…$salt$tag`. As good as a secret to whoever
/// guesses offline, so never in `Debug`.
#[derive(Debug, Clone)]
pub struct Phc(SecretString);

/// The text is not the hash of a password by any Argon2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Argon2 PHC string with salt and tag")]
pub struct PhcError;

/// No hash was made: the memory for it was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password could not be hashed: {0}")]
pub struct HashError(#[from] password_hash::Error);

impl Phc {
    /// Reads a stored hash.
    ///
    /// # Errors
    /// [`PhcError`] for anything that [`verify`] could not compute.
    pub fn parse(text: &str) -> Result<Self, PhcError> {
        let hash = PasswordHash::new(text).map_err(|_| PhcError)?;
        let argon = Algorithm::try_from(hash.algorithm.as_str()).is_ok();
        let version = hash.version.is_none_or(|version| Version::try_from(version).is_ok());
        let params = Params::try_from(&hash).is_ok_and(|params| pepper_of(&params).is_ok());
        let whole = hash.salt.is_some() && hash.hash.is_some();
        if argon && version && params && whole {
            Ok(Self(SecretString::from(text)))
        } else {
            Err(PhcError)
        }
    }

    /// The PHC string, in the open: to be stored.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// The memory of a hash, 19 MiB once it was used. To ask the system for it and to clear it is a
/// fifteenth of a hash's time: whoever makes many keeps it from one to the next.
#[derive(Default)]
pub struct Memory(Zeroizing<Vec<Block>>);

/// Hashes a password that [`super::acceptable`] let pass, after [`normalised`]. Blocking.
///
/// # Errors
/// [`HashError`] where memory is short.
pub fn hash(password: &str, vault: &Vault, rng: &dyn Rng) -> Result<Phc, HashError> {
    hash_in(&mut Memory::default(), password, vault, rng)
}

/// The same in memory that is at hand.
///
/// # Errors
/// [`HashError`] where memory is short.
pub fn hash_in(memory: &mut Memory, password: &str, vault: &Vault, rng: &dyn Rng) -> Result<Phc, HashError> {
    let (version, pepper) = vault.newest_pepper();
    let mut salt = [0; SALT];
    rng.fill(&mut salt);
    let params = Params::new(MEMORY, PASSES, LANES, Some(TAG)).map_err(password_hash::Error::from)?;
    memory.0.resize(params.block_count(), Block::default());
    let mut tag = [0; TAG];
    Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params)
        .map_err(password_hash::Error::from)?
        .hash_password_into_with_memory(
            normalised(password).as_bytes(),
            &salt,
            &mut tag,
            memory.0.as_mut_slice(),
        )
        .map_err(password_hash::Error::from)?;
    Ok(Phc(SecretString::from(format!(
        "{}${}${}",
        beginning(version),
        BASE64_NOPAD.encode(&salt),
        BASE64_NOPAD.encode(&tag)
    ))))
}

/// What a hash of now begins with.
fn beginning(pepper: i64) -> String {
    let keyid = BASE64_NOPAD.encode(&pepper.to_be_bytes());
    format!("$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES},keyid={keyid}")
}

/// With which version of the pepper a hash was made; none where it was made without.
fn pepper_of(params: &Params) -> Result<Option<i64>, PhcError> {
    match params.keyid() {
        [] => Ok(None),
        version => version
            .try_into()
            .map(|version| Some(i64::from_be_bytes(version)))
            .map_err(|_| PhcError),
    }
}

/// Whether `phc` was made of this password, by the parameters and the pepper that `phc` names. Blocking.
/// What is too long to have been accepted is refused unhashed; short memory refuses too. Where the pepper is
/// not there, or none was used and the keyring lets in nothing without, it costs the same and never fits.
pub fn verify(password: &str, phc: &Phc, vault: &Vault) -> bool {
    let params = PasswordHash::new(phc.expose())
        .ok()
        .and_then(|hash| Params::try_from(&hash).ok());
    let Some(pepper) = params.and_then(|params| pepper_of(&params).ok()) else {
        return false;
    };
    let secret = match pepper {
        None => vault.takes_unpeppered().then_some(None),
        Some(version) => vault.pepper(version).map(Some),
    };
    let known = secret.is_some();
    let argon = match secret.unwrap_or_else(|| Some(vault.newest_pepper().1)) {
        None => Ok(Argon2::default()),
        Some(secret) => Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, Params::DEFAULT),
    };
    let fits = |argon: Argon2<'_>| {
        let password = normalised(password);
        argon.verify_password(password.as_bytes(), phc.expose()).is_ok()
    };
    !is_too_long(password) && argon.is_ok_and(fits) && known
}

/// What to verify against where there is no account: the same work, and no password fits,
/// for its tag is all zeros and nobody's hash.
pub fn dummy(vault: &Vault) -> Phc {
    let zeros = |bytes: usize| "A".repeat((bytes * 8).div_ceil(6));
    let (version, _) = vault.newest_pepper();
    Phc(SecretString::from(format!(
        "{}${}${}",
        beginning(version),
        zeros(SALT),
        zeros(TAG)
    )))
}

/// Whether a hash was made by another algorithm, version, cost or pepper than [`hash`] uses now; the
/// next time its password is at hand, hash it anew.
pub fn needs_rehash(phc: &Phc, vault: &Vault) -> bool {
    let current = |hash: PasswordHash| {
        let params = Params::try_from(&hash).ok()?;
        Some(
            hash.algorithm == argon2::ARGON2ID_IDENT
                && hash.version == Some(Version::V0x13.into())
                && (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY, PASSES, LANES)
                && params.output_len() == Some(TAG)
                && pepper_of(&params) == Ok(Some(vault.newest_pepper().0)),
        )
    };
    PasswordHash::new(phc.expose()).ok().and_then(current) != Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{terms::SystemRng, vault::Keyring};

    /// Gives 0, 1, 2, …, the salt of the vectors below.
    struct Counting;
    impl Rng for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (value, byte) in (0..).zip(bytes) {
                *byte = value;
            }
        }
    }

    /// The keyring whose secrets are all 0, 1, 2, …, 31; the pepper of the vectors below, version 1.
    fn vault() -> Vault {
        Vault::new(Keyring::generate(&Counting))
    }

    /// One from before there were peppers.
    fn old() -> Vault {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring.toml");
        Keyring::write_new(&path, &Counting).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let start = text.find("[[passwords]]").unwrap();
        let end = start + text[start..].find("[[wrapping]]").unwrap();
        std::fs::write(&path, text[..start].to_owned() + &text[end..]).unwrap();
        Vault::open(&path, false, &Counting).unwrap()
    }

    /// Password, hash without a pepper, and tag with it.
    const VECTORS: [(&str, &str, &str); 2] = [
        (
            "correct horse battery staple",
            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU",
            "RBuUd6LC3rPFgByJdEHLyeYIpBcEH7WDUV+cb/7v2Uk",
        ),
        // A full-width letter, a combining mark, a ligature: hashed after NFKC.
        (
            "Ａngstro\u{308}m \u{FB01}ve oranges",
            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$A2zeTkbGTtwx9giWOW/Kj2vDcO2vBlFfY21g1jqo0Bc",
            "Q2lteMNlSUYFYVITGiHWkKZbcG2NcnFvunMnzSFS8IU",
        ),
    ];

    const BEGINNING: &str = "$argon2id$v=19$m=19456,t=2,p=1,keyid=AAAAAAAAAAE$AAECAwQFBgcICQoLDA0ODw$";

    /// The hashes are those of the reference implementation in C (those without a secret by way of argon2-cffi,
    /// those with one by argon2_ctx of the same library).
    #[test]
    fn hashes_as_the_reference_implementation_does() {
        for (password, plain, tag) in VECTORS {
            let phc = format!("{BEGINNING}{tag}");
            assert_eq!(hash(password, &vault(), &Counting).unwrap().expose(), phc);
            for (phc, vault) in [(phc.as_str(), vault()), (plain, old())] {
                assert!(verify(password, &Phc::parse(phc).unwrap(), &vault));
                assert!(!verify(&format!("{password}."), &Phc::parse(phc).unwrap(), &vault));
            }
        }
        assert!(verify(
            "Ångström five oranges".replace('Å', "A").as_str(),
            &Phc::parse(VECTORS[1].1).unwrap(),
            &old()
        ));
    }

    /// Whoever can write a row and has no keyring lets nobody in; an old community lets its members in, and
    /// hashes their passwords anew.
    #[test]
    fn without_the_pepper_nothing_fits() {
        let (password, plain, _) = VECTORS[0];
        let plain = Phc::parse(plain).unwrap();
        assert!(!verify(password, &plain, &vault()));
        assert!(verify(password, &plain, &old()) && needs_rehash(&plain, &old()));
        let made = hash(password, &old(), &SystemRng).unwrap();
        assert!(verify(password, &made, &old()) && !needs_rehash(&made, &old()));
        let theirs = Vault::new(Keyring::generate(&SystemRng));
        assert!(!verify(password, &made, &theirs));
        let unknown = hash(password, &vault(), &SystemRng).unwrap();
        let unknown = unknown.expose().replace("keyid=AAAAAAAAAAE", "keyid=AAAAAAAAAAI");
        assert!(!verify(password, &Phc::parse(&unknown).unwrap(), &vault()));
        let made = made.expose().replace(",keyid=AAAAAAAAAAA", "");
        assert!(
            !verify(password, &Phc::parse(&made).unwrap(), &old()),
            "the pepper is in the tag"
        );
    }

    #[test]
    fn another_salt_gives_another_hash() {
        let one = hash("correct horse battery staple", &vault(), &SystemRng).unwrap();
        let other = hash("correct horse battery staple", &vault(), &SystemRng).unwrap();
        assert_ne!(one.expose(), other.expose());
        assert!(verify("correct horse battery staple", &one, &vault()));
        assert!(!needs_rehash(&one, &vault()));
    }

    #[test]
    fn a_password_is_never_cut() {
        let long = "correct horse ".repeat(18) + "1234";
        assert_eq!(long.chars().count(), super::super::LONGEST);
        let phc = hash(&long, &vault(), &Counting).unwrap();
        assert!(verify(&long, &phc, &vault()));
        assert!(!verify(&long[..long.len() - 1], &phc, &vault()));
        let longer = format!("{long}5");
        assert!(!verify(&longer, &hash(&longer, &vault(), &Counting).unwrap(), &vault()));
    }

    #[test]
    fn the_dummy_costs_the_same_and_fits_nothing() {
        let dummy = Phc::parse(dummy(&vault()).expose()).unwrap();
        assert!(!needs_rehash(&dummy, &vault()));
        let same_cost = |phc: &str| phc.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(same_cost(dummy.expose()), same_cost(BEGINNING));
        assert_eq!(dummy.expose().len(), BEGINNING.len() + VECTORS[0].2.len());
        assert!(!verify("", &dummy, &vault()));
    }

    #[test]
    fn another_cost_asks_for_a_new_hash() {
        let now = format!("{BEGINNING}{}", VECTORS[0].2);
        assert!(!needs_rehash(&Phc::parse(&now).unwrap(), &vault()));
        for (from, to) in [
            ("argon2id", "argon2i"),
            ("v=19", "v=16"),
            ("v=19$", ""),
            ("m=19456", "m=9216"),
            ("t=2", "t=3"),
            ("p=1", "p=2"),
            ("keyid=AAAAAAAAAAE", "keyid=AAAAAAAAAAA"),
            (",keyid=AAAAAAAAAAE", ""),
        ] {
            assert!(
                needs_rehash(&Phc::parse(&now.replacen(from, to, 1)).unwrap(), &vault()),
                "{to}"
            );
        }
    }

    #[test]
    fn reads_only_what_it_could_verify() {
        let whole = VECTORS[0].1;
        for text in [
            "",
            "correct horse battery staple",
            "$2b$12$GhvMmNVjRW29ulnudl.LbuAnUtN/LRfe1JsBm1Xu6LE3059z5Tr8m",
            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw",
            &whole.replace("v=19", "v=20"),
            &whole.replace("m=19456", "m=1"),
            &whole.replace("t=2", "t=0"),
            &whole.replace("p=1", "p=1,keyid=AAAA"),
        ] {
            assert_eq!(Phc::parse(text).unwrap_err(), PhcError, "{text}");
        }
        assert!(!format!("{:?}", Phc::parse(whole).unwrap()).contains("gYJZ"));
    }
}
