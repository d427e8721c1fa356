//! The rows of flows.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, insert_into, update};

use super::Flow;
use crate::platform::{
    store::{Conn, fixed, locked, schema::flows},
    terms::{Id, PersonRow, Timestamp, kinds},
    vault::Subject,
};

type Row = (
    (i64, Id<kinds::Flow>, Vec<u8>, i64, i64, String, Timestamp),
    (
        Option<Vec<u8>>,
        Option<Vec<u8>>,
        Option<Vec<u8>>,
        Option<Timestamp>,
        Option<Vec<u8>>,
        i64,
    ),
    (Option<Timestamp>, Option<PersonRow>, Option<Timestamp>),
);

macro_rules! columns {
    () => {
        (
            (
                flows::id,
                flows::uid,
                flows::token_hash,
                flows::invite_id,
                flows::subject_id,
                flows::locale,
                flows::expires_at,
            ),
            (
                flows::address_blind,
                flows::address_sealed,
                flows::proof_sealed,
                flows::proof_expires_at,
                flows::proofs_sealed,
                flows::proof_failures,
            ),
            (flows::proved_at, flows::person, flows::ended_at),
        )
    };
}

fn from_row(row: Row) -> Flow {
    let (
        (row, id, token_hash, invite_row, subject, locale, expires_at),
        (blind, sealed, proof, proof_expires_at, proofs, proof_failures),
        (proved_at, person, ended_at),
    ) = row;
    Flow {
        row,
        id,
        token_hash,
        invite_row,
        subject: Subject(subject),
        locale,
        expires_at,
        address: blind.zip(sealed),
        proof: proof.zip(proof_expires_at),
        proofs,
        proof_failures,
        proved_at,
        person,
        ended_at,
    }
}

pub(super) struct New<'a> {
    pub(super) id: Id<kinds::Flow>,
    pub(super) token_hash: &'a [u8],
    pub(super) invite_row: i64,
    pub(super) subject: Subject,
    pub(super) locale: &'a str,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

pub(super) fn insert(conn: &mut Conn, new: &New<'_>) -> QueryResult<Flow> {
    insert_into(flows::table)
        .values((
            flows::uid.eq(new.id),
            flows::token_hash.eq(new.token_hash),
            flows::invite_id.eq(new.invite_row),
            flows::subject_id.eq(new.subject.0),
            flows::locale.eq(new.locale),
            flows::created_at.eq(new.created_at),
            flows::expires_at.eq(new.expires_at),
        ))
        .returning(columns!())
        .get_result::<Row>(conn)
        .map(from_row)
}

/// A flow by its public id.
pub(super) fn by_id(conn: &mut Conn, id: Id<kinds::Flow>) -> QueryResult<Option<Flow>> {
    flows::table
        .filter(flows::uid.eq(id))
        .select(columns!())
        .first::<Row>(conn)
        .optional()
        .map(|row| row.map(from_row))
}

/// The same, locked until the transaction ends: of two requests on it at once, the second sees what the first
/// has made of it.
pub(super) fn lock(conn: &mut Conn, id: Id<kinds::Flow>) -> QueryResult<Option<Flow>> {
    let query = flows::table.filter(flows::uid.eq(id)).select(columns!());
    locked(conn.backend(), "a newcomer's flow", query)
        .get_result::<Row>(conn)
        .optional()
        .map(|row| row.map(from_row))
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
        .select(columns!())
        .first::<Row>(conn)
        .optional()
        .map(|row| row.map(from_row))
}

/// An address to be proved and the code that proves it.
pub(super) struct Ask {
    pub(super) address_sealed: Vec<u8>,
    pub(super) address_blind: Vec<u8>,
    pub(super) proof_sealed: Vec<u8>,
    pub(super) proof_expires_at: Timestamp,
    pub(super) proofs_sealed: Vec<u8>,
    /// Wrong codes that go on to be counted.
    pub(super) failures: i64,
}

pub(super) fn ask(conn: &mut Conn, row: i64, ask: &Ask) -> QueryResult<()> {
    update(flows::table.find(row))
        .set((
            flows::address_sealed.eq(&ask.address_sealed),
            flows::address_blind.eq(&ask.address_blind),
            flows::proof_sealed.eq(&ask.proof_sealed),
            flows::proof_expires_at.eq(ask.proof_expires_at),
            flows::proofs_sealed.eq(&ask.proofs_sealed),
            flows::proof_failures.eq(ask.failures),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Takes one of `attempts` at the code; false where none is left. Of many at once each takes its own.
pub(super) fn take_attempt(conn: &mut Conn, row: i64, attempts: i64) -> QueryResult<bool> {
    update(flows::table.find(row).filter(flows::proof_failures.lt(attempts)))
        .set(flows::proof_failures.eq(flows::proof_failures + 1))
        .execute(conn)
        .map(|rows| rows == 1)
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
    fixed(|| "UPDATE flows SET person = ? WHERE id = ?")
        .bind(person.0)
        .bind(row)
        .execute(conn)
        .map(|_| ())
}
