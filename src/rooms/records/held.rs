//! The rows of rooms on their servers.

use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, dsl::count_star, insert_into, result::Error, update,
};

use super::StoredRoom;
use crate::{
    platform::{
        store::{
            Conn,
            schema::{room_servers, rooms, rooms_on_servers, tickets},
        },
        terms::{RoomRow, RoomServerId, Timestamp},
    },
    rooms::{
        Held, Room, RoomName,
        spread::{Place, State},
    },
};

/// A room on a server, as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = rooms_on_servers)]
struct StoredHeld {
    server_id: i64,
    failure: Option<String>,
    withdrawn_at: Option<Timestamp>,
    cleared_at: Option<Timestamp>,
    apart: i64,
}

impl TryFrom<(StoredRoom, StoredHeld)> for Held {
    type Error = Error;

    fn try_from((room, row): (StoredRoom, StoredHeld)) -> QueryResult<Self> {
        let room = Room::try_from(room)?;
        Ok(Self {
            server: row.server_id,
            open: room.open && row.withdrawn_at.is_none(),
            cleared: row.cleared_at.is_some(),
            failure: row.failure,
            apart: row.apart != 0,
            room,
        })
    }
}

/// A room on a server that is written.
#[derive(Insertable)]
#[diesel(table_name = rooms_on_servers)]
struct NewHeld {
    room_id: RoomRow,
    server_id: i64,
    apart: i64,
}

/// Puts a room on these servers, on which it was never before.
pub(in crate::rooms) fn insert_on(conn: &mut Conn, room: RoomRow, servers: &[i64]) -> QueryResult<()> {
    for &server_id in servers {
        let row = NewHeld {
            room_id: room,
            server_id,
            apart: 1,
        };
        insert_into(rooms_on_servers::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Puts a room on a server again that it was taken off; false where it never was on it.
pub(in crate::rooms) fn put_again(conn: &mut Conn, room: RoomRow, server: i64) -> QueryResult<bool> {
    update(rooms_on_servers::table.find((room, server)))
        .set((
            rooms_on_servers::withdrawn_at.eq(None::<Timestamp>),
            rooms_on_servers::cleared_at.eq(None::<Timestamp>),
            rooms_on_servers::failure.eq(None::<String>),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Takes a room off a server. It is cleared away there from now on.
pub(in crate::rooms) fn withdraw(conn: &mut Conn, room: RoomRow, server: i64, now: Timestamp) -> QueryResult<()> {
    update(rooms_on_servers::table.find((room, server)))
        .set((
            rooms_on_servers::withdrawn_at.eq(now),
            rooms_on_servers::cleared_at.eq(None::<Timestamp>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Takes every room off a server that is removed.
pub(in crate::rooms) fn withdraw_all(conn: &mut Conn, server: i64, now: Timestamp) -> QueryResult<()> {
    update(
        rooms_on_servers::table
            .filter(rooms_on_servers::server_id.eq(server))
            .filter(rooms_on_servers::withdrawn_at.is_null()),
    )
    .set(rooms_on_servers::withdrawn_at.eq(now))
    .execute(conn)
    .map(|_| ())
}

/// A room was opened or closed: its servers do not know that yet.
pub(in crate::rooms) fn unclear(conn: &mut Conn, room: RoomRow) -> QueryResult<()> {
    update(
        rooms_on_servers::table
            .filter(rooms_on_servers::room_id.eq(room))
            .filter(rooms_on_servers::withdrawn_at.is_null()),
    )
    .set(rooms_on_servers::cleared_at.eq(None::<Timestamp>))
    .execute(conn)
    .map(|_| ())
}

/// Writes why a server rejects a room, or that it does not.
pub(in crate::rooms) fn set_failure(
    conn: &mut Conn,
    room: RoomRow,
    server: i64,
    failure: Option<&str>,
) -> QueryResult<()> {
    update(rooms_on_servers::table.find((room, server)))
        .set(rooms_on_servers::failure.eq(failure))
        .execute(conn)
        .map(|_| ())
}

/// Writes down that a room is gone from a server where it is open no more. Whoever calls this holds the room.
pub(in crate::rooms) fn clear(conn: &mut Conn, room: RoomRow, server: i64, now: Timestamp) -> QueryResult<()> {
    update(rooms_on_servers::table.find((room, server)))
        .set((
            rooms_on_servers::cleared_at.eq(now),
            rooms_on_servers::failure.eq(None::<String>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// The rooms that a server rejects: their rows and names.
pub(in crate::rooms) fn failing(conn: &mut Conn, server: i64) -> QueryResult<Vec<(RoomRow, String)>> {
    rooms_on_servers::table
        .inner_join(rooms::table.on(rooms::id.eq(rooms_on_servers::room_id)))
        .filter(rooms_on_servers::server_id.eq(server))
        .filter(rooms_on_servers::failure.is_not_null())
        .order(rooms::name.asc())
        .select((rooms::id, rooms::name))
        .load(conn)
}

/// All rooms that a server holds or has held: closed ones, and those that were taken off it, too.
pub(in crate::rooms) fn rooms_of(conn: &mut Conn, server: i64) -> QueryResult<Vec<Held>> {
    let rows: Vec<(StoredRoom, StoredHeld)> = rooms_on_servers::table
        .inner_join(rooms::table.on(rooms::id.eq(rooms_on_servers::room_id)))
        .filter(rooms_on_servers::server_id.eq(server))
        .order(rooms::id.asc())
        .select((StoredRoom::as_select(), StoredHeld::as_select()))
        .load(conn)?;
    rows.into_iter().map(Held::try_from).collect()
}

/// A room on one of its servers.
pub(in crate::rooms) fn room_on(conn: &mut Conn, name: &RoomName, server: i64) -> QueryResult<Option<Held>> {
    let row: Option<(StoredRoom, StoredHeld)> = rooms_on_servers::table
        .inner_join(rooms::table.on(rooms::id.eq(rooms_on_servers::room_id)))
        .filter(rooms::name.eq(name.as_str()))
        .filter(rooms_on_servers::server_id.eq(server))
        .select((StoredRoom::as_select(), StoredHeld::as_select()))
        .first(conn)
        .optional()?;
    row.map(Held::try_from).transpose()
}

/// The servers that hold a room: their rows, their ids, and why each rejects the room.
pub(in crate::rooms) fn servers_of(
    conn: &mut Conn,
    room: RoomRow,
) -> QueryResult<Vec<(i64, RoomServerId, Option<String>)>> {
    rooms_on_servers::table
        .inner_join(room_servers::table.on(room_servers::id.eq(rooms_on_servers::server_id)))
        .filter(rooms_on_servers::room_id.eq(room))
        .filter(rooms_on_servers::withdrawn_at.is_null())
        .order(room_servers::id.asc())
        .select((room_servers::id, room_servers::uid, rooms_on_servers::failure))
        .load(conn)
}

/// The servers that hold a room, and of which kinds they are.
pub(in crate::rooms) fn kinds_of(conn: &mut Conn, room: RoomRow) -> QueryResult<Vec<(i64, String)>> {
    rooms_on_servers::table
        .inner_join(room_servers::table.on(room_servers::id.eq(rooms_on_servers::server_id)))
        .filter(rooms_on_servers::room_id.eq(room))
        .filter(rooms_on_servers::withdrawn_at.is_null())
        .filter(room_servers::removed_at.is_null())
        .select((room_servers::id, room_servers::kind))
        .load(conn)
}

/// How many good tickets there are for a room, by the server that they are for.
pub(in crate::rooms) fn taken_by_server(
    conn: &mut Conn,
    room: RoomRow,
    now: Timestamp,
) -> QueryResult<Vec<(i64, i64)>> {
    tickets::table
        .filter(tickets::room_id.eq(room))
        .filter(tickets::ended_at.is_null())
        .filter(tickets::expires_at.gt(now))
        .group_by(tickets::server_id)
        .select((tickets::server_id, count_star()))
        .load(conn)
}

/// Where the seats of a room are, and how its servers fare; and how many seats are taken in all.
pub(in crate::rooms) fn places(conn: &mut Conn, room: RoomRow, now: Timestamp) -> QueryResult<(Vec<Place>, i64)> {
    let taken = taken_by_server(conn, room, now)?;
    type Row = (i64, Option<String>, Option<Timestamp>, Option<String>);
    let servers: Vec<Row> = rooms_on_servers::table
        .inner_join(room_servers::table.on(room_servers::id.eq(rooms_on_servers::server_id)))
        .filter(rooms_on_servers::room_id.eq(room))
        .filter(rooms_on_servers::withdrawn_at.is_null())
        .filter(room_servers::removed_at.is_null())
        .select((
            room_servers::id,
            rooms_on_servers::failure,
            room_servers::health_since,
            room_servers::failure,
        ))
        .load(conn)?;
    let place = |(server, rejects, since, fails): Row| Place {
        server,
        state: match (rejects, since, fails) {
            (None, Some(_), None) => State::Well,
            (None, None, _) => State::Unknown,
            _ => State::Failing,
        },
        taken: taken
            .iter()
            .find(|(of, _)| *of == server)
            .map_or(0, |(_, taken)| *taken),
    };
    let places = servers.into_iter().map(place).collect();
    Ok((places, taken.iter().map(|(_, taken)| taken).sum()))
}
