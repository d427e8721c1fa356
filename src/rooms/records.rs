//! The rows of room servers, rooms and tickets.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl,
    insert_into, update,
};

use super::{Health, NewServer, Part, Room, ServerRecord, Ticket};
use crate::{
    store::{
        Conn,
        schema::{people, room_servers, rooms, tickets},
    },
    terms::{Assurance, PersonRow, RoomRow, RoomServerId, TicketId, Timestamp},
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
    room_servers::client_url,
    room_servers::admin_url,
    room_servers::secrets_sealed,
    room_servers::created_at,
    room_servers::health_since,
    room_servers::failure,
) = (
    room_servers::id,
    room_servers::uid,
    room_servers::subject_id,
    room_servers::client_url,
    room_servers::admin_url,
    room_servers::secrets_sealed,
    room_servers::created_at,
    room_servers::health_since,
    room_servers::failure,
);

fn server_from(
    (row, id, subject, client_url, admin_url, sealed, created_at, since, failure): ServerColumns,
) -> ServerRecord {
    let health = match (since, failure) {
        (None, _) => Health::Unknown,
        (Some(since), None) => Health::Well { since },
        (Some(since), Some(why)) => Health::Failing { since, why },
    };
    ServerRecord {
        row,
        id,
        subject: Subject(subject),
        client_url,
        admin_url,
        sealed,
        created_at,
        health,
    }
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
            room_servers::client_url.eq(&new.client_url),
            room_servers::admin_url.eq(&new.admin_url),
            room_servers::secrets_sealed.eq(sealed),
            room_servers::created_at.eq(now),
        ))
        .returning(SERVER)
        .get_result::<ServerColumns>(conn)
        .map(server_from)
}

pub(super) fn change_server(conn: &mut Conn, row: i64, new: &NewServer, sealed: &[u8]) -> QueryResult<ServerRecord> {
    update(room_servers::table.find(row))
        .set((
            room_servers::client_url.eq(&new.client_url),
            room_servers::admin_url.eq(&new.admin_url),
            room_servers::secrets_sealed.eq(sealed),
            room_servers::health_since.eq(None::<Timestamp>),
            room_servers::failure.eq(None::<String>),
        ))
        .returning(SERVER)
        .get_result::<ServerColumns>(conn)
        .map(server_from)
}

/// A server that is ours, locked until the transaction ends: no room is opened on it meanwhile.
pub(super) fn hold_server(conn: &mut Conn, id: RoomServerId) -> QueryResult<Option<ServerRecord>> {
    let query = room_servers::table
        .filter(room_servers::uid.eq(id))
        .filter(room_servers::removed_at.is_null())
        .select(SERVER);
    let found: Option<ServerColumns> = match conn {
        Conn::Sqlite(conn) => query.first(conn).optional()?,
        Conn::Postgres(conn) => query.for_no_key_update().first(conn).optional()?,
    };
    Ok(found.map(server_from))
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
    Ok(rows.into_iter().map(server_from).collect())
}

pub(super) fn server(conn: &mut Conn, row: i64) -> QueryResult<Option<ServerRecord>> {
    room_servers::table
        .find(row)
        .filter(room_servers::removed_at.is_null())
        .select(SERVER)
        .first::<ServerColumns>(conn)
        .optional()
        .map(|row| row.map(server_from))
}

/// The public id of a server, removed or not.
pub(super) fn server_id(conn: &mut Conn, row: i64) -> QueryResult<RoomServerId> {
    room_servers::table.find(row).select(room_servers::uid).first(conn)
}

/// Writes down how a server fares.
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
        name,
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

/// A new room; none where the name is taken.
pub(super) fn insert_room(
    conn: &mut Conn,
    new: &super::NewRoom,
    server: i64,
    key_version: i64,
    now: Timestamp,
) -> QueryResult<Option<Room>> {
    let taken: Option<RoomRow> = rooms::table
        .filter(rooms::name.eq(&new.name))
        .select(rooms::id)
        .first(conn)
        .optional()?;
    if taken.is_some() {
        return Ok(None);
    }
    insert_into(rooms::table)
        .values((
            rooms::name.eq(&new.name),
            rooms::server_id.eq(server),
            rooms::key_version.eq(key_version),
            rooms::enter.eq(new.terms.enter),
            rooms::speak.eq(new.terms.speak),
            rooms::capacity.eq(i64::from(new.terms.capacity)),
            rooms::created_at.eq(now),
        ))
        .returning(ROOM)
        .get_result::<RoomColumns>(conn)
        .map(|row| Some(room_from(row)))
}

/// A room by its name.
pub(super) fn room(conn: &mut Conn, name: &str) -> QueryResult<Option<Room>> {
    rooms::table
        .filter(rooms::name.eq(name))
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
pub(super) fn hold_room(conn: &mut Conn, name: &str) -> QueryResult<Option<Room>> {
    let query = rooms::table.filter(rooms::name.eq(name)).select(ROOM);
    let found: Option<RoomColumns> = match conn {
        // There is one writer.
        Conn::Sqlite(conn) => query.first(conn).optional()?,
        Conn::Postgres(conn) => query.for_no_key_update().first(conn).optional()?,
    };
    Ok(found.map(room_from))
}

pub(super) fn set_room(
    conn: &mut Conn,
    room: RoomRow,
    terms: &super::Terms,
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
pub(super) fn rooms(conn: &mut Conn, after: Option<&str>, limit: i64) -> QueryResult<Vec<Room>> {
    let rows: Vec<RoomColumns> = rooms::table
        .filter(rooms::name.gt(after.unwrap_or_default()))
        .order(rooms::name.asc())
        .limit(limit)
        .select(ROOM)
        .load(conn)?;
    Ok(rows.into_iter().map(room_from).collect())
}

/// Writes down why a room's server does not do what it is told there, or that it does.
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

/// The rooms of a server in which it does not do what it is told: their rows and names.
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

// Tickets -------------------------------------------------------------------------------------

type TicketColumns = (TicketId, RoomRow, PersonRow, Part, i64, Timestamp, Option<Timestamp>);

const TICKET: (
    tickets::uid,
    tickets::room_id,
    tickets::person,
    tickets::part,
    tickets::key_version,
    tickets::expires_at,
    tickets::ended_at,
) = (
    tickets::uid,
    tickets::room_id,
    tickets::person,
    tickets::part,
    tickets::key_version,
    tickets::expires_at,
    tickets::ended_at,
);

fn ticket_from((id, room, person, part, key_version, expires_at, ended_at): TicketColumns) -> Ticket {
    Ticket {
        id,
        room,
        person,
        part,
        key_version,
        expires_at,
        ended: ended_at.is_some(),
    }
}

pub(super) fn insert_ticket(conn: &mut Conn, ticket: &Ticket, now: Timestamp) -> QueryResult<()> {
    insert_into(tickets::table)
        .values((
            tickets::uid.eq(ticket.id),
            tickets::room_id.eq(ticket.room),
            tickets::person.eq(ticket.person),
            tickets::part.eq(ticket.part),
            tickets::key_version.eq(ticket.key_version),
            tickets::issued_at.eq(now),
            tickets::expires_at.eq(ticket.expires_at),
        ))
        .execute(conn)
        .map(|_| ())
}

/// A ticket by its id.
pub(super) fn ticket(conn: &mut Conn, id: TicketId) -> QueryResult<Option<Ticket>> {
    tickets::table
        .find(id)
        .select(TICKET)
        .first::<TicketColumns>(conn)
        .optional()
        .map(|row| row.map(ticket_from))
}

/// The tickets of these ids that stand in this room.
pub(super) fn tickets_of(conn: &mut Conn, room: RoomRow, ids: &[TicketId]) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<TicketColumns> = tickets::table
        .filter(tickets::uid.eq_any(ids))
        .filter(tickets::room_id.eq(room))
        .select(TICKET)
        .load(conn)?;
    Ok(rows.into_iter().map(ticket_from).collect())
}

/// How many seats of a room are taken.
pub(super) fn taken(conn: &mut Conn, room: RoomRow, now: Timestamp) -> QueryResult<i64> {
    tickets::table
        .filter(tickets::room_id.eq(room))
        .filter(tickets::ended_at.is_null())
        .filter(tickets::expires_at.gt(now))
        .count()
        .get_result(conn)
}

/// Who of these members has a ticket in a room that was not ended, and until when it is good.
pub(super) fn seated(
    conn: &mut Conn,
    room: RoomRow,
    members: &[PersonRow],
) -> QueryResult<Vec<(PersonRow, Timestamp)>> {
    tickets::table
        .filter(tickets::person.eq_any(members))
        .filter(tickets::room_id.eq(room))
        .filter(tickets::ended_at.is_null())
        .select((tickets::person, tickets::expires_at))
        .load(conn)
}

/// The tickets that are good in a room.
pub(super) fn good(conn: &mut Conn, room: RoomRow, now: Timestamp) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<TicketColumns> = tickets::table
        .filter(tickets::room_id.eq(room))
        .filter(tickets::ended_at.is_null())
        .filter(tickets::expires_at.gt(now))
        .select(TICKET)
        .load(conn)?;
    Ok(rows.into_iter().map(ticket_from).collect())
}

/// The tickets of a server whose time is over and which nobody has taken off its lists yet.
pub(super) fn overdue(conn: &mut Conn, server: i64, now: Timestamp, limit: i64) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<TicketColumns> = tickets::table
        .inner_join(rooms::table.on(rooms::id.eq(tickets::room_id)))
        .filter(rooms::server_id.eq(server))
        .filter(tickets::ended_at.is_null())
        .filter(tickets::expires_at.le(now))
        .limit(limit)
        .select(TICKET)
        .load(conn)?;
    Ok(rows.into_iter().map(ticket_from).collect())
}

/// Ends these tickets.
pub(super) fn end(conn: &mut Conn, ids: &[TicketId], now: Timestamp) -> QueryResult<()> {
    update(
        tickets::table
            .filter(tickets::uid.eq_any(ids))
            .filter(tickets::ended_at.is_null()),
    )
    .set(tickets::ended_at.eq(now))
    .execute(conn)
    .map(|_| ())
}

/// Ends one's own ticket; false where it has ended.
pub(super) fn end_own(conn: &mut Conn, id: TicketId, person: PersonRow, now: Timestamp) -> QueryResult<bool> {
    update(
        tickets::table
            .find(id)
            .filter(tickets::person.eq(person))
            .filter(tickets::ended_at.is_null()),
    )
    .set(tickets::ended_at.eq(now))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Ends the tickets of these members in one room; which.
pub(super) fn end_in_room(
    conn: &mut Conn,
    room: RoomRow,
    members: &[PersonRow],
    now: Timestamp,
) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<TicketColumns> = update(
        tickets::table
            .filter(tickets::person.eq_any(members))
            .filter(tickets::room_id.eq(room))
            .filter(tickets::ended_at.is_null()),
    )
    .set(tickets::ended_at.eq(now))
    .returning(TICKET)
    .get_results(conn)?;
    Ok(rows.into_iter().map(ticket_from).collect())
}

/// Ends every ticket of one member; which.
pub(super) fn end_of_person(conn: &mut Conn, person: PersonRow, now: Timestamp) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<TicketColumns> = update(
        tickets::table
            .filter(tickets::person.eq(person))
            .filter(tickets::ended_at.is_null()),
    )
    .set(tickets::ended_at.eq(now))
    .returning(TICKET)
    .get_results(conn)?;
    Ok(rows.into_iter().map(ticket_from).collect())
}

/// The rooms in which one member has a seat.
pub(super) fn rooms_of_person(conn: &mut Conn, person: PersonRow) -> QueryResult<Vec<Room>> {
    let rows: Vec<RoomColumns> = rooms::table
        .inner_join(tickets::table.on(tickets::room_id.eq(rooms::id)))
        .filter(tickets::person.eq(person))
        .filter(tickets::ended_at.is_null())
        .select(ROOM)
        .load(conn)?;
    Ok(rows.into_iter().map(room_from).collect())
}

/// Ends every ticket of a room.
pub(super) fn end_all(conn: &mut Conn, room: RoomRow, now: Timestamp) -> QueryResult<()> {
    update(
        tickets::table
            .filter(tickets::room_id.eq(room))
            .filter(tickets::ended_at.is_null()),
    )
    .set(tickets::ended_at.eq(now))
    .execute(conn)
    .map(|_| ())
}

/// The assurances that reach `asked`.
fn enough(asked: Assurance) -> Vec<Assurance> {
    Assurance::ALL.iter().copied().filter(|one| *one >= asked).collect()
}

/// Whether somebody in a room does not reach what it asks for.
pub(super) fn has_unfit(conn: &mut Conn, room: RoomRow, enter: Assurance, speak: Assurance) -> QueryResult<bool> {
    let below = |asked| {
        people::table
            .filter(people::assurance.ne_all(enough(asked)))
            .select(people::id)
    };
    let speaks_unfit = tickets::part
        .eq(Part::Speaker)
        .and(tickets::person.eq_any(below(speak)));
    tickets::table
        .filter(tickets::room_id.eq(room))
        .filter(tickets::ended_at.is_null())
        .filter(tickets::person.eq_any(below(enter)).or(speaks_unfit))
        .count()
        .get_result::<i64>(conn)
        .map(|unfit| unfit > 0)
}

/// Ends the tickets in a room of those who do not reach what it asks for; which.
pub(super) fn end_unfit(conn: &mut Conn, room: RoomRow, enter: Assurance, now: Timestamp) -> QueryResult<Vec<Ticket>> {
    let unfit = people::table
        .filter(people::assurance.ne_all(enough(enter)))
        .select(people::id);
    let rows: Vec<TicketColumns> = update(
        tickets::table
            .filter(tickets::room_id.eq(room))
            .filter(tickets::ended_at.is_null())
            .filter(tickets::person.eq_any(unfit)),
    )
    .set(tickets::ended_at.eq(now))
    .returning(TICKET)
    .get_results(conn)?;
    Ok(rows.into_iter().map(ticket_from).collect())
}

/// Makes listeners of the speakers in a room who do not reach what it asks for.
pub(super) fn silence_unfit(conn: &mut Conn, room: RoomRow, speak: Assurance) -> QueryResult<()> {
    let unfit = people::table
        .filter(people::assurance.ne_all(enough(speak)))
        .select(people::id);
    update(
        tickets::table
            .filter(tickets::room_id.eq(room))
            .filter(tickets::ended_at.is_null())
            .filter(tickets::part.eq(Part::Speaker))
            .filter(tickets::person.eq_any(unfit)),
    )
    .set(tickets::part.eq(Part::Listener))
    .execute(conn)
    .map(|_| ())
}
