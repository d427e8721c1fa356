//! The file that holds the master secrets. Whoever has it and the database has everything; without
//! it the database says nothing about anybody.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use aws_lc_rs::{aead::LessSafeKey, hmac};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::aead_key;
use crate::platform::{config::is_open_to_all, terms::Rng};

/// Why there is no keyring.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// None there, and none may be made.
    #[error(
        "there is no keyring at {0}; make one with `vouchsafe keys new {0}`, once, and give every replica the same"
    )]
    Missing(PathBuf),
    /// It cannot be read or written.
    #[error("the keyring {0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// Everybody may read it.
    #[error("the keyring {0} can be read or written by every user of this machine; run `chmod o-rw {0}`")]
    Open(PathBuf),
    /// It does not say what it should.
    #[error("the keyring {0}: {1}")]
    Malformed(PathBuf, String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Whether passwords that were hashed without a pepper are let in, and hashed anew. Where nothing is said,
    /// those of a keyring from before there were any are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unpeppered_passwords: Option<bool>,
    /// What passwords are hashed with beside their salt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    passwords: Vec<Secret>,
    wrapping: Vec<Secret>,
    blind: Secret,
    doors: Vec<Secret>,
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Secret {
    #[zeroize(skip)]
    version: i64,
    /// 32 bytes, base64.
    secret: String,
}

/// The master secrets by purpose and version.
pub struct Keyring {
    wrapping: BTreeMap<i64, LessSafeKey>,
    newest_wrapping: i64,
    blind: hmac::Key,
    doors: BTreeMap<i64, hmac::Key>,
    newest_door: i64,
    peppers: BTreeMap<i64, Zeroizing<Vec<u8>>>,
    newest_pepper: i64,
    unpeppered: bool,
}

/// The version of the pepper that follows from the `blind` key: a keyring from before there were others has it.
const DERIVED_PEPPER: i64 = 0;

const PREFACE: &str = "# The master secrets of this community. Keep a copy in a safe place: without this file nothing that\n\
     # is sealed can be opened, and whoever has it and the database can open everything.\n\n";

impl Keyring {
    /// Fresh secrets, version 1 of each.
    pub fn generate(rng: &dyn Rng) -> Self {
        // What was just made is well formed.
        Self::from_file(&File::generate(rng)).unwrap_or_else(|why| unreachable!("{why}"))
    }

    /// Makes a new keyring file (mode 0600); refuses to overwrite one.
    pub fn write_new(path: &Path, rng: &dyn Rng) -> Result<(), KeyringError> {
        let io = |error| KeyringError::Io(path.to_owned(), error);
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let mut made = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut made, 0o700);
            made.recursive(true).create(folder).map_err(io)?;
        }
        let text = toml::to_string(&File::generate(rng))
            .map(|body| Zeroizing::new(format!("{PREFACE}{body}")))
            .map_err(|error| KeyringError::Malformed(path.to_owned(), error.to_string()))?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(io)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(io)
    }

    pub(super) fn read_or_make(path: &Path, create: bool, rng: &dyn Rng) -> Result<Self, KeyringError> {
        if !path.exists() {
            if !create {
                return Err(KeyringError::Missing(path.to_owned()));
            }
            Self::write_new(path, rng)?;
        }
        Self::read(path)
    }

    fn read(path: &Path) -> Result<Self, KeyringError> {
        let io = |error| KeyringError::Io(path.to_owned(), error);
        if is_open_to_all(path).map_err(io)? {
            return Err(KeyringError::Open(path.to_owned()));
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(io)?);
        let malformed = |why: String| KeyringError::Malformed(path.to_owned(), why);
        // The parser's message would quote the line, which is a secret: say only where.
        let file: File = toml::from_str(&text).map_err(|error| {
            let line = error
                .span()
                .map_or(0, |span| text[..span.start.min(text.len())].lines().count());
            malformed(format!("it is not what `vouchsafe keys new` writes, near line {line}"))
        })?;
        Self::from_file(&file).map_err(|why| malformed(why.to_owned()))
    }

    fn from_file(file: &File) -> Result<Self, &'static str> {
        let mut wrapping = BTreeMap::new();
        for one in &file.wrapping {
            wrapping.insert(
                one.version,
                aead_key(&one.bytes()?).map_err(|_| "a wrapping key is not 32 bytes")?,
            );
        }
        let mut doors = BTreeMap::new();
        for one in &file.doors {
            doors.insert(one.version, one.hmac()?);
        }
        let derived = super::mac(&file.blind.hmac()?, b"pepper", &[]);
        let mut peppers = BTreeMap::from([(DERIVED_PEPPER, Zeroizing::new(derived))]);
        for one in &file.passwords {
            if one.version <= DERIVED_PEPPER {
                return Err("the version of a pepper for passwords is less than 1");
            }
            peppers.insert(one.version, one.bytes()?);
        }
        Ok(Self {
            newest_pepper: *peppers.keys().next_back().ok_or("it has no pepper")?,
            peppers,
            unpeppered: file.unpeppered_passwords.unwrap_or(file.passwords.is_empty()),
            newest_wrapping: *wrapping.keys().next_back().ok_or("it has no wrapping key")?,
            wrapping,
            blind: file.blind.hmac()?,
            newest_door: *doors.keys().next_back().ok_or("it has no door key")?,
            doors,
        })
    }

    pub(super) fn newest_wrapping(&self) -> (i64, &LessSafeKey) {
        (self.newest_wrapping, &self.wrapping[&self.newest_wrapping])
    }
    pub(super) fn wrapping(&self, version: i64) -> Option<&LessSafeKey> {
        self.wrapping.get(&version)
    }
    pub(super) const fn blind(&self) -> &hmac::Key {
        &self.blind
    }
    pub(super) fn newest_door(&self) -> (i64, &hmac::Key) {
        (self.newest_door, &self.doors[&self.newest_door])
    }
    /// The secret that passwords are hashed with now, and its version.
    pub(super) fn newest_pepper(&self) -> (i64, &[u8]) {
        (self.newest_pepper, &self.peppers[&self.newest_pepper])
    }
    pub(super) fn pepper(&self, version: i64) -> Option<&[u8]> {
        self.peppers.get(&version).map(|pepper| pepper.as_slice())
    }
    pub(super) const fn takes_unpeppered(&self) -> bool {
        self.unpeppered
    }
    pub(super) fn door(&self, version: i64) -> Option<&hmac::Key> {
        self.doors.get(&version)
    }
}

impl File {
    fn generate(rng: &dyn Rng) -> Self {
        let fresh = || {
            let mut bytes = Zeroizing::new([0_u8; 32]);
            rng.fill(&mut *bytes);
            Secret {
                version: 1,
                secret: BASE64.encode(&*bytes),
            }
        };
        Self {
            unpeppered_passwords: None,
            passwords: vec![fresh()],
            wrapping: vec![fresh()],
            blind: fresh(),
            doors: vec![fresh()],
        }
    }
}

impl Secret {
    fn bytes(&self) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        let bytes = BASE64
            .decode(self.secret.as_bytes())
            .map_err(|_| "a secret is not base64")?;
        if bytes.len() == 32 {
            Ok(Zeroizing::new(bytes))
        } else {
            Err("a secret is not 32 bytes")
        }
    }
    fn hmac(&self) -> Result<hmac::Key, &'static str> {
        Ok(hmac::Key::new(hmac::HMAC_SHA256, &self.bytes()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::terms::SeededRng;

    #[test]
    fn is_made_once_read_again_and_kept_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/keyring.toml");
        let rng = SeededRng::new(1);
        assert!(matches!(
            Keyring::read_or_make(&path, false, &rng),
            Err(KeyringError::Missing(_))
        ));
        let made = Keyring::read_or_make(&path, true, &rng).unwrap();
        let read = Keyring::read_or_make(&path, false, &rng).unwrap();
        assert_eq!(
            hmac::sign(made.blind(), b"x").as_ref(),
            hmac::sign(read.blind(), b"x").as_ref(),
            "the second start goes on with the first one's keys"
        );
        assert!(matches!(Keyring::write_new(&path, &rng), Err(KeyringError::Io(..))));
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        // As orchestrators mount a secret, for a service that is not root.
        for mode in [0o440, 0o640, 0o400] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            Keyring::read_or_make(&path, false, &rng).unwrap();
        }
        for mode in [0o644, 0o604, 0o602] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(
                Keyring::read_or_make(&path, true, &rng),
                Err(KeyringError::Open(_))
            ));
        }
    }

    /// A keyring of an earlier version goes on: its pepper follows from another secret, and what was hashed
    /// without is let in. One that has peppers takes nothing without, unless it says so.
    #[test]
    fn one_without_peppers_opens_and_has_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring.toml");
        let mut file = File::generate(&SeededRng::new(1));
        let new = Keyring::from_file(&file).unwrap();
        assert_eq!((new.newest_pepper().0, new.takes_unpeppered()), (1, false));
        let passwords = std::mem::take(&mut file.passwords);
        fs::write(&path, toml::to_string(&file).unwrap()).unwrap();
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(!fs::read_to_string(&path).unwrap().contains("passwords"));
        let old = Keyring::read(&path).unwrap();
        assert_eq!((old.newest_pepper().0, old.takes_unpeppered()), (0, true));
        assert_eq!(old.newest_pepper().1.len(), 32);

        file.passwords = passwords;
        file.unpeppered_passwords = Some(true);
        fs::write(&path, toml::to_string(&file).unwrap()).unwrap();
        let between = Keyring::read(&path).unwrap();
        assert_eq!((between.newest_pepper().0, between.takes_unpeppered()), (1, true));
        assert_eq!(
            between.pepper(0),
            Some(old.newest_pepper().1),
            "what was hashed meanwhile still opens"
        );
        file.passwords[0].version = 0;
        assert!(Keyring::from_file(&file).is_err());
    }

    #[test]
    fn a_broken_one_is_named_without_being_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring.toml");
        Keyring::write_new(&path, &SeededRng::new(1)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("secret = \"", "secret = \"canary")).unwrap();
        let error = Keyring::read_or_make(&path, false, &SeededRng::new(1))
            .err()
            .unwrap()
            .to_string();
        assert!(!error.contains("canary"), "{error}");
    }
}
