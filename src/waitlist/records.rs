//! The rows of those who wait, of who vouches for them, and of draws.

use std::collections::HashMap;

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, QueryResult, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, connection::SimpleConnection, delete, dsl::max, insert_into, update,
};

use super::{Application, Way};
use crate::platform::{
    store::{
        Conn, fixed, one_changed,
        schema::{application_vouches, applications, waitlist_draws},
    },
    terms::{ApplicationId, DrawId, InviteId, PersonRow, Timestamp, words},
    vault::Subject,
};

words! {
    /// Where an application stands.
    State {
        /// The address is not proved yet.
        Unproved = "unproved",
        /// They wait.
        Waiting = "waiting",
        /// Somebody has let them in.
        LetIn = "let_in",
        /// An admin has refused them.
        Refused = "refused",
    }
}

/// An application as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = applications)]
struct Stored {
    id: i64,
    uid: ApplicationId,
    subject_id: Subject,
    state: State,
    locale: String,
    address_blind: Vec<u8>,
    address_sealed: Option<Vec<u8>>,
    note_sealed: Option<Vec<u8>>,
    proofs_sealed: Option<Vec<u8>>,
    expires_at: Timestamp,
    turn: Option<i64>,
    waits_since: Option<Timestamp>,
    decided_at: Option<Timestamp>,
    decided_by: Option<PersonRow>,
    invite: Option<InviteId>,
    reason_sealed: Option<Vec<u8>>,
}

impl From<Stored> for Application {
    fn from(row: Stored) -> Self {
        Self {
            row: row.id,
            id: row.uid,
            subject: row.subject_id,
            state: row.state,
            locale: row.locale,
            address_blind: row.address_blind,
            address_sealed: row.address_sealed,
            note_sealed: row.note_sealed,
            proofs: row.proofs_sealed,
            expires_at: row.expires_at,
            turn: row.turn,
            waits_since: row.waits_since,
            decided_at: row.decided_at,
            decided_by: row.decided_by,
            invite: row.invite,
            reason_sealed: row.reason_sealed,
        }
    }
}

/// Until the transaction ends, nobody else comes onto the waitlist, leaves it or is let in: its size is as it was counted.
pub(super) fn hold(conn: &mut Conn) -> QueryResult<()> {
    advisory(
        conn.to_lock("the waitlist"),
        "SELECT pg_advisory_xact_lock(hashtextextended('waitlist', 0))",
    )
}

/// Until the transaction ends, nobody [holds](hold) the waitlist; others who change one application go on.
pub(super) fn share(conn: &mut Conn) -> QueryResult<()> {
    advisory(
        conn.to_lock("the waitlist"),
        "SELECT pg_advisory_xact_lock_shared(hashtextextended('waitlist', 0))",
    )
}

fn advisory(conn: Option<&mut PgConnection>, lock: &str) -> QueryResult<()> {
    match conn {
        // Raw: an advisory lock.
        Some(conn) => conn.batch_execute(lock),
        None => Ok(()),
    }
}

/// An application that is written.
#[derive(Insertable)]
#[diesel(table_name = applications)]
pub(super) struct New<'a> {
    #[diesel(column_name = uid)]
    pub(super) id: ApplicationId,
    pub(super) token_hash: &'a [u8],
    #[diesel(column_name = subject_id)]
    pub(super) subject: Subject,
    pub(super) state: State,
    pub(super) locale: &'a str,
    pub(super) address_blind: &'a [u8],
    pub(super) address_sealed: Vec<u8>,
    pub(super) note_sealed: Option<Vec<u8>>,
    pub(super) proofs_sealed: Vec<u8>,
    pub(super) asked_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

pub(super) fn insert(conn: &mut Conn, new: &New<'_>) -> QueryResult<()> {
    insert_into(applications::table).values(new).execute(conn).map(|_| ())
}

/// An application by its public id.
pub fn by_id(conn: &mut Conn, id: ApplicationId) -> QueryResult<Option<Application>> {
    applications::table
        .filter(applications::uid.eq(id))
        .select(Stored::as_select())
        .first(conn)
        .optional()
        .map(|row| row.map(Application::from))
}

/// An application by what is stored of its token.
pub(super) fn by_token(conn: &mut Conn, hash: &[u8]) -> QueryResult<Option<Application>> {
    applications::table
        .filter(applications::token_hash.eq(hash))
        .select(Stored::as_select())
        .first(conn)
        .optional()
        .map(|row| row.map(Application::from))
}

/// The applications of an address in these states, newest first.
pub(super) fn by_address(conn: &mut Conn, blind: &[u8], states: &[State]) -> QueryResult<Vec<Application>> {
    let rows: Vec<Stored> = applications::table
        .filter(applications::address_blind.eq(blind))
        .filter(applications::state.eq_any(states))
        .order(applications::id.desc())
        .select(Stored::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Application::from).collect())
}

/// Those who wait, in their order, after a turn.
pub(super) fn waiting(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<Application>> {
    let rows: Vec<Stored> = applications::table
        .filter(applications::state.eq(State::Waiting))
        .filter(applications::turn.gt(after))
        .order(applications::turn)
        .limit(limit)
        .select(Stored::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Application::from).collect())
}

/// How many wait; of these, how many before a turn.
pub(super) fn size(conn: &mut Conn, before: Option<i64>) -> QueryResult<i64> {
    applications::table
        .filter(applications::state.eq(State::Waiting))
        .filter(applications::turn.lt(before.unwrap_or(i64::MAX)))
        .count()
        .get_result(conn)
}

/// Takes one of `attempts` at the code; false where none is left. Of many at once each takes its own.
pub(super) fn take_attempt(conn: &mut Conn, row: i64, attempts: i64) -> QueryResult<bool> {
    update(
        applications::table
            .find(row)
            .filter(applications::proof_failures.lt(attempts)),
    )
    .set(applications::proof_failures.eq(applications::proof_failures + 1))
    .execute(conn)
    .map(|rows| one_changed("an attempt at a code is left", rows))
}

/// Puts an application at the end of the waitlist, which is [held](hold).
pub(super) fn wait(conn: &mut Conn, row: i64, now: Timestamp) -> QueryResult<()> {
    let last: Option<i64> = applications::table.select(max(applications::turn)).get_result(conn)?;
    update(applications::table.find(row))
        .set((
            applications::state.eq(State::Waiting),
            applications::turn.eq(last.unwrap_or(0) + 1),
            applications::waits_since.eq(now),
            applications::proofs_sealed.eq(None::<Vec<u8>>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Lets the token of another application open this one.
pub(super) fn open_with(conn: &mut Conn, row: i64, token_hash: &[u8]) -> QueryResult<()> {
    update(applications::table.find(row))
        .set(applications::token_hash.eq(token_hash))
        .execute(conn)
        .map(|_| ())
}

/// Notes that whoever waits was let in, and forgets what they said; false where they wait no more.
pub(super) fn let_in(
    conn: &mut Conn,
    row: i64,
    invite: InviteId,
    by: Option<PersonRow>,
    now: Timestamp,
) -> QueryResult<bool> {
    update(
        applications::table
            .find(row)
            .filter(applications::state.eq(State::Waiting)),
    )
    .set((
        applications::state.eq(State::LetIn),
        applications::invite.eq(invite),
        applications::decided_at.eq(now),
        applications::decided_by.eq(by),
        applications::address_sealed.eq(None::<Vec<u8>>),
        applications::note_sealed.eq(None::<Vec<u8>>),
    ))
    .execute(conn)
    .map(|rows| one_changed("somebody still waits", rows))
}

/// Notes that whoever waits was refused, and forgets what they said; false where they wait no more.
pub(super) fn refuse(
    conn: &mut Conn,
    row: i64,
    reason_sealed: &[u8],
    by: Option<PersonRow>,
    now: Timestamp,
) -> QueryResult<bool> {
    update(
        applications::table
            .find(row)
            .filter(applications::state.eq(State::Waiting)),
    )
    .set((
        applications::state.eq(State::Refused),
        applications::reason_sealed.eq(reason_sealed),
        applications::decided_at.eq(now),
        applications::decided_by.eq(by),
        applications::address_sealed.eq(None::<Vec<u8>>),
        applications::note_sealed.eq(None::<Vec<u8>>),
    ))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Removes an application that is in one of these states; false where it is not.
pub(super) fn remove(conn: &mut Conn, row: i64, states: &[State]) -> QueryResult<bool> {
    delete(application_vouches::table.filter(application_vouches::application_id.eq(row))).execute(conn)?;
    delete(applications::table.find(row).filter(applications::state.eq_any(states)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Some whose time to prove the address is over.
pub(super) fn lapsed(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<Application>> {
    let rows: Vec<Stored> = applications::table
        .filter(applications::state.eq(State::Unproved))
        .filter(applications::expires_at.le(now))
        .limit(limit)
        .select(Stored::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Application::from).collect())
}

/// Notes that a member vouches; false where they already did.
pub(super) fn vouch(conn: &mut Conn, row: i64, person: PersonRow, now: Timestamp) -> QueryResult<bool> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    fixed(|| "INSERT INTO application_vouches (application_id, person, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(row)
        .bind(person.0)
        .bind(now.micros())
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Who vouches for these.
pub(super) fn vouches(conn: &mut Conn, rows: &[i64]) -> QueryResult<HashMap<i64, Vec<PersonRow>>> {
    // SQLite binds each row by itself and has an end to that.
    const MOST: usize = 1000;
    let mut vouches: HashMap<i64, Vec<PersonRow>> = HashMap::new();
    for part in rows.chunks(MOST) {
        let found: Vec<(i64, PersonRow)> = application_vouches::table
            .filter(application_vouches::application_id.eq_any(part))
            .order((application_vouches::application_id, application_vouches::person))
            .select((application_vouches::application_id, application_vouches::person))
            .load(conn)?;
        for (row, person) in found {
            vouches.entry(row).or_default().push(person);
        }
    }
    Ok(vouches)
}

/// A draw.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = waitlist_draws)]
pub struct Draw {
    /// Its id.
    #[diesel(column_name = uid)]
    pub id: DrawId,
    /// How it was made.
    pub way: Way,
    /// The seed, where chance decided.
    pub seed: Option<String>,
    /// How many waited.
    pub waiting: i64,
    /// How many were let in.
    pub let_in: i64,
    /// By whom.
    pub drawn_by: Option<PersonRow>,
    /// When.
    pub at: Timestamp,
}

pub(super) fn insert_draw(conn: &mut Conn, draw: &Draw) -> QueryResult<()> {
    insert_into(waitlist_draws::table)
        .values(draw.clone())
        .execute(conn)
        .map(|_| ())
}

pub(super) fn draw_by_id(conn: &mut Conn, id: DrawId) -> QueryResult<Option<Draw>> {
    waitlist_draws::table
        .filter(waitlist_draws::uid.eq(id))
        .select(Draw::as_select())
        .first(conn)
        .optional()
}
