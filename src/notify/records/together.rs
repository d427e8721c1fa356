//! Letters that wait, and what they are about besides.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, insert_into, result::Error,
    sql_types::BigInt,
};
use uuid::Uuid;

use super::{LetterId, text};
use crate::{
    notify::Channel,
    platform::store::{Conn, fixed, schema::letter_subjects},
};

/// The letter about something that waits; somebody may be delivering it.
pub(in crate::notify) fn waiting(
    conn: &mut Conn,
    channel: Channel,
    kind: &str,
    about: Uuid,
) -> QueryResult<Option<i64>> {
    // Raw: the index knows the words of its condition, not a bound value.
    fixed(|| {
        "SELECT id FROM outbox WHERE about = ? AND state = 'waiting' AND channel = ? AND kind = ? \
         ORDER BY id LIMIT 1"
    })
    .typed::<BigInt>()
    .bind(about.as_bytes().as_slice())
    .bind(channel.as_str())
    .bind(kind)
    .get_result(conn)
    .optional()
}

/// Gives a letter that waits another `Message-ID`; false where somebody is delivering it, or it waits no longer.
pub(in crate::notify) fn rename(conn: &mut Conn, row: i64, id: LetterId) -> QueryResult<bool> {
    // Raw: one text that the table of guards names.
    fixed(|| "UPDATE outbox SET message_id = ? WHERE id = ? AND state = 'waiting' AND claim IS NULL")
        .bind(text(id).as_str())
        .bind(row)
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Notes what a letter is about besides.
pub(in crate::notify) fn add_subject(conn: &mut Conn, row: i64, about: Uuid) -> QueryResult<()> {
    insert_into(letter_subjects::table)
        .values((
            letter_subjects::letter_id.eq(row),
            letter_subjects::about.eq(about.as_bytes().to_vec()),
        ))
        .execute(conn)
        .map(|_| ())
}

/// What a letter is about besides.
pub(in crate::notify) fn also(conn: &mut Conn, row: i64) -> QueryResult<Vec<Uuid>> {
    let also: Vec<Vec<u8>> = letter_subjects::table
        .filter(letter_subjects::letter_id.eq(row))
        .order(letter_subjects::about)
        .select(letter_subjects::about)
        .load(conn)?;
    also.iter()
        .map(|about| Uuid::from_slice(about).map_err(|error| Error::DeserializationError(error.into())))
        .collect()
}
