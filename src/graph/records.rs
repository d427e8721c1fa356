//! What the graph is built from: members with the edge that let them in, and vouches.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, QueryResult, RunQueryDsl,
    dsl::sql, sql_types::Text,
};

use crate::platform::{
    store::{
        Conn,
        schema::{edges, people},
    },
    terms::{PersonRow, Standing, Timestamp},
};

/// A member, and by whom they came in.
pub(super) type MemberRow = (PersonRow, Standing, Timestamp, Option<PersonRow>);

/// Members after `after` in the order of their rows.
pub(super) fn members(conn: &mut Conn, after: PersonRow, limit: i64) -> QueryResult<Vec<MemberRow>> {
    people::table
        // Word for word as in the partial index: a bound value would not find it.
        .left_join(
            edges::table.on(edges::to_person
                .eq(people::id)
                .and(edges::kind.eq(sql::<Text>("'invite'")))),
        )
        .filter(people::id.gt(after))
        .order(people::id.asc())
        .limit(limit)
        .select((
            people::id,
            people::standing,
            people::joined_at,
            edges::from_person.nullable(),
        ))
        .load(conn)
}

/// A vouch: its edge, who vouches, for whom and since when.
pub(super) type VouchRow = (i64, PersonRow, PersonRow, Timestamp);

/// Vouches after the edge `after`, in the order of edges.
pub(super) fn vouches(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<VouchRow>> {
    edges::table
        .filter(edges::id.gt(after))
        .filter(edges::kind.eq("vouch"))
        .order(edges::id.asc())
        .limit(limit)
        .select((edges::id, edges::from_person, edges::to_person, edges::at))
        .load(conn)
}
