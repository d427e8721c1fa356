//! Services that may introspect tokens: each has a client id and a secret.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use data_encoding::BASE64URL_NOPAD;
use secrecy::SecretString;
use subtle::ConstantTimeEq;

use super::records;
use crate::{
    ledger::{Entry, Event, Projection, Tx},
    store::{CommandError, Conn, Disposition, Store, StoreError, from_query},
    terms::{Id, kinds},
    vault::sha256,
};

/// Why a service was not added.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The name is empty, longer than 100 characters, or has a control character.
    #[error("a service's name has 1 to 100 characters, in one line")]
    Name,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(ServiceError);

impl CommandError for ServiceError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Name => Disposition::RollBack,
            Self::Store(error) => error.disposition(),
        }
    }
}

/// Adds a service: its id, which is its client id too, and its secret (256 random bits). The secret is
/// shown this once; the store keeps its SHA-256, and needs no slower hash for what cannot be guessed.
///
/// # Errors
/// [`ServiceError`]
pub fn add(tx: &mut Tx<'_>, name: &str) -> Result<(Id<kinds::Service>, SecretString), ServiceError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(ServiceError::Name);
    }
    let mut random = zeroize::Zeroizing::new([0; 32]);
    tx.chance.fill(&mut *random);
    let secret = BASE64URL_NOPAD.encode(&*random);
    let id = Id::new(tx.now, tx.chance);
    records::insert_service(tx.conn, id, name, &sha256(secret.as_bytes()), tx.now)?;
    tx.record(Event::ServiceAdded { service: id });
    Ok((id, secret.into()))
}

/// Removes a service; false where there is none, or no longer.
///
/// # Errors
/// [`StoreError`]
pub fn remove(tx: &mut Tx<'_>, service: Id<kinds::Service>) -> Result<bool, StoreError> {
    let removed = records::end_service(tx.conn, service, tx.now)?;
    if removed {
        tx.record(Event::ServiceRemoved { service });
    }
    Ok(removed)
}

/// The services that may introspect, in memory.
#[derive(Default)]
pub(super) struct Services {
    hashes: RwLock<HashMap<Id<kinds::Service>, Vec<u8>>>,
}

impl Services {
    /// The service that this client id and secret belong to. One that is not known here is asked for in
    /// the store: another replica may have added it a moment ago. So is every one where what is
    /// `remembered` may be too old to be believed.
    pub(super) async fn authenticate(
        &self,
        store: &Store,
        client_id: &str,
        secret: &str,
        remembered: bool,
    ) -> Result<Option<Id<kinds::Service>>, StoreError> {
        let Ok(id) = client_id.parse() else {
            return Ok(None);
        };
        let known = self
            .hashes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .filter(|_| remembered)
            .cloned();
        let known = match known {
            Some(hash) => Some(hash),
            None => {
                store
                    .read(move |conn| Ok::<_, StoreError>(records::service(conn, id)?))
                    .await?
            }
        };
        let fits = known.is_some_and(|hash| sha256(secret.as_bytes()).ct_eq(hash.as_slice()).into());
        Ok(fits.then_some(id))
    }
}

impl Projection for Services {
    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let all = records::services(conn)?.into_iter().collect();
        *self.hashes.write().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(())
    }

    fn apply(&self, conn: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        match entry.envelope.event {
            // None where it was removed since.
            Event::ServiceAdded { service } => {
                if let Some(hash) = records::service(conn, service)? {
                    let mut hashes = self.hashes.write().unwrap_or_else(PoisonError::into_inner);
                    hashes.insert(service, hash);
                }
            }
            Event::ServiceRemoved { service } => {
                let mut hashes = self.hashes.write().unwrap_or_else(PoisonError::into_inner);
                hashes.remove(&service);
            }
            _ => {}
        }
        Ok(())
    }
}
