//! What identifies a person or opens a door, sealed.
//!
//! Everything that says who somebody is (name, document number, contact, a reviewer's note about
//! them) is sealed with AES-256-GCM under a data key of that subject's own, which is itself wrapped
//! by a versioned key-encryption key. To forget somebody is to destroy their data key and the
//! index rows: the ciphertexts left in rows and backups say nothing.
//!
//! Equal things are found again by a keyed blind index alone, whose key is kept apart from the
//! wrapping keys. So is what opens a door and cannot be derived: whoever writes a row of their own has
//! no code that goes with it. Passwords are hashed with a pepper of the keyring. Codes and tokens that open a door are derived from a third key and the id of what
//! they open, so that they can be sent again without ever being stored.

mod keyring;
mod purposes;
mod records;

use std::{path::Path, sync::Arc};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    digest, hmac,
};
use zeroize::Zeroizing;

pub use keyring::{Keyring, KeyringError};
pub use purposes::{Blind, Field, KeyPurpose};
pub use records::Subject;

use crate::platform::{
    ledger::Tx,
    store::{CommandError, Conn, Disposition, StoreError, from_query},
    terms::{ContactPoint, Reason, Rng},
};

/// Why something sealed did not open.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Its subject has been erased.
    #[error("the subject was erased")]
    Erased,
    /// The keyring lacks the key, or the bytes are not what was sealed here.
    #[error("a sealed value does not open: the keyring lacks its key, or it was altered")]
    Sealed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(VaultError);

impl CommandError for VaultError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Erased | Self::Sealed => Disposition::RollBack,
        }
    }
}

impl From<VaultError> for StoreError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => error,
            VaultError::Erased | VaultError::Sealed => Self::Internal(error.to_string()),
        }
    }
}

/// The keys, and what can be done with them. Clones share them.
#[derive(Clone)]
pub struct Vault {
    keyring: Arc<Keyring>,
}

/// A subject's data key, in the clear for as long as it is held.
pub struct DataKey {
    subject: Subject,
    key: LessSafeKey,
}

impl Vault {
    /// Reads the keyring, or makes it where `create` allows that and there is none.
    pub fn open(path: &Path, create: bool, rng: &dyn Rng) -> Result<Self, KeyringError> {
        Ok(Self {
            keyring: Arc::new(Keyring::read_or_make(path, create, rng)?),
        })
    }

    /// A vault over keys that are held already.
    pub fn new(keyring: Keyring) -> Self {
        Self {
            keyring: Arc::new(keyring),
        }
    }

    /// A new subject with a data key of its own.
    pub fn new_subject(&self, tx: &mut Tx<'_>) -> Result<(Subject, DataKey), VaultError> {
        self.new_subjects(tx, 1)?.pop().ok_or(VaultError::Sealed)
    }

    /// So many new subjects, each with a data key of its own.
    pub fn new_subjects(&self, tx: &mut Tx<'_>, count: usize) -> Result<Vec<(Subject, DataKey)>, VaultError> {
        let (version, wrapping) = self.keyring.newest_wrapping();
        let (mut keys, mut wrapped) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for _ in 0..count {
            let mut key = Zeroizing::new([0_u8; 32]);
            tx.rng.fill(&mut *key);
            wrapped.push(encrypt(wrapping, &wrap_context(version), &*key, tx.rng)?);
            keys.push(aead_key(&*key)?);
        }
        let rows = records::insert_all(tx.conn, version, &wrapped)?;
        let subjects = rows.into_iter().map(Subject).zip(keys);
        Ok(subjects
            .map(|(subject, key)| (subject, DataKey { subject, key }))
            .collect())
    }

    /// A subject's data key.
    pub fn key(&self, conn: &mut Conn, subject: Subject) -> Result<DataKey, VaultError> {
        let (version, wrapped) = records::wrapped(conn, subject)?;
        self.unwrap(subject, version, wrapped.as_deref())
    }

    /// The data key of a subject whose row was read with others: the version of the wrapping key, and
    /// the wrapped key.
    pub fn unwrap(&self, subject: Subject, version: i64, wrapped: Option<&[u8]>) -> Result<DataKey, VaultError> {
        let wrapped = wrapped.ok_or(VaultError::Erased)?;
        let wrapping = self.keyring.wrapping(version).ok_or(VaultError::Sealed)?;
        let key = decrypt(wrapping, &wrap_context(version), wrapped)?;
        Ok(DataKey {
            subject,
            key: aead_key(&key)?,
        })
    }

    /// Forgets a subject: whatever was sealed for it never opens again.
    pub fn erase(&self, tx: &mut Tx<'_>, subject: Subject) -> Result<(), VaultError> {
        Ok(records::erase(tx.conn, subject)?)
    }

    /// The blind index of a value: HMAC-SHA-256 under the index key.
    pub fn blind(&self, over: Blind, value: &[u8]) -> Vec<u8> {
        self.blind_all(over, &[value])
    }

    /// The same of several values that belong together.
    pub fn blind_all(&self, over: Blind, values: &[&[u8]]) -> Vec<u8> {
        mac(self.keyring.blind(), over.label(), values)
    }

    /// The secret that passwords are hashed with now, and its version.
    pub fn newest_pepper(&self) -> (i64, &[u8]) {
        self.keyring.newest_pepper()
    }

    /// The same of an earlier time; none where the keyring lacks it.
    pub fn pepper(&self, version: i64) -> Option<&[u8]> {
        self.keyring.pepper(version)
    }

    /// Whether passwords that were hashed without a pepper are let in.
    pub fn takes_unpeppered(&self) -> bool {
        self.keyring.takes_unpeppered()
    }

    /// The secret that opens `door` for `id`, 256 bits, with the newest key; and that key's version.
    pub fn derive(&self, door: KeyPurpose, id: &[u8]) -> (i64, Vec<u8>) {
        let (version, key) = self.keyring.newest_door();
        (version, mac(key, door.label(), &[id]))
    }

    /// The same with the key of an earlier time; none where the keyring lacks it.
    pub fn derive_with(&self, version: i64, door: KeyPurpose, id: &[u8]) -> Option<Vec<u8>> {
        Some(mac(self.keyring.door(version)?, door.label(), &[id]))
    }
}

impl DataKey {
    /// Whose it is.
    pub const fn subject(&self) -> Subject {
        self.subject
    }

    /// Seals a value: version byte, 96-bit random nonce, ciphertext, 128-bit tag (NIST SP 800-38D).
    pub fn seal(&self, field: Field, value: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, VaultError> {
        encrypt(&self.key, &self.context(field), value, rng)
    }

    /// Opens what [`DataKey::seal`] sealed for this subject and field.
    pub fn open(&self, field: Field, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        decrypt(&self.key, &self.context(field), sealed)
    }

    /// The same, for text.
    pub fn open_text(&self, field: Field, sealed: &[u8]) -> Result<Zeroizing<String>, VaultError> {
        let bytes = self.open(field, sealed)?;
        str::from_utf8(&bytes)
            .map(|text| Zeroizing::new(text.to_owned()))
            .map_err(|_| VaultError::Sealed)
    }

    fn context(&self, field: Field) -> Vec<u8> {
        [
            b"vouchsafe/seal/1/".as_slice(),
            &self.subject.0.to_be_bytes(),
            field.label(),
        ]
        .concat()
    }
}

const FORMAT: u8 = 1;

fn wrap_context(version: i64) -> Vec<u8> {
    [b"vouchsafe/wrap/1/".as_slice(), &version.to_be_bytes()].concat()
}

fn aead_key(bytes: &[u8]) -> Result<LessSafeKey, VaultError> {
    UnboundKey::new(&AES_256_GCM, bytes)
        .map(LessSafeKey::new)
        .map_err(|_| VaultError::Sealed)
}

fn encrypt(key: &LessSafeKey, context: &[u8], value: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0_u8; 12];
    rng.fill(&mut nonce);
    let mut sealed = Vec::with_capacity(1 + 12 + value.len() + 16);
    sealed.push(FORMAT);
    sealed.extend_from_slice(&nonce);
    let mut body = value.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut body)
        .map_err(|_| VaultError::Sealed)?;
    sealed.append(&mut body);
    Ok(sealed)
}

fn decrypt(key: &LessSafeKey, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (&[FORMAT], rest) = sealed.split_first_chunk::<1>().ok_or(VaultError::Sealed)? else {
        return Err(VaultError::Sealed);
    };
    let (nonce, body) = rest.split_first_chunk::<12>().ok_or(VaultError::Sealed)?;
    let mut value = Zeroizing::new(body.to_vec());
    let length = key
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context), &mut value)
        .map_err(|_| VaultError::Sealed)?
        .len();
    value.truncate(length);
    Ok(value)
}

/// HMAC-SHA-256 over the label and the parts, each with its length, so that no two lists of parts
/// give the same input.
fn mac(key: &hmac::Key, label: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(key);
    for part in std::iter::once(&label).chain(parts) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.sign().as_ref().to_vec()
}

impl Vault {
    /// By what a contact is found again: an address and a number each under a label of its own.
    pub fn blind_contact(&self, contact: &ContactPoint) -> Vec<u8> {
        match contact {
            ContactPoint::Email(address) => self.blind(Blind::Contact, address.normalised().as_bytes()),
            ContactPoint::Phone(phone) => self.blind(Blind::Phone, phone.kept().as_bytes()),
        }
    }
}

/// SHA-256, for what is no secret. What opens a door is kept under a key: [`Vault::blind`].
pub fn sha256(value: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, value).as_ref());
    hash
}

/// A text about a subject, as it is kept: the chain holds the commitment, the row the sealed note.
pub struct Note {
    /// SHA-256 over salt and text, in hex.
    pub commitment: String,
    /// Salt and text, sealed.
    pub sealed: Vec<u8>,
}

impl DataKey {
    /// Seals a reason and commits to it.
    pub fn seal_note(&self, reason: &Reason, rng: &dyn Rng) -> Result<Note, VaultError> {
        let mut salted = Zeroizing::new(vec![0_u8; 16]);
        rng.fill(&mut salted);
        salted.extend_from_slice(reason.expose().as_bytes());
        Ok(Note {
            commitment: data_encoding::HEXLOWER.encode(&sha256(&salted)),
            sealed: self.seal(Field::Note, &salted, rng)?,
        })
    }

    /// Opens a note.
    pub fn open_note(&self, sealed: &[u8]) -> Result<Zeroizing<String>, VaultError> {
        let salted = self.open(Field::Note, sealed)?;
        let text = salted.get(16..).ok_or(VaultError::Sealed)?;
        str::from_utf8(text)
            .map(|text| Zeroizing::new(text.to_owned()))
            .map_err(|_| VaultError::Sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::terms::SeededRng;
    fn key(subject: i64) -> DataKey {
        DataKey {
            subject: Subject(subject),
            key: aead_key(&[7; 32]).unwrap(),
        }
    }
    #[test]
    fn opens_for_the_same_subject_and_field_alone() {
        let rng = SeededRng::new(1);
        let sealed = key(1).seal(Field::Name, "张伟".as_bytes(), &rng).unwrap();
        assert_eq!(key(1).open_text(Field::Name, &sealed).unwrap().as_str(), "张伟");
        assert!(key(2).open(Field::Name, &sealed).is_err());
        assert!(key(1).open(Field::Contact, &sealed).is_err());
        for place in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[place] ^= 1;
            assert!(key(1).open(Field::Name, &bent).is_err(), "byte {place}");
        }
        assert!(key(1).open(Field::Name, &[]).is_err());
    }

    #[test]
    fn a_note_opens_and_its_commitment_says_nothing_by_itself() {
        let rng = SeededRng::new(2);
        let spam = Reason::parse("spam, and more spam").unwrap();
        let (one, two) = (
            key(1).seal_note(&spam, &rng).unwrap(),
            key(1).seal_note(&spam, &rng).unwrap(),
        );
        assert_eq!(key(1).open_note(&one.sealed).unwrap().as_str(), spam.expose());
        assert_ne!(one.commitment, two.commitment);
    }

    #[test]
    fn indexes_and_secrets_keep_apart() {
        let vault = Vault::new(Keyring::generate(&SeededRng::new(3)));
        assert_ne!(vault.blind(Blind::Contact, b"a"), vault.blind(Blind::Document, b"a"));
        let (version, code) = vault.derive(KeyPurpose::Invite, b"id");
        assert_eq!(
            vault.derive_with(version, KeyPurpose::Invite, b"id"),
            Some(code.clone())
        );
        assert_ne!(vault.derive(KeyPurpose::Flow, b"id").1, code);
        assert_eq!(vault.derive_with(version + 1, KeyPurpose::Invite, b"id"), None);
    }
}
