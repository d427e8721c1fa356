//! The rows of tickets as they are fitted to whom a room is for, and as its history shows them.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, Queryable, RunQueryDsl, Selectable, SelectableHelper, update};

use super::tickets::StoredTicket;
use crate::{
    platform::{
        ledger::events::TicketEnd,
        store::{Conn, schema::tickets},
        terms::{PersonRow, RoomRow, TicketId, Timestamp},
    },
    rooms::{ParticipantRole, Ticket},
};

/// The tickets that are good in a room, whichever server they are for.
pub(in crate::rooms) fn good_in(conn: &mut Conn, room: RoomRow, now: Timestamp) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<StoredTicket> = tickets::table
        .filter(tickets::room_id.eq(room))
        .filter(tickets::ended_at.is_null())
        .filter(tickets::expires_at.gt(now))
        .select(StoredTicket::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// The tickets of these members that are good in a room.
pub(in crate::rooms) fn good_of(
    conn: &mut Conn,
    room: RoomRow,
    members: &[PersonRow],
    now: Timestamp,
) -> QueryResult<Vec<Ticket>> {
    let rows: Vec<StoredTicket> = tickets::table
        .filter(tickets::person.eq_any(members))
        .filter(tickets::room_id.eq(room))
        .filter(tickets::ended_at.is_null())
        .filter(tickets::expires_at.gt(now))
        .select(StoredTicket::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// A ticket as it stands in the history of a room.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tickets)]
pub struct PastRow {
    /// Its id, by which the list is ordered.
    pub uid: TicketId,
    /// Whose.
    pub person: PersonRow,
    /// As what, last.
    pub part: ParticipantRole,
    /// Since when.
    pub issued_at: Timestamp,
    /// Until when it would have been good.
    pub expires_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it ended before its time.
    pub ended_for: Option<TicketEnd>,
}

/// The tickets of a room, the newest first and before one of them; of one member where that is asked.
pub(in crate::rooms) fn history(
    conn: &mut Conn,
    room: RoomRow,
    person: Option<PersonRow>,
    before: Option<TicketId>,
    limit: i64,
) -> QueryResult<Vec<PastRow>> {
    let mut query = tickets::table
        .filter(tickets::room_id.eq(room))
        .order(tickets::uid.desc())
        .limit(limit)
        .select(PastRow::as_select())
        .into_boxed();
    if let Some(person) = person {
        query = query.filter(tickets::person.eq(person));
    }
    if let Some(before) = before {
        query = query.filter(tickets::uid.lt(before));
    }
    query.load(conn)
}

/// Ends these tickets, which are good, before their time.
pub(in crate::rooms) fn end_for(conn: &mut Conn, ended: &[Ticket], why: TicketEnd, now: Timestamp) -> QueryResult<()> {
    let ids: Vec<TicketId> = ended.iter().map(|ticket| ticket.id).collect();
    update(
        tickets::table
            .filter(tickets::uid.eq_any(ids))
            .filter(tickets::ended_at.is_null()),
    )
    .set((tickets::ended_at.eq(now), tickets::ended_for.eq(why)))
    .execute(conn)
    .map(|_| ())
}

/// Writes as what these are in their room from now on.
pub(in crate::rooms) fn set_part(conn: &mut Conn, changed: &[Ticket], part: ParticipantRole) -> QueryResult<()> {
    let ids: Vec<TicketId> = changed.iter().map(|ticket| ticket.id).collect();
    update(
        tickets::table
            .filter(tickets::uid.eq_any(ids))
            .filter(tickets::ended_at.is_null()),
    )
    .set(tickets::part.eq(part))
    .execute(conn)
    .map(|_| ())
}
