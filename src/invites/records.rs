//! The rows of invites.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, QueryableByName, RunQueryDsl, delete, insert_into,
    sql_types::BigInt, update,
};

use crate::{
    ledger::events::InviteKind,
    store::{
        Conn, fixed,
        schema::{holds, invites},
    },
    terms::{Id, PersonRow, Timestamp, kinds},
    vault::Subject,
};

/// An invite as it is stored.
#[derive(Debug, Clone)]
pub struct Invite {
    /// Its row.
    pub row: i64,
    /// Its public id.
    pub id: Id<kinds::Invite>,
    /// Who gave it.
    pub inviter: PersonRow,
    /// How it reaches people.
    pub kind: InviteKind,
    /// Which master key its code comes from.
    pub key_version: i64,
    /// Whose key seals the address, and the sealed address; none for a link.
    pub address: Option<(Subject, Vec<u8>)>,
    /// The blind index of the address.
    pub address_blind: Option<Vec<u8>>,
    /// The language of its mail, a BCP 47 tag.
    pub locale: String,
    /// How many may come in by it.
    pub max_uses: i64,
    /// How many have.
    pub uses: i64,
    /// How many are on their way in.
    pub held: i64,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

type Row = (
    i64,
    Id<kinds::Invite>,
    PersonRow,
    String,
    i64,
    Option<i64>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    String,
    i64,
    i64,
    i64,
    Timestamp,
    Timestamp,
    Option<Timestamp>,
);

macro_rules! columns {
    () => {
        (
            invites::id,
            invites::uid,
            invites::inviter,
            invites::kind,
            invites::key_version,
            invites::subject_id,
            invites::address_sealed,
            invites::address_blind,
            invites::locale,
            invites::max_uses,
            invites::uses,
            invites::held,
            invites::created_at,
            invites::expires_at,
            invites::revoked_at,
        )
    };
}

const EMAIL: &str = "email";
const LINK: &str = "link";

fn from_row(row: Row) -> Invite {
    let (row, id, inviter, kind, key_version, subject, sealed, address_blind, locale, max_uses, uses, held, a, b, c) =
        row;
    Invite {
        row,
        id,
        inviter,
        kind: if kind == EMAIL {
            InviteKind::Email
        } else {
            InviteKind::Link
        },
        key_version,
        address: subject.map(Subject).zip(sealed),
        address_blind,
        locale,
        max_uses,
        uses,
        held,
        created_at: a,
        expires_at: b,
        revoked_at: c,
    }
}

/// The sealed address of a new invite.
pub(super) struct Address {
    pub(super) subject: Subject,
    pub(super) sealed: Vec<u8>,
    pub(super) blind: Vec<u8>,
}

pub(super) struct New<'a> {
    pub(super) id: Id<kinds::Invite>,
    pub(super) inviter: PersonRow,
    pub(super) kind: InviteKind,
    pub(super) code_hash: Vec<u8>,
    pub(super) key_version: i64,
    pub(super) address: Option<Address>,
    pub(super) locale: &'a str,
    pub(super) max_uses: u32,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

pub(super) fn insert(conn: &mut Conn, new: &New<'_>) -> QueryResult<Invite> {
    let address = new.address.as_ref();
    insert_into(invites::table)
        .values((
            invites::uid.eq(new.id),
            invites::inviter.eq(new.inviter),
            invites::kind.eq(if new.kind == InviteKind::Email { EMAIL } else { LINK }),
            invites::code_hash.eq(&new.code_hash),
            invites::key_version.eq(new.key_version),
            invites::subject_id.eq(address.map(|address| address.subject.0)),
            invites::address_sealed.eq(address.map(|address| &address.sealed)),
            invites::address_blind.eq(address.map(|address| &address.blind)),
            invites::locale.eq(new.locale),
            invites::max_uses.eq(i64::from(new.max_uses)),
            invites::created_at.eq(new.created_at),
            invites::expires_at.eq(new.expires_at),
        ))
        .returning(columns!())
        .get_result::<Row>(conn)
        .map(from_row)
}

/// The invite that a code opens, by the code's hash.
pub fn by_code(conn: &mut Conn, hash: &[u8]) -> QueryResult<Option<Invite>> {
    invites::table
        .filter(invites::code_hash.eq(hash))
        .select(columns!())
        .first::<Row>(conn)
        .optional()
        .map(|row| row.map(from_row))
}

/// An invite by its public id.
pub fn by_id(conn: &mut Conn, id: Id<kinds::Invite>) -> QueryResult<Option<Invite>> {
    invites::table
        .filter(invites::uid.eq(id))
        .select(columns!())
        .first::<Row>(conn)
        .optional()
        .map(|row| row.map(from_row))
}

/// An invite by its row.
pub fn by_row(conn: &mut Conn, row: i64) -> QueryResult<Invite> {
    invites::table
        .find(row)
        .select(columns!())
        .first::<Row>(conn)
        .map(from_row)
}

/// Somebody's invites before `before`, newest first.
pub fn of_inviter(conn: &mut Conn, inviter: PersonRow, before: Option<i64>, limit: i64) -> QueryResult<Vec<Invite>> {
    let rows: Vec<Row> = invites::table
        .filter(invites::inviter.eq(inviter))
        .filter(invites::id.lt(before.unwrap_or(i64::MAX)))
        .order(invites::id.desc())
        .limit(limit)
        .select(columns!())
        .load(conn)?;
    Ok(rows.into_iter().map(from_row).collect())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The places that somebody has given: uses made, and uses that invites which still stand may have.
pub(super) fn places_given(conn: &mut Conn, inviter: PersonRow, now: Timestamp) -> QueryResult<u64> {
    let given: Count = fixed(
        "SELECT CAST(COALESCE(SUM(CASE WHEN revoked_at IS NULL AND expires_at > ? THEN max_uses \
         ELSE uses + held END), 0) AS BIGINT) AS count FROM invites WHERE inviter = ?",
    )
    .bind(now.micros())
    .bind(inviter.0)
    .get_result(conn)?;
    Ok(u64::try_from(given.count).unwrap_or(0))
}

/// Keeps two issues by one member apart until the transaction ends.
pub(super) fn lock_inviter(conn: &mut Conn, inviter: PersonRow) -> QueryResult<()> {
    match conn {
        // One writer: nobody else is here.
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(conn) => {
            use crate::store::schema::people;
            people::table
                .find(inviter)
                .select(people::id)
                .for_no_key_update()
                .first::<i64>(conn)
                .map(|_| ())
        }
    }
}

pub(super) fn revoke(conn: &mut Conn, inviter: PersonRow, id: Id<kinds::Invite>, now: Timestamp) -> QueryResult<bool> {
    update(
        invites::table
            .filter(invites::uid.eq(id))
            .filter(invites::inviter.eq(inviter))
            .filter(invites::revoked_at.is_null())
            .filter(invites::uses.lt(invites::max_uses)),
    )
    .set(invites::revoked_at.eq(now))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// What an invite must be to be held or used: its text is part of two statements.
macro_rules! stands {
    () => {
        "revoked_at IS NULL AND EXISTS \
         (SELECT 1 FROM people WHERE people.id = invites.inviter AND people.standing = 'active')"
    };
}

/// Counts one more held use, if one is free and the invite stands.
pub(super) fn take_use(conn: &mut Conn, row: i64, now: Timestamp, guarded: bool) -> QueryResult<bool> {
    let sql = if guarded {
        concat!(
            "UPDATE invites SET held = held + 1 WHERE id = ? AND expires_at > ? AND uses + held < max_uses AND ",
            stands!()
        )
    } else {
        concat!(
            "UPDATE invites SET held = held + 1 WHERE id = ? AND expires_at > ? AND ",
            stands!()
        )
    };
    fixed(sql)
        .bind(row)
        .bind(now.micros())
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Counts `uses` held uses less.
pub(super) fn give_back(conn: &mut Conn, row: i64, uses: i64) -> QueryResult<()> {
    update(invites::table.find(row))
        .set(invites::held.eq(invites::held - uses))
        .execute(conn)
        .map(|_| ())
}

/// Makes a held use a use, if the invite still stands; it may have expired since it was held.
pub(super) fn use_up(conn: &mut Conn, row: i64) -> QueryResult<bool> {
    fixed(concat!(
        "UPDATE invites SET held = held - 1, uses = uses + 1 WHERE id = ? AND held > 0 AND ",
        stands!()
    ))
    .bind(row)
    .execute(conn)
    .map(|rows| rows == 1)
}

pub(super) fn insert_hold(conn: &mut Conn, row: i64, flow: Id<kinds::Flow>, until: Timestamp) -> QueryResult<()> {
    insert_into(holds::table)
        .values((holds::flow.eq(flow), holds::invite_id.eq(row), holds::until.eq(until)))
        .execute(conn)
        .map(|_| ())
}

/// Until when a newcomer's use is held; none where it is not.
pub fn held_until(conn: &mut Conn, flow: Id<kinds::Flow>) -> QueryResult<Option<Timestamp>> {
    holds::table.find(flow).select(holds::until).first(conn).optional()
}

/// Ends a hold; false where it has ended already.
pub(super) fn end_hold(conn: &mut Conn, flow: Id<kinds::Flow>) -> QueryResult<bool> {
    delete(holds::table.find(flow)).execute(conn).map(|rows| rows == 1)
}

/// How many of an invite's held uses are over, though still counted.
pub(super) fn expired_holds(conn: &mut Conn, row: i64, now: Timestamp) -> QueryResult<i64> {
    holds::table
        .filter(holds::invite_id.eq(row))
        .filter(holds::until.le(now))
        .count()
        .get_result(conn)
}

/// Ends an invite's holds whose time is over; who had them.
pub(super) fn end_expired_holds(conn: &mut Conn, row: i64, now: Timestamp) -> QueryResult<Vec<Id<kinds::Flow>>> {
    let over: Vec<Id<kinds::Flow>> = holds::table
        .filter(holds::invite_id.eq(row))
        .filter(holds::until.le(now))
        .select(holds::flow)
        .load(conn)?;
    let mut ended = Vec::new();
    for flow in over {
        // Another transaction may be ending it too: only one of them counts it.
        if end_hold(conn, flow)? {
            ended.push(flow);
        }
    }
    if !ended.is_empty() {
        give_back(conn, row, ended.len() as i64)?;
    }
    Ok(ended)
}
