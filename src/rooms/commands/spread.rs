//! One room on several servers: which they are.

use super::{
    super::{Room, RoomError, RoomName, SERVERS_MOST, records},
    told,
};
use crate::platform::{
    ledger::{
        Event, Tx,
        events::{self, TicketEnd},
    },
    terms::RoomServerId,
};

/// Puts a room on one more server; where it is there already, that changes nothing.
///
/// # Errors
/// [`RoomError`]
pub fn spread_room(tx: &mut Tx<'_>, name: &RoomName, server: RoomServerId) -> Result<Room, RoomError> {
    let room = records::lock_room(tx.conn, name)?.ok_or(RoomError::Unknown)?;
    let server = records::lock_server(tx.conn, server)?.ok_or(RoomError::ServerUnknown)?;
    let held = records::servers_of(tx.conn, room.row)?;
    if held.iter().any(|(row, ..)| *row == server.row) {
        return Ok(room);
    }
    if held.len() >= SERVERS_MOST {
        return Err(RoomError::ServersFull);
    }
    if !records::put_again(tx.conn, room.row, server.row)? {
        records::insert_on(tx.conn, room.row, &[server.row])?;
    }
    tx.record(Event::RoomSpread(events::RoomSpread {
        room: room.row,
        server: server.id,
    }));
    Ok(room)
}

/// Takes a room off one of its servers. Its tickets there end, and whoever had one gets another elsewhere.
///
/// # Errors
/// [`RoomError`]
pub fn withdraw_room(tx: &mut Tx<'_>, name: &RoomName, server: RoomServerId) -> Result<Room, RoomError> {
    let room = records::lock_room(tx.conn, name)?.ok_or(RoomError::Unknown)?;
    let held = records::servers_of(tx.conn, room.row)?;
    let here = held.iter().find(|(_, id, _)| *id == server);
    let (row, ..) = *here.ok_or(RoomError::ServerUnknown)?;
    if held.len() == 1 {
        return Err(RoomError::LastServer);
    }
    records::withdraw(tx.conn, room.row, row, tx.now)?;
    tx.record(Event::RoomWithdrawn(events::RoomWithdrawn { room: room.row, server }));
    let ended = records::end_on_server(tx.conn, room.row, row, tx.now)?;
    told(tx, &ended, TicketEnd::Moved);
    Ok(room)
}
