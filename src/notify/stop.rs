//! Readers who want no more letters from this community, and the link by which they say so (RFC 8058).
//!
//! The link's token is the address's keyed index with a keyed tag: nobody who lacks the keyring can make one, and
//! it says nothing of the address. So nothing is written before somebody really ends something.

use std::collections::HashSet;

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use super::{EmailAddress, records};
use crate::platform::{
    config::HttpConfig,
    ledger::Tx,
    store::{Conn, StoreError},
    terms::{Link, LinkError, LinkTemplate},
    vault::{Blind, KeyPurpose, Vault},
};

/// How many bytes of the tag stand in a token.
const TAG: usize = 16;

/// Makes the links, and reads what they hold.
#[derive(Clone)]
pub struct Stops {
    vault: Vault,
    link: LinkTemplate,
}

/// The keyed index of an address whose reader may want no more letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StopIndex(Vec<u8>);

impl StopIndex {
    /// The index of an address.
    pub fn of(vault: &Vault, address: &EmailAddress) -> Self {
        Self(vault.blind(Blind::Stop, address.normalised().as_bytes()))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Stops {
    /// Links that lead to this service.
    ///
    /// # Errors
    /// [`LinkError`] where the service is reached at no address that a letter could carry.
    pub fn new(vault: Vault, http: &HttpConfig) -> Result<Self, LinkError> {
        let link = http.stop_link()?;
        Ok(Self { vault, link })
    }

    /// The link that ends all further letters to this address.
    pub fn link(&self, address: &EmailAddress) -> Link {
        let StopIndex(index) = StopIndex::of(&self.vault, address);
        let (version, tag) = self.vault.derive(KeyPurpose::Stop, &index);
        let version = u32::try_from(version).unwrap_or(u32::MAX).to_be_bytes();
        let token = [&version, index.as_slice(), &tag[..TAG]].concat();
        self.link.to(&BASE64URL_NOPAD.encode(&token))
    }

    /// The address that a token of ours is for.
    pub fn read(&self, token: &str) -> Option<StopIndex> {
        let token = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
        let (version, rest) = token.split_first_chunk::<4>()?;
        let (index, tag) = rest.split_at_checked(32)?;
        let version = i64::from(u32::from_be_bytes(*version));
        let expected = self.vault.derive_with(version, KeyPurpose::Stop, index)?;
        bool::from(expected[..TAG].ct_eq(tag)).then(|| StopIndex(index.to_vec()))
    }
}

/// Ends all further letters to an address.
///
/// # Errors
/// [`StoreError`]
pub fn stop(tx: &mut Tx<'_>, address: &StopIndex) -> Result<(), StoreError> {
    Ok(records::stop(tx.conn, address.as_bytes(), tx.now)?)
}

/// Whoever reads the letters of an address has asked for some again.
///
/// # Errors
/// [`StoreError`]
pub fn resume(tx: &mut Tx<'_>, address: &StopIndex) -> Result<(), StoreError> {
    Ok(records::resume(tx.conn, address.as_bytes())?)
}

/// Those of the addresses whose readers want no more letters.
///
/// # Errors
/// [`StoreError`]
pub fn stopped(conn: &mut Conn, addresses: &[StopIndex]) -> Result<HashSet<StopIndex>, StoreError> {
    let bytes: Vec<&[u8]> = addresses.iter().map(StopIndex::as_bytes).collect();
    Ok(records::stopped(conn, &bytes)?.into_iter().map(StopIndex).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{terms::SeededRng, vault::Keyring};

    #[test]
    fn only_a_token_of_ours_says_for_whom_it_is() {
        let stops = |seed| {
            let vault = Vault::new(Keyring::generate(&SeededRng::new(seed)));
            Stops::new(vault, &HttpConfig::default()).unwrap()
        };
        let (ours, others) = (stops(1), stops(2));
        let address = EmailAddress::parse("Canary@Example.org").unwrap();
        let link = ours.link(&address);
        let link = link.expose();
        assert!(!link.to_lowercase().contains("canary"), "{link}");
        let token = link.rsplit('/').next().unwrap();
        let index = StopIndex::of(&ours.vault, &EmailAddress::parse("canary@example.org").unwrap());
        assert_eq!(ours.read(token), Some(index));
        assert_eq!(others.read(token), None);
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        for place in 0..bytes.len() {
            let mut bent = bytes.clone();
            bent[place] ^= 1;
            assert_eq!(ours.read(&BASE64URL_NOPAD.encode(&bent)), None, "byte {place}");
        }
        for nothing in ["", "abc", "%00", &token[1..], &format!("{token}AAAA")] {
            assert_eq!(ours.read(nothing), None, "{nothing}");
        }
    }
}
