//! The rows of who is what in a room, who asks to speak, and what was done there. Whoever writes a place or a hand
//! holds the room.

use std::collections::HashMap;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult,
    Queryable, RunQueryDsl, Selectable, SelectableHelper, delete, insert_into, update,
};

use super::StoredRoom;
use crate::{
    platform::{
        ledger::events::{Act, Place, ReasonCode, RoomAccess},
        store::{
            Conn,
            schema::{room_acts, room_hands, room_places, rooms, tickets},
        },
        terms::{PersonRow, RoomRow, TicketId, Timestamp},
    },
    rooms::{Placed, Room, RoomName},
};

/// A place as it is stored.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = room_places)]
struct StoredPlace {
    room_id: RoomRow,
    person: PersonRow,
    place: Option<Place>,
    muted_until: Option<Timestamp>,
    barred_until: Option<Timestamp>,
    changed_at: Timestamp,
}

impl StoredPlace {
    fn read(self) -> (PersonRow, Placed) {
        let placed = Placed {
            place: self.place,
            muted_until: self.muted_until,
            barred_until: self.barred_until,
        };
        (self.person, placed)
    }
}

/// The places of these members in a room; whoever has none is missing.
pub(in crate::rooms) fn places_of(
    conn: &mut Conn,
    room: RoomRow,
    members: &[PersonRow],
) -> QueryResult<HashMap<PersonRow, Placed>> {
    let rows: Vec<StoredPlace> = room_places::table
        .filter(room_places::room_id.eq(room))
        .filter(room_places::person.eq_any(members))
        .select(StoredPlace::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(StoredPlace::read).collect())
}

/// Those who have a place in a room, or were muted or put out there, by row and after one of them.
pub(in crate::rooms) fn placed_in(
    conn: &mut Conn,
    room: RoomRow,
    after: Option<PersonRow>,
    limit: i64,
) -> QueryResult<Vec<(PersonRow, Placed)>> {
    let rows: Vec<StoredPlace> = room_places::table
        .filter(room_places::room_id.eq(room))
        .filter(room_places::person.gt(after.unwrap_or(PersonRow(i64::MIN))))
        .order(room_places::person.asc())
        .limit(limit)
        .select(StoredPlace::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(StoredPlace::read).collect())
}

/// Up to `limit` of those who are this in a room.
pub(in crate::rooms) fn with_place(
    conn: &mut Conn,
    room: RoomRow,
    place: Place,
    limit: i64,
) -> QueryResult<Vec<PersonRow>> {
    room_places::table
        .filter(room_places::room_id.eq(room))
        .filter(room_places::place.eq(place))
        .order(room_places::person.asc())
        .limit(limit)
        .select(room_places::person)
        .load(conn)
}

/// Writes the place of somebody in a room; without anything in it, there is no row.
pub(in crate::rooms) fn set_placed(
    conn: &mut Conn,
    room: RoomRow,
    person: PersonRow,
    placed: Placed,
    now: Timestamp,
) -> QueryResult<()> {
    if placed == Placed::default() {
        return delete(room_places::table.find((room, person)))
            .execute(conn)
            .map(|_| ());
    }
    let changed = update(room_places::table.find((room, person)))
        .set((
            room_places::place.eq(placed.place),
            room_places::muted_until.eq(placed.muted_until),
            room_places::barred_until.eq(placed.barred_until),
            room_places::changed_at.eq(now),
        ))
        .execute(conn)?;
    if changed == 0 {
        insert_into(room_places::table)
            .values(StoredPlace {
                room_id: room,
                person,
                place: placed.place,
                muted_until: placed.muted_until,
                barred_until: placed.barred_until,
                changed_at: now,
            })
            .execute(conn)?;
    }
    Ok(())
}

/// Open rooms in the order of their names after one of them: those for members, and those where this one has a place;
/// all where nobody is named.
pub(in crate::rooms) fn open_to(
    conn: &mut Conn,
    person: Option<PersonRow>,
    after: Option<&RoomName>,
    limit: i64,
) -> QueryResult<Vec<Room>> {
    let mut query = rooms::table
        .filter(rooms::closed_at.is_null())
        .filter(rooms::name.gt(after.map(RoomName::as_str).unwrap_or_default()))
        .order(rooms::name.asc())
        .limit(limit)
        .select(StoredRoom::as_select())
        .into_boxed();
    if let Some(person) = person {
        let placed = room_places::table
            .filter(room_places::person.eq(person))
            .filter(room_places::place.is_not_null())
            .select(room_places::room_id);
        let for_members = rooms::access.eq(RoomAccess::Members);
        query = query.filter(for_members.or(rooms::id.eq_any(placed)));
    }
    let rows: Vec<StoredRoom> = query.load(conn)?;
    rows.into_iter().map(Room::try_from).collect()
}

/// Asks to speak in a room; false where they did already.
pub(in crate::rooms) fn raise_hand(
    conn: &mut Conn,
    room: RoomRow,
    person: PersonRow,
    now: Timestamp,
) -> QueryResult<bool> {
    let up: Option<Timestamp> = room_hands::table
        .find((room, person))
        .select(room_hands::raised_at)
        .first(conn)
        .optional()?;
    if up.is_some() {
        return Ok(false);
    }
    insert_into(room_hands::table)
        .values((
            room_hands::room_id.eq(room),
            room_hands::person.eq(person),
            room_hands::raised_at.eq(now),
        ))
        .execute(conn)
        .map(|_| true)
}

/// Takes that back; false where they did not ask.
pub(in crate::rooms) fn lower_hand(conn: &mut Conn, room: RoomRow, person: PersonRow) -> QueryResult<bool> {
    delete(room_hands::table.find((room, person)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Who of these members asks to speak in a room, and since when.
pub(in crate::rooms) fn hands_of(
    conn: &mut Conn,
    room: RoomRow,
    members: &[PersonRow],
) -> QueryResult<HashMap<PersonRow, Timestamp>> {
    let rows: Vec<(PersonRow, Timestamp)> = room_hands::table
        .filter(room_hands::room_id.eq(room))
        .filter(room_hands::person.eq_any(members))
        .select((room_hands::person, room_hands::raised_at))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Takes back that these members ask; who of them did.
pub(in crate::rooms) fn lower_hands(
    conn: &mut Conn,
    room: RoomRow,
    members: &[PersonRow],
) -> QueryResult<Vec<PersonRow>> {
    delete(
        room_hands::table
            .filter(room_hands::room_id.eq(room))
            .filter(room_hands::person.eq_any(members)),
    )
    .returning(room_hands::person)
    .get_results(conn)
}

/// Whoever is in a room and asks to speak, who has asked longest first. Those who have gone are not among them.
pub(in crate::rooms) fn hands(
    conn: &mut Conn,
    room: RoomRow,
    limit: i64,
    now: Timestamp,
) -> QueryResult<Vec<(PersonRow, Timestamp)>> {
    let seat = tickets::room_id
        .eq(room_hands::room_id)
        .and(tickets::person.eq(room_hands::person));
    room_hands::table
        .inner_join(tickets::table.on(seat))
        .filter(room_hands::room_id.eq(room))
        .filter(tickets::ended_at.is_null())
        .filter(tickets::expires_at.gt(now))
        .order((room_hands::raised_at.asc(), room_hands::person.asc()))
        .limit(limit)
        .select((room_hands::person, room_hands::raised_at))
        .load(conn)
}

/// Deletes the places and the hands of somebody who leaves the community.
pub(in crate::rooms) fn forget(conn: &mut Conn, person: PersonRow) -> QueryResult<()> {
    delete(room_places::table.filter(room_places::person.eq(person))).execute(conn)?;
    delete(room_hands::table.filter(room_hands::person.eq(person)))
        .execute(conn)
        .map(|_| ())
}

/// What somebody did about somebody in a room, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = room_acts)]
pub struct ActRow {
    /// Its row, by which the list is ordered.
    pub id: i64,
    /// About whom.
    pub person: PersonRow,
    /// Under which ticket they were there.
    pub ticket: TicketId,
    /// What.
    pub act: Act,
    /// Why.
    pub reason: ReasonCode,
    /// The member who did it.
    pub by_person: Option<PersonRow>,
    /// The row of the service that did it.
    pub by_service: Option<i64>,
    /// When.
    pub at: Timestamp,
    /// Until when it holds, where it ends.
    pub until: Option<Timestamp>,
}

/// What somebody did, as it is written.
#[derive(Insertable)]
#[diesel(table_name = room_acts)]
pub(in crate::rooms) struct NewAct {
    pub(in crate::rooms) room_id: RoomRow,
    pub(in crate::rooms) person: PersonRow,
    pub(in crate::rooms) ticket: TicketId,
    pub(in crate::rooms) act: Act,
    pub(in crate::rooms) reason: ReasonCode,
    pub(in crate::rooms) by_person: Option<PersonRow>,
    pub(in crate::rooms) by_service: Option<i64>,
    pub(in crate::rooms) at: Timestamp,
    pub(in crate::rooms) until: Option<Timestamp>,
}

pub(in crate::rooms) fn insert_act(conn: &mut Conn, act: &NewAct) -> QueryResult<()> {
    insert_into(room_acts::table).values(act).execute(conn).map(|_| ())
}

/// What was done in a room, the newest first, below the row `before`.
pub(in crate::rooms) fn acts(
    conn: &mut Conn,
    room: RoomRow,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<ActRow>> {
    room_acts::table
        .filter(room_acts::room_id.eq(room))
        .filter(room_acts::id.lt(before.unwrap_or(i64::MAX)))
        .order(room_acts::id.desc())
        .limit(limit)
        .select(ActRow::as_select())
        .load(conn)
}

/// What was done about somebody in every room, with the room's name, the newest first, below the row `before`.
pub(in crate::rooms) fn acts_about(
    conn: &mut Conn,
    person: PersonRow,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<(ActRow, String)>> {
    room_acts::table
        .inner_join(rooms::table.on(rooms::id.eq(room_acts::room_id)))
        .filter(room_acts::person.eq(person))
        .filter(room_acts::id.lt(before.unwrap_or(i64::MAX)))
        .order(room_acts::id.desc())
        .limit(limit)
        .select((ActRow::as_select(), rooms::name))
        .load(conn)
}

/// The last acts about somebody in a room, the newest first.
pub(in crate::rooms) fn recent_acts(
    conn: &mut Conn,
    room: RoomRow,
    person: PersonRow,
    limit: i64,
) -> QueryResult<Vec<ActRow>> {
    room_acts::table
        .filter(room_acts::person.eq(person))
        .filter(room_acts::room_id.eq(room))
        .order(room_acts::id.desc())
        .limit(limit)
        .select(ActRow::as_select())
        .load(conn)
}

/// The warnings that somebody had in a room since then, the newest first.
pub(in crate::rooms) fn warnings(
    conn: &mut Conn,
    room: RoomRow,
    person: PersonRow,
    since: Timestamp,
    limit: i64,
) -> QueryResult<Vec<ActRow>> {
    room_acts::table
        .filter(room_acts::person.eq(person))
        .filter(room_acts::room_id.eq(room))
        .filter(room_acts::at.gt(since))
        .filter(room_acts::act.eq(Act::Warn))
        .order(room_acts::id.desc())
        .limit(limit)
        .select(ActRow::as_select())
        .load(conn)
}

/// Whose mutes, and where, ended after this time and up to that one.
pub(in crate::rooms) fn mutes_over(
    conn: &mut Conn,
    since: Timestamp,
    now: Timestamp,
) -> QueryResult<Vec<(RoomRow, PersonRow)>> {
    room_places::table
        .filter(room_places::muted_until.gt(since))
        .filter(room_places::muted_until.le(now))
        .select((room_places::room_id, room_places::person))
        .load(conn)
}
