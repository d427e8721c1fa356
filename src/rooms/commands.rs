//! Changes of rooms and room servers; those of tickets in [`tickets`].

mod acts;
mod fit;
mod places;
mod spread;
mod tickets;

pub use acts::{ActError, By, ToDo, act, lower_hand, raise_hand};
pub(super) use fit::{asking, fit};
pub use places::{NewPlace, PlaceError, set_place};
pub use spread::{spread_room, withdraw_room};
pub(super) use tickets::{bucket, heard};
pub use tickets::{end_all, end_all_of, end_ticket, issue, leave_all, reconsider, silence};

use super::{
    NewRoom, NewServer, ParticipantRole, Room, RoomChange, RoomError, RoomName, RoomTerms, ServerRecord, Ticket,
    admission, records,
};
use crate::{
    platform::{
        idempotency::{self, Key},
        ledger::{
            Event, Tx,
            events::{self, RoomAccess, TicketEnd, Who},
        },
        store::{Conn, StoreError},
        terms::RoomServerId,
        vault::{Field, KeyPurpose, Vault},
    },
    policy::{Current, Policy},
};

/// Registers a room server; repeated under the same key, it reads the one that was registered. The secrets are
/// sealed from the first row on.
///
/// # Errors
/// [`RoomError`]
pub fn register_server(
    tx: &mut Tx<'_>,
    vault: &Vault,
    key: &Key,
    id: RoomServerId,
    new: &NewServer,
) -> Result<ServerRecord, RoomError> {
    let again = |tx: &mut Tx<'_>, id| {
        let known = records::servers(tx.conn)?.into_iter().find(|server| server.id == id);
        known.ok_or(RoomError::ServerUnknown)
    };
    idempotency::once(tx, key, id, |tx| insert_server(tx, vault, id, new), again)
}

fn insert_server(tx: &mut Tx<'_>, vault: &Vault, id: RoomServerId, new: &NewServer) -> Result<ServerRecord, RoomError> {
    let (subject, key) = vault.new_subject(tx)?;
    let sealed = key.seal(Field::RoomServer, &new.secrets.plain()?, tx.rng)?;
    let server = records::insert_server(tx.conn, id, subject, new, &sealed, tx.now)?;
    tx.record(Event::RoomServerRegistered(events::RoomServerRegistered { server: id }));
    Ok(server)
}

/// Replaces the settings of a room server, all of them. Before it is managed at another place it must be [`idle`]:
/// nobody would put out those who are in its rooms at the old place.
///
/// # Errors
/// [`RoomError`]
pub fn replace_server(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: RoomServerId,
    new: &NewServer,
    abandon: bool,
) -> Result<ServerRecord, RoomError> {
    let server = records::lock_server(tx.conn, id)?.ok_or(RoomError::ServerUnknown)?;
    if server.kind != new.kind.name() || new.kind.place(&server.settings) != new.kind.place(&new.settings) {
        idle(tx.conn, server.row, abandon)?;
    }
    let key = vault.key(tx.conn, server.subject)?;
    let sealed = key.seal(Field::RoomServer, &new.secrets.plain()?, tx.rng)?;
    let server = records::change_server(tx.conn, server.row, new, &sealed)?;
    tx.record(Event::RoomServerChanged(events::RoomServerChanged { server: id }));
    Ok(server)
}

/// Fails unless nothing of ours is left on a server: its rooms are closed, and the closing has reached it. With
/// `abandon` the second is not waited for, since the server is gone for good.
fn idle(conn: &mut Conn, server: i64, abandon: bool) -> Result<(), RoomError> {
    let rooms = records::rooms_of(conn, server)?;
    if rooms.iter().any(|room| room.open) {
        return Err(RoomError::ServerInUse);
    }
    if !abandon && rooms.iter().any(|room| !room.cleared) {
        return Err(RoomError::NotCleared);
    }
    Ok(())
}

/// Removes a room server; it must be [`idle`].
///
/// # Errors
/// [`RoomError`]
pub fn remove_server(tx: &mut Tx<'_>, id: RoomServerId, abandon: bool) -> Result<(), RoomError> {
    let server = records::lock_server(tx.conn, id)?.ok_or(RoomError::ServerUnknown)?;
    idle(tx.conn, server.row, abandon)?;
    records::withdraw_all(tx.conn, server.row, tx.now)?;
    records::remove_server(tx.conn, server.row, tx.now)?;
    tx.record(Event::RoomServerRemoved(events::RoomServerRemoved { server: id }));
    Ok(())
}

/// Creates a room; it is open. Repeated under the same key, it reads the room.
///
/// # Errors
/// [`RoomError`]
pub fn create_room(tx: &mut Tx<'_>, vault: &Vault, key: &Key, new: &NewRoom) -> Result<Room, RoomError> {
    // A room is known by its name: the key need not say which it was.
    let id = RoomServerId::from_uuid(uuid::Uuid::nil());
    let again = |tx: &mut Tx<'_>, _| records::room(tx.conn, &new.name)?.ok_or(RoomError::Unknown);
    idempotency::once(tx, key, id, |tx| insert_room(tx, vault, new), again)
}

fn insert_room(tx: &mut Tx<'_>, vault: &Vault, new: &NewRoom) -> Result<Room, RoomError> {
    let servers = lock_servers(tx, &new.servers)?;
    let (key_version, _) = vault.derive(KeyPurpose::Room, &[]);
    let room = records::insert_room(tx.conn, new, key_version, tx.now)?.ok_or(RoomError::Exists)?;
    records::insert_on(tx.conn, room.row, &servers)?;
    tx.record(Event::RoomCreated(events::RoomCreated {
        room: room.row,
        server: None,
        servers: new.servers.clone(),
        enter: room.enter,
        speak: room.speak,
        capacity: room.capacity,
    }));
    Ok(room)
}

/// Locks servers on which a room is to be open, in the order in which everybody locks them; their rows.
fn lock_servers(tx: &mut Tx<'_>, ids: &[RoomServerId]) -> Result<Vec<i64>, RoomError> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Err(RoomError::ServerUnknown);
    }
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.push(records::lock_server(tx.conn, id)?.ok_or(RoomError::ServerUnknown)?.row);
    }
    Ok(rows)
}

/// Changes the terms of a room, closes or opens it. Whoever has a ticket and no longer satisfies the terms loses it;
/// in a closed room all tickets end. In a room that becomes one for guests, those who are in it are guests; the invites
/// that were made for it before lead nowhere.
///
/// # Errors
/// [`RoomError`]
pub fn change_room(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Current,
    name: &RoomName,
    change: &RoomChange,
) -> Result<Room, RoomError> {
    let before = records::lock_room(tx.conn, name)?.ok_or(RoomError::Unknown)?;
    let open = change.open;
    let terms = RoomTerms {
        enter: change.enter,
        speak: change.speak,
        capacity: change.capacity,
        access: change.access.unwrap_or(before.access),
        speakers: change.speakers.unwrap_or(before.speakers),
        who: change.who.clone().unwrap_or_else(|| before.who.clone()),
    };
    if open {
        let servers = records::servers_of(tx.conn, before.row)?;
        lock_servers(tx, &servers.iter().map(|(_, id, _)| *id).collect::<Vec<_>>())?;
    }
    let made_private = terms.access == RoomAccess::Guests && before.access != RoomAccess::Guests;
    let private_since = if made_private {
        Some(tx.now)
    } else {
        before.private_since
    };
    let closed_at = (!open).then_some(tx.now);
    let room = records::set_room(tx.conn, before.row, &terms, closed_at, private_since)?;
    records::unclear(tx.conn, room.row)?;
    tx.record(Event::RoomChanged(events::RoomChanged {
        room: room.row,
        enter: room.enter,
        speak: room.speak,
        capacity: room.capacity,
        open,
        access: Some(room.access),
        speakers: Some(room.speakers),
        who: (room.who != Who::default()).then(|| room.who.clone()),
    }));
    if open {
        if made_private {
            places::keep(tx, &room)?;
        }
        let policy = policy.in_force(tx.conn)?;
        refit(tx, &policy.policy, &room)?;
        if (before.access, before.speakers, &before.who) != (room.access, room.speakers, &room.who) {
            fit(tx, vault, &policy.policy, &room, None)?;
        }
    } else {
        records::end_all(tx.conn, room.row, tx.now)?;
    }
    Ok(room)
}

/// Ends the tickets of those who do not satisfy the terms of a room, and makes listeners of those who may no longer
/// speak.
pub(super) fn refit(tx: &mut Tx<'_>, policy: &Policy, room: &Room) -> Result<(), StoreError> {
    let (enter, speak) = admission::demands(policy, room);
    let unfit = records::end_unfit(tx.conn, room.row, enter, tx.now)?;
    told(tx, &unfit, TicketEnd::Assurance);
    let silent = records::silence_unfit(tx.conn, room.row, speak)?;
    told_part(tx, &silent, ParticipantRole::Listener);
    Ok(())
}

/// Records that these tickets have ended, and why.
fn told(tx: &mut Tx<'_>, tickets: &[Ticket], why: TicketEnd) {
    for ticket in tickets {
        tx.record(Event::TicketEnded(events::TicketEnded {
            ticket: ticket.id,
            room: ticket.room,
            person: ticket.person,
            why,
        }));
    }
}

/// Records as what these are in their room from now on.
fn told_part(tx: &mut Tx<'_>, tickets: &[Ticket], part: ParticipantRole) {
    for ticket in tickets {
        tx.record(Event::TicketChanged(events::TicketChanged {
            ticket: ticket.id,
            room: ticket.room,
            person: ticket.person,
            speaks: part == ParticipantRole::Speaker,
        }));
    }
}
