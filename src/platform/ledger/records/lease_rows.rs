//! The rows of leases.

use super::*;
use crate::platform::{
    store::{Conn, fixed, one_changed, schema::leases},
    terms::Timestamp,
};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, insert_into, update};

/// Takes over a lease that is free, over, or already ours; its new fence, or none.
pub(in crate::platform::ledger) fn take_lease(
    conn: &mut Conn,
    name: &str,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> QueryResult<Option<i64>> {
    let held: Option<(String, Timestamp, i64)> = leases::table
        .find(name)
        .select((leases::owner, leases::until, leases::fence))
        .first(conn)
        .optional()?;
    match held {
        None => {
            insert_into(leases::table)
                .values((
                    leases::name.eq(name),
                    leases::owner.eq(owner),
                    leases::until.eq(until),
                    leases::fence.eq(1_i64),
                ))
                .execute(conn)?;
            Ok(Some(1))
        }
        // One that ends further ahead than any clock of ours could have put it was taken by a clock that has
        // been put right since; were it believed, nobody would follow until then.
        Some((holder, end, _)) if holder != owner && end > now && end <= until.after(SKEW) => Ok(None),
        Some((_, _, fence)) => {
            let taken = update(leases::table.find(name).filter(leases::fence.eq(fence)))
                .set((
                    leases::owner.eq(owner),
                    leases::until.eq(until),
                    leases::fence.eq(fence + 1),
                ))
                .execute(conn)?;
            Ok((taken == 1).then_some(fence + 1))
        }
    }
}

/// Renews a lease under its fence, and locks its row until the transaction ends; false where it
/// has passed to somebody else.
pub(in crate::platform::ledger) fn renew_lease(
    conn: &mut Conn,
    name: &str,
    fence: i64,
    until: Timestamp,
) -> QueryResult<bool> {
    // Raw for the row redeem: each step of a subscriber renews its lease.
    fixed(|| "UPDATE leases SET until = ? WHERE name = ? AND fence = ?")
        .bind(until.micros())
        .bind(name)
        .bind(fence)
        .execute(conn)
        .map(|rows| one_changed("a lease is still its holder's", rows))
}

/// Gives the leases of `owner` up, so that another replica need not wait for their end.
pub(in crate::platform::ledger) fn end_leases(conn: &mut Conn, owner: &str) -> QueryResult<()> {
    update(leases::table.filter(leases::owner.eq(owner)))
        .set((
            leases::until.eq(Timestamp::default()),
            leases::fence.eq(leases::fence + 1),
        ))
        .execute(conn)
        .map(|_| ())
}
