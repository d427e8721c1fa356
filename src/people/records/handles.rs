//! Handles that members take and give up.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, delete,
    dsl::exists,
    result::{DatabaseErrorKind, Error},
    select, update,
};

use crate::platform::{
    store::{
        Conn, fixed,
        schema::{former_handles, handle_changes, people},
    },
    terms::{PersonRow, Timestamp},
};

/// The member who has this handle.
pub fn by_handle(conn: &mut Conn, handle: &str) -> QueryResult<Option<PersonRow>> {
    people::table
        .filter(people::handle.eq(handle))
        .select(people::id)
        .first(conn)
        .optional()
}

/// Gives a member a handle; false where it is somebody else's, or was a while ago, also where two take it at once. Then
/// the transaction can only be rolled back.
pub fn set_handle(conn: &mut Conn, row: PersonRow, handle: &str, now: Timestamp) -> QueryResult<bool> {
    match update(people::table.find(row))
        .set(people::handle.eq(handle))
        .execute(conn)
    {
        // Whoever gave it up in the same moment has kept it by now: the constraint has waited for them.
        Ok(rows) => Ok(rows == 1 && !is_kept(conn, row, handle, now)?),
        // The row is there and refers to nothing new, so this is the handle's own constraint.
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a handle was somebody else's, who gave it up so lately that nobody is to be taken for them.
fn is_kept(conn: &mut Conn, row: PersonRow, handle: &str, now: Timestamp) -> QueryResult<bool> {
    let kept = former_handles::table
        .find(handle)
        .filter(former_handles::person.ne(row))
        .filter(former_handles::until.gt(now));
    select(exists(kept)).get_result(conn)
}

/// Keeps a handle that a member gives up, until then.
pub(in crate::people) fn keep_handle(
    conn: &mut Conn,
    row: PersonRow,
    handle: &str,
    until: Timestamp,
) -> QueryResult<()> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    fixed(|| {
        "INSERT INTO former_handles (handle, person, until) VALUES (?, ?, ?) \
         ON CONFLICT (handle) DO UPDATE SET person = excluded.person, until = excluded.until"
    })
    .bind(handle)
    .bind(row.0)
    .bind(until.micros())
    .execute(conn)
    .map(|_| ())
}

/// The handles that a member gave up and that are nobody else's yet.
pub(in crate::people) fn former_handles_of(
    conn: &mut Conn,
    row: PersonRow,
    now: Timestamp,
) -> QueryResult<Vec<(String, Timestamp)>> {
    former_handles::table
        .filter(former_handles::person.eq(row))
        .filter(former_handles::until.gt(now))
        .order(former_handles::until.desc())
        .select((former_handles::handle, former_handles::until))
        .load(conn)
}

/// Forgets those whose time is over, and the one that the member has again.
pub(in crate::people) fn forget_handles(
    conn: &mut Conn,
    row: PersonRow,
    again: &str,
    now: Timestamp,
) -> QueryResult<()> {
    let own = former_handles::table.filter(former_handles::person.eq(row));
    delete(own.filter(former_handles::handle.eq(again))).execute(conn)?;
    delete(own.filter(former_handles::until.le(now))).execute(conn)?;
    Ok(())
}

/// Notes that a member changes their handle, unless they have after `since`; when they have, then.
pub(in crate::people) fn note_change(
    conn: &mut Conn,
    row: PersonRow,
    since: Timestamp,
    now: Timestamp,
) -> QueryResult<Option<Timestamp>> {
    // Raw: ON CONFLICT with a WHERE of its own.
    let noted = fixed(|| {
        "INSERT INTO handle_changes (person, changed_at) VALUES (?, ?) \
         ON CONFLICT (person) DO UPDATE SET changed_at = excluded.changed_at WHERE handle_changes.changed_at <= ?"
    })
    .bind(row.0)
    .bind(now.micros())
    .bind(since.micros())
    .execute(conn)?;
    if noted == 1 {
        return Ok(None);
    }
    handle_changes::table
        .find(row)
        .select(handle_changes::changed_at)
        .first(conn)
        .map(Some)
}

/// Changes the language for letters to a member; false where it is that already.
pub(in crate::people) fn set_locale(conn: &mut Conn, row: PersonRow, locale: &str) -> QueryResult<bool> {
    update(people::table.find(row).filter(people::locale.ne(locale)))
        .set(people::locale.eq(locale))
        .execute(conn)
        .map(|rows| rows == 1)
}
