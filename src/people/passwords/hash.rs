//! Argon2id (RFC 9106), kept as a PHC string.
//!
//! These functions hold a core for tens of milliseconds and 19 MiB of memory: never call them on
//! an async thread, and never more at once than there are permits.

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Block, Params, PasswordVerifier, Version};
use argon2::{PasswordHash, password_hash};
use data_encoding::BASE64_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{is_too_long, normalised};
use crate::terms::Chance;

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

/// A stored hash: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. As good as a secret to whoever
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
        let params = Params::try_from(&hash).is_ok();
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
pub fn hash(password: &str, chance: &dyn Chance) -> Result<Phc, HashError> {
    hash_in(&mut Memory::default(), password, chance)
}

/// The same in memory that is at hand.
///
/// # Errors
/// [`HashError`] where memory is short.
pub fn hash_in(memory: &mut Memory, password: &str, chance: &dyn Chance) -> Result<Phc, HashError> {
    let mut salt = [0; SALT];
    chance.fill(&mut salt);
    let params = Params::new(MEMORY, PASSES, LANES, Some(TAG)).map_err(password_hash::Error::from)?;
    memory.0.resize(params.block_count(), Block::default());
    let mut tag = [0; TAG];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(
            normalised(password).as_bytes(),
            &salt,
            &mut tag,
            memory.0.as_mut_slice(),
        )
        .map_err(password_hash::Error::from)?;
    Ok(Phc(SecretString::from(format!(
        "$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}${}${}",
        BASE64_NOPAD.encode(&salt),
        BASE64_NOPAD.encode(&tag)
    ))))
}

/// Whether `phc` was made of this password, by the parameters that `phc` names. Blocking.
/// What is too long to have been accepted is refused unhashed; short memory refuses too.
pub fn verify(password: &str, phc: &Phc) -> bool {
    !is_too_long(password)
        && Argon2::default()
            .verify_password(normalised(password).as_bytes(), phc.expose())
            .is_ok()
}

/// What to verify against where there is no account: the same work, and no password fits,
/// for its tag is all zeros and nobody's hash.
pub fn dummy() -> &'static Phc {
    static DUMMY: LazyLock<Phc> = LazyLock::new(|| {
        let zeros = |bytes: usize| "A".repeat((bytes * 8).div_ceil(6));
        Phc(SecretString::from(format!(
            "$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}${}${}",
            zeros(SALT),
            zeros(TAG)
        )))
    });
    &DUMMY
}

/// Whether a hash was made by another algorithm, version or cost than [`hash`] uses now; the
/// next time its password is at hand, hash it anew.
pub fn needs_rehash(phc: &Phc) -> bool {
    let current = |hash: PasswordHash| {
        let params = Params::try_from(&hash).ok()?;
        Some(
            hash.algorithm == argon2::ARGON2ID_IDENT
                && hash.version == Some(Version::V0x13.into())
                && (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY, PASSES, LANES)
                && params.output_len() == Some(TAG),
        )
    };
    PasswordHash::new(phc.expose()).ok().and_then(current) != Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives 0, 1, 2, …, the salt of the vectors below.
    struct Counting;
    impl Chance for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (value, byte) in (0..).zip(bytes) {
                *byte = value;
            }
        }
    }

    const VECTORS: [(&str, &str); 2] = [
        (
            "correct horse battery staple",
            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU",
        ),
        // A full-width letter, a combining mark, a ligature: hashed after NFKC.
        (
            "Ａngstro\u{308}m \u{FB01}ve oranges",
            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$A2zeTkbGTtwx9giWOW/Kj2vDcO2vBlFfY21g1jqo0Bc",
        ),
    ];

    /// The hashes are those of the reference implementation in C (by way of argon2-cffi).
    #[test]
    fn hashes_as_the_reference_implementation_does() {
        for (password, phc) in VECTORS {
            assert_eq!(hash(password, &Counting).unwrap().expose(), phc);
            assert!(verify(password, &Phc::parse(phc).unwrap()));
            assert!(!verify(&format!("{password}."), &Phc::parse(phc).unwrap()));
        }
        assert!(verify(
            "Ångström five oranges".replace('Å', "A").as_str(),
            &Phc::parse(VECTORS[1].1).unwrap()
        ));
    }

    #[test]
    fn another_salt_gives_another_hash() {
        let one = hash("correct horse battery staple", &crate::terms::SystemChance).unwrap();
        let other = hash("correct horse battery staple", &crate::terms::SystemChance).unwrap();
        assert_ne!(one.expose(), other.expose());
        assert!(verify("correct horse battery staple", &one));
        assert!(!needs_rehash(&one));
    }

    #[test]
    fn a_password_is_never_cut() {
        let long = "correct horse ".repeat(18) + "1234";
        assert_eq!(long.chars().count(), super::super::LONGEST);
        let phc = hash(&long, &Counting).unwrap();
        assert!(verify(&long, &phc));
        assert!(!verify(&long[..long.len() - 1], &phc));
        let longer = format!("{long}5");
        assert!(!verify(&longer, &hash(&longer, &Counting).unwrap()));
    }

    #[test]
    fn the_dummy_costs_the_same_and_fits_nothing() {
        let dummy = Phc::parse(dummy().expose()).unwrap();
        assert!(!needs_rehash(&dummy));
        let same_cost = |phc: &str| phc.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(same_cost(dummy.expose()), same_cost(VECTORS[0].1));
        assert_eq!(dummy.expose().len(), VECTORS[0].1.len());
        assert!(!verify("", &dummy));
    }

    #[test]
    fn another_cost_asks_for_a_new_hash() {
        let now = VECTORS[0].1;
        assert!(!needs_rehash(&Phc::parse(now).unwrap()));
        for (from, to) in [
            ("argon2id", "argon2i"),
            ("v=19", "v=16"),
            ("v=19$", ""),
            ("m=19456", "m=9216"),
            ("t=2", "t=3"),
            ("p=1", "p=2"),
        ] {
            assert!(needs_rehash(&Phc::parse(&now.replacen(from, to, 1)).unwrap()), "{to}");
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
        ] {
            assert_eq!(Phc::parse(text).unwrap_err(), PhcError, "{text}");
        }
        assert!(!format!("{:?}", Phc::parse(whole).unwrap()).contains("gYJZ"));
    }
}
