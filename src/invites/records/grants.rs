//! The rows of places that admins have given and taken.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, insert_into,
};

use crate::platform::{
    store::{Conn, schema::quota_grants},
    terms::{PersonRow, QuotaGrantId, Timestamp},
};

/// Places that an admin has given, or (below 0) taken.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = quota_grants)]
pub(in crate::invites) struct GrantRow {
    #[diesel(column_name = uid)]
    pub(in crate::invites) id: QuotaGrantId,
    pub(in crate::invites) person: PersonRow,
    pub(in crate::invites) places: i64,
    pub(in crate::invites) reason_sealed: Vec<u8>,
    pub(in crate::invites) granted_by: Option<PersonRow>,
    pub(in crate::invites) at: Timestamp,
}

pub(in crate::invites) fn insert_grant(conn: &mut Conn, grant: &GrantRow) -> QueryResult<()> {
    insert_into(quota_grants::table)
        .values(grant.clone())
        .execute(conn)
        .map(|_| ())
}

pub(in crate::invites) fn grant_by_id(conn: &mut Conn, id: QuotaGrantId) -> QueryResult<Option<GrantRow>> {
    quota_grants::table
        .filter(quota_grants::uid.eq(id))
        .select(GrantRow::as_select())
        .first(conn)
        .optional()
}

/// What a member was given and what was taken from them, newest first, at most `limit`.
pub(in crate::invites) fn grants_of(conn: &mut Conn, person: PersonRow, limit: i64) -> QueryResult<Vec<GrantRow>> {
    quota_grants::table
        .filter(quota_grants::person.eq(person))
        .order(quota_grants::id.desc())
        .limit(limit)
        .select(GrantRow::as_select())
        .load(conn)
}
