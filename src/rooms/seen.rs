//! What members, moderators and admins see of who is what in a room.

use std::{collections::HashMap, time::Duration};

use super::{
    Admission, Denied, Placed, Room, RoomName, Ticket, admission,
    commands::asking,
    records::{self, ActRow, PastRow},
    servers::Shown,
};
use crate::{
    identity,
    people::{self, Name},
    platform::{
        ledger::events::{Place, ReasonCode, Shows},
        store::{Conn, StoreError},
        terms::{Assurance, PersonId, PersonRow, Role, ServiceId, TicketId, Timestamp},
        vault::Vault,
    },
    policy::Policy,
    tokens,
};

/// For how long somebody is shown a warning.
const WARNED: Duration = Duration::from_secs(24 * 60 * 60);
/// The most moderators, filters and warnings that are shown at once.
const MOST: i64 = 50;

/// A room as one member sees it.
pub struct ForMember {
    /// The room.
    pub room: Room,
    /// How many seats are taken.
    pub taken: i64,
    /// As what they are admitted now, or why not.
    pub admitted: Result<Admission, Denied>,
    /// Their ticket, where they have a good one.
    pub seat: Option<Ticket>,
    /// Since when they ask to speak.
    pub hand: Option<Timestamp>,
    /// Until when they only listen.
    pub muted_until: Option<Timestamp>,
    /// When they were warned of late, and why; the newest first.
    pub warnings: Vec<(Timestamp, ReasonCode)>,
    /// Those whose place it is to moderate.
    pub moderators: Vec<Name>,
    /// The filters that may act here.
    pub filters: Vec<String>,
}

/// A room as a member sees it; none where there is none.
///
/// # Errors
/// [`StoreError`]
pub fn for_member(
    conn: &mut Conn,
    vault: &Vault,
    policy: &Policy,
    person: PersonRow,
    name: &RoomName,
    now: Timestamp,
) -> Result<Option<ForMember>, StoreError> {
    let Some(room) = records::room(conn, name)? else {
        return Ok(None);
    };
    let members = people::snapshots(conn, &[person])?;
    let asking = asking(conn, vault, &room, &members, now)?.remove(&person);
    let admitted = match &asking {
        Some(asking) => admission::admit(policy, &room, asking, now),
        None => Err(Denied::Standing),
    };
    let placed = asking.map(|asking| asking.placed).unwrap_or_default();
    let warned = records::warnings(conn, room.row, person, now.before(WARNED), MOST)?.into_iter();
    let moderators = records::with_place(conn, room.row, Place::Moderator, MOST)?;
    let names = people::names(conn, &moderators)?;
    Ok(Some(ForMember {
        taken: records::taken_by_server(conn, room.row, now)?
            .iter()
            .map(|(_, taken)| taken)
            .sum(),
        admitted,
        seat: records::good_of(conn, room.row, &[person], now)?.pop(),
        hand: records::hands_of(conn, room.row, &[person])?.remove(&person),
        muted_until: placed.muted_until.filter(|until| now < *until),
        warnings: warned.map(|act| (act.at, act.reason)).collect(),
        moderators: moderators.iter().filter_map(|row| names.get(row).copied()).collect(),
        filters: tokens::services::filters(conn, MOST)?,
        room,
    }))
}

/// The open rooms that are for a member, by their ids and after one of them: those for members, those where they have a
/// place, and for owners and admins all.
///
/// # Errors
/// [`StoreError`]
pub fn open_to(
    conn: &mut Conn,
    person: PersonRow,
    role: Role,
    after: Option<&RoomName>,
    limit: i64,
) -> Result<Vec<Room>, StoreError> {
    let all = matches!(role, Role::Owner | Role::Admin);
    Ok(records::open_to(conn, (!all).then_some(person), after, limit)?)
}

/// Whether a member moderates a room; none where there is no such room.
///
/// # Errors
/// [`StoreError`]
pub fn moderated(
    conn: &mut Conn,
    vault: &Vault,
    person: PersonRow,
    name: &RoomName,
    now: Timestamp,
) -> Result<Option<(Room, bool)>, StoreError> {
    let Some(room) = records::room(conn, name)? else {
        return Ok(None);
    };
    let members = people::snapshots(conn, &[person])?;
    let asking = asking(conn, vault, &room, &members, now)?;
    let moderates = asking
        .get(&person)
        .is_some_and(|asking| admission::moderates(&room, asking, now));
    Ok(Some((room, moderates)))
}

/// Somebody in a room, as its moderators see them.
pub struct InRoom {
    /// Their ticket.
    pub ticket: TicketId,
    /// What they are called.
    pub name: Name,
    /// As what they are there.
    pub part: super::ParticipantRole,
    /// Since when they have a seat.
    pub since: Timestamp,
    /// Since when they ask to speak.
    pub hand: Option<Timestamp>,
    /// What they are there besides.
    pub placed: Placed,
}

/// Up to `limit` of those who have a good ticket to a room, by their tickets and after one of these; or only those who
/// ask to speak, who has asked longest first.
///
/// # Errors
/// [`StoreError`]
pub fn in_room(
    conn: &mut Conn,
    room: &Room,
    hands: bool,
    after: Option<TicketId>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<InRoom>, StoreError> {
    let seats = match hands {
        true => {
            let up = records::hands(conn, room.row, limit, now)?;
            let people: Vec<PersonRow> = up.iter().map(|(person, _)| *person).collect();
            let good = records::good_of(conn, room.row, &people, now)?;
            let seat = |(person, _): &(PersonRow, Timestamp)| good.iter().find(|ticket| ticket.person == *person);
            let found = up.iter().filter_map(seat);
            found
                .map(|seat| (seat.id, seat.person, seat.part, seat.issued_at, seat.expires_at))
                .collect()
        }
        false => records::seats(conn, room.row, after, limit, now)?,
    };
    let people: Vec<PersonRow> = seats.iter().map(|(_, person, ..)| *person).collect();
    let names = people::names(conn, &people)?;
    let hands = records::hands_of(conn, room.row, &people)?;
    let placed = records::places_of(conn, room.row, &people)?;
    let shown = seats.into_iter().filter_map(|(ticket, person, part, since, _)| {
        Some(InRoom {
            ticket,
            name: *names.get(&person)?,
            part,
            since,
            hand: hands.get(&person).copied(),
            placed: placed.get(&person).copied().unwrap_or_default(),
        })
    });
    Ok(shown.collect())
}

/// Somebody who has a place in a room.
pub struct PlaceSeen {
    /// Their row, by which the list is ordered.
    pub row: PersonRow,
    /// What they are called.
    pub name: Name,
    /// Their place.
    pub placed: Placed,
}

/// Up to `limit` of those who have a place in a room, or were muted or put out there, after one of them.
///
/// # Errors
/// [`StoreError`]
pub fn places(
    conn: &mut Conn,
    room: &Room,
    after: Option<PersonRow>,
    limit: i64,
) -> Result<Vec<PlaceSeen>, StoreError> {
    let rows = records::placed_in(conn, room.row, after, limit)?;
    let people: Vec<PersonRow> = rows.iter().map(|(person, _)| *person).collect();
    let names = people::names(conn, &people)?;
    let seen = rows.into_iter().filter_map(|(row, placed)| {
        let name = *names.get(&row)?;
        Some(PlaceSeen { row, name, placed })
    });
    Ok(seen.collect())
}

/// A ticket of before, and whose it was.
pub struct PastSeen {
    /// The ticket.
    pub ticket: PastRow,
    /// What they are called.
    pub name: Name,
}

/// The tickets of a room, the newest first and before one of them; of one member where that is asked. None where nobody
/// has the member's id.
///
/// # Errors
/// [`StoreError`]
pub fn history(
    conn: &mut Conn,
    room: &Room,
    person: Option<PersonId>,
    before: Option<TicketId>,
    limit: i64,
) -> Result<Option<Vec<PastSeen>>, StoreError> {
    let person = match person {
        Some(id) => match people::member_by_id(conn, id)? {
            Some(member) => Some(member.row),
            None => return Ok(None),
        },
        None => None,
    };
    let rows = records::history(conn, room.row, person, before, limit)?;
    let people: Vec<PersonRow> = rows.iter().map(|row| row.person).collect();
    let names = people::names(conn, &people)?;
    let seen = rows.into_iter().filter_map(|ticket| {
        let name = *names.get(&ticket.person)?;
        Some(PastSeen { ticket, name })
    });
    Ok(Some(seen.collect()))
}

/// What somebody did in a room.
pub struct ActSeen {
    /// In which room.
    pub room: RoomName,
    /// What, and when.
    pub act: ActRow,
    /// About whom.
    pub on: Name,
    /// The member who did it.
    pub by: Option<Name>,
    /// The filter that did it, and its name.
    pub filter: Option<(ServiceId, String)>,
}

/// What moderators and filters did in a room, the newest first, below the row `before`.
///
/// # Errors
/// [`StoreError`]
pub fn acts(conn: &mut Conn, room: &Room, before: Option<i64>, limit: i64) -> Result<Vec<ActSeen>, StoreError> {
    let rows = records::acts(conn, room.row, before, limit)?;
    named(conn, rows.into_iter().map(|act| (act, room.name.clone())).collect())
}

/// What they did about one member in every room, the newest first, below the row `before`; none where nobody has this id.
///
/// # Errors
/// [`StoreError`]
pub fn acts_about(
    conn: &mut Conn,
    id: PersonId,
    before: Option<i64>,
    limit: i64,
) -> Result<Option<Vec<ActSeen>>, StoreError> {
    let Some(member) = people::member_by_id(conn, id)? else {
        return Ok(None);
    };
    let rows = records::acts_about(conn, member.row, before, limit)?;
    let in_rooms = rows.into_iter().map(|(act, room)| (act, RoomName::stored(room)));
    named(conn, in_rooms.collect()).map(Some)
}

/// The same with what everybody is called.
fn named(conn: &mut Conn, rows: Vec<(ActRow, RoomName)>) -> Result<Vec<ActSeen>, StoreError> {
    let people: Vec<PersonRow> = rows
        .iter()
        .flat_map(|(act, _)| [Some(act.person), act.by_person])
        .flatten()
        .collect();
    let services: Vec<i64> = rows.iter().filter_map(|(act, _)| act.by_service).collect();
    let names = people::names(conn, &people)?;
    let filters: HashMap<i64, (ServiceId, String)> = tokens::services::names(conn, &services)?;
    let seen = rows.into_iter().filter_map(|(act, room)| {
        Some(ActSeen {
            room,
            on: *names.get(&act.person)?,
            by: act.by_person.and_then(|row| names.get(&row).copied()),
            filter: act.by_service.and_then(|row| filters.get(&row).cloned()),
            act,
        })
    });
    Ok(seen.collect())
}

/// As what a member is shown to the others in a room, where they chose so; none where they have no handle, or no verified
/// name.
///
/// # Errors
/// [`StoreError`]
pub fn shown(conn: &mut Conn, vault: &Vault, person: PersonRow, by: Shows) -> Result<Option<Shown>, StoreError> {
    let text = match by {
        Shows::Handle => {
            let names = people::names(conn, &[person])?;
            names
                .get(&person)
                .and_then(|name| name.handle)
                .map(|handle| handle.to_string())
        }
        Shows::Name => match people::member(conn, person)? {
            Some(member) if member.assurance >= Assurance::Verified => match member.subject {
                Some(subject) => {
                    identity::own_name(conn, vault, subject)?.map(|own| own.name.expose_entered().to_owned())
                }
                None => None,
            },
            _ => None,
        },
    };
    Ok(text.map(|text| Shown { by, text: text.into() }))
}
