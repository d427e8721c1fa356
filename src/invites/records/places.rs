//! What is counted of a member's places, and how an invite whose time is over gives its places back for good.

use std::collections::HashMap;

use diesel::{ExpressionMethods, QueryDsl, QueryResult, QueryableByName, RunQueryDsl, sql_types::BigInt, update};

use super::end_expired_holds;
use crate::{
    platform::{
        store::{Conn, fixed, pg_fixed, schema::invites},
        terms::{Id, PersonRow, Timestamp, kinds},
    },
    policy::Tally,
};

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    person: PersonRow,
    #[diesel(sql_type = BigInt)]
    used: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = BigInt)]
    granted: i64,
    #[diesel(sql_type = BigInt)]
    settled: i64,
    #[diesel(sql_type = BigInt)]
    sanctioned: i64,
}

/// The statement: who is asked about, and whether their invitees are counted. No clock is asked about invites: one whose
/// time is over is open until it is closed.
macro_rules! counted {
    ($asked:literal, $settled:literal, $sanctioned:literal) => {
        concat!(
            "SELECT asked.person AS person, CAST(COALESCE(SUM(uses), 0) AS BIGINT) AS used, \
             CAST(COALESCE(SUM(CASE WHEN revoked_at IS NOT NULL THEN 0 WHEN closed_at IS NOT NULL THEN held \
             ELSE max_uses - uses END), 0) AS BIGINT) AS open, \
             (SELECT CAST(COALESCE(SUM(places), 0) AS BIGINT) FROM quota_grants \
             WHERE quota_grants.person = asked.person) AS granted, ",
            $settled,
            " AS settled, ",
            $sanctioned,
            " AS sanctioned FROM ",
            $asked,
            " LEFT JOIN invites ON invites.inviter = asked.person GROUP BY asked.person"
        )
    };
    ($asked:literal) => {
        counted!($asked, "CAST(0 AS BIGINT)", "CAST(0 AS BIGINT)")
    };
    ($asked:literal, with invitees) => {
        counted!(
            $asked,
            "(SELECT COUNT(*) FROM edges JOIN people ON people.id = edges.to_person \
             WHERE edges.kind = 'invite' AND edges.from_person = asked.person \
             AND people.standing = 'active' AND people.joined_at <= ?)",
            "(SELECT COUNT(*) FROM edges JOIN people ON people.id = edges.to_person \
             WHERE edges.kind = 'invite' AND edges.from_person = asked.person AND people.standing IN ('frozen', 'quarantined', 'suspended', 'banned'))"
        )
    };
}

/// What is counted of each of these members, in one statement (SQLite: one for each). Of their invitees those in good
/// standing who have joined at `settled_by` or before, and those under a sanction; none are counted where that is none.
pub(in crate::invites) fn tallies(
    conn: &mut Conn,
    people: &[PersonRow],
    settled_by: Option<Timestamp>,
) -> QueryResult<HashMap<PersonRow, Tally>> {
    let mut counted: Vec<Counted> = Vec::with_capacity(people.len());
    match conn {
        Conn::Sqlite(_) => {
            for person in people {
                counted.push(match settled_by {
                    // Raw for the row invite-sqlite.
                    None => fixed(|| counted!("(SELECT ? AS person) AS asked"))
                        .bind(person.0)
                        .get_result(conn)?,
                    // Raw: the same, with the invitees.
                    Some(by) => fixed(|| counted!("(SELECT ? AS person) AS asked", with invitees))
                        .bind(by.micros())
                        .bind(person.0)
                        .get_result(conn)?,
                });
            }
        }
        Conn::Postgres(pg) => {
            let rows: Vec<i64> = people.iter().map(|person| person.0).collect();
            // Raw for the row invite-postgres.
            counted = match settled_by {
                None => pg_fixed(counted!("unnest(?) AS asked (person)")).bind(rows).load(pg)?,
                Some(by) => pg_fixed(counted!("unnest(?) AS asked (person)", with invitees))
                    .bind(by.micros())
                    .bind(rows)
                    .load(pg)?,
            };
        }
    }
    let figure = |n: i64| u64::try_from(n).unwrap_or(0);
    let tally = |counted: Counted| {
        let tally = Tally {
            granted: counted.granted,
            settled: figure(counted.settled),
            sanctioned: figure(counted.sanctioned),
            used: figure(counted.used),
            open: figure(counted.open),
        };
        (counted.person, tally)
    };
    Ok(counted.into_iter().map(tally).collect())
}

/// How many of the places that [`tallies`] counts as open nobody can take any more: those of invites whose time is over
/// which nobody holds. [`close_expired`] gives them back.
pub(in crate::invites) fn refundable(conn: &mut Conn, person: PersonRow, now: Timestamp) -> QueryResult<u64> {
    #[derive(QueryableByName)]
    struct Refundable {
        #[diesel(sql_type = BigInt)]
        places: i64,
    }
    // Raw: a sum over a sub-query.
    let found: Refundable = fixed(|| {
        "SELECT CAST(COALESCE(SUM(CASE WHEN closed_at IS NOT NULL THEN held ELSE max_uses - uses END \
         - CASE WHEN held = 0 THEN 0 ELSE (SELECT COUNT(*) FROM holds \
         WHERE holds.invite_id = invites.id AND holds.until > ?) END), 0) AS BIGINT) AS places FROM invites \
         WHERE inviter = ? AND revoked_at IS NULL AND (expires_at <= ? OR closed_at IS NOT NULL)"
    })
    .bind(now.micros())
    .bind(person.0)
    .bind(now.micros())
    .get_result(conn)?;
    Ok(u64::try_from(found.places).unwrap_or(0))
}

/// Closes a member's invites whose time is over: what nobody holds of them is theirs to give again, and nobody takes a
/// use of them any more. The holds of theirs that are over end; which, by invite.
pub(in crate::invites) fn close_expired(
    conn: &mut Conn,
    inviter: PersonRow,
    now: Timestamp,
) -> QueryResult<Vec<(Id<kinds::Invite>, Id<kinds::Flow>)>> {
    let over = || {
        invites::table
            .filter(invites::inviter.eq(inviter))
            .filter(invites::revoked_at.is_null())
            .filter(invites::expires_at.le(now))
    };
    let held: Vec<(i64, Id<kinds::Invite>)> = over()
        .filter(invites::held.gt(0))
        .order(invites::id)
        .select((invites::id, invites::uid))
        .load(conn)?;
    let mut ended = Vec::new();
    // As in every step: first a hold, then its invite.
    for (row, id) in held {
        ended.extend(end_expired_holds(conn, row, now)?.into_iter().map(|flow| (id, flow)));
    }
    update(
        over()
            .filter(invites::closed_at.is_null())
            .filter(invites::uses.lt(invites::max_uses)),
    )
    .set(invites::closed_at.eq(now))
    .execute(conn)?;
    Ok(ended)
}
