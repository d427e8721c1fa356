//! The ledger searched by person and by type.

use super::*;
use crate::platform::{
    store::{Conn, Fixed, StoreError, fixed},
    terms::PersonRow,
};
use diesel::RunQueryDsl;

/// What the ledger is searched by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Who did it.
    pub actor: Option<PersonRow>,
    /// On whom.
    pub subject: Option<PersonRow>,
    /// The event's type.
    pub kind: Option<String>,
}

/// The events of one person, as what `$column` says. The index has the people of each 4 096 events by themselves
/// (the migration says why), and each such stride is looked into: 1 ms for a million events. CROSS JOIN, since SQLite
/// would rather walk the whole ledger backwards; a bare 0, since it uses no index where a type is named.
macro_rules! strides {
    ($column:literal) => {
        concat!(
            "SELECT ledger.pos, events.body FROM events CROSS JOIN ledger \
             WHERE (events.id >> 12) IN ( \
                 WITH RECURSIVE strides (n) AS ( \
                     SELECT 0 UNION ALL \
                     SELECT n + 1 FROM strides WHERE n < (SELECT max(id) >> 12 FROM events) \
                 ) SELECT n FROM strides \
             ) AND events.",
            $column,
            " = ? AND ledger.event_id = events.id AND ledger.pos < ? \
             AND (CAST(? AS BIGINT) IS NULL OR events.subject = ?) AND (CAST(? AS TEXT) IS NULL OR events.kind = ?) \
             ORDER BY ledger.pos DESC LIMIT ?"
        )
    };
}

/// The newest events before `before` that `filter` lets through, newest first.
///
/// # Errors
/// [`StoreError`]
pub fn search(
    conn: &mut Conn,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Result<Entry, Unreadable>>, StoreError> {
    let before = before.unwrap_or(i64::MAX);
    let rows: Vec<Row> = match (filter.actor, filter.subject) {
        // Raw: a recursive query (see `strides`).
        (Some(actor), _) => about(fixed(|| strides!("actor")), actor, filter, before, limit).load(conn)?,
        (None, Some(subject)) => about(fixed(|| strides!("subject")), subject, filter, before, limit).load(conn)?,
        (None, None) => {
            // Raw: diesel has no CROSS JOIN; SQLite would begin with the other table.
            let newest = fixed(|| {
                "SELECT ledger.pos, events.body FROM ledger CROSS JOIN events \
                 WHERE ledger.pos < ? AND events.id = ledger.event_id AND (CAST(? AS TEXT) IS NULL OR events.kind = ?) \
                 ORDER BY ledger.pos DESC LIMIT ?"
            });
            let kind = filter.kind.as_deref();
            newest
                .typed::<Columns>()
                .bind(before)
                .bind(kind)
                .bind(kind)
                .bind(limit)
                .load(conn)?
        }
    };
    Ok(rows.iter().map(|(pos, body)| parse(*pos, body)).collect())
}

/// Binds what is looked for to a statement of [`strides`].
fn about<'a, S: Fn() -> &'static str + 'static>(
    statement: Fixed<'a, S>,
    person: PersonRow,
    filter: &'a Filter,
    before: i64,
    limit: i64,
) -> Fixed<'a, S, Columns> {
    let (subject, kind) = (filter.subject.map(|person| person.0), filter.kind.as_deref());
    let statement = statement
        .typed()
        .bind(person.0)
        .bind(before)
        .bind(subject)
        .bind(subject);
    statement.bind(kind).bind(kind).bind(limit)
}
