//! What is read of the waitlist.

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{Application, State, records, token_blind};
use crate::{
    people,
    platform::{
        store::{Conn, StoreError},
        terms::{ApplicationId, ContactPoint, PersonId, Timestamp},
        vault::{Field, Vault, VaultError},
    },
};

/// Where somebody stands.
#[derive(Debug, Clone)]
pub struct Place {
    /// The application.
    pub application: Application,
    /// Counted from 1; none where they do not wait.
    pub place: Option<i64>,
    /// How many wait.
    pub size: i64,
}

/// Where the holder of a token stands; none where it opens nothing.
///
/// # Errors
/// [`StoreError`]
pub fn opened(conn: &mut Conn, vault: &Vault, token: &SecretString) -> Result<Option<Place>, StoreError> {
    match records::by_token(conn, &token_blind(vault, token))? {
        Some(application) => Ok(Some(place(conn, application)?)),
        None => Ok(None),
    }
}

/// Where an application stands.
///
/// # Errors
/// [`StoreError`]
pub fn place(conn: &mut Conn, application: Application) -> Result<Place, StoreError> {
    let place = match (application.state, application.turn) {
        (State::Waiting, Some(turn)) => Some(records::size(conn, Some(turn))? + 1),
        _ => None,
    };
    Ok(Place {
        place,
        size: records::size(conn, None)?,
        application,
    })
}

/// Somebody who waits, as admins see them.
#[derive(Debug)]
pub struct Listed {
    /// The application.
    pub id: ApplicationId,
    /// The order in which they wait.
    pub turn: i64,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The address or the phone number; none where what is sealed is not shown.
    pub contact: Option<ContactPoint>,
    /// What they said of themself; none where they said nothing, or it is not shown.
    pub note: Option<Zeroizing<String>>,
    /// The members who vouch.
    pub vouched_by: Vec<PersonId>,
    /// That the same address was refused before.
    pub refused: Vec<Refusal>,
}

/// A refusal of the same address.
#[derive(Debug)]
pub struct Refusal {
    /// When.
    pub at: Option<Timestamp>,
    /// Why; none where what is sealed is not shown.
    pub reason: Option<Zeroizing<String>>,
}

/// Those who wait, in their order, after a turn; what is sealed is opened where a `vault` is given.
///
/// # Errors
/// [`StoreError`]
pub fn waiting(conn: &mut Conn, vault: Option<&Vault>, after: i64, limit: i64) -> Result<Vec<Listed>, StoreError> {
    let found = records::waiting(conn, after, limit)?;
    let rows: Vec<i64> = found.iter().map(|one| one.row).collect();
    let mut vouches = records::vouches(conn, &rows)?;
    let members: Vec<_> = vouches.values().flatten().copied().collect();
    let names = people::names(conn, &members)?;
    let mut listed = Vec::with_capacity(found.len());
    for one in found {
        let (contact, note) = match vault {
            Some(vault) => said(conn, vault, &one)?,
            None => (None, None),
        };
        let mut refused = Vec::new();
        for former in records::by_address(conn, &one.address_blind, &[State::Refused])? {
            refused.push(Refusal {
                at: former.decided_at,
                reason: match vault {
                    Some(vault) => reason(conn, vault, &former)?,
                    None => None,
                },
            });
        }
        let vouched = vouches.remove(&one.row).unwrap_or_default();
        listed.push(Listed {
            id: one.id,
            turn: one.turn.unwrap_or(0),
            since: one.waits_since,
            contact,
            note,
            vouched_by: vouched
                .iter()
                .filter_map(|row| names.get(row))
                .map(|name| name.id)
                .collect(),
            refused,
        });
    }
    Ok(listed)
}

/// What somebody who waits has said.
type Said = (Option<ContactPoint>, Option<Zeroizing<String>>);

fn said(conn: &mut Conn, vault: &Vault, one: &Application) -> Result<Said, StoreError> {
    let key = match vault.key(conn, one.subject) {
        Ok(key) => key,
        Err(VaultError::Erased) => return Ok((None, None)),
        Err(error) => return Err(error.into()),
    };
    let open =
        |field, sealed: &Option<Vec<u8>>| sealed.as_deref().map(|sealed| key.open_text(field, sealed)).transpose();
    let contact = open(Field::Contact, &one.address_sealed)?;
    let note = open(Field::Note, &one.note_sealed)?;
    Ok((contact.and_then(|kept| ContactPoint::parse(&kept).ok()), note))
}

fn reason(conn: &mut Conn, vault: &Vault, one: &Application) -> Result<Option<Zeroizing<String>>, StoreError> {
    let Some(sealed) = &one.reason_sealed else {
        return Ok(None);
    };
    match vault.key(conn, one.subject) {
        Ok(key) => Ok(Some(key.open_note(sealed)?)),
        Err(VaultError::Erased) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
