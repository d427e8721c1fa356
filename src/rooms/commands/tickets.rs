//! Tickets: who is given one, and how it ends. Commands over the transaction of whoever decided it.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use super::{
    super::{
        Ask, Denied, Issued, Kinds, ParticipantRole, Room, RoomName, Ticket, TicketError, admission, queries, records,
        rules, servers::Capability, spread::Spread,
    },
    acts::hand_moved,
    asking, refit, told, told_part,
};
use crate::{
    people,
    platform::{
        idempotency,
        ledger::{
            Actor, Event, Tx,
            events::{self, Place, Shows, TicketEnd},
            in_rounds,
        },
        store::{
            Conn, StoreError,
            throttle::{Rate, Throttled},
        },
        terms::{Assurance, PersonRow, RoomRow, TicketId, Timestamp},
        vault::{Blind, KeyPurpose, Vault},
    },
    policy::Current,
};

/// Gives tickets to many at once; the answers in the order of the asks. A ticket that a member had for the room ends
/// with the new one. An ask that is repeated under its key reads the ticket that was given.
///
/// # Errors
/// [`StoreError`]: then nobody has a ticket.
pub fn issue(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Current,
    kinds: &Kinds,
    pace: Rate,
    asks: &[Ask],
) -> Result<Vec<Result<Issued, TicketError>>, StoreError> {
    let name = |ask: &Ask| ask.key.name().map(<[u8]>::to_vec);
    in_rounds(asks, name, |round| issue_round(tx, vault, policy, kinds, pace, round))
}

/// The same for asks of which no two have the same key.
fn issue_round(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Current,
    kinds: &Kinds,
    pace: Rate,
    asks: &[&Ask],
) -> Result<Vec<Result<Issued, TicketError>>, StoreError> {
    let keys: Vec<_> = asks.iter().map(|ask| (&ask.key, ask.id)).collect();
    let first = |tx: &mut Tx<'_>, places: &[usize]| {
        let new: Vec<&Ask> = places.iter().filter_map(|&place| asks.get(place).copied()).collect();
        // The second ticket of a member for one room takes the place of the first.
        let name = |ask: &&Ask| Some((ask.person, ask.room.clone()));
        let given = in_rounds(&new, name, |round| {
            let round: Vec<&Ask> = round.iter().map(|ask| **ask).collect();
            give(tx, vault, policy, kinds, pace, &round)
        })?;
        let answer = |given: Result<Issued, Denied>| given.map_err(TicketError::from);
        Ok(given.into_iter().map(answer).collect())
    };
    idempotency::once_each(tx, &keys, first, |tx, id| {
        let Some(known) = queries::issued(tx.conn, id)?.filter(|known| known.ticket.is_good(tx.now)) else {
            return Ok(Err(TicketError::Ended));
        };
        let (places, _) = records::places(tx.conn, known.ticket.room, tx.now)?;
        // Its server fails, and another one of the room's does not: a new ticket is for that one.
        if Spread::new(places).is_left_for_another(known.ticket.server) {
            return Ok(Err(TicketError::Ended));
        }
        Ok(Ok(known))
    })
}

/// The same for asks that are new, of which no two are by one member for one room.
///
/// Rooms are locked in the order of their names and members in that of their rows, so that two of
/// these at once never wait for each other.
fn give(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Current,
    kinds: &Kinds,
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
    let members = people::lock_members(tx.conn, &everybody)?;
    let mut known = HashMap::new();
    for open in rooms.values() {
        let of_room: HashMap<_, _> = asks
            .iter()
            .filter(|ask| ask.room == open.room.name)
            .filter_map(|ask| Some((ask.person, *members.get(&ask.person)?)))
            .collect();
        let asking = asking(tx.conn, vault, &open.room, &of_room, tx.now)?;
        known.extend(
            asking
                .into_iter()
                .map(|(person, asking)| ((open.room.row, person), asking)),
        );
    }
    // Which servers of a room do what few ask for: hide somebody, or show a name.
    let (mut able, mut nameless) = (HashMap::new(), HashSet::new());
    let by_handle = asks.iter().filter(|ask| ask.shows == Some(Shows::Handle));
    let by_handle: Vec<PersonRow> = by_handle.map(|ask| ask.person).collect();
    if !by_handle.is_empty() {
        let names = people::names(tx.conn, &by_handle)?;
        let has_none = |person: &&PersonRow| names.get(person).is_none_or(|name| name.handle.is_none());
        nameless.extend(by_handle.iter().filter(has_none).copied());
    }
    for ask in asks {
        let Some(room) = rooms.get(&ask.room).map(|open| open.room.row) else {
            continue;
        };
        let placed = known.get(&(room, ask.person)).and_then(|asking| asking.placed.place);
        let (hidden, shows) = (placed == Some(Place::Hidden), ask.shows.is_some());
        if (hidden || shows) && !able.contains_key(&(room, hidden, shows)) {
            let wanted = [(hidden, Capability::Hiding), (shows, Capability::Naming)];
            let wanted: Vec<Capability> = wanted.iter().filter(|(is, _)| *is).map(|(_, one)| *one).collect();
            able.insert((room, hidden, shows), able_to(tx.conn, kinds, room, &wanted)?);
        }
    }
    // The rooms are locked: whoever fits them to another policy comes before this, or sees these tickets.
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
            let asking = known.get(&(open.room.row, ask.person)).ok_or(Denied::Standing)?;
            let part = admission::admit(policy, &open.room, asking, tx.now)?.part;
            if part != ParticipantRole::Speaker
                && let Some(wait) = open.spoke.get(&ask.person).and_then(|at| rules::quiet(*at, tx.now))
            {
                return Err(Denied::Spoke { wait });
            }
            let nameless = match ask.shows {
                Some(Shows::Name) => asking.member.assurance < Assurance::Verified,
                Some(Shows::Handle) => nameless.contains(&ask.person),
                None => false,
            };
            if nameless {
                return Err(Denied::NothingToShow);
            }
            let able = able.get(&(open.room.row, part == ParticipantRole::Hidden, ask.shows.is_some()));
            Ok((part, open.take(ask.person, able.map(Vec::as_slice))?))
        });
        answers.push(admitted.map(|(part, server)| {
            let (key_version, _) = vault.derive(KeyPurpose::Ticket, &[]);
            let room = &rooms[&ask.room].room;
            Issued {
                ticket: Ticket {
                    id: ask.id,
                    room: room.row,
                    server,
                    person: ask.person,
                    part,
                    issued_at: tx.now,
                    expires_at,
                    shows: ask.shows,
                    ended_at: None,
                    key_version,
                },
                room: room.name.clone(),
            }
        }));
    }
    for open in rooms.values() {
        // Whoever was away asks anew.
        let new: Vec<PersonRow> = answers
            .iter()
            .flatten()
            .filter(|issued| issued.ticket.room == open.room.row)
            .map(|issued| issued.ticket.person)
            .filter(|person| open.seated.get(person).is_none_or(|former| !former.is_good))
            .collect();
        if !new.is_empty() {
            for person in records::lower_hands(tx.conn, open.room.row, &new)? {
                hand_moved(tx, open.room.row, person, false);
            }
        }
        if !open.replaced.is_empty() {
            let ended = records::end_in_room(tx.conn, open.room.row, &open.replaced, tx.now)?;
            told(tx, &ended, TicketEnd::Replaced);
        }
    }
    for issued in answers.iter().flatten() {
        let ticket = &issued.ticket;
        records::insert_ticket(tx.conn, ticket)?;
        tx.on_behalf(Actor::Person(ticket.person), tx.now, |tx| {
            tx.record(Event::TicketIssued(events::TicketIssued {
                ticket: ticket.id,
                room: ticket.room,
                person: ticket.person,
                speaks: ticket.part == ParticipantRole::Speaker,
                expires_at,
                shows: ticket.shows,
            }));
        });
    }
    Ok(answers)
}

/// A room for which tickets are being given out, locked.
struct Open {
    room: Room,
    spread: Spread,
    free: i64,
    /// Who of those who ask has a ticket that was not ended.
    seated: HashMap<PersonRow, Former>,
    /// Who of them spoke of late where they might only listen, and when.
    spoke: HashMap<PersonRow, Timestamp>,
    replaced: Vec<PersonRow>,
}

/// A ticket that another one would take the place of.
#[derive(Clone, Copy)]
struct Former {
    server: i64,
    is_good: bool,
}

impl Open {
    fn lock(tx: &mut Tx<'_>, name: &RoomName, members: Vec<PersonRow>) -> Result<Option<Self>, StoreError> {
        let Some(room) = records::lock_room(tx.conn, name)? else {
            return Ok(None);
        };
        let (places, taken) = records::places(tx.conn, room.row, tx.now)?;
        let former = |(person, until, server)| {
            let is_good = tx.now < until;
            (person, Former { server, is_good })
        };
        Ok(Some(Self {
            spread: Spread::new(places),
            free: i64::from(room.capacity) - taken,
            seated: records::seated(tx.conn, room.row, &members)?
                .into_iter()
                .map(former)
                .collect(),
            spoke: records::spoke_since(tx.conn, room.row, &members, tx.now.before(rules::QUIET))?
                .into_iter()
                .collect(),
            replaced: Vec::new(),
            room,
        }))
    }

    /// Takes one of the seats, in place of the former ticket where they have one; on which server.
    /// Whoever is hidden is so on the servers that hide, `only` these.
    fn take(&mut self, person: PersonRow, only: Option<&[i64]>) -> Result<i64, Denied> {
        let former = self.seated.get(&person).copied();
        let stays = former.map(|former| former.server);
        let chosen = match only {
            Some([]) => return Err(Denied::CannotHide),
            Some(servers) => self.spread.only(servers).choose(stays),
            None => self.spread.choose(stays),
        };
        let server = chosen.ok_or(Denied::ServerDown)?;
        let given_up = former.filter(|former| former.is_good).map(|former| former.server);
        if given_up.is_none() {
            if self.free <= 0 {
                return Err(Denied::Full(self.room.capacity));
            }
            self.free -= 1;
        }
        if former.is_some() {
            self.replaced.push(person);
        }
        self.spread.take(server, given_up);
        Ok(server)
    }
}

/// The servers of a room whose kinds are able to do all of this.
pub(super) fn able_to(
    conn: &mut Conn,
    kinds: &Kinds,
    room: RoomRow,
    wanted: &[Capability],
) -> Result<Vec<i64>, StoreError> {
    let can = |kind: &str| {
        let kind = kinds.get(kind);
        kind.is_some_and(|kind| wanted.iter().all(|one| kind.capabilities().contains(one)))
    };
    let servers = records::kinds_of(conn, room)?.into_iter();
    Ok(servers.filter(|(_, kind)| can(kind)).map(|(row, _)| row).collect())
}

/// The bucket of what a member does with tickets.
pub(in crate::rooms) fn bucket(vault: &Vault, person: PersonRow) -> Vec<u8> {
    vault.blind(
        Blind::Throttle,
        &[b"tickets/".as_slice(), &person.0.to_be_bytes()].concat(),
    )
}

/// Counts a ticket that takes the place of a former one, or that is given back.
pub(super) fn count(tx: &mut Tx<'_>, vault: &Vault, pace: Rate, person: PersonRow) -> Result<(), Throttled> {
    tx.throttles.admit(tx.conn, &bucket(vault, person), pace, tx.now)
}

/// Ends one's own ticket.
///
/// # Errors
/// [`TicketError::Unknown`] where it is not theirs or has ended; [`Denied::TooMany`].
pub fn end_ticket(
    tx: &mut Tx<'_>,
    vault: &Vault,
    pace: Rate,
    person: PersonRow,
    room: &RoomName,
    id: TicketId,
) -> Result<(), TicketError> {
    let own = records::ticket(tx.conn, id)?.filter(|ticket| ticket.person == person);
    let ticket = own.ok_or(TicketError::Unknown)?;
    let here = records::room(tx.conn, room)?.is_some_and(|room| room.row == ticket.room);
    if !here || !records::end_own(tx.conn, id, person, tx.now)? {
        return Err(TicketError::Unknown);
    }
    if records::lower_hand(tx.conn, ticket.room, person)? {
        hand_moved(tx, ticket.room, person, false);
    }
    told(tx, &[ticket], TicketEnd::Left);
    match count(tx, vault, pace, person) {
        Ok(()) => Ok(()),
        Err(Throttled::Wait(wait)) => Err(Denied::TooMany { wait }.into()),
        Err(Throttled::Store(error)) => Err(error.into()),
    }
}

/// Ends every ticket of a member, in the transaction that sanctions them.
///
/// # Errors
/// [`StoreError`]
pub fn end_all(tx: &mut Tx<'_>, person: PersonRow) -> Result<(), StoreError> {
    end_all_of(tx, &[person])
}

/// The same of many members.
///
/// # Errors
/// [`StoreError`]
pub fn end_all_of(tx: &mut Tx<'_>, people: &[PersonRow]) -> Result<(), StoreError> {
    for people in people.chunks(records::MOST_BOUND) {
        let ended = records::end_of_people(tx.conn, people, TicketEnd::Sanctioned, tx.now)?;
        told(tx, &ended, TicketEnd::Sanctioned);
    }
    Ok(())
}

/// Ends every ticket of a member, in the transaction in which they leave the community.
///
/// # Errors
/// [`StoreError`]
pub fn leave_all(tx: &mut Tx<'_>, person: PersonRow) -> Result<(), StoreError> {
    let ended = records::end_of_people(tx.conn, &[person], TicketEnd::Left, tx.now)?;
    told(tx, &ended, TicketEnd::Left);
    records::forget(tx.conn, person)?;
    Ok(())
}

/// Makes listeners of members in every room, in the transaction that sanctions them. Where the room's server can mute,
/// they are muted when next they are heard.
///
/// # Errors
/// [`StoreError`]
pub fn silence(tx: &mut Tx<'_>, people: &[PersonRow]) -> Result<(), StoreError> {
    for people in people.chunks(records::MOST_BOUND) {
        let silent = records::silence(tx.conn, people)?;
        told_part(tx, &silent, ParticipantRole::Listener);
    }
    Ok(())
}

/// Ends the tickets that a member may no longer have, in the transaction that lowers their assurance.
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

/// Records that listeners were heard and muted. Whoever is heard in a room again loses the ticket, and gets another
/// only after a while: see [`rules::QUIET`].
///
/// # Errors
/// [`StoreError`]
pub(in crate::rooms) fn heard(tx: &mut Tx<'_>, ids: &[TicketId]) -> Result<(), StoreError> {
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
