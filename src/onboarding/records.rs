//! The rows of flows.

use diesel::{
    AsChangeset, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, insert_into, update,
};

use super::{Flow, Via};
use crate::platform::{
    store::{Conn, columns_of, fixed, locked, one_changed, schema::flows},
    terms::{Id, PersonRow, Timestamp, kinds},
    vault::Subject,
};

/// A flow as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = flows)]
struct StoredFlow {
    id: i64,
    uid: Id<kinds::Flow>,
    token_hash: Vec<u8>,
    invite_id: i64,
    subject_id: Subject,
    locale: String,
    expires_at: Timestamp,
    address_blind: Option<Vec<u8>>,
    address_sealed: Option<Vec<u8>>,
    proof_sealed: Option<Vec<u8>>,
    proof_expires_at: Option<Timestamp>,
    proofs_sealed: Option<Vec<u8>>,
    proof_failures: i64,
    proved_at: Option<Timestamp>,
    person: Option<PersonRow>,
    ended_at: Option<Timestamp>,
}

impl From<StoredFlow> for Flow {
    fn from(row: StoredFlow) -> Self {
        Self {
            row: row.id,
            id: row.uid,
            token_hash: row.token_hash,
            invite_row: row.invite_id,
            subject: row.subject_id,
            locale: row.locale,
            expires_at: row.expires_at,
            address: row.address_blind.zip(row.address_sealed),
            proof: row.proof_sealed.zip(row.proof_expires_at),
            proofs: row.proofs_sealed,
            proof_failures: row.proof_failures,
            proved_at: row.proved_at,
            person: row.person,
            ended_at: row.ended_at,
        }
    }
}

/// A flow that is written.
#[derive(Insertable)]
#[diesel(table_name = flows)]
pub(super) struct New<'a> {
    #[diesel(column_name = uid)]
    pub(super) id: Id<kinds::Flow>,
    pub(super) token_hash: &'a [u8],
    #[diesel(column_name = invite_id)]
    pub(super) invite_row: i64,
    #[diesel(column_name = subject_id)]
    pub(super) subject: Subject,
    pub(super) locale: &'a str,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) via: Option<Via>,
}

pub(super) fn insert(conn: &mut Conn, new: &New<'_>) -> QueryResult<Flow> {
    insert_into(flows::table)
        .values(new)
        .returning(columns_of::<StoredFlow>())
        .get_result::<StoredFlow>(conn)
        .map(Flow::from)
}

/// By what a member came to the code of this invite, where their app said so.
pub(super) fn via_of(conn: &mut Conn, invite_row: i64, person: PersonRow) -> QueryResult<Option<Via>> {
    flows::table
        .filter(flows::invite_id.eq(invite_row))
        .filter(flows::person.eq(person))
        .select(flows::via)
        .first(conn)
        .optional()
        .map(Option::flatten)
}

/// A flow by its public id.
pub(super) fn by_id(conn: &mut Conn, id: Id<kinds::Flow>) -> QueryResult<Option<Flow>> {
    flows::table
        .filter(flows::uid.eq(id))
        .select(StoredFlow::as_select())
        .first(conn)
        .optional()
        .map(|row| row.map(Flow::from))
}

/// The same, locked until the transaction ends: of two requests on it at once, the second sees what the first
/// has made of it.
pub(super) fn lock(conn: &mut Conn, id: Id<kinds::Flow>) -> QueryResult<Option<Flow>> {
    let query = flows::table.filter(flows::uid.eq(id)).select(StoredFlow::as_select());
    locked(conn.backend(), "a newcomer's flow", query)
        .get_result(conn)
        .optional()
        .map(|row| row.map(Flow::from))
}

/// The newest other flow of an invite by which the same address is on its way in.
pub(super) fn on_the_way(conn: &mut Conn, invite_row: i64, blind: &[u8], but: i64) -> QueryResult<Option<Flow>> {
    flows::table
        .filter(flows::invite_id.eq(invite_row))
        .filter(flows::address_blind.eq(blind))
        .filter(flows::id.ne(but))
        .filter(flows::proved_at.is_not_null())
        .filter(flows::ended_at.is_null())
        .order(flows::id.desc())
        .select(StoredFlow::as_select())
        .first(conn)
        .optional()
        .map(|row| row.map(Flow::from))
}

/// An address to be proved and the code that proves it.
#[derive(AsChangeset)]
#[diesel(table_name = flows)]
pub(super) struct Ask {
    pub(super) address_sealed: Vec<u8>,
    pub(super) address_blind: Vec<u8>,
    pub(super) proof_sealed: Vec<u8>,
    pub(super) proof_expires_at: Timestamp,
    pub(super) proofs_sealed: Vec<u8>,
    /// Wrong codes that go on to be counted.
    #[diesel(column_name = proof_failures)]
    pub(super) failures: i64,
}

pub(super) fn ask(conn: &mut Conn, row: i64, ask: &Ask) -> QueryResult<()> {
    update(flows::table.find(row)).set(ask).execute(conn).map(|_| ())
}

/// Takes one of `attempts` at the code; false where none is left. Of many at once each takes its own.
pub(super) fn take_attempt(conn: &mut Conn, row: i64, attempts: i64) -> QueryResult<bool> {
    update(flows::table.find(row).filter(flows::proof_failures.lt(attempts)))
        .set(flows::proof_failures.eq(flows::proof_failures + 1))
        .execute(conn)
        .map(|rows| one_changed("an attempt at a code is left", rows))
}

/// Notes that the contact is proved, and forgets the codes.
pub(super) fn prove(conn: &mut Conn, row: i64, now: Timestamp) -> QueryResult<()> {
    update(flows::table.find(row))
        .set((
            flows::proved_at.eq(now),
            flows::proof_sealed.eq(None::<Vec<u8>>),
            flows::proofs_sealed.eq(None::<Vec<u8>>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Lets another token open a flow.
pub(super) fn open_with(conn: &mut Conn, row: i64, token_hash: &[u8]) -> QueryResult<()> {
    update(flows::table.find(row))
        .set(flows::token_hash.eq(token_hash))
        .execute(conn)
        .map(|_| ())
}

/// Ends a flow; false where it is over already.
pub(super) fn end(conn: &mut Conn, row: i64, now: Timestamp) -> QueryResult<bool> {
    // Raw for the row redeem.
    fixed(
        || "UPDATE flows SET ended_at = ?, proof_sealed = NULL, proofs_sealed = NULL WHERE id = ? AND ended_at IS NULL",
    )
    .bind(now.micros())
    .bind(row)
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Notes whom the newcomer has become.
pub(super) fn belongs_to(conn: &mut Conn, row: i64, person: PersonRow) -> QueryResult<()> {
    // Raw for the row redeem.
    fixed(|| "UPDATE flows SET person = ? WHERE id = ?")
        .bind(person.0)
        .bind(row)
        .execute(conn)
        .map(|_| ())
}

/// Forgets by what the address is found again with which somebody came in.
pub(super) fn forget(conn: &mut Conn, person: PersonRow) -> QueryResult<()> {
    update(flows::table.filter(flows::person.eq(person)))
        .set(flows::address_blind.eq(None::<Vec<u8>>))
        .execute(conn)
        .map(|_| ())
}
