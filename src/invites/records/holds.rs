//! The rows of uses that are held, and what they count for on their invite.

use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, delete, insert_into, update,
};

use super::{Invite, by_row};
use crate::platform::{
    store::{
        Conn, fixed, one_changed,
        schema::{holds, invites},
    },
    terms::{Id, Timestamp, kinds},
};

/// Whose way in holds a use of an invite to this address, by its blind index.
pub fn held_to(conn: &mut Conn, blind: &[u8]) -> QueryResult<Vec<Id<kinds::Flow>>> {
    holds::table
        .inner_join(invites::table.on(invites::id.eq(holds::invite_id)))
        .filter(invites::address_blind.eq(blind))
        .filter(invites::revoked_at.is_null())
        .order(holds::flow)
        .select(holds::flow)
        .load(conn)
}

/// What an invite must be to be held or used: its text is part of two statements.
macro_rules! stands {
    () => {
        "revoked_at IS NULL AND (room_id IS NULL OR EXISTS \
         (SELECT 1 FROM rooms WHERE rooms.id = invites.room_id AND rooms.closed_at IS NULL \
         AND (rooms.private_since IS NULL OR rooms.private_since < invites.created_at))) AND EXISTS \
         (SELECT 1 FROM people WHERE people.id = invites.inviter AND people.standing = 'active' \
         AND NOT EXISTS (SELECT 1 FROM marks WHERE marks.block = people.id / 1024 \
         AND substr(marks.who, CAST(people.id % 1024 + 1 AS INTEGER), 1) = '1'))"
    };
}

/// Counts one more held use, if one is free and the invite stands.
pub(in crate::invites) fn take_use(conn: &mut Conn, row: i64, now: Timestamp) -> QueryResult<bool> {
    // Raw for the row redeem.
    fixed(|| {
        concat!(
            "UPDATE invites SET held = held + 1 WHERE id = ? AND expires_at > ? AND closed_at IS NULL \
             AND (opens_at IS NULL OR opens_at <= ?) AND uses + held + bound < max_uses AND ",
            stands!()
        )
    })
    .bind(row)
    .bind(now.micros())
    .bind(now.micros())
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Counts `uses` held uses less.
pub(in crate::invites) fn give_back(conn: &mut Conn, row: i64, uses: i64) -> QueryResult<()> {
    update(invites::table.find(row))
        .set(invites::held.eq(invites::held - uses))
        .execute(conn)
        .map(|_| ())
}

/// Makes a held use a use, if the invite still stands; it may have expired since it was held.
pub(in crate::invites) fn use_up(conn: &mut Conn, row: i64) -> QueryResult<bool> {
    // Raw for the row redeem.
    fixed(|| {
        concat!(
            "UPDATE invites SET held = held - 1, uses = uses + 1 WHERE id = ? AND held > 0 AND ",
            stands!()
        )
    })
    .bind(row)
    .execute(conn)
    .map(|rows| rows == 1)
}

pub(in crate::invites) fn insert_hold(
    conn: &mut Conn,
    row: i64,
    flow: Id<kinds::Flow>,
    until: Timestamp,
) -> QueryResult<()> {
    insert_into(holds::table)
        .values((holds::flow.eq(flow), holds::invite_id.eq(row), holds::until.eq(until)))
        .execute(conn)
        .map(|_| ())
}

/// The invite that a newcomer holds a use of, and until when; none where they hold none.
pub fn held_by(conn: &mut Conn, flow: Id<kinds::Flow>) -> QueryResult<Option<(Invite, Timestamp)>> {
    let held: Option<(i64, Timestamp)> = holds::table
        .find(flow)
        .select((holds::invite_id, holds::until))
        .first(conn)
        .optional()?;
    match held {
        Some((row, until)) => by_row(conn, row).map(|invite| Some((invite, until))),
        None => Ok(None),
    }
}

/// Keeps a use that is held until another time; false where it is held no longer.
pub(in crate::invites) fn prolong(
    conn: &mut Conn,
    flow: Id<kinds::Flow>,
    until: Timestamp,
    now: Timestamp,
) -> QueryResult<bool> {
    update(holds::table.find(flow).filter(holds::until.gt(now)))
        .set(holds::until.eq(until))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Keeps `uses` more uses from everybody, or with less than 0 gives them back.
pub(in crate::invites) fn bind(conn: &mut Conn, row: i64, uses: i64) -> QueryResult<()> {
    update(invites::table.find(row))
        .set(invites::bound.eq(invites::bound + uses))
        .execute(conn)
        .map(|_| ())
}

/// Until when a newcomer's use is held; none where it is not.
pub fn held_until(conn: &mut Conn, flow: Id<kinds::Flow>) -> QueryResult<Option<Timestamp>> {
    holds::table.find(flow).select(holds::until).first(conn).optional()
}

/// Ends a hold; false where it has ended already.
pub(in crate::invites) fn end_hold(conn: &mut Conn, flow: Id<kinds::Flow>) -> QueryResult<bool> {
    // Raw for the row redeem.
    fixed(|| "DELETE FROM holds WHERE flow = ?")
        .bind(flow.as_bytes().as_slice())
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Ends a hold that is not over; false where it is, or has ended already.
pub(in crate::invites) fn end_standing_hold(
    conn: &mut Conn,
    flow: Id<kinds::Flow>,
    now: Timestamp,
) -> QueryResult<bool> {
    // Raw for the row redeem.
    fixed(|| "DELETE FROM holds WHERE flow = ? AND until > ?")
        .bind(flow.as_bytes().as_slice())
        .bind(now.micros())
        .execute(conn)
        .map(|rows| one_changed("a hold is ended by whoever counts it", rows))
}

fn end_expired_hold(conn: &mut Conn, flow: Id<kinds::Flow>, now: Timestamp) -> QueryResult<bool> {
    delete(holds::table.find(flow).filter(holds::until.le(now)))
        .execute(conn)
        .map(|rows| one_changed("a hold is ended by whoever counts it", rows))
}

/// How many of an invite's held uses are over, though still counted.
pub(in crate::invites) fn expired_holds(conn: &mut Conn, row: i64, now: Timestamp) -> QueryResult<i64> {
    holds::table
        .filter(holds::invite_id.eq(row))
        .filter(holds::until.le(now))
        .count()
        .get_result(conn)
}

/// Ends an invite's holds whose time is over; who had them.
pub(in crate::invites) fn end_expired_holds(
    conn: &mut Conn,
    row: i64,
    now: Timestamp,
) -> QueryResult<Vec<Id<kinds::Flow>>> {
    let over: Vec<Id<kinds::Flow>> = holds::table
        .filter(holds::invite_id.eq(row))
        .filter(holds::until.le(now))
        .select(holds::flow)
        .load(conn)?;
    let mut ended = Vec::new();
    for flow in over {
        // Another transaction may be ending it too, and then only one of them counts it; or prolonging it.
        if end_expired_hold(conn, flow, now)? {
            ended.push(flow);
        }
    }
    if !ended.is_empty() {
        give_back(conn, row, ended.len() as i64)?;
    }
    Ok(ended)
}
