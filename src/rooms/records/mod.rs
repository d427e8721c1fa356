//! The rows of room servers and rooms; those of tickets in [`tickets`].

mod tickets;

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, insert_into,
    result::{DatabaseErrorKind, Error},
    update,
};

pub(super) use tickets::{
    end, end_all, end_in_room, end_of_person, end_own, end_spoken, end_unfit, good, has_unfit, insert_ticket, overdue,
    rooms_of_person, seated, set_heard, silence_unfit, spoke_since, taken, ticket, tickets_of, void, was_heard,
};

use super::{Health, NewServer, Room, RoomName, ServerRecord, Settings};
use crate::platform::{
    store::{
        Conn, locked,
        schema::{room_servers, rooms},
    },
    terms::{Assurance, RoomRow, RoomServerId, Timestamp},
    vault::Subject,
};

// Room servers --------------------------------------------------------------------------------

type ServerColumns = (
    i64,
    RoomServerId,
    i64,
    String,
    String,
    Vec<u8>,
    Timestamp,
    Option<Timestamp>,
    Option<String>,
);

const SERVER: (
    room_servers::id,
    room_servers::uid,
    room_servers::subject_id,
    room_servers::kind,
    room_servers::settings,
    room_servers::secrets_sealed,
    room_servers::created_at,
    room_servers::health_since,
    room_servers::failure,
) = (
    room_servers::id,
    room_servers::uid,
    room_servers::subject_id,
    room_servers::kind,
    room_servers::settings,
    room_servers::secrets_sealed,
    room_servers::created_at,
    room_servers::health_since,
    room_servers::failure,
);

fn server_from(
    (row, id, subject, kind, settings, sealed, created_at, since, failure): ServerColumns,
) -> QueryResult<ServerRecord> {
    let health = match (since, failure) {
        (None, _) => Health::Unknown,
        (Some(since), None) => Health::Well { since },
        (Some(since), Some(why)) => Health::Failing { since, why },
    };
    Ok(ServerRecord {
        row,
        id,
        subject: Subject(subject),
        kind,
        settings: serde_json::from_str(&settings).map_err(|error| Error::DeserializationError(Box::new(error)))?,
        sealed,
        created_at,
        health,
    })
}

/// The settings as they are stored: a JSON object.
fn written(settings: &Settings) -> QueryResult<String> {
    serde_json::to_string(settings).map_err(|error| Error::SerializationError(Box::new(error)))
}

pub(super) fn insert_server(
    conn: &mut Conn,
    id: RoomServerId,
    subject: Subject,
    new: &NewServer,
    sealed: &[u8],
    now: Timestamp,
) -> QueryResult<ServerRecord> {
    insert_into(room_servers::table)
        .values((
            room_servers::uid.eq(id),
            room_servers::subject_id.eq(subject.0),
            room_servers::kind.eq(new.kind.name()),
            room_servers::settings.eq(written(&new.settings)?),
            room_servers::secrets_sealed.eq(sealed),
            room_servers::created_at.eq(now),
        ))
        .returning(SERVER)
        .get_result::<ServerColumns>(conn)
        .and_then(server_from)
}

pub(super) fn change_server(conn: &mut Conn, row: i64, new: &NewServer, sealed: &[u8]) -> QueryResult<ServerRecord> {
    update(room_servers::table.find(row))
        .set((
            room_servers::kind.eq(new.kind.name()),
            room_servers::settings.eq(written(&new.settings)?),
            room_servers::secrets_sealed.eq(sealed),
            room_servers::health_since.eq(None::<Timestamp>),
            room_servers::failure.eq(None::<String>),
        ))
        .returning(SERVER)
        .get_result::<ServerColumns>(conn)
        .and_then(server_from)
}

/// A server that is ours, locked until the transaction ends: no room is opened on it meanwhile.
pub(super) fn lock_server(conn: &mut Conn, id: RoomServerId) -> QueryResult<Option<ServerRecord>> {
    let query = room_servers::table
        .filter(room_servers::uid.eq(id))
        .filter(room_servers::removed_at.is_null())
        .select(SERVER);
    locked(conn.backend(), "a room server", query)
        .get_result::<ServerColumns>(conn)
        .optional()?
        .map(server_from)
        .transpose()
}

pub(super) fn remove_server(conn: &mut Conn, row: i64, now: Timestamp) -> QueryResult<()> {
    update(room_servers::table.find(row))
        .set(room_servers::removed_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// The servers that are ours, by row.
pub(super) fn servers(conn: &mut Conn) -> QueryResult<Vec<ServerRecord>> {
    let rows: Vec<ServerColumns> = room_servers::table
        .filter(room_servers::removed_at.is_null())
        .order(room_servers::id.asc())
        .select(SERVER)
        .load(conn)?;
    rows.into_iter().map(server_from).collect()
}

pub(super) fn server(conn: &mut Conn, row: i64) -> QueryResult<Option<ServerRecord>> {
    room_servers::table
        .find(row)
        .filter(room_servers::removed_at.is_null())
        .select(SERVER)
        .first::<ServerColumns>(conn)
        .optional()?
        .map(server_from)
        .transpose()
}

/// The public id of a server, removed or not.
pub(super) fn server_id(conn: &mut Conn, row: i64) -> QueryResult<RoomServerId> {
    room_servers::table.find(row).select(room_servers::uid).first(conn)
}

/// Writes why a server fails now, where it failed before.
pub(super) fn set_reason(conn: &mut Conn, row: i64, failure: &str) -> QueryResult<()> {
    update(room_servers::table.find(row))
        .set(room_servers::failure.eq(failure))
        .execute(conn)
        .map(|_| ())
}

/// Writes the health of a server.
pub(super) fn set_health(conn: &mut Conn, row: i64, since: Timestamp, failure: Option<&str>) -> QueryResult<()> {
    update(room_servers::table.find(row))
        .set((room_servers::health_since.eq(since), room_servers::failure.eq(failure)))
        .execute(conn)
        .map(|_| ())
}

// Rooms ---------------------------------------------------------------------------------------

type RoomColumns = (
    RoomRow,
    String,
    i64,
    i64,
    Assurance,
    Assurance,
    i64,
    Timestamp,
    Option<Timestamp>,
    Option<String>,
    Option<Timestamp>,
);

const ROOM: (
    rooms::id,
    rooms::name,
    rooms::server_id,
    rooms::key_version,
    rooms::enter,
    rooms::speak,
    rooms::capacity,
    rooms::created_at,
    rooms::closed_at,
    rooms::failure,
    rooms::cleared_at,
) = (
    rooms::id,
    rooms::name,
    rooms::server_id,
    rooms::key_version,
    rooms::enter,
    rooms::speak,
    rooms::capacity,
    rooms::created_at,
    rooms::closed_at,
    rooms::failure,
    rooms::cleared_at,
);

fn room_from(
    (row, name, server, key_version, enter, speak, capacity, created_at, closed_at, failure, cleared_at): RoomColumns,
) -> Room {
    Room {
        row,
        name: RoomName::stored(name),
        server,
        key_version,
        enter,
        speak,
        capacity: u32::try_from(capacity).unwrap_or(0),
        open: closed_at.is_none(),
        cleared: cleared_at.is_some(),
        failure,
        created_at,
    }
}

/// A new room; none where the name is taken, also where two take it at once. Then the transaction can only be
/// rolled back.
pub(super) fn insert_room(
    conn: &mut Conn,
    new: &super::NewRoom,
    server: i64,
    key_version: i64,
    now: Timestamp,
) -> QueryResult<Option<Room>> {
    let made = insert_into(rooms::table)
        .values((
            rooms::name.eq(new.name.as_str()),
            rooms::server_id.eq(server),
            rooms::key_version.eq(key_version),
            rooms::enter.eq(new.terms.enter),
            rooms::speak.eq(new.terms.speak),
            rooms::capacity.eq(i64::from(new.terms.capacity)),
            rooms::created_at.eq(now),
        ))
        .returning(ROOM)
        .get_result::<RoomColumns>(conn);
    match made {
        Ok(row) => Ok(Some(room_from(row))),
        // The name is all that is its own: its number is drawn.
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A room by its name.
pub(super) fn room(conn: &mut Conn, name: &RoomName) -> QueryResult<Option<Room>> {
    rooms::table
        .filter(rooms::name.eq(name.as_str()))
        .select(ROOM)
        .first::<RoomColumns>(conn)
        .optional()
        .map(|row| row.map(room_from))
}

/// A room by its row.
pub(super) fn room_by_row(conn: &mut Conn, row: RoomRow) -> QueryResult<Room> {
    rooms::table
        .find(row)
        .select(ROOM)
        .first::<RoomColumns>(conn)
        .map(room_from)
}

/// The same as [`room`], locked until the transaction ends: nobody else gives out its seats or changes it.
pub(super) fn lock_room(conn: &mut Conn, name: &RoomName) -> QueryResult<Option<Room>> {
    let query = rooms::table.filter(rooms::name.eq(name.as_str())).select(ROOM);
    locked(conn.backend(), "a room", query)
        .get_result::<RoomColumns>(conn)
        .optional()
        .map(|row| row.map(room_from))
}

pub(super) fn set_room(
    conn: &mut Conn,
    room: RoomRow,
    terms: &super::RoomTerms,
    closed_at: Option<Timestamp>,
) -> QueryResult<Room> {
    update(rooms::table.find(room))
        .set((
            rooms::enter.eq(terms.enter),
            rooms::speak.eq(terms.speak),
            rooms::capacity.eq(i64::from(terms.capacity)),
            rooms::closed_at.eq(closed_at),
            rooms::cleared_at.eq(None::<Timestamp>),
        ))
        .returning(ROOM)
        .get_result::<RoomColumns>(conn)
        .map(room_from)
}

/// Rooms in the order of their names, from the start or after `after`.
pub(super) fn rooms(conn: &mut Conn, after: Option<&RoomName>, limit: i64) -> QueryResult<Vec<Room>> {
    let rows: Vec<RoomColumns> = rooms::table
        .filter(rooms::name.gt(after.map(RoomName::as_str).unwrap_or_default()))
        .order(rooms::name.asc())
        .limit(limit)
        .select(ROOM)
        .load(conn)?;
    Ok(rows.into_iter().map(room_from).collect())
}

/// Writes why the server rejects a room, or that it does not.
pub(super) fn set_failure(conn: &mut Conn, room: RoomRow, failure: Option<&str>) -> QueryResult<()> {
    update(rooms::table.find(room))
        .set(rooms::failure.eq(failure))
        .execute(conn)
        .map(|_| ())
}

/// Writes down that a closed room is gone from its server, unless it was opened again meanwhile.
pub(super) fn clear(conn: &mut Conn, room: RoomRow, now: Timestamp) -> QueryResult<()> {
    update(rooms::table.find(room).filter(rooms::closed_at.is_not_null()))
        .set((rooms::cleared_at.eq(now), rooms::failure.eq(None::<String>)))
        .execute(conn)
        .map(|_| ())
}

/// The rooms that a server rejects: their rows and names.
pub(super) fn failing(conn: &mut Conn, server: i64) -> QueryResult<Vec<(RoomRow, String)>> {
    rooms::table
        .filter(rooms::server_id.eq(server))
        .filter(rooms::failure.is_not_null())
        .order(rooms::name.asc())
        .select((rooms::id, rooms::name))
        .load(conn)
}

/// All rooms of a server, the closed ones too.
pub(super) fn rooms_of(conn: &mut Conn, server: i64) -> QueryResult<Vec<Room>> {
    let rows: Vec<RoomColumns> = rooms::table
        .filter(rooms::server_id.eq(server))
        .order(rooms::id.asc())
        .select(ROOM)
        .load(conn)?;
    Ok(rows.into_iter().map(room_from).collect())
}
