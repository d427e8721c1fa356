//! The outbox's rows. Its states: `waiting`, `sent`, `dead`, and `void` for what was no longer so and not sent.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable,
    QueryableByName, RunQueryDsl, Selectable, SelectableHelper, TextExpressionMethods, delete,
    dsl::count_star,
    insert_into,
    result::Error,
    sql_query,
    sql_types::{BigInt, Binary, Integer, Nullable, Text},
    update,
};
use uuid::Uuid;

use super::Channel;
use crate::platform::{
    store::{
        Conn, fixed, pg_fixed,
        schema::{mail_stops, outbox},
    },
    terms::{Id, IdKind, Timestamp},
    vault::Subject,
};

mod together;

pub(super) use together::{add_subject, also, rename, waiting};

/// What a [`LetterId`] names.
#[derive(Debug, Clone, Copy)]
pub enum Posted {}

impl IdKind for Posted {
    const PREFIX: &'static str = "letter";
}

/// The id of a letter in the outbox. Its UUID is the left side of the `Message-ID`, the same for
/// every attempt.
pub type LetterId = Id<Posted>;

/// A letter that was given up. To whom it was is not said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Which letter.
    pub id: LetterId,
    /// What it is about: the word that its capability posted it under.
    pub kind: String,
    /// How often it was tried since it was posted or last retried.
    pub attempts: i64,
    /// Why it was given up: a step and codes, never a server's words. `erased` where its reader
    /// was forgotten; then nothing is left to retry.
    pub last_error: String,
    /// When it was posted.
    pub created_at: Timestamp,
}

/// How many letters are not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// To be tried, now or later.
    pub waiting: i64,
    /// Given up.
    pub dead: i64,
    /// Of those that wait: because the mail server refuses us.
    pub refused: i64,
}

const WAITING: &str = "waiting";
const SENT: &str = "sent";
const DEAD: &str = "dead";
const VOID: &str = "void";

/// A letter that the holder of `claim` may deliver, and nobody else until its term has passed.
pub(super) struct Claimed {
    pub(super) row: i64,
    pub(super) claim: String,
    pub(super) id: LetterId,
    pub(super) subject: Subject,
    pub(super) kind: String,
    /// None once the letter was taken out.
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) attempts: u32,
    pub(super) created_at: Timestamp,
    /// What it is about.
    pub(super) about: Option<Uuid>,
    /// Whether it has failed before.
    pub(super) failed: bool,
}

/// A letter to be posted.
pub(super) struct New {
    pub(super) id: LetterId,
    pub(super) subject: Subject,
    pub(super) about: Uuid,
    pub(super) sealed: Vec<u8>,
}

/// Writes letters of one kind, due at once.
pub(super) fn insert_all(
    conn: &mut Conn,
    channel: Channel,
    kind: &str,
    letters: &[New],
    now: Timestamp,
) -> QueryResult<()> {
    match conn {
        Conn::Postgres(pg) if letters.len() > 1 => {
            let ids: Vec<String> = letters.iter().map(|letter| text(letter.id)).collect();
            // Raw for the row invite-postgres.
            pg_fixed(
                "INSERT INTO outbox \
                 (message_id, subject_id, about, channel, kind, letter_sealed, state, attempts, due_at, created_at) \
                 SELECT id, subject, about, ?, ?, sealed, 'waiting', 0, now, now \
                 FROM (SELECT ? AS now) AS shared, unnest(?, ?, ?, ?) AS letter (id, subject, about, sealed)",
            )
            .bind(channel.as_str())
            .bind(kind)
            .bind(now.micros())
            .bind(ids.iter().map(String::as_str).collect::<Vec<_>>())
            .bind(letters.iter().map(|letter| letter.subject.0).collect::<Vec<_>>())
            .bind(
                letters
                    .iter()
                    .map(|letter| letter.about.as_bytes().as_slice())
                    .collect::<Vec<_>>(),
            )
            .bind(
                letters
                    .iter()
                    .map(|letter| letter.sealed.as_slice())
                    .collect::<Vec<_>>(),
            )
            .execute(pg)
            .map(|_| ())
        }
        conn => letters
            .iter()
            .try_for_each(|letter| insert(conn, channel, kind, letter, now)),
    }
}

#[derive(Insertable)]
#[diesel(table_name = outbox)]
struct NewLetter<'a> {
    message_id: String,
    subject_id: Subject,
    about: &'a [u8],
    channel: &'a str,
    kind: &'a str,
    letter_sealed: &'a [u8],
    state: &'a str,
    attempts: i64,
    due_at: Timestamp,
    created_at: Timestamp,
}

fn insert(conn: &mut Conn, channel: Channel, kind: &str, letter: &New, now: Timestamp) -> QueryResult<()> {
    insert_into(outbox::table)
        .values(NewLetter {
            message_id: text(letter.id),
            subject_id: letter.subject,
            about: letter.about.as_bytes(),
            channel: channel.as_str(),
            kind,
            letter_sealed: &letter.sealed,
            state: WAITING,
            attempts: 0,
            due_at: now,
            created_at: now,
        })
        .execute(conn)
        .map(|_| ())
}

/// Whether a letter is due: cheap, and takes no lock.
pub(super) fn any_due(conn: &mut Conn, channel: Channel, now: Timestamp) -> QueryResult<bool> {
    outbox::table
        .filter(outbox::state.eq(WAITING))
        .filter(outbox::channel.eq(channel.as_str()))
        .filter(outbox::due_at.le(now))
        .select(outbox::id)
        .first::<i64>(conn)
        .optional()
        .map(|found| found.is_some())
}

/// Claims up to `most` due letters, the longest due first. They fall due again at `until`.
///
/// What another transaction is claiming right now is passed over, so two replicas neither wait for
/// each other nor take the same letter; on SQLite there is one writer at a time anyhow.
pub(super) fn claim(
    conn: &mut Conn,
    channel: Channel,
    claim: &str,
    now: Timestamp,
    until: Timestamp,
    most: i64,
) -> QueryResult<Vec<Claimed>> {
    let lock = match conn.to_lock("letters that are due") {
        Some(_) => "FOR UPDATE SKIP LOCKED",
        None => "",
    };
    // Raw: diesel has no UPDATE that joins a query.
    let rows: Vec<Row> = sql_query(format!(
        "WITH due AS MATERIALIZED ( \
             SELECT id AS due_id FROM outbox WHERE state = 'waiting' AND channel = $1 AND due_at <= $2 \
             ORDER BY due_at LIMIT $3 {lock} \
         ) \
         UPDATE outbox SET claim = $4, due_at = $5 FROM due WHERE id = due_id \
         RETURNING id, message_id, subject_id, kind, letter_sealed, attempts, created_at, about, \
         CASE WHEN last_error IS NULL THEN 0 ELSE 1 END AS failed"
    ))
    .bind::<Text, _>(channel.as_str())
    .bind::<BigInt, _>(now)
    .bind::<BigInt, _>(most)
    .bind::<Text, _>(claim)
    .bind::<BigInt, _>(until)
    .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(Claimed {
                row: row.id,
                claim: claim.to_owned(),
                id: read(&row.message_id)?,
                subject: Subject(row.subject_id),
                kind: row.kind,
                sealed: row.letter_sealed,
                attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
                created_at: row.created_at,
                about: row.about.and_then(|about| Uuid::from_slice(&about).ok()),
                failed: row.failed != 0,
            })
        })
        .collect()
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    message_id: String,
    #[diesel(sql_type = BigInt)]
    subject_id: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Binary>)]
    letter_sealed: Option<Vec<u8>>,
    #[diesel(sql_type = BigInt)]
    attempts: i64,
    #[diesel(sql_type = BigInt)]
    created_at: Timestamp,
    #[diesel(sql_type = Nullable<Binary>)]
    about: Option<Vec<u8>>,
    #[diesel(sql_type = Integer)]
    failed: i32,
}

/// Delivered: the letter is taken out. False where the claim has passed on.
pub(super) fn sent(conn: &mut Conn, row: i64, claim: &str) -> QueryResult<bool> {
    // Raw for the row redeem.
    fixed(|| "UPDATE outbox SET state = 'sent', letter_sealed = NULL, claim = NULL WHERE id = ? AND claim = ?")
        .bind(row)
        .bind(claim)
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Failed `attempts` times by now, and due again later. False where the claim has passed on.
pub(super) fn put_off(
    conn: &mut Conn,
    row: i64,
    claim: &str,
    attempts: u32,
    due: Timestamp,
    error: &str,
) -> QueryResult<bool> {
    // Raw: one text that the table of guards names.
    fixed(|| "UPDATE outbox SET attempts = ?, due_at = ?, claim = NULL, last_error = ? WHERE id = ? AND claim = ?")
        .bind(i64::from(attempts))
        .bind(due.micros())
        .bind(error)
        .bind(row)
        .bind(claim)
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Given up. False where the claim has passed on.
pub(super) fn give_up(conn: &mut Conn, row: i64, claim: &str, error: &str) -> QueryResult<bool> {
    update(outbox::table.find(row))
        .filter(outbox::claim.eq(claim))
        .set((
            outbox::state.eq(DEAD),
            outbox::attempts.eq(outbox::attempts + 1),
            outbox::claim.eq(None::<String>),
            outbox::last_error.eq(error),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// No longer so, and taken out. False where the claim has passed on.
pub(super) fn void(conn: &mut Conn, row: i64, claim: &str) -> QueryResult<bool> {
    update(outbox::table.find(row))
        .filter(outbox::claim.eq(claim))
        .set((
            outbox::state.eq(VOID),
            outbox::letter_sealed.eq(None::<Vec<u8>>),
            outbox::claim.eq(None::<String>),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Given up because nobody can read it any more, and taken out. False where the claim has passed on.
pub(super) fn empty(conn: &mut Conn, row: i64, claim: &str, error: &str) -> QueryResult<bool> {
    update(outbox::table.find(row))
        .filter(outbox::claim.eq(claim))
        .set((
            outbox::state.eq(DEAD),
            outbox::letter_sealed.eq(None::<Vec<u8>>),
            outbox::claim.eq(None::<String>),
            outbox::last_error.eq(error),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// What a message was posted under, about what, and when.
pub(super) type Posting = (String, Option<Uuid>, Timestamp);

/// It had left or was just leaving, and has not reached its reader; none where that is known already.
pub(super) fn undelivered(
    conn: &mut Conn,
    id: LetterId,
    channel: Channel,
    error: &str,
) -> QueryResult<Option<Posting>> {
    let gone = outbox::state
        .eq(SENT)
        .or(outbox::state.eq(WAITING).and(outbox::claim.is_not_null()));
    let changed = update(outbox::table.filter(outbox::message_id.eq(text(id))))
        .filter(outbox::channel.eq(channel.as_str()))
        .filter(gone)
        .set((
            outbox::state.eq(DEAD),
            outbox::claim.eq(None::<String>),
            outbox::last_error.eq(error),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(None);
    }
    let posted: Option<(String, Option<Vec<u8>>, Timestamp)> = outbox::table
        .filter(outbox::message_id.eq(text(id)))
        .select((outbox::kind, outbox::about, outbox::created_at))
        .first(conn)
        .optional()?;
    Ok(posted.map(|(kind, about, at)| (kind, about.and_then(|about| Uuid::from_slice(&about).ok()), at)))
}

pub(super) fn dead(conn: &mut Conn, after: Option<LetterId>, limit: i64) -> QueryResult<Vec<DeadLetter>> {
    let rows: Vec<StoredDeadLetter> = outbox::table
        .filter(outbox::state.eq(DEAD))
        .filter(outbox::message_id.gt(after.map(text).unwrap_or_default()))
        .order(outbox::message_id.asc())
        .limit(limit)
        .select(StoredDeadLetter::as_select())
        .load(conn)?;
    rows.into_iter().map(DeadLetter::try_from).collect()
}

/// A letter that was given up, as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct StoredDeadLetter {
    message_id: String,
    kind: String,
    attempts: i64,
    last_error: Option<String>,
    created_at: Timestamp,
}

impl TryFrom<StoredDeadLetter> for DeadLetter {
    type Error = Error;

    fn try_from(row: StoredDeadLetter) -> QueryResult<Self> {
        Ok(Self {
            id: read(&row.message_id)?,
            kind: row.kind,
            attempts: row.attempts,
            last_error: row.last_error.unwrap_or_default(),
            created_at: row.created_at,
        })
    }
}

/// Makes a dead letter wait again. False where there is none, or nothing is left of it.
pub(super) fn revive(conn: &mut Conn, id: LetterId, now: Timestamp) -> QueryResult<bool> {
    update(outbox::table.filter(outbox::message_id.eq(text(id))))
        .filter(outbox::state.eq(DEAD))
        .filter(outbox::letter_sealed.is_not_null())
        .set((
            outbox::state.eq(WAITING),
            outbox::attempts.eq(0_i64),
            outbox::due_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Makes all dead letters wait again of which something is left; how many.
pub(super) fn revive_all(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    update(outbox::table.filter(outbox::state.eq(DEAD)))
        .filter(outbox::letter_sealed.is_not_null())
        .set((
            outbox::state.eq(WAITING),
            outbox::attempts.eq(0_i64),
            outbox::due_at.eq(now),
        ))
        .execute(conn)
}

pub(super) fn backlog(conn: &mut Conn, channel: Channel) -> QueryResult<Backlog> {
    let of = |state: &'static str| {
        let those = outbox::state.eq(state).and(outbox::channel.eq(channel.as_str()));
        outbox::table.filter(those).select(count_star())
    };
    let refused = of(WAITING).filter(outbox::last_error.like(concat!("we are refused", "%")));
    Ok(Backlog {
        waiting: of(WAITING).first(conn)?,
        dead: of(DEAD).first(conn)?,
        refused: refused.first(conn)?,
    })
}

/// Notes that the reader of an address wants no more letters.
pub(super) fn stop(conn: &mut Conn, blind: &[u8], now: Timestamp) -> QueryResult<()> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    fixed(|| "INSERT INTO mail_stops (blind, at) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(blind)
        .bind(now.micros())
        .execute(conn)
        .map(|_| ())
}

/// Notes that they want them again.
pub(super) fn resume(conn: &mut Conn, blind: &[u8]) -> QueryResult<()> {
    delete(mail_stops::table.find(blind)).execute(conn).map(|_| ())
}

/// Those of the addresses whose readers want no more letters.
pub(super) fn stopped(conn: &mut Conn, blinds: &[&[u8]]) -> QueryResult<Vec<Vec<u8>>> {
    if let [blind] = blinds {
        // Raw for the row invite-sqlite.
        let one = fixed(|| "SELECT blind FROM mail_stops WHERE blind = ?").typed::<Binary>();
        return one.bind(*blind).load(conn);
    }
    mail_stops::table
        .filter(mail_stops::blind.eq_any(blinds.to_vec()))
        .select(mail_stops::blind)
        .load(conn)
}

/// The left side of the `Message-ID`; in this form text order is the order of time.
fn text(id: LetterId) -> String {
    id.uuid().hyphenated().to_string()
}

fn read(text: &str) -> QueryResult<LetterId> {
    Uuid::parse_str(text)
        .map(LetterId::from_uuid)
        .map_err(|error| Error::DeserializationError(error.into()))
}
