//! The rows of passwords and of one-time sign-in codes.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, delete, insert_into, update};

use crate::platform::{
    store::{
        Conn, fixed, one_changed,
        schema::{credentials, password_asks, password_links, sign_in_codes, text_codes},
    },
    terms::{Id, PersonRow, Timestamp, kinds},
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

/// Takes a member's password away.
pub(super) fn void_password(conn: &mut Conn, row: PersonRow) -> QueryResult<()> {
    delete(credentials::table.find(row)).execute(conn).map(|_| ())
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

/// Gives a member another link to a new password; a former one is good no longer.
pub(super) fn set_link(conn: &mut Conn, row: PersonRow, hash: &[u8], expires_at: Timestamp) -> QueryResult<()> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    fixed(|| {
        "INSERT INTO password_links (person, hash, expires_at) VALUES (?, ?, ?) \
         ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at"
    })
    .bind(row.0)
    .bind(hash)
    .bind(expires_at.micros())
    .execute(conn)
    .map(|_| ())
}

/// Whose link this is, if it is good now.
pub(super) fn by_link(conn: &mut Conn, hash: &[u8], now: Timestamp) -> QueryResult<Option<PersonRow>> {
    password_links::table
        .filter(password_links::hash.eq(hash))
        .filter(password_links::expires_at.gt(now))
        .select(password_links::person)
        .first(conn)
        .optional()
}

/// Whether a member has a link that is good now.
pub(super) fn has_link(conn: &mut Conn, row: PersonRow, now: Timestamp) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        password_links::table
            .find(row)
            .filter(password_links::expires_at.gt(now)),
    ))
    .get_result(conn)
}

/// Spends a link; false where it was spent or is over.
pub(super) fn spend_link(conn: &mut Conn, hash: &[u8], now: Timestamp) -> QueryResult<bool> {
    delete(
        password_links::table
            .filter(password_links::hash.eq(hash))
            .filter(password_links::expires_at.gt(now)),
    )
    .execute(conn)
    .map(|rows| one_changed("a link to a new password is good still", rows))
}

/// Ends a member's link.
pub(super) fn end_link(conn: &mut Conn, row: PersonRow) -> QueryResult<()> {
    delete(password_links::table.find(row)).execute(conn).map(|_| ())
}

/// Keeps that somebody forgot the password of an account with this contact.
pub(super) fn insert_ask(
    conn: &mut Conn,
    ask: Id<kinds::PasswordAsk>,
    contact: &[u8],
    now: Timestamp,
) -> QueryResult<()> {
    insert_into(password_asks::table)
        .values((
            password_asks::uid.eq(ask),
            password_asks::contact_blind.eq(contact),
            password_asks::at.eq(now),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Takes it away, and says which contact it was.
pub(super) fn take_ask(conn: &mut Conn, ask: Id<kinds::PasswordAsk>) -> QueryResult<Option<Vec<u8>>> {
    delete(password_asks::table.find(ask))
        .returning(password_asks::contact_blind)
        .get_result(conn)
        .optional()
}

/// A code that was sent by text message, as it is stored.
pub(super) struct StoredTextCode {
    pub(super) sealed: Vec<u8>,
    pub(super) expires_at: Timestamp,
    pub(super) failures: i64,
}

/// A member's code, if they were sent one.
pub(super) fn text_code(conn: &mut Conn, row: PersonRow) -> QueryResult<Option<StoredTextCode>> {
    let found: Option<(Vec<u8>, Timestamp, i64)> = text_codes::table
        .find(row)
        .select((text_codes::code_sealed, text_codes::expires_at, text_codes::failures))
        .first(conn)
        .optional()?;
    Ok(found.map(|(sealed, expires_at, failures)| StoredTextCode {
        sealed,
        expires_at,
        failures,
    }))
}

/// Gives a member another code; a former one is good no longer.
pub(super) fn set_text_code(conn: &mut Conn, row: PersonRow, sealed: &[u8], expires_at: Timestamp) -> QueryResult<()> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    fixed(|| {
        "INSERT INTO text_codes (person, code_sealed, expires_at, failures) VALUES (?, ?, ?, 0) \
         ON CONFLICT (person) DO UPDATE SET code_sealed = excluded.code_sealed, \
         expires_at = excluded.expires_at, failures = 0"
    })
    .bind(row.0)
    .bind(sealed)
    .bind(expires_at.micros())
    .execute(conn)
    .map(|_| ())
}

/// Takes one of `attempts` at a code that is good; false where none is left. Of many at once each takes its own.
pub(super) fn take_text_attempt(conn: &mut Conn, row: PersonRow, attempts: i64, now: Timestamp) -> QueryResult<bool> {
    update(
        text_codes::table
            .find(row)
            .filter(text_codes::failures.lt(attempts))
            .filter(text_codes::expires_at.gt(now)),
    )
    .set(text_codes::failures.eq(text_codes::failures + 1))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Spends a code; false where it was spent, or another has taken its place.
pub(super) fn drop_text_code(conn: &mut Conn, row: PersonRow, sealed: &[u8]) -> QueryResult<bool> {
    delete(text_codes::table.find(row).filter(text_codes::code_sealed.eq(sealed)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Deletes everything that a member could sign in with.
pub(super) fn forget(conn: &mut Conn, row: PersonRow) -> QueryResult<()> {
    delete(credentials::table.find(row)).execute(conn)?;
    delete(sign_in_codes::table.filter(sign_in_codes::person.eq(row))).execute(conn)?;
    delete(text_codes::table.find(row)).execute(conn)?;
    end_link(conn, row)
}
