//! The rows of those who run the community: who they are, and who waits for whom.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl};

use crate::platform::{
    store::{Conn, Guard, Guards, schema::people},
    terms::{PersonRow, Role, Standing},
};

/// Until the transaction ends, whoever else wants to make the first owner waits.
pub fn lock_founders(conn: &mut Conn, guards: &Guards) -> QueryResult<()> {
    match conn {
        Conn::Postgres(_) if guards.on(Guard::FoundersHeld) => {
            conn.run("SELECT pg_advisory_xact_lock(hashtextextended('founders', 0))")
        }
        // SQLite has one writer anyway.
        _ => Ok(()),
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
pub fn lock_reviewer(conn: &mut Conn, guards: &Guards, row: PersonRow) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) if guards.on(Guard::ReviewerHeld) => people::table
            .find(row)
            .select(people::id)
            .for_no_key_update()
            .first::<i64>(conn)
            .map(|_| ()),
        // There is one writer.
        _ => Ok(()),
    }
}

/// How many members in good standing have one of these roles.
pub fn count_active(conn: &mut Conn, roles: &[Role]) -> QueryResult<i64> {
    people::table
        .filter(people::role.eq_any(roles))
        .filter(people::standing.eq(Standing::Active))
        .count()
        .get_result(conn)
}
