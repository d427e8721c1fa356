//! Contacts that are changed, and those that are kept for whoever had them.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, delete, update};

use crate::{
    people::Contact,
    platform::{
        store::{Conn, fixed, schema::contacts},
        terms::{PersonRow, Timestamp},
    },
};

/// The member who has proved control of a contact and has it now, by its blind index.
pub fn by_contact(conn: &mut Conn, blind: &[u8]) -> QueryResult<Option<PersonRow>> {
    contacts::table
        .find(blind)
        .filter(contacts::kept_until.is_null())
        .select(contacts::person)
        .first(conn)
        .optional()
}

/// A member's own contact, sealed.
pub fn own_contact(conn: &mut Conn, row: PersonRow) -> QueryResult<Option<Vec<u8>>> {
    contacts::table
        .filter(contacts::person.eq(row))
        .filter(contacts::kept_until.is_null())
        .select(contacts::sealed)
        .first(conn)
        .optional()
}

/// Gives a member a contact; 0 where it is another's.
pub(in crate::people) fn insert_contact(
    conn: &mut Conn,
    person: PersonRow,
    contact: &Contact<'_>,
    now: Timestamp,
) -> QueryResult<usize> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    // One that was kept for a former owner is free after that, and theirs at any time.
    fixed(|| {
        "INSERT INTO contacts (blind, person, sealed, proved_at) VALUES (?, ?, ?, ?) \
         ON CONFLICT (blind) DO UPDATE SET person = excluded.person, sealed = excluded.sealed, \
         proved_at = excluded.proved_at, kept_until = NULL \
         WHERE contacts.kept_until <= ? OR contacts.kept_until IS NOT NULL AND contacts.person = excluded.person"
    })
    .bind(contact.blind)
    .bind(person.0)
    .bind(contact.sealed)
    .bind(contact.proved_at.micros())
    .bind(now.micros())
    .execute(conn)
}

/// Whose a contact is, who has it or may have it back; none where anybody may prove that they control it.
pub fn contact_holder(conn: &mut Conn, blind: &[u8], now: Timestamp) -> QueryResult<Option<PersonRow>> {
    let found: Option<(PersonRow, Option<Timestamp>)> = contacts::table
        .find(blind)
        .select((contacts::person, contacts::kept_until))
        .first(conn)
        .optional()?;
    Ok(found
        .filter(|(_, until)| until.is_none_or(|until| now < until))
        .map(|(person, _)| person))
}

/// Until when former contacts of a member are kept for them.
pub fn kept_contacts(conn: &mut Conn, person: PersonRow, now: Timestamp) -> QueryResult<Vec<(Vec<u8>, Timestamp)>> {
    let kept: Vec<(Vec<u8>, Option<Timestamp>)> = contacts::table
        .filter(contacts::person.eq(person))
        .filter(contacts::kept_until.gt(now))
        .order(contacts::kept_until.desc())
        .select((contacts::sealed, contacts::kept_until))
        .load(conn)?;
    Ok(kept
        .into_iter()
        .filter_map(|(sealed, until)| Some((sealed, until?)))
        .collect())
}

/// Keeps the contact that a member has until then, as a former one; its blind index, where they have one.
pub(in crate::people) fn keep_contact(
    conn: &mut Conn,
    person: PersonRow,
    until: Timestamp,
) -> QueryResult<Option<Vec<u8>>> {
    update(
        contacts::table
            .filter(contacts::person.eq(person))
            .filter(contacts::kept_until.is_null()),
    )
    .set(contacts::kept_until.eq(until))
    .returning(contacts::blind)
    .get_result(conn)
    .optional()
}

/// Gives a member a former contact back: the one that they have is nobody's from then on, and those that came `after` it.
/// False where it is no longer theirs.
pub fn restore_contact(conn: &mut Conn, person: PersonRow, blind: &[u8], after: &[Vec<u8>]) -> QueryResult<bool> {
    let own = contacts::table
        .filter(contacts::person.eq(person))
        .filter(contacts::blind.ne(blind));
    delete(own.filter(contacts::kept_until.is_null())).execute(conn)?;
    delete(own.filter(contacts::blind.eq_any(after))).execute(conn)?;
    update(contacts::table.find(blind).filter(contacts::person.eq(person)))
        .set(contacts::kept_until.eq(None::<Timestamp>))
        .execute(conn)
        .map(|rows| rows == 1)
}
