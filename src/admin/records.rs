//! What the admin's questions read from the store themselves.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};

use crate::platform::{
    store::{Conn, schema::sanctions},
    terms::{PersonRow, SanctionId, Timestamp},
};

/// A ban that is in force.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct OpenBan {
    /// Its public id.
    pub id: SanctionId,
    /// Why, as a code.
    #[schema(example = "spam")]
    pub reason: String,
    /// Since when.
    pub imposed_at: Timestamp,
}

/// The ban that is in force for a person.
pub(super) fn open_ban(conn: &mut Conn, person: PersonRow) -> QueryResult<Option<OpenBan>> {
    sanctions::table
        .filter(sanctions::person.eq(person))
        .filter(sanctions::kind.eq("ban"))
        .filter(sanctions::lifted_at.is_null())
        .select((sanctions::uid, sanctions::reason, sanctions::imposed_at))
        .first(conn)
        .optional()
        .map(|found| found.map(|(id, reason, imposed_at)| OpenBan { id, reason, imposed_at }))
}
