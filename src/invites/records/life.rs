//! Statements that end an invite, let it stand again, or move its end. Each is one conditional UPDATE.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl, update};

use crate::{
    invites::rules::Ending,
    platform::{
        store::{Conn, one_changed, schema::invites},
        terms::{Id, PersonRow, Timestamp, kinds},
    },
};

/// Takes an inviter's own invite back; false where it is none of theirs, is taken back already, or has no use left.
pub(in crate::invites) fn revoke(
    conn: &mut Conn,
    inviter: PersonRow,
    id: Id<kinds::Invite>,
    now: Timestamp,
) -> QueryResult<bool> {
    update(
        invites::table
            .filter(invites::uid.eq(id))
            .filter(invites::inviter.eq(inviter))
            .filter(invites::revoked_at.is_null())
            .filter(invites::uses.lt(invites::max_uses)),
    )
    .set((invites::revoked_at.eq(now), invites::revoked_for.eq(Ending::Inviter)))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Takes every open invite of somebody back; which.
pub(in crate::invites) fn revoke_all(
    conn: &mut Conn,
    inviter: PersonRow,
    now: Timestamp,
) -> QueryResult<Vec<Id<kinds::Invite>>> {
    update(
        invites::table
            .filter(invites::inviter.eq(inviter))
            .filter(invites::revoked_at.is_null())
            .filter(invites::uses.lt(invites::max_uses))
            .filter(invites::expires_at.gt(now)),
    )
    .set((invites::revoked_at.eq(now), invites::revoked_for.eq(Ending::Inviter)))
    .returning(invites::uid)
    .get_results(conn)
}

/// Takes anybody's invite back; also one that its inviter has taken back, so that they cannot restore it.
pub(in crate::invites) fn revoke_by_admin(conn: &mut Conn, row: i64, now: Timestamp) -> QueryResult<bool> {
    let ended = (invites::revoked_at.eq(now), invites::revoked_for.eq(Ending::Admin));
    let standing = update(
        invites::table
            .find(row)
            .filter(invites::revoked_at.is_null())
            .filter(invites::uses.lt(invites::max_uses)),
    );
    if standing.set(ended).execute(conn)? == 1 {
        return Ok(true);
    }
    update(
        invites::table
            .find(row)
            .filter(invites::revoked_for.eq(Ending::Inviter)),
    )
    .set(invites::revoked_for.eq(Ending::Admin))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Which invites are ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::invites) enum Which {
    /// Whatever has a use left.
    Any,
    /// One that nobody has used or holds a use of, and that was not passed on before.
    Unused,
}

/// Ends an invite whose time is not over; false where it has ended, or is none of `which`.
pub(in crate::invites) fn end(
    conn: &mut Conn,
    row: i64,
    which: Which,
    why: Ending,
    now: Timestamp,
) -> QueryResult<bool> {
    let standing = update(
        invites::table
            .find(row)
            .filter(invites::revoked_at.is_null())
            .filter(invites::closed_at.is_null())
            .filter(invites::expires_at.gt(now))
            .filter(invites::uses.lt(invites::max_uses)),
    );
    let ended = (invites::revoked_at.eq(now), invites::revoked_for.eq(why));
    let rows = match which {
        Which::Any => standing.set(ended).execute(conn)?,
        Which::Unused => standing
            .filter(invites::uses.eq(0))
            .filter(invites::held.eq(0))
            .filter(invites::bound.eq(0))
            .filter(invites::passed_from.is_null())
            .set(ended)
            .execute(conn)?,
    };
    Ok(one_changed("an invite that is declined or passed on stands", rows))
}

/// Lets an invite stand again that was ended so; false where it was not, or its time is over.
pub(in crate::invites) fn restore(conn: &mut Conn, row: i64, ended: Ending, now: Timestamp) -> QueryResult<bool> {
    update(
        invites::table
            .find(row)
            .filter(invites::revoked_for.eq(ended))
            .filter(invites::expires_at.gt(now)),
    )
    .set((
        invites::revoked_at.eq(None::<Timestamp>),
        invites::revoked_for.eq(None::<Ending>),
    ))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Moves the end of an invite to a later time; false where it has ended, has no use left, or ends later anyway.
pub(in crate::invites) fn extend(conn: &mut Conn, row: i64, until: Timestamp, now: Timestamp) -> QueryResult<bool> {
    update(
        invites::table
            .find(row)
            .filter(invites::revoked_at.is_null())
            .filter(invites::closed_at.is_null())
            .filter(invites::expires_at.gt(now))
            .filter(invites::expires_at.lt(until))
            .filter(invites::uses.lt(invites::max_uses)),
    )
    .set(invites::expires_at.eq(until))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Counts that whoever has the code does not know the inviter; where `once`, the first time only.
pub(in crate::invites) fn count_unknown(conn: &mut Conn, row: i64, once: bool) -> QueryResult<bool> {
    let most = if once { 1 } else { i64::MAX };
    update(invites::table.find(row).filter(invites::unknown_answers.lt(most)))
        .set(invites::unknown_answers.eq(invites::unknown_answers + 1))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Counts a report of whoever has the code; where `once`, the first time only.
pub(in crate::invites) fn count_report(conn: &mut Conn, row: i64, once: bool) -> QueryResult<bool> {
    let most = if once { 1 } else { i64::MAX };
    update(invites::table.find(row).filter(invites::reports.lt(most)))
        .set(invites::reports.eq(invites::reports + 1))
        .execute(conn)
        .map(|rows| rows == 1)
}
