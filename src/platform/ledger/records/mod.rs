//! The ledger's rows.

mod lease_rows;
mod search;

pub(super) use lease_rows::{end_leases, renew_lease, take_lease};
pub use search::{Filter, search};

use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, PgConnection, QueryDsl, QueryResult, Queryable, QueryableByName,
    RunQueryDsl, Selectable, SelectableHelper, insert_into, sql_query,
    sql_types::{BigInt, Text},
};

use super::{Actor, Envelope, Event, FeedHead};
use crate::platform::{
    store::{
        Conn, StoreError, fixed, pg_fixed,
        schema::{cursors, events, ledger, sequencer},
    },
    terms::{PersonRow, Timestamp},
};

/// By how much the clocks of two replicas may differ.
const SKEW: std::time::Duration = std::time::Duration::from_secs(60);

/// A sequenced event.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its place in the order of everything, from 1, without gaps.
    pub pos: i64,
    /// What happened.
    pub envelope: Envelope,
}

/// Appends events to the running transaction; their shared transaction id (0 on SQLite), or none
/// where there were none.
pub(super) fn append(conn: &mut Conn, recorded: &[(Timestamp, Actor, Event)]) -> Result<Option<i64>, StoreError> {
    if recorded.is_empty() {
        return Ok(None);
    }
    let mut bodies = Vec::with_capacity(recorded.len());
    for (at, actor, event) in recorded {
        let envelope = Envelope {
            v: event.version(),
            at: *at,
            actor: *actor,
            subject: event.subject(),
            event: event.clone(),
        };
        bodies.push(serde_json::to_string(&envelope).map_err(|error| StoreError::Internal(error.to_string()))?);
    }
    if let Conn::Postgres(pg) = conn {
        return append_on_postgres(pg, recorded, &bodies);
    }
    for ((at, actor, event), body) in recorded.iter().zip(&bodies) {
        // Raw for the row invite-sqlite.
        fixed(|| "INSERT INTO events (at, kind, actor, subject, body) VALUES (?, ?, ?, ?, ?)")
            .bind(at.micros())
            .bind(event.kind())
            .bind(actor.person().map(|person| person.0))
            .bind(event.subject().map(|person| person.0))
            .bind(body.as_str())
            .execute(conn)?;
    }
    Ok(Some(0))
}

/// Several events in one round trip; their ids rise in the order in which they were recorded.
fn append_on_postgres(
    pg: &mut PgConnection,
    recorded: &[(Timestamp, Actor, Event)],
    bodies: &[String],
) -> Result<Option<i64>, StoreError> {
    #[derive(QueryableByName)]
    struct Appended {
        #[diesel(sql_type = BigInt)]
        xid: i64,
    }
    let row = |person: PersonRow| person.0;
    // Raw for the row invite-postgres.
    let appended: Vec<Appended> = pg_fixed(
        "INSERT INTO events (at, kind, actor, subject, body) \
         SELECT at, kind, actor, subject, body \
         FROM unnest(?, ?, ?, ?, ?) WITH ORDINALITY AS fresh (at, kind, actor, subject, body, turn) \
         ORDER BY turn RETURNING xid",
    )
    .bind(recorded.iter().map(|(at, ..)| at.micros()).collect::<Vec<_>>())
    .bind(recorded.iter().map(|(.., event)| event.kind()).collect::<Vec<_>>())
    .bind(
        recorded
            .iter()
            .map(|(_, actor, _)| actor.person().map(row))
            .collect::<Vec<_>>(),
    )
    .bind(
        recorded
            .iter()
            .map(|(.., event)| event.subject().map(row))
            .collect::<Vec<_>>(),
    )
    .bind(bodies.iter().map(String::as_str).collect::<Vec<_>>())
    .load(pg)?;
    Ok(appended.first().map(|appended| appended.xid))
}

/// A row of the feed as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
pub(super) struct Stored {
    #[diesel(select_expression = ledger::pos)]
    pub(super) pos: i64,
    #[diesel(select_expression = ledger::hash)]
    pub(super) hash: Vec<u8>,
    pub(super) at: i64,
    pub(super) kind: String,
    pub(super) actor: Option<i64>,
    pub(super) subject: Option<i64>,
    pub(super) body: String,
}

/// The stored rows after `pos`, in order.
pub(super) fn stored(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<Stored>> {
    ledger::table
        .inner_join(events::table.on(events::id.eq(ledger::event_id)))
        .filter(ledger::pos.gt(after))
        .order(ledger::pos.asc())
        .limit(limit)
        .select(Stored::as_select())
        .load(conn)
}

/// Of a sequenced event, what makes an [`Entry`]: its position and its body.
type Row = (i64, String);
/// The types of its columns.
type Columns = (BigInt, Text);

/// An event that this version cannot read: one of a newer version, as a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its position.
    pub pos: i64,
    /// Why; nothing of the event.
    pub why: String,
    /// What every version writes, where even that can be read.
    pub head: Option<UnreadableHead>,
}

/// What every version of an event says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct UnreadableHead {
    /// The version of its shape.
    pub v: u8,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
}

fn parse(pos: i64, body: &str) -> Result<Entry, Unreadable> {
    match serde_json::from_str(body) {
        Ok(envelope) => Ok(Entry { pos, envelope }),
        Err(error) => {
            // Its message may quote what stands there.
            let (line, column) = (error.line(), error.column());
            let why = format!("it cannot be read by this version (line {line}, column {column})");
            let head = serde_json::from_str(body).ok();
            Err(Unreadable { pos, why, head })
        }
    }
}

/// The same as [`entries`], where what cannot be read is no error.
///
/// # Errors
/// The database's.
pub fn legible(conn: &mut Conn, after: i64, limit: i64) -> QueryResult<Vec<Result<Entry, Unreadable>>> {
    let rows: Vec<Row> = ledger::table
        .inner_join(events::table.on(events::id.eq(ledger::event_id)))
        .filter(ledger::pos.gt(after))
        .order(ledger::pos.asc())
        .limit(limit)
        .select((ledger::pos, events::body))
        .load(conn)?;
    Ok(rows.iter().map(|(pos, body)| parse(*pos, body)).collect())
}

/// Of the events after `after` and up to `end` those of these types, in order, at most `limit`.
pub(super) fn wanted(
    conn: &mut Conn,
    after: i64,
    end: i64,
    kinds: &[&str],
    limit: i64,
) -> QueryResult<Vec<Result<Entry, Unreadable>>> {
    let rows: Vec<Row> = ledger::table
        .inner_join(events::table.on(events::id.eq(ledger::event_id)))
        .filter(ledger::pos.gt(after))
        .filter(ledger::pos.le(end))
        .filter(events::kind.eq_any(kinds.to_vec()))
        .order(ledger::pos.asc())
        .limit(limit)
        .select((ledger::pos, events::body))
        .load(conn)?;
    Ok(rows.iter().map(|(pos, body)| parse(*pos, body)).collect())
}

/// The event at a position.
pub(super) fn at(conn: &mut Conn, pos: i64) -> QueryResult<Result<Entry, Unreadable>> {
    let body: String = ledger::table
        .inner_join(events::table.on(events::id.eq(ledger::event_id)))
        .filter(ledger::pos.eq(pos))
        .select(events::body)
        .first(conn)?;
    Ok(parse(pos, &body))
}

/// When the first event of these types after `after` was recorded, looked for among so many.
pub(super) fn first_of(conn: &mut Conn, after: i64, among: i64, kinds: &[&str]) -> QueryResult<Option<Timestamp>> {
    ledger::table
        .inner_join(events::table.on(events::id.eq(ledger::event_id)))
        .filter(ledger::pos.gt(after))
        .filter(ledger::pos.le(after.saturating_add(among)))
        .filter(events::kind.eq_any(kinds.to_vec()))
        .order(ledger::pos.asc())
        .select(events::at)
        .first::<i64>(conn)
        .optional()
        .map(|at| at.map(Timestamp::from_micros))
}

/// The sequenced events after `pos`, in order, at most `limit`.
pub fn entries(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let rows = legible(conn, after, limit)?;
    let whole = |bad: Unreadable| StoreError::Internal(format!("the event at position {}: {}", bad.pos, bad.why));
    rows.into_iter().map(|row| row.map_err(whole)).collect()
}

/// The sequencer's one row.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sequencer)]
pub(super) struct State {
    pub(super) cursor_xid: i64,
    pub(super) cursor_id: i64,
    pub(super) floor_id: i64,
    pub(super) horizon_xid: i64,
    pub(super) last_pos: i64,
    pub(super) last_hash: Vec<u8>,
}

impl State {
    /// Whether the last batch was full, and may have cut a transaction in two.
    pub(super) fn is_cut(&self) -> bool {
        self.horizon_xid <= self.cursor_xid
    }

    pub(super) fn head(&self, conn: &Conn) -> FeedHead {
        let watermark = match conn {
            Conn::Sqlite(_) => self.last_pos,
            // The head itself is the first transaction that is not yet sequenced.
            Conn::Postgres(_) => (self.horizon_xid - 1).max(0),
        };
        FeedHead {
            pos: self.last_pos,
            watermark,
        }
    }
}

/// The sequencer's row, as it stands.
pub(super) fn state(conn: &mut Conn) -> QueryResult<State> {
    sequencer::table.select(State::as_select()).first(conn)
}

/// The sequencer's row, locked; none where another replica is sequencing right now.
pub(super) fn state_for_update(conn: &mut PgConnection) -> QueryResult<Option<State>> {
    sequencer::table
        .select(State::as_select())
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()
}

/// Writes the sequencer's row.
pub(super) fn set_state(conn: &mut Conn, state: &State) -> QueryResult<()> {
    // Raw for the row invite-sqlite.
    fixed(
        || "UPDATE sequencer SET cursor_xid = ?, cursor_id = ?, floor_id = ?, horizon_xid = ?, last_pos = ?, last_hash = ?",
    )
    .bind(state.cursor_xid)
    .bind(state.cursor_id)
    .bind(state.floor_id)
    .bind(state.horizon_xid)
    .bind(state.last_pos)
    .bind(state.last_hash.as_slice())
    .execute(conn)
    .map(|_| ())
}

/// The last sequenced position.
pub fn last_position(conn: &mut Conn) -> QueryResult<i64> {
    sequencer::table.select(sequencer::last_pos).first(conn)
}

/// The chain's hash at a position; none where the ledger has not come so far.
pub(super) fn hash_at(conn: &mut Conn, pos: i64) -> QueryResult<Option<Vec<u8>>> {
    ledger::table.find(pos).select(ledger::hash).first(conn).optional()
}

/// A place of the chain, and what its hash is computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The hash at it.
    pub hash: Vec<u8>,
    /// The hash before it.
    pub hash_before: Vec<u8>,
    /// The event, as it is stored.
    pub body: String,
}

/// A place of the chain; none where the ledger does not reach so far.
///
/// # Errors
/// The database's.
pub fn linked(conn: &mut Conn, pos: i64) -> QueryResult<Option<Linked>> {
    let found: Option<(Vec<u8>, String)> = ledger::table
        .inner_join(events::table.on(events::id.eq(ledger::event_id)))
        .filter(ledger::pos.eq(pos))
        .select((ledger::hash, events::body))
        .first(conn)
        .optional()?;
    let Some((hash, body)) = found else { return Ok(None) };
    let hash_before = hash_at(conn, pos - 1)?.unwrap_or_else(|| vec![0; 32]);
    Ok(Some(Linked {
        hash,
        hash_before,
        body,
    }))
}

/// SQLite: the events that have no position yet, as (id, body).
pub(super) fn unsequenced(conn: &mut Conn, after_id: i64) -> QueryResult<Vec<(i64, String)>> {
    events::table
        .filter(events::id.gt(after_id))
        .order(events::id.asc())
        .select((events::id, events::body))
        .load(conn)
}

/// Gives one event its position.
pub(super) fn place(conn: &mut Conn, pos: i64, event_id: i64, hash: &[u8]) -> QueryResult<()> {
    // Raw for the row invite-sqlite.
    fixed(|| "INSERT INTO ledger (pos, event_id, hash) VALUES (?, ?, ?)")
        .bind(pos)
        .bind(event_id)
        .bind(hash)
        .execute(conn)
        .map(|_| ())
}

/// When the oldest event that has no position yet was recorded. On PostgreSQL a transaction that
/// stays open, in whichever database of the cluster, holds all later events back.
pub fn oldest_waiting(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    #[derive(QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = BigInt)]
        at: i64,
    }
    let state = state(conn)?;
    let Conn::Postgres(pg) = conn else {
        // Here an event has its position when it is committed.
        return Ok(None);
    };
    // Raw: diesel does not compare two columns at once with two values.
    let oldest: Option<Waiting> =
        sql_query("SELECT at FROM events WHERE (xid, id) > ($1, $2) AND id > $3 ORDER BY xid, id LIMIT 1")
            .bind::<BigInt, _>(state.cursor_xid)
            .bind::<BigInt, _>(state.cursor_id)
            .bind::<BigInt, _>(state.floor_id)
            .get_result(pg)
            .optional()?;
    Ok(oldest.map(|waiting| Timestamp::from_micros(waiting.at)))
}

/// How many events have no position yet.
pub(super) fn count_unsequenced(conn: &mut Conn) -> QueryResult<i64> {
    events::table
        .left_join(ledger::table.on(ledger::event_id.eq(events::id)))
        .filter(ledger::pos.is_null())
        .count()
        .get_result(conn)
}

/// A subscriber's cursor; 0 before its first event.
pub(super) fn cursor(conn: &mut Conn, name: &str) -> QueryResult<i64> {
    let stored = cursors::table.find(name).select(cursors::pos);
    Ok(stored.first(conn).optional()?.unwrap_or(0))
}

/// Moves a cursor from where it was read to; false where somebody else has moved it.
pub(super) fn move_cursor(conn: &mut Conn, name: &str, from: i64, to: i64) -> QueryResult<bool> {
    // Raw for the row redeem: each step of a subscriber moves its cursor.
    let moved = fixed(|| "UPDATE cursors SET pos = ? WHERE name = ? AND pos = ?")
        .bind(to)
        .bind(name)
        .bind(from)
        .execute(conn)?;
    if moved == 0 && from == 0 {
        insert_into(cursors::table)
            .values((cursors::name.eq(name), cursors::pos.eq(to)))
            .execute(conn)?;
        return Ok(true);
    }
    Ok(moved == 1)
}
