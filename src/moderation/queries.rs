//! What may be read of sanctions.

use zeroize::Zeroizing;

use super::{Sanction, records};
use crate::{
    people::{self, Member},
    platform::{
        store::{Conn, StoreError},
        terms::{PersonId, PersonRow, SanctionId},
        vault::{DataKey, Vault, VaultError},
    },
};

/// A sanction with what is looked up for it.
#[derive(Debug)]
pub struct SanctionDetails {
    /// The sanction.
    pub sanction: Sanction,
    /// The public id of the member who imposed it.
    pub imposed_by: Option<PersonId>,
    /// The public id of the member who lifted it.
    pub lifted_by: Option<PersonId>,
    /// Why it was imposed, in words; none where notes were not asked for, or the person is erased.
    pub note: Option<Zeroizing<String>>,
    /// Why it was lifted, likewise.
    pub lift_note: Option<Zeroizing<String>>,
}

/// One sanction, with its notes.
///
/// # Errors
/// [`StoreError`].
pub fn details(conn: &mut Conn, vault: &Vault, sanction: Sanction) -> Result<SanctionDetails, StoreError> {
    // The sanction may just have given the person the subject whose key opens the notes: read them here.
    let person =
        people::member(conn, sanction.person)?.ok_or_else(|| StoreError::Internal("a sanction of nobody".into()))?;
    let notes = Notes::about(conn, vault, &person)?;
    let mut found = with_details(conn, vec![sanction], Some(&notes))?;
    found
        .pop()
        .ok_or_else(|| StoreError::Internal("a sanction without its details".into()))
}

/// A person's sanctions, newest first, up to `limit`, from the start or after `after`; none where nobody has this
/// id. The notes are opened where a `vault` is given.
///
/// # Errors
/// [`StoreError`].
pub fn sanctions_of(
    conn: &mut Conn,
    vault: Option<&Vault>,
    person: PersonId,
    after: Option<SanctionId>,
    limit: i64,
) -> Result<Option<Vec<SanctionDetails>>, StoreError> {
    let Some(person) = people::member_by_id(conn, person)? else {
        return Ok(None);
    };
    let notes = vault.map(|vault| Notes::about(conn, vault, &person)).transpose()?;
    let sanctions = sanctions(conn, person.row, after, limit)?;
    with_details(conn, sanctions, notes.as_ref()).map(Some)
}

/// A person's sanctions, newest first, up to `limit`, from the start or after `after`.
///
/// # Errors
/// [`StoreError`].
pub fn sanctions(
    conn: &mut Conn,
    person: PersonRow,
    after: Option<SanctionId>,
    limit: i64,
) -> Result<Vec<Sanction>, StoreError> {
    Ok(records::of_person(conn, person, after, limit)?)
}

fn with_details(
    conn: &mut Conn,
    sanctions: Vec<Sanction>,
    notes: Option<&Notes>,
) -> Result<Vec<SanctionDetails>, StoreError> {
    let rows: Vec<_> = sanctions
        .iter()
        .flat_map(|sanction| [sanction.imposed_by, sanction.lifted_by])
        .flatten()
        .collect();
    let names = people::names(conn, &rows)?;
    let id = |row| names.get(&row).map(|name| name.id);
    sanctions
        .into_iter()
        .map(|sanction| {
            let (note, lift_note) = match notes {
                Some(notes) => (notes.imposed(&sanction)?, notes.lifted(&sanction)?),
                None => (None, None),
            };
            Ok(SanctionDetails {
                imposed_by: sanction.imposed_by.and_then(id),
                lifted_by: sanction.lifted_by.and_then(id),
                note,
                lift_note,
                sanction,
            })
        })
        .collect()
}

/// Opens the notes of one person's sanctions.
pub struct Notes(Option<DataKey>);

impl Notes {
    /// For the sanctions of `person`. No note can be opened once the person is erased.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn about(conn: &mut Conn, vault: &Vault, person: &Member) -> Result<Self, StoreError> {
        match person.subject.map(|subject| vault.key(conn, subject)).transpose() {
            Ok(key) => Ok(Self(key)),
            Err(VaultError::Erased) => Ok(Self(None)),
            Err(error) => Err(error.into()),
        }
    }

    /// Why the sanction was imposed.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the note was altered, or is about another person.
    pub fn imposed(&self, sanction: &Sanction) -> Result<Option<Zeroizing<String>>, StoreError> {
        self.open(sanction.note_sealed.as_deref())
    }

    /// Why it was lifted.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the note was altered, or is about another person.
    pub fn lifted(&self, sanction: &Sanction) -> Result<Option<Zeroizing<String>>, StoreError> {
        self.open(sanction.lift_note_sealed.as_deref())
    }

    fn open(&self, sealed: Option<&[u8]>) -> Result<Option<Zeroizing<String>>, StoreError> {
        match (&self.0, sealed) {
            (Some(key), Some(sealed)) => Ok(Some(key.open_note(sealed)?)),
            _ => Ok(None),
        }
    }
}
