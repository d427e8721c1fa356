//! What is read of rooms, their servers and tickets.

use std::collections::HashMap;

use super::{Held, Issued, ParticipantRole, Room, RoomName, ServerRecord, records};
use crate::{
    people::{self, Name},
    platform::{
        store::{Conn, StoreError},
        terms::{Assurance, PersonId, PersonRow, RoomServerId, TicketId, Timestamp},
    },
};

/// A room server, and the rooms that it rejects.
#[derive(Debug, Clone)]
pub struct ServerOverview {
    /// The server.
    pub server: ServerRecord,
    /// The rooms that it rejects, in the order of their ids.
    pub failing_rooms: Vec<String>,
}

/// A room, where it is held, and how full it is.
#[derive(Debug, Clone)]
pub struct RoomOverview {
    /// The room.
    pub room: Room,
    /// The servers that hold it.
    pub servers: Vec<ServerOfRoom>,
    /// How many good tickets there are for it.
    pub taken: i64,
    /// The public ids of those whose branches it asks for.
    pub roots: HashMap<PersonRow, PersonId>,
}

/// A server that holds a room.
#[derive(Debug, Clone)]
pub struct ServerOfRoom {
    /// Which.
    pub server: RoomServerId,
    /// How many good tickets of the room are for it.
    pub taken: i64,
    /// Why it rejects the room.
    pub failure: Option<String>,
}

/// What is to be shown of a server.
///
/// # Errors
/// [`StoreError`]
pub fn server_overview(conn: &mut Conn, server: ServerRecord) -> Result<ServerOverview, StoreError> {
    let failing = records::failing(conn, server.row)?;
    Ok(ServerOverview {
        failing_rooms: failing.into_iter().map(|(_, name)| name).collect(),
        server,
    })
}

/// The room servers that are registered, the oldest first.
///
/// # Errors
/// [`StoreError`]
pub fn servers(conn: &mut Conn) -> Result<Vec<ServerOverview>, StoreError> {
    let servers = records::servers(conn)?.into_iter();
    servers.map(|server| server_overview(conn, server)).collect()
}

/// Open rooms that ask for the same themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asks {
    /// To enter.
    pub enter: Assurance,
    /// To speak.
    pub speak: Assurance,
    /// How many rooms.
    pub rooms: u64,
}

/// Somebody who has a seat in a room.
#[derive(Debug, Clone, Copy)]
pub struct Seat {
    /// Their ticket.
    pub ticket: TicketId,
    /// Who.
    pub name: Name,
    /// As what.
    pub part: ParticipantRole,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Up to `limit` of those who have a good ticket to a room, by their tickets and after one of these.
///
/// # Errors
/// [`StoreError`]
pub fn participants(
    conn: &mut Conn,
    room: &Room,
    after: Option<TicketId>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<Seat>, StoreError> {
    let rows = records::seats(conn, room.row, after, limit, now)?;
    let people: Vec<_> = rows.iter().map(|(_, person, ..)| *person).collect();
    let names = people::names(conn, &people)?;
    let seats = rows
        .into_iter()
        .filter_map(|(ticket, person, part, since, expires_at)| {
            Some(Seat {
                ticket,
                name: *names.get(&person)?,
                part,
                since,
                expires_at,
            })
        });
    Ok(seats.collect())
}

/// How many open rooms ask for what themselves.
///
/// # Errors
/// [`StoreError`]
pub fn asks(conn: &mut Conn) -> Result<Vec<Asks>, StoreError> {
    let counted = records::count_by_demand(conn)?.into_iter();
    let asks = counted.map(|(enter, speak, rooms)| Asks {
        enter,
        speak,
        rooms: u64::try_from(rooms).unwrap_or_default(),
    });
    Ok(asks.collect())
}

/// A room by its id.
///
/// # Errors
/// [`StoreError`]
pub fn room(conn: &mut Conn, name: &RoomName) -> Result<Option<Room>, StoreError> {
    Ok(records::room(conn, name)?)
}

/// A room as each of its servers holds it.
///
/// # Errors
/// [`StoreError`]
pub fn held(conn: &mut Conn, name: &RoomName) -> Result<Vec<Held>, StoreError> {
    let mut held = Vec::new();
    if let Some(room) = records::room(conn, name)? {
        for (server, ..) in records::servers_of(conn, room.row)? {
            held.extend(records::room_on(conn, name, server)?);
        }
    }
    Ok(held)
}

/// What is to be shown of a room.
///
/// # Errors
/// [`StoreError`]
pub fn room_overview(conn: &mut Conn, room: Room, now: Timestamp) -> Result<RoomOverview, StoreError> {
    let taken = records::taken_by_server(conn, room.row, now)?;
    let of = |row: i64| {
        taken
            .iter()
            .find(|(server, _)| *server == row)
            .map_or(0, |(_, taken)| *taken)
    };
    let servers = records::servers_of(conn, room.row)?.into_iter();
    let server = |(row, server, failure)| ServerOfRoom {
        server,
        taken: of(row),
        failure,
    };
    let who = [&room.who.enters, &room.who.speaks, &room.who.moderates];
    let roots: Vec<PersonRow> = who.iter().filter_map(|asked| asked.branch).collect();
    let roots = people::names(conn, &roots)?.into_iter();
    Ok(RoomOverview {
        roots: roots.map(|(row, name)| (row, name.id)).collect(),
        servers: servers.map(server).collect(),
        taken: taken.iter().map(|(_, taken)| taken).sum(),
        room,
    })
}

/// Rooms in the order of their ids, the closed ones too, from the start or after `after`; at most `limit`.
///
/// # Errors
/// [`StoreError`]
pub fn rooms(
    conn: &mut Conn,
    after: Option<&RoomName>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<RoomOverview>, StoreError> {
    let rooms = records::rooms(conn, after, limit)?.into_iter();
    rooms.map(|room| room_overview(conn, room, now)).collect()
}

/// A ticket, good or ended, with its room.
///
/// # Errors
/// [`StoreError`]
pub fn issued(conn: &mut Conn, id: TicketId) -> Result<Option<Issued>, StoreError> {
    let Some(ticket) = records::ticket(conn, id)? else {
        return Ok(None);
    };
    let room = records::room_by_row(conn, ticket.room)?;
    Ok(Some(Issued {
        ticket,
        room: room.name,
    }))
}
