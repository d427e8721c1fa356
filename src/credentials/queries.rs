//! Whose password it is.

use secrecy::SecretString;

use super::{
    passwords::{Hasher, HasherError, hash::Phc},
    records,
};
use crate::{
    people,
    platform::{
        store::{Conn, Store, StoreError},
        terms::{PersonRow, Timestamp},
    },
};

/// A password that fits. Whoever relies on it confirms it in their own transaction ([`PasswordProof::confirm`]).
pub struct PasswordProof {
    /// Whose password it is.
    pub person: PersonRow,
    /// What it was compared with.
    pub(super) phc: Phc,
    /// What is to be stored in its place, where that was made at another cost or with another pepper.
    pub(super) renewed: Option<Phc>,
}

/// Why nobody can tell whether a password fits.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// It was not hashed.
    #[error(transparent)]
    Hasher(#[from] HasherError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whose password it is, by the blind index of their contact; none where there is no such account, or it is not its
/// password. Both cost the same work.
///
/// # Errors
/// [`ProofError`]
pub async fn prove_password(
    store: &Store,
    hasher: &Hasher,
    contact: &[u8],
    password: SecretString,
) -> Result<Option<PasswordProof>, ProofError> {
    let contact = contact.to_vec();
    let found = store
        .read(move |conn| {
            let person = people::by_contact(conn, &contact)?;
            // Asked in any case, so that the number of queries says nothing.
            let phc = records::password(conn, person.unwrap_or(PersonRow(0)))?;
            Ok::<_, StoreError>(person.zip(phc))
        })
        .await?;
    proved(hasher, found, password).await
}

/// The same of a member who is known, and may have no password.
///
/// # Errors
/// [`ProofError`]
pub async fn prove_own_password(
    store: &Store,
    hasher: &Hasher,
    person: PersonRow,
    password: SecretString,
) -> Result<Option<PasswordProof>, ProofError> {
    let found = store
        .read(move |conn| Ok::<_, StoreError>(records::password(conn, person)?))
        .await?;
    proved(hasher, found.map(|phc| (person, phc)), password).await
}

async fn proved(
    hasher: &Hasher,
    found: Option<(PersonRow, String)>,
    password: SecretString,
) -> Result<Option<PasswordProof>, ProofError> {
    let known = found.and_then(|(person, text)| Some((person, Phc::parse(&text).ok()?)));
    let phc = known.as_ref().map_or_else(|| hasher.dummy(), |(_, phc)| phc.clone());
    let fits = hasher.verify(password.clone(), phc).await?;
    let Some((person, phc)) = known.filter(|_| fits) else {
        return Ok(None);
    };
    let renewed = match hasher.needs_rehash(&phc) {
        // Of no account to the caller; the next sign-in tries again.
        true => hasher.hash(password).await.ok(),
        false => None,
    };
    Ok(Some(PasswordProof { person, phc, renewed }))
}

/// Whether a member has a link to a new password that is good at this time.
///
/// # Errors
/// [`StoreError`]
pub fn has_password_link(conn: &mut Conn, person: PersonRow, now: Timestamp) -> Result<bool, StoreError> {
    Ok(records::has_link(conn, person, now)?)
}

/// Whether a member has a password.
///
/// # Errors
/// [`StoreError`]
pub fn has_password(conn: &mut Conn, person: PersonRow) -> Result<bool, StoreError> {
    Ok(records::password(conn, person)?.is_some())
}
