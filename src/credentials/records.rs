//! The rows of passwords and of one-time sign-in codes.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, insert_into, update};

use crate::platform::{
    store::{
        Conn, fixed, one_changed,
        schema::{credentials, sign_in_codes},
    },
    terms::{PersonRow, Timestamp},
};

/// The PHC string of a member's password, if they have one.
pub(super) fn password(conn: &mut Conn, row: PersonRow) -> QueryResult<Option<String>> {
    credentials::table
        .find(row)
        .select(credentials::phc)
        .first(conn)
        .optional()
}

/// Sets a member's password.
pub(super) fn set_password(conn: &mut Conn, row: PersonRow, phc: &str, now: Timestamp) -> QueryResult<()> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    fixed(|| {
        "INSERT INTO credentials (person, phc, changed_at) VALUES (?, ?, ?) \
         ON CONFLICT (person) DO UPDATE SET phc = excluded.phc, changed_at = excluded.changed_at"
    })
    .bind(row.0)
    .bind(phc)
    .bind(now.micros())
    .execute(conn)
    .map(|_| ())
}

/// Puts `anew` in the place of `old`, a hash of the same password; whether that was still what was stored.
pub(super) fn renew_password(
    conn: &mut Conn,
    row: PersonRow,
    old: &str,
    anew: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    // Raw: one text that the table of guards names.
    let renewed = fixed(|| "UPDATE credentials SET phc = ?, changed_at = ? WHERE person = ? AND phc = ?")
        .bind(anew)
        .bind(now.micros())
        .bind(row.0)
        .bind(old)
        .execute(conn)?;
    Ok(renewed == 1)
}

/// Keeps the blind index of a one-time sign-in code.
pub(super) fn grant_sign_in_code(
    conn: &mut Conn,
    hash: &[u8],
    row: PersonRow,
    expires_at: Timestamp,
) -> QueryResult<()> {
    insert_into(sign_in_codes::table)
        .values((
            sign_in_codes::hash.eq(hash),
            sign_in_codes::person.eq(row),
            sign_in_codes::expires_at.eq(expires_at),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whose one-time sign-in code this is, if it is good now.
pub(super) fn by_sign_in_code(conn: &mut Conn, hash: &[u8], now: Timestamp) -> QueryResult<Option<PersonRow>> {
    sign_in_codes::table
        .find(hash)
        .filter(sign_in_codes::used_at.is_null())
        .filter(sign_in_codes::expires_at.gt(now))
        .select(sign_in_codes::person)
        .first(conn)
        .optional()
}

/// Spends a one-time sign-in code; false where it was spent or over.
pub(super) fn spend_sign_in_code(conn: &mut Conn, hash: &[u8], now: Timestamp) -> QueryResult<bool> {
    update(
        sign_in_codes::table
            .find(hash)
            .filter(sign_in_codes::used_at.is_null())
            .filter(sign_in_codes::expires_at.gt(now)),
    )
    .set(sign_in_codes::used_at.eq(now))
    .execute(conn)
    .map(|rows| one_changed("a sign-in code is good still", rows))
}
