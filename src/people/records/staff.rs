//! The rows of those who run the community: who they are, and who waits for whom.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl, connection::SimpleConnection};

use crate::platform::{
    store::{Conn, locked, schema::people},
    terms::{PersonRow, Role, Standing},
};

/// Until the transaction ends, whoever else wants to make the first owner waits.
pub fn lock_founders(conn: &mut Conn) -> QueryResult<()> {
    match conn.to_lock("making the first owner") {
        // Raw: an advisory lock.
        Some(conn) => conn.batch_execute("SELECT pg_advisory_xact_lock(hashtextextended('founders', 0))"),
        None => Ok(()),
    }
}

/// How many owners in good standing there are.
pub fn count_owners(conn: &mut Conn) -> QueryResult<i64> {
    people::table
        .filter(people::role.eq(Role::Owner))
        .filter(people::standing.eq(Standing::Active))
        .count()
        .get_result(conn)
}

/// Until the transaction ends, whoever else wants to count or change what this reviewer has waits.
pub fn lock_reviewer(conn: &mut Conn, row: PersonRow) -> QueryResult<()> {
    let query = people::table.find(row).select(people::id);
    locked(conn.backend(), "a reviewer", query)
        .get_result::<i64>(conn)
        .map(|_| ())
}

/// How many members in good standing have one of these roles.
pub fn count_active(conn: &mut Conn, roles: &[Role]) -> QueryResult<i64> {
    people::table
        .filter(people::role.eq_any(roles))
        .filter(people::standing.eq(Standing::Active))
        .count()
        .get_result(conn)
}
