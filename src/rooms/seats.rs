//! Seats: who is given one, and how it ends. Commands over the transaction of whoever decided it.

use std::{collections::HashMap, time::Duration};

use super::{Denied, Health, ParticipantRole, Room, RoomName, Ticket, records, refit, rules, told};
use crate::{
    people,
    platform::{
        ledger::{Actor, Event, Tx, events::TicketEnd},
        store::{
            Conn, StoreError,
            throttle::{Rate, Throttled},
        },
        terms::{PersonRow, TicketId, Timestamp},
        vault::{Blind, KeyPurpose, Vault},
    },
    policy::Current,
};

/// Somebody who wants a seat in a room.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The ticket's id, made beforehand so that an idempotency key can point to it.
    pub id: TicketId,
    /// Who.
    pub person: PersonRow,
    /// The room's id.
    pub room: RoomName,
}

/// What a ticket is read back as: see [`Issued`].
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
        server: room.server,
    }))
}

/// A ticket that was given, and where it is good.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The ticket.
    pub ticket: Ticket,
    /// The room's id.
    pub room: RoomName,
    /// The row of its server.
    pub server: i64,
}

/// Gives seats to many at once; the answers in the order of the asks, of which no two may be by one
/// member for one room. A seat that a member had in the room ends with the new one.
///
/// Rooms are locked in the order of their names and members in that of their rows, so that two of
/// these at once never wait for each other.
///
/// # Errors
/// [`StoreError`]: then nobody has a seat.
pub fn issue(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Current,
    pace: Rate,
    asks: &[&Ask],
) -> Result<Vec<Result<Issued, Denied>>, StoreError> {
    let mut names: Vec<&RoomName> = asks.iter().map(|ask| &ask.room).collect();
    names.sort_unstable();
    names.dedup();
    let mut rooms: HashMap<&RoomName, Open> = HashMap::new();
    for name in names {
        let members: Vec<PersonRow> = asks
            .iter()
            .filter(|ask| ask.room == *name)
            .map(|ask| ask.person)
            .collect();
        if let Some(room) = Open::lock(tx, name, members)? {
            rooms.insert(name, room);
        }
    }
    let everybody: Vec<PersonRow> = asks.iter().map(|ask| ask.person).collect();
    let seats = people::lock_members(tx.conn, tx.guards, &everybody)?;
    // The rooms are held: whoever fits them to another policy comes before this, or sees these seats.
    let policy = &policy.in_force(tx.conn)?.policy;

    let expires_at = tx
        .now
        .after(Duration::from_secs(u64::from(policy.rooms.ticket_minutes) * 60));
    let mut answers = Vec::with_capacity(asks.len());
    for ask in asks {
        // A first ticket comes once; those that take the place of one another could come without end.
        if rooms
            .get(&ask.room)
            .is_some_and(|open| open.seated.contains_key(&ask.person))
        {
            match count(tx, vault, pace, ask.person) {
                Ok(()) => {}
                Err(Throttled::Wait(wait)) => {
                    answers.push(Err(Denied::TooMany { wait }));
                    continue;
                }
                Err(Throttled::Store(error)) => return Err(error),
            }
        }
        let admitted = rooms.get_mut(&ask.room).ok_or(Denied::Unknown).and_then(|open| {
            let seat = seats.get(&ask.person).ok_or(Denied::Standing)?;
            let part = rules::may_enter(policy, &open.room, seat)?;
            if part == ParticipantRole::Listener
                && let Some(wait) = open.spoke.get(&ask.person).and_then(|at| rules::quiet(*at, tx.now))
            {
                return Err(Denied::Spoke { wait });
            }
            open.take(ask.person)?;
            Ok(part)
        });
        answers.push(admitted.map(|part| {
            let (key_version, _) = vault.derive(KeyPurpose::Ticket, &[]);
            let room = &rooms[&ask.room].room;
            Issued {
                ticket: Ticket {
                    id: ask.id,
                    room: room.row,
                    person: ask.person,
                    part,
                    expires_at,
                    ended: false,
                    key_version,
                },
                room: room.name.clone(),
                server: room.server,
            }
        }));
    }
    for open in rooms.values() {
        if !open.replaced.is_empty() {
            let ended = records::end_in_room(tx.conn, open.room.row, &open.replaced, tx.now)?;
            told(tx, &ended, TicketEnd::Replaced);
        }
    }
    for issued in answers.iter().flatten() {
        let ticket = &issued.ticket;
        records::insert_ticket(tx.conn, ticket, tx.now)?;
        tx.on_behalf(Actor::Person(ticket.person), tx.now, |tx| {
            tx.record(Event::TicketIssued {
                ticket: ticket.id,
                room: ticket.room,
                person: ticket.person,
                speaks: ticket.part == ParticipantRole::Speaker,
                expires_at,
            });
        });
    }
    Ok(answers)
}

/// A room whose seats are being given out.
struct Open {
    room: Room,
    down: bool,
    free: i64,
    /// Who of those who ask has a ticket that was not ended, and whether it is still good.
    seated: HashMap<PersonRow, bool>,
    /// Who of them spoke of late where they might only listen, and when.
    spoke: HashMap<PersonRow, Timestamp>,
    replaced: Vec<PersonRow>,
}

impl Open {
    fn lock(tx: &mut Tx<'_>, name: &RoomName, members: Vec<PersonRow>) -> Result<Option<Self>, StoreError> {
        let Some(room) = records::lock_room(tx.conn, tx.guards, name)? else {
            return Ok(None);
        };
        let server = records::server(tx.conn, room.server)?;
        let taken = records::taken(tx.conn, room.row, tx.now)?;
        Ok(Some(Self {
            down: room.failure.is_some() || server.is_none_or(|server| matches!(server.health, Health::Failing { .. })),
            free: i64::from(room.capacity) - taken,
            seated: records::seated(tx.conn, room.row, &members)?
                .into_iter()
                .map(|(person, until)| (person, tx.now < until))
                .collect(),
            spoke: records::spoke_since(tx.conn, room.row, &members, tx.now.before(rules::QUIET))?
                .into_iter()
                .collect(),
            replaced: Vec::new(),
            room,
        }))
    }

    /// Takes a seat, in place of the former where they have one.
    fn take(&mut self, person: PersonRow) -> Result<(), Denied> {
        if self.down {
            return Err(Denied::ServerDown);
        }
        let seated = self.seated.get(&person);
        if seated != Some(&true) {
            if self.free <= 0 {
                return Err(Denied::Full(self.room.capacity));
            }
            self.free -= 1;
        }
        if seated.is_some() {
            self.replaced.push(person);
        }
        Ok(())
    }
}

/// The bucket of what a member does with tickets.
pub(super) fn bucket(vault: &Vault, person: PersonRow) -> Vec<u8> {
    vault.blind(
        Blind::Throttle,
        &[b"tickets/".as_slice(), &person.0.to_be_bytes()].concat(),
    )
}

/// Counts a ticket that takes the place of a former one, or that is given back.
pub(super) fn count(tx: &mut Tx<'_>, vault: &Vault, pace: Rate, person: PersonRow) -> Result<(), Throttled> {
    tx.throttles.admit(tx.conn, &bucket(vault, person), pace, tx.now)
}

/// Gives one's own seat back; false where it is not theirs or has ended.
///
/// # Errors
/// [`StoreError`]
pub fn leave(tx: &mut Tx<'_>, person: PersonRow, room: &RoomName, id: TicketId) -> Result<bool, StoreError> {
    let Some(ticket) = records::ticket(tx.conn, id)?.filter(|ticket| ticket.person == person) else {
        return Ok(false);
    };
    let here = records::room(tx.conn, room)?.is_some_and(|room| room.row == ticket.room);
    if !here || !records::end_own(tx.conn, id, person, tx.now)? {
        return Ok(false);
    }
    told(tx, &[ticket], TicketEnd::Left);
    Ok(true)
}

/// Ends every seat of a member, in the transaction that sanctions them.
///
/// # Errors
/// [`StoreError`]
pub fn end_all(tx: &mut Tx<'_>, person: PersonRow) -> Result<(), StoreError> {
    let ended = records::end_of_person(tx.conn, person, tx.now)?;
    told(tx, &ended, TicketEnd::Sanctioned);
    Ok(())
}

/// Ends the seats that a member may no longer have, in the transaction that lowered their assurance.
///
/// # Errors
/// [`StoreError`]
pub fn reconsider(tx: &mut Tx<'_>, policy: &Current, person: PersonRow) -> Result<(), StoreError> {
    let policy = policy.in_force(tx.conn)?;
    for room in records::rooms_of_person(tx.conn, person)? {
        refit(tx, &policy.policy, &room)?;
    }
    Ok(())
}

/// Listeners were heard, and are muted by now. It is written down, for whoever is heard in a room again loses
/// the ticket, and gets another only after a while: see [`rules::QUIET`].
///
/// # Errors
/// [`StoreError`]
pub(super) fn heard(tx: &mut Tx<'_>, ids: &[TicketId]) -> Result<(), StoreError> {
    let (mut first, mut ended) = (Vec::new(), Vec::new());
    for &id in ids {
        let Some(ticket) = records::ticket(tx.conn, id)? else {
            continue;
        };
        let since = tx.now.before(rules::QUIET);
        if !records::was_heard(tx.conn, ticket.room, ticket.person, since)? {
            first.push(id);
        } else if records::end_spoken(tx.conn, id, tx.now)? {
            ended.push(ticket);
        }
    }
    records::set_heard(tx.conn, &first, tx.now)?;
    told(tx, &ended, TicketEnd::Spoke);
    Ok(())
}
