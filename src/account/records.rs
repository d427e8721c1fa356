//! The rows of addresses that are to be proved, and of those that can be had back.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    delete, insert_into, update,
};

use crate::platform::{
    store::{
        Conn, fixed, one_changed,
        schema::{address_changes, address_undos},
    },
    terms::{Id, PersonRow, Timestamp, kinds},
};

/// An address that a member is to prove.
pub(super) struct Asked<'a> {
    pub(super) id: Id<kinds::AddressAsk>,
    pub(super) blind: &'a [u8],
    pub(super) address_sealed: &'a [u8],
    pub(super) code_sealed: &'a [u8],
    pub(super) expires_at: Timestamp,
}

/// The same, as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = address_changes)]
pub(super) struct Pending {
    #[diesel(column_name = uid)]
    pub(super) id: Id<kinds::AddressAsk>,
    pub(super) blind: Vec<u8>,
    pub(super) address_sealed: Vec<u8>,
    pub(super) code_sealed: Vec<u8>,
    pub(super) expires_at: Timestamp,
}

/// Keeps the address that a member is to prove, in the place of a former one.
pub(super) fn ask(conn: &mut Conn, person: PersonRow, asked: &Asked<'_>) -> QueryResult<()> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    fixed(|| {
        "INSERT INTO address_changes (person, uid, blind, address_sealed, code_sealed, expires_at, failures) \
         VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (person) DO UPDATE SET uid = excluded.uid, blind = excluded.blind, \
         address_sealed = excluded.address_sealed, code_sealed = excluded.code_sealed, \
         expires_at = excluded.expires_at, failures = 0"
    })
    .bind(person.0)
    .bind(asked.id.as_bytes().as_slice())
    .bind(asked.blind)
    .bind(asked.address_sealed)
    .bind(asked.code_sealed)
    .bind(asked.expires_at.micros())
    .execute(conn)
    .map(|_| ())
}

/// The address that a member is to prove, if there is one.
pub(super) fn pending(conn: &mut Conn, person: PersonRow) -> QueryResult<Option<Pending>> {
    address_changes::table
        .find(person)
        .select(Pending::as_select())
        .first(conn)
        .optional()
}

/// Takes one of `attempts` at the code; false where none is left.
pub(super) fn take_attempt(conn: &mut Conn, person: PersonRow, attempts: i64) -> QueryResult<bool> {
    update(
        address_changes::table
            .find(person)
            .filter(address_changes::failures.lt(attempts)),
    )
    .set(address_changes::failures.eq(address_changes::failures + 1))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Forgets the address that a member was to prove.
pub(super) fn end_pending(conn: &mut Conn, person: PersonRow) -> QueryResult<()> {
    delete(address_changes::table.find(person)).execute(conn).map(|_| ())
}

/// Forgets all of this about somebody who has left.
pub(super) fn forget(conn: &mut Conn, person: PersonRow) -> QueryResult<()> {
    delete(address_changes::table.find(person)).execute(conn)?;
    delete(address_undos::table.filter(address_undos::person.eq(person))).execute(conn)?;
    Ok(())
}

/// Keeps what gives a former address back.
pub(super) fn insert_undo(
    conn: &mut Conn,
    person: PersonRow,
    hash: &[u8],
    blind: &[u8],
    expires_at: Timestamp,
) -> QueryResult<()> {
    insert_into(address_undos::table)
        .values((
            address_undos::person.eq(person),
            address_undos::hash.eq(hash),
            address_undos::blind.eq(blind),
            address_undos::expires_at.eq(expires_at),
        ))
        .execute(conn)
        .map(|_| ())
}

/// What a link gives back, if it is good now: its row, whose it is, and the address.
pub(super) fn undo(conn: &mut Conn, hash: &[u8], now: Timestamp) -> QueryResult<Option<(i64, PersonRow, Vec<u8>)>> {
    address_undos::table
        .filter(address_undos::hash.eq(hash))
        .filter(address_undos::used_at.is_null())
        .filter(address_undos::expires_at.gt(now))
        .select((address_undos::id, address_undos::person, address_undos::blind))
        .first(conn)
        .optional()
}

/// Spends it; false where it was spent or is over.
pub(super) fn spend_undo(conn: &mut Conn, row: i64, now: Timestamp) -> QueryResult<bool> {
    update(
        address_undos::table
            .find(row)
            .filter(address_undos::used_at.is_null())
            .filter(address_undos::expires_at.gt(now)),
    )
    .set(address_undos::used_at.eq(now))
    .execute(conn)
    .map(|rows| one_changed("a former address can be had back still", rows))
}

/// Ends whatever a member could have back that they had after this one; those addresses.
pub(super) fn end_later(conn: &mut Conn, person: PersonRow, row: i64, now: Timestamp) -> QueryResult<Vec<Vec<u8>>> {
    update(
        address_undos::table
            .filter(address_undos::person.eq(person))
            .filter(address_undos::id.gt(row))
            .filter(address_undos::used_at.is_null()),
    )
    .set(address_undos::used_at.eq(now))
    .returning(address_undos::blind)
    .get_results(conn)
}
