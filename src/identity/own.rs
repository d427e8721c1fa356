//! What somebody sees of their own real name: what is held, and who looked at it.

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{Document, DocumentKind, FullName, age_at, records};
use crate::{
    people,
    platform::{
        store::{Conn, StoreError},
        terms::{Country, PersonId, Role, Timestamp},
        vault::{Field, Subject, Vault, VaultError},
    },
};

/// A real name that is held, opened for whoever has it.
pub struct OwnName {
    /// The name as it was given.
    pub name: FullName,
    /// The country of the document.
    pub country: Country,
    /// Its kind.
    pub kind: DocumentKind,
    /// When it was given.
    pub given_at: Timestamp,
}

/// A look of a reviewer at a name.
pub struct Look {
    /// Its row, by which the list is ordered.
    pub row: i64,
    /// When.
    pub at: Timestamp,
    /// Who looked.
    pub who: Option<PersonId>,
    /// The role that whoever looked has now.
    pub by: Option<Role>,
    /// Why, in their words.
    pub reason: Zeroizing<String>,
}

/// The real name that is held of a subject; none where there is none, or they are erased.
///
/// # Errors
/// [`StoreError`]
pub fn own_name(conn: &mut Conn, vault: &Vault, subject: Subject) -> Result<Option<OwnName>, StoreError> {
    let Some((sealed, given_at)) = records::given(conn, subject)? else {
        return Ok(None);
    };
    let key = match vault.key(conn, subject) {
        Ok(key) => key,
        Err(VaultError::Erased) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let unreadable = || StoreError::Internal("a sealed identity is not what was given".into());
    let name = FullName::parse(&key.open_text(Field::Name, &sealed.name)?).map_err(|_| unreadable())?;
    let document = Document::from_json(&key.open(Field::Document, &sealed.document)?).map_err(|_| unreadable())?;
    Ok(Some(OwnName {
        name,
        country: document.country(),
        kind: document.kind(),
        given_at,
    }))
}

/// How many whole years somebody has lived on `today`, by the number of the document that they gave; none where they gave
/// none, where its number bears no date of birth, and where they are erased. The name is not opened.
///
/// # Errors
/// [`StoreError`]
pub fn age(conn: &mut Conn, vault: &Vault, subject: Subject, today: Date) -> Result<Option<u16>, StoreError> {
    let Some((sealed, _)) = records::given(conn, subject)? else {
        return Ok(None);
    };
    let key = match vault.key(conn, subject) {
        Ok(key) => key,
        Err(VaultError::Erased) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let document = Document::from_json(&key.open(Field::Document, &sealed.document)?)
        .map_err(|_| StoreError::Internal("a sealed identity is not what was given".into()))?;
    Ok(document.birth_date().map(|birth| age_at(birth, today)))
}

/// How often reviewers looked at the name of a subject.
///
/// # Errors
/// [`StoreError`]
pub fn count_looks(conn: &mut Conn, subject: Subject) -> Result<i64, StoreError> {
    Ok(records::count_looks(conn, subject)?)
}

/// The looks at the name of a subject, newest first, below the row `before`.
///
/// # Errors
/// [`StoreError`]
pub fn looks(
    conn: &mut Conn,
    vault: &Vault,
    subject: Subject,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Look>, StoreError> {
    let rows = records::looks(conn, subject, before, limit)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = match vault.key(conn, subject) {
        Ok(key) => key,
        Err(VaultError::Erased) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let people: Vec<_> = rows.iter().map(|(_, person, ..)| *person).collect();
    let members = people::members_by_row(conn, &people, false)?;
    rows.into_iter()
        .map(|(row, person, at, sealed)| {
            Ok(Look {
                row,
                at,
                who: members.get(&person).map(|member| member.id),
                by: members.get(&person).map(|member| member.role),
                reason: key.open_note(&sealed)?,
            })
        })
        .collect()
}
