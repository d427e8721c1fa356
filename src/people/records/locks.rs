//! Who is held until a transaction ends, and who waits for whom.

use std::collections::HashMap;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, QueryResult, RunQueryDsl, SelectableHelper,
    sql_query, sql_types::BigInt,
};

use super::Member;
use crate::platform::{
    store::{Conn, locked, schema::people},
    terms::{PersonRow, Role, Standing},
};

/// These two and every owner in good standing, as they are now, in the order of their rows. Nobody
/// else changes their role or standing before the transaction ends, so what is decided by them
/// still holds at the commit. Rows are locked in one order, so two of these never wait for each
/// other; what only refers to a member goes on meanwhile.
pub fn lock(conn: &mut Conn, one: PersonRow, other: PersonRow) -> QueryResult<Vec<Member>> {
    let owner = people::role.eq(Role::Owner).and(people::standing.eq(Standing::Active));
    let query = people::table
        .filter(people::id.eq(one).or(people::id.eq(other)).or(owner))
        .order(people::id.asc())
        .select(Member::as_select());
    locked(conn.backend(), "those whom a sanction or a role concerns", query).load(conn)
}

/// These as they are now, without their marks; unknown rows are left out. Nobody else changes their role or standing
/// before the transaction ends.
pub fn lock_many(conn: &mut Conn, rows: &[PersonRow]) -> QueryResult<HashMap<PersonRow, Member>> {
    let query = people::table
        .filter(people::id.eq_any(rows))
        .order(people::id.asc())
        .select(Member::as_select());
    let members: Vec<Member> = locked(conn.backend(), "those whom a sanction or a role concerns", query).load(conn)?;
    Ok(members.into_iter().map(|member| (member.row, member)).collect())
}

/// A member who changes their own account, or for whom that is done: of two changes the second sees the first.
pub fn lock_own(conn: &mut Conn, row: PersonRow) -> QueryResult<Option<Member>> {
    let query = people::table.filter(people::id.eq(row)).select(Member::as_select());
    let found: Vec<Member> = locked(conn.backend(), "whoever changes their own account", query).load(conn)?;
    Ok(found.into_iter().next())
}

/// Until the transaction ends, whoever wants to sanction this member waits; others who keep it go on.
/// What a sanction has changed before is seen from here on.
pub fn lock_standing(conn: &mut Conn, row: PersonRow) -> QueryResult<()> {
    advisory_lock(
        conn.to_lock("an inviter's standing"),
        row,
        "pg_advisory_xact_lock_shared",
    )
}

/// Waits for everybody who keeps this member's standing, and lets nobody keep it until the
/// transaction ends. To be called before anything is written or locked: then the transaction has no
/// id yet, and the feed, which goes by these, has it after those that it waited for.
pub fn await_standing(conn: &mut Conn, row: PersonRow) -> QueryResult<()> {
    advisory_lock(
        conn.to_lock("a standing that a lift changes"),
        row,
        "pg_advisory_xact_lock",
    )
}

fn advisory_lock(conn: Option<&mut PgConnection>, row: PersonRow, lock: &str) -> QueryResult<()> {
    match conn {
        None => Ok(()),
        // Raw: an advisory lock.
        Some(conn) => sql_query(format!("SELECT {lock}(hashtextextended('standing', $1))"))
            .bind::<BigInt, _>(row.0)
            .execute(conn)
            .map(|_| ()),
    }
}
