//! Services for which members ask tokens: each has a client id, a secret, and a resource by which it is named.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use data_encoding::BASE64URL_NOPAD;
use secrecy::SecretString;
use subtle::ConstantTimeEq;

use super::{Tokens, records};
use crate::platform::{
    ledger::{Actor, Committed, Entry, Event, Projection, Tx, events},
    store::{CommandError, Conn, Disposition, Store, StoreError, from_query},
    terms::{Id, PersonRow, ServiceId, Timestamp, kinds},
    vault::{Blind, Vault},
};

/// Why a service was not added.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The name is empty, longer than 100 characters, or has a control character.
    #[error("a service's name has 1 to 100 characters, in one line")]
    Name,
    /// The resource is none.
    #[error(
        "a service's resource is an absolute URI without a fragment, of 255 characters at most, \
         such as https://archive.example.org; none of this service's own"
    )]
    Resource,
    /// Another service has it.
    #[error("another service has this resource; remove that one first, or choose another")]
    ResourceTaken,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(ServiceError);

impl CommandError for ServiceError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Name | Self::Resource | Self::ResourceTaken => Disposition::RollBack,
            Self::Store(error) => error.disposition(),
        }
    }
}

/// By what a service is named where a token is asked for it: an absolute URI without a fragment (RFC 8707 §2).
/// It is compared character by character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource(String);

impl Resource {
    /// Reads one.
    ///
    /// # Errors
    /// [`ServiceError::Resource`]
    pub fn parse(text: &str) -> Result<Self, ServiceError> {
        let (scheme, rest) = text.split_once(':').ok_or(ServiceError::Resource)?;
        let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        // What RFC 3986 §2 knows, without the fragment's mark.
        let is_rest = !rest.is_empty()
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte));
        if is_scheme && is_rest && text.len() <= 255 && !text.starts_with(OWN) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ServiceError::Resource)
        }
    }
}

/// What the resource of a service to which none was given begins with; its id follows.
const OWN: &str = "urn:vouchsafe:service:";

/// The resource of a service.
fn resource_of(id: Id<kinds::Service>, given: Option<&str>) -> Arc<str> {
    given.map_or_else(|| format!("{OWN}{id}").into(), Into::into)
}

/// A service that was just added.
pub struct Added {
    /// Its id, which is its client id too.
    pub id: Id<kinds::Service>,
    /// Its secret: 256 random bits, shown this once.
    pub secret: SecretString,
    /// By what tokens are asked for it.
    pub resource: Arc<str>,
}

impl fmt::Debug for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Added")
            .field("id", &self.id)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

/// Adds a service. The store keeps the blind index of its secret, together with its id: no row makes a secret
/// good that we did not make, nor another service's.
///
/// # Errors
/// [`ServiceError`]
pub fn add(tx: &mut Tx<'_>, vault: &Vault, name: &str, resource: Option<Resource>) -> Result<Added, ServiceError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(ServiceError::Name);
    }
    let resource = resource.map(|resource| resource.0);
    if let Some(resource) = &resource
        && records::service_of(tx.conn, resource)?.is_some()
    {
        return Err(ServiceError::ResourceTaken);
    }
    let mut random = zeroize::Zeroizing::new([0; 32]);
    tx.rng.fill(&mut *random);
    let secret = BASE64URL_NOPAD.encode(&*random);
    let id = Id::new(tx.now, tx.rng);
    let kept = blind(vault, id, &secret);
    records::insert_service(tx.conn, id, name, &kept, resource.as_deref(), tx.now)?;
    tx.record(Event::ServiceAdded(events::ServiceAdded { service: id }));
    Ok(Added {
        id,
        secret: secret.into(),
        resource: resource_of(id, resource.as_deref()),
    })
}

/// What is stored of a service's secret.
fn blind(vault: &Vault, id: Id<kinds::Service>, secret: &str) -> Vec<u8> {
    vault.blind_all(Blind::ServiceSecret, &[id.as_bytes(), secret.as_bytes()])
}

/// Gives a service another secret; none where there is no such service, or no longer.
///
/// # Errors
/// [`StoreError`]
pub fn rotate(tx: &mut Tx<'_>, vault: &Vault, service: Id<kinds::Service>) -> Result<Option<Added>, StoreError> {
    let mut random = zeroize::Zeroizing::new([0; 32]);
    tx.rng.fill(&mut *random);
    let secret = BASE64URL_NOPAD.encode(&*random);
    if !records::set_service_secret(tx.conn, service, &blind(vault, service, &secret))? {
        return Ok(None);
    }
    tx.record(Event::ServiceSecretChanged(events::ServiceSecretChanged { service }));
    let given = records::service(tx.conn, service)?.and_then(|(_, resource)| resource);
    Ok(Some(Added {
        id: service,
        secret: secret.into(),
        resource: resource_of(service, given.as_deref()),
    }))
}

/// A service, without its secret.
#[derive(Debug, Clone)]
pub struct ServiceSeen {
    /// Its row, by which the list is ordered.
    pub row: i64,
    /// Its id.
    pub id: Id<kinds::Service>,
    /// Its name.
    pub name: String,
    /// By what tokens are asked for it.
    pub resource: Arc<str>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was removed.
    pub ended_at: Option<Timestamp>,
    /// Whether it may act in rooms.
    pub filters: bool,
}

impl Tokens {
    /// Services, those that were removed too, the newest first, below the row `before`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn list_services(&self, before: Option<i64>, limit: i64) -> Result<Vec<ServiceSeen>, StoreError> {
        let read = self.inner.ledger.store().read(move |conn| {
            let rows = records::services_seen(conn, before, limit)?;
            let seen =
                rows.into_iter().map(
                    |(row, id, name, resource, created_at, ended_at, filter_since)| ServiceSeen {
                        row,
                        id,
                        name,
                        resource: resource_of(id, resource.as_deref()),
                        created_at,
                        ended_at,
                        filters: filter_since.is_some(),
                    },
                );
            Ok::<_, StoreError>(seen.collect())
        });
        read.await
    }

    /// Adds a service, as a member; where it `filters`, it may act in rooms.
    ///
    /// # Errors
    /// [`ServiceError`]
    pub async fn add_service(
        &self,
        by: PersonRow,
        name: String,
        resource: Option<Resource>,
        filters: bool,
    ) -> Result<Committed<Added>, ServiceError> {
        let vault = self.inner.vault.clone();
        let written = self.inner.ledger.write(Actor::Person(by), move |tx| {
            let added = add(tx, &vault, &name, resource)?;
            if filters {
                allow_filter(tx, added.id)?;
            }
            Ok(added)
        });
        written.await
    }

    /// Gives a service another secret, as a member; none where there is no such service.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn rotate_service(
        &self,
        by: PersonRow,
        service: Id<kinds::Service>,
    ) -> Result<Committed<Option<Added>>, StoreError> {
        let vault = self.inner.vault.clone();
        let written = self
            .inner
            .ledger
            .write(Actor::Person(by), move |tx| rotate(tx, &vault, service));
        written.await
    }

    /// Removes a service, as a member; false where there is none.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn retire_service(
        &self,
        by: PersonRow,
        service: Id<kinds::Service>,
    ) -> Result<Committed<bool>, StoreError> {
        let written = self
            .inner
            .ledger
            .write(Actor::Person(by), move |tx| remove(tx, service));
        written.await
    }
}

/// Removes a service; false where there is none, or no longer.
///
/// # Errors
/// [`StoreError`]
pub fn remove(tx: &mut Tx<'_>, service: Id<kinds::Service>) -> Result<bool, StoreError> {
    let removed = records::end_service(tx.conn, service, tx.now)?;
    if removed {
        tx.record(Event::ServiceRemoved(events::ServiceRemoved { service }));
    }
    Ok(removed)
}

/// Lets a service act in rooms, as a filter.
///
/// # Errors
/// [`StoreError`]
pub fn allow_filter(tx: &mut Tx<'_>, service: ServiceId) -> Result<(), StoreError> {
    records::allow_filter(tx.conn, service, tx.now)?;
    tx.record(Event::FilterAllowed(events::FilterAllowed { service }));
    Ok(())
}

/// The row of a service that may act in rooms; none where it may not, or is none any more.
///
/// # Errors
/// [`StoreError`]
pub fn filter(conn: &mut Conn, service: ServiceId) -> Result<Option<i64>, StoreError> {
    Ok(records::filter(conn, service)?)
}

/// The names of the filters, up to `limit`.
///
/// # Errors
/// [`StoreError`]
pub fn filters(conn: &mut Conn, limit: i64) -> Result<Vec<String>, StoreError> {
    Ok(records::filters(conn, limit)?)
}

/// The ids and names of services by their rows, those that were removed too.
///
/// # Errors
/// [`StoreError`]
pub fn names(conn: &mut Conn, rows: &[i64]) -> Result<HashMap<i64, (ServiceId, String)>, StoreError> {
    let found = records::service_names(conn, rows)?.into_iter();
    Ok(found.map(|(row, id, name)| (row, (id, name))).collect())
}

/// Whether there is a service that is named by this resource.
pub(super) fn is_known(conn: &mut Conn, resource: &str) -> Result<bool, StoreError> {
    match resource.strip_prefix(OWN) {
        Some(id) => match id.parse() {
            Ok(id) => Ok(records::service(conn, id)?.is_some_and(|(_, given)| given.is_none())),
            Err(_) => Ok(false),
        },
        None => Ok(records::service_of(conn, resource)?.is_some()),
    }
}

/// A service that has shown its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: Id<kinds::Service>,
    /// What a token for it has as audience.
    pub resource: Arc<str>,
}

/// A service as it is remembered.
#[derive(Clone)]
struct Known {
    secret: Vec<u8>,
    resource: Arc<str>,
}

impl Known {
    fn of(id: Id<kinds::Service>, (secret, resource): records::ServiceRow) -> Self {
        Self {
            secret,
            resource: resource_of(id, resource.as_deref()),
        }
    }

    /// The service, if the secret with this index is its own.
    fn proved(&self, id: Id<kinds::Service>, shown: &[u8]) -> Option<Service> {
        bool::from(self.secret.ct_eq(shown)).then(|| Service {
            id,
            resource: Arc::clone(&self.resource),
        })
    }
}

/// The services, in memory.
pub(super) struct Services {
    vault: Vault,
    known: RwLock<HashMap<Id<kinds::Service>, Known>>,
}

impl Services {
    pub(super) fn new(vault: Vault) -> Self {
        Self {
            vault,
            known: RwLock::default(),
        }
    }

    /// The service that this client id and secret belong to. One that is not known here is asked for in
    /// the store: another replica may have added it a moment ago. So is every one where what is
    /// `remembered` may be too old to be believed.
    pub(super) async fn authenticate(
        &self,
        store: &Store,
        client_id: &str,
        secret: &str,
        remembered: bool,
    ) -> Result<Option<Service>, StoreError> {
        let Ok(id) = client_id.parse() else {
            return Ok(None);
        };
        let shown = blind(&self.vault, id, secret);
        if remembered && let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(known.proved(id, &shown));
        }
        let row = store
            .read(move |conn| Ok::<_, StoreError>(records::service(conn, id)?))
            .await?;
        Ok(row.and_then(|row| Known::of(id, row).proved(id, &shown)))
    }
}

impl Projection for Services {
    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let all = records::services(conn)?.into_iter();
        let all = all.map(|(id, row)| (id, Known::of(id, row))).collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(())
    }

    fn apply(&self, conn: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        match entry.envelope.event {
            // None where it was removed since.
            Event::ServiceAdded(events::ServiceAdded { service })
            | Event::ServiceSecretChanged(events::ServiceSecretChanged { service }) => {
                if let Some(row) = records::service(conn, service)? {
                    let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                    known.insert(service, Known::of(service, row));
                }
            }
            Event::ServiceRemoved(events::ServiceRemoved { service }) => {
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                known.remove(&service);
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_an_absolute_uri_without_a_fragment() {
        for good in [
            "https://archive.example.org",
            "https://archive.example.org/api?x=1",
            "urn:example:archive",
            "tag:example.org,2026:rooms",
            &format!("https://{}", "a".repeat(247)),
        ] {
            assert_eq!(Resource::parse(good).unwrap().0, good);
        }
        for wrong in [
            "",
            "archive",
            "archive.example.org/api",
            "https:",
            ":x",
            "1x:y",
            "https://archive.example.org/#top",
            "https://archive.example.org/a b",
            "https://archive.example.org/\u{e9}",
            "https://archive.example.org\n",
            "urn:vouchsafe:service:service_01h455vb4pex5vsknk084sn02q",
            &format!("https://{}", "a".repeat(248)),
        ] {
            assert!(matches!(Resource::parse(wrong), Err(ServiceError::Resource)), "{wrong}");
        }
    }
}
