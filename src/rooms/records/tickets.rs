//! The rows of tickets.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    QueryResult, Queryable, RunQueryDsl, Selectable, SelectableHelper, update,
};

use super::StoredRoom;
use crate::{
    platform::{
        ledger::events::{Shows, TicketEnd},
        store::{
            Conn, columns_of, fixed,
            schema::{people, rooms, rooms_on_servers, tickets},
        },
        terms::{Assurance, PersonRow, RoomRow, TicketId, Timestamp},
    },
    rooms::{Held, ParticipantRole, Room, Ticket},
};

/// A ticket as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tickets)]
pub(super) struct StoredTicket {
    uid: TicketId,
    room_id: RoomRow,
    person: PersonRow,
    part: ParticipantRole,
    key_version: i64,
    issued_at: Timestamp,
    expires_at: Timestamp,
    ended_at: Option<Timestamp>,
    shows: Option<Shows>,
    server_id: i64,
}

impl From<StoredTicket> for Ticket {
    fn from(row: StoredTicket) -> Self {
        Self {
            id: row.uid,
            room: row.room_id,
            server: row.server_id,
            person: row.person,
            part: row.part,
            shows: row.shows,
            key_version: row.key_version,
            issued_at: row.issued_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}

pub(in crate::rooms) fn insert_ticket(conn: &mut Conn, ticket: &Ticket) -> QueryResult<()> {
    // Raw for the row tickets.
    fixed(|| {
        "INSERT INTO tickets (uid, room_id, person, part, key_version, issued_at, expires_at, server_id, shows) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    })
    .bind(ticket.id.as_bytes().as_slice())
    .bind(ticket.room.0)
    .bind(ticket.person.0)
    .bind(ticket.part.as_str())
    .bind(ticket.key_version)
    .bind(ticket.issued_at.micros())
    .bind(ticket.expires_at.micros())
    .bind(ticket.server)
    .bind(ticket.shows.map(Shows::as_str))
    .execute(conn)
    .map(|_| ())
}

/// A ticket by its id.
pub(in crate::rooms) fn ticket(conn: &mut Conn, id: TicketId) -> QueryResult<Option<Ticket>> {
    tickets::table
        .find(id)
        .select(StoredTicket::as_select())
        .first(conn)
        .optional()
        .map(|row| row.map(Ticket::from))
}

/// The tickets of these ids that are for this room on this server.
pub(in crate::rooms) fn tickets_of(conn: &mut Conn, held: &Held, ids: &[TicketId]) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<StoredTicket> = tickets::table
        .filter(tickets::uid.eq_any(ids))
        .filter(tickets::room_id.eq(held.row))
        .filter(tickets::server_id.eq(held.server))
        .select(StoredTicket::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// The tickets of these ids that are for this server.
pub(in crate::rooms) fn tickets_on(conn: &mut Conn, server: i64, ids: &[TicketId]) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<StoredTicket> = tickets::table
        .filter(tickets::uid.eq_any(ids))
        .filter(tickets::server_id.eq(server))
        .select(StoredTicket::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// Who of these members has a ticket in a room that was not ended, until when it is good, and for which server it is.
pub(in crate::rooms) fn seated(
    conn: &mut Conn,
    room: RoomRow,
    members: &[PersonRow],
) -> QueryResult<Vec<(PersonRow, Timestamp, i64)>> {
    tickets::table
        .filter(tickets::person.eq_any(members))
        .filter(tickets::room_id.eq(room))
        .filter(tickets::ended_at.is_null())
        .select((tickets::person, tickets::expires_at, tickets::server_id))
        .load(conn)
}

/// A good ticket as it is listed.
type SeatRow = (TicketId, PersonRow, ParticipantRole, Timestamp, Timestamp);

/// The good tickets of a room in their own order, after one of them: which, whose, as what, since and until when.
pub(in crate::rooms) fn seats(
    conn: &mut Conn,
    room: RoomRow,
    after: Option<TicketId>,
    limit: i64,
    now: Timestamp,
) -> QueryResult<Vec<SeatRow>> {
    let mut query = tickets::table
        .filter(tickets::room_id.eq(room))
        .filter(tickets::ended_at.is_null())
        .filter(tickets::expires_at.gt(now))
        .order(tickets::uid.asc())
        .limit(limit)
        .select((
            tickets::uid,
            tickets::person,
            tickets::part,
            tickets::issued_at,
            tickets::expires_at,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(tickets::uid.gt(after));
    }
    query.load(conn)
}

/// The tickets that are good in a room on one of its servers.
pub(in crate::rooms) fn good(conn: &mut Conn, held: &Held, now: Timestamp) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<StoredTicket> = tickets::table
        .filter(tickets::room_id.eq(held.row))
        .filter(tickets::server_id.eq(held.server))
        .filter(tickets::ended_at.is_null())
        .filter(tickets::expires_at.gt(now))
        .select(StoredTicket::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// The tickets of a room on one of its servers that have ended and that a signature would still have opened at `since`: a
/// server that keeps no list cannot know that they have.
pub(in crate::rooms) fn void(conn: &mut Conn, held: &Held, since: Timestamp, limit: i64) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<StoredTicket> = tickets::table
        .filter(tickets::room_id.eq(held.row))
        .filter(tickets::server_id.eq(held.server))
        .filter(tickets::ended_at.is_not_null())
        .filter(tickets::expires_at.gt(since))
        .limit(limit)
        .select(StoredTicket::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// Whether anybody ever had a ticket to a room on one of its servers where it is open no more: all of them have ended.
pub(in crate::rooms) fn had_tickets(conn: &mut Conn, held: &Held) -> QueryResult<bool> {
    let first: Option<TicketId> = tickets::table
        .filter(tickets::room_id.eq(held.row))
        .filter(tickets::server_id.eq(held.server))
        .filter(tickets::ended_at.is_not_null())
        .select(tickets::uid)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

/// The tickets of a server whose time is over and which nobody has taken off its lists yet.
pub(in crate::rooms) fn overdue(conn: &mut Conn, server: i64, now: Timestamp, limit: i64) -> QueryResult<Vec<Ticket>> {
    let held = rooms_on_servers::table
        .filter(rooms_on_servers::server_id.eq(server))
        .select(rooms_on_servers::room_id);
    let rows: Vec<StoredTicket> = tickets::table
        .filter(tickets::room_id.eq_any(held))
        .filter(tickets::server_id.eq(server))
        .filter(tickets::ended_at.is_null())
        .filter(tickets::expires_at.le(now))
        .limit(limit)
        .select(StoredTicket::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// Ends these tickets.
pub(in crate::rooms) fn end(conn: &mut Conn, ids: &[TicketId], now: Timestamp) -> QueryResult<()> {
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
pub(in crate::rooms) fn end_own(conn: &mut Conn, id: TicketId, person: PersonRow, now: Timestamp) -> QueryResult<bool> {
    update(
        tickets::table
            .find(id)
            .filter(tickets::person.eq(person))
            .filter(tickets::ended_at.is_null()),
    )
    .set((tickets::ended_at.eq(now), tickets::ended_for.eq(TicketEnd::Left)))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Ends the tickets of these members in one room; which.
pub(in crate::rooms) fn end_in_room(
    conn: &mut Conn,
    room: RoomRow,
    members: &[PersonRow],
    now: Timestamp,
) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<StoredTicket> = update(
        tickets::table
            .filter(tickets::person.eq_any(members))
            .filter(tickets::room_id.eq(room))
            .filter(tickets::ended_at.is_null()),
    )
    .set((tickets::ended_at.eq(now), tickets::ended_for.eq(TicketEnd::Replaced)))
    .returning(columns_of::<StoredTicket>())
    .get_results(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// Ends the tickets of a room that are for one of its servers; which.
pub(in crate::rooms) fn end_on_server(
    conn: &mut Conn,
    room: RoomRow,
    server: i64,
    now: Timestamp,
) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<StoredTicket> = update(
        tickets::table
            .filter(tickets::room_id.eq(room))
            .filter(tickets::server_id.eq(server))
            .filter(tickets::ended_at.is_null()),
    )
    .set(tickets::ended_at.eq(now))
    .returning(columns_of::<StoredTicket>())
    .get_results(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// SQLite binds each of many values by itself, and has an end to that.
pub(in crate::rooms) const MOST_BOUND: usize = 1000;

/// Who has a ticket in any room that was not ended.
pub fn seated_anywhere(conn: &mut Conn) -> QueryResult<Vec<PersonRow>> {
    tickets::table
        .filter(tickets::ended_at.is_null())
        .select(tickets::person)
        .distinct()
        .load(conn)
}

/// Ends every ticket of these members; which.
pub(in crate::rooms) fn end_of_people(
    conn: &mut Conn,
    people: &[PersonRow],
    why: TicketEnd,
    now: Timestamp,
) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<StoredTicket> = update(
        tickets::table
            .filter(tickets::person.eq_any(people))
            .filter(tickets::ended_at.is_null()),
    )
    .set((tickets::ended_at.eq(now), tickets::ended_for.eq(why)))
    .returning(columns_of::<StoredTicket>())
    .get_results(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// The rooms in which one member has a seat.
pub(in crate::rooms) fn rooms_of_person(conn: &mut Conn, person: PersonRow) -> QueryResult<Vec<Room>> {
    let rows: Vec<StoredRoom> = rooms::table
        .inner_join(tickets::table.on(tickets::room_id.eq(rooms::id)))
        .filter(tickets::person.eq(person))
        .filter(tickets::ended_at.is_null())
        .select(StoredRoom::as_select())
        .load(conn)?;
    rows.into_iter().map(Room::try_from).collect()
}

/// Ends every ticket of a room.
pub(in crate::rooms) fn end_all(conn: &mut Conn, room: RoomRow, now: Timestamp) -> QueryResult<()> {
    update(
        tickets::table
            .filter(tickets::room_id.eq(room))
            .filter(tickets::ended_at.is_null()),
    )
    .set((tickets::ended_at.eq(now), tickets::ended_for.eq(TicketEnd::Closed)))
    .execute(conn)
    .map(|_| ())
}

/// The assurances that reach `asked`.
fn enough(asked: Assurance) -> Vec<Assurance> {
    Assurance::ALL.iter().copied().filter(|one| *one >= asked).collect()
}

/// Whether somebody in a room does not reach what it asks for.
pub(in crate::rooms) fn has_unfit(
    conn: &mut Conn,
    room: RoomRow,
    enter: Assurance,
    speak: Assurance,
) -> QueryResult<bool> {
    let below = |asked| {
        people::table
            .filter(people::assurance.ne_all(enough(asked)))
            .select(people::id)
    };
    let speaks_unfit = tickets::part
        .eq(ParticipantRole::Speaker)
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
pub(in crate::rooms) fn end_unfit(
    conn: &mut Conn,
    room: RoomRow,
    enter: Assurance,
    now: Timestamp,
) -> QueryResult<Vec<Ticket>> {
    let unfit = people::table
        .filter(people::assurance.ne_all(enough(enter)))
        .select(people::id);
    let rows: Vec<StoredTicket> = update(
        tickets::table
            .filter(tickets::room_id.eq(room))
            .filter(tickets::ended_at.is_null())
            .filter(tickets::person.eq_any(unfit)),
    )
    .set((tickets::ended_at.eq(now), tickets::ended_for.eq(TicketEnd::Assurance)))
    .returning(columns_of::<StoredTicket>())
    .get_results(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// Makes listeners of the speakers in a room who do not reach what it asks for; of whom.
pub(in crate::rooms) fn silence_unfit(conn: &mut Conn, room: RoomRow, speak: Assurance) -> QueryResult<Vec<Ticket>> {
    let unfit = people::table
        .filter(people::assurance.ne_all(enough(speak)))
        .select(people::id);
    let rows: Vec<StoredTicket> = update(
        tickets::table
            .filter(tickets::room_id.eq(room))
            .filter(tickets::ended_at.is_null())
            .filter(tickets::part.eq(ParticipantRole::Speaker))
            .filter(tickets::person.eq_any(unfit)),
    )
    .set(tickets::part.eq(ParticipantRole::Listener))
    .returning(columns_of::<StoredTicket>())
    .get_results(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// Makes listeners of these members in every room; by which tickets.
pub(in crate::rooms) fn silence(conn: &mut Conn, people: &[PersonRow]) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<StoredTicket> = update(
        tickets::table
            .filter(tickets::person.eq_any(people))
            .filter(tickets::ended_at.is_null())
            .filter(tickets::part.eq(ParticipantRole::Speaker)),
    )
    .set(tickets::part.eq(ParticipantRole::Listener))
    .returning(columns_of::<StoredTicket>())
    .get_results(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// Writes down that whose tickets these are were heard and muted.
pub(in crate::rooms) fn set_heard(conn: &mut Conn, ids: &[TicketId], now: Timestamp) -> QueryResult<()> {
    update(tickets::table.filter(tickets::uid.eq_any(ids)))
        .set(tickets::heard_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// Whether a member was heard in a room since then where they might only listen, on whichever ticket.
pub(in crate::rooms) fn was_heard(
    conn: &mut Conn,
    room: RoomRow,
    person: PersonRow,
    since: Timestamp,
) -> QueryResult<bool> {
    tickets::table
        .filter(tickets::person.eq(person))
        .filter(tickets::room_id.eq(room))
        .filter(tickets::heard_at.gt(since))
        .count()
        .get_result::<i64>(conn)
        .map(|heard| heard > 0)
}

/// Ends a ticket whose member spoke again; false where it has ended.
pub(in crate::rooms) fn end_spoken(conn: &mut Conn, id: TicketId, now: Timestamp) -> QueryResult<bool> {
    update(tickets::table.find(id).filter(tickets::ended_at.is_null()))
        .set((
            tickets::ended_at.eq(now),
            tickets::heard_at.eq(now),
            tickets::spoke_at.eq(now),
            tickets::ended_for.eq(TicketEnd::Spoke),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Who of these members lost a ticket in a room since then because they spoke, and when.
pub(in crate::rooms) fn spoke_since(
    conn: &mut Conn,
    room: RoomRow,
    members: &[PersonRow],
    since: Timestamp,
) -> QueryResult<Vec<(PersonRow, Timestamp)>> {
    tickets::table
        .filter(tickets::person.eq_any(members))
        .filter(tickets::room_id.eq(room))
        .filter(tickets::heard_at.gt(since))
        .filter(tickets::spoke_at.gt(since))
        .order(tickets::spoke_at.asc())
        .select((tickets::person, tickets::spoke_at.assume_not_null()))
        .load(conn)
}
