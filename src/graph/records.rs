//! What the graph is built from: members with the edge that let them in, and vouches.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, QueryResult, Queryable,
    RunQueryDsl, Selectable, SelectableHelper, dsl::sql, sql_types::Text,
};

use crate::platform::{
    store::{
        Conn,
        schema::{edges, people},
    },
    terms::{PersonRow, Standing, Timestamp},
};

/// A member, and by whom they came in.
#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
pub(super) struct MemberRow {
    #[diesel(column_name = id)]
    pub(super) row: PersonRow,
    pub(super) standing: Standing,
    pub(super) joined_at: Timestamp,
    #[diesel(select_expression = edges::from_person.nullable())]
    pub(super) inviter: Option<PersonRow>,
}

/// Members after `after` in the order of their rows.
pub(super) fn members(conn: &mut Conn, after: PersonRow, limit: i64) -> QueryResult<Vec<MemberRow>> {
    people::table
        .left_join(
            // Raw: the partial index is found by its own words, and not by a bound value.
            edges::table.on(edges::to_person
                .eq(people::id)
                .and(edges::kind.eq(sql::<Text>("'invite'")))),
        )
        .filter(people::id.gt(after))
        .order(people::id.asc())
        .limit(limit)
        .select(MemberRow::as_select())
        .load(conn)
}

/// A vouch: its edge, who vouches, for whom and since when.
#[derive(Queryable, Selectable)]
#[diesel(table_name = edges)]
pub(super) struct VouchRow {
    pub(super) id: i64,
    pub(super) from_person: PersonRow,
    pub(super) to_person: PersonRow,
    pub(super) at: Timestamp,
}

/// Vouches after the edge `after`, in the order of edges.
pub(super) fn vouches(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<VouchRow>> {
    edges::table
        .filter(edges::id.gt(after))
        .filter(edges::kind.eq("vouch"))
        .order(edges::id.asc())
        .limit(limit)
        .select(VouchRow::as_select())
        .load(conn)
}
