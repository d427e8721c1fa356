//! One request, one effect: a repeated request gets the answer of the first, and does nothing again.
//!
//! Whoever asks is proved first ([`Asker`]): a key by itself opens nothing, and what nobody has proved takes
//! none. The key is claimed in the transaction of the command itself, with the id of what is to be made;
//! so a command that is refused claims nothing, and two requests at once are one. No body is
//! stored: the repetition reads the resource by its id, and secrets are derived again. Of the caller, the key
//! and the request two HMACs are stored, under a [`Secret`] that is not in the store: an address that somebody
//! invites, a document's number or a room server's secret could be guessed from a mere hash. A password is left
//! out all the same: whoever has both is to try passwords on nothing that is faster than the hash which is there
//! for that. A key is remembered for 24 hours (draft-ietf-httpapi-idempotency-key-header-07).

mod records;

use std::time::Duration;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

pub use records::forget as forget_before;

use crate::platform::{
    ledger::Tx,
    store::{Conn, StoreError},
    terms::{Id, IdKind, Timestamp, kinds},
};

/// For how long a key is remembered.
pub const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// What everything that is stored of a request depends on: the same on every replica.
pub struct Secret(hmac::Key);

impl Secret {
    /// By 256 bits.
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    fn mac(&self, label: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [label].iter().chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().to_vec()
    }
}

/// Whose key it is, by the credential that has proved it: a key is its owner's alone, and another kind of
/// credential makes another key of it.
#[derive(Debug, Clone, Copy)]
pub enum Asker {
    /// A member, by an access token.
    Member(Id<kinds::Person>),
    /// A newcomer, by the token of their flow.
    Newcomer(Id<kinds::Flow>),
    /// A service, by its secret.
    Service(Id<kinds::Service>),
    /// Whoever runs commands on the machine itself.
    Operator,
}

impl Asker {
    fn parts(&self) -> (&'static [u8], &[u8]) {
        match self {
            Self::Member(id) => (b"member", id.as_bytes()),
            Self::Newcomer(id) => (b"newcomer", id.as_bytes()),
            Self::Service(id) => (b"service", id.as_bytes()),
            Self::Operator => (b"operator", b""),
        }
    }
}

/// The key of one request that may be repeated: whose it is, for which operation, and what was asked. A request
/// without one is done each time.
#[derive(Debug, Clone, Default)]
pub struct Key(Option<Claim>);

#[derive(Debug, Clone)]
struct Claim {
    /// Whose key it is, for which operation, and which.
    key: Vec<u8>,
    request: Vec<u8>,
}

/// The key was used with another request before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the idempotency key was used with another request")]
pub struct KeyReused;

/// What a claim came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody has used the key: go on.
    First,
    /// The request was answered before; this is the id that was made.
    Again([u8; 16]),
    /// The key was used with another request.
    Reused,
}

/// Runs `first` where nobody has used the key, which is claimed for `id`; where the same request was answered
/// before, `again` reads what it made.
///
/// # Errors
/// [`KeyReused`], the store's, and those of the two.
pub fn once<K: IdKind, T, E>(
    tx: &mut Tx<'_>,
    key: &Key,
    id: Id<K>,
    first: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    again: impl FnOnce(&mut Tx<'_>, Id<K>) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<StoreError> + From<KeyReused>,
{
    match key.claim(tx, id)? {
        Outcome::First => first(tx),
        Outcome::Again(id) => again(tx, Id::from_uuid(uuid::Uuid::from_bytes(id))),
        Outcome::Reused => Err(KeyReused.into()),
    }
}

/// The same for many requests that share a transaction, no two of which have the same [name](Key::name): `first`
/// is told the places of those that are new, and answers each; one that it refuses claims nothing.
///
/// # Errors
/// [`StoreError`], which undoes them all. Each answer has its own.
pub fn once_each<K: IdKind, T, E>(
    tx: &mut Tx<'_>,
    requests: &[(&Key, Id<K>)],
    first: impl FnOnce(&mut Tx<'_>, &[usize]) -> Result<Vec<Result<T, E>>, StoreError>,
    mut again: impl FnMut(&mut Tx<'_>, Id<K>) -> Result<Result<T, E>, StoreError>,
) -> Result<Vec<Result<T, E>>, StoreError>
where
    E: From<KeyReused>,
{
    let claims: Vec<_> = requests.iter().map(|(key, id)| (*key, id.as_bytes())).collect();
    let outcomes = claim_all(tx.conn, tx.now, &claims)?;
    let places = outcomes
        .iter()
        .enumerate()
        .filter(|(_, outcome)| **outcome == Outcome::First);
    let places: Vec<usize> = places.map(|(place, _)| place).collect();
    let mut done = first(tx, &places)?.into_iter();
    let mut answers = Vec::with_capacity(requests.len());
    for ((key, id), outcome) in requests.iter().zip(outcomes) {
        answers.push(match outcome {
            Outcome::First => {
                let answer = done
                    .next()
                    .ok_or_else(|| StoreError::Internal("a request without an answer".into()))?;
                if answer.is_err() {
                    key.unclaim(tx.conn, *id)?;
                }
                answer
            }
            Outcome::Again(id) => again(tx, Id::from_uuid(uuid::Uuid::from_bytes(id)))?,
            Outcome::Reused => Err(KeyReused.into()),
        });
    }
    Ok(answers)
}

impl Key {
    /// The key `text` of whoever asks, for an operation with this content.
    pub fn new(
        secret: &Secret,
        text: &str,
        asker: Asker,
        operation: &'static str,
        content: &Zeroizing<Vec<u8>>,
    ) -> Self {
        let (credential, id) = asker.parts();
        Self(Some(Claim {
            key: secret.mac(b"key", &[credential, id, operation.as_bytes(), text.as_bytes()]),
            request: secret.mac(b"request", &[text.as_bytes(), content]),
        }))
    }

    /// Of a request that has none.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Claims the key for `id`, in the command's transaction, before anything else: [`once`] does so.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn claim<K: IdKind>(&self, tx: &mut Tx<'_>, id: Id<K>) -> Result<Outcome, StoreError> {
        let outcomes = claim_all(tx.conn, tx.now, &[(self, id.as_bytes())])?;
        outcomes.into_iter().next().ok_or_else(lost)
    }

    /// What the key was claimed for before, without claiming it; none where it is free. For a step that can
    /// be taken once, so that its repetition is known before it is refused for coming too late.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn earlier(&self, conn: &mut Conn, now: Timestamp) -> Result<Option<Outcome>, StoreError> {
        match &self.0 {
            Some(claim) => claim.earlier(conn, now),
            None => Ok(None),
        }
    }

    /// What tells one key from another; none where there is none.
    pub fn name(&self) -> Option<&[u8]> {
        self.0.as_ref().map(|claim| claim.key.as_slice())
    }

    /// Gives up a key that was claimed for `id` in the running transaction, where the request was refused
    /// and others that share the transaction were not: a refusal claims nothing.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn unclaim<K: IdKind>(&self, conn: &mut Conn, id: Id<K>) -> Result<(), StoreError> {
        match &self.0 {
            Some(claim) => Ok(records::unclaim(conn, &claim.key, id.as_bytes())?),
            None => Ok(()),
        }
    }
}

/// Claims the keys of many requests that share a transaction, each for its resource. No two of them may have the
/// same [name](Key::name).
///
/// # Errors
/// [`StoreError`]
pub fn claim_all(conn: &mut Conn, now: Timestamp, requests: &[(&Key, &[u8; 16])]) -> Result<Vec<Outcome>, StoreError> {
    let claims: Vec<records::NewClaim<'_>> = requests
        .iter()
        .filter_map(|(key, id)| {
            key.0.as_ref().map(|claim| records::NewClaim {
                key: &claim.key,
                request: &claim.request,
                resource: id.as_slice(),
            })
        })
        .collect();
    let mut free = records::claim_all(conn, &claims, now, now.before(REMEMBERED))?.into_iter();
    let mut outcomes = Vec::with_capacity(requests.len());
    for (key, _) in requests {
        outcomes.push(match &key.0 {
            None => Outcome::First,
            Some(_) if free.next().ok_or_else(lost)? => Outcome::First,
            Some(claim) => claim.earlier(conn, now)?.ok_or_else(lost)?,
        });
    }
    Ok(outcomes)
}

impl Claim {
    /// What the key was claimed for before; none where it is free or forgotten.
    fn earlier(&self, conn: &mut Conn, now: Timestamp) -> Result<Option<Outcome>, StoreError> {
        match records::claimed(conn, &self.key, now.before(REMEMBERED))? {
            None => Ok(None),
            Some((request, _)) if request != self.request => Ok(Some(Outcome::Reused)),
            Some((_, resource)) => resource
                .try_into()
                .map(|id| Some(Outcome::Again(id)))
                .map_err(|_| lost()),
        }
    }
}

fn lost() -> StoreError {
    StoreError::Internal("an idempotency row without an id".into())
}
